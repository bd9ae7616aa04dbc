/* image: JPEG reading and writing, sound and damaged; names begin with the fault they provoke.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "unit/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "image/decode.h"
#include "unit/picture.h"

static const struct image_limits limits = IMAGE_LIMITS_DEFAULT;

/* What a decode gave; image is freed by outcome_done. */
struct outcome {
    enum err_code code;
    struct image image;
    struct image_info info;
    struct err err;
};

static struct outcome decode(struct bytes b)
{
    struct outcome o = {0};
    o.code = image_decode(&o.image, b.p, b.n, &limits, 0, &o.info, &o.err);
    if (o.code != ERR_OK) {
        assert_null(o.image.rgb); /* A37: a failed load leaves nothing to train on */
        assert_int_not_equal(strlen(o.err.message), 0);
    }
    return o;
}

static const uint8_t *pixel(const struct outcome *o, int x, int y)
{
    return o->image.rgb + 3 * (y * o->image.width + x);
}

/* Largest difference of all pixels from one colour. */
static int away_from(const struct outcome *o, int r, int g, int b)
{
    const int color[3] = {r, g, b};
    int most = 0;
    for (int i = 0; i < 3 * o->image.width * o->image.height; i++) {
        int d = abs(o->image.rgb[i] - color[i % 3]);
        most = d > most ? d : most;
    }
    return most;
}

static void expect_refused(struct bytes b, enum err_code code, const char *message)
{
    struct outcome o = decode(b);
    assert_int_equal(o.code, code);
    assert_string_equal(o.err.message, message);
}

static struct bytes noise_jpeg(int width, int height, const struct jpeg_make *make)
{
    uint8_t *samples = noise(width, height,
                             make->stored == JPEG_AS_GREY   ? 1
                             : make->stored >= JPEG_AS_CMYK ? 4
                                                            : 3);
    struct bytes b = jpeg_bytes(samples, width, height, make);
    free(samples);
    return b;
}

static struct bytes solid_jpeg(const uint8_t *color, const struct jpeg_make *make)
{
    uint8_t *samples = solid(16, 16,
                             make->stored == JPEG_AS_GREY   ? 1
                             : make->stored >= JPEG_AS_CMYK ? 4
                                                            : 3,
                             color);
    struct bytes b = jpeg_bytes(samples, 16, 16, make);
    free(samples);
    return b;
}

static const struct jpeg_make baseline = {0}, progressive = {.progressive = true};

/* Decodes without any warning to the same pixels as the sound file. */
static void expect_same(struct bytes sound, struct bytes other)
{
    struct outcome a = decode(sound), b = decode(other);
    assert_int_equal(a.code, ERR_OK);
    assert_int_equal(b.code, ERR_OK);
    assert_int_equal(b.info.warnings, 0);
    assert_int_equal(a.image.width, b.image.width);
    assert_int_equal(a.image.height, b.image.height);
    assert_memory_equal(a.image.rgb, b.image.rgb,
                        (size_t)3 * (size_t)a.image.width * (size_t)a.image.height);
    image_done(&a.image);
    image_done(&b.image);
}

/* --- cut off and damaged --- */

static void a01_cut_off_counts_warnings(void **state)
{
    (void)state;
    struct bytes whole = noise_jpeg(96, 96, &baseline), cut = bytes_cut(whole, whole.n * 6 / 10);
    struct outcome o = decode(cut), sound = decode(whole);
    assert_int_equal(sound.code, ERR_OK);
    assert_int_equal(sound.info.warnings, 0);
    assert_string_equal(sound.info.warning, "");
    assert_int_equal(o.code, ERR_OK);
    assert_true(o.info.warnings >= 1);
    assert_non_null(strstr(o.info.warning, "premature end"));
    assert_memory_equal(pixel(&o, 0, 95), "\x80\x80\x80",
                        3); /* the decoder's padding, which is why the count matters */
    assert_memory_equal(pixel(&o, 0, 0), pixel(&sound, 0, 0), 3 * 16);
    print_message("# cut at 60 %%: %d warnings\n", o.info.warnings);
    image_done(&o.image);
    image_done(&sound.image);
    bytes_done(&whole);
    bytes_done(&cut);
}

static void a02_stub_is_an_error_with_text(void **state)
{
    (void)state;
    struct bytes whole = noise_jpeg(32, 32, &baseline), stub = bytes_cut(whole, 20);
    expect_refused(stub, ERR_FORMAT, "cut off in the header");
    for (size_t n = 3; n < whole.n;
         n++) { /* every shorter length ends in an error or a counted warning, never in silence */
        struct outcome o = decode((struct bytes){whole.p, n});
        assert_true(o.code != ERR_OK || o.info.warnings > 0 || n >= whole.n - 2);
        image_done(&o.image);
    }
    bytes_done(&stub);
    bytes_done(&whole);
}

static void a20_flipped_bytes_count_warnings(void **state)
{
    (void)state;
    struct bytes b = noise_jpeg(96, 96, &baseline);
    for (size_t i = 0, at = b.n / 2; i < 60; i++, at += 7)
        b.p[at] ^= b.p[at] == 0xff || b.p[at] == 0xa5 ? 0 : 0x5a;
    struct outcome o = decode(b);
    assert_int_equal(o.code, ERR_OK);
    assert_true(o.info.warnings >= 1);
    assert_int_not_equal(strlen(o.info.warning), 0);
    print_message("# 60 damaged bytes: %d warnings, the first: %s\n", o.info.warnings,
                  o.info.warning);
    image_done(&o.image);
    bytes_done(&b);
}

static void a20_end_marker_in_the_middle(void **state)
{
    (void)state;
    struct bytes b = noise_jpeg(96, 96, &baseline);
    b.p[b.n / 2] = 0xff;
    b.p[b.n / 2 + 1] = 0xd9;
    struct outcome o = decode(b);
    assert_int_equal(o.code, ERR_OK);
    assert_true(o.info.warnings >= 1);
    assert_memory_equal(pixel(&o, 0, 95), "\x80\x80\x80", 3);
    image_done(&o.image);
    bytes_done(&b);
}

static void progressive_cut_between_scans(void **state)
{
    (void)state;
    struct bytes whole = noise_jpeg(64, 64, &progressive), no_end = bytes_cut(whole, whole.n - 2);
    expect_same(whole, no_end); /* every scan is there: a missing end marker is no damage */
    size_t first = bytes_find(whole, "\xff\xda", 2);
    struct bytes rest = {whole.p + first + 2, whole.n - first - 2};
    size_t second = first + 2 + bytes_find(rest, "\xff\xda", 2);
    const uint8_t *tables = memmem(whole.p + first, second - first, "\xff\xc4", 2);
    struct bytes cut = bytes_cut(whole, tables ? (size_t)(tables - whole.p) : second);
    struct outcome o = decode(cut);
    assert_int_equal(o.code, ERR_OK);
    assert_int_equal(o.info.warnings, 1);
    assert_string_equal(o.info.warning, "cut off between scans");
    assert_true(o.info.progressive);
    image_done(&o.image);
    bytes_done(&cut);
    bytes_done(&no_end);
    bytes_done(&whole);
}

static void scan_bomb_is_refused(void **state)
{
    (void)state;
    struct bytes b = noise_jpeg(16, 16, &progressive);
    size_t scan = bytes_find(b, "\xff\xda", 2);
    uint8_t *many = xmalloc(200 * 10);
    for (size_t i = 0; i < 200; i++) /* empty scans of the first component's constant part */
        memcpy(many + 10 * i, "\xff\xda\0\x08\x01\x01\0\0\0\x01", 10);
    struct bytes bomb = bytes_insert(b, scan, many, 200 * 10);
    expect_refused(bomb, ERR_FORMAT, "damaged JPEG: more than 100 scans");
    free(many);
    bytes_done(&bomb);
    bytes_done(&b);
}

/* --- after the last row --- */

static void a30_what_follows_is_not_looked_at(void **state)
{
    (void)state;
    struct bytes b = noise_jpeg(40, 24, &baseline), no_end = bytes_cut(b, b.n - 2);
    uint8_t *tail = noise(50, 10, 1);
    struct bytes video = bytes_insert(b, b.n, tail, 500), twice = bytes_insert(b, b.n, b.p, b.n);
    expect_same(b, no_end);
    expect_same(b, video);
    expect_same(b, twice);
    free(tail);
    bytes_done(&video);
    bytes_done(&twice);
    bytes_done(&no_end);
    bytes_done(&b);
}

/* --- limits --- */

static void a21_bomb_is_refused_before_memory(void **state)
{
    (void)state;
    struct bytes b = noise_jpeg(16, 16, &baseline);
    jpeg_set_size(b, 65500, 65500);
    expect_refused(b, ERR_INVALID, "65500 x 65500 pixels, more than the limit of 100000000");
    struct image_info info;
    struct err err;
    assert_int_equal(image_probe(b.p, b.n, &limits, &info, &err), ERR_INVALID);
    assert_int_equal(info.width, 65500);
    jpeg_set_size(b, 65535, 65535); /* beyond the library's own limit */
    assert_int_equal(image_probe(b.p, b.n, &limits, &info, &err), ERR_INVALID);
    assert_non_null(strstr(err.message, "65535 x 65535"));
    bytes_done(&b);
}

static void a22_products_do_not_overflow(void **state)
{
    (void)state;
    struct bytes b = noise_jpeg(16, 16, &baseline);
    struct image_info info;
    struct image_limits exact = {(uint64_t)1 << 30}, below = {((uint64_t)1 << 30) - 1};
    jpeg_set_size(b, 32768, 32768);
    assert_int_equal(image_probe(b.p, b.n, &exact, &info, NULL), ERR_OK);
    assert_int_equal(image_probe(b.p, b.n, &below, &info, NULL), ERR_INVALID);
    jpeg_set_size(b, 65500, 16400);
    struct image_limits product = {(uint64_t)65500 * 16400};
    assert_int_equal(image_probe(b.p, b.n, &product, &info, NULL), ERR_OK);
    product.max_pixels--;
    assert_int_equal(image_probe(b.p, b.n, &product, &info, NULL), ERR_INVALID);
    assert_int_equal(info.height, 16400);
    bytes_done(&b);
}

/* --- kinds of JPEG --- */

static void a11_a12_inks(void **state)
{
    (void)state;
    static const struct {
        struct jpeg_make make;
        uint8_t ink[4];
        int rgb[3];
    } cases[] = {
        {{.stored = JPEG_AS_CMYK},
         {0, 255, 255, 255},
         {0, 255, 255}}, /* Adobe: 255 is no ink; cyan */
        {{.stored = JPEG_AS_YCCK}, {0, 255, 255, 255}, {0, 255, 255}},
        {{.stored = JPEG_AS_CMYK}, {200, 100, 50, 128}, {100, 50, 25}},
        {{.stored = JPEG_AS_CMYK, .no_adobe = true}, {255, 0, 0, 0}, {0, 255, 255}}, /* plain ink */
        {{.stored = JPEG_AS_CMYK, .no_adobe = true}, {0, 0, 255, 51}, {204, 204, 0}},
    };
    int most = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bytes b = solid_jpeg(cases[i].ink, &cases[i].make);
        struct outcome o = decode(b);
        assert_int_equal(o.code, ERR_OK);
        assert_true(o.info.cmyk);
        assert_int_equal(o.info.channels, 4);
        int d = away_from(&o, cases[i].rgb[0], cases[i].rgb[1], cases[i].rgb[2]);
        most = d > most ? d : most;
        image_done(&o.image);
        bytes_done(&b);
    }
    print_message("# inks: largest difference %d levels\n", most);
    assert_true(most <= 3);
}

static void a14_grey_becomes_three_channels(void **state)
{
    (void)state;
    const struct jpeg_make grey = {.stored = JPEG_AS_GREY};
    struct bytes b = solid_jpeg((const uint8_t[]){77}, &grey);
    struct outcome o = decode(b);
    assert_int_equal(o.code, ERR_OK);
    assert_int_equal(o.info.channels, 1);
    assert_true(away_from(&o, 77, 77, 77) <= 1);
    image_done(&o.image);
    bytes_done(&b);
}

static void rgb_stored_is_not_converted(void **state)
{
    (void)state;
    const struct jpeg_make rgb = {.stored = JPEG_AS_RGB};
    struct bytes b = solid_jpeg((const uint8_t[]){200, 40, 90}, &rgb);
    struct outcome o = decode(b);
    assert_int_equal(o.code, ERR_OK);
    assert_true(away_from(&o, 200, 40, 90) <= 1);
    image_done(&o.image);
    bytes_done(&b);
}

static void a15_twelve_bits(void **state)
{
    (void)state;
    struct bytes b = noise_jpeg(16, 16, &baseline);
    b.p[jpeg_frame(b) + 3] = 12;
    expect_refused(b, ERR_FORMAT, "12-bit JPEG");
    bytes_done(&b);
}

static void a17_arithmetic_coding(void **state)
{
    (void)state;
    const struct jpeg_make arithmetic = {.arithmetic = true};
    struct bytes b = noise_jpeg(40, 24, &arithmetic), plain = noise_jpeg(40, 24, &baseline);
    if (b.n == 0) { /* a library without it: the reader must say so */
        plain.p[jpeg_frame(plain)] = 0xc9;
        assert_int_equal(decode(plain).code, ERR_UNSUPPORTED);
    } else {
        expect_same(plain, b);
    }
    bytes_done(&plain);
    bytes_done(&b);
}

static void a18_every_frame_marker(void **state)
{
    (void)state;
    struct bytes b = noise_jpeg(16, 16, &baseline);
    size_t frame = jpeg_frame(b);
    int refused = 0;
    for (int m = 0xc0; m <= 0xfe; m++) {
        b.p[frame] = (uint8_t)m;
        struct outcome o = decode(b);
        refused += o.code != ERR_OK;
        image_done(&o.image);
    }
    assert_true(refused >= 50);
    b.p[frame] = 0xf7;
    expect_refused(b, ERR_UNSUPPORTED, "unsupported kind of JPEG, marker FF F7");
    b.p[frame] = 0xc3;
    expect_refused(b, ERR_UNSUPPORTED, "unsupported kind of JPEG, marker FF C3");
    bytes_done(&b);
}

static void empty_frame_and_long_segment(void **state)
{
    (void)state;
    struct bytes b = noise_jpeg(16, 16, &baseline);
    struct bytes longer = bytes_insert(b, 2, "\xff\xe1\xff\xff", 4);
    expect_refused(longer, ERR_FORMAT, "cut off in the header");
    jpeg_set_size(b, 16, 0);
    expect_refused(b, ERR_FORMAT, "empty picture");
    bytes_done(&longer);
    bytes_done(&b);
}

/* --- metadata --- */

static void a28_wild_exif_keeps_the_picture(void **state)
{
    (void)state;
    static const uint8_t offset[] = "Exif\0\0II*\0\xf0\xff\xff\xff",
                         count[] = "Exif\0\0II*\0\x08\0\0\0\xff\xff";
    struct bytes plain = noise_jpeg(24, 16, &baseline);
    const struct jpeg_make makes[] = {{.app1 = offset, .app1_n = 14},
                                      {.app1 = count, .app1_n = 16},
                                      {.app1 = count, .app1_n = 7}};
    for (size_t i = 0; i < 3; i++) {
        struct bytes b = noise_jpeg(24, 16, &makes[i]);
        struct image_info info;
        assert_int_equal(image_probe(b.p, b.n, &limits, &info, NULL), ERR_OK);
        assert_int_equal(info.orientation, 1);
        expect_same(plain, b);
        bytes_done(&b);
    }
    bytes_done(&plain);
}

static void a29_thumbnail_is_not_the_picture(void **state)
{
    (void)state;
    struct bytes small = noise_jpeg(64, 48, &baseline);
    const struct jpeg_make outer = {.app1 = small.p, .app1_n = small.n};
    struct bytes b = noise_jpeg(96, 80, &outer), plain = noise_jpeg(96, 80, &baseline);
    struct image_info info;
    assert_int_equal(image_probe(b.p, b.n, &limits, &info, NULL), ERR_OK);
    assert_int_equal(info.width, 96);
    assert_int_equal(info.height, 80);
    expect_same(plain, b);
    bytes_done(&plain);
    bytes_done(&small);
    bytes_done(&b);
}

static void a33_broken_profile_is_noted_only(void **state)
{
    (void)state;
    static const uint8_t profile[] = "ICC_PROFILE\0\1\1\x99\x12\x44\xfe\x01\x02\x03\x04\x05\x06";
    const struct jpeg_make make = {.app2 = profile, .app2_n = 24};
    struct bytes b = noise_jpeg(24, 16, &make), plain = noise_jpeg(24, 16, &baseline);
    struct image_info info;
    assert_int_equal(image_probe(b.p, b.n, &limits, &info, NULL), ERR_OK);
    assert_true(info.icc_profile);
    assert_int_equal(image_probe(plain.p, plain.n, &limits, &info, NULL), ERR_OK);
    assert_false(info.icc_profile);
    expect_same(plain, b);
    bytes_done(&plain);
    bytes_done(&b);
}

static void a32_nothing_is_printed(void **state)
{
    (void)state;
    struct bytes whole = noise_jpeg(96, 96, &baseline), cut = bytes_cut(whole, whole.n / 2);
    FILE *capture = tmpfile();
    assert_non_null(capture);
    int before[2] = {dup(1), dup(2)};
    fflush(NULL);
    dup2(fileno(capture), 1);
    dup2(fileno(capture), 2);
    struct image image;
    struct image_info info;
    enum err_code code = image_decode(&image, cut.p, cut.n, &limits, 0, &info, NULL);
    fflush(NULL);
    struct stat st;
    fstat(fileno(capture), &st);
    for (int fd = 0; fd < 2; fd++) {
        dup2(before[fd], fd + 1);
        close(before[fd]);
    }
    fclose(capture);
    assert_int_equal(code, ERR_OK);
    assert_true(info.warnings > 0);
    assert_int_equal(st.st_size, 0);
    image_done(&image);
    bytes_done(&cut);
    bytes_done(&whole);
}

/* --- reduced decode and writing --- */

static void reduced_decode_keeps_the_wanted_side(void **state)
{
    (void)state;
    struct bytes b = noise_jpeg(320, 200, &baseline);
    static const struct {
        int want, width, height;
    } cases[] = {{0, 320, 200}, {201, 320, 200}, {101, 320, 200}, {100, 160, 100},
                 {50, 80, 50},  {25, 40, 25},    {1, 40, 25}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct image image;
        struct image_info info;
        assert_int_equal(image_decode(&image, b.p, b.n, &limits, cases[i].want, &info, NULL),
                         ERR_OK);
        assert_int_equal(image.width, cases[i].width);
        assert_int_equal(image.height, cases[i].height);
        assert_int_equal(info.width, 320);
        image_done(&image);
    }
    bytes_done(&b);
}

static void written_pictures_come_back(void **state)
{
    (void)state;
    uint8_t rgb[64 * 48 * 3];
    for (int i = 0; i < 64 * 48; i++) {
        rgb[3 * i] = (uint8_t)(i % 64 * 4);
        rgb[3 * i + 1] = (uint8_t)(i / 64 * 5);
        rgb[3 * i + 2] = 90;
    }
    const struct image image = {64, 48, rgb};
    struct bytes b;
    assert_int_equal(image_encode_jpeg(&image, 95, &b.p, &b.n, NULL), ERR_OK);
    struct outcome o = decode(b);
    assert_int_equal(o.code, ERR_OK);
    int most = 0;
    for (size_t i = 0; i < sizeof rgb; i++) {
        int d = abs(o.image.rgb[i] - rgb[i]);
        most = d > most ? d : most;
    }
    print_message("# written at quality 95 and read: largest difference %d levels\n", most);
    assert_in_range(most, 0, 12);
    size_t frame = jpeg_frame(b);
    assert_int_equal(b.p[frame + 10], 0x22); /* luma sampled 2 x 2: 4:2:0 */
    const struct image wide = {70000, 1, rgb};
    struct err err;
    assert_int_equal(image_encode_jpeg(&wide, 95, &b.p, &b.n, &err), ERR_INVALID);
    image_done(&o.image);
    bytes_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a01_cut_off_counts_warnings),
        cmocka_unit_test(a02_stub_is_an_error_with_text),
        cmocka_unit_test(a20_flipped_bytes_count_warnings),
        cmocka_unit_test(a20_end_marker_in_the_middle),
        cmocka_unit_test(progressive_cut_between_scans),
        cmocka_unit_test(scan_bomb_is_refused),
        cmocka_unit_test(a30_what_follows_is_not_looked_at),
        cmocka_unit_test(a21_bomb_is_refused_before_memory),
        cmocka_unit_test(a22_products_do_not_overflow),
        cmocka_unit_test(a11_a12_inks),
        cmocka_unit_test(a14_grey_becomes_three_channels),
        cmocka_unit_test(rgb_stored_is_not_converted),
        cmocka_unit_test(a15_twelve_bits),
        cmocka_unit_test(a17_arithmetic_coding),
        cmocka_unit_test(a18_every_frame_marker),
        cmocka_unit_test(empty_frame_and_long_segment),
        cmocka_unit_test(a28_wild_exif_keeps_the_picture),
        cmocka_unit_test(a29_thumbnail_is_not_the_picture),
        cmocka_unit_test(a33_broken_profile_is_noted_only),
        cmocka_unit_test(a32_nothing_is_printed),
        cmocka_unit_test(reduced_decode_keeps_the_wanted_side),
        cmocka_unit_test(written_pictures_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
