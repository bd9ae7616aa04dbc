/* Random numbers as a function of a key.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "base/rng.h"

#include <math.h>

static uint64_t mix(uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

struct rng rng_at(uint64_t seed, enum rng_use use, uint64_t a, uint64_t b)
{
    uint64_t s = mix(seed + 0x9e3779b97f4a7c15u);
    s = mix(s ^ ((uint64_t)use + 1) * 0xd1342543de82ef95u);
    s = mix(s ^ (a + 1) * 0xaf251af3b0f025b5u);
    s = mix(s ^ (b + 1) * 0x9e6c63d0676a9a99u);
    return (struct rng){s};
}

uint64_t rng_u64(struct rng *r)
{
    r->state += 0x9e3779b97f4a7c15u;
    return mix(r->state);
}

double rng_uniform(struct rng *r)
{
    return (double)(rng_u64(r) >> 11) * 0x1p-53;
}

double rng_between(struct rng *r, double low, double high)
{
    return low + (high - low) * rng_uniform(r);
}

uint64_t rng_below(struct rng *r, uint64_t n)
{
    uint64_t limit = UINT64_MAX - UINT64_MAX % n; /* a multiple of n */
    uint64_t v;
    do
        v = rng_u64(r);
    while (v >= limit);
    return v % n;
}

double rng_normal(struct rng *r)
{
    double u = 1 - rng_uniform(r), v = rng_uniform(r);
    return sqrt(-2 * log(u)) * cos(6.283185307179586 * v);
}

void rng_shuffle(struct rng *r, uint32_t *items, size_t n)
{
    for (size_t i = n; i > 1; i--) {
        size_t j = (size_t)rng_below(r, i);
        uint32_t t = items[i - 1];
        items[i - 1] = items[j];
        items[j] = t;
    }
}
