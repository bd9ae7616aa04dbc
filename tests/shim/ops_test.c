/* The operators: forward against loops written out here, backward against finite differences.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "shim/shim.h"

struct window {
    int n, cin, cout, size, kernel, stride, padding, groups;
};

static int out_size(const struct window *s)
{
    return (s->size + 2 * s->padding - s->kernel) / s->stride + 1;
}

/* Value of channel c at (y, x), outside is 0. */
static float at(const float *x, int c, int size, int row, int col)
{
    return row < 0 || col < 0 || row >= size || col >= size ? 0 : x[(c * size + row) * size + col];
}

/* One output value of a convolution, by its definition. */
static float conv_at(const struct window *s, const float *x, const float *w, int o, int row,
                     int col)
{
    int per_group = s->cin / s->groups, first = o / (s->cout / s->groups) * per_group;
    double sum = 0;
    for (int c = 0; c < per_group; c++)
        for (int i = 0; i < s->kernel; i++)
            for (int j = 0; j < s->kernel; j++)
                sum += (double)at(x, first + c, s->size, row * s->stride + i - s->padding,
                                  col * s->stride + j - s->padding) *
                       w[((o * per_group + c) * s->kernel + i) * s->kernel + j];
    return (float)sum;
}

static void test_conv(void **state)
{
    (void)state;
    static const struct window cases[] = {
        {2, 3, 4, 7, 3, 1, 1, 1}, {1, 3, 8, 9, 7, 2, 3, 1}, {2, 4, 6, 5, 1, 1, 0, 1},
        {2, 6, 6, 8, 3, 2, 1, 6}, {1, 4, 6, 5, 3, 1, 0, 2},
    };
    for (size_t k = 0; k < COUNT(cases); k++) {
        const struct window *s = &cases[k];
        int out = out_size(s), nx = s->cin * s->size * s->size, ny = s->cout * out * out;
        float x[2 * 512], w[512 * 3], b[8], got[2 * 512], want[2 * 512];
        numbers(x, (size_t)(s->n * nx), 0, 2);
        numbers(w, (size_t)(s->cout * s->cin / s->groups * s->kernel * s->kernel), 100, 2);
        numbers(b, 8, 50, 2);
        fl_tensor *tx = floats(DIMS(s->n, s->cin, s->size, s->size), x), *y;
        fl_tensor *tw = floats(DIMS(s->cout, s->cin / s->groups, s->kernel, s->kernel), w);
        fl_tensor *tb = floats(DIMS(s->cout), b);
        for (int bias = 0; bias < 2; bias++) {
            ok(fl->conv2d(&y, tx, tw, bias ? tb : NULL, s->stride, s->padding, s->groups, scope,
                          &err));
            for (int i = 0; i < s->n * ny; i++)
                want[i] = conv_at(s, x + i / ny * nx, w, i % ny / (out * out),
                                  i % (out * out) / out, i % out) +
                          (bias ? b[i % ny / (out * out)] : 0);
            values(got, (size_t)(s->n * ny), y);
            near("conv2d", got, want, (size_t)(s->n * ny), 1e-5);
        }
    }
}

static void test_conv_refuses(void **state)
{
    (void)state;
    fl_tensor *x = floats(DIMS(1, 3, 4, 4), NULL), *w = floats(DIMS(2, 4, 3, 3), NULL), *y;
    fl_tensor *good = floats(DIMS(2, 3, 3, 3), NULL);
    refused(fl->conv2d(&y, x, w, NULL, 1, 1, 1, scope, &err), ERR_INVALID,
            "conv2d: x is [1, 3, 4, 4], weight [2, 4, 3, 3], groups 1");
    assert_int_equal(fl->conv2d(&y, x, w, NULL, 1, 1, 1, scope, NULL), ERR_INVALID);
    refused(fl->conv2d(&y, x, good, NULL, 0, 1, 1, scope, &err), ERR_INVALID,
            "conv2d: kernel 3, stride 0");
    refused(fl->conv2d(&y, floats(DIMS(1, 3, 2, 2), NULL), good, NULL, 1, 0, 1, scope, &err),
            ERR_INVALID, "conv2d: x is [1, 3, 2, 2], smaller");
    refused(fl->conv2d(&y, x, good, floats(DIMS(3), NULL), 1, 1, 1, scope, &err), ERR_INVALID,
            "conv2d: bias is [3]");
    /* what the checks do not know, libtorch says, in one line */
    fl_tensor *bytes = tensor_of(FL_U8, DIMS(1, 3, 4, 4), NULL);
    refused(fl->conv2d(&y, bytes, good, NULL, 1, 1, 1, scope, &err), ERR_TORCH, "conv2d: ");
    fl->precision_set(FL_AUTOCAST_FP16);
    refused(fl->conv2d(&y, x, good, NULL, 1, 1, 1, scope, &err), ERR_UNSUPPORTED,
            "conv2d: fp16 needs a GPU");
}

/* y = (x - mean) / sqrt(var + eps) * weight + bias, with the batch's numbers or the stored ones, and the ReLU asked for. */
static void check_batch_norm(int n_channels, double relu_max)
{
    enum { N = 3, P = 6, MOST = 8 };
    const int size = N * n_channels * P;
    float x[N * MOST * P], got[N * MOST * P], want[N * MOST * P], moved[MOST], expect[2][MOST];
    numbers(x, size, 0, 4);
    const float weight[MOST] = {1.5f, -0.5f, 1, 1, -2, 1, 1, 0.7f}, bias[MOST] = {0.1f, 2, 0, 0, 0.3f, 0, 0, -1},
                mean[MOST] = {0.3f, -0.2f, 0, 0, 1, 0, 0, 0.4f}, var[MOST] = {2, 0.5f, 1, 1, 3, 1, 1, 0.25f};
    fl_tensor *tx = floats(DIMS(N, n_channels, 2, 3), x), *w = floats(DIMS(n_channels), weight),
              *b = floats(DIMS(n_channels), bias), *y;
    fl_tensor *m = floats(DIMS(n_channels), mean), *v = floats(DIMS(n_channels), var);
    for (int batch = 0; batch < 2; batch++) {
        ok(fl->batch_norm(&y, tx, w, b, m, v, batch, 0.1, 1e-5, relu_max, scope, &err));
        for (int c = 0; c < n_channels; c++) {
            double s = 0, q = 0;
            for (int i = 0; i < size; i++)
                s += i / P % n_channels == c ? x[i] : 0;
            for (int i = 0; i < size; i++)
                q += i / P % n_channels == c ? pow(x[i] - s / (N * P), 2) : 0;
            double use_m = batch ? s / (N * P) : mean[c], use_v = batch ? q / (N * P) : var[c];
            for (int i = 0; i < size; i++) {
                if (i / P % n_channels != c)
                    continue;
                double value = (x[i] - use_m) / sqrt(use_v + 1e-5) * weight[c] + bias[c];
                value = relu_max >= 0 ? fmax(value, 0) : value;
                want[i] = (float)(relu_max > 0 ? fmin(value, relu_max) : value);
            }
            expect[0][c] = batch ? (float)(0.9 * mean[c] + 0.1 * s / (N * P)) : mean[c];
            expect[1][c] = batch ? (float)(0.9 * var[c] + 0.1 * q / (N * P - 1)) : var[c];
        }
        values(got, (size_t)size, y);
        near(batch ? "batch_norm, batch" : "batch_norm, stored", got, want, (size_t)size, 1e-5);
        values(moved, (size_t)n_channels, m);
        near("mean", moved, expect[0], (size_t)n_channels, batch ? 1e-6 : 0);
        values(moved, (size_t)n_channels, v);
        near("variance", moved, expect[1], (size_t)n_channels, batch ? 1e-6 : 0);
    }
}

/* Two channels are libtorch's work, eight our kernels' where the processor has them. */
static void test_batch_norm(void **state)
{
    (void)state;
    for (int n_channels = 2; n_channels <= 8; n_channels += 6) {
        for (int relu_max = -1; relu_max < 2; relu_max++)
            check_batch_norm(n_channels, relu_max);
    }
    float x[6] = {0}, one[2] = {1, 1};
    fl_tensor *tx = floats(DIMS(1, 2, 1, 3), x), *w = floats(DIMS(2), one), *y;
    refused(fl->batch_norm(&y, tx, w, w, w, floats(DIMS(3), NULL), false, 0.1, 1e-5, -1, scope, &err),
            ERR_INVALID, "batch_norm: var is [3], [2] is needed");
    refused(fl->batch_norm(&y, floats(DIMS(1, 2, 1, 1), NULL), w, w, w, w, true, 0.1, 1e-5, -1, scope,
                           &err),
            ERR_INVALID, "batch_norm: x is [1, 2, 1, 1]");
}

/* In both precisions, in place and not: forward, and where the gradient passes. */
static void test_relu(void **state)
{
    (void)state;
    const float in[6] = {-2, -0.5f, 0.25f, 3, 5.5f, 9}, six[6] = {0, 0, 0.25f, 3, 5.5f, 6};
    const float plain[6] = {0, 0, 0.25f, 3, 5.5f, 9};
    for (int k = 0; k < 8; k++) {
        bool limited = k & 1, in_place = k & 2;
        float got[6];
        fl_tensor *x, *y, *leaf = floats(DIMS(1, 6, 1, 1), in);
        fl->tensor_require_grad(leaf, true);
        ok(fl->tensor_cast(&x, leaf, k & 4 ? FL_BF16 : FL_F32, scope, &err));
        fl_tensor *zero = tensor_of(fl->tensor_dtype(x), DIMS(1, 6, 1, 1), NULL);
        ok(fl->add(&x, x, zero, scope, &err)); /* so that it is nobody's leaf */
        ok(fl->relu(&y, x, limited ? 6 : 0, in_place, scope, &err));
        values(got, 6, y);
        assert_memory_equal(got, limited ? six : plain, sizeof got);
        /* y as the logits of six classes: a cross-entropy has a slope in each of them */
        fl_tensor *logits, *loss, *grad;
        ok(fl->global_avg_pool(&logits, y, scope, &err));
        ok(fl->cross_entropy(&loss, logits, (const int64_t[]){0}, 1, NULL, 0, scope, &err));
        ok(fl->backward(loss, 1, &err));
        ok(fl->tensor_grad(&grad, leaf, scope, &err));
        values(got, 6, grad);
        for (int i = 0; i < 6; i++) {
            bool passes = in[i] > 0 && !(limited && in[i] > 6);
            assert_true(passes ? fabsf(got[i]) > 0 : got[i] == 0);
        }
    }
    fl_tensor *y;
    refused(fl->relu(&y, floats(DIMS(2), NULL), -1, false, scope, &err), ERR_INVALID,
            "relu: limit -1");
}

static void test_pools(void **state)
{
    (void)state;
    enum { S = 6, C = 3, OUT = 3 };
    float x[2 * C * S * S], got[2 * C * OUT * OUT], want[2 * C * OUT * OUT];
    numbers(x, COUNT(x), 0, 2);
    fl_tensor *tx = floats(DIMS(2, C, S, S), x), *y;
    ok(fl->max_pool2d(&y, tx, 3, 2, 1, scope, &err));
    values(got, COUNT(got), y);
    for (int i = 0; i < 2 * C * OUT * OUT; i++) {
        int c = i / (OUT * OUT), row = i % (OUT * OUT) / OUT * 2 - 1, col = i % OUT * 2 - 1;
        want[i] = -INFINITY;
        for (int k = 0; k < 9; k++)
            if (row + k / 3 >= 0 && col + k % 3 >= 0)
                want[i] = fmaxf(want[i], at(x, c, S, row + k / 3, col + k % 3));
    }
    near("max_pool2d", got, want, COUNT(got), 0);
    ok(fl->global_avg_pool(&y, tx, scope, &err));
    values(got, 2 * C, y);
    for (int c = 0; c < 2 * C; c++) {
        double sum = 0;
        for (int i = 0; i < S * S; i++)
            sum += x[c * S * S + i];
        want[c] = (float)(sum / (S * S));
    }
    near("global_avg_pool", got, want, 2 * C, 1e-6);
    refused(fl->max_pool2d(&y, tx, 2, 1, 2, scope, &err), ERR_INVALID, "max_pool2d: padding 2");
    refused(fl->global_avg_pool(&y, floats(DIMS(2, 2), NULL), scope, &err), ERR_INVALID,
            "global_avg_pool: x is [2, 2]");
}

/* Small, and so large that it takes the way through the convolution. */
static void test_linear(void **state)
{
    (void)state;
    static const int sizes[][3] = {{3, 4, 2}, {64, 512, 160}};
    for (size_t k = 0; k < COUNT(sizes); k++) {
        int n = sizes[k][0], f = sizes[k][1], c = sizes[k][2];
        float *x = malloc(sizeof *x * (size_t)(n * f)), *w = malloc(sizeof *w * (size_t)(c * f));
        float *got = malloc(sizeof *got * (size_t)(n * c)),
              *want = malloc(sizeof *want * (size_t)(n * c)), b[160];
        assert_true(x && w && got && want);
        numbers(x, (size_t)(n * f), 0, 1);
        numbers(w, (size_t)(c * f), 11, 1);
        numbers(b, (size_t)c, 5, 1);
        fl_tensor *y, *tx = floats(DIMS(n, f), x), *tw = floats(DIMS(c, f), w),
                      *tb = floats(DIMS(c), b);
        ok(fl->linear(&y, tx, tw, tb, scope, &err));
        for (int i = 0; i < n * c; i++) {
            double sum = b[i % c];
            for (int j = 0; j < f; j++)
                sum += (double)x[i / c * f + j] * w[i % c * f + j];
            want[i] = (float)sum;
        }
        values(got, (size_t)(n * c), y);
        near("linear", got, want, (size_t)(n * c), 1e-5);
        free(x), free(w), free(got), free(want);
    }
    fl_tensor *y;
    refused(fl->linear(&y, floats(DIMS(2, 3), NULL), floats(DIMS(2, 4), NULL), NULL, scope, &err),
            ERR_INVALID, "linear: x is [2, 3], weight [2, 4]");
}

static void test_add_dropout(void **state)
{
    (void)state;
    float ones[1000], got[1000];
    for (int i = 0; i < 1000; i++)
        ones[i] = 1;
    fl_tensor *x = floats(DIMS(1000), ones), *y;
    ok(fl->add(&y, x, x, scope, &err));
    values(got, 1000, y);
    assert_true(got[0] == 2 && got[999] == 2);
    fl->seed(1);
    ok(fl->dropout(&y, x, 0.25, scope, &err));
    values(got, 1000, y);
    int kept = 0;
    for (int i = 0; i < 1000; i++) {
        assert_true(got[i] == 0 || fabsf(got[i] - 4.0f / 3) < 1e-6f);
        kept += got[i] != 0;
    }
    print_message("# dropout 0.25 kept %d of 1000\n", kept);
    assert_in_range(kept, 690, 810); /* 750 within 4.4 deviations */
    refused(fl->dropout(&y, x, 1.5, scope, &err), ERR_INVALID, "dropout: probability 1.5");
}

static void test_softmax(void **state)
{
    (void)state;
    const float in[6] = {0, 0.6931472f, 1.0986123f, 1000, 1000, -1000};
    const float want[6] = {1.0f / 6, 2.0f / 6, 3.0f / 6,
                           0.5f,     0.5f,     0}; /* logs of 1, 2, 3; and no overflow */
    float got[6];
    fl_tensor *y;
    ok(fl->softmax(&y, floats(DIMS(2, 3), in), scope, &err));
    values(got, 6, y);
    near("softmax", got, want, 6, 1e-6);
}

/* By hand: probabilities 1/6, 2/6, 3/6 and 1/2, 1/4, 1/4; labels 2 and 0. */
static void test_cross_entropy(void **state)
{
    (void)state;
    const float in[6] = {0, 0.6931472f, 1.0986123f, 0.6931472f, 0, 0}, weights[3] = {1, 2, 3};
    const int64_t labels[2] = {2, 0}, wrong[2] = {3, 0};
    fl_tensor *x = floats(DIMS(2, 3), in), *loss;
    double a = log(2), b = log(2), all_a = log(6) + log(3) + log(2), all_b = log(2) + 2 * log(4);
    double weighted_a = log(6) + 2 * log(3) + 3 * log(2),
           weighted_b = log(2) + 2 * log(4) + 3 * log(4);
    float want[4] = {(float)((a + b) / 2), (float)((3 * a + b) / 4),
                     (float)(0.9 * (a + b) / 2 + 0.1 / 3 * (all_a + all_b) / 2),
                     (float)((0.9 * (3 * a + b) + 0.1 / 3 * (weighted_a + weighted_b)) / 4)};
    float got[4];
    for (int k = 0; k < 4; k++) {
        ok(fl->cross_entropy(&loss, x, labels, 2, k & 1 ? weights : NULL, k & 2 ? 0.1 : 0, scope,
                             &err));
        got[k] = (float)item(loss);
    }
    near("cross_entropy", got, want, 4, 1e-6);
    refused(fl->cross_entropy(&loss, x, wrong, 2, NULL, 0, scope, &err), ERR_INVALID,
            "cross_entropy: label 3 of picture 0, there are 3 classes");
    refused(fl->cross_entropy(&loss, x, labels, 1, NULL, 0, scope, &err), ERR_INVALID,
            "cross_entropy: 1 labels");
    refused(fl->cross_entropy(&loss, x, labels, 2, NULL, 2, scope, &err), ERR_INVALID,
            "cross_entropy: label smoothing");
}

/* --- two convolutions that are large enough for our own kernels, which float64 never takes
 * ------------------------------------------------------------------------------ */

enum { CONV_X, CONV_1, CONV_2, CONV_BIAS, N_LEAVES };
static const int64_t leaf_dims[N_LEAVES][5] = {{2, 16, 30, 33}, {32, 16, 3, 3}, {16, 32, 3, 3}, {32}};

static size_t leaf_size(int k)
{
    size_t size = 1;
    for (const int64_t *d = leaf_dims[k]; *d; d++)
        size *= (size_t)*d;
    return size;
}

/* Gradients of the leaves chosen by the bits of which; NULL for the others. The bias is there only when it is chosen. */
static void conv_gradients(enum fl_dtype dtype, int which, float *grads[N_LEAVES])
{
    fl_tensor *leaf[N_LEAVES], *t, *loss, *grad;
    for (int k = 0; k < N_LEAVES; k++) {
        fl_tensor *filling = filled(leaf_dims[k], (size_t)(31 * k), 1);
        ok(fl->tensor_cast(&leaf[k], filling, dtype, scope, &err));
        fl->tensor_require_grad(leaf[k], which >> k & 1);
    }
    ok(fl->conv2d(&t, leaf[CONV_X], leaf[CONV_1], which >> CONV_BIAS & 1 ? leaf[CONV_BIAS] : NULL, 1, 1, 1, scope, &err));
    ok(fl->relu(&t, t, 0, true, scope, &err));
    ok(fl->conv2d(&t, t, leaf[CONV_2], NULL, 1, 0, 1, scope, &err));
    ok(fl->relu(&t, t, 0, true, scope, &err));
    ok(fl->global_avg_pool(&t, t, scope, &err));
    ok(fl->cross_entropy(&loss, t, (const int64_t[]){3, 9}, 2, NULL, 0, scope, &err));
    ok(fl->backward(loss, 1, &err));
    for (int k = 0; k < N_LEAVES; k++) {
        ok(fl->tensor_grad(&grad, leaf[k], scope, &err));
        assert_int_equal(grad != NULL, which >> k & 1);
        if (grad)
            values(grads[k], leaf_size(k), grad);
    }
}

static void test_conv_gradients(void **state)
{
    (void)state;
    float *got[N_LEAVES], *want[N_LEAVES];
    for (int k = 0; k < N_LEAVES; k++) {
        got[k] = calloc(leaf_size(k), sizeof(float));
        want[k] = calloc(leaf_size(k), sizeof(float));
        assert_true(got[k] && want[k]);
    }
    for (int which = 1; which < 16; which++) {
        if (which == 1 || which == 8)
            conv_gradients(FL_F64, which | 7, want);
        conv_gradients(FL_F32, which, got);
        for (int k = 0; k < N_LEAVES; k++) {
            float largest = 0;
            for (size_t i = 0; i < leaf_size(k); i++)
                largest = fmaxf(largest, fabsf(want[k][i]));
            if (which >> k & 1)
                near("gradient through two convolutions", got[k], want[k], leaf_size(k), 1e-5 * largest);
        }
    }
    for (int k = 0; k < N_LEAVES; k++)
        free(got[k]), free(want[k]);
}

/* --- a small net: conv, batch norm, pool, add, average, linear, cross-entropy
 * ------------------------------------ */

enum { CONV, BN_W, BN_B, LIN_W, LIN_B, N_PARAMS };
static const size_t param_size[N_PARAMS] = {72, 8, 8, 24, 3};
enum { MOST_VALUES = 72 };

struct small {
    enum fl_dtype dtype;
    fl_tensor *x, *params[N_PARAMS], *mean, *var;
};

static fl_tensor *as(enum fl_dtype dtype, const int64_t *dims, const float *data, size_t n)
{
    double wide[512];
    assert_true(n <= COUNT(wide));
    for (size_t i = 0; i < n; i++)
        wide[i] = data[i];
    return tensor_of(dtype, dims, dtype == FL_F64 ? (const void *)wide : data);
}

static struct small small_net(enum fl_dtype dtype)
{
    struct small net = {.dtype = dtype};
    float data[512];
    const int64_t *const dims[] = {DIMS(8, 1, 3, 3), DIMS(8), DIMS(8), DIMS(3, 8), DIMS(3)};
    numbers(data, 2 * 8 * 25, 3, 2);
    net.x = as(dtype, DIMS(2, 8, 5, 5), data, 400);
    for (int p = 0; p < N_PARAMS; p++) {
        numbers(data, param_size[p], (size_t)(80 * p + 9), 2);
        net.params[p] = as(dtype, dims[p], data, param_size[p]);
        fl->tensor_require_grad(net.params[p], true);
    }
    net.mean = tensor_of(dtype, DIMS(8), NULL);
    net.var = tensor_of(dtype, DIMS(8), NULL);
    return net;
}

static fl_tensor *small_loss(const struct small *net, fl_scope *s)
{
    fl_tensor *t, *skip, *loss;
    fl_tensor *const *p = net->params;
    const int64_t labels[2] = {2, 0};
    ok(fl->conv2d(&t, net->x, p[CONV], NULL, 1, 1, 8, s, &err));
    ok(fl->batch_norm(&t, t, p[BN_W], p[BN_B], net->mean, net->var, true, 0.1, 1e-5, -1, s, &err));
    skip = t;
    ok(fl->relu(&t, t, 0, false, s, &err));
    ok(fl->add(&t, t, skip, s, &err));
    ok(fl->max_pool2d(&t, t, 2, 2, 0, s, &err));
    ok(fl->global_avg_pool(&t, t, s, &err));
    ok(fl->linear(&t, t, p[LIN_W], p[LIN_B], s, &err));
    ok(fl->cross_entropy(&loss, t, labels, 2, NULL, 0.1, s, &err));
    return loss;
}

static double loss_with(const struct small *net, int p, size_t i, double step)
{
    double data[MOST_VALUES];
    size_t n_bytes = param_size[p] * sizeof *data;
    ok(fl->tensor_read(net->params[p], data, n_bytes, &err));
    data[i] += step;
    ok(fl->tensor_write(net->params[p], data, n_bytes, &err));
    fl_scope *s = fl->scope_new();
    double loss = item(small_loss(net, s));
    fl->scope_close(s);
    data[i] -= step;
    ok(fl->tensor_write(net->params[p], data, n_bytes, &err));
    return loss;
}

/* Every parameter's gradient is the slope of the loss. float64, only the loss itself is float32. */
static void test_gradients(void **state)
{
    (void)state;
    struct small net = small_net(FL_F64);
    ok(fl->backward(small_loss(&net, scope), 1, &err));
    const double step = 2e-3;
    for (int p = 0; p < N_PARAMS; p++) {
        float got[MOST_VALUES], want[MOST_VALUES];
        fl_tensor *grad;
        ok(fl->tensor_grad(&grad, net.params[p], scope, &err));
        values(got, param_size[p], grad);
        for (size_t i = 0; i < param_size[p]; i++)
            want[i] =
                (float)((loss_with(&net, p, i, step) - loss_with(&net, p, i, -step)) / (2 * step));
        near("gradient", got, want, param_size[p], 3e-4);
        double sum = 0;
        for (size_t i = 0; i < param_size[p]; i++)
            sum += fabsf(want[i]);
        assert_true(p == CONV || sum > 0.01); /* batch norm hides the scale of the convolution */
    }
}

/* scale multiplies, a second run adds up, no gradient is NULL, and what is no loss is refused. */
static void test_backward(void **state)
{
    (void)state;
    struct small net = small_net(FL_F32);
    float one[3], more[3];
    fl_tensor *grad = net.x;
    ok(fl->tensor_grad(&grad, net.params[LIN_B], scope, &err));
    assert_null(grad);
    ok(fl->backward(small_loss(&net, scope), 1, &err));
    ok(fl->tensor_grad(&grad, net.params[LIN_B], scope, &err));
    values(one, 3, grad);
    ok(fl->backward(small_loss(&net, scope), 8, &err));
    ok(fl->tensor_grad(&grad, net.params[LIN_B], scope, &err));
    values(more, 3, grad);
    for (int i = 0; i < 3; i++)
        one[i] *= 9;
    near("scaled and added", more, one, 3, 1e-6);
    refused(fl->backward(net.x, 1, &err), ERR_INVALID, "backward: ");
    fl->grad_enable(false);
    refused(fl->backward(small_loss(&net, scope), 1, &err), ERR_INVALID, "backward: ");
}

static void gradients(const struct small *net, float out[N_PARAMS][MOST_VALUES])
{
    for (int p = 0; p < N_PARAMS; p++) {
        fl_tensor *grad;
        ok(fl->tensor_grad(&grad, net->params[p], scope, &err));
        values(out[p], param_size[p], grad);
    }
}

/* bfloat16 keeps 8 bits: loss and gradients stay near float32's, and results of operators are
 * bfloat16, those of our kernels (the convolution of what a convolution gave) and of libtorch's. */
static void test_bf16(void **state)
{
    (void)state;
    struct small net = small_net(FL_F32);
    float fp32[N_PARAMS][MOST_VALUES], bf16[N_PARAMS][MOST_VALUES];
    fl_tensor *y;
    ok(fl->backward(small_loss(&net, scope), 1, &err));
    gradients(&net, fp32);
    double loss = item(small_loss(&net, scope));
    fl->precision_set(FL_AUTOCAST_BF16);
    for (int again = 0; again < 2; again++) {
        ok(fl->conv2d(&y, again ? y : net.x, net.params[CONV], NULL, 1, 1, 8, scope, &err));
        assert_int_equal(fl->tensor_dtype(y), FL_BF16);
    }
    fl_tensor *low = small_loss(&net, scope);
    assert_int_equal(fl->tensor_dtype(low), FL_F32);
    print_message("# loss %.6f, in bf16 %.6f, limit 1 %%\n", loss, item(low));
    assert_true(fabs(item(low) - loss) < 0.01 * loss);
    ok(fl->backward(low, 1, &err));
    gradients(&net, bf16);
    for (int p = 0; p < N_PARAMS; p++) {
        for (size_t i = 0; i < param_size[p]; i++)
            bf16[p][i] -= fp32[p][i]; /* they added up */
        near("gradients in bf16", bf16[p], fp32[p], param_size[p], p == CONV ? 0.05 : 0.01); /* as above: little is left of it */
    }
    fl->precision_set(FL_FP32);
    ok(fl->conv2d(&y, net.x, net.params[CONV], NULL, 1, 1, 8, scope, &err));
    assert_int_equal(fl->tensor_dtype(y), FL_F32);
    assert_true(item(small_loss(&net, scope)) == loss);
}

/* Autocast keeps bfloat16 copies of weights: they must follow a write and a change of mode. */
static void test_bf16_copies(void **state)
{
    (void)state;
    const float before[1] = {2}, after[1] = {3}, in[1] = {1};
    fl_tensor *w = floats(DIMS(1, 1, 1, 1), before), *x = floats(DIMS(1, 1, 1, 1), in), *y, *grad;
    fl->tensor_require_grad(w, true);
    fl->precision_set(FL_AUTOCAST_BF16);
    fl->grad_enable(false);
    ok(fl->conv2d(&y, x, w, NULL, 1, 0, 1, scope, &err));
    assert_true(item(y) == 2);
    ok(fl->tensor_write(w, after, sizeof after, &err));
    ok(fl->conv2d(&y, x, w, NULL, 1, 0, 1, scope, &err));
    assert_true(item(y) == 3);
    fl->grad_enable(true);
    ok(fl->conv2d(&y, x, w, NULL, 1, 0, 1, scope, &err));
    ok(fl->backward(y, 1, &err));
    ok(fl->tensor_grad(&grad, w, scope, &err));
    assert_non_null(grad);
    assert_true(item(grad) == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SHIM_TEST(test_conv),        SHIM_TEST(test_conv_refuses), SHIM_TEST(test_batch_norm),
        SHIM_TEST(test_relu),        SHIM_TEST(test_pools),        SHIM_TEST(test_linear),
        SHIM_TEST(test_add_dropout), SHIM_TEST(test_softmax),      SHIM_TEST(test_cross_entropy),
        SHIM_TEST(test_gradients),   SHIM_TEST(test_backward),     SHIM_TEST(test_bf16),
        SHIM_TEST(test_bf16_copies), SHIM_TEST(test_conv_gradients),
    };
    return shim_ready() ? cmocka_run_group_tests(tests, NULL, NULL) : 0;
}
