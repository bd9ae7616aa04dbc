/* Stands in for the CUDA kernels where they are not built.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fl_cuda.h"

#include <string.h>

bool fl_cuda_built(void)
{
    return false;
}

static enum err_code not_built(struct err *err)
{
    if (err) {
        memset(err, 0, sizeof *err);
        err->code = ERR_UNSUPPORTED;
        strcpy(err->where, "pixels");
        strcpy(err->message, "pixels: the CUDA kernels are not in this build");
    }
    return ERR_UNSUPPORTED;
}

bool fl_cuda_usable(int device, struct err *err)
{
    (void)device;
    return not_built(err) == ERR_OK;
}

size_t fl_cuda_pixels_work(int64_t n, int64_t h, int64_t w)
{
    (void)n, (void)h, (void)w;
    return 0;
}

enum err_code fl_cuda_pixels(float *out, const uint8_t *rgb, int64_t n, int64_t h, int64_t w,
                             const struct fl_pixel_op *ops, const float mean[3], const float std[3],
                             void *work, int device, void *stream, struct err *err)
{
    (void)out, (void)rgb, (void)n, (void)h, (void)w, (void)ops, (void)mean, (void)std;
    (void)work, (void)device, (void)stream;
    return not_built(err);
}
