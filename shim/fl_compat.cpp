/* Everything that differs between libtorch 1.13 and PyTorch 2.x, and between builds with and
 * without CUDA. SPDX-License-Identifier: GPL-3.0-or-later */
#include "fl_compat.hpp"

#include <ATen/Context.h>
#include <ATen/autocast_mode.h>
#include <ATen/ops/hardtanh.h>
#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <c10/util/Exception.h>
#include <torch/version.h>

#include <new>
#include <string>

#include "fl_entry.hpp"
#include "fl_memory.h"

#define FL_TORCH_AT_LEAST(major, minor)                                                            \
    (TORCH_VERSION_MAJOR > (major) ||                                                              \
     (TORCH_VERSION_MAJOR == (major) && TORCH_VERSION_MINOR >= (minor)))

#if !FL_TORCH_AT_LEAST(2, 0)
#include <ATen/ops/neg.h>
#include <ATen/ops/threshold_backward.h>
#include <torch/csrc/autograd/custom_function.h>
#endif

#if FL_TORCH_AT_LEAST(2, 3)
#define FL_ALLOCATE
#else
#define FL_ALLOCATE const
#endif

#if FL_TORCH_AT_LEAST(2, 9)
#include <c10/core/CachingDeviceAllocator.h>
#elif defined(FL_TORCH_CUDA) && __has_include(<cuda_runtime_api.h>)
#include <c10/cuda/CUDACachingAllocator.h>
#define FL_OLD_CUDA_ALLOCATOR
#endif

const char *fl::torch_version()
{
    return TORCH_VERSION;
}

namespace fl::compat
{

/* --- warnings: a free function's arguments before 2.0, an object from then on
 * ------------------------------------- */

namespace
{

class Handler : public c10::WarningHandler
{
  public:
    void (*warn)(const char *text, void *user) = nullptr;
    void *user = nullptr;

#if FL_TORCH_AT_LEAST(2, 0)
    void process(const c10::Warning &warning) override
    {
        pass(warning.msg());
    }
#else
    void process(const c10::SourceLocation &, const std::string &msg, const bool) override
    {
        pass(msg);
    }
#endif

  private:
    void pass(const std::string &text)
    {
        if (warn)
            warn(text.substr(0, text.find('\n')).c_str(), user);
    }
};

Handler handler; /* libtorch keeps the pointer for good */

} // namespace

void warnings_to(void (*warn)(const char *text, void *user), void *user)
{
    handler.warn = warn;
    handler.user = user;
#if FL_TORCH_AT_LEAST(2, 0)
    c10::WarningUtils::set_warning_handler(&handler);
#else
    c10::Warning::set_warning_handler(&handler);
#endif
}

/* --- memory on the CPU: asking for it is const before 2.3
 * --------------------------------------------------------- */

namespace
{

class HostMemory : public c10::Allocator
{
  public:
    c10::DataPtr allocate(size_t n_bytes) FL_ALLOCATE override
    {
        if (n_bytes == 0)
            return {nullptr, at::Device(at::kCPU)};
        void *memory = fl_memory_get(n_bytes);
        if (!memory)
            throw std::bad_alloc();
        return {memory, memory, fl_memory_put, at::Device(at::kCPU)};
    }

    c10::DeleterFnPtr raw_deleter() const override
    {
        return fl_memory_put;
    }

#if FL_TORCH_AT_LEAST(2, 3)
    void copy_data(void *to, const void *from, size_t n_bytes) const override
    {
        default_copy_data(to, from, n_bytes);
    }
#endif
};

HostMemory host_memory; /* libtorch keeps the pointer for good */

} // namespace

void own_host_memory()
{
    c10::SetCPUAllocator(&host_memory, 1);
}

void deterministic(bool on)
{
    at::Context &context = at::globalContext();
    context.setDeterministicCuDNN(on);
    context.setBenchmarkCuDNN(!on);
    context.setDeterministicAlgorithms(on, true);
#if FL_TORCH_AT_LEAST(2, 2)
    /* a pass over every new tensor, for bugs that we do not have */
    context.setDeterministicFillUninitializedMemory(false);
#endif
}

/* --- autocast: one function for all devices from 2.4 on
 * ----------------------------------------------------------- */

#if FL_TORCH_AT_LEAST(2, 4)

static bool enabled(c10::DeviceType type)
{
    return at::autocast::is_autocast_enabled(type);
}

static void enable(c10::DeviceType type, bool on)
{
    at::autocast::set_autocast_enabled(type, on);
}

static void set_dtype(c10::DeviceType type, c10::ScalarType dtype)
{
    at::autocast::set_autocast_dtype(type, dtype);
}

#else

static bool enabled(c10::DeviceType type)
{
    return type == c10::kCPU ? at::autocast::is_cpu_enabled() : at::autocast::is_enabled();
}

static void enable(c10::DeviceType type, bool on)
{
    if (type == c10::kCPU)
        at::autocast::set_cpu_enabled(on);
    else
        at::autocast::set_enabled(on);
}

static void set_dtype(c10::DeviceType type, c10::ScalarType dtype)
{
    if (type == c10::kCPU)
        at::autocast::set_autocast_cpu_dtype(dtype);
    else
        at::autocast::set_autocast_gpu_dtype(dtype);
}

#endif

void autocast_on(c10::DeviceType type, c10::ScalarType dtype)
{
    set_dtype(type, dtype);
    enable(type, true);
}

void autocast_off(c10::DeviceType type)
{
    enable(type, false);
    at::autocast::clear_cache();
}

void autocast_clear()
{
    at::autocast::clear_cache();
}

AutocastPause::AutocastPause(c10::DeviceType t) : type(t), was(enabled(t))
{
    enable(type, false);
}

AutocastPause::~AutocastPause()
{
    enable(type, was);
}

/* --- operators
 * ----------------------------------------------------------------------------------------------------
 */

#if FL_TORCH_AT_LEAST(2, 0)

at::Tensor relu_limited(at::Tensor &x, double limit, bool in_place)
{
    return in_place ? at::hardtanh_(x, 0, limit) : at::hardtanh(x, 0, limit);
}

#else

namespace
{

/* 1.13 has no backward of hardtanh in bfloat16 on the CPU, but one of relu, which is this one's
 * twice: zero where the result is 0, and where it is the limit. */
struct ReluLimited : torch::autograd::Function<ReluLimited> {
    static at::Tensor forward(torch::autograd::AutogradContext *context, at::Tensor x, double limit,
                              bool in_place)
    {
        at::Tensor y = in_place ? at::hardtanh_(x, 0, limit) : at::hardtanh(x, 0, limit);
        if (in_place)
            context->mark_dirty({x});
        context->save_for_backward({y});
        context->saved_data["limit"] = limit;
        return y;
    }

    static torch::autograd::variable_list backward(torch::autograd::AutogradContext *context,
                                                   torch::autograd::variable_list grads)
    {
        at::Tensor y = context->get_saved_variables()[0];
        at::Tensor grad = at::threshold_backward(grads[0], y, 0);
        grad = at::threshold_backward(grad, at::neg(y), -context->saved_data["limit"].toDouble());
        return {grad, at::Tensor(), at::Tensor()};
    }
};

} // namespace

at::Tensor relu_limited(at::Tensor &x, double limit, bool in_place)
{
    if (x.scalar_type() == at::kBFloat16 && x.is_cpu())
        return ReluLimited::apply(x, limit, in_place);
    return in_place ? at::hardtanh_(x, 0, limit) : at::hardtanh(x, 0, limit);
}

#endif

/* --- CUDA
 * ---------------------------------------------------------------------------------------------------------
 */

bool with_cuda()
{
#ifdef FL_TORCH_CUDA
    return true;
#else
    return false;
#endif
}

void empty_cache()
{
#if FL_TORCH_AT_LEAST(2, 9)
    at::getDeviceAllocator(c10::kCUDA)->emptyCache();
#elif defined(FL_OLD_CUDA_ALLOCATOR)
    c10::cuda::CUDACachingAllocator::emptyCache();
#endif
}

#if FL_TORCH_AT_LEAST(2, 9)

uint64_t reserved_peak(c10::DeviceIndex index, bool anew)
{
    c10::DeviceAllocator *memory = at::getDeviceAllocator(c10::kCUDA);
    uint64_t peak = (uint64_t)memory->getDeviceStats(index).reserved_bytes[0].peak;
    if (anew)
        memory->resetPeakStats(index);
    return peak;
}

#elif defined(FL_OLD_CUDA_ALLOCATOR)

uint64_t reserved_peak(c10::DeviceIndex index, bool anew)
{
    namespace memory = c10::cuda::CUDACachingAllocator;
    uint64_t peak = (uint64_t)memory::getDeviceStats(index).reserved_bytes[0].peak;
    if (anew)
        memory::resetPeakStats(index);
    return peak;
}

#else

uint64_t reserved_peak(c10::DeviceIndex, bool)
{
    return 0;
}

#endif

void throw_out_of_memory()
{
    TORCH_CHECK_WITH(OutOfMemoryError, false, "CUDA out of memory (a test)");
    __builtin_unreachable();
}

} // namespace fl::compat
