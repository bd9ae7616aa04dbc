/* Random changes of training pictures: draws are functions of (picture size, rng), applying them is pure.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_IMAGE_AUGMENT_H
#define FL_IMAGE_AUGMENT_H

#include "base/rng.h"
#include "image/resize.h"

/* What may be drawn. All zero: nothing. */
struct augment_limits {
    bool flip;          /* left and right, probability 1/2 */
    bool crop;          /* random-resized-crop: area share crop_min..1, aspect 3/4..4/3 log-uniform, ten tries, then the largest
                         * centred window of an allowed aspect */
    double crop_min;
    double jitter;      /* brightness, contrast, saturation factors within 1 - jitter .. 1 + jitter */
};

/* One draw. */
struct augment_draw {
    struct rect window; /* the whole picture without crop */
    bool flip;
    float brightness, contrast, saturation; /* 1: none */
};

/* A draw for a picture of width x height. Flip and factors do not depend on the size.
 * source for the crop: torchvision's RandomResizedCrop (Szegedy et al., arXiv 1409.4842, section 6) */
struct augment_draw augment_draw(const struct augment_limits *limits, int width, int height, struct rng *rng);

/* What the network sees, as RGB8 [size, size, 3]: window resized (antialias: resize_antialias, else resize_bilinear), flip,
 * jitter; the arithmetic of the training path (shim/fl_pixels.h), for previews. On values 0..1, clamped after each step:
 *   v = b v;  v = m + c (v - m), m the picture's mean grey;  v = g + s (v - g), g the pixel's grey
 * with grey = 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601). thread: any */
void augment_apply(uint8_t *out, int size, const struct image *src, const struct augment_draw *draw, bool antialias);

#endif
