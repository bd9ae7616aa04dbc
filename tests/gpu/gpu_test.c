/* On the GPU: our kernel against its C reference, and a training step against the CPU's. Skipped
 * where there is none. SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "fl_pixels.h"
#include "shim/shim.h"

static bool gpu_ready(void)
{
    struct fl_device_info info;
    if (fl->device_select(&info, "cuda", &err) != ERR_OK) {
        printf("1..0 # SKIP %s\n", err.message);
        return false;
    }
    print_message("# %s, %s, capability %d, %.1f of %.1f GB free\n", info.name, info.title,
                  info.capability, (double)info.memory_free / 1e9, (double)info.memory_total / 1e9);
    return true;
}

static void select_device(const char *name)
{
    struct fl_device_info info;
    ok(fl->device_select(&info, name, &err));
}

/* Every operation, odd sizes. The mean grey is summed in another order and products may be fused:
 * 1e-5 of a deviation. */
static void test_pixels(void **state)
{
    (void)state;
    select_device("cuda");
    print_message("# our kernels are in this build: %d\n", fl->cuda_built);
    enum { N = 6, H = 61, W = 47, SIZE = N * H * W * 3 };
    const struct fl_pixel_op ops[N] = {{0, 1, 1, 1},       {1, 1, 1, 1}, {0, 1.4f, 0.6f, 1.3f},
                                       {1, 0.5f, 1.7f, 0}, {0, 1, 0, 1}, {1, 4, 4, 4}};
    const float mean[3] = {0.485f, 0.456f, 0.406f}, std[3] = {0.229f, 0.224f, 0.225f};
    uint8_t *rgb = malloc(SIZE);
    float *got = malloc(SIZE * sizeof *got), *want = malloc(SIZE * sizeof *want),
          *hwc = malloc(H * W * 3 * sizeof *hwc);
    assert_true(rgb && got && want && hwc);
    for (uint32_t i = 0, s = 1; i < SIZE; i++, s = s * 1664525 + 1013904223)
        rgb[i] = (uint8_t)(s >> 24);
    for (int jitter = 0; jitter < 2; jitter++) {
        fl_tensor *y;
        ok(fl->pixels(&y, rgb, N, H, W, jitter ? ops : NULL, mean, std, scope, &err));
        ok(fl->device_sync(&err));
        values(got, SIZE, y);
        for (int i = 0; i < N; i++) {
            fl_pixels_one(hwc, rgb + i * H * W * 3, H, W, jitter ? &ops[i] : NULL, mean, std);
            for (int k = 0; k < H * W * 3; k++)
                want[i * H * W * 3 + k % 3 * H * W + k / 3] = hwc[k];
        }
        near(jitter ? "pixels, jitter" : "pixels", got, want, SIZE, 1e-5);
    }
    free(rgb), free(got), free(want), free(hwc);
}

/* Gradients of a convolution, a batch norm and a classifier on the selected device. */
static void step(float out[8 * 27])
{
    fl_tensor *x = filled(DIMS(4, 3, 16, 16), 0, 2), *w = filled(DIMS(8, 3, 3, 3), 9, 1), *t, *grad;
    fl_tensor *one = filled(DIMS(8), 1, 2), *two = filled(DIMS(8), 2, 2),
              *head = filled(DIMS(3, 8), 3, 2);
    fl_tensor *mean = floats(DIMS(8), NULL), *var = floats(DIMS(8), NULL);
    fl->tensor_require_grad(w, true);
    ok(fl->conv2d(&t, x, w, NULL, 2, 1, 1, scope, &err));
    ok(fl->batch_norm(&t, t, one, two, mean, var, true, 0.1, 1e-5, -1, scope, &err));
    ok(fl->relu(&t, t, 0, true, scope, &err));
    ok(fl->max_pool2d(&t, t, 2, 2, 0, scope, &err));
    ok(fl->global_avg_pool(&t, t, scope, &err));
    ok(fl->linear(&t, t, head, NULL, scope, &err));
    ok(fl->cross_entropy(&t, t, (const int64_t[]){0, 1, 2, 1}, 4, NULL, 0.1, scope, &err));
    ok(fl->backward(t, 1, &err));
    ok(fl->tensor_grad(&grad, w, scope, &err));
    values(out, 8 * 27, grad);
}

static void test_step(void **state)
{
    (void)state;
    float cpu[8 * 27], gpu[8 * 27];
    select_device("cpu");
    step(cpu);
    select_device("cuda");
    step(gpu);
    near("gradients, fp32 (TF32 in convolutions)", gpu, cpu, COUNT(cpu), 5e-3);
    fl->precision_set(FL_AUTOCAST_FP16);
    step(gpu);
    near("gradients, fp16", gpu, cpu, COUNT(cpu), 2e-2);
    assert_true(fl->device_memory() > 0);
    fl->empty_cache();
}

/* More than the GPU has: the error that offers a smaller batch, and the GPU goes on working. */
static void test_memory(void **state)
{
    (void)state;
    select_device("cuda");
    fl_tensor *out;
    refused(fl->tensor_new(&out, FL_F64, 2, DIMS(1 << 20, 1 << 20), NULL, 0, &err),
            ERR_DEVICE_MEMORY, "tensor_new: out of GPU memory");
    fl->empty_cache();
    float got[216];
    step(got);
}

int main(void)
{
    const struct CMUnitTest tests[] = {SHIM_TEST(test_pixels), SHIM_TEST(test_step),
                                       SHIM_TEST(test_memory)};
    return shim_ready() && gpu_ready() ? cmocka_run_group_tests(tests, NULL, NULL) : 0;
}
