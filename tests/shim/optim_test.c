/* Optimisers against stored numbers of PyTorch, their state, and that equal runs are equal.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>
#include <string.h>

#include "ref/shim.h"
#include "shim/shim.h"

enum { N = 6, F = 4, C = 3, N_PARAMS = C * F + C };

static const struct fl_optim_config plain = {.kind = FL_SGD},
                                    momentum = {.kind = FL_SGD, .momentum = 0.9};
static const struct fl_optim_config adam = {
    .kind = FL_ADAM, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8};
static const struct fl_optim_config adamw = {
    .kind = FL_ADAMW, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8};

/* The classifier of tests/ref/shim.py. */
struct model {
    fl_tensor *x, *params[2];
    fl_optim *optim;
};

static struct model model_new(const struct fl_optim_config *config, double lr, double decay)
{
    struct model m = {.x = filled(DIMS(N, F), 0, 4)};
    m.params[0] = filled(DIMS(C, F), 500, 1);
    m.params[1] = filled(DIMS(C), 900, 1);
    for (int i = 0; i < 2; i++)
        fl->tensor_require_grad(m.params[i], true);
    ok(fl->optim_new(&m.optim, config, m.params, (const int[]){0, 0}, 2, 1, &err));
    fl->optim_group(m.optim, 0, lr, decay);
    return m;
}

static double model_step(struct model *m, const float *weights, double smoothing)
{
    int64_t labels[N];
    for (int i = 0; i < N; i++)
        labels[i] = i % C;
    fl_scope *s = fl->scope_new();
    fl_tensor *y, *loss;
    fl->optim_zero_grad(m->optim);
    ok(fl->linear(&y, m->x, m->params[0], m->params[1], s, &err));
    ok(fl->cross_entropy(&loss, y, labels, N, weights, smoothing, s, &err));
    double value = item(loss);
    ok(fl->backward(loss, 1, &err));
    ok(fl->optim_step(m->optim, &err));
    fl->scope_close(s);
    return value;
}

static void model_values(float *out, const struct model *m)
{
    values(out, C * F, m->params[0]);
    values(out + C * F, C, m->params[1]);
}

static void test_ten_steps(void **state)
{
    (void)state;
    static const float class_weights[C] = {0.5f, 1, 3};
    static const float ones[10] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    const struct {
        const char *name;
        const struct fl_optim_config *config;
        double lr, decay, smoothing;
        const float *weights, *losses, *params;
    } cases[] = {
        {"SGD", &plain, 0.1, 0, 0, NULL, ref_sgd_losses, ref_sgd_params},
        {"SGD, momentum and decay", &momentum, 0.1, 0.05, 0, NULL, ref_sgd_momentum_decay_losses,
         ref_sgd_momentum_decay_params},
        {"Adam, decay", &adam, 0.05, 0.05, 0, NULL, ref_adam_decay_losses, ref_adam_decay_params},
        {"AdamW", &adamw, 0.05, 0.2, 0, NULL, ref_adamw_losses, ref_adamw_params},
        {"label smoothing", &plain, 0.1, 0, 0.1, NULL, ref_smoothing_losses, ref_smoothing_params},
        {"class weights", &plain, 0.1, 0, 0, class_weights, ref_class_weights_losses,
         ref_class_weights_params},
        {"both", &plain, 0.1, 0, 0.2, class_weights, ref_weights_smoothing_losses,
         ref_weights_smoothing_params},
    };
    for (size_t k = 0; k < COUNT(cases); k++) {
        struct model m = model_new(cases[k].config, cases[k].lr, cases[k].decay);
        float params[N_PARAMS], losses[10];
        for (int i = 0; i < 10; i++)
            losses[i] =
                (float)(model_step(&m, cases[k].weights, cases[k].smoothing) / cases[k].losses[i]);
        near("ten losses, relative", losses, ones, 10, 1e-3);
        model_values(params, &m);
        near(cases[k].name, params, cases[k].params, N_PARAMS, 1e-4);
        fl->optim_free(m.optim);
    }
}

/* Five steps, state out and into a fresh optimiser, five more: bit for bit as ten. */
static void test_state(void **state)
{
    (void)state;
    static const struct fl_optim_config *const configs[] = {&plain, &momentum, &adam, &adamw};
    static const int moments[] = {0, 1, 2, 2};
    for (size_t k = 0; k < COUNT(configs); k++) {
        struct model m = model_new(configs[k], 0.05, 0.01);
        float want[N_PARAMS], got[N_PARAMS], saved[2][2][C * F];
        fl_tensor *tensors[2];
        int n = -1;
        int64_t steps = -1;
        ok(fl->optim_state(m.optim, 0, tensors, &n, &steps, &err));
        assert_int_equal(n, 0);
        assert_int_equal(steps, 0);
        for (int i = 0; i < 5; i++)
            model_step(&m, NULL, 0);
        for (size_t p = 0; p < 2; p++) {
            ok(fl->optim_state(m.optim, p, tensors, &n, &steps, &err));
            assert_int_equal(n, moments[k]);
            assert_int_equal(steps, 5);
            for (int t = 0; t < n; t++)
                values(saved[p][t], p ? C : C * F, tensors[t]);
        }
        struct model other = model_new(configs[k], 0.05, 0.01);
        for (size_t p = 0; p < 2; p++) {
            ok(fl->tensor_copy(other.params[p], m.params[p], &err));
            const float *data[2] = {saved[p][0], saved[p][1]};
            ok(fl->optim_restore(other.optim, p, data, n, 5, &err));
        }
        for (int i = 0; i < 5; i++) {
            model_step(&m, NULL, 0);
            model_step(&other, NULL, 0);
        }
        model_values(want, &m);
        model_values(got, &other);
        assert_memory_equal(got, want, sizeof want);
        refused(fl->optim_restore(m.optim, 0, NULL, 3, 1, &err), ERR_INVALID,
                "optim_restore: 3 tensors");
        refused(fl->optim_restore(m.optim, 2, NULL, 0, 1, &err), ERR_INVALID,
                "optim_restore: parameter 2 of 2");
        fl->optim_free(m.optim);
        fl->optim_free(other.optim);
    }
}

/* Groups have their own rate; a parameter without gradient stays, whatever its decay. */
static void test_groups(void **state)
{
    (void)state;
    struct model m = model_new(&plain, 0.1, 0);
    float before[N_PARAMS], after[N_PARAMS];
    fl_optim *optim;
    ok(fl->optim_new(&optim, &adamw, m.params, (const int[]){0, 1}, 2, 2, &err));
    fl->optim_group(optim, 0, 0.1, 0.5);
    fl->optim_group(optim, 1, 0.001, 0);
    fl->optim_free(m.optim);
    m.optim = optim;
    model_values(before, &m);
    model_step(&m, NULL, 0);
    model_values(after, &m);
    for (int i = C * F; i < N_PARAMS; i++) /* Adam's first step has the length of the rate */
        assert_true(fabs(fabs((double)after[i] - before[i]) - 0.001) < 1e-5);
    fl->tensor_require_grad(m.params[0], false);
    model_values(before, &m);
    model_step(&m, NULL, 0);
    model_values(after, &m);
    assert_memory_equal(before, after, C * F * sizeof *before);
    assert_memory_not_equal(before + C * F, after + C * F, C * sizeof *before);
    fl->optim_free(optim);

    refused(fl->optim_new(&optim, &plain, m.params, (const int[]){0, 2}, 2, 2, &err), ERR_INVALID,
            "optim_new: parameter 1 is in group 2 of 2");
    const struct fl_optim_config bad = {.kind = FL_SGD, .momentum = 1.5};
    refused(fl->optim_new(&optim, &bad, m.params, (const int[]){0, 0}, 2, 1, &err), ERR_INVALID,
            "optim_new: momentum 1.5");
    fl_tensor *whole = tensor_of(FL_I64, DIMS(2), NULL);
    refused(fl->optim_new(&optim, &plain, &whole, (const int[]){0}, 1, 1, &err), ERR_INVALID,
            "optim_new: parameter 0 is no float32 leaf");
}

/* Loss scaling: divided back, the norm is that of the real gradient, an overflow is seen. */
static void test_unscale(void **state)
{
    (void)state;
    const float in[2] = {3, 4}, zero[2] = {0, 0};
    fl_tensor *x = floats(DIMS(1, 2), in), *w = floats(DIMS(1, 2), zero), *y, *grad;
    fl_optim *optim;
    bool finite = false;
    double norm = -1;
    fl->tensor_require_grad(w, true);
    ok(fl->optim_new(&optim, &plain, &w, (const int[]){0}, 1, 1, &err));
    ok(fl->grads_unscale(optim, 1, &finite, &norm, &err));
    assert_true(finite && norm == 0); /* there are none */
    ok(fl->linear(&y, x, w, NULL, scope, &err));
    ok(fl->backward(y, 1024, &err)); /* d(w x)/dw = x */
    ok(fl->grads_unscale(optim, 1024, &finite, &norm, &err));
    assert_true(finite && fabs(norm - 5) < 1e-6);
    float got[2];
    ok(fl->tensor_grad(&grad, w, scope, &err));
    values(got, 2, grad);
    assert_memory_equal(got, in, sizeof in);
    fl->optim_zero_grad(optim);
    ok(fl->linear(&y, x, w, NULL, scope, &err));
    ok(fl->backward(y, 3e38, &err));
    ok(fl->grads_unscale(optim, 1, &finite, &norm, &err));
    assert_false(finite);
    refused(fl->grads_unscale(optim, 0, &finite, &norm, &err), ERR_INVALID,
            "grads_unscale: scale 0");
    fl->optim_free(optim);
}

/* Adam's eps is added to the root after the correction of its first steps: a gradient as small as eps goes half the rate. */
static void test_adam_eps(void **state)
{
    (void)state;
    const float in[2] = {1e-8f, -1e-8f}, zero[2] = {0, 0}, want[2] = {-0.05f, 0.05f};
    const struct fl_optim_config *const configs[] = {&adam, &adamw};
    for (size_t k = 0; k < COUNT(configs); k++) {
        fl_tensor *x = floats(DIMS(1, 2), in), *w = floats(DIMS(1, 2), zero), *y;
        fl_optim *optim;
        float got[2];
        fl->tensor_require_grad(w, true);
        ok(fl->optim_new(&optim, configs[k], &w, (const int[]){0}, 1, 1, &err));
        fl->optim_group(optim, 0, 0.1, 0);
        ok(fl->linear(&y, x, w, NULL, scope, &err));
        ok(fl->backward(y, 1, &err)); /* d(w x)/dw = x */
        ok(fl->optim_step(optim, &err));
        values(got, 2, w);
        near("one step, gradient as small as eps", got, want, 2, 1e-4);
        fl->optim_free(optim);
    }
}

/* --- equal runs are equal
 * ----------------------------------------------------------------------------------------- */

enum { CHANNELS = 8, N_CONV = CHANNELS * 3 * 9, N_ALL = N_CONV + 2 * CHANNELS + C * CHANNELS };

/* Three steps of a convolution net; all parameters into out. */
static void conv_run(float *out, enum fl_precision precision)
{
    fl_tensor *params[4], *x = filled(DIMS(4, 3, 32, 32), 0, 2);
    params[0] = filled(DIMS(CHANNELS, 3, 3, 3), 100, 1);
    params[1] = filled(DIMS(CHANNELS), 200, 1);
    params[2] = filled(DIMS(CHANNELS), 300, 1);
    params[3] = filled(DIMS(C, CHANNELS), 400, 1);
    fl_tensor *mean = floats(DIMS(CHANNELS), NULL), *var = floats(DIMS(CHANNELS), NULL);
    fl_optim *optim;
    for (int i = 0; i < 4; i++)
        fl->tensor_require_grad(params[i], true);
    ok(fl->optim_new(&optim, &momentum, params, (const int[]){0, 0, 0, 0}, 4, 1, &err));
    fl->optim_group(optim, 0, 0.1, 1e-3);
    fl->seed(3);
    for (int step = 0; step < 3; step++) {
        fl_tensor *t;
        fl_scope *s = fl->scope_new();
        fl->optim_zero_grad(optim);
        fl->precision_set(precision);
        ok(fl->conv2d(&t, x, params[0], NULL, 2, 1, 1, s, &err));
        ok(fl->batch_norm(&t, t, params[1], params[2], mean, var, true, 0.1, 1e-5, -1, s, &err));
        ok(fl->relu(&t, t, 6, true, s, &err));
        ok(fl->max_pool2d(&t, t, 3, 2, 1, s, &err));
        ok(fl->global_avg_pool(&t, t, s, &err));
        ok(fl->dropout(&t, t, 0.2, s, &err));
        ok(fl->linear(&t, t, params[3], NULL, s, &err));
        ok(fl->cross_entropy(&t, t, (const int64_t[]){0, 1, 2, 1}, 4, NULL, 0, s, &err));
        ok(fl->backward(t, 1, &err));
        fl->precision_set(FL_FP32);
        ok(fl->optim_step(optim, &err));
        fl->scope_close(s);
    }
    size_t at = 0;
    const size_t sizes[4] = {N_CONV, CHANNELS, CHANNELS, C * CHANNELS};
    for (int i = 0; i < 4; at += sizes[i++])
        values(out + at, sizes[i], params[i]);
    fl->optim_free(optim);
}

static void test_deterministic(void **state)
{
    (void)state;
    float first[N_ALL], again[N_ALL], low[N_ALL];
    conv_run(first, FL_FP32);
    conv_run(again, FL_FP32);
    assert_memory_equal(first, again, sizeof first);
    conv_run(low, FL_AUTOCAST_BF16);
    conv_run(again, FL_AUTOCAST_BF16);
    assert_memory_equal(low, again, sizeof low);
    near("three steps in bf16", low, first, N_ALL, 0.02);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SHIM_TEST(test_ten_steps), SHIM_TEST(test_state),         SHIM_TEST(test_groups),
        SHIM_TEST(test_unscale),   SHIM_TEST(test_deterministic),
        SHIM_TEST(test_adam_eps),
    };
    return shim_ready() ? cmocka_run_group_tests(tests, NULL, NULL) : 0;
}
