/* One picture: file to pixels for a rectangle. Pure but for reading the file.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_PICTURE_MAKE_H
#define FL_UI_PICTURE_MAKE_H

#include "image/augment.h"
#include "ui/canvas.h"
#include "ui/gfx.h"

/* What the network sees of an upright picture of width x height before it is resized, as the want's crop and augment say: the
 * draw that training makes in that epoch. */
struct augment_draw picture_draw(const struct picture_want *want, int width, int height);

/* n pixels of one colour, 0xRRGGBB. */
void picture_fill(uint8_t *rgb, size_t n, uint32_t color);

/* The wanted picture in a rectangle of width x height pixels that is shown aspect_w x aspect_h
 * large (a pixel of half blocks is not square), on the background. *rgb: width * height * 3 bytes,
 * the caller frees it. errors: those of image_load. thread: any */
enum err_code picture_make(uint8_t **rgb, const struct picture_want *want, int width, int height,
                           int aspect_w, int aspect_h, uint32_t background, struct err *err);

#endif
