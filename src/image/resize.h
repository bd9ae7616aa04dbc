/* Resize and crop: pure functions on RGB8.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_IMAGE_RESIZE_H
#define FL_IMAGE_RESIZE_H

#include <stdbool.h>

#include "image/decode.h"

/* A window of a picture in pixels; width and height 1 or more, inside the picture. */
struct rect {
    int x, y, width, height;
};

/* All three: a window of src to width x height (1 or more each) at out, 3 * width * height bytes that do not overlap src.
 * Nothing outside the window is looked at; the same size is a copy. thread: any */

/* 8-bit bilinear with half-pixel centres and no antialias, weights of 11 bits: within one level of OpenCV's INTER_LINEAR, equal
 * to it when shrinking. */
void resize_bilinear(uint8_t *out, int width, int height, const struct image *src, struct rect window);

/* The same with antialias when shrinking: triangle filter as wide as the ratio. Within one level of Pillow's BILINEAR, which
 * torchvision's antialias=True follows. */
void resize_antialias(uint8_t *out, int width, int height, const struct image *src, struct rect window);

/* Mean over the source area of each result pixel, rounded; for previews and grids. */
void resize_area(uint8_t *out, int width, int height, const struct image *src, struct rect window);

/* Largest size with the picture's aspect inside max_width x max_height, each side 1 or more; enlarges too. */
void resize_fit(int width, int height, int max_width, int max_height, int *out_width, int *out_height);

/* Windows of the evaluation rule "short side to size * 256 / 224, then a crop of size", in source pixels: n squares in even steps from one end
 * of the long side to the other, the middle of the short one; i from 0; n 1: the centre crop. Pictures smaller than that are enlarged. */
struct rect crop_view(int width, int height, int i, int n);

#endif
