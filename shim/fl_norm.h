/* Batch norm with the ReLU behind it in one pass over memory, in plain pointers: forward and gradient.
 *
 * On a processor both are bound by memory: the statistics read x once, the result takes one read and one write, the gradient reads x and
 * g twice. The sign of what ReLU was given is computed again from x, so that nothing but x is kept between the two.
 *
 * Memory: x, y, g, grad_x [n_rows, n_channels] (a channels_last tensor, n_rows = n h w), floats or bfloat16; all else [n_channels],
 * floats. What is computed is the same for both, in single and double precision; only y and grad_x are rounded.
 * Equal calls give equal bits, with any number of threads. thread: any; work and results are the call's own.
 *
 * source: Ioffe, Szegedy, "Batch Normalization", arXiv 1502.03167, section 3 (the gradient with it).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_NORM_H
#define FL_NORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fl_loop.h"

#ifdef __cplusplus
extern "C" {
#endif

struct fl_norm {
    int64_t n_rows, n_channels;
    bool batch_stats;     /* statistics of x, which move the running ones; else the running ones as they are */
    double momentum, eps; /* running = (1 - momentum) running + momentum * batch (the variance unbiased) */
    float low, high;      /* y is held between them: 0 and infinity for ReLU, -infinity and infinity for none */
    bool bf16;            /* x, y, g and grad_x are bfloat16 */
};

/* This processor has the kernels (AVX2 and FMA) and n_channels is a multiple of 8. */
bool fl_norm_possible(const struct fl_norm *norm);

/* Bytes of working memory, aligned to 64, that each of the two takes. */
size_t fl_norm_work(const struct fl_norm *norm);

/* y; mean and scale (1 / sqrt(var + eps)) are what the gradient wants to be given. batch_stats: n_rows at least 2. */
void fl_norm_forward(const struct fl_norm *norm, const void *x, const float *weight, const float *bias, float *running_mean,
                     float *running_var, float *mean, float *scale, void *y, void *work, const struct fl_loop *loop);

/* From g, the gradient of y: that of x (NULL: not wanted), of weight and of bias, set, not added. */
void fl_norm_gradient(const struct fl_norm *norm, const void *x, const void *g, const float *weight, const float *bias,
                      const float *mean, const float *scale, void *grad_x, float *grad_weight, float *grad_bias, void *work,
                      const struct fl_loop *loop);

#ifdef __cplusplus
}
#endif
#endif
