/* Private to src/image: the readers behind decode.c.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_IMAGE_CODEC_H
#define FL_IMAGE_CODEC_H

#include "image/decode.h"

/* What is to be read. */
struct codec_input {
    const uint8_t *bytes;
    size_t n;
    const struct image_limits *limits;
    int scale_to;
};

/* Header, and pixels unless image is NULL, as stored: orientation is left to the caller, info gets the stored width and height
 * and the orientation tag. On failure image is untouched. */
enum err_code codec_read_jpeg(struct image *image, const struct codec_input *in, struct image_info *info, struct err *err);
enum err_code codec_read_png(struct image *image, const struct codec_input *in, struct image_info *info, struct err *err);

/* Checks the size against the limits. errors: INVALID with the numbers, FORMAT for an empty picture */
enum err_code codec_check_size(uint64_t width, uint64_t height, const struct image_limits *limits, struct err *err);

/* Orientation tag of a TIFF block (what follows "Exif\0\0"): 1..8; 1 when absent, invalid or out of bounds.
 * source: TIFF 6.0 section 2; Exif 2.32, tag 0x0112 */
int exif_orientation(const uint8_t *tiff, size_t n);

#endif
