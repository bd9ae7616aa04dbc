/* Numbers to text and back, independent of the locale.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_BASE_NUM_H
#define FL_BASE_NUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NUM_TEXT 32 /* room for any number below, with the NUL */

/* Writes v as %.9g with a point whatever the locale; "nan", "inf", "-inf". Returns out. */
char *num_real(char out[NUM_TEXT], double v);

/* As num_real, with as many more digits (17 at most) as v needs to read back exactly. */
char *num_exact(char out[NUM_TEXT], double v);

/* Whole text to number; false on anything left over, an empty text or out of range.
 * num_parse_real takes a point only; with comma it also takes one decimal comma (typed input). */
bool num_parse_real(const char *text, double *out);
bool num_parse_real_typed(const char *text, double *out);
bool num_parse_int(const char *text, int64_t *out);
bool num_parse_uint(const char *text, uint64_t *out);

/* Bytes as "12.3 MB" (powers of 1000), seconds as "3 s", "2 min 05 s", "1 h 02 min". Return out. */
char *num_bytes(char out[NUM_TEXT], uint64_t bytes);
char *num_seconds(char out[NUM_TEXT], double seconds);

#endif
