/* The byte form.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "base/bytes.h"

#include <string.h>

#include "base/mem.h"

static void put_le(struct str *s, uint64_t v, size_t n)
{
    uint8_t b[8];
    for (size_t i = 0; i < n; i++)
        b[i] = (uint8_t)(v >> (8 * i));
    str_add_n(s, b, n);
}

void put_u8(struct str *s, uint8_t v)
{
    put_le(s, v, 1);
}

void put_u32(struct str *s, uint32_t v)
{
    put_le(s, v, 4);
}

void put_u64(struct str *s, uint64_t v)
{
    put_le(s, v, 8);
}

void put_f64(struct str *s, double v)
{
    uint64_t u;
    memcpy(&u, &v, sizeof u);
    put_le(s, u, 8);
}

void put_text(struct str *s, const char *text)
{
    size_t n = text ? strlen(text) : 0;
    put_u32(s, (uint32_t)n);
    str_add_n(s, text, n);
}

void put_bytes(struct str *s, const void *p, size_t n)
{
    put_u64(s, n);
    str_add_n(s, p, n);
}

struct reader reader_of(const void *bytes, size_t n)
{
    return (struct reader){.p = bytes, .end = (const uint8_t *)bytes + n};
}

static const uint8_t *take(struct reader *r, uint64_t n)
{
    if (r->bad || n > (uint64_t)(r->end - r->p)) {
        r->bad = true;
        return NULL;
    }
    const uint8_t *p = r->p;
    r->p += n;
    return p;
}

static uint64_t get_le(struct reader *r, size_t n)
{
    const uint8_t *p = take(r, n);
    uint64_t v = 0;
    for (size_t i = 0; p && i < n; i++)
        v |= (uint64_t)p[i] << (8 * i);
    return v;
}

uint8_t get_u8(struct reader *r)
{
    return (uint8_t)get_le(r, 1);
}

uint32_t get_u32(struct reader *r)
{
    return (uint32_t)get_le(r, 4);
}

uint64_t get_u64(struct reader *r)
{
    return get_le(r, 8);
}

double get_f64(struct reader *r)
{
    uint64_t u = get_le(r, 8);
    double v;
    memcpy(&v, &u, sizeof v);
    return v;
}

char *get_text(struct reader *r)
{
    uint32_t n = get_u32(r);
    const uint8_t *p = take(r, n);
    return p ? xstrndup((const char *)p, n) : xstrdup("");
}

void get_text_to(struct reader *r, char *out, size_t size)
{
    uint32_t n = get_u32(r);
    const uint8_t *p = take(r, n);
    size_t k = p ? (n < size - 1 ? n : size - 1) : 0;
    if (k)
        memcpy(out, p, k);
    out[k] = '\0';
}

const void *get_bytes(struct reader *r, size_t *n)
{
    uint64_t len = get_u64(r);
    const uint8_t *p = take(r, len);
    *n = p ? (size_t)len : 0;
    return p;
}
