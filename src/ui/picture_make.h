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

/* The rectangle that a picture is put into. */
struct picture_frame {
    int width, height;     /* pixels */
    int aspect_w, aspect_h; /* its shape on the screen: a pixel of half blocks is not square */
    uint32_t background;   /* 0xRRGGBB around the picture */
};

/* A picture in few pixels, from which a preview of any size is made. */
struct picture_thumb {
    struct image image; /* sides up to THUMB_SIDE; rgb NULL: there is none */
    int shown_w, shown_h; /* pixels that it stands for: they decide the shape */
    struct picture_window window; /* the part of the picture that it is */
};
#define THUMB_SIDE 128

/* The wanted picture in the frame. *rgb: width * height * 3 bytes, the caller frees it. thumb: gets
 * the same picture, the caller's to free; NULL for none. errors: those of image_load. thread: any */
enum err_code picture_make(uint8_t **rgb, struct picture_thumb *thumb,
                           const struct picture_want *want, const struct picture_frame *frame,
                           struct err *err);

/* The same from a thumb of the wanted picture, or of the whole where a part is wanted: as sharp as
 * that is. The caller frees the result. thread: any */
uint8_t *picture_from_thumb(const struct picture_thumb *thumb, const struct picture_want *want,
                            const struct picture_frame *frame);

#endif
