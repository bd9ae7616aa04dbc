/* CSV by RFC 4180, with LF line ends.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_BASE_CSV_H
#define FL_BASE_CSV_H

#include <stddef.h>

#include "base/err.h"
#include "base/str.h"

/* Appends a field, quoted only where needed, and a comma before it unless it is the first of its line. */
void csv_add(struct str *s, const char *field);
void csv_add_int(struct str *s, long long v);
void csv_add_real(struct str *s, double v); /* %.9g; NaN is "nan" */
void csv_end(struct str *s);                /* line end */

/* A parsed table. rows[r][c] is NUL-terminated text; a row has n_fields[r] fields. Fields may be read. */
struct csv {
    size_t n_rows;
    char ***rows;
    size_t *n_fields;
    size_t dropped; /* bytes of an incomplete last line that were left out */
    char *memory;
};

/* Parses text. A last line without its line end is left out and counted in dropped (an append that was cut off).
 * CRLF is accepted. errors: FORMAT (quote inside an unquoted field, text after a closing quote; names the line) */
enum err_code csv_parse(struct csv *csv, const char *text, size_t n, struct err *err);
enum err_code csv_read(struct csv *csv, const char *path, struct err *err);
void csv_done(struct csv *csv);

/* Index of a column by the header's name, or -1. */
int csv_column(const struct csv *csv, const char *name);

#endif
