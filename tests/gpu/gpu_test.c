/* On the GPU against the CPU: pictures against their C reference, operators, a training step in
 * each number format, optimisers, tensors, memory that runs out. Skipped where there is no GPU.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fl_pixels.h"
#include "shim/shim.h"

#define GPU "cuda"

static struct fl_device_info gpu;

/* False: there is none, and that is said. What else goes wrong fails. */
static bool gpu_ready(void)
{
    enum err_code code = fl->device_select(&gpu, GPU, &err);
    if (code == ERR_NOT_FOUND) {
        printf("1..0 # SKIP %s\n", err.message);
        return false;
    }
    if (code != ERR_OK) {
        printf("Bail out! %s\n", err.message);
        exit(1);
    }
    print_message("# %s, %s, capability %d, %.1f of %.1f GB free, our kernels %d\n", gpu.name,
                  gpu.title, gpu.capability, (double)gpu.memory_free / 1e9,
                  (double)gpu.memory_total / 1e9, fl->cuda_built);
    return true;
}

static void select_device(const char *name)
{
    struct fl_device_info info;
    ok(fl->device_select(&info, name, &err));
}

static double largest(const float *v, size_t n)
{
    double most = 0;
    for (size_t i = 0; i < n; i++)
        most = fmax(most, fabs((double)v[i]));
    return most;
}

/* Prints and checks the largest |got - want|, as a share of the largest |want|. */
static void close_to(const char *what, const float *got, const float *want, size_t n, double limit)
{
    double worst = 0, most = largest(want, n);
    for (size_t i = 0; i < n; i++) {
        double d = fabs((double)got[i] - (double)want[i]) / most;
        worst = fmax(worst, isnan(d) ? INFINITY : d);
    }
    print_message("# %s: largest difference %.3g of the largest value, limit %.3g\n", what, worst,
                  limit);
    assert_true(most > 0 && worst <= limit);
}

/* --- pictures ----------------------------------------------------------------------------- */

enum { N = 6, H = 61, W = 47, SIZE = N * H * W * 3 };

static void fill_pictures(uint8_t *rgb, float *want, const struct fl_pixel_op *ops,
                          const float mean[3], const float std[3])
{
    static float hwc[H * W * 3];
    for (uint32_t i = 0, s = 1; i < SIZE; i++, s = s * 1664525 + 1013904223)
        rgb[i] = (uint8_t)(s >> 24);
    for (int i = 0; i < N; i++) {
        fl_pixels_one(hwc, rgb + i * H * W * 3, H, W, ops ? &ops[i] : NULL, mean, std);
        for (int k = 0; k < H * W * 3; k++)
            want[i * H * W * 3 + k % 3 * H * W + k / 3] = hwc[k];
    }
}

/* Every operation, odd sizes, by our kernels and by libtorch's operators. The mean grey is summed
 * in another order and products may be fused: 1e-5 of a deviation. */
static void test_pixels(void **state)
{
    (void)state;
    static uint8_t rgb[SIZE];
    static float got[SIZE], want[SIZE];
    const struct fl_pixel_op ops[N] = {{0, 1, 1, 1},       {1, 1, 1, 1}, {0, 1.4f, 0.6f, 1.3f},
                                       {1, 0.5f, 1.7f, 0}, {0, 1, 0, 1}, {1, 4, 4, 4}};
    const float mean[3] = {0.485f, 0.456f, 0.406f}, std[3] = {0.229f, 0.224f, 0.225f};
    select_device(GPU);
    for (int way = 0; way < 4; way++) {
        bool jitter = way % 2, operators = way / 2;
        fl_tensor *y;
        fill_pictures(rgb, want, jitter ? ops : NULL, mean, std);
        fl->pixels_for_test(operators);
        ok(fl->pixels(&y, rgb, N, H, W, jitter ? ops : NULL, mean, std, scope, &err));
        fl->pixels_for_test(false);
        memset(rgb, 0, sizeof rgb); /* the caller's again, whatever the GPU still does */
        values(got, SIZE, y);
        near(operators ? "pixels by operators" : "pixels", got, want, SIZE, 1e-5);
    }
}

/* --- a training step ---------------------------------------------------------------------- */

enum { STEP = 8 * 27 + 3 * 8 };

static const float ones[8] = {1, 1, 1, 1, 1, 1, 1, 1};

/* Gradients of a convolution and a classifier. Nothing with a kink in between, where a rounding
 * could take another way, and no statistics of the batch, which take most of a gradient away again:
 * behind both a limit would mean little. */
static void step(float out[STEP])
{
    fl_tensor *x = filled(DIMS(4, 3, 16, 16), 0, 2), *w = filled(DIMS(8, 3, 3, 3), 9, 1), *t, *grad;
    fl_tensor *weight = filled(DIMS(8), 1, 2), *bias = filled(DIMS(8), 2, 2);
    fl_tensor *mean = floats(DIMS(8), NULL), *var = floats(DIMS(8), ones);
    fl_tensor *head = filled(DIMS(3, 8), 3, 2);
    fl->tensor_require_grad(w, true);
    fl->tensor_require_grad(head, true);
    ok(fl->conv2d(&t, x, w, NULL, 2, 1, 1, scope, &err));
    ok(fl->batch_norm(&t, t, weight, bias, mean, var, false, 0.1, 1e-5, -1, scope, &err));
    ok(fl->global_avg_pool(&t, t, scope, &err));
    ok(fl->linear(&t, t, head, NULL, scope, &err));
    ok(fl->cross_entropy(&t, t, (const int64_t[]){0, 1, 2, 1}, 4, NULL, 0.1, scope, &err));
    ok(fl->backward(t, 1, &err));
    ok(fl->tensor_grad(&grad, w, scope, &err));
    values(out, 8 * 27, grad);
    ok(fl->tensor_grad(&grad, head, scope, &err));
    values(out + 8 * 27, 3 * 8, grad);
}

static void expect_step(const char *what, const float cpu[STEP], double limit)
{
    float got[STEP];
    char text[60];
    step(got);
    fl->precision_set(FL_FP32);
    snprintf(text, sizeof text, "%s, convolution", what);
    close_to(text, got, cpu, 8 * 27, limit);
    snprintf(text, sizeof text, "%s, classifier", what);
    close_to(text, got + 8 * 27, cpu + 8 * 27, 3 * 8, limit);
}

/* Convolutions in fp32 multiply TF32, 10 bits behind the point, as fp16 has; bf16 has 7. On a CPU
 * rounding what goes in to 10 bits makes 4e-4 of difference here, and computing in bf16 6e-3. */
static void test_step(void **state)
{
    (void)state;
    float cpu[STEP];
    select_device("cpu");
    step(cpu);
    select_device(GPU);
    expect_step("gradients, fp32", cpu, 2e-3);
    fl->precision_set(FL_AUTOCAST_FP16);
    expect_step("gradients, fp16", cpu, 5e-3);
    if (gpu.bf16_fast) {
        fl->precision_set(FL_AUTOCAST_BF16);
        expect_step("gradients, bf16", cpu, 2e-2);
    }
}

enum { MAPS = 4 * 8 * 6 * 6, NORM = 2 * MAPS + 2 * 8 };

/* A batch norm by the batch's statistics: result, gradient, what the statistics become. */
static void normalise(float out[NORM])
{
    fl_tensor *x = filled(DIMS(4, 8, 6, 6), 0, 2), *t, *grad;
    fl_tensor *weight = filled(DIMS(8), 1, 2), *bias = filled(DIMS(8), 2, 2);
    fl_tensor *mean = floats(DIMS(8), NULL), *var = floats(DIMS(8), ones);
    fl->tensor_require_grad(x, true);
    ok(fl->batch_norm(&t, x, weight, bias, mean, var, true, 0.1, 1e-5, 0, scope, &err));
    values(out, MAPS, t);
    ok(fl->global_avg_pool(&t, t, scope, &err));
    ok(fl->cross_entropy(&t, t, (const int64_t[]){0, 7, 2, 1}, 4, NULL, 0.1, scope, &err));
    ok(fl->backward(t, 1, &err));
    ok(fl->tensor_grad(&grad, x, scope, &err));
    values(out + MAPS, MAPS, grad);
    values(out + 2 * MAPS, 8, mean);
    values(out + 2 * MAPS + 8, 8, var);
}

static void test_batch_norm(void **state)
{
    (void)state;
    static float cpu[NORM], got[NORM];
    select_device("cpu");
    normalise(cpu);
    select_device(GPU);
    normalise(got);
    close_to("batch_norm", got, cpu, MAPS, 1e-5);
    close_to("its gradient", got + MAPS, cpu + MAPS, MAPS, 1e-4);
    close_to("its mean", got + 2 * MAPS, cpu + 2 * MAPS, 8, 1e-5);
    close_to("its variance", got + 2 * MAPS + 8, cpu + 2 * MAPS + 8, 8, 1e-5);
}

enum { IN = 2 * 4 * 6 * 6, OUT = 2 * 4 * 3 * 3 };

/* What only selects and adds: the same bits. */
static void select_and_add(float out[IN + OUT])
{
    fl_tensor *x = filled(DIMS(2, 4, 6, 6), 5, 3), *t, *grad;
    fl->tensor_require_grad(x, true);
    ok(fl->relu(&t, x, 1, false, scope, &err));
    ok(fl->max_pool2d(&t, t, 2, 2, 0, scope, &err));
    ok(fl->add(&t, t, t, scope, &err));
    values(out + IN, OUT, t);
    ok(fl->global_avg_pool(&t, t, scope, &err));
    ok(fl->cross_entropy(&t, t, (const int64_t[]){1, 3}, 2, NULL, 0, scope, &err));
    ok(fl->backward(t, 1, &err));
    ok(fl->tensor_grad(&grad, x, scope, &err));
    values(out, IN, grad);
}

static void test_select_and_add(void **state)
{
    (void)state;
    float cpu[IN + OUT], got[IN + OUT];
    select_device("cpu");
    select_and_add(cpu);
    select_device(GPU);
    select_and_add(got);
    near("relu, max_pool2d, add", got + IN, cpu + IN, OUT, 0);
    close_to("their gradients", got, cpu, IN, 1e-5);
}

/* --- optimisers --------------------------------------------------------------------------- */

enum { PARAMS = 3 * 16 };

/* A classifier after ten steps, and the optimiser's first moment. */
static void learn(const struct fl_optim_config *config, float out[2 * PARAMS])
{
    fl_tensor *w = filled(DIMS(3, 16), 3, 2), *moments[2];
    fl_optim *optim;
    fl->tensor_require_grad(w, true);
    ok(fl->optim_new(&optim, config, &w, (const int[]){0}, 1, 1, &err));
    fl->optim_group(optim, 0, 0.05, 0.01);
    for (int i = 0; i < 10; i++) {
        fl_tensor *x = filled(DIMS(4, 16), 100 * (size_t)i, 4), *t;
        bool finite;
        double norm;
        ok(fl->linear(&t, x, w, NULL, scope, &err));
        ok(fl->cross_entropy(&t, t, (const int64_t[]){0, 1, 2, 1}, 4, NULL, 0, scope, &err));
        ok(fl->backward(t, 64, &err));
        ok(fl->grads_unscale(optim, 64, &finite, &norm, &err));
        assert_true(finite && norm > 0);
        ok(fl->optim_step(optim, &err));
        fl->optim_zero_grad(optim);
    }
    int n;
    int64_t steps;
    values(out, PARAMS, w);
    ok(fl->optim_state(optim, 0, moments, &n, &steps, &err));
    assert_true(n >= 1);
    values(out + PARAMS, PARAMS, moments[0]);
    fl->optim_free(optim);
}

static void test_optimisers(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct fl_optim_config config;
    } kinds[] = {{"SGD", {.kind = FL_SGD, .momentum = 0.9}},
                 {"Adam", {.kind = FL_ADAM, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8}},
                 {"AdamW", {.kind = FL_ADAMW, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8}}};
    for (size_t k = 0; k < COUNT(kinds); k++) {
        float cpu[2 * PARAMS], got[2 * PARAMS];
        char text[40];
        select_device("cpu");
        learn(&kinds[k].config, cpu);
        select_device(GPU);
        learn(&kinds[k].config, got);
        close_to(kinds[k].name, got, cpu, PARAMS, 1e-4);
        snprintf(text, sizeof text, "%s, first moment", kinds[k].name);
        close_to(text, got + PARAMS, cpu + PARAMS, PARAMS, 1e-4);
    }
}

/* --- tensors ------------------------------------------------------------------------------ */

/* Numbers go there and come back; rows, joining, copies and casts move them as they are. */
static void test_tensors(void **state)
{
    (void)state;
    enum { ROWS = 5, WIDTH = 3 * 4 * 2, ALL = ROWS * WIDTH };
    float in[ALL], got[ALL];
    select_device(GPU);
    numbers(in, ALL, 0, 3);
    fl_tensor *x = floats(DIMS(ROWS, 3, 4, 2), in), *rows, *joined, *cast;
    ok(fl->tensor_read(x, got, sizeof got, &err));
    assert_memory_equal(got, in, sizeof in);
    ok(fl->tensor_rows(&rows, x, (const int64_t[]){4, 0}, 2, scope, &err));
    ok(fl->tensor_cat(&joined, (fl_tensor *[]){rows, rows}, 2, scope, &err));
    values(got, 4 * WIDTH, joined);
    for (int i = 0; i < 4; i++)
        assert_memory_equal(got + i * WIDTH, in + (i % 2 ? 0 : 4) * WIDTH, WIDTH * sizeof *in);
    ok(fl->tensor_cast(&cast, x, FL_BF16, scope, &err));
    values(got, ALL, cast);
    close_to("bf16", got, in, ALL, 1.0 / 256);
    fl_tensor *copy = floats(DIMS(ROWS, 3, 4, 2), NULL);
    ok(fl->tensor_copy(copy, x, &err));
    numbers(in, ALL, 77, 1);
    ok(fl->tensor_write(x, in, sizeof in, &err));
    ok(fl->tensor_read(x, got, sizeof got, &err));
    assert_memory_equal(got, in, sizeof in);
    numbers(in, ALL, 0, 3);
    ok(fl->tensor_read(copy, got, sizeof got, &err));
    assert_memory_equal(got, in, sizeof in);
}

static void test_mix(void **state)
{
    (void)state;
    float a[12], b[12], got[12], want[12];
    numbers(a, 12, 0, 2);
    numbers(b, 12, 50, 2);
    for (int i = 0; i < 12; i++)
        want[i] = 0.75f * a[i] + 0.25f * b[i];
    select_device(GPU);
    fl_tensor *to[2] = {floats(DIMS(3, 4), a), floats(DIMS(12), a)};
    fl_tensor *from[2] = {floats(DIMS(3, 4), b), floats(DIMS(12), b)};
    ok(fl->tensors_mix(to, from, 2, 0.25, &err));
    for (int i = 0; i < 2; i++) {
        values(got, 12, to[i]);
        close_to("mix", got, want, 12, 1e-6);
    }
}

/* --- memory ------------------------------------------------------------------------------- */

/* More than the GPU has: the error that offers a smaller batch, and the GPU goes on working. */
static void test_memory(void **state)
{
    (void)state;
    float got[STEP];
    fl_tensor *out;
    select_device(GPU);
    fl->device_peak(true);
    refused(fl->tensor_new(&out, FL_F64, 2, DIMS(1 << 20, 1 << 20), NULL, 0, &err),
            ERR_DEVICE_MEMORY, "tensor_new: out of GPU memory");
    refused(fl->throw_for_test(9, &err), ERR_DEVICE_MEMORY, "throw_for_test: out of GPU memory");
    fl->empty_cache();
    step(got);
    ok(fl->device_sync(&err));
    print_message("# %.1f MB in use on the GPU, %.1f MB of them at most by us\n",
                  (double)fl->device_memory() / 1e6, (double)fl->device_peak(false) / 1e6);
    assert_true(fl->device_peak(false) > 0 && fl->device_memory() > 0);
    fl->empty_cache();
}

int main(void)
{
    const struct CMUnitTest tests[] = {SHIM_TEST(test_pixels),     SHIM_TEST(test_step),
                                       SHIM_TEST(test_batch_norm), SHIM_TEST(test_select_and_add),
                                       SHIM_TEST(test_optimisers), SHIM_TEST(test_tensors),
                                       SHIM_TEST(test_mix),        SHIM_TEST(test_memory)};
    return shim_ready() && gpu_ready() ? cmocka_run_group_tests(tests, NULL, NULL) : 0;
}
