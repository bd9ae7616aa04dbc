/* The inner loops of fl_conv.c. Transformed tiles lie in panels of 16 channels: value of point p, channel c, tile t at
 * [p * point + c / 16 * panel + t * 16 + c % 16]. All pointers to 8 floats and more may be unaligned.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_CONV_KERNELS_H
#define FL_CONV_KERNELS_H

#include <stdbool.h>
#include <stdint.h>

enum {
    CONV_TILE = 4,   /* results a side */
    CONV_SIDE = 6,   /* values of x a side */
    CONV_POINTS = 36, /* products */
    CONV_PANEL = 16, /* channels that lie side by side */
    CONV_ROWS = 6,   /* tiles of one step of the product */
};

bool conv_kernels_here(void); /* these can run */
bool conv_wider_here(void);   /* AVX-512 can */

/* One tile of x: from[row * 6 + column], n_channels floats each. */
void conv_tile_x(const float *const from[CONV_POINTS], int64_t n_channels, float *v, int64_t point, int64_t panel);
/* One tile of g: from[row * 4 + column]. */
void conv_tile_g(const float *const from[CONV_TILE * CONV_TILE], int64_t n_channels, float *d, int64_t point, int64_t panel);
/* One tile of results: to[row * 4 + column]; bias may be NULL. */
void conv_tile_y(const float *m, int64_t point, int64_t panel, int64_t n_channels, const float *bias,
                 float *const to[CONV_TILE * CONV_TILE]);

/* Weights [16, 3, 3, n] of 16 results -> u[p * point + i * 16 + o]. */
void conv_weights(const float *w, int64_t n, float *u, int64_t point);
/* The same for the gradient of x: 16 of the cin channels, w at the first of them, weights turned by half a turn:
 * u[p * point + o * 16 + i]. */
void conv_weights_turned(const float *w, int64_t cin, int64_t cout, float *u, int64_t point);
/* Sums of D V, at sum[p * point + i], to one result's weights w[9, cin]. */
void conv_weights_back(const float *sum, int64_t point, int64_t cin, float *w);

/* m [6 tiles, 16] = or += v u over n_panels panels of 16 channels; u [n_panels * 16, 16]. */
void conv_product(float *m, const float *v, int64_t panel, const float *u, int64_t n_panels, bool add);
/* sum [16, stride] = or += d v over n tiles; d, v [n, 16]. */
void conv_product_tiles(float *sum, int64_t stride, const float *d, const float *v, int64_t n, bool add);

#endif
