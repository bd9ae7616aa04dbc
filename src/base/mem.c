/* Heap memory that cannot fail.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void (*last_words)(void);

void mem_set_last_words(void (*hook)(void))
{
    last_words = hook;
}

static _Noreturn void mem_die(size_t size)
{
    if (last_words)
        last_words();
    fprintf(stderr, "flowerlab: out of memory (asked for %zu bytes)\n", size);
    exit(1);
}

int size_mul(size_t a, size_t b, size_t *out)
{
    return __builtin_mul_overflow(a, b, out) ? -1 : 0;
}

static size_t checked(size_t count, size_t size)
{
    size_t n;
    if (__builtin_mul_overflow(count, size, &n))
        mem_die((size_t)-1);
    return n;
}

void *xmalloc(size_t size)
{
    void *p = malloc(size ? size : 1);
    if (!p)
        mem_die(size);
    return p;
}

void *xcalloc(size_t count, size_t size)
{
    size_t n = checked(count, size);
    void *p = calloc(1, n ? n : 1);
    if (!p)
        mem_die(n);
    return p;
}

void *xrealloc(void *p, size_t count, size_t size)
{
    size_t n = checked(count, size);
    p = realloc(p, n ? n : 1);
    if (!p)
        mem_die(n);
    return p;
}

char *xstrdup(const char *s)
{
    return xmemdup(s, strlen(s) + 1);
}

char *xstrndup(const char *s, size_t n)
{
    size_t len = strnlen(s, n);
    char *p = xmalloc(len + 1);
    memcpy(p, s, len);
    p[len] = '\0';
    return p;
}

void *xmemdup(const void *p, size_t n)
{
    void *q = xmalloc(n);
    if (n)
        memcpy(q, p, n);
    return q;
}

void *xgrow(void *p, size_t *cap, size_t need, size_t size)
{
    if (need <= *cap)
        return p;
    size_t n = *cap ? *cap : 8;
    while (n < need)
        n = checked(n, 2);
    *cap = n;
    return xrealloc(p, n, size);
}
