/* Heap memory that cannot fail: exhaustion ends the program after the screen is restored.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_BASE_MEM_H
#define FL_BASE_MEM_H

#include <stddef.h>

/* All return memory to be given to free(); sizes of 0 are allowed. thread: any. */
void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);           /* zeroed; overflow of the product dies */
void *xrealloc(void *p, size_t count, size_t size); /* overflow of the product dies */
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t n);
void *xmemdup(const void *p, size_t n);

/* Array growth: makes room for need elements of size bytes; *cap is doubled as required.
 *   p = xgrow(p, &cap, n + 1, sizeof *p);  */
void *xgrow(void *p, size_t *cap, size_t need, size_t size);

/* a * b in *out; returns 0, or -1 on overflow with *out untouched. */
int size_mul(size_t a, size_t b, size_t *out);

/* Called once before the process dies of exhaustion (restores the terminal). */
void mem_set_last_words(void (*hook)(void));

#endif
