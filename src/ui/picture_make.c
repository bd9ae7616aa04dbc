/* One picture: file to pixels for a rectangle.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/picture_make.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "image/resize.h"

struct augment_draw picture_draw(const struct picture_want *want, int width, int height)
{
    struct augment_draw draw = {{0, 0, width, height}, false, 1, 1, 1};
    if (want->augment) {
        struct augment_limits limits = {want->aug_flip, want->aug_crop, want->aug_crop_min,
                                        want->aug_jitter};
        struct rng rng = rng_at(want->seed, RNG_AUGMENT, want->augment, want->file);
        draw = augment_draw(&limits, width, height, &rng);
    }
    if (want->crop && !(want->augment && want->aug_crop)) /* as data/square.c does it */
        draw.window = crop_centre(width, height);
    return draw;
}

/* What the network sees: the file in the square that training and validation use. */
static void network_view(struct image *out, const struct picture_want *want,
                         const struct image *src)
{
    int size = want->square;
    struct augment_draw draw = picture_draw(want, src->width, src->height);
    *out = (struct image){size, size, xmalloc((size_t)size * (size_t)size * 3)};
    if (want->augment)
        augment_apply(out->rgb, size, src, &draw, want->antialias);
    else
        (want->antialias ? resize_antialias : resize_bilinear)(out->rgb, size, size, src,
                                                               draw.window);
}

/* The part of a picture that is wanted. */
static struct rect part_of(const struct picture_window *w, int width, int height)
{
    struct rect all = {0, 0, width, height};
    if (w->w <= 0 || w->h <= 0)
        return all;
    int x = (int)((int64_t)w->x * width / PICTURE_WHOLE),
        y = (int)((int64_t)w->y * height / PICTURE_WHOLE),
        part_w = (int)(((int64_t)w->w * width + PICTURE_WHOLE / 2) / PICTURE_WHOLE),
        part_h = (int)(((int64_t)w->h * height + PICTURE_WHOLE / 2) / PICTURE_WHOLE);
    x = x < 0 ? 0 : x < width ? x : width - 1;
    y = y < 0 ? 0 : y < height ? y : height - 1;
    part_w = part_w < 1 ? 1 : part_w;
    part_h = part_h < 1 ? 1 : part_h;
    return (struct rect){x, y, part_w < width - x ? part_w : width - x,
                         part_h < height - y ? part_h : height - y};
}

#define FRAME 0xffe14d /* the frame's colour */

/* Frames the window and makes the rest dark, in a picture that was resized from width x height. */
static void frame_window(uint8_t *rgb, int w, int h, struct rect window, int width, int height)
{
    int x0 = (int)((int64_t)window.x * w / width), y0 = (int)((int64_t)window.y * h / height);
    int x1 = (int)((int64_t)(window.x + window.width) * w / width) - 1,
        y1 = (int)((int64_t)(window.y + window.height) * h / height) - 1;
    int thick = 1 + (w < h ? w : h) / 160;
    for (int y = 0; y < h; y++) {
        for (int x = 0; x < w; x++) {
            uint8_t *p = rgb + ((size_t)y * (size_t)w + (size_t)x) * 3;
            bool inside = x >= x0 && x <= x1 && y >= y0 && y <= y1;
            bool line =
                inside && (x < x0 + thick || x > x1 - thick || y < y0 + thick || y > y1 - thick);
            for (int k = 0; k < 3; k++)
                p[k] = line     ? (uint8_t)(FRAME >> (16 - 8 * k))
                       : inside ? p[k]
                                : (uint8_t)(p[k] * 2 / 5);
        }
    }
}

void picture_fill(uint8_t *rgb, size_t n, uint32_t color)
{
    for (size_t i = 0; i < n; i++) {
        rgb[3 * i] = (uint8_t)(color >> 16);
        rgb[3 * i + 1] = (uint8_t)(color >> 8);
        rgb[3 * i + 2] = (uint8_t)color;
    }
}

/* The part of the picture in the middle of the rectangle. */
static void place(uint8_t *rgb, int width, int height, const struct image *image,
                  const struct picture_want *want, struct rect part, int w, int h)
{
    uint8_t *small = xmalloc((size_t)w * (size_t)h * 3);
    bool grows = w > part.width || h > part.height;
    (grows ? resize_bilinear : resize_area)(small, w, h, image, part);
    if (want->frame && part.width == image->width && part.height == image->height)
        frame_window(small, w, h, picture_draw(want, image->width, image->height).window,
                     image->width, image->height);
    int x = (width - w) / 2, y = (height - h) / 2;
    for (int row = 0; row < h; row++)
        memcpy(rgb + ((size_t)(y + row) * (size_t)width + (size_t)x) * 3,
               small + (size_t)row * (size_t)w * 3, (size_t)w * 3);
    free(small);
}

/* Size in rectangle pixels of a part that keeps its shape on the screen. */
static void fit(struct rect part, int width, int height, int aspect_w, int aspect_h, int *w, int *h)
{
    int fit_w, fit_h;
    resize_fit(part.width, part.height, aspect_w, aspect_h, &fit_w, &fit_h);
    *w = (int)((int64_t)fit_w * width / aspect_w);
    *h = (int)((int64_t)fit_h * height / aspect_h);
    *w = *w < 1 ? 1 : *w > width ? width : *w;
    *h = *h < 1 ? 1 : *h > height ? height : *h;
}

enum err_code picture_make(uint8_t **rgb, const struct picture_want *want, int width, int height,
                           int aspect_w, int aspect_h, uint32_t background, struct err *err)
{
    static const struct image_limits limits = IMAGE_LIMITS_DEFAULT;
    struct image image = {0}, square;
    struct image_info info;
    bool stretch = want->fit == PICTURE_STRETCH;
    int smaller = width < height ? width : height, larger = width < height ? height : width;
    /* the network's view is exact, and a part needs its pixels: never from a scaled decode; a
     * frame's place is that of the full size */
    bool full = want->square || want->frame || want->window.w > 0;
    int scale_to = full ? 0 : stretch ? larger : smaller;
    enum err_code code = image_load(&image, want->path, &limits, scale_to, &info, err);
    if (code != ERR_OK)
        return code;
    if (want->square) {
        network_view(&square, want, &image);
        image_done(&image);
        image = square;
    }
    int w = width, h = height;
    struct rect part = {0, 0, image.width, image.height};
    if (!want->square)
        part = part_of(&want->window, image.width, image.height);
    if (!stretch)
        fit(part, width, height, aspect_w, aspect_h, &w, &h);
    *rgb = xmalloc((size_t)width * (size_t)height * 3);
    picture_fill(*rgb, (size_t)width * (size_t)height, background);
    place(*rgb, width, height, &image, want, part, w, h);
    image_done(&image);
    return ERR_OK;
}
