/* Random numbers as a function of a key, so that a draw does not depend on threads or order.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_BASE_RNG_H
#define FL_BASE_RNG_H

#include <stddef.h>
#include <stdint.h>

/* A small generator (SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014).
 * Copying it copies the sequence. */
struct rng {
    uint64_t state;
};

/* What a draw is for: keeps streams of one seed apart. */
enum rng_use { RNG_SPLIT, RNG_ORDER, RNG_AUGMENT, RNG_INIT, RNG_SAMPLES, RNG_DEMO };

/* The generator of (seed, use, a, b), for example (run seed, RNG_AUGMENT, epoch, picture). */
struct rng rng_at(uint64_t seed, enum rng_use use, uint64_t a, uint64_t b);

uint64_t rng_u64(struct rng *r);
double rng_uniform(struct rng *r);                           /* in [0, 1), 53 bits */
double rng_between(struct rng *r, double low, double high);  /* in [low, high) */
uint64_t rng_below(struct rng *r, uint64_t n);               /* in [0, n), unbiased; n >= 1 */
double rng_normal(struct rng *r);                            /* mean 0, variance 1 (Box-Muller) */
void rng_shuffle(struct rng *r, uint32_t *items, size_t n);  /* Fisher-Yates */

#endif
