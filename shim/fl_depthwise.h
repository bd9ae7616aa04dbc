/* 3 x 3 depthwise convolutions (a filter a channel), padding 1, in plain pointers: forward, gradient of x, gradient of the weights.
 *
 * Memory: x [n, h, w, channels], y and g [n, out_h, out_w, channels] with out = (in - 1) / stride + 1, floats or bfloat16; weights
 * [channels, 9] and bias, floats. What is computed is the same for both; only y and grad_x are rounded.
 * Equal calls give equal bits, with any number of threads; a picture alone gets the same bits as in a batch (but for the weights'
 * gradient, which is a sum over all of them). thread: any; work and results are the call's own.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_DEPTHWISE_H
#define FL_DEPTHWISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fl_loop.h"

#ifdef __cplusplus
extern "C" {
#endif

struct fl_depthwise {
    int64_t n, h, w, channels;
    int stride; /* 1 or 2 */
    bool bf16;  /* x, y, g and grad_x are bfloat16 */
};

/* This processor has the kernels (AVX2 and FMA), channels is a multiple of 8, stride 1 or 2. */
bool fl_depthwise_possible(const struct fl_depthwise *conv);

/* Rows or columns of the result. */
static inline int64_t fl_depthwise_out(int64_t in, int stride)
{
    return (in - 1) / stride + 1;
}

/* Bytes of working memory, aligned to 64, that each of the three takes. */
size_t fl_depthwise_work(const struct fl_depthwise *conv);

/* y; bias [channels] or NULL. */
void fl_depthwise_forward(const struct fl_depthwise *conv, const void *x, const float *weights, const float *bias, void *y,
                          void *work, const struct fl_loop *loop);
/* The gradient of x from g, that of y. */
void fl_depthwise_grad_x(const struct fl_depthwise *conv, const void *g, const float *weights, void *grad_x, void *work,
                         const struct fl_loop *loop);
/* The gradient of the weights, set, not added. */
void fl_depthwise_grad_weights(const struct fl_depthwise *conv, const void *x, const void *g, float *grad_weights, void *work,
                               const struct fl_loop *loop);

#ifdef __cplusplus
}
#endif
#endif
