/* CUDA's runtime as far as fl_cuda.cu needs it, on the host: each kernel runs as written, block
 * after block, its threads as fibers that change places at __syncthreads(). Copies and kernels wait
 * in their stream until emulated_sync(), as on a card. A launch is rewritten by sed first:
 * k<<<grid, block, shared, stream>>>(...) to emulated_launch(k, grid, ...)(...).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_TEST_EMULATED_CUDA_RUNTIME_H
#define FL_TEST_EMULATED_CUDA_RUNTIME_H

#include <ucontext.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <type_traits>
#include <vector>

#define __global__
#define __device__
#define __host__
#define __shared__ static /* of a block; blocks run one after the other */

using cudaStream_t = struct emulated_stream *;

/* Numbers as in CUDA's driver_types.h. */
enum cudaError_t {
    cudaSuccess = 0,
    cudaErrorInvalidValue = 1,
    cudaErrorMemoryAllocation = 2,
    cudaErrorInvalidConfiguration = 9,
    cudaErrorInvalidDevice = 101,
    cudaErrorNoKernelImageForDevice = 209
};
enum cudaMemcpyKind { cudaMemcpyHostToDevice = 1, cudaMemcpyDeviceToHost = 2 };

struct dim3 {
    unsigned x, y, z;
    constexpr dim3(unsigned a = 1, unsigned b = 1, unsigned c = 1) : x(a), y(b), z(c)
    {
    }
};

/* Of the thread that runs. */
extern dim3 threadIdx, blockIdx, blockDim, gridDim;

void __syncthreads();

cudaError_t cudaSetDevice(int device);
cudaError_t cudaMemcpyAsync(void *to, const void *from, size_t n, cudaMemcpyKind kind,
                            cudaStream_t stream);
cudaError_t cudaGetLastError();
const char *cudaGetErrorString(cudaError_t error);

struct cudaFuncAttributes {
    size_t sharedSizeBytes;
};

namespace emulated
{

cudaError_t ask_about_kernel();
void enqueue_kernel(dim3 grid, dim3 block, size_t shared, cudaStream_t stream,
                    std::function<void()> thread);

template <class... Parameters> struct Launch {
    void (*kernel)(Parameters...);
    dim3 grid, block;
    size_t shared;
    cudaStream_t stream;

    /* Arguments are copied now and used later, as by a card. */
    void operator()(Parameters... arguments) const
    {
        auto *k = kernel;
        enqueue_kernel(grid, block, shared, stream, [k, arguments...] { k(arguments...); });
    }
};

} // namespace emulated

template <class Function>
cudaError_t cudaFuncGetAttributes(cudaFuncAttributes *attributes, Function *)
{
    *attributes = {};
    return emulated::ask_about_kernel();
}

template <class... Parameters>
emulated::Launch<Parameters...> emulated_launch(void (*kernel)(Parameters...), dim3 grid,
                                                dim3 block, size_t shared = 0,
                                                cudaStream_t stream = nullptr)
{
    return {kernel, grid, block, shared, stream};
}

#endif
