/* image: content kinds, PNG, orientation, files; names begin with the fault they provoke.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <png.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "image/decode.h"
#include "image/resize.h"
#include "unit/picture.h"

static const struct image_limits limits = IMAGE_LIMITS_DEFAULT;

static void expect_refused(const void *p, size_t n, enum image_kind kind, const char *message)
{
    struct image image = {1, 1, NULL};
    struct image_info info;
    struct err err = {0};
    assert_int_equal(image_decode(&image, p, n, &limits, 0, &info, &err), ERR_FORMAT);
    assert_string_equal(err.message, message);
    assert_int_equal(info.kind, kind);
    assert_int_equal(info.orientation, 1);
    assert_null(image.rgb);
    assert_int_equal(image.width, 0);
    err_clear(&err);
    assert_int_equal(image_probe(p, n, &limits, &info, &err), ERR_FORMAT);
    assert_string_equal(err.message, message);
}

/* --- kinds --- */

static void a04_to_a08_other_content_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t n;
        enum image_kind kind;
        const char *message;
    } cases[] = {
        {"", 0, KIND_EMPTY, "empty file"},
        {"\0\0\0\0\0\0\0\0\0\0\0\0", 12, KIND_ZEROS, "all zero bytes"},
        {"<html><body>404</body></html>", 29, KIND_HTML, "is a web page"},
        {"\xef\xbb\xbf\r\n<!DOCTYPE html>", 20, KIND_HTML, "is a web page"},
        {"GIF89a\1\0\1\0", 10, KIND_GIF, "is GIF"},
        {"RIFF\x24\0\0\0WEBPVP8 ", 16, KIND_WEBP, "is WebP"},
        {"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0", 18, KIND_BMP, "is BMP"},
        {"BMW is not a bitmap", 19, KIND_TEXT, "is text"},
        {"II*\0\x08\0\0\0", 8, KIND_TIFF, "is TIFF"},
        {"\0\0\0\x18"
         "ftypheic\0\0\0\0",
         16, KIND_HEIC, "is HEIC"},
        {"\0\0\0\x18"
         "ftypavif\0\0\0\0",
         16, KIND_AVIF, "is AVIF"},
        {"\xff\x0a\xfa\x1f", 4, KIND_JXL, "is JPEG XL"},
        {"\0\0\0\x0cjP  \r\n\x87\n", 12, KIND_JP2, "is JPEG 2000"},
        {"8BPS\0\1", 6, KIND_PSD, "is Photoshop"},
        {"P6\n2 2\n255\n", 11, KIND_PNM, "is PNM"},
        {"%PDF-1.4\n", 9, KIND_PDF, "is PDF"},
        {"PK\3\4\x14\0", 6, KIND_ZIP, "is ZIP archive"},
        {"\0\5\x16\7\0\2\0\0Mac OS X", 16, KIND_APPLEDOUBLE, "is macOS side file"},
        {"notes\n", 6, KIND_TEXT, "is text"},
        {"\x01\x02\x03\x04", 4, KIND_UNKNOWN, "is not a picture"},
        {"\xff\xd8", 2, KIND_UNKNOWN, "is not a picture"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        void *exact = xmemdup(cases[i].bytes, cases[i].n); /* so that a read past the end is seen */
        expect_refused(exact, cases[i].n, cases[i].kind, cases[i].message);
        free(exact);
    }
}

static void kinds_are_described(void **state)
{
    (void)state;
    uint8_t dicom[132] = {0};
    memcpy(dicom + 128, "DICM", 4);
    expect_refused(dicom, sizeof dicom, KIND_DICOM, "is DICOM");
    uint8_t *zeros = xcalloc(4096, 1);
    expect_refused(zeros, 4096, KIND_ZEROS, "all zero bytes");
    zeros[4095] = 1;
    assert_int_equal(image_sniff(zeros, 4096), KIND_UNKNOWN);
    free(zeros);
    int decoded = 0, pictures = 0;
    for (int k = 0; k < KIND_COUNT; k++) {
        assert_int_not_equal(strlen(image_kind_name((enum image_kind)k)), 0);
        decoded += image_kind_decoded((enum image_kind)k);
        pictures += image_kind_is_picture((enum image_kind)k);
    }
    assert_int_equal(decoded, 2);
    assert_int_equal(pictures, 13);
    struct err err;
    image_probe("RIFF....WEBP", 12, &limits, NULL, &err);
    assert_string_equal(err.hint, "convert it to JPEG or PNG");
}

/* --- orientation --- */

/* Corners of the upright picture, [bottom][right]. */
static const uint8_t corners[2][2][3] = {{{230, 20, 20}, {20, 230, 20}},
                                         {{20, 20, 230}, {230, 230, 230}}};

/* Where the stored row 0 and column 0 are in the upright picture, as the Exif table has it. */
static const struct {
    bool turned;             /* stored rows run down the upright picture's width */
    bool row0_far, col0_far; /* row 0 at the bottom or right; column 0 at the right or bottom */
} exif_table[9] = {
    [1] = {false, false, false}, [2] = {false, false, true}, [3] = {false, true, true},
    [4] = {false, true, false},  [5] = {true, false, false}, [6] = {true, true, false},
    [7] = {true, true, true},    [8] = {true, false, true},
};

/* The stored picture for a tag: 48 x 32 upright, 8-pixel aligned quadrants. */
static uint8_t *stored_picture(int tag, int *width, int *height)
{
    bool turned = exif_table[tag].turned;
    *width = turned ? 32 : 48;
    *height = turned ? 48 : 32;
    uint8_t *p = xmalloc(48 * 32 * 3);
    for (int y = 0; y < *height; y++) {
        for (int x = 0; x < *width; x++) {
            int across = (y >= *height / 2) ^ exif_table[tag].row0_far,
                along = (x >= *width / 2) ^ exif_table[tag].col0_far;
            memcpy(p + 3 * (y * *width + x),
                   turned ? corners[along][across] : corners[across][along], 3);
        }
    }
    return p;
}

static int corner_error(const struct image *image)
{
    int most = 0;
    for (int i = 0; i < 4; i++) {
        int x = i % 2 ? image->width - 1 : 0, y = i / 2 ? image->height - 1 : 0;
        for (int c = 0; c < 3; c++) {
            int d = abs(image->rgb[3 * (y * image->width + x) + c] - corners[i / 2][i % 2][c]);
            most = d > most ? d : most;
        }
    }
    return most;
}

static int check_upright(struct bytes b, int tag)
{
    struct image image;
    struct image_info info, probed;
    assert_int_equal(image_decode(&image, b.p, b.n, &limits, 0, &info, NULL), ERR_OK);
    assert_int_equal(image_probe(b.p, b.n, &limits, &probed, NULL), ERR_OK);
    assert_int_equal(info.orientation, tag);
    assert_int_equal(probed.orientation, tag);
    assert_int_equal(image.width, 48);
    assert_int_equal(image.height, 32);
    assert_int_equal(info.width, 48);
    assert_int_equal(probed.height, 32);
    int e = corner_error(&image);
    image_done(&image);
    return e;
}

static void a26_all_orientations(void **state)
{
    (void)state;
    int most = 0;
    for (int i = 0; i < 16; i++) {
        int tag = i / 2 + 1, width, height;
        uint8_t exif[EXIF_SIZE], *samples = stored_picture(tag, &width, &height);
        exif_block(exif, i % 2, (unsigned)tag);
        const struct jpeg_make jpeg = {.app1 = exif, .app1_n = sizeof exif};
        const struct png_make png = {PNG_COLOR_TYPE_RGB, 8, .exif = exif + 6,
                                     .exif_n = sizeof exif - 6};
        struct bytes b[2] = {jpeg_bytes(samples, width, height, &jpeg),
                             png_bytes(samples, (size_t)width * 3, width, height, &png)};
        for (int k = 0; k < 2; k++) {
            int e = check_upright(b[k], tag);
            most = e > most ? e : most;
            bytes_done(&b[k]);
        }
        free(samples);
    }
    print_message("# 8 orientations, corners: largest difference %d levels\n", most);
    assert_true(most <= 4);
}

static void a26_invalid_orientations_count_as_one(void **state)
{
    (void)state;
    static const struct {
        unsigned tag;
        uint8_t count; /* of numbers; there must be one */
    } cases[] = {{0, 1}, {9, 1}, {255, 1}, {65535, 1}, {6, 0}, {6, 2}};
    for (size_t i = 0; i < 2 * (sizeof cases / sizeof *cases); i++) {
        int width, height;
        uint8_t exif[EXIF_SIZE], *samples = stored_picture(1, &width, &height);
        exif_block(exif, i % 2, cases[i / 2].tag);
        exif[i % 2 ? 23 : 20] = cases[i / 2].count;
        const struct jpeg_make make = {.app1 = exif, .app1_n = sizeof exif};
        struct bytes b = jpeg_bytes(samples, width, height, &make);
        assert_true(check_upright(b, 1) <= 4);
        bytes_done(&b);
        free(samples);
    }
}

static void orientation_and_reduced_decode(void **state)
{
    (void)state;
    int width, height;
    uint8_t exif[EXIF_SIZE], *samples = stored_picture(6, &width, &height);
    exif_block(exif, false, 6);
    const struct jpeg_make make = {.app1 = exif, .app1_n = sizeof exif};
    struct bytes b = jpeg_bytes(samples, width, height, &make);
    struct image image;
    struct image_info info;
    assert_int_equal(image_decode(&image, b.p, b.n, &limits, 16, &info, NULL), ERR_OK);
    assert_int_equal(image.width, 24);
    assert_int_equal(image.height, 16);
    assert_int_equal(info.width, 48);
    assert_true(corner_error(&image) <= 4);
    image_done(&image);
    bytes_done(&b);
    free(samples);
}

/* --- PNG --- */

static struct image decode_png(struct bytes *b, struct image_info *info)
{
    struct image image;
    assert_int_equal(image_decode(&image, b->p, b->n, &limits, 0, info, NULL), ERR_OK);
    assert_int_equal(info->kind, KIND_PNG);
    assert_int_equal(info->warnings, 0);
    bytes_done(b);
    return image;
}

static void expect_pixels(struct image image, const uint8_t *rgb, size_t pixels)
{
    assert_int_equal(image.width * image.height, pixels);
    assert_memory_equal(image.rgb, rgb, 3 * pixels);
    image_done(&image);
}

static void png_depths(void **state)
{
    (void)state;
    struct image_info info;
    const struct png_make two = {PNG_COLOR_TYPE_GRAY, 1}, four = {PNG_COLOR_TYPE_GRAY, 2},
                          sixteen = {PNG_COLOR_TYPE_GRAY, 4};
    struct bytes b = png_bytes((const uint8_t[]){0x50}, 1, 4, 1, &two);
    expect_pixels(decode_png(&b, &info),
                  (const uint8_t[]){0, 0, 0, 255, 255, 255, 0, 0, 0, 255, 255, 255}, 4);
    assert_int_equal(info.channels, 1);
    b = png_bytes((const uint8_t[]){0x1b}, 1, 4, 1, &four);
    expect_pixels(decode_png(&b, &info),
                  (const uint8_t[]){0, 0, 0, 85, 85, 85, 170, 170, 170, 255, 255, 255}, 4);
    b = png_bytes((const uint8_t[]){0x0f, 0x70}, 2, 3, 1, &sixteen);
    expect_pixels(decode_png(&b, &info), (const uint8_t[]){0, 0, 0, 255, 255, 255, 119, 119, 119},
                  3);
    const struct png_make deep = {PNG_COLOR_TYPE_RGB, 16}, deep_grey = {PNG_COLOR_TYPE_GRAY, 16};
    b = png_bytes((const uint8_t[]){0xff, 0xff, 0x80, 0x80, 0x00, 0x7f}, 6, 1, 1, &deep);
    expect_pixels(decode_png(&b, &info), (const uint8_t[]){255, 128, 0}, 1);
    assert_true(info.sixteen_bit);
    b = png_bytes((const uint8_t[]){0x12, 0xff}, 2, 1, 1,
                  &deep_grey); /* 0x12ff / 257 = 18.9: scaled, not cut */
    expect_pixels(decode_png(&b, &info), (const uint8_t[]){19, 19, 19}, 1);
}

static void png_palette(void **state)
{
    (void)state;
    static const uint8_t colors[] = {10, 20, 30, 200, 100, 50, 7, 8, 9};
    struct image_info info;
    const struct png_make make = {PNG_COLOR_TYPE_PALETTE, 2, .palette = colors, .n_palette = 3};
    struct bytes b = png_bytes((const uint8_t[]){0x18}, 1, 3, 1, &make);
    expect_pixels(decode_png(&b, &info), (const uint8_t[]){10, 20, 30, 200, 100, 50, 7, 8, 9}, 3);
    assert_true(info.palette);
    assert_false(info.alpha);
    assert_int_equal(info.channels, 3);
}

static void a34_alpha_lies_on_white(void **state)
{
    (void)state;
    struct image_info info;
    const struct png_make rgba = {PNG_COLOR_TYPE_RGBA, 8},
                          grey_alpha = {PNG_COLOR_TYPE_GRAY_ALPHA, 8};
    struct bytes b =
        png_bytes((const uint8_t[]){255, 0, 0, 0, 255, 0, 0, 51, 1, 2, 3, 255}, 12, 3, 1, &rgba);
    expect_pixels(decode_png(&b, &info), (const uint8_t[]){255, 255, 255, 255, 204, 204, 1, 2, 3},
                  3);
    assert_true(info.alpha);
    assert_int_equal(info.channels, 4);
    b = png_bytes((const uint8_t[]){100, 0, 100, 255, 0, 102}, 6, 3, 1, &grey_alpha);
    expect_pixels(decode_png(&b, &info),
                  (const uint8_t[]){255, 255, 255, 100, 100, 100, 153, 153, 153}, 3);
    assert_int_equal(info.channels, 2);
    static const uint8_t colors[] = {10, 20, 30, 200, 100, 50}, alpha[] = {0};
    const struct png_make clear0 = {
        PNG_COLOR_TYPE_PALETTE, 8, .palette = colors, .n_palette = 2, .alpha = alpha, .n_alpha = 1};
    b = png_bytes((const uint8_t[]){0, 1}, 2, 2, 1, &clear0);
    expect_pixels(decode_png(&b, &info), (const uint8_t[]){255, 255, 255, 200, 100, 50}, 2);
    static const uint16_t clear[3] = {9, 8, 7};
    const struct png_make keyed = {PNG_COLOR_TYPE_RGB, 8, .clear = clear};
    b = png_bytes((const uint8_t[]){9, 8, 7, 9, 8, 6}, 6, 2, 1, &keyed);
    expect_pixels(decode_png(&b, &info), (const uint8_t[]){255, 255, 255, 9, 8, 6}, 2);
    assert_true(info.alpha);
}

static void png_interlaced(void **state)
{
    (void)state;
    for (int channels = 3; channels <= 4; channels++) {
        uint8_t *rows = noise(37, 21, channels);
        int type = channels == 3 ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_RGBA;
        const struct png_make plain = {type, 8}, passes = {type, 8, .interlaced = true};
        struct image_info info;
        struct bytes b = png_bytes(rows, (size_t)(37 * channels), 37, 21, &plain);
        struct image expected = decode_png(&b, &info);
        assert_false(info.progressive);
        b = png_bytes(rows, (size_t)(37 * channels), 37, 21, &passes);
        expect_pixels(decode_png(&b, &info), expected.rgb, 37 * 21);
        assert_true(info.progressive);
        if (channels == 3)
            assert_memory_equal(expected.rgb, rows, 37 * 21 * 3);
        image_done(&expected);
        free(rows);
    }
}

static void a35_png_cut_off_or_damaged(void **state)
{
    (void)state;
    uint8_t *rows = noise(16, 16, 3);
    const struct png_make make = {PNG_COLOR_TYPE_RGB, 8};
    struct bytes b = png_bytes(rows, 48, 16, 16, &make);
    expect_refused(b.p, 20, KIND_PNG, "cut off in the header");
    struct image image;
    struct err err;
    assert_int_equal(image_decode(&image, b.p, b.n - 20, &limits, 0, NULL, &err), ERR_FORMAT);
    assert_string_equal(err.message, "cut off in the data");
    for (size_t n = 0; n < b.n - 12; n++) { /* all but a missing end chunk */
        struct bytes cut = bytes_cut(b, n);
        assert_int_equal(image_decode(&image, cut.p, cut.n, &limits, 0, NULL, &err), ERR_FORMAT);
        bytes_done(&cut);
    }
    b.p[bytes_find(b, "IDAT", 4) + 100] ^= 1;
    assert_int_equal(image_decode(&image, b.p, b.n, &limits, 0, NULL, &err), ERR_FORMAT);
    assert_non_null(strstr(err.message, "damaged PNG: "));
    b.p[bytes_find(b, "IHDR", 4) + 4 + 3] ^= 1; /* width: the check sum no longer fits */
    assert_int_equal(image_decode(&image, b.p, b.n, &limits, 0, NULL, &err), ERR_FORMAT);
    assert_non_null(strstr(err.message, "CRC error"));
    bytes_done(&b);
    free(rows);
}

static void a21_png_limit(void **state)
{
    (void)state;
    uint8_t *rows = noise(8, 8, 3);
    const struct png_make make = {PNG_COLOR_TYPE_RGB, 8};
    struct bytes b = png_bytes(rows, 24, 8, 8, &make);
    struct image image;
    struct err err;
    struct image_limits exact = {64}, below = {63};
    assert_int_equal(image_decode(&image, b.p, b.n, &exact, 0, NULL, &err), ERR_OK);
    image_done(&image);
    assert_int_equal(image_decode(&image, b.p, b.n, &below, 0, NULL, &err), ERR_INVALID);
    assert_string_equal(err.message, "8 x 8 pixels, more than the limit of 63");
    assert_string_equal(err.hint, "raise max-pixels if it is meant to be that large");
    bytes_done(&b);
    free(rows);
}

/* --- files --- */

static void write_file(const char *folder, const char *name, struct bytes b)
{
    char *path = xasprintf("%s/%s", folder, name);
    assert_int_equal(file_replace(path, b.p, b.n, NULL), ERR_OK);
    free(path);
}

static enum err_code load(const char *folder, const char *name, struct image *image,
                          struct image_info *info, struct err *err)
{
    char *path = xasprintf("%s/%s", folder, name);
    enum err_code code = image_load(image, path, &limits, 0, info, err);
    if (code != ERR_OK)
        assert_true(str_starts(err->message, path)); /* A03: the path is never lost */
    unlink(path);
    free(path);
    return code;
}

static void a03_a07_a09_files_by_content(void **state)
{
    (void)state;
    char folder[] = "/tmp/flowerlab-decode-XXXXXX";
    assert_non_null(mkdtemp(folder));
    uint8_t *samples = noise(20, 10, 3);
    const struct jpeg_make jpeg = {0};
    const struct png_make png = {PNG_COLOR_TYPE_RGB, 8};
    struct bytes j = jpeg_bytes(samples, 20, 10, &jpeg), p = png_bytes(samples, 60, 20, 10, &png);
    struct image image;
    struct image_info info;
    struct err err = {0};
    static const char *const names[] = {"a.jpg", "X.JPG", "y.heic", "w", "v.dcm"};
    for (size_t i = 0; i < 10; i++) {
        write_file(folder, names[i / 2], i % 2 ? p : j);
        assert_int_equal(load(folder, names[i / 2], &image, &info, &err), ERR_OK);
        assert_int_equal(info.kind, i % 2 ? KIND_PNG : KIND_JPEG);
        assert_int_equal(image.width, 20);
        image_done(&image);
    }
    write_file(folder, "stub.jpg", (struct bytes){j.p, 20});
    assert_int_equal(load(folder, "stub.jpg", &image, &info, &err), ERR_FORMAT);
    assert_true(str_ends(err.message, "stub.jpg: cut off in the header"));
    assert_null(image.rgb);
    assert_int_equal(load(folder, "missing.jpg", &image, &info, &err), ERR_NOT_FOUND);
    assert_null(image.rgb);
    rmdir(folder);
    bytes_done(&j);
    bytes_done(&p);
    free(samples);
}

static void a24_thin_pictures(void **state)
{
    (void)state;
    static const int sizes[][2] = {{1, 1}, {1, 4000}, {4000, 1}, {20, 20}};
    for (size_t i = 0; i < 4; i++) {
        int width = sizes[i][0], height = sizes[i][1];
        uint8_t *samples = solid(width, height, 3, (const uint8_t[]){90, 120, 60});
        const struct jpeg_make make = {0};
        struct bytes b = jpeg_bytes(samples, width, height, &make);
        struct image image;
        assert_int_equal(image_decode(&image, b.p, b.n, &limits, 0, NULL, NULL), ERR_OK);
        assert_int_equal(image.width, width);
        assert_int_equal(image.height, height);
        uint8_t *out = xmalloc(224 * 224 * 3);
        resize_bilinear(
            out, 224, 224, &image,
            crop_view(width, height, 0, 1)); /* A25: enlarged first, never cropped too large */
        for (int k = 0; k < 224 * 224 * 3; k++)
            assert_in_range(out[k], image.rgb[k % 3] - (image.rgb[k % 3] > 0),
                            image.rgb[k % 3] + 1);
        free(out);
        image_done(&image);
        bytes_done(&b);
        free(samples);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a04_to_a08_other_content_is_named),
        cmocka_unit_test(kinds_are_described),
        cmocka_unit_test(a26_all_orientations),
        cmocka_unit_test(a26_invalid_orientations_count_as_one),
        cmocka_unit_test(orientation_and_reduced_decode),
        cmocka_unit_test(png_depths),
        cmocka_unit_test(png_palette),
        cmocka_unit_test(a34_alpha_lies_on_white),
        cmocka_unit_test(png_interlaced),
        cmocka_unit_test(a35_png_cut_off_or_damaged),
        cmocka_unit_test(a21_png_limit),
        cmocka_unit_test(a03_a07_a09_files_by_content),
        cmocka_unit_test(a24_thin_pictures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
