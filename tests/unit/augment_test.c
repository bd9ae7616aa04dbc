/* image: the draws' distribution, and their arithmetic on small pictures computed by hand.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "unit/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fl_pixels.h"
#include "image/augment.h"
#include "unit/picture.h"

static const struct augment_limits everything = {
    .flip = true, .crop = true, .crop_min = 0.25, .jitter = 0.4};

static struct augment_draw draw_at(const struct augment_limits *limits, int width, int height,
                                   uint64_t key)
{
    struct rng rng = rng_at(42, RNG_AUGMENT, 3, key);
    return augment_draw(limits, width, height, &rng);
}

static void nothing_allowed_nothing_drawn(void **state)
{
    (void)state;
    const struct augment_limits none = {0};
    struct augment_draw d = draw_at(&none, 30, 20, 0);
    assert_true(d.window.x == 0 && d.window.y == 0 && d.window.width == 30 &&
                d.window.height == 20);
    assert_false(d.flip);
    assert_true(d.brightness == 1 && d.contrast == 1 && d.saturation == 1);
}

static void draws_depend_on_their_key_only(void **state)
{
    (void)state;
    struct augment_draw a = draw_at(&everything, 320, 240, 7),
                        b = draw_at(&everything, 320, 240, 7);
    struct augment_draw other = draw_at(&everything, 320, 240, 8),
                        size = draw_at(&everything, 33, 500, 7);
    assert_int_equal(a.window.x, b.window.x);
    assert_int_equal(a.window.width, b.window.width);
    assert_true(a.flip == b.flip && a.brightness == b.brightness && a.saturation == b.saturation);
    assert_true(a.brightness != other.brightness);
    assert_true(a.flip == size.flip && a.contrast == size.contrast); /* not on the picture's size */
}

static void windows_keep_the_rule(void **state)
{
    (void)state;
    const int n = 20000, width = 320, height = 240;
    double area = 0, log_aspect = 0, x_middle = 0;
    int flips = 0;
    for (int i = 0; i < n; i++) {
        struct augment_draw d = draw_at(&everything, width, height, (uint64_t)i);
        const struct rect w = d.window;
        assert_true(w.x >= 0 && w.y >= 0 && w.width >= 1 && w.height >= 1);
        assert_true(w.x + w.width <= width && w.y + w.height <= height);
        double share = (double)w.width * w.height / (width * height),
               aspect = (double)w.width / w.height;
        assert_true(share > 0.24 && share <= 1);
        assert_true(aspect > 0.74 && aspect < 1.35);
        assert_true(d.brightness >= 0.6f && d.brightness <= 1.4f);
        assert_true(d.contrast >= 0.6f && d.contrast <= 1.4f && d.saturation >= 0.6f &&
                    d.saturation <= 1.4f);
        area += share / n;
        log_aspect += log(aspect) / n;
        x_middle += (w.x + w.width / 2.0) / width / n;
        flips += d.flip;
    }
    print_message("# of %d draws: mean area %.4f, log aspect %.4f, centre %.4f, flips %d\n", n,
                  area, log_aspect, x_middle, flips);
    /* 20,000 draws of torchvision 0.28's RandomResizedCrop gave 0.5226, 0.0402, 0.5001; limits are
     * four deviations of both */
    assert_true(fabs(area - 0.5226) < 0.008);
    assert_true(fabs(log_aspect - 0.0402) < 0.007);
    assert_true(fabs(x_middle - 0.5) < 0.005);
    assert_in_range(flips, n / 2 - 283, n / 2 + 283);
}

/* A picture so long that ten tries fail: the centre with the nearest allowed aspect. */
static void long_pictures_fall_back_to_the_centre(void **state)
{
    (void)state;
    const struct augment_limits crop = {.crop = true, .crop_min = 0.9};
    struct augment_draw d = draw_at(&crop, 1000, 30, 1);
    assert_true(d.window.width == 40 && d.window.height == 30 && d.window.x == 480 &&
                d.window.y == 0);
    d = draw_at(&crop, 30, 1000, 1);
    assert_true(d.window.width == 30 && d.window.height == 40 && d.window.x == 0 &&
                d.window.y == 480);
    d = draw_at(&crop, 1, 4000, 1);
    assert_true(d.window.width == 1 && d.window.height == 1);
    d = draw_at(&crop, 1, 1, 1);
    assert_true(d.window.width == 1 && d.window.height == 1);
}

static void large_jitter_stops_at_zero(void **state)
{
    (void)state;
    const struct augment_limits wild = {.jitter = 3};
    for (uint64_t i = 0; i < 500; i++) {
        struct augment_draw d = draw_at(&wild, 4, 4, i);
        assert_true(d.brightness >= 0 && d.brightness <= 4 && d.contrast >= 0 && d.saturation >= 0);
    }
}

/* --- applying: 2 x 2 pictures without resize --- */

static uint8_t four[] = {200, 100, 50, 10, 20, 30, 0, 0, 0, 255, 255, 255};

static void expect_applied(struct augment_draw d, const uint8_t expected[12])
{
    const struct image image = {2, 2, four};
    d.window = (struct rect){0, 0, 2, 2};
    for (int antialias = 0; antialias < 2; antialias++) {
        uint8_t out[12];
        augment_apply(out, 2, &image, &d, antialias);
        assert_memory_equal(out, expected, 12);
    }
}

static void arithmetic_by_hand(void **state)
{
    (void)state;
    expect_applied((struct augment_draw){.brightness = 1, .contrast = 1, .saturation = 1}, four);
    expect_applied(
        (struct augment_draw){.flip = true, .brightness = 1, .contrast = 1, .saturation = 1},
        (const uint8_t[]){10, 20, 30, 200, 100, 50, 255, 255, 255, 0, 0, 0});
    expect_applied((struct augment_draw){.brightness = 1.5f, .contrast = 1, .saturation = 1},
                   (const uint8_t[]){255, 150, 75, 15, 30, 45, 0, 0, 0, 255, 255, 255});
    /* greys 124.2, 18.15, 0, 255; their mean 99.34 takes half of each value */
    expect_applied((struct augment_draw){.brightness = 1, .contrast = 0.5f, .saturation = 1},
                   (const uint8_t[]){150, 100, 75, 55, 60, 65, 50, 50, 50, 177, 177, 177});
    /* no saturation: the grey of each pixel */
    expect_applied((struct augment_draw){.brightness = 1, .contrast = 1, .saturation = 0},
                   (const uint8_t[]){124, 124, 124, 18, 18, 18, 0, 0, 0, 255, 255, 255});
    /* all three in order: twice v, clamped; half way to 124.09, the mean grey of that; half way to
     * the grey of each pixel, 164.57, 80.19, 62.04 and 189.54 */
    expect_applied((struct augment_draw){.brightness = 2, .contrast = 0.5f, .saturation = 0.5f},
                   (const uint8_t[]){177, 163, 138, 76, 81, 86, 62, 62, 62, 190, 190, 190});
}

/* The preview's bytes are the training path's values, rounded. */
static void same_as_the_input_of_the_net(void **state)
{
    (void)state;
    enum { SIDE = 12, N = SIDE * SIDE * 3 };
    const float none[3] = {0, 0, 0}, one[3] = {1, 1, 1};
    uint8_t *samples = noise(SIDE, SIDE, 3), out[N];
    const struct image image = {SIDE, SIDE, samples};
    const struct augment_limits limits = {.flip = true, .jitter = 0.8};
    double most = 0;
    for (uint64_t i = 0; i < 200; i++) {
        struct augment_draw d = draw_at(&limits, SIDE, SIDE, i);
        const struct fl_pixel_op op = {d.flip, d.brightness, d.contrast, d.saturation};
        float expected[N];
        fl_pixels_one(expected, samples, SIDE, SIDE, &op, none, one);
        augment_apply(out, SIDE, &image, &d, false);
        for (int k = 0; k < N; k++)
            most = fmax(most, fabs(out[k] - 255.0 * expected[k]));
    }
    print_message("# 200 draws: largest difference from the training path %.4f levels, half of one "
                  "is rounding\n",
                  most);
    assert_true(most <= 0.501);
    free(samples);
}

static void window_then_flip(void **state)
{
    (void)state;
    uint8_t *samples = noise(50, 40, 3);
    const struct image image = {50, 40, samples};
    struct augment_draw d = {{5, 6, 30, 20}, false, 1, 1, 1};
    uint8_t plain[16 * 16 * 3], flipped[16 * 16 * 3], expected[16 * 16 * 3];
    augment_apply(plain, 16, &image, &d, false);
    resize_bilinear(expected, 16, 16, &image, d.window);
    assert_memory_equal(plain, expected, sizeof plain);
    augment_apply(plain, 16, &image, &d, true);
    resize_antialias(expected, 16, 16, &image, d.window);
    assert_memory_equal(plain, expected, sizeof plain);
    d.flip = true;
    augment_apply(flipped, 16, &image, &d, true);
    for (int i = 0; i < 16 * 16; i++)
        assert_memory_equal(flipped + 3 * i, plain + 3 * (i / 16 * 16 + 15 - i % 16), 3);
    free(samples);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_allowed_nothing_drawn),
        cmocka_unit_test(draws_depend_on_their_key_only),
        cmocka_unit_test(windows_keep_the_rule),
        cmocka_unit_test(long_pictures_fall_back_to_the_centre),
        cmocka_unit_test(large_jitter_stops_at_zero),
        cmocka_unit_test(arithmetic_by_hand),
        cmocka_unit_test(same_as_the_input_of_the_net),
        cmocka_unit_test(window_then_flip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
