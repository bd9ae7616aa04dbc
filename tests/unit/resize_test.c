/* image: resize against stored results (tests/ref/resize_opencv.py) and against definitions.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "unit/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "image/resize.h"
#include "unit/picture.h"

/* The formula of the script. */
static struct image draw(unsigned seed, int width, int height)
{
    struct image image = {width, height, xmalloc((size_t)3 * (size_t)width * (size_t)height)};
    uint8_t *p = image.rgb;
    for (unsigned y = 0; y < (unsigned)height; y++) {
        for (unsigned x = 0; x < (unsigned)width; x++) {
            for (unsigned c = 0; c < 3; c++)
                *p++ = (uint8_t)(x * (5 * seed + 3) + y * (3 * seed + 7) + 50 * c +
                                 (x * y * (seed + 1) >> 3));
        }
    }
    return image;
}

static int difference(const uint8_t *a, const uint8_t *b, size_t n)
{
    int most = 0;
    for (size_t i = 0; i < n; i++) {
        int d = abs(a[i] - b[i]);
        most = d > most ? d : most;
    }
    return most;
}

typedef void resize_fn(uint8_t *out, int width, int height, const struct image *src,
                       struct rect window);

/* One record and one method; the stored result follows in r. */
static int compare(struct reader *r, resize_fn *fn, const struct image *src, struct rect window,
                   int width, int height)
{
    size_t n = (size_t)3 * (size_t)width * (size_t)height;
    uint8_t *out = xmalloc(n);
    fn(out, width, height, src, window);
    assert_true((size_t)(r->end - r->p) >= n);
    int d = difference(out, r->p, n);
    r->p += n;
    free(out);
    return d;
}

static void stored_results(void **state)
{
    (void)state;
    char *path =
        xasprintf("%s/tests/ref/resize.bin", getenv("top_srcdir") ? getenv("top_srcdir") : ".");
    char *bytes;
    size_t n;
    assert_int_equal(file_read(path, 0, &bytes, &n, NULL), ERR_OK);
    struct reader r = reader_of(bytes, n);
    int cases = 0, linear = 0, antialias = 0, area = 0;
    for (; r.p < r.end; cases++) {
        int v[9];
        for (int i = 0; i < 9; i++)
            v[i] = (int)get_u32(&r);
        struct image image = draw((unsigned)v[0], v[1], v[2]);
        struct rect window = {v[3], v[4], v[5], v[6]};
        int d = compare(&r, resize_bilinear, &image, window, v[7], v[8]);
        linear = d > linear ? d : linear;
        d = compare(&r, resize_antialias, &image, window, v[7], v[8]);
        antialias = d > antialias ? d : antialias;
        bool shrinks = window.width > v[7] && window.height > v[8];
        d = shrinks ? compare(&r, resize_area, &image, window, v[7], v[8]) : 0;
        area = d > area ? d : area;
        image_done(&image);
    }
    print_message("# %d pictures, largest difference: bilinear %d, antialias %d, area %d levels\n",
                  cases, linear, antialias, area);
    assert_int_equal(cases, 20);
    assert_in_range(linear, 0, 1);
    assert_in_range(antialias, 0, 1);
    assert_in_range(area, 0, 1);
    free(bytes);
    free(path);
}

/* Mean over the box of a result pixel, by the definition. */
static double box_mean(const struct image *src, int width, int height, int x, int y, int c)
{
    double sx = (double)src->width / width, sy = (double)src->height / height, sum = 0;
    for (int v = (int)(y * sy); v < src->height && v < (y + 1) * sy; v++) {
        double h = fmin(v + 1.0, (y + 1) * sy) - fmax(v, y * sy);
        for (int u = (int)(x * sx); u < src->width && u < (x + 1) * sx; u++)
            sum += h * (fmin(u + 1.0, (x + 1) * sx) - fmax(u, x * sx)) *
                   src->rgb[3 * (v * src->width + u) + c];
    }
    return sum / (sx * sy);
}

static void area_is_the_box_mean(void **state)
{
    (void)state;
    static const int sizes[][4] = {{64, 48, 16, 12}, {64, 48, 15, 11}, {100, 7, 3, 5},
                                   {7, 5, 20, 11},   {1000, 3, 1, 1},  {12, 12, 12, 12}};
    double most = 0;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct image image = draw((unsigned)i + 3, sizes[i][0], sizes[i][1]);
        int width = sizes[i][2], height = sizes[i][3];
        uint8_t out[12 * 20 * 3];
        resize_area(out, width, height, &image, (struct rect){0, 0, image.width, image.height});
        for (int k = 0; k < width * height * 3; k++)
            most = fmax(most, fabs(out[k] - box_mean(&image, width, height, k / 3 % width,
                                                     k / 3 / width, k % 3)));
        image_done(&image);
    }
    print_message("# area: largest difference from the definition %.3f levels\n", most);
    assert_true(most <= 0.55); /* half a level is the rounding of the result */
}

static resize_fn *const all[] = {resize_bilinear, resize_antialias, resize_area};

static void flat_stays_flat(void **state)
{
    (void)state;
    static const int sizes[][2] = {{1, 1}, {1, 4000}, {4000, 1}, {37, 23}, {3000, 3}};
    static const int results[][2] = {{1, 1}, {224, 224}, {7, 300}, {300, 1}};
    static uint8_t out[224 * 224 * 3];
    int most = 0;
    for (size_t i = 0; i < 5 * 4 * 3; i++) { /* white, because it shows lost weight best */
        const int *from = sizes[i / 12], *to = results[i / 3 % 4];
        struct image image = {from[0], from[1],
                              solid(from[0], from[1], 3, (const uint8_t[]){255, 1, 128})};
        all[i % 3](out, to[0], to[1], &image, (struct rect){0, 0, from[0], from[1]});
        for (int k = 0; k < to[0] * to[1] * 3; k++) {
            int d = abs(out[k] - image.rgb[k % 3]);
            most = d > most ? d : most;
        }
        image_done(&image);
    }
    print_message("# flat pictures: largest difference %d levels\n", most);
    assert_int_equal(most, 0);
}

static void same_size_is_a_copy(void **state)
{
    (void)state;
    struct image image = draw(5, 31, 17);
    const struct rect window = {4, 3, 20, 12};
    for (size_t i = 0; i < 3; i++) {
        uint8_t out[20 * 12 * 3];
        all[i](out, 20, 12, &image, window);
        for (int y = 0; y < 12; y++)
            assert_memory_equal(out + 60 * y, image.rgb + 3 * ((y + 3) * 31 + 4), 60);
    }
    image_done(&image);
}

/* Only pixels of the window have a say: the rest is filled with another colour. */
static void windows_do_not_look_outside(void **state)
{
    (void)state;
    struct image image = {40, 30, solid(40, 30, 3, (const uint8_t[]){255, 255, 255})};
    const struct rect window = {11, 7, 9, 14};
    for (int y = window.y; y < window.y + window.height; y++)
        memset(image.rgb + 3 * (y * 40 + window.x), 50, 3 * (size_t)window.width);
    for (size_t i = 0; i < 3 * 2; i++) {
        uint8_t out[20 * 25 * 3];
        int width = i / 3 ? 20 : 5, height = i / 3 ? 25 : 4;
        all[i % 3](out, width, height, &image, window);
        for (int k = 0; k < width * height * 3; k++)
            assert_int_equal(out[k], 50);
    }
    image_done(&image);
}

static void sizes(void **state)
{
    (void)state;
    static const int fits[][6] = {{400, 300, 200, 200, 200, 150}, {300, 400, 200, 200, 150, 200},
                                  {10, 10, 80, 40, 40, 40},       {1, 4000, 100, 50, 1, 50},
                                  {4000, 1, 100, 50, 100, 1},     {65500, 65500, 65500, 1, 1, 1},
                                  {3, 2, 100, 100, 100, 67}};
    for (size_t i = 0; i < sizeof fits / sizeof *fits; i++) {
        int w, h;
        resize_fit(fits[i][0], fits[i][1], fits[i][2], fits[i][3], &w, &h);
        assert_int_equal(w, fits[i][4]);
        assert_int_equal(h, fits[i][5]);
    }
    static const int crops[][6] = {{256, 256, 16, 16, 224, 224},
                                   {320, 256, 48, 16, 224, 224},
                                   {1, 1, 0, 0, 1, 1},
                                   {1, 4000, 0, 1999, 1, 1},
                                   {20, 20, 1, 1, 18, 18}};
    for (size_t i = 0; i < sizeof crops / sizeof *crops; i++) {
        struct rect r = crop_view(crops[i][0], crops[i][1], 0, 1);
        assert_int_equal(r.x, crops[i][2]);
        assert_int_equal(r.y, crops[i][3]);
        assert_int_equal(r.width, crops[i][4]);
        assert_int_equal(r.height, crops[i][5]);
    }
}

/* From one end of the long side to the other. */
static void views(void **state)
{
    (void)state;
    static const int want[][8] = { /* width, height, i, n: x, y, side */
        {499, 665, 0, 2, 31, 0, 437},   {499, 665, 1, 2, 31, 228, 437}, {499, 665, 1, 3, 31, 114, 437},
        {665, 499, 2, 3, 228, 31, 437}, {256, 256, 0, 3, 0, 16, 224},   {256, 256, 2, 3, 32, 16, 224},
        {1, 4000, 8, 9, 0, 3999, 1},    {1, 1, 1, 2, 0, 0, 1},          {65500, 1, 1, 2, 65499, 0, 1}};
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        const int *w = want[i];
        struct rect r = crop_view(w[0], w[1], w[2], w[3]);
        assert_int_equal(r.x, w[4]);
        assert_int_equal(r.y, w[5]);
        assert_int_equal(r.width, w[6]);
        assert_int_equal(r.height, w[6]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stored_results),
        cmocka_unit_test(area_is_the_box_mean),
        cmocka_unit_test(flat_stays_flat),
        cmocka_unit_test(same_size_is_a_copy),
        cmocka_unit_test(windows_do_not_look_outside),
        cmocka_unit_test(sizes),
        cmocka_unit_test(views),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
