/* One picture: file to pixels for a rectangle.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/picture_make.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "image/augment.h"
#include "image/resize.h"

/* What the network sees: the file in the square that training and validation use. */
static void network_view(struct image *out, const struct picture_want *want,
                         const struct image *src)
{
    int size = want->square;
    *out = (struct image){size, size, xmalloc((size_t)size * (size_t)size * 3)};
    struct rect window = {0, 0, src->width, src->height};
    if (want->augment) {
        struct augment_limits limits = {want->aug_flip, want->aug_crop, want->aug_crop_min,
                                        want->aug_jitter};
        struct rng rng = rng_at(want->seed, RNG_AUGMENT, want->augment, 0);
        struct augment_draw draw = augment_draw(&limits, src->width, src->height, &rng);
        augment_apply(out->rgb, size, src, &draw, want->antialias);
        return;
    }
    if (want->crop)
        window = crop_centre(src->width, src->height);
    (want->antialias ? resize_antialias : resize_bilinear)(out->rgb, size, size, src, window);
}

static void fill(uint8_t *rgb, size_t n, uint32_t color)
{
    for (size_t i = 0; i < n; i++) {
        rgb[3 * i] = (uint8_t)(color >> 16);
        rgb[3 * i + 1] = (uint8_t)(color >> 8);
        rgb[3 * i + 2] = (uint8_t)color;
    }
}

/* The picture in the middle of the rectangle. */
static void place(uint8_t *rgb, int width, int height, const struct image *image, int w, int h)
{
    struct rect all = {0, 0, image->width, image->height};
    uint8_t *small = xmalloc((size_t)w * (size_t)h * 3);
    bool grows = w > image->width || h > image->height;
    (grows ? resize_bilinear : resize_area)(small, w, h, image, all);
    int x = (width - w) / 2, y = (height - h) / 2;
    for (int row = 0; row < h; row++)
        memcpy(rgb + ((size_t)(y + row) * (size_t)width + (size_t)x) * 3,
               small + (size_t)row * (size_t)w * 3, (size_t)w * 3);
    free(small);
}

/* Size in rectangle pixels of a picture that keeps its shape on the screen. */
static void fit(const struct image *image, int width, int height, int aspect_w, int aspect_h,
                int *w, int *h)
{
    int fit_w, fit_h;
    resize_fit(image->width, image->height, aspect_w, aspect_h, &fit_w, &fit_h);
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
    /* the network's view is exact: never from a scaled decode */
    int scale_to = want->square ? 0 : stretch ? larger : smaller;
    enum err_code code = image_load(&image, want->path, &limits, scale_to, &info, err);
    if (code != ERR_OK)
        return code;
    if (want->square) {
        network_view(&square, want, &image);
        image_done(&image);
        image = square;
    }
    int w = width, h = height;
    if (!stretch)
        fit(&image, width, height, aspect_w, aspect_h, &w, &h);
    *rgb = xmalloc((size_t)width * (size_t)height * 3);
    fill(*rgb, (size_t)width * (size_t)height, background);
    place(*rgb, width, height, &image, w, h);
    image_done(&image);
    return ERR_OK;
}
