/* One picture: file to pixels for a rectangle.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/picture_make.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "image/resize.h"

static struct rect around_views(int width, int height, int n)
{
    struct rect first = crop_view(width, height, 0, n), last = crop_view(width, height, n - 1, n);
    return (struct rect){first.x, first.y, last.x + last.width - first.x, last.y + last.height - first.y};
}

struct augment_draw picture_draw(const struct picture_want *want, int width, int height)
{
    struct augment_draw draw = {{0, 0, width, height}, false, 1, 1, 1};
    if (want->augment) {
        struct augment_limits limits = {want->aug_flip, want->aug_crop, want->aug_crop_min,
                                        want->aug_jitter};
        struct rng rng = rng_at(want->seed, RNG_AUGMENT, want->augment, want->file);
        draw = augment_draw(&limits, width, height, &rng);
    }
    int n = want->views > 1 && !want->augment ? want->views : 1; /* training has one */
    if (want->crop && !(want->augment && want->aug_crop)) /* as data/square.c does it */
        draw.window = want->frame ? around_views(width, height, n) : crop_view(width, height, (n - 1) / 2, n);
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

/* Size in rectangle pixels of a picture of shown_w x shown_h that keeps its shape on the screen. */
static void fit(int shown_w, int shown_h, const struct picture_frame *f, int *w, int *h)
{
    int fit_w, fit_h;
    resize_fit(shown_w, shown_h, f->aspect_w, f->aspect_h, &fit_w, &fit_h);
    *w = (int)((int64_t)fit_w * f->width / f->aspect_w);
    *h = (int)((int64_t)fit_h * f->height / f->aspect_h);
    *w = *w < 1 ? 1 : *w > f->width ? f->width : *w;
    *h = *h < 1 ? 1 : *h > f->height ? f->height : *h;
}

static struct image scaled(const struct image *image, struct rect part, int w, int h)
{
    struct image out = {w, h, xmalloc((size_t)w * (size_t)h * 3)};
    bool grows = w > part.width || h > part.height;
    (grows ? resize_bilinear : resize_area)(out.rgb, w, h, image, part);
    return out;
}

/* In the middle of the background. */
static uint8_t *place(const struct image *small, const struct picture_frame *f)
{
    size_t n = (size_t)f->width * (size_t)f->height;
    uint8_t *rgb = xmalloc(n * 3);
    int x = (f->width - small->width) / 2, y = (f->height - small->height) / 2;
    picture_fill(rgb, n, f->background);
    for (int row = 0; row < small->height; row++)
        memcpy(rgb + ((size_t)(y + row) * (size_t)f->width + (size_t)x) * 3,
               small->rgb + (size_t)row * (size_t)small->width * 3, (size_t)small->width * 3);
    return rgb;
}

static struct rect all_of(const struct image *image)
{
    return (struct rect){0, 0, image->width, image->height};
}

/* --- thumbs --------------------------------------------------------------------------------- */

/* Of the scaled picture, which is cheap: decoding it once more would not be. */
static struct picture_thumb thumb_of(const struct image *small, struct rect part,
                                     const struct picture_want *want)
{
    int w = small->width, h = small->height, larger = w > h ? w : h;
    if (larger > THUMB_SIDE) {
        w = (int)((int64_t)w * THUMB_SIDE / larger);
        h = (int)((int64_t)h * THUMB_SIDE / larger);
    }
    struct image image = scaled(small, all_of(small), w < 1 ? 1 : w, h < 1 ? 1 : h);
    return (struct picture_thumb){image, part.width, part.height, want->window};
}

uint8_t *picture_from_thumb(const struct picture_thumb *thumb, const struct picture_want *want,
                            const struct picture_frame *frame)
{
    int w = frame->width, h = frame->height;
    struct rect part = all_of(&thumb->image), shown = {0, 0, thumb->shown_w, thumb->shown_h};
    if (memcmp(&want->window, &thumb->window, sizeof want->window) != 0) {
        part = part_of(&want->window, part.width, part.height);
        shown = part_of(&want->window, shown.width, shown.height);
    }
    if (want->fit != PICTURE_STRETCH)
        fit(shown.width, shown.height, frame, &w, &h);
    struct image small = scaled(&thumb->image, part, w, h);
    uint8_t *rgb = place(&small, frame);
    image_done(&small);
    return rgb;
}

/* --- from the file -------------------------------------------------------------------------- */

enum err_code picture_make(uint8_t **rgb, struct picture_thumb *thumb,
                           const struct picture_want *want, const struct picture_frame *frame,
                           struct err *err)
{
    static const struct image_limits limits = IMAGE_LIMITS_DEFAULT;
    struct image image = {0}, square;
    struct image_info info;
    bool stretch = want->fit == PICTURE_STRETCH;
    int w = frame->width, h = frame->height, smaller = w < h ? w : h, larger = w < h ? h : w;
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
    struct rect part = want->square ? all_of(&image)
                                    : part_of(&want->window, image.width, image.height);
    if (!stretch)
        fit(part.width, part.height, frame, &w, &h);
    struct image small = scaled(&image, part, w, h);
    if (want->frame && part.width == image.width && part.height == image.height)
        frame_window(small.rgb, w, h, picture_draw(want, image.width, image.height).window,
                     image.width, image.height);
    *rgb = place(&small, frame);
    if (thumb)
        *thumb = thumb_of(&small, part, want);
    image_done(&small);
    image_done(&image);
    return ERR_OK;
}
