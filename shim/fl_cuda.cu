/* Our CUDA kernels. No header of libtorch: it would cost a minute of compile time.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fl_cuda.h"

#include <cuda_runtime.h>

#include <cstdio>
#include <cstring>

namespace
{

/* A picture is read by blocks of THREADS pixels; block y is the picture. */
constexpr int THREADS = 256;

struct Norm {
    float mean[3], std[3];
};

__device__ float clamp01(float v)
{
    return fminf(fmaxf(v, 0.0f), 1.0f);
}

__device__ float grey(float r, float g, float b)
{
    return 0.299f * r + 0.587f * g + 0.114f * b;
}

__device__ float bright(uint8_t byte, float factor)
{
    float v = (float)byte / 255.0f;
    return factor == 1.0f ? v : clamp01(v * factor);
}

/* Grey after brightness, of the pictures whose contrast changes: a sum for each block, SUMS for a
 * picture. The others' sums are never written, nor read. */
__global__ void sum_grey(double *sums, const uint8_t *rgb, int64_t pixels, const fl_pixel_op *ops)
{
    const fl_pixel_op op = ops[blockIdx.y];
    if (op.contrast == 1.0f)
        return;
    rgb += 3 * pixels * blockIdx.y;
    double sum = 0;
    for (int64_t i = blockIdx.x * (int64_t)THREADS + threadIdx.x; i < pixels;
         i += gridDim.x * (int64_t)THREADS)
        sum += grey(bright(rgb[3 * i], op.brightness), bright(rgb[3 * i + 1], op.brightness),
                    bright(rgb[3 * i + 2], op.brightness));
    __shared__ double part[THREADS];
    part[threadIdx.x] = sum;
    for (unsigned half = THREADS / 2; half > 0; half /= 2) {
        __syncthreads();
        if (threadIdx.x < half)
            part[threadIdx.x] += part[threadIdx.x + half];
    }
    if (threadIdx.x == 0)
        sums[blockIdx.y * gridDim.x + blockIdx.x] = part[0];
}

__device__ float middle_of(const double *sums, int n_sums, int64_t pixels)
{
    double sum = 0; /* in a fixed order: equal runs give equal pictures */
    for (int i = 0; i < n_sums; i++)
        sum += sums[i];
    return (float)(sum / (double)pixels);
}

__global__ void pixels_kernel(float *out, const uint8_t *rgb, int64_t h, int64_t w,
                              const fl_pixel_op *ops, const double *sums, int n_sums, Norm norm)
{
    const fl_pixel_op neutral = {0, 1, 1, 1};
    const fl_pixel_op op = ops ? ops[blockIdx.y] : neutral;
    __shared__ float middle;
    if (threadIdx.x == 0)
        middle = op.contrast != 1.0f ? middle_of(sums + (int64_t)n_sums * blockIdx.y, n_sums, h * w)
                                     : 0.0f;
    __syncthreads();
    out += 3 * h * w * blockIdx.y;
    rgb += 3 * h * w * blockIdx.y;
    for (int64_t i = blockIdx.x * (int64_t)THREADS + threadIdx.x; i < h * w;
         i += gridDim.x * (int64_t)THREADS) {
        int64_t x = i % w;
        const uint8_t *in = rgb + 3 * (op.flip ? i - x + (w - 1 - x) : i);
        float v[3];
        for (int c = 0; c < 3; c++) {
            v[c] = bright(in[c], op.brightness);
            if (op.contrast != 1.0f)
                v[c] = clamp01(middle + op.contrast * (v[c] - middle));
        }
        float g = grey(v[0], v[1], v[2]);
        for (int c = 0; c < 3; c++) {
            float s = op.saturation != 1.0f ? clamp01(g + op.saturation * (v[c] - g)) : v[c];
            out[3 * i + c] = (s - norm.mean[c]) / norm.std[c];
        }
    }
}

/* CUDA's error into err, naming the step; the runtime keeps nothing of it for the next call. */
err_code check(cudaError_t status, const char *step, struct err *err)
{
    if (status == cudaSuccess)
        return ERR_OK;
    cudaGetLastError();
    err_code code = status == cudaErrorMemoryAllocation ? ERR_DEVICE_MEMORY : ERR_TORCH;
    if (err) {
        memset(err, 0, sizeof *err);
        err->code = code;
        snprintf(err->where, sizeof err->where, "pixels");
        snprintf(err->message, sizeof err->message, "pixels: %s: %s", step,
                 cudaGetErrorString(status));
        if (code == ERR_DEVICE_MEMORY)
            snprintf(err->hint, sizeof err->hint, "use a smaller batch");
    }
    return code;
}

/* Partial sums a picture. */
constexpr int SUMS = 32;

/* How work is divided: sums, operations, pictures; each part aligned for its type. */
struct Work {
    double *sums;
    fl_pixel_op *ops;
    uint8_t *rgb;
};

Work divide(void *work, int64_t n)
{
    Work parts;
    parts.sums = static_cast<double *>(work);
    parts.ops = reinterpret_cast<fl_pixel_op *>(parts.sums + SUMS * n);
    parts.rgb = reinterpret_cast<uint8_t *>(parts.ops + n);
    return parts;
}

bool any_contrast(const fl_pixel_op *ops, int64_t n)
{
    for (int64_t i = 0; ops && i < n; i++)
        if (ops[i].contrast != 1.0f)
            return true;
    return false;
}

err_code upload(const Work &to, const uint8_t *rgb, int64_t n_bytes, const fl_pixel_op *ops,
                int64_t n, cudaStream_t stream, struct err *err)
{
    /* from pageable memory these return when the host memory has been read */
    err_code code =
        check(cudaMemcpyAsync(to.rgb, rgb, n_bytes, cudaMemcpyHostToDevice, stream), "upload", err);
    if (!code && ops)
        code = check(cudaMemcpyAsync(to.ops, ops, n * sizeof *ops, cudaMemcpyHostToDevice, stream),
                     "upload", err);
    return code;
}

} // namespace

bool fl_cuda_built(void)
{
    return true;
}

bool fl_cuda_usable(int device, struct err *err)
{
    cudaFuncAttributes unused;
    err_code code = check(cudaSetDevice(device), "device", err);
    if (!code)
        code = check(cudaFuncGetAttributes(&unused, sum_grey), "sum_grey", err);
    if (!code)
        code = check(cudaFuncGetAttributes(&unused, pixels_kernel), "pixels_kernel", err);
    return !code;
}

size_t fl_cuda_pixels_work(int64_t n, int64_t h, int64_t w)
{
    return (size_t)n * (SUMS * sizeof(double) + sizeof(fl_pixel_op) + (size_t)(3 * h * w));
}

enum err_code fl_cuda_pixels(float *out, const uint8_t *rgb, int64_t n, int64_t h, int64_t w,
                             const struct fl_pixel_op *ops, const float mean[3], const float std[3],
                             void *work, int device, void *stream, struct err *err)
{
    cudaStream_t s = static_cast<cudaStream_t>(stream);
    Work parts = divide(work, n);
    err_code code = check(cudaSetDevice(device), "device", err);
    if (!code)
        code = upload(parts, rgb, 3 * n * h * w, ops, n, s, err);
    if (!code && any_contrast(ops, n)) {
        sum_grey<<<dim3(SUMS, (unsigned)n), THREADS, 0, s>>>(parts.sums, parts.rgb, h * w,
                                                             parts.ops);
        code = check(cudaGetLastError(), "sum_grey", err);
    }
    if (code)
        return code;
    Norm norm;
    memcpy(norm.mean, mean, sizeof norm.mean);
    memcpy(norm.std, std, sizeof norm.std);
    int64_t blocks = (h * w + THREADS - 1) / THREADS;
    unsigned grid = (unsigned)(blocks < 1024 ? blocks : 1024);
    pixels_kernel<<<dim3(grid, (unsigned)n), THREADS, 0, s>>>(
        out, parts.rgb, h, w, ops ? parts.ops : NULL, parts.sums, SUMS, norm);
    return check(cudaGetLastError(), "pixels_kernel", err);
}
