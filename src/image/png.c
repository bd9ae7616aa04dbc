/* PNG in through libpng: every kind becomes RGB8, transparency on white.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "image/codec.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

#include "base/mem.h"

struct png_state {
    png_structp png;
    png_infop meta;
    jmp_buf out;
    struct codec_input in;
    size_t at;
    bool ended; /* libpng asked for more than there is */
    char text[96];
    struct image image;
    uint8_t *rgba; /* all rows when there is alpha: interlaced passes need them all */
};

static void on_error(png_structp png, png_const_charp text)
{
    struct png_state *s = png_get_error_ptr(png);
    snprintf(s->text, sizeof s->text, "%s", text);
    longjmp(s->out, 1);
}

/* libpng warns about optional chunks only (profiles, text); damage to the picture is an error. */
static void on_warning(png_structp png, png_const_charp text)
{
    (void)png;
    (void)text;
}

static void on_read(png_structp png, png_bytep out, size_t n)
{
    struct png_state *s = png_get_io_ptr(png);
    if (n > s->in.n - s->at) {
        s->ended = true;
        png_error(png, "cut off");
    }
    memcpy(out, s->in.bytes + s->at, n);
    s->at += n;
}

static void read_info(struct png_state *s, struct image_info *info)
{
    int type = png_get_color_type(s->png, s->meta);
    info->width = (int)png_get_image_width(s->png, s->meta);
    info->height = (int)png_get_image_height(s->png, s->meta);
    info->channels = png_get_channels(s->png, s->meta);
    info->palette = type == PNG_COLOR_TYPE_PALETTE;
    if (info->palette)
        info->channels = 3;
    info->alpha = (type & PNG_COLOR_MASK_ALPHA) || png_get_valid(s->png, s->meta, PNG_INFO_tRNS);
    info->sixteen_bit = png_get_bit_depth(s->png, s->meta) == 16;
    info->progressive = png_get_interlace_type(s->png, s->meta) != PNG_INTERLACE_NONE;
    info->icc_profile = png_get_valid(s->png, s->meta, PNG_INFO_iCCP) != 0;
    png_uint_32 n = 0;
    png_bytep exif = NULL;
    if (png_get_eXIf_1(s->png, s->meta, &n, &exif) && exif)
        info->orientation = exif_orientation(exif, n);
}

static enum err_code read_header(struct png_state *s, struct image_info *info, struct err *err)
{
    png_set_read_fn(s->png, s, on_read);
    png_set_user_limits(s->png, 0x7fffffff,
                        0x7fffffff); /* ours are checked below, with the numbers */
    png_read_info(s->png, s->meta);
    read_info(s, info);
    return codec_check_size((uint64_t)info->width, (uint64_t)info->height, s->in.limits, err);
}

/* Composes on white. */
static void drop_alpha(uint8_t *rgb, const uint8_t *rgba, size_t pixels)
{
    for (size_t i = 0; i < pixels; i++, rgb += 3, rgba += 4) {
        unsigned a = rgba[3];
        for (int c = 0; c < 3; c++)
            rgb[c] = (uint8_t)((rgba[c] * a + 255 * (255 - a) + 127) / 255);
    }
}

static void read_rows(struct png_state *s, uint8_t *rows, size_t stride, int passes)
{
    for (int pass = 0; pass < passes; pass++) {
        for (int y = 0; y < s->image.height; y++)
            png_read_row(s->png, rows + (size_t)y * stride, NULL);
    }
}

/* Whatever is stored to RGB or RGBA of 8 bits; returns the number of passes over the rows. */
static int set_transforms(struct png_state *s)
{
    png_set_expand(s->png);
    png_set_scale_16(s->png);
    png_set_gray_to_rgb(s->png);
    int passes = png_set_interlace_handling(s->png);
    png_read_update_info(s->png, s->meta);
    return passes;
}

static enum err_code read_pixels(struct png_state *s, const struct image_info *info,
                                 struct err *err)
{
    int passes = set_transforms(s);
    bool alpha = png_get_channels(s->png, s->meta) == 4;
    s->image.width = info->width;
    s->image.height = info->height;
    size_t pixels = (size_t)info->width * (size_t)info->height;
    s->image.rgb = calloc(pixels, 3);
    if (alpha)
        s->rgba = calloc(pixels, 4);
    if (!s->image.rgb || (alpha && !s->rgba))
        return err_set(err, ERR_MEMORY, "no memory for %d x %d pixels", info->width, info->height);
    if (alpha) {
        read_rows(s, s->rgba, (size_t)info->width * 4, passes);
        drop_alpha(s->image.rgb, s->rgba, pixels);
    } else {
        read_rows(s, s->image.rgb, (size_t)info->width * 3, passes);
    }
    return ERR_OK;
}

static enum err_code reason(const struct png_state *s, const struct image_info *info,
                            struct err *err)
{
    if (s->ended)
        return err_set(err, ERR_FORMAT, "cut off in the %s", info->width ? "data" : "header");
    return err_set(err, ERR_FORMAT, "damaged PNG: %s", s->text);
}

/* All that may jump back; the caller's locals stay untouched. */
static enum err_code read_guarded(struct png_state *s, bool pixels, struct image_info *info,
                                  struct err *err)
{
    if (setjmp(s->out))
        return reason(s, info, err);
    s->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, s, on_error, on_warning);
    s->meta = s->png ? png_create_info_struct(s->png) : NULL;
    if (!s->meta)
        return err_set(err, ERR_MEMORY, "no memory to decode it");
    enum err_code code = read_header(s, info, err);
    return code == ERR_OK && pixels ? read_pixels(s, info, err) : code;
}

enum err_code codec_read_png(struct image *image, const struct codec_input *in,
                             struct image_info *info, struct err *err)
{
    struct png_state *s = xcalloc(1, sizeof *s);
    s->in = *in;
    enum err_code code = read_guarded(s, image != NULL, info, err);
    png_destroy_read_struct(&s->png, &s->meta, NULL);
    free(s->rgba);
    if (code == ERR_OK && image)
        *image = s->image;
    else
        free(s->image.rgb);
    free(s);
    return code;
}
