/* Pictures into the net, in plain C: the CPU path, and the reference of the CUDA kernel.
 *
 * One picture, uint8 [H, W, 3] to float32 [H, W, 3] (the memory of a channels_last [1, 3, H, W]
 * tensor). With v = byte / 255: flip        left and right exchanged brightness  v <- clamp(v b)
 *   contrast    v <- clamp(m + c (v - m)), m the mean of grey over the picture, after brightness
 *   saturation  v <- clamp(g + s (v - g)), g the pixel's grey
 *   result      (v - mean) / std, a channel
 * clamp is to 0..1, grey is 0.299 R + 0.587 G + 0.114 B. A factor of 1 leaves its step out.
 *
 * source: grey: ITU-R BT.601-7, 2.5.1; the blends: Haeberli, Voorhies, "Image processing by
 * interpolation and extrapolation", IRIS Universe 28, 1994. thread: any
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_PIXELS_H
#define FL_PIXELS_H

#include "fl_torch.h"

#ifdef __cplusplus
extern "C" {
#endif

/* True when the numbers of op are in their ranges (NaN is not). */
bool fl_pixel_op_ok(const struct fl_pixel_op *op);

/* out, rgb: 3 * h * w elements; op NULL: neutral; std not 0. */
void fl_pixels_one(float *out, const uint8_t *rgb, int64_t h, int64_t w,
                   const struct fl_pixel_op *op, const float mean[3], const float std[3]);

#ifdef __cplusplus
}
#endif
#endif
