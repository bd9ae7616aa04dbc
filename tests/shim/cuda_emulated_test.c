/* Our CUDA kernels on an emulated card, against their C reference: values, limits, streams, memory,
 * errors. No CUDA needed. SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fl_cuda.h"
#include "fl_pixels.h"
#include "shim/emulated/emulated.h"
#include "unit/test.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const float imagenet_mean[3] = {0.485f, 0.456f, 0.406f},
                   imagenet_std[3] = {0.229f, 0.224f, 0.225f};
static const float none_mean[3] = {0, 0, 0}, none_std[3] = {1, 1, 1};

static uint32_t dice = 1;

static uint32_t roll(void)
{
    dice = dice * 1664525u + 1013904223u;
    return dice >> 8;
}

/* A call: n pictures of h x w with their operations (or NULL), and what the card gives for it. */
struct call {
    int64_t n, h, w;
    uint8_t *rgb;
    struct fl_pixel_op *ops;
    const float *mean, *std;
    float *out, *want;
    void *work;
    int device;
    void *stream;
};

static size_t values_of(const struct call *c)
{
    return (size_t)(3 * c->n * c->h * c->w);
}

static void call_new(struct call *c, int64_t n, int64_t h, int64_t w, const struct fl_pixel_op *ops)
{
    static int stream;
    *c = (struct call){.n = n,
                       .h = h,
                       .w = w,
                       .mean = imagenet_mean,
                       .std = imagenet_std,
                       .device = 1,
                       .stream = &stream};
    size_t size = values_of(c);
    c->rgb = malloc(size);
    c->want = malloc(size * sizeof *c->want);
    c->out = emulated_alloc(size * sizeof *c->out, 4);
    c->work = emulated_alloc(fl_cuda_pixels_work(n, h, w), 8);
    assert_true(c->rgb && c->want);
    for (size_t i = 0; i < size; i++)
        c->rgb[i] = (uint8_t)roll();
    if (ops) {
        c->ops = malloc((size_t)n * sizeof *c->ops);
        assert_non_null(c->ops);
        memcpy(c->ops, ops, (size_t)n * sizeof *c->ops);
    }
}

static void call_free(struct call *c)
{
    free(c->rgb);
    free(c->want);
    free(c->ops);
    emulated_free(c->out);
    emulated_free(c->work);
}

static void fill_want(struct call *c)
{
    size_t one = (size_t)(3 * c->h * c->w);
    for (size_t i = 0; i < (size_t)c->n; i++)
        fl_pixels_one(c->want + i * one, c->rgb + i * one, c->h, c->w, c->ops ? &c->ops[i] : NULL,
                      c->mean, c->std);
}

static enum err_code on_card(struct call *c, struct err *err)
{
    return fl_cuda_pixels(c->out, c->rgb, c->n, c->h, c->w, c->ops, c->mean, c->std, c->work,
                          c->device, c->stream, err);
}

/* As the caller may: the host's memory is used for other things before the card has begun. */
static void scribble(struct call *c)
{
    memset(c->rgb, 0x5a, values_of(c));
    if (c->ops)
        memset(c->ops, 0xff, (size_t)c->n * sizeof *c->ops);
}

static double worst_difference(const struct call *c)
{
    double worst = 0;
    for (size_t i = 0; i < values_of(c); i++) {
        double d = fabs((double)c->out[i] - (double)c->want[i]) / fmax(1, fabs((double)c->want[i]));
        worst = fmax(worst, isnan(d) ? INFINITY : d);
    }
    return worst;
}

/* The largest difference; everything else that must hold is checked here. */
static double run(struct call *c, enum emulated_order order)
{
    struct err err;
    fill_want(c);
    emulated_reset(c->stream, 0, 0);
    assert_int_equal(on_card(c, &err), ERR_OK);
    scribble(c);
    emulated_sync(order);
    struct emulated_state seen = emulated_seen();
    assert_int_equal(seen.device, c->device);
    assert_int_equal(seen.n_no_device, 0);
    assert_int_equal(seen.n_other_stream, 0);
    assert_int_equal(seen.n_split_barriers, 0);
    assert_true(emulated_intact(c->out) && emulated_intact(c->work));
    return worst_difference(c);
}

static struct fl_pixel_op some_op(void)
{
    static const float factors[] = {0, 0.25f, 0.6f, 0.9999999f, 1, 1.0000001f, 1.4f, 2, 4};
    return (struct fl_pixel_op){(int)(roll() % 2), factors[roll() % COUNT(factors)],
                                factors[roll() % COUNT(factors)], factors[roll() % COUNT(factors)]};
}

/* --- tests -------------------------------------------------------------------------------- */

static double plain(const int64_t side[2], int64_t n, bool flip, bool normalised)
{
    const struct fl_pixel_op flips[] = {{1, 1, 1, 1}, {0, 1, 1, 1}, {1, 1, 1, 1}};
    struct call c;
    call_new(&c, n, side[0], side[1], flip ? flips : NULL);
    if (!normalised)
        c.mean = none_mean, c.std = none_std;
    double worst = run(&c, EMULATED_SHUFFLED);
    assert_int_equal(emulated_seen().n_kernels, 1); /* no sum where no contrast changes */
    call_free(&c);
    return worst;
}

/* Flips alone are the same operations in the same order; products may be fused with sums: 1e-6 of a
 * deviation. */
static void test_plain(void **state)
{
    (void)state;
    static const int64_t sides[][2] = {{1, 1},   {1, 2},   {2, 1},    {1, 3},   {3, 1},
                                       {5, 7},   {16, 16}, {1, 255},  {1, 256}, {257, 1},
                                       {15, 17}, {61, 47}, {224, 224}};
    double worst = 0;
    for (size_t s = 0; s < COUNT(sides); s++) {
        for (int64_t n = 1; n <= (sides[s][0] < 200 ? 3 : 1); n++) {
            worst = fmax(worst, plain(sides[s], n, false, s % 2));
            worst = fmax(worst, plain(sides[s], n, true, s % 2));
        }
    }
    print_message("# plain: largest difference %.3g, limit 1e-6\n", worst);
    assert_true(worst <= 1e-6);
}

/* Each value of a byte through each channel. */
static void test_bytes(void **state)
{
    (void)state;
    struct call c;
    call_new(&c, 1, 16, 16, NULL);
    for (int i = 0; i < 3 * 256; i++)
        c.rgb[i] = (uint8_t)(i / 3);
    assert_true(run(&c, EMULATED_FORWARD) <= 1e-6);
    call_free(&c);
}

/* Jitter: the mean grey is summed in another order. The limit is gpu_test's. */
static void test_jitter(void **state)
{
    (void)state;
    static const int64_t sides[][2] = {{1, 1}, {1, 7}, {9, 1}, {13, 31}, {61, 47}, {120, 121}};
    static const enum emulated_order orders[] = {EMULATED_FORWARD, EMULATED_BACKWARD,
                                                 EMULATED_SHUFFLED};
    double worst = 0;
    for (size_t s = 0; s < COUNT(sides); s++) {
        for (int k = 0; k < 3; k++) {
            struct fl_pixel_op ops[2];
            int64_t n = k == 0 ? 1 : 2;
            for (int i = 0; i < n; i++)
                ops[i] = some_op();
            if (k == 1)
                ops[1].contrast = 1; /* its sums are never written */
            struct call c;
            call_new(&c, n, sides[s][0], sides[s][1], ops);
            worst = fmax(worst, run(&c, orders[k]));
            call_free(&c);
        }
    }
    print_message("# jitter: largest difference %.3g, limit 1e-5\n", worst);
    assert_true(worst <= 1e-5);
}

/* Pictures of one grey, black and white: clamps, a contrast around the value itself. */
static void test_flat(void **state)
{
    (void)state;
    for (int grey = 0; grey < 256; grey += 85) {
        const struct fl_pixel_op ops[] = {{0, 1, 4, 1}, {1, 4, 0, 4}, {0, 0, 2, 2}};
        struct call c;
        call_new(&c, 3, 11, 13, ops);
        memset(c.rgb, grey, values_of(&c));
        assert_true(run(&c, EMULATED_BACKWARD) <= 1e-5);
        call_free(&c);
    }
}

/* A missing barrier, or a sum in the order in which blocks happen to run, would show here: the same
 * bits in each order. */
static void test_order(void **state)
{
    (void)state;
    const struct fl_pixel_op ops[] = {{0, 1.1f, 0.7f, 1.3f}, {1, 1, 1.9f, 1}};
    float *first = NULL;
    for (int order = EMULATED_FORWARD; order <= EMULATED_SHUFFLED; order++) {
        struct call c;
        dice = 7;
        call_new(&c, 2, 101, 103, ops);
        run(&c, (enum emulated_order)order);
        if (!first) {
            first = malloc(values_of(&c) * sizeof *first);
            assert_non_null(first);
            memcpy(first, c.out, values_of(&c) * sizeof *first);
        }
        assert_memory_equal(first, c.out, values_of(&c) * sizeof *first);
        call_free(&c);
    }
    free(first);
}

/* More pictures than a batch has; and as many as the shim lets through, which is CUDA's limit on
 * blocks in y. */
static void test_many(void **state)
{
    (void)state;
    struct call c;
    struct err err;
    call_new(&c, 1000, 1, 3, NULL);
    assert_true(run(&c, EMULATED_FORWARD) <= 1e-6);
    call_free(&c);
    for (int64_t n = 65535; n <= 65536; n++) {
        call_new(&c, n, 1, 1, NULL);
        emulated_reset(c.stream, 0, 0);
        /* not run: 16 million threads */
        assert_int_equal(on_card(&c, &err), n == 65535 ? ERR_OK : ERR_TORCH);
        call_free(&c);
    }
}

/* Pictures of more pixels than the grid has threads: each thread does several. */
static void test_large(void **state)
{
    (void)state;
    const struct fl_pixel_op ops[] = {{1, 1, 1.5f, 0.5f}};
    for (int with = 0; with < 2; with++) {
        struct call c;
        call_new(&c, 1, 512, 513, with ? ops : NULL);
        assert_true(run(&c, EMULATED_FORWARD) <= 1e-5);
        call_free(&c);
    }
}

/* Room for the largest call of the shim, in numbers that 32 bits do not hold. */
static void test_work(void **state)
{
    (void)state;
    assert_true(fl_cuda_pixels_work(65535, 65535, 65535) > (size_t)3 * 65535 * 65535 * 65535);
}

/* Each call of the runtime fails once: its error arrives, and nothing else is asked of the card. */
static void test_errors(void **state)
{
    (void)state;
    const struct fl_pixel_op ops[] = {{0, 1, 2, 1}, {1, 1, 1, 1}};
    static const char *const steps[] = {"device", "upload", "upload", "sum_grey", "pixels_kernel"};
    static const struct {
        int error;
        enum err_code code;
        const char *text;
    } errors[] = {{2, ERR_DEVICE_MEMORY, "out of memory"},
                  {101, ERR_TORCH, "invalid device ordinal"}};
    for (int at = 1; at <= (int)COUNT(steps); at++) {
        for (size_t e = 0; e < COUNT(errors); e++) {
            struct call c;
            struct err err;
            char want[100];
            call_new(&c, 2, 5, 5, ops);
            emulated_reset(c.stream, at, errors[e].error);
            assert_int_equal(on_card(&c, &err), errors[e].code);
            snprintf(want, sizeof want, "pixels: %s: %s", steps[at - 1], errors[e].text);
            assert_string_equal(err.message, want);
            assert_int_equal(err.code, errors[e].code);
            assert_string_equal(err.hint, e == 0 ? "use a smaller batch" : "");
            assert_int_equal(emulated_seen().n_after_failure, 0);
            assert_int_equal(emulated_seen().n_calls, at);
            assert_int_equal(on_card(&c, &err), ERR_OK); /* the next call finds nothing of it */
            emulated_reset(c.stream, at, errors[e].error);
            assert_int_equal(on_card(&c, NULL), errors[e].code);
            call_free(&c);
        }
    }
}

/* Kernels for other cards, and a driver that is too old, are known before one is needed. */
static void test_usable(void **state)
{
    (void)state;
    static const char *const steps[] = {"device", "sum_grey", "pixels_kernel"};
    struct err err;
    for (int at = 1; at <= (int)COUNT(steps); at++) {
        char want[100];
        snprintf(want, sizeof want,
                 "pixels: %s: no kernel image is available for execution on the device",
                 steps[at - 1]);
        emulated_reset(NULL, at, 209);
        assert_false(fl_cuda_usable(1, &err));
        assert_string_equal(err.message, want);
        assert_int_equal(emulated_seen().n_after_failure, 0);
        assert_true(fl_cuda_usable(1, &err));
        assert_int_equal(emulated_seen().device, 1);
        assert_int_equal(emulated_seen().n_no_device, 0);
    }
}

/* The default stream, as the shim calls it. */
static void test_default_stream(void **state)
{
    (void)state;
    struct call c;
    call_new(&c, 1, 9, 9, NULL);
    c.stream = NULL;
    c.device = 0;
    assert_true(run(&c, EMULATED_FORWARD) <= 1e-6);
    assert_int_equal(emulated_seen().n_copies, 1);
    call_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),         cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_jitter),        cmocka_unit_test(test_flat),
        cmocka_unit_test(test_order),         cmocka_unit_test(test_many),
        cmocka_unit_test(test_large),         cmocka_unit_test(test_work),
        cmocka_unit_test(test_errors),        cmocka_unit_test(test_usable),
        cmocka_unit_test(test_default_stream)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
