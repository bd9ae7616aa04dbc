/* Growable strings and text helpers.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_BASE_STR_H
#define FL_BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* A growable byte string; s is always NUL-terminated after the first append (NULL before).
 * Initialise with STR_INIT or zeros. Fields may be read. */
struct str {
    char *s;
    size_t len, cap;
};
#define STR_INIT {NULL, 0, 0}

void str_done(struct str *s); /* frees, back to STR_INIT */
void str_clear(struct str *s); /* length 0, keeps the memory */
void str_add(struct str *s, const char *text);
void str_add_n(struct str *s, const void *bytes, size_t n);
void str_add_c(struct str *s, char c);
void str_printf(struct str *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
void str_vprintf(struct str *s, const char *format, va_list ap) __attribute__((format(printf, 2, 0)));
char *str_take(struct str *s); /* hands over the text ("" when empty); the caller frees it */

/* printf into fresh memory; the caller frees it. */
char *xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));

bool str_eq(const char *a, const char *b); /* NULL equals only NULL */
bool str_starts(const char *s, const char *prefix);
bool str_ends(const char *s, const char *suffix);

/* Appends bytes as text that is safe on a terminal: control bytes, DEL, C1 controls and invalid UTF-8 become
 * \xNN, newline \n, tab \t, backslash stays. */
void str_add_safe(struct str *s, const char *text);
/* Bytes of text, most at the most, that end between two characters of UTF-8: for "%.*s" of a name that may be long. */
int str_within(const char *text, size_t most);
/* vsnprintf that cuts between two characters, not within one. */
void str_fit(char *out, size_t size, const char *format, va_list ap) __attribute__((format(printf, 3, 0)));
bool str_is_safe(const char *text); /* str_add_safe would add it as it is */

/* Appends text quoted for a POSIX shell, only where quoting is needed. */
void str_add_shell(struct str *s, const char *text);

/* Appends n bytes in base64 (RFC 4648) with padding. */
void str_add_base64(struct str *s, const void *bytes, size_t n);

/* Edit distance (Levenshtein) of two short names; for "did you mean". */
size_t str_distance(const char *a, const char *b);
/* The name could be meant, and is nearer than *least (SIZE_MAX at first), which becomes its
 * distance. */
bool str_nearer(const char *typed, const char *name, size_t *least);

#endif
