/* Our CUDA kernels: plain pointers, sizes and a stream; nothing of libtorch. fl_cuda.cu has them,
 * fl_cuda_none.c stands in where they are not built. Each kernel has a C reference.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_CUDA_H
#define FL_CUDA_H

#include "fl_torch.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The kernels are in this build. */
bool fl_cuda_built(void);

/* The kernels run on this GPU, which becomes the thread's current one in the runtime that they
 * bring along. False: err tells why (UNSUPPORTED when not built, TORCH with CUDA's text). Costs
 * loading them. */
bool fl_cuda_usable(int device, struct err *err);

/* fl_pixels_one of fl_pixels.h for N pictures, in one pass on the GPU (two where a contrast differs
 * from 1).
 *
 *   out            device memory, float32, N * H * W * 3, channels last
 *   rgb            host memory, uint8, the same number
 *   ops            host memory, N entries, or NULL
 *   work           device memory, fl_cuda_pixels_work(n, h, w) bytes, may be reused when the stream
 *                  has passed the call
 *   device, stream index and cudaStream_t (NULL: the default stream)
 *
 * The host memory may be reused at once.
 * errors  UNSUPPORTED when not built; DEVICE_MEMORY; TORCH with CUDA's text */
enum err_code fl_cuda_pixels(float *out, const uint8_t *rgb, int64_t n, int64_t h, int64_t w,
                             const struct fl_pixel_op *ops, const float mean[3], const float std[3],
                             void *work, int device, void *stream, struct err *err);
size_t fl_cuda_pixels_work(int64_t n, int64_t h, int64_t w);

#ifdef __cplusplus
}
#endif
#endif
