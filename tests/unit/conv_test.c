/* Winograd convolutions against their definition in double precision, and bit by bit against themselves. Needs no libtorch.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fl_conv.h"
#include "unit/loops.h"
#include "unit/test.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { Y, GRAD_X, GRAD_W, N_RESULTS };
static const char *const names[N_RESULTS] = {"y", "grad x", "grad w"};

/* Edges that hang over on every side, one result, one tile, several blocks, more than one depth of channels. */
static const struct fl_conv shapes[] = {
    {1, 3, 3, 16, 16, 0},  {1, 1, 1, 16, 16, 1},   {1, 1, 1, 16, 32, 2},   {2, 7, 9, 16, 32, 1},    {3, 8, 8, 32, 16, 0},
    {1, 5, 4, 48, 16, 2},  {2, 14, 13, 272, 16, 1}, {1, 4, 37, 16, 288, 1}, {6, 28, 28, 64, 64, 1}, {2, 121, 124, 16, 32, 1},
};

struct arrays {
    size_t n_x, n_y, n_w;
    float *x, *g, *w, *bias, *result[N_RESULTS];
};

static size_t out_height(const struct fl_conv *c)
{
    return (size_t)(c->h + 2 * c->pad - 2);
}

static size_t out_width(const struct fl_conv *c)
{
    return (size_t)(c->w + 2 * c->pad - 2);
}

static struct arrays arrays_of(const struct fl_conv *c)
{
    struct arrays a = {.n_x = (size_t)(c->n * c->h * c->w * c->cin), .n_w = (size_t)(9 * c->cin * c->cout),
                       .n_y = (size_t)(c->n * c->cout) * out_height(c) * out_width(c)};
    a.x = numbers(a.n_x, 1);
    a.g = numbers(a.n_y, 2);
    a.w = numbers(a.n_w, 3);
    a.bias = numbers((size_t)c->cout, 4);
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
static void compute(const struct fl_conv *c, struct arrays *a, const float *bias, const struct fl_loop *loop)
{
    size_t n_work = fl_conv_work(c, loop->n_threads), sizes[N_RESULTS] = {a->n_y, a->n_x, a->n_w};
    void *work = aligned_alloc(64, (n_work + 63) / 64 * 64);
    assert_non_null(work);
    for (int k = 0; k < N_RESULTS; k++) {
        memset(work, 0xff, n_work);
        memset(a->result[k], 0xff, sizes[k] * sizeof(float));
        if (k == Y)
            fl_conv_forward(c, a->x, a->w, bias, a->result[k], work, loop);
        else if (k == GRAD_X)
            fl_conv_grad_x(c, a->g, a->w, a->result[k], work, loop);
        else
            fl_conv_grad_weights(c, a->x, a->g, a->result[k], work, loop);
    }
    free(work);
}

/* --- the definition --------------------------------------------------------------------------------------------- */

struct definition {
    const struct fl_conv *c;
    const struct arrays *a;
    double *result[N_RESULTS];
};

/* All products of one pixel of y with one of x. */
static void add_pixels(struct definition *d, size_t x, size_t y, size_t k)
{
    size_t cin = (size_t)d->c->cin, cout = (size_t)d->c->cout;
    for (size_t o = 0; o < cout; o++) {
        size_t w = (o * 9 + k) * cin;
        double g = d->a->g[y * cout + o];
        for (size_t i = 0; i < cin; i++) {
            d->result[Y][y * cout + o] += (double)d->a->x[x * cin + i] * d->a->w[w + i];
            d->result[GRAD_X][x * cin + i] += g * d->a->w[w + i];
            d->result[GRAD_W][w + i] += g * d->a->x[x * cin + i];
        }
    }
}

static void define(struct definition *d)
{
    const struct fl_conv *c = d->c;
    int64_t height = (int64_t)out_height(c), width = (int64_t)out_width(c);
    for (int64_t p = 0; p < c->n * height * width; p++) {
        int64_t n = p / (height * width), row = p / width % height, column = p % width;
        for (int k = 0; k < 9; k++) {
            int64_t y = row + k / 3 - c->pad, x = column + k % 3 - c->pad;
            if (y >= 0 && y < c->h && x >= 0 && x < c->w)
                add_pixels(d, (size_t)((n * c->h + y) * c->w + x), (size_t)p, (size_t)k);
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
        struct definition d = {&shapes[s], &a, {0}};
        for (int k = 0; k < N_RESULTS; k++)
            d.result[k] = xcalloc(sizes[k], sizeof(double));
        define(&d);
        assert_true(fl_conv_possible(&shapes[s]));
        compute(&shapes[s], &a, NULL, &loops[0]);
        for (int k = 0; k < N_RESULTS; k++) {
            worst[k] = fmax(worst[k], difference(a.result[k], d.result[k], sizes[k]));
            free(d.result[k]);
        }
        arrays_free(&a);
    }
    for (int k = 0; k < N_RESULTS; k++) {
        print_message("# %s: largest difference %.2g of the largest value, limit 1e-5\n", names[k], worst[k]);
        assert_true(worst[k] <= 1e-5);
    }
}

/* Any order of units, any number of threads, and a second time: the same bits. */
static void test_bits(void **state)
{
    (void)state;
    for (size_t s = 0; s < COUNT(shapes); s++) {
        struct arrays a = arrays_of(&shapes[s]), b = arrays_of(&shapes[s]);
        compute(&shapes[s], &a, a.bias, &loops[0]);
        for (size_t l = 0; l < N_LOOPS; l++) {
            compute(&shapes[s], &b, b.bias, &loops[l]);
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
    const struct fl_conv *c = &shapes[COUNT(shapes) - 2];
    struct fl_conv one = *c;
    one.n = 1;
    struct arrays a = arrays_of(c), b = arrays_of(&one);
    assert_true(fl_conv_pays(c) && fl_conv_pays(&one));
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

static void test_bias(void **state)
{
    (void)state;
    const struct fl_conv *c = &shapes[3];
    struct arrays a = arrays_of(c), b = arrays_of(c);
    compute(c, &a, NULL, &loops[0]);
    compute(c, &b, b.bias, &loops[0]);
    for (size_t i = 0; i < a.n_y; i++)
        assert_true(b.result[Y][i] == a.result[Y][i] + b.bias[i % (size_t)c->cout]);
    arrays_free(&a);
    arrays_free(&b);
}

/* What is left to others: channels that fill no panel, windows larger than the picture, tiles that are mostly empty. */
static void test_shapes(void **state)
{
    (void)state;
    static const struct fl_conv impossible[] = {{1, 8, 8, 3, 16, 1},  {1, 8, 8, 16, 20, 1}, {1, 8, 8, 16, 16, 3},
                                                {1, 8, 8, 16, 16, -1}, {1, 2, 8, 16, 16, 0}, {0, 8, 8, 16, 16, 1}};
    for (size_t s = 0; s < COUNT(impossible); s++)
        assert_false(fl_conv_possible(&impossible[s]) || fl_conv_pays(&impossible[s]));
    static const struct fl_conv slow[] = {{64, 2, 2, 64, 64, 1}, {1, 1, 1, 512, 512, 1}, {1, 5, 1, 256, 256, 1}};
    for (size_t s = 0; s < COUNT(slow); s++)
        assert_false(fl_conv_pays(&slow[s]));
    static const struct fl_conv fast[] = {{64, 7, 7, 512, 512, 1}, {1, 56, 56, 64, 64, 1}, {1, 4, 4, 64, 64, 1}};
    for (size_t s = 0; s < COUNT(fast); s++)
        assert_true(fl_conv_pays(&fast[s]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_shapes), cmocka_unit_test(test_definition),
                                       cmocka_unit_test(test_bits), cmocka_unit_test(test_alone),
                                       cmocka_unit_test(test_bias)};
    if (!fl_conv_supported()) {
        printf("1..0 # SKIP this processor has no AVX2\n");
        return 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
