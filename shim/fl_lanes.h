/* Eight floats a register, for the kernels on x86 with AVX2 and FMA.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_LANES_H
#define FL_LANES_H

#include <immintrin.h>
#include <stdbool.h>
#include <stdint.h>

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

/* From an array of floats, or of bfloat16: the upper half of a float's bits. bf16 is a constant wherever speed counts. */
INLINE v8 load_from(const void *p, int64_t at, bool bf16)
{
    if (!bf16)
        return load((const float *)p + at);
    __m128i upper = _mm_loadu_si128((const __m128i *)((const uint16_t *)p + at));
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(upper), 16));
}

/* Into such an array: bfloat16 is rounded to the nearest, a tie to the even one, and NaN stays NaN. */
INLINE void store_to(void *p, int64_t at, v8 v, bool bf16)
{
    if (!bf16) {
        store((float *)p + at, v);
        return;
    }
    __m256i bits = _mm256_castps_si256(v), odd = _mm256_and_si256(_mm256_srli_epi32(bits, 16), _mm256_set1_epi32(1));
    __m256i rounded = _mm256_srli_epi32(_mm256_add_epi32(bits, _mm256_add_epi32(odd, _mm256_set1_epi32(0x7fff))), 16);
    __m256i is_nan = _mm256_castps_si256(_mm256_cmp_ps(v, v, _CMP_UNORD_Q));
    rounded = _mm256_blendv_epi8(rounded, _mm256_set1_epi32(0x7fc0), is_nan);
    rounded = _mm256_permute4x64_epi64(_mm256_packus_epi32(rounded, rounded), 0x08);
    _mm_storeu_si128((__m128i *)((uint16_t *)p + at), _mm256_castsi256_si128(rounded));
}

/* Adds 8 floats to 8 doubles. */
INLINE void hand_over(double *sum, v8 v)
{
    _mm256_storeu_pd(sum, _mm256_add_pd(_mm256_loadu_pd(sum), _mm256_cvtps_pd(_mm256_castps256_ps128(v))));
    _mm256_storeu_pd(sum + 4, _mm256_add_pd(_mm256_loadu_pd(sum + 4), _mm256_cvtps_pd(_mm256_extractf128_ps(v, 1))));
}

#endif
