/* image: the decoder on damaged input; a few hundred mutations with a fixed seed.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "image/decode.h"

/* For an endless run build this file with -fsanitize=fuzzer,address -DFL_LIBFUZZER, together with
 * the sources of src/image and src/base. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/* What must hold for any bytes. */
static void check_outcome(enum err_code code, const struct image *image,
                          const struct image_info *info, const struct err *err)
{
    if (code != ERR_OK) {
        assert(!image->rgb && err->code == code && err->message[0]);
        return;
    }
    assert(image->width >= 1 && image->height >= 1 && info->orientation >= 1 &&
           info->orientation <= 8);
    assert((info->warnings > 0) == (info->warning[0] != '\0'));
    unsigned sum = 0; /* every pixel is there to be read */
    for (size_t i = 0; i < (size_t)3 * (size_t)image->width * (size_t)image->height; i++)
        sum += image->rgb[i];
    assert(sum <= 255u * 3 * 1000000);
    (void)sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    const struct image_limits limits = {1000000};
    for (int scale_to = 0; scale_to <= 8; scale_to += 8) {
        struct image image;
        struct image_info info;
        struct err err = {0};
        enum err_code code = image_decode(&image, bytes, n, &limits, scale_to, &info, &err);
        check_outcome(code, &image, &info, &err);
        image_done(&image);
    }
    return 0;
}

#ifndef FL_LIBFUZZER

#include "unit/test.h"

#include <png.h>

#include "base/mem.h"
#include "base/rng.h"
#include "unit/picture.h"

/* A few bytes changed, or cut, or a piece doubled; in memory of the exact size, so that a read past
 * the end is seen. */
static struct bytes mutate(struct bytes b, struct rng *rng)
{
    struct bytes m = bytes_cut(b, b.n);
    for (uint64_t k = 1 + rng_below(rng, 6); k > 0; k--) {
        size_t header =
            rng_below(rng, 2) && m.n > 200 ? 200 : m.n; /* half of them where the structure is */
        m.p[rng_below(rng, header)] = rng_below(rng, 4) ? (uint8_t)rng_u64(rng) : 0xff;
    }
    struct bytes r = m;
    size_t at = (size_t)rng_below(rng, m.n);
    switch (rng_below(rng, 4)) {
    case 0:
        r = bytes_cut(m, at);
        break;
    case 1:
        r = bytes_insert(m, at, m.p, (size_t)rng_below(rng, m.n));
        break;
    default:
        return m;
    }
    bytes_done(&m);
    return r;
}

static void mutate_and_decode(struct bytes b, uint64_t stream, int rounds)
{
    struct rng rng = rng_at(2026, RNG_DEMO, stream, 0);
    for (int i = 0; i < rounds; i++) {
        struct bytes m = mutate(b, &rng);
        LLVMFuzzerTestOneInput(m.p, m.n);
        bytes_done(&m);
    }
    assert_true(rounds > 0);
}

static void damaged_jpegs(void **state)
{
    (void)state;
    uint8_t exif[EXIF_SIZE], *rgb = noise(40, 24, 3), *inks = noise(40, 24, 4);
    exif_block(exif, false, 6);
    const struct jpeg_make makes[] = {
        {.app1 = exif, .app1_n = sizeof exif},
        {.progressive = true},
        {.stored = JPEG_AS_YCCK},
        {.arithmetic = true},
        {.arithmetic = true, .progressive = true},
    };
    for (size_t i = 0; i < sizeof makes / sizeof *makes; i++) {
        struct bytes b =
            jpeg_bytes(makes[i].stored >= JPEG_AS_CMYK ? inks : rgb, 40, 24, &makes[i]);
        if (b.n)
            mutate_and_decode(b, i, 150);
        bytes_done(&b);
    }
    free(rgb);
    free(inks);
}

static void damaged_pngs(void **state)
{
    (void)state;
    uint8_t exif[EXIF_SIZE], *rows = noise(40, 24, 8);
    exif_block(exif, true, 8);
    static const uint8_t alpha[1] = {3};
    const struct png_make makes[] = {
        {PNG_COLOR_TYPE_RGB, 8, .exif = exif + 6, .exif_n = sizeof exif - 6},
        {PNG_COLOR_TYPE_RGBA, 16, .interlaced = true},
        {PNG_COLOR_TYPE_GRAY_ALPHA, 8},
        {PNG_COLOR_TYPE_PALETTE, 8, .palette = rows, .n_palette = 256, .alpha = alpha,
         .n_alpha = 1},
    };
    for (size_t i = 0; i < sizeof makes / sizeof *makes; i++) {
        struct bytes b = png_bytes(rows, 40 * 8, 40, 24, &makes[i]);
        mutate_and_decode(b, 100 + i, 150);
        bytes_done(&b);
    }
    free(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(damaged_jpegs),
        cmocka_unit_test(damaged_pngs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
