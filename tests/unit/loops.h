/* Ways to run the units of the kernels in plain C (in order, backwards, on threads), and numbers for them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_TEST_LOOPS_H
#define FL_TEST_LOOPS_H

#include <stddef.h>
#include <stdint.h>

#include "fl_loop.h"

enum { N_LOOPS = 5 };
extern const struct fl_loop loops[N_LOOPS];

/* n numbers in -0.5..0.5; the caller frees. */
float *numbers(size_t n, uint64_t seed);

/* The largest difference as a share of the largest wanted value; infinity where got has a NaN. */
double difference(const float *got, const double *want, size_t n);

/* As bfloat16, rounded to the nearest, ties to even; NaN stays NaN. The caller frees. */
uint16_t *as_bf16(const float *values, size_t n);

/* Each of the n numbers becomes one that bfloat16 can hold. */
void make_bf16(float *values, size_t n);

/* Fails unless got, an array of bfloat16, is what is wanted, rounded. */
void same_bf16(const float *want, const void *got, size_t n);

#endif
