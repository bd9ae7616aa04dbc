/* Depthwise convolutions against their definition in double precision, and bit by bit against themselves. Needs no libtorch.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fl_depthwise.h"
#include "unit/loops.h"
#include "unit/test.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { Y, GRAD_X, GRAD_W, N_RESULTS };
static const char *const names[N_RESULTS] = {"y", "grad x", "grad w"};

/* One pixel, one row, one column, odd and even edges in both strides, more rows than chunks. */
static const struct fl_depthwise shapes[] = {
    {1, 1, 1, 8, 1},  {1, 1, 1, 8, 2},  {2, 1, 5, 16, 1}, {2, 5, 1, 16, 2},  {1, 2, 2, 24, 1},  {1, 2, 2, 24, 2},
    {3, 7, 6, 40, 1}, {3, 7, 6, 40, 2}, {2, 6, 9, 32, 2}, {4, 28, 27, 8, 1}, {5, 27, 28, 16, 2}, {2, 7, 7, 960, 1},
};

struct arrays {
    size_t n_x, n_y, n_w;
    float *x, *g, *w, *bias, *result[N_RESULTS];
};

static struct arrays arrays_of(const struct fl_depthwise *c)
{
    int64_t out = fl_depthwise_out(c->h, c->stride) * fl_depthwise_out(c->w, c->stride);
    struct arrays a = {.n_x = (size_t)(c->n * c->h * c->w * c->channels), .n_w = (size_t)(9 * c->channels),
                       .n_y = (size_t)(c->n * out * c->channels)};
    a.x = numbers(a.n_x, 1);
    a.g = numbers(a.n_y, 2);
    a.w = numbers(a.n_w, 3);
    a.bias = numbers((size_t)c->channels, 4);
    a.result[Y] = xcalloc(a.n_y, sizeof(float));
    a.result[GRAD_X] = xcalloc(a.n_x, sizeof(float));
    a.result[GRAD_W] = xcalloc(a.n_w, sizeof(float));
    return a;
}

static void arrays_free(struct arrays *a)
{
    free(a->x), free(a->g), free(a->w), free(a->bias);
    for (int k = 0; k < N_RESULTS; k++)
        free(a->result[k]);
}

/* The memory between and in the results holds NaNs before: what is read must have been written. */
static void compute(const struct fl_depthwise *c, struct arrays *a, const float *bias, const struct fl_loop *loop)
{
    size_t n_work = fl_depthwise_work(c), sizes[N_RESULTS] = {a->n_y, a->n_x, a->n_w};
    void *work = aligned_alloc(64, (n_work + 63) / 64 * 64);
    assert_non_null(work);
    for (int k = 0; k < N_RESULTS; k++) {
        memset(work, 0xff, n_work);
        memset(a->result[k], 0xff, sizes[k] * sizeof(float));
        if (k == Y)
            fl_depthwise_forward(c, a->x, a->w, bias, a->result[k], work, loop);
        else if (k == GRAD_X)
            fl_depthwise_grad_x(c, a->g, a->w, a->result[k], work, loop);
        else
            fl_depthwise_grad_weights(c, a->x, a->g, a->result[k], work, loop);
    }
    free(work);
}

/* All products of tap k of a pixel of y. */
static void add_tap(const struct fl_depthwise *c, const struct arrays *a, size_t y, size_t x, size_t k, double **d)
{
    size_t n = (size_t)c->channels;
    for (size_t i = 0; i < n; i++) {
        d[Y][y * n + i] += (double)a->x[x * n + i] * a->w[i * 9 + k];
        d[GRAD_X][x * n + i] += (double)a->g[y * n + i] * a->w[i * 9 + k];
        d[GRAD_W][i * 9 + k] += (double)a->g[y * n + i] * a->x[x * n + i];
    }
}

static void define(const struct fl_depthwise *c, const struct arrays *a, double **d)
{
    int64_t height = fl_depthwise_out(c->h, c->stride), width = fl_depthwise_out(c->w, c->stride);
    for (size_t i = 0; i < a->n_y; i++)
        d[Y][i] = a->bias[i % (size_t)c->channels];
    for (int64_t p = 0; p < c->n * height * width; p++) {
        for (int64_t k = 0; k < 9; k++) {
            int64_t y = p / width % height * c->stride + k / 3 - 1, x = p % width * c->stride + k % 3 - 1;
            if (y >= 0 && y < c->h && x >= 0 && x < c->w)
                add_tap(c, a, (size_t)p, (size_t)((p / (height * width) * c->h + y) * c->w + x), (size_t)k, d);
        }
    }
}

static void test_definition(void **state)
{
    (void)state;
    double worst[N_RESULTS] = {0};
    for (size_t s = 0; s < COUNT(shapes); s++) {
        struct arrays a = arrays_of(&shapes[s]);
        size_t sizes[N_RESULTS] = {a.n_y, a.n_x, a.n_w};
        double *d[N_RESULTS];
        for (int k = 0; k < N_RESULTS; k++)
            d[k] = xcalloc(sizes[k], sizeof(double));
        define(&shapes[s], &a, d);
        assert_true(fl_depthwise_possible(&shapes[s]));
        compute(&shapes[s], &a, a.bias, &loops[0]);
        for (int k = 0; k < N_RESULTS; k++) {
            worst[k] = fmax(worst[k], difference(a.result[k], d[k], sizes[k]));
            free(d[k]);
        }
        arrays_free(&a);
    }
    for (int k = 0; k < N_RESULTS; k++) {
        print_message("# %s: largest difference %.2g of the largest value, limit 1e-6\n", names[k], worst[k]);
        assert_true(worst[k] <= 1e-6);
    }
}

/* Any order of units, any number of threads, and a second time: the same bits; no bias is a bias of zeros. */
static void test_bits(void **state)
{
    (void)state;
    for (size_t s = 0; s < COUNT(shapes); s++) {
        struct arrays a = arrays_of(&shapes[s]), b = arrays_of(&shapes[s]);
        memset(a.bias, 0, (size_t)shapes[s].channels * sizeof *a.bias);
        compute(&shapes[s], &a, a.bias, &loops[0]);
        for (size_t l = 0; l < N_LOOPS; l++) {
            compute(&shapes[s], &b, NULL, &loops[l]);
            assert_memory_equal(a.result[Y], b.result[Y], a.n_y * sizeof(float));
            assert_memory_equal(a.result[GRAD_X], b.result[GRAD_X], a.n_x * sizeof(float));
            assert_memory_equal(a.result[GRAD_W], b.result[GRAD_W], a.n_w * sizeof(float));
        }
        arrays_free(&a);
        arrays_free(&b);
    }
}

/* A picture of a batch alone. */
static void test_alone(void **state)
{
    (void)state;
    const struct fl_depthwise *c = &shapes[COUNT(shapes) - 2];
    struct fl_depthwise one = *c;
    one.n = 1;
    struct arrays a = arrays_of(c), b = arrays_of(&one);
    compute(c, &a, a.bias, &loops[0]);
    for (int64_t i = 0; i < c->n; i++) {
        memcpy(b.x, a.x + (size_t)i * b.n_x, b.n_x * sizeof *b.x);
        memcpy(b.g, a.g + (size_t)i * b.n_y, b.n_y * sizeof *b.g);
        compute(&one, &b, b.bias, &loops[0]);
        assert_memory_equal(b.result[Y], a.result[Y] + (size_t)i * b.n_y, b.n_y * sizeof(float));
        assert_memory_equal(b.result[GRAD_X], a.result[GRAD_X] + (size_t)i * b.n_x, b.n_x * sizeof(float));
    }
    arrays_free(&a);
    arrays_free(&b);
}

/* From numbers that bfloat16 holds: the results of single precision, y and grad_x rounded. */
static void test_bf16(void **state)
{
    (void)state;
    for (size_t s = 0; s < COUNT(shapes); s++) {
        struct arrays a = arrays_of(&shapes[s]), b = arrays_of(&shapes[s]);
        struct fl_depthwise brief = shapes[s];
        brief.bf16 = true;
        make_bf16(a.x, a.n_x);
        make_bf16(a.g, a.n_y);
        compute(&shapes[s], &a, a.bias, &loops[0]);
        free(b.x), free(b.g);
        b.x = (float *)(void *)as_bf16(a.x, a.n_x);
        b.g = (float *)(void *)as_bf16(a.g, a.n_y);
        compute(&brief, &b, b.bias, &loops[1]);
        same_bf16(a.result[Y], b.result[Y], a.n_y);
        same_bf16(a.result[GRAD_X], b.result[GRAD_X], a.n_x);
        assert_memory_equal(a.result[GRAD_W], b.result[GRAD_W], a.n_w * sizeof(float));
        arrays_free(&a);
        arrays_free(&b);
    }
}

static void test_shapes(void **state)
{
    (void)state;
    static const struct fl_depthwise impossible[] = {{1, 8, 8, 12, 1}, {1, 8, 8, 16, 3}, {0, 8, 8, 16, 1}, {1, 8, 8, 0, 1}};
    for (size_t s = 0; s < COUNT(impossible); s++)
        assert_false(fl_depthwise_possible(&impossible[s]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_shapes), cmocka_unit_test(test_definition),
                                       cmocka_unit_test(test_bits), cmocka_unit_test(test_alone), cmocka_unit_test(test_bf16)};
    if (!fl_depthwise_possible(&shapes[0])) {
        printf("1..0 # SKIP this processor has no AVX2\n");
        return 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
