/* The byte form: little-endian numbers and strings in a growable buffer, and a reader that cannot run past its end.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_BASE_BYTES_H
#define FL_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

void put_u8(struct str *s, uint8_t v);
void put_u32(struct str *s, uint32_t v);
void put_u64(struct str *s, uint64_t v);
void put_f64(struct str *s, double v);
void put_text(struct str *s, const char *text);           /* u32 length, bytes; NULL is written as "" */
void put_bytes(struct str *s, const void *p, size_t n);   /* u64 length, bytes */

/* Reads in order; after the first read past the end, bad is set and all results are 0, "" or empty. */
struct reader {
    const uint8_t *p, *end;
    bool bad;
};
struct reader reader_of(const void *bytes, size_t n);
uint8_t get_u8(struct reader *r);
uint32_t get_u32(struct reader *r);
uint64_t get_u64(struct reader *r);
double get_f64(struct reader *r);
char *get_text(struct reader *r);                         /* the caller frees it; cut at the first NUL */
void get_text_to(struct reader *r, char *out, size_t size); /* cut to size */
const void *get_bytes(struct reader *r, size_t *n);       /* borrowed from the buffer */

#endif
