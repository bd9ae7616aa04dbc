/* The C reference of the pixel operator: values by hand. Needs no libtorch.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>

#include "fl_pixels.h"
#include "unit/test.h"

static const float none[3] = {0, 0, 0}, one[3] = {1, 1, 1};
static const float mean[3] = {0.485f, 0.456f, 0.406f}, std[3] = {0.229f, 0.224f, 0.225f};

static void near(const char *what, const float *got, const double *want, int n, double limit)
{
    double worst = 0;
    for (int i = 0; i < n; i++) {
        double d = fabs((double)got[i] - want[i]);
        worst = fmax(worst, isnan(d) ? INFINITY : d);
    }
    print_message("# %s: largest difference %.3g, limit %.3g\n", what, worst, limit);
    assert_true(worst <= limit);
}

/* No jitter: exactly (v / 255 - mean) / std, for every byte. */
static void test_neutral(void **state)
{
    (void)state;
    uint8_t rgb[256 * 3];
    float out[256 * 3], again[256 * 3];
    for (int i = 0; i < 256 * 3; i++)
        rgb[i] = (uint8_t)(i / 3);
    const struct fl_pixel_op neutral = {0, 1, 1, 1};
    fl_pixels_one(out, rgb, 16, 16, NULL, mean, std);
    fl_pixels_one(again, rgb, 16, 16, &neutral, mean, std);
    for (int i = 0; i < 256 * 3; i++) {
        assert_true(out[i] == ((float)rgb[i] / 255.0f - mean[i % 3]) / std[i % 3]);
        assert_true(out[i] == again[i]);
    }
}

/* Rows are turned around, channels and rows stay; odd width; on the plain and on the jittered path.
 */
static void test_flip(void **state)
{
    (void)state;
    uint8_t rgb[2 * 3 * 3];
    for (int i = 0; i < 18; i++)
        rgb[i] = (uint8_t)(10 * i);
    const struct fl_pixel_op ops[2] = {{1, 1, 1, 1}, {1, 1, 1, 0.5f}};
    const struct fl_pixel_op straight[2] = {{0, 1, 1, 1}, {0, 1, 1, 0.5f}};
    for (int k = 0; k < 2; k++) {
        float flipped[18], plain[18];
        fl_pixels_one(flipped, rgb, 2, 3, &ops[k], none, one);
        fl_pixels_one(plain, rgb, 2, 3, &straight[k], none, one);
        for (int y = 0; y < 2; y++)
            for (int x = 0; x < 3; x++)
                for (int c = 0; c < 3; c++)
                    assert_true(flipped[3 * (3 * y + x) + c] == plain[3 * (3 * y + 2 - x) + c]);
    }
}

/* Two pixels: (255, 0, 51) and (0, 102, 255); grey 0.299 + 0.0228 = 0.3218 and 0.2348 + 0.114 =
 * 0.3488; middle 0.3353. */
static const uint8_t two[6] = {255, 0, 51, 0, 102, 255};

static void test_brightness(void **state)
{
    (void)state;
    float out[6];
    const struct fl_pixel_op op = {0, 2, 1, 1};
    const double want[6] = {1, 0, 0.4, 0, 0.8, 1}; /* doubled and clamped */
    fl_pixels_one(out, two, 1, 2, &op, none, one);
    near("brightness", out, want, 6, 1e-6);
}

static void test_contrast(void **state)
{
    (void)state;
    float out[6];
    const struct fl_pixel_op half = {0, 1, 0.5f, 1}, zero = {0, 1, 0, 1};
    const double m = 0.3353;
    const double want[6] = {(1 + m) / 2, m / 2, (0.2 + m) / 2, m / 2, (0.4 + m) / 2, (1 + m) / 2};
    const double flat[6] = {m, m, m, m, m, m};
    fl_pixels_one(out, two, 1, 2, &half, none, one);
    near("contrast 0.5", out, want, 6, 1e-6);
    fl_pixels_one(out, two, 1, 2, &zero, none, one);
    near("contrast 0", out, flat, 6, 1e-6);
}

static void test_saturation(void **state)
{
    (void)state;
    float out[6];
    const struct fl_pixel_op grey = {0, 1, 1, 0}, strong = {0, 1, 1, 2};
    const double a = 0.3218, b = 0.3488;
    const double want[6] = {a, a, a, b, b, b};
    const double more[6] = {1, 0, 0.4 - a, 0, 0.8 - b, 1}; /* g + 2 (v - g) = 2 v - g, clamped */
    fl_pixels_one(out, two, 1, 2, &grey, none, one);
    near("saturation 0", out, want, 6, 1e-6);
    fl_pixels_one(out, two, 1, 2, &strong, none, one);
    near("saturation 2", out, more, 6, 1e-6);
}

/* All three in their order: brightness 0.5, then contrast 2 around half the middle, then grey. */
static void test_order(void **state)
{
    (void)state;
    float out[6];
    const struct fl_pixel_op op = {1, 0.5f, 2, 0};
    const double m = 0.3353 / 2;
    double v[6], want[6];
    for (int i = 0; i < 6; i++) {
        v[i] = m + 2 * (two[i] / 510.0 - m);
        v[i] = fmin(fmax(v[i], 0), 1);
    }
    for (int i = 0; i < 6; i++) {
        const double *p = v + (i < 3 ? 3 : 0); /* flipped */
        want[i] = (0.299 * p[0] + 0.587 * p[1] + 0.114 * p[2] - mean[i % 3]) / std[i % 3];
    }
    fl_pixels_one(out, two, 1, 2, &op, mean, std);
    near("all three", out, want, 6, 5e-6);
}

static void test_ranges(void **state)
{
    (void)state;
    const struct fl_pixel_op good[] = {{0, 1, 1, 1}, {1, 0, 4, 2}};
    const struct fl_pixel_op bad[] = {
        {2, 1, 1, 1}, {0, -1, 1, 1}, {0, 1, 4.5f, 1}, {0, 1, 1, NAN}, {-1, 1, 1, 1}};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(fl_pixel_op_ok(&good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(fl_pixel_op_ok(&bad[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_neutral),    cmocka_unit_test(test_flip),
        cmocka_unit_test(test_brightness), cmocka_unit_test(test_contrast),
        cmocka_unit_test(test_saturation), cmocka_unit_test(test_order),
        cmocka_unit_test(test_ranges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
