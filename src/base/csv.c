/* CSV by RFC 4180, with LF line ends.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "base/csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/num.h"

void csv_add(struct str *s, const char *field)
{
    if (s->len && s->s[s->len - 1] != '\n')
        str_add_c(s, ',');
    if (*field && !strpbrk(field, ",\"\r\n")) {
        str_add(s, field);
        return;
    }
    str_add_c(s, '"');
    for (; *field; field++) {
        if (*field == '"')
            str_add_c(s, '"');
        str_add_c(s, *field);
    }
    str_add_c(s, '"');
}

void csv_add_int(struct str *s, long long v)
{
    char text[NUM_TEXT];
    snprintf(text, sizeof text, "%lld", v);
    csv_add(s, text);
}

void csv_add_real(struct str *s, double v)
{
    char text[NUM_TEXT];
    csv_add(s, num_real(text, v));
}

void csv_end(struct str *s)
{
    str_add_c(s, '\n');
}

struct parser {
    struct csv *csv;
    size_t cap_rows, cap_fields;
    char *in, *out, *end;
};

static void add_field(struct parser *p, char *field)
{
    struct csv *csv = p->csv;
    size_t *n = &csv->n_fields[csv->n_rows];
    csv->rows[csv->n_rows] = xgrow(csv->rows[csv->n_rows], &p->cap_fields, *n + 1, sizeof(char *));
    csv->rows[csv->n_rows][(*n)++] = field;
}

static void begin_row(struct parser *p)
{
    struct csv *csv = p->csv;
    if (csv->n_rows + 1 > p->cap_rows) {
        size_t cap = p->cap_rows ? p->cap_rows * 2 : 64;
        csv->rows = xrealloc(csv->rows, cap, sizeof *csv->rows);
        csv->n_fields = xrealloc(csv->n_fields, cap, sizeof *csv->n_fields);
        p->cap_rows = cap;
    }
    csv->rows[csv->n_rows] = NULL;
    csv->n_fields[csv->n_rows] = 0;
    p->cap_fields = 0;
}

/* One field, unquoted in place; leaves p->in after it, on ',' or a line end. */
static enum err_code parse_field(struct parser *p, char **field, struct err *err)
{
    *field = p->out;
    if (p->in < p->end && *p->in == '"') {
        for (p->in++; p->in < p->end; p->in++) {
            if (*p->in == '"' && (p->in + 1 == p->end || p->in[1] != '"'))
                break;
            if (*p->in == '"')
                p->in++;
            *p->out++ = *p->in;
        }
        if (p->in < p->end)
            p->in++;
        bool ended = p->in == p->end || *p->in == ',' || *p->in == '\n' || *p->in == '\r';
        return ended ? ERR_OK
                     : err_set(err, ERR_FORMAT, "line %zu: text after a closing quote", p->csv->n_rows + 1);
    }
    for (; p->in < p->end && *p->in != ',' && *p->in != '\n' && *p->in != '\r'; p->in++) {
        if (*p->in == '"')
            return err_set(err, ERR_FORMAT, "line %zu: quote inside an unquoted field", p->csv->n_rows + 1);
        *p->out++ = *p->in;
    }
    return ERR_OK;
}

static enum err_code parse_rows(struct parser *p, struct err *err)
{
    while (p->in < p->end) {
        char *start = p->in;
        begin_row(p);
        for (;;) {
            char *field;
            enum err_code code = parse_field(p, &field, err);
            if (code != ERR_OK) {
                free(p->csv->rows[p->csv->n_rows]);
                return code;
            }
            char stop = p->in < p->end ? *p->in : '\0';
            if (stop == '\r' && p->in + 1 < p->end && p->in[1] == '\n')
                p->in++, stop = '\n';
            if (p->in < p->end)
                p->in++;
            *p->out++ = '\0'; /* never ahead of in: the separator's byte is free */
            add_field(p, field);
            if (stop == ',' || stop == '\r')
                continue;
            if (stop == '\n') {
                p->csv->n_rows++;
            } else {
                p->csv->dropped = (size_t)(p->end - start);
                free(p->csv->rows[p->csv->n_rows]);
            }
            break;
        }
    }
    return ERR_OK;
}

enum err_code csv_parse(struct csv *csv, const char *text, size_t n, struct err *err)
{
    memset(csv, 0, sizeof *csv);
    csv->memory = xmalloc(n + 1);
    if (n)
        memcpy(csv->memory, text, n);
    struct parser p = {.csv = csv, .in = csv->memory, .out = csv->memory, .end = csv->memory + n};
    enum err_code code = parse_rows(&p, err);
    if (code != ERR_OK)
        csv_done(csv);
    return code;
}

enum err_code csv_read(struct csv *csv, const char *path, struct err *err)
{
    char *text;
    size_t n;
    memset(csv, 0, sizeof *csv);
    enum err_code code = file_read(path, 0, &text, &n, err);
    if (code != ERR_OK)
        return code;
    code = csv_parse(csv, text, n, err);
    free(text);
    return code == ERR_OK || !err ? code : err_prefix(err, "%s", path);
}

void csv_done(struct csv *csv)
{
    for (size_t r = 0; r < csv->n_rows; r++)
        free(csv->rows[r]);
    free(csv->rows);
    free(csv->n_fields);
    free(csv->memory);
    memset(csv, 0, sizeof *csv);
}

int csv_column(const struct csv *csv, const char *name)
{
    for (size_t c = 0; csv->n_rows && c < csv->n_fields[0]; c++) {
        if (str_eq(csv->rows[0][c], name))
            return (int)c;
    }
    return -1;
}
