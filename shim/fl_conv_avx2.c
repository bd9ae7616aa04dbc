/* The kernels of fl_conv for x86 with AVX2 and FMA: 8 channels a register.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fl_conv_kernels.h"


#if defined(__x86_64__)

#include "fl_lanes.h"

enum { TILE = CONV_TILE, SIDE = CONV_SIDE, POINTS = CONV_POINTS, PANEL = CONV_PANEL, ROWS = CONV_ROWS };

/* The points: 0, +-A, +-B, infinity. A A = 1/2, B B = 2. */
#define A 0.70710678118654752f
#define B 1.41421356237309505f

bool conv_kernels_here(void)
{
    return have_avx2();
}

bool conv_wider_here(void)
{
    return __builtin_cpu_supports("avx512f");
}

INLINE v8 add(v8 a, v8 b)
{
    return _mm256_add_ps(a, b);
}

INLINE v8 sub(v8 a, v8 b)
{
    return _mm256_sub_ps(a, b);
}

INLINE v8 times(v8 a, float f)
{
    return _mm256_mul_ps(a, _mm256_set1_ps(f));
}

/* a + f b */
INLINE v8 plus(v8 a, float f, v8 b)
{
    return _mm256_fmadd_ps(b, _mm256_set1_ps(f), a);
}

/* --- one dimension -------------------------------------------------------------------------------------------- */

/* B': 6 values of x. */
INLINE void line_x(v8 out[SIDE], const v8 d[SIDE])
{
    v8 p = plus(d[4], -2, d[2]), q = plus(d[3], -2, d[1]);
    v8 r = plus(d[4], -0.5f, d[2]), s = plus(d[3], -0.5f, d[1]);
    out[0] = add(d[0], plus(d[4], -2.5f, d[2]));
    out[1] = plus(p, A, q);
    out[2] = plus(p, -A, q);
    out[3] = plus(r, B, s);
    out[4] = plus(r, -B, s);
    out[5] = add(d[1], plus(d[5], -2.5f, d[3]));
}

/* A': 6 products to 4 results. */
INLINE void line_y(v8 out[TILE], const v8 m[SIDE])
{
    v8 sum_a = add(m[1], m[2]), sum_b = add(m[3], m[4]);
    v8 dif_a = sub(m[1], m[2]), dif_b = sub(m[3], m[4]);
    out[0] = add(m[0], add(sum_a, sum_b));
    out[1] = plus(times(dif_b, B), A, dif_a);
    out[2] = plus(times(sum_b, 2), 0.5f, sum_a);
    out[3] = plus(plus(m[5], 2 * B, dif_b), 0.5f * A, dif_a);
}

/* A: 4 values of g. */
INLINE void line_g(v8 out[SIDE], const v8 g[TILE])
{
    v8 p = plus(g[0], 0.5f, g[2]), q = plus(g[1], 0.5f, g[3]);
    v8 r = plus(g[0], 2, g[2]), s = plus(g[1], 2, g[3]);
    out[0] = g[0];
    out[1] = plus(p, A, q);
    out[2] = plus(p, -A, q);
    out[3] = plus(r, B, s);
    out[4] = plus(r, -B, s);
    out[5] = g[3];
}

/* G: 3 weights. */
INLINE void line_w(v8 out[SIDE], const v8 w[3])
{
    v8 p = times(plus(w[0], 0.5f, w[2]), -2.0f / 3), r = times(plus(w[0], 2, w[2]), 1.0f / 6);
    out[0] = w[0];
    out[1] = plus(p, -2.0f / 3 * A, w[1]);
    out[2] = plus(p, 2.0f / 3 * A, w[1]);
    out[3] = plus(r, 1.0f / 6 * B, w[1]);
    out[4] = plus(r, -1.0f / 6 * B, w[1]);
    out[5] = w[2];
}

/* G': 6 sums to 3 weights. */
INLINE void line_w_back(v8 out[3], const v8 u[SIDE])
{
    v8 sum_a = add(u[1], u[2]), sum_b = add(u[3], u[4]);
    v8 dif_a = sub(u[1], u[2]), dif_b = sub(u[3], u[4]);
    out[0] = plus(plus(u[0], 1.0f / 6, sum_b), -2.0f / 3, sum_a);
    out[1] = plus(times(dif_b, 1.0f / 6 * B), -2.0f / 3 * A, dif_a);
    out[2] = plus(plus(u[5], 1.0f / 3, sum_b), -1.0f / 3, sum_a);
}

/* --- tiles: columns, then rows -------------------------------------------------------------------------------- */

INLINE void tile_x(const float *const from[POINTS], int64_t c, float *v, int64_t point)
{
    v8 half[SIDE][SIDE];
    EACH(j, SIDE)
    {
        v8 column[SIDE], out[SIDE];
        EACH(i, SIDE) column[i] = load(from[i * SIDE + j] + c);
        line_x(out, column);
        EACH(i, SIDE) half[i][j] = out[i];
    }
    EACH(i, SIDE)
    {
        v8 out[SIDE];
        line_x(out, half[i]);
        EACH(j, SIDE) store(v + (i * SIDE + j) * point, out[j]);
    }
}

AVX2 void conv_tile_x(const float *const from[POINTS], int64_t n_channels, float *v, int64_t point, int64_t panel)
{
    for (int64_t c = 0; c < n_channels; c += PANEL, v += panel) {
        tile_x(from, c, v, point);
        tile_x(from, c + LANES, v + LANES, point);
    }
}

INLINE void tile_g(const float *const from[TILE * TILE], int64_t c, float *d, int64_t point)
{
    v8 half[SIDE][TILE];
    EACH(j, TILE)
    {
        v8 column[TILE], out[SIDE];
        EACH(i, TILE) column[i] = load(from[i * TILE + j] + c);
        line_g(out, column);
        EACH(i, SIDE) half[i][j] = out[i];
    }
    EACH(i, SIDE)
    {
        v8 out[SIDE];
        line_g(out, half[i]);
        EACH(j, SIDE) store(d + (i * SIDE + j) * point, out[j]);
    }
}

AVX2 void conv_tile_g(const float *const from[TILE * TILE], int64_t n_channels, float *d, int64_t point, int64_t panel)
{
    for (int64_t c = 0; c < n_channels; c += PANEL, d += panel) {
        tile_g(from, c, d, point);
        tile_g(from, c + LANES, d + LANES, point);
    }
}

INLINE void tile_y(const float *m, int64_t point, v8 bias, float *const to[TILE * TILE], int64_t c)
{
    v8 half[TILE][SIDE];
    EACH(j, SIDE)
    {
        v8 column[SIDE], out[TILE];
        EACH(i, SIDE) column[i] = load(m + (i * SIDE + j) * point);
        line_y(out, column);
        EACH(i, TILE) half[i][j] = out[i];
    }
    EACH(i, TILE)
    {
        v8 out[TILE];
        line_y(out, half[i]);
        EACH(j, TILE) store(to[i * TILE + j] + c, add(out[j], bias));
    }
}

AVX2 void conv_tile_y(const float *m, int64_t point, int64_t panel, int64_t n_channels, const float *bias,
                      float *const to[TILE * TILE])
{
    v8 first = _mm256_setzero_ps(), second = first;
    for (int64_t c = 0; c < n_channels; c += PANEL, m += panel) {
        if (bias) {
            first = load(bias + c);
            second = load(bias + c + LANES);
        }
        tile_y(m, point, first, to, c);
        tile_y(m + LANES, point, second, to, c + LANES);
    }
}

/* --- weights -------------------------------------------------------------------------------------------------- */

/* w[k] at k * stride, k from 0 to 8. */
INLINE void weights(v8 out[SIDE][SIDE], const float *w, int64_t stride)
{
    v8 half[SIDE][3];
    EACH(j, 3)
    {
        v8 column[3], line[SIDE];
        EACH(i, 3) column[i] = load(w + (i * 3 + j) * stride);
        line_w(line, column);
        EACH(i, SIDE) half[i][j] = line[i];
    }
    EACH(i, SIDE) line_w(out[i], half[i]);
}

/* 8 rows of 8 floats, PANEL apart, turned. */
INLINE void turn(float *out, const float *in)
{
    v8 r[8], s[8];
    EACH(i, 8) r[i] = load(in + i * LANES);
    EACH(i, 4)
    {
        s[2 * i] = _mm256_unpacklo_ps(r[2 * i], r[2 * i + 1]);
        s[2 * i + 1] = _mm256_unpackhi_ps(r[2 * i], r[2 * i + 1]);
    }
    EACH(i, 2)
    {
        r[4 * i] = _mm256_shuffle_ps(s[4 * i], s[4 * i + 2], 0x44);
        r[4 * i + 1] = _mm256_shuffle_ps(s[4 * i], s[4 * i + 2], 0xee);
        r[4 * i + 2] = _mm256_shuffle_ps(s[4 * i + 1], s[4 * i + 3], 0x44);
        r[4 * i + 3] = _mm256_shuffle_ps(s[4 * i + 1], s[4 * i + 3], 0xee);
    }
    EACH(i, 4)
    {
        store(out + i * PANEL, _mm256_permute2f128_ps(r[i], r[i + 4], 0x20));
        store(out + (i + 4) * PANEL, _mm256_permute2f128_ps(r[i], r[i + 4], 0x31));
    }
}

AVX2 void conv_weights(const float *w, int64_t n, float *u, int64_t point)
{
    float rows[POINTS][PANEL][LANES];
    for (int64_t c = 0; c < n; c += LANES) {
        for (int o = 0; o < PANEL; o++) {
            v8 out[SIDE][SIDE];
            weights(out, w + o * 9 * n + c, n);
            EACH(i, SIDE) EACH(j, SIDE) store(rows[i * SIDE + j][o], out[i][j]);
        }
        for (int p = 0; p < POINTS; p++) {
            turn(u + p * point + c * PANEL, rows[p][0]);
            turn(u + p * point + c * PANEL + LANES, rows[p][LANES]);
        }
    }
}

AVX2 void conv_weights_turned(const float *w, int64_t cin, int64_t cout, float *u, int64_t point)
{
    for (int64_t o = 0; o < cout; o++, w += 9 * cin, u += PANEL) {
        for (int half = 0; half < PANEL; half += LANES) {
            v8 out[SIDE][SIDE];
            weights(out, w + half + 8 * cin, -cin);
            EACH(i, SIDE) EACH(j, SIDE) store(u + half + (i * SIDE + j) * point, out[i][j]);
        }
    }
}

AVX2 void conv_weights_back(const float *sum, int64_t point, int64_t cin, float *w)
{
    for (int64_t c = 0; c < cin; c += LANES) {
        v8 half[3][SIDE];
        EACH(j, SIDE)
        {
            v8 column[SIDE], out[3];
            EACH(i, SIDE) column[i] = load(sum + (i * SIDE + j) * point + c);
            line_w_back(out, column);
            EACH(i, 3) half[i][j] = out[i];
        }
        EACH(i, 3)
        {
            v8 out[3];
            line_w_back(out, half[i]);
            EACH(j, 3) store(w + (i * 3 + j) * cin + c, out[j]);
        }
    }
}

/* --- products: 12 sums in registers --------------------------------------------------------------------------- */

INLINE void finish(float *out, v8 first, v8 second, bool more)
{
    store(out, more ? add(load(out), first) : first);
    store(out + LANES, more ? add(load(out + LANES), second) : second);
}

AVX2 void conv_product(float *m, const float *v, int64_t panel, const float *u, int64_t n_panels, bool more)
{
    v8 s[ROWS][2];
    EACH(r, ROWS) s[r][0] = s[r][1] = _mm256_setzero_ps();
    for (int64_t b = 0; b < n_panels; b++, v += panel) {
        for (int c = 0; c < PANEL; c++, u += PANEL) {
            v8 first = load(u), second = load(u + LANES);
            EACH(r, ROWS)
            {
                v8 a = _mm256_broadcast_ss(v + r * PANEL + c);
                s[r][0] = _mm256_fmadd_ps(a, first, s[r][0]);
                s[r][1] = _mm256_fmadd_ps(a, second, s[r][1]);
            }
        }
    }
    EACH(r, ROWS) finish(m + r * PANEL, s[r][0], s[r][1], more);
}

/* Rows first to first + n_rows - 1 of the 16. */
INLINE void product_rows(float *sum, int64_t stride, const float *d, const float *v, int64_t n, int n_rows, bool more)
{
    v8 s[ROWS][2];
    EACH(r, n_rows) s[r][0] = s[r][1] = _mm256_setzero_ps();
    for (int64_t t = 0; t < n; t++, d += PANEL, v += PANEL) {
        v8 first = load(v), second = load(v + LANES);
        EACH(r, n_rows)
        {
            v8 a = _mm256_broadcast_ss(d + r);
            s[r][0] = _mm256_fmadd_ps(a, first, s[r][0]);
            s[r][1] = _mm256_fmadd_ps(a, second, s[r][1]);
        }
    }
    EACH(r, n_rows) finish(sum + r * stride, s[r][0], s[r][1], more);
}

AVX2 void conv_product_tiles(float *sum, int64_t stride, const float *d, const float *v, int64_t n, bool more)
{
    product_rows(sum, stride, d, v, n, 6, more);
    product_rows(sum + 6 * stride, stride, d + 6, v, n, 6, more);
    product_rows(sum + 12 * stride, stride, d + 12, v, n, 4, more);
}

#else

bool conv_kernels_here(void)
{
    return false;
}

bool conv_wider_here(void)
{
    return false;
}

/* Never called: conv_kernels_here says no. */
void conv_tile_x(const float *const from[CONV_POINTS], int64_t n_channels, float *v, int64_t point, int64_t panel)
{
    (void)from, (void)n_channels, (void)v, (void)point, (void)panel;
}

void conv_tile_g(const float *const from[CONV_TILE * CONV_TILE], int64_t n_channels, float *d, int64_t point, int64_t panel)
{
    (void)from, (void)n_channels, (void)d, (void)point, (void)panel;
}

void conv_tile_y(const float *m, int64_t point, int64_t panel, int64_t n_channels, const float *bias,
                 float *const to[CONV_TILE * CONV_TILE])
{
    (void)m, (void)point, (void)panel, (void)n_channels, (void)bias, (void)to;
}

void conv_weights(const float *w, int64_t n, float *u, int64_t point)
{
    (void)w, (void)n, (void)u, (void)point;
}

void conv_weights_turned(const float *w, int64_t cin, int64_t cout, float *u, int64_t point)
{
    (void)w, (void)cin, (void)cout, (void)u, (void)point;
}

void conv_weights_back(const float *sum, int64_t point, int64_t cin, float *w)
{
    (void)sum, (void)point, (void)cin, (void)w;
}

void conv_product(float *m, const float *v, int64_t panel, const float *u, int64_t n_panels, bool add)
{
    (void)m, (void)v, (void)panel, (void)u, (void)n_panels, (void)add;
}

void conv_product_tiles(float *sum, int64_t stride, const float *d, const float *v, int64_t n, bool add)
{
    (void)sum, (void)stride, (void)d, (void)v, (void)n, (void)add;
}

#endif
