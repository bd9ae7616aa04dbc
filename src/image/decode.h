/* Bytes to pixels, by content and never by name. One path for scan, training, prediction and preview.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_IMAGE_DECODE_H
#define FL_IMAGE_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* What a file is, by its first bytes. */
enum image_kind {
    KIND_JPEG, KIND_PNG, /* decoded; the others are named and skipped */
    KIND_WEBP, KIND_HEIC, KIND_AVIF, KIND_GIF, KIND_BMP, KIND_TIFF, KIND_JXL, KIND_JP2, KIND_PSD, KIND_PNM, KIND_DICOM,
    KIND_PDF, KIND_HTML, KIND_TEXT, KIND_ZIP, KIND_APPLEDOUBLE,
    KIND_EMPTY, KIND_ZEROS, KIND_UNKNOWN,
    KIND_COUNT
};

enum image_kind image_sniff(const void *bytes, size_t n);
const char *image_kind_name(enum image_kind kind);  /* "JPEG", "WebP", "web page", "all zero bytes" */
bool image_kind_decoded(enum image_kind kind);      /* JPEG, PNG */
bool image_kind_is_picture(enum image_kind kind);   /* a picture format, decoded or not */

/* RGB8, row by row without gaps: pixel (x, y) at rgb + 3 * (y * width + x). */
struct image {
    int width, height; /* 1 or more; upright (orientation applied) */
    uint8_t *rgb;
};
void image_done(struct image *image); /* frees, back to zeros */

/* What was learnt on the way. */
struct image_info {
    enum image_kind kind;
    int width, height;      /* upright, in full size whatever scale_to was */
    int orientation;        /* EXIF 1..8; 1 when absent or invalid */
    int channels;           /* in the file: 1 grey, 2 grey + alpha, 3, 4 */
    bool cmyk, alpha, sixteen_bit, palette, progressive, icc_profile; /* progressive: also an interlaced PNG */
    int warnings;           /* data damaged, cut off, or left over before the end marker; 0 for a sound file. What follows the
                             * end marker, and its absence alone, do not count */
    char warning[96];       /* the first one's text */
};

struct image_limits {
    uint64_t max_pixels;    /* width * height, checked after the header and before any allocation */
};
#define IMAGE_LIMITS_DEFAULT {100000000u}

/* Header only: size, orientation, kind. info may be NULL; on failure it holds what was learnt (kind; size when over the limit).
 * errors: as image_decode. thread: any */
enum err_code image_probe(const void *bytes, size_t n, const struct image_limits *limits, struct image_info *info,
                          struct err *err);

/* Full decode to upright RGB8: grey widened, CMYK and YCCK converted (with Adobe's marker R = C K / 255, without it
 * R = (255 - C) (255 - K) / 255), alpha composed on white, 16-bit scaled. Profiles are ignored. Damaged JPEG data with all rows
 * decoded is a success with warnings > 0; a damaged PNG is an error. info may be NULL. On failure image is all zeros.
 * scale_to: 0, or the smaller side wanted at least: a JPEG may be decoded at 1/2, 1/4, 1/8 when both sides stay >= scale_to;
 * for previews only, never for training.
 * errors: FORMAT (message is the reason alone: "cut off in the header", "12-bit JPEG", "is WebP"), INVALID (too many pixels,
 * with the numbers), UNSUPPORTED (a kind of JPEG the library lacks), MEMORY; the caller prefixes the path. thread: any
 * source: ITU-T T.81 and JFIF as libjpeg has them; PNG 1.2; Adobe Technical Note 5116 for the marker */
enum err_code image_decode(struct image *image, const void *bytes, size_t n, const struct image_limits *limits, int scale_to,
                           struct image_info *info, struct err *err);

/* Reads a file and decodes it; messages begin with the path. errors: also NOT_FOUND, IO. thread: any */
enum err_code image_load(struct image *image, const char *path, const struct image_limits *limits, int scale_to,
                         struct image_info *info, struct err *err);

/* JPEG out, 4:2:0; quality 1..100. The caller frees *bytes. errors: INVALID for a side over 65500. thread: any */
enum err_code image_encode_jpeg(const struct image *image, int quality, uint8_t **bytes, size_t *n, struct err *err);

#endif
