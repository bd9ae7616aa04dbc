/* Eight floats a register, for the kernels on x86 with AVX2 and FMA.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_LANES_H
#define FL_LANES_H

#include <immintrin.h>
#include <stdbool.h>

#define AVX2 __attribute__((target("avx2,fma")))
#define INLINE static inline __attribute__((always_inline, target("avx2,fma")))
#define EACH(i, n) _Pragma("GCC unroll 16") for (int i = 0; i < (n); i++)

typedef __m256 v8;
enum { LANES = 8 };

static inline bool have_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

INLINE v8 load(const float *p)
{
    return _mm256_loadu_ps(p);
}

INLINE void store(float *p, v8 v)
{
    _mm256_storeu_ps(p, v);
}

/* Adds 8 floats to 8 doubles. */
INLINE void hand_over(double *sum, v8 v)
{
    _mm256_storeu_pd(sum, _mm256_add_pd(_mm256_loadu_pd(sum), _mm256_cvtps_pd(_mm256_castps256_ps128(v))));
    _mm256_storeu_pd(sum + 4, _mm256_add_pd(_mm256_loadu_pd(sum + 4), _mm256_cvtps_pd(_mm256_extractf128_ps(v, 1))));
}

#endif
