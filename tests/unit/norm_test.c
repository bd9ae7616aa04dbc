/* Batch norm with the ReLU behind it against its definition in double precision, and bit by bit against itself. Needs no libtorch.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fl_norm.h"
#include "unit/loops.h"
#include "unit/test.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define NONE -INFINITY, INFINITY

enum { Y, MEAN, SCALE, RUNNING_MEAN, RUNNING_VAR, GRAD_X, GRAD_WEIGHT, GRAD_BIAS, N_RESULTS };
static const char *const names[N_RESULTS] = {"y",           "mean",   "scale",       "running mean",
                                             "running var", "grad x", "grad weight", "grad bias"};

/* Two rows, one chunk, chunks that do not come out even, the last ones empty, channels under and over the wide step. */
static const struct fl_norm norms[] = {
    {2, 8, true, 0.1, 1e-5, NONE},      {64, 16, true, 0.1, 1e-5, 0, INFINITY}, {65, 40, true, 0.1, 1e-5, 0, 0.4f},
    {4099, 8, true, 0.3, 1e-3, NONE},   {1300, 96, true, 0.1, 1e-5, 0, 0.4f},   {97, 1000, true, 0.1, 1e-5, 0, INFINITY},
    {1300, 96, false, 0.1, 1e-5, NONE}, {97, 32, false, 0.1, 1e-5, 0, 0.4f},    {1, 24, false, 0.1, 1e-5, 0, INFINITY},
};

struct arrays {
    size_t n_values, n_channels;
    float *x, *g, *weight, *bias, *result[N_RESULTS];
};

static size_t size_of(const struct arrays *a, int result)
{
    return result == Y || result == GRAD_X ? a->n_values : a->n_channels;
}

static struct arrays arrays_of(const struct fl_norm *norm)
{
    struct arrays a = {.n_values = (size_t)(norm->n_rows * norm->n_channels), .n_channels = (size_t)norm->n_channels};
    a.x = numbers(a.n_values, 1);
    a.g = numbers(a.n_values, 2);
    a.weight = numbers(a.n_channels, 3);
    a.bias = numbers(a.n_channels, 4);
    for (int k = 0; k < N_RESULTS; k++)
        a.result[k] = xcalloc(size_of(&a, k), sizeof(float));
    return a;
}

static void arrays_free(struct arrays *a)
{
    free(a->x), free(a->g), free(a->weight), free(a->bias);
    for (int k = 0; k < N_RESULTS; k++)
        free(a->result[k]);
}

static void set_running(struct arrays *a)
{
    for (size_t c = 0; c < a->n_channels; c++) {
        a->result[RUNNING_MEAN][c] = 0.01f * (float)c - 0.3f;
        a->result[RUNNING_VAR][c] = 0.2f + 0.003f * (float)c;
    }
}

/* The memory between and in the results holds NaNs before: what is read must have been written. */
static void compute(const struct fl_norm *norm, struct arrays *a, const struct fl_loop *loop)
{
    size_t n_work = fl_norm_work(norm);
    void *work = aligned_alloc(64, (n_work + 63) / 64 * 64);
    assert_non_null(work);
    for (int k = 0; k < N_RESULTS; k++)
        memset(a->result[k], 0xff, size_of(a, k) * sizeof(float));
    set_running(a);
    memset(work, 0xff, n_work);
    fl_norm_forward(norm, a->x, a->weight, a->bias, a->result[RUNNING_MEAN], a->result[RUNNING_VAR], a->result[MEAN],
                    a->result[SCALE], a->result[Y], work, loop);
    memset(work, 0xff, n_work);
    fl_norm_gradient(norm, a->x, a->g, a->weight, a->bias, a->result[MEAN], a->result[SCALE], a->result[GRAD_X],
                     a->result[GRAD_WEIGHT], a->result[GRAD_BIAS], work, loop);
    free(work);
}

/* --- the definition --------------------------------------------------------------------------------------------- */

/* One channel: d[k] is result k. The gradients are those of the sum of g y, each step of y backwards by the chain rule. */
static void define(const struct fl_norm *norm, const struct arrays *a, const struct arrays *start, size_t c, double **d)
{
    size_t n = (size_t)norm->n_rows, stride = a->n_channels;
    double mean = 0, var = 0, w = a->weight[c], to_mean = 0, to_var = 0;
    for (size_t i = 0; i < n; i++)
        mean += a->x[i * stride + c] / (double)n;
    for (size_t i = 0; i < n; i++)
        var += pow(a->x[i * stride + c] - mean, 2) / (double)n;
    d[RUNNING_MEAN][c] = start->result[RUNNING_MEAN][c];
    d[RUNNING_VAR][c] = start->result[RUNNING_VAR][c];
    if (norm->batch_stats) {
        d[RUNNING_MEAN][c] += norm->momentum * (mean - d[RUNNING_MEAN][c]);
        d[RUNNING_VAR][c] += norm->momentum * (var * (double)n / (double)(n - 1) - d[RUNNING_VAR][c]);
    } else {
        mean = d[RUNNING_MEAN][c];
        var = d[RUNNING_VAR][c];
    }
    double scale = 1 / sqrt(var + norm->eps);
    d[MEAN][c] = mean;
    d[SCALE][c] = scale;
    for (size_t i = 0; i < n; i++) {
        size_t at = i * stride + c;
        double about = a->x[at] - mean, y = w * about * scale + a->bias[c];
        double g = y > norm->low && y < norm->high ? a->g[at] : 0;
        d[Y][at] = fmin(fmax(y, norm->low), norm->high);
        d[GRAD_BIAS][c] += g;
        d[GRAD_WEIGHT][c] += g * about * scale;
        d[GRAD_X][at] = g * w * scale;
        to_mean -= g * w * scale;
        to_var -= g * w * about * pow(scale, 3) / 2;
    }
    for (size_t i = 0; i < n && norm->batch_stats; i++)
        d[GRAD_X][i * stride + c] += to_mean / (double)n + to_var * 2 * (a->x[i * stride + c] - mean) / (double)n;
}

/* Largest differences of all results of the arrays as they are, into worst. */
static void compare(const struct fl_norm *norm, struct arrays *a, double worst[N_RESULTS])
{
    struct arrays start = arrays_of(norm);
    double *d[N_RESULTS];
    for (int k = 0; k < N_RESULTS; k++)
        d[k] = xcalloc(size_of(a, k), sizeof(double));
    set_running(&start);
    for (size_t c = 0; c < a->n_channels; c++)
        define(norm, a, &start, c, d);
    compute(norm, a, &loops[0]);
    for (int k = 0; k < N_RESULTS; k++) {
        worst[k] = fmax(worst[k], difference(a->result[k], d[k], size_of(a, k)));
        free(d[k]);
    }
    arrays_free(&start);
}

static void hold(const double worst[N_RESULTS], double limit)
{
    for (int k = 0; k < N_RESULTS; k++) {
        print_message("# %s: largest difference %.2g of the largest value, limit %g\n", names[k], worst[k], limit);
        assert_true(worst[k] <= limit);
    }
}

/* A result next to a limit may fall on its other side: numbers are moved away from there. */
static void leave_limits(const struct fl_norm *norm, struct arrays *a)
{
    compute(norm, a, &loops[0]);
    for (size_t i = 0; i < a->n_values; i++) {
        size_t c = i % a->n_channels;
        double about = a->x[i] - (double)a->result[MEAN][c], y = a->weight[c] * about * a->result[SCALE][c] + a->bias[c];
        if (fabs(y - norm->low) < 1e-4 || fabs(y - norm->high) < 1e-4)
            a->g[i] = 0;
    }
}

static void test_definition(void **state)
{
    (void)state;
    double worst[N_RESULTS] = {0};
    for (size_t s = 0; s < COUNT(norms); s++) {
        struct arrays a = arrays_of(&norms[s]);
        assert_true(fl_norm_possible(&norms[s]));
        leave_limits(&norms[s], &a);
        compare(&norms[s], &a, worst);
        arrays_free(&a);
    }
    hold(worst, 2e-6);
}

/* Values far from zero, next to each other: single precision alone would find no variance. */
static void test_far_from_zero(void **state)
{
    (void)state;
    static const struct fl_norm norm = {5000, 40, true, 0.1, 1e-5, NONE};
    double worst[N_RESULTS] = {0};
    struct arrays a = arrays_of(&norm);
    for (size_t i = 0; i < a.n_values; i++)
        a.x[i] += 500;
    compare(&norm, &a, worst);
    hold(worst, 1e-4); /* of the mean's last digit in single precision; scale and the variance are better */
    assert_true(worst[SCALE] <= 1e-6 && worst[RUNNING_VAR] <= 1e-6);
    arrays_free(&a);
}

/* Any order of units, any number of threads, and a second time: the same bits. */
static void test_bits(void **state)
{
    (void)state;
    for (size_t s = 0; s < COUNT(norms); s++) {
        struct arrays a = arrays_of(&norms[s]), b = arrays_of(&norms[s]);
        compute(&norms[s], &a, &loops[0]);
        for (size_t l = 0; l < N_LOOPS; l++) {
            compute(&norms[s], &b, &loops[l]);
            for (int k = 0; k < N_RESULTS; k++)
                assert_memory_equal(a.result[k], b.result[k], size_of(&a, k) * sizeof(float));
        }
        arrays_free(&a);
        arrays_free(&b);
    }
}

/* A NaN comes out again; a channel of one value is bias alone; without grad_x the rest is the same. */
static void test_odd(void **state)
{
    (void)state;
    static const struct fl_norm norm = {70, 16, true, 0.1, 1e-5, 0, INFINITY};
    struct arrays a = arrays_of(&norm);
    for (size_t i = 0; i < 70; i++)
        a.x[i * 16 + 5] = 3.25f;
    a.bias[5] = 0.125f;
    a.x[16 * 31 + 9] = NAN;
    compute(&norm, &a, &loops[0]);
    for (size_t i = 0; i < 70; i++) {
        assert_true(a.result[Y][i * 16 + 5] == 0.125f);
        assert_true(isnan(a.result[Y][i * 16 + 9]));
        assert_false(isnan(a.result[Y][i * 16 + 8]));
    }
    float weight[16], bias[16];
    void *work = aligned_alloc(64, (fl_norm_work(&norm) + 63) / 64 * 64);
    assert_non_null(work);
    fl_norm_gradient(&norm, a.x, a.g, a.weight, a.bias, a.result[MEAN], a.result[SCALE], NULL, weight, bias, work, &loops[0]);
    assert_memory_equal(weight, a.result[GRAD_WEIGHT], sizeof weight);
    assert_memory_equal(bias, a.result[GRAD_BIAS], sizeof bias);
    free(work);
    arrays_free(&a);
    static const struct fl_norm others[] = {{70, 7, true, 0.1, 1e-5, NONE}, {0, 8, false, 0.1, 1e-5, NONE}, {70, 0, false, 0.1, 1e-5, NONE}};
    for (size_t s = 0; s < COUNT(others); s++)
        assert_false(fl_norm_possible(&others[s])); /* libtorch's, errors too */
}

/* From numbers that bfloat16 holds: the results of single precision, y and grad_x rounded. */
static void test_bf16(void **state)
{
    (void)state;
    for (size_t s = 0; s < COUNT(norms); s++) {
        struct arrays a = arrays_of(&norms[s]), b = arrays_of(&norms[s]);
        struct fl_norm brief = norms[s];
        brief.bf16 = true;
        make_bf16(a.x, a.n_values);
        make_bf16(a.g, a.n_values);
        a.x[a.n_values / 2] = s % 3 == 2 ? NAN : 3;
        compute(&norms[s], &a, &loops[0]);
        free(b.x), free(b.g);
        b.x = (float *)(void *)as_bf16(a.x, a.n_values);
        b.g = (float *)(void *)as_bf16(a.g, a.n_values);
        compute(&brief, &b, &loops[1]);
        for (int k = 0; k < N_RESULTS; k++) {
            if (k == Y || k == GRAD_X)
                same_bf16(a.result[k], b.result[k], a.n_values);
            else
                assert_memory_equal(a.result[k], b.result[k], a.n_channels * sizeof(float));
        }
        arrays_free(&a);
        arrays_free(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_definition), cmocka_unit_test(test_far_from_zero),
                                       cmocka_unit_test(test_bits), cmocka_unit_test(test_odd), cmocka_unit_test(test_bf16)};
    if (!fl_norm_possible(&norms[0])) {
        printf("1..0 # SKIP this processor has no AVX2\n");
        return 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
