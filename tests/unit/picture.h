/* Pictures that the tests of src/image make for themselves, and ways to damage them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_TEST_PICTURE_H
#define FL_TEST_PICTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes {
    uint8_t *p;
    size_t n;
};
void bytes_done(struct bytes *b);
struct bytes bytes_cut(struct bytes b, size_t n);                              /* copy of the first n */
struct bytes bytes_insert(struct bytes b, size_t at, const void *p, size_t n); /* copy with n more at at */
size_t bytes_find(struct bytes b, const void *p, size_t n);                    /* offset; asserts that it is there */

/* How samples become a JPEG. Zeros: 3 channels RGB in, YCbCr stored, baseline. */
struct jpeg_make {
    enum { JPEG_AS_YCC, JPEG_AS_GREY, JPEG_AS_RGB, JPEG_AS_CMYK, JPEG_AS_YCCK } stored;
    bool progressive, arithmetic, no_adobe;
    const void *app1, *app2; /* marker payloads or NULL */
    size_t app1_n, app2_n;
};
/* samples: 1, 3 or 4 channels as stored demands. An empty result: the library cannot write that. */
struct bytes jpeg_bytes(const uint8_t *samples, int width, int height, const struct jpeg_make *make);
/* Offset of the frame header's marker (its second byte), found by walking the segments. */
size_t jpeg_frame(struct bytes b);
void jpeg_set_size(struct bytes b, int width, int height);

/* rows: packed as PNG stores them. palette: n RGB entries, alpha: n entries; or NULL. exif: a TIFF block or NULL. */
struct png_make {
    int color_type, bit_depth;
    bool interlaced;
    const uint8_t *palette, *alpha;
    int n_palette, n_alpha;
    const uint8_t *exif;
    size_t exif_n;
    const uint16_t *clear; /* tRNS colour: grey, or red, green, blue */
};
struct bytes png_bytes(const uint8_t *rows, size_t stride, int width, int height, const struct png_make *make);

/* Noise that does not compress well; the caller frees it. */
uint8_t *noise(int width, int height, int channels);
/* One colour; the caller frees it. */
uint8_t *solid(int width, int height, int channels, const uint8_t *color);
/* An Exif APP1 payload ("Exif\0\0" and a TIFF block of 26 bytes) with the orientation tag. */
enum { EXIF_SIZE = 32 };
void exif_block(uint8_t out[EXIF_SIZE], bool big_endian, unsigned orientation);

#endif
