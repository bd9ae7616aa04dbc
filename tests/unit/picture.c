/* Pictures for the tests of src/image, made with libjpeg and libpng in memory.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "unit/test.h"

#include "unit/picture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <png.h>

#include "base/mem.h"
#include "base/rng.h"

void bytes_done(struct bytes *b)
{
    free(b->p);
    *b = (struct bytes){0};
}

struct bytes bytes_cut(struct bytes b, size_t n)
{
    assert_true(n <= b.n);
    return (struct bytes){xmemdup(b.p, n), n};
}

struct bytes bytes_insert(struct bytes b, size_t at, const void *p, size_t n)
{
    struct bytes r = {xmalloc(b.n + n), b.n + n};
    memcpy(r.p, b.p, at);
    memcpy(r.p + at, p, n);
    memcpy(r.p + at + n, b.p + at, b.n - at);
    return r;
}

size_t bytes_find(struct bytes b, const void *p, size_t n)
{
    const uint8_t *found = memmem(b.p, b.n, p, n);
    assert_non_null(found);
    return (size_t)(found - b.p);
}

/* --- JPEG --- */

struct failing {
    struct jpeg_error_mgr mgr; /* first */
    jmp_buf out;
};

static void jump_back(j_common_ptr jpeg)
{
    longjmp(((struct failing *)jpeg->err)->out, 1);
}

static void set_kind(struct jpeg_compress_struct *j, const struct jpeg_make *make)
{
    static const struct {
        int channels;
        J_COLOR_SPACE in, stored;
    } kinds[] = {
        [JPEG_AS_YCC] = {3, JCS_RGB, JCS_YCbCr},
        [JPEG_AS_GREY] = {1, JCS_GRAYSCALE, JCS_GRAYSCALE},
        [JPEG_AS_RGB] = {3, JCS_RGB, JCS_RGB},
        [JPEG_AS_CMYK] = {4, JCS_CMYK, JCS_CMYK},
        [JPEG_AS_YCCK] = {4, JCS_CMYK, JCS_YCCK},
    };
    j->input_components = kinds[make->stored].channels;
    j->in_color_space = kinds[make->stored].in;
    jpeg_set_defaults(j);
    jpeg_set_colorspace(j, kinds[make->stored].stored);
    jpeg_set_quality(j, 95, TRUE);
    if (make->no_adobe)
        j->write_Adobe_marker = FALSE;
    if (make->progressive)
        jpeg_simple_progression(j);
    j->arith_code = make->arithmetic;
}

struct bytes jpeg_bytes(const uint8_t *samples, int width, int height, const struct jpeg_make *make)
{
    struct jpeg_compress_struct j = {0};
    struct failing failing;
    unsigned char *bytes = NULL;
    unsigned long n = 0;
    j.err = jpeg_std_error(&failing.mgr);
    failing.mgr.error_exit = jump_back;
    if (setjmp(failing.out)) {
        jpeg_destroy_compress(&j);
        return (struct bytes){0};
    }
    jpeg_create_compress(&j);
    jpeg_mem_dest(&j, &bytes, &n);
    j.image_width = (JDIMENSION)width;
    j.image_height = (JDIMENSION)height;
    set_kind(&j, make);
    jpeg_start_compress(&j, TRUE);
    if (make->app1)
        jpeg_write_marker(&j, JPEG_APP0 + 1, make->app1, (unsigned)make->app1_n);
    if (make->app2)
        jpeg_write_marker(&j, JPEG_APP0 + 2, make->app2, (unsigned)make->app2_n);
    while (j.next_scanline < j.image_height) {
        JSAMPROW row = (JSAMPROW)samples +
                       (size_t)j.next_scanline * (size_t)width * (size_t)j.input_components;
        jpeg_write_scanlines(&j, &row, 1);
    }
    jpeg_finish_compress(&j);
    jpeg_destroy_compress(&j);
    return (struct bytes){bytes, n};
}

size_t jpeg_frame(struct bytes b)
{
    size_t at = 2;
    while (at + 4 < b.n) {
        assert_int_equal(b.p[at], 0xff);
        uint8_t m = b.p[at + 1];
        if (m >= 0xc0 && m <= 0xcf && m != 0xc4 && m != 0xc8 && m != 0xcc)
            return at + 1;
        at += 2 + (size_t)(b.p[at + 2] << 8 | b.p[at + 3]);
    }
    fail_msg("no frame header");
    return 0;
}

void jpeg_set_size(struct bytes b, int width, int height)
{
    uint8_t *p = b.p + jpeg_frame(b) + 4; /* after marker, length and precision */
    p[0] = (uint8_t)(height >> 8);
    p[1] = (uint8_t)height;
    p[2] = (uint8_t)(width >> 8);
    p[3] = (uint8_t)width;
}

/* --- PNG --- */

static void png_append(png_structp png, png_bytep p, size_t n)
{
    struct bytes *b = png_get_io_ptr(png);
    b->p = xrealloc(b->p, b->n + n, 1);
    memcpy(b->p + b->n, p, n);
    b->n += n;
}

static void png_nothing(png_structp png)
{
    (void)png;
}

static void png_describe(png_structp png, png_infop info, const struct png_make *make)
{
    png_color palette[256];
    for (int i = 0; i < make->n_palette; i++)
        palette[i] =
            (png_color){make->palette[3 * i], make->palette[3 * i + 1], make->palette[3 * i + 2]};
    if (make->n_palette)
        png_set_PLTE(png, info, palette, make->n_palette);
    if (make->n_alpha)
        png_set_tRNS(png, info, (png_bytep)make->alpha, make->n_alpha, NULL);
    if (make->clear) {
        bool grey = make->color_type == PNG_COLOR_TYPE_GRAY;
        png_color_16 c = {.gray = make->clear[0]};
        if (!grey)
            c = (png_color_16){
                .red = make->clear[0], .green = make->clear[1], .blue = make->clear[2]};
        png_set_tRNS(png, info, NULL, 0, &c);
    }
    if (make->exif)
        png_set_eXIf_1(png, info, (png_uint_32)make->exif_n, (png_bytep)make->exif);
}

struct bytes png_bytes(const uint8_t *rows, size_t stride, int width, int height,
                       const struct png_make *make)
{
    struct bytes b = {0};
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    if (setjmp(png_jmpbuf(png)))
        fail_msg("libpng cannot write this");
    png_set_write_fn(png, &b, png_append, png_nothing);
    png_set_IHDR(png, info, (png_uint_32)width, (png_uint_32)height, make->bit_depth,
                 make->color_type, make->interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_describe(png, info, make);
    png_write_info(png, info);
    int passes = png_set_interlace_handling(png);
    for (int i = 0; i < passes * height; i++)
        png_write_row(png, (png_bytep)rows + (size_t)(i % height) * stride);
    png_write_end(png, NULL);
    png_destroy_write_struct(&png, &info);
    return b;
}

/* --- samples --- */

uint8_t *noise(int width, int height, int channels)
{
    size_t n = (size_t)width * (size_t)height * (size_t)channels;
    uint8_t *p = xmalloc(n);
    struct rng rng = rng_at(1, RNG_DEMO, (uint64_t)width, (uint64_t)height);
    for (size_t i = 0; i < n; i++)
        p[i] = (uint8_t)rng_u64(&rng);
    return p;
}

uint8_t *solid(int width, int height, int channels, const uint8_t *color)
{
    size_t n = (size_t)width * (size_t)height;
    uint8_t *p = xmalloc(n * (size_t)channels);
    for (size_t i = 0; i < n; i++)
        memcpy(p + i * (size_t)channels, color, (size_t)channels);
    return p;
}

void exif_block(uint8_t out[EXIF_SIZE], bool big_endian, unsigned orientation)
{
    static const uint8_t little[EXIF_SIZE] =
        "Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0";
    static const uint8_t big[EXIF_SIZE] = "Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01";
    memcpy(out, big_endian ? big : little, EXIF_SIZE);
    out[24] = (uint8_t)(big_endian ? orientation >> 8 : orientation);
    out[25] = (uint8_t)(big_endian ? orientation : orientation >> 8);
}
