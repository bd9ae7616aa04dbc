/* 3 x 3 convolutions of stride 1 by Winograd's short algorithms, in plain pointers: forward, gradient of x, gradient of the weights.
 *
 * A tile of 4 x 4 results takes 36 products a pair of channels in place of 144, and each of the 36 is a matrix product over all
 * tiles. With the points 0, +-sqrt(1/2), +-sqrt(2), infinity results are within about 3e-6 of the largest value (0, +-1, +-2: 1e-5).
 *
 * Memory: x [n, h, w, cin], y and g [n, h + 2 pad - 2, w + 2 pad - 2, cout], weights [cout, 3, 3, cin] (channels_last tensors).
 * Equal calls give equal bits, with any number of threads. thread: any; work and results are the call's own.
 *
 * source: Lavin, Gray, "Fast algorithms for convolutional neural networks", arXiv 1509.09308; the points: Barabasz, Anderson, Soodhalter,
 * Gregg, "Error analysis and improving the accuracy of Winograd convolution", arXiv 1803.10986. The gradient of the weights is the
 * transposed algorithm: with V = B' x B and D = A g A' a tile, dW = G' (sum of D V over tiles) G.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_CONV_H
#define FL_CONV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fl_loop.h"

#ifdef __cplusplus
extern "C" {
#endif

struct fl_conv {
    int64_t n, h, w, cin, cout;
    int pad; /* 0..2 */
};

/* This processor has the kernels (AVX2 and FMA). */
bool fl_conv_supported(void);

/* Supported, and no better is known: with AVX-512 libtorch's kernels are twice as wide as these. */
bool fl_conv_preferred(void);

/* The shapes can be computed here: cin and cout multiples of 16, 1 x 1 results or larger. */
bool fl_conv_possible(const struct fl_conv *conv);

/* Possible, and less work than the definition with the borders of tiles that hang over. The answer does not depend on n: a picture
 * alone gets the same bits as in a batch. (For under about 10 tiles in all the weights' transform costs more than is gained.) */
bool fl_conv_pays(const struct fl_conv *conv);

/* Bytes of working memory, aligned to 64, that each of the three takes. */
size_t fl_conv_work(const struct fl_conv *conv, int n_threads);

/* y; bias [cout] or NULL. */
void fl_conv_forward(const struct fl_conv *conv, const float *x, const float *weights, const float *bias, float *y, void *work,
                     const struct fl_loop *loop);
/* The gradient of x from g, that of y. */
void fl_conv_grad_x(const struct fl_conv *conv, const float *g, const float *weights, float *grad_x, void *work,
                    const struct fl_loop *loop);
/* The gradient of the weights, set, not added. */
void fl_conv_grad_weights(const struct fl_conv *conv, const float *x, const float *g, float *grad_weights, void *work,
                          const struct fl_loop *loop);

#ifdef __cplusplus
}
#endif
#endif
