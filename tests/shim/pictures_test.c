/* Pictures into the net, against the C reference: the shim's ways on the CPU, that of a GPU without
 * our kernels among them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "fl_pixels.h"
#include "shim/shim.h"

static const float mean[3] = {0.485f, 0.456f, 0.406f}, std[3] = {0.229f, 0.224f, 0.225f};

/* Bytes of n pictures, and what the reference makes of them, [N, 3, H, W]. */
struct pictures {
    int64_t n, h, w;
    const struct fl_pixel_op *ops;
    uint8_t *rgb;
    float *want, *got;
};

static size_t size_of(const struct pictures *p)
{
    return (size_t)(3 * p->n * p->h * p->w);
}

static void fill_want(struct pictures *p)
{
    size_t plane = (size_t)(p->h * p->w);
    float *hwc = malloc(3 * plane * sizeof *hwc);
    assert_non_null(hwc);
    for (size_t i = 0; i < (size_t)p->n; i++) {
        fl_pixels_one(hwc, p->rgb + i * 3 * plane, p->h, p->w, p->ops ? &p->ops[i] : NULL, mean,
                      std);
        for (size_t k = 0; k < 3 * plane; k++)
            p->want[(i * 3 + k % 3) * plane + k / 3] = hwc[k];
    }
    free(hwc);
}

static void pictures_new(struct pictures *p, int64_t n, int64_t h, int64_t w,
                         const struct fl_pixel_op *ops)
{
    *p = (struct pictures){.n = n, .h = h, .w = w, .ops = ops};
    size_t size = size_of(p);
    p->rgb = malloc(size);
    p->want = malloc(size * sizeof *p->want);
    p->got = malloc(size * sizeof *p->got);
    assert_true(p->rgb && p->want && p->got);
    uint32_t dice = (uint32_t)(n + h);
    for (size_t i = 0; i < size; i++, dice = dice * 1664525 + 1013904223)
        p->rgb[i] = (uint8_t)(dice >> 24);
}

static void pictures_free(struct pictures *p)
{
    free(p->rgb);
    free(p->want);
    free(p->got);
}

/* The shim's against the reference's; the caller's bytes are no longer needed after the call. */
static void expect(struct pictures *p, const char *what, double limit)
{
    fl_tensor *y;
    fill_want(p);
    ok(fl->pixels(&y, p->rgb, p->n, p->h, p->w, p->ops, mean, std, scope, &err));
    memset(p->rgb, 0x5a, size_of(p));
    values(p->got, size_of(p), y);
    near(what, p->got, p->want, size_of(p), limit);
    int64_t dims[8];
    assert_int_equal(fl->tensor_dims(y, dims), 4);
    assert_true(dims[0] == p->n && dims[1] == 3 && dims[2] == p->h && dims[3] == p->w);
}

static const struct fl_pixel_op all_ops[] = {
    {0, 1, 1, 1},    {1, 1, 1, 1}, {0, 1.4f, 0.6f, 1.3f}, {1, 0.5f, 1.7f, 0},
    {0, 1, 0, 1},    {1, 4, 4, 4}, {0, 1, 2, 0},          {1, 1.0000001f, 1, 0.9999f},
    {0, 0.5f, 1, 1}, {1, 1, 1, 2}, {0, 0.3f, 4, 1},       {0, 0, 2, 2}};

static void in_sizes(const char *what, double limit)
{
    static const int64_t sides[][2] = {{1, 1}, {1, 7}, {9, 1}, {4, 3}, {61, 47}, {160, 160}};
    for (size_t s = 0; s < COUNT(sides); s++) {
        for (int jitter = 0; jitter < 2; jitter++) {
            struct pictures p;
            pictures_new(&p, COUNT(all_ops), sides[s][0], sides[s][1], jitter ? all_ops : NULL);
            expect(&p, what, limit);
            pictures_free(&p);
        }
    }
}

/* The batch operator is the C reference, picture by picture. */
static void test_reference(void **state)
{
    (void)state;
    in_sizes("pixels", 0);
}

/* The same steps in libtorch's operators: the grey is summed in another order, 1e-5. */
static void test_operators(void **state)
{
    (void)state;
    fl->pixels_for_test(true);
    in_sizes("pixels by operators", 1e-5);
}

/* One operation at a time: the others leave out what they need not do. */
static void test_one_by_one(void **state)
{
    (void)state;
    static const struct fl_pixel_op single[][2] = {{{1, 1, 1, 1}, {0, 1, 1, 1}},
                                                   {{0, 1, 1, 1}, {0, 1.7f, 1, 1}},
                                                   {{0, 1, 0.3f, 1}, {0, 1, 1, 1}},
                                                   {{0, 1, 1, 1}, {0, 1, 1, 3}}};
    fl->pixels_for_test(true);
    for (size_t i = 0; i < COUNT(single); i++) {
        struct pictures p;
        pictures_new(&p, 2, 13, 17, single[i]);
        expect(&p, "one operation", 1e-5);
        pictures_free(&p);
    }
}

/* Pictures are float32 whatever the net computes in. */
static void test_modes(void **state)
{
    (void)state;
    fl->pixels_for_test(true);
    fl->precision_set(FL_AUTOCAST_BF16);
    struct pictures p;
    pictures_new(&p, COUNT(all_ops), 20, 24, all_ops);
    expect(&p, "with autocast", 1e-5);
    pictures_free(&p);
}

static void test_refusals(void **state)
{
    (void)state;
    enum { N = 3, H = 4, W = 3 };
    uint8_t rgb[N * H * W * 3] = {0};
    struct fl_pixel_op ops[N] = {{0, 1, 1, 1}, {1, 1, 1, 1}, {0, 1, -1, 1}};
    const float flat[3] = {1, 0, 1};
    fl_tensor *y;
    for (int way = 0; way < 2; way++) {
        fl->pixels_for_test(way);
        refused(fl->pixels(&y, rgb, N, H, W, ops, mean, std, scope, &err), ERR_INVALID,
                "pixels: operation of picture 2");
        refused(fl->pixels(&y, rgb, 0, H, W, NULL, mean, std, scope, &err), ERR_INVALID,
                "pixels: 0 pictures");
        refused(fl->pixels(&y, rgb, N, H, W, NULL, mean, flat, scope, &err), ERR_INVALID,
                "pixels: deviation 0");
    }
}

static int usual(void **state)
{
    fl->pixels_for_test(false);
    return shim_teardown(state);
}

#define PICTURES_TEST(name) cmocka_unit_test_setup_teardown(name, shim_setup, usual)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PICTURES_TEST(test_reference),  PICTURES_TEST(test_operators),
        PICTURES_TEST(test_one_by_one), PICTURES_TEST(test_modes),
        PICTURES_TEST(test_refusals),
    };
    return shim_ready() ? cmocka_run_group_tests(tests, NULL, NULL) : 0;
}
