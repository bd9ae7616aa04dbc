/* Growable strings and text helpers.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "base/str.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void str_done(struct str *s)
{
    free(s->s);
    *s = (struct str)STR_INIT;
}

void str_clear(struct str *s)
{
    s->len = 0;
    if (s->s)
        s->s[0] = '\0';
}

void str_add_n(struct str *s, const void *bytes, size_t n)
{
    s->s = xgrow(s->s, &s->cap, s->len + n + 1, 1);
    if (n)
        memcpy(s->s + s->len, bytes, n);
    s->len += n;
    s->s[s->len] = '\0';
}

void str_add(struct str *s, const char *text)
{
    str_add_n(s, text, strlen(text));
}

void str_add_c(struct str *s, char c)
{
    str_add_n(s, &c, 1);
}

void str_vprintf(struct str *s, const char *format, va_list ap)
{
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, format, ap);
    if (n > 0) {
        s->s = xgrow(s->s, &s->cap, s->len + (size_t)n + 1, 1);
        vsnprintf(s->s + s->len, (size_t)n + 1, format, again);
        s->len += (size_t)n;
    }
    va_end(again);
}

void str_printf(struct str *s, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    str_vprintf(s, format, ap);
    va_end(ap);
}

char *str_take(struct str *s)
{
    if (!s->s)
        str_add_n(s, "", 0);
    char *text = s->s;
    *s = (struct str)STR_INIT;
    return text;
}

char *xasprintf(const char *format, ...)
{
    struct str s = STR_INIT;
    va_list ap;
    va_start(ap, format);
    str_vprintf(&s, format, ap);
    va_end(ap);
    return str_take(&s);
}

bool str_eq(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

bool str_starts(const char *s, const char *prefix)
{
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool str_ends(const char *s, const char *suffix)
{
    size_t n = strlen(s), m = strlen(suffix);
    return n >= m && memcmp(s + n - m, suffix, m) == 0;
}

/* Length of a valid, printable UTF-8 sequence at s, or 0. C1 controls (U+0080..9F) count as not printable. */
static size_t utf8_printable(const unsigned char *s)
{
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    size_t n = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : s[0] >= 0xc2 ? 2 : 0;
    if (s[0] >= 0x20 && s[0] < 0x7f)
        return 1;
    if (!n || s[0] > 0xf4)
        return 0;
    uint32_t c = s[0] & (0xffu >> (n + 1));
    for (size_t i = 1; i < n; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
        c = c << 6 | (s[i] & 0x3f);
    }
    bool bidi = (c >= 0x200e && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
    return c >= least[n] && c <= 0x10ffff && (c < 0xd800 || c > 0xdfff) && c >= 0xa0 && !bidi &&
                   c != 0x2028 && c != 0x2029
               ? n
               : 0;
}

void str_add_safe(struct str *s, const char *text)
{
    const unsigned char *p = (const unsigned char *)text;
    while (*p) {
        size_t n = utf8_printable(p);
        if (n)
            str_add_n(s, p, n);
        else if (*p == '\n')
            str_add(s, "\\n");
        else if (*p == '\t')
            str_add(s, "\\t");
        else
            str_printf(s, "\\x%02x", *p);
        p += n ? n : 1;
    }
}

int str_within(const char *text, size_t most)
{
    size_t n = strnlen(text, most), begin = n;
    if (!text[n])
        return (int)n;
    while (begin > 0 && n - begin < 3 && ((unsigned char)text[begin] & 0xc0) == 0x80)
        begin--;
    return (int)(((unsigned char)text[begin] & 0xc0) == 0xc0 ? begin : n); /* no UTF-8 is cut anywhere */
}

void str_fit(char *out, size_t size, const char *format, va_list ap)
{
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(out, size, format, ap);
    if (n >= 0 && (size_t)n >= size) {
        char *all = xmalloc((size_t)n + 1);
        vsnprintf(all, (size_t)n + 1, format, again);
        out[str_within(all, size - 1)] = '\0';
        free(all);
    }
    va_end(again);
}

bool str_is_safe(const char *text)
{
    const unsigned char *p = (const unsigned char *)text;
    for (size_t n; *p; p += n) {
        if (!(n = utf8_printable(p)))
            return false;
    }
    return true;
}

void str_add_shell(struct str *s, const char *text)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";
    if (*text && strspn(text, plain) == strlen(text)) {
        str_add(s, text);
        return;
    }
    str_add_c(s, '\'');
    for (; *text; text++) {
        if (*text == '\'')
            str_add(s, "'\\''");
        else
            str_add_c(s, *text);
    }
    str_add_c(s, '\'');
}

static void add_group(struct str *s, const unsigned char *p, size_t n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char text[4];
    unsigned bits = (unsigned)p[0] << 16 | (n > 1 ? (unsigned)p[1] << 8 : 0) | (n > 2 ? p[2] : 0);
    for (size_t i = 0; i < 4; i++)
        text[i] = i <= n ? digits[bits >> (18 - 6 * i) & 63] : '=';
    str_add_n(s, text, 4);
}

void str_add_base64(struct str *s, const void *bytes, size_t n)
{
    for (size_t i = 0; i < n; i += 3)
        add_group(s, (const unsigned char *)bytes + i, n - i < 3 ? n - i : 3);
}

size_t str_distance(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b);
    size_t *row = xcalloc(m + 1, sizeof *row);
    for (size_t j = 0; j <= m; j++)
        row[j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t best = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    size_t d = row[m];
    free(row);
    return d;
}

/* Two edits at most, and fewer than half of the letters, or every short word would look like every
 * other. */
bool str_nearer(const char *typed, const char *name, size_t *least)
{
    size_t d = str_distance(typed, name);
    if (d >= *least || d > 2 || d * 2 > strlen(typed))
        return false;
    *least = d;
    return true;
}
