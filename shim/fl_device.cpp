/* Start, devices, and the modes of the engine thread.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fl_internal.hpp"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/ops/from_blob.h>
#include <c10/core/GradMode.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "fl_compat.hpp"
#include "fl_gpus.h"
#include "fl_memory.h"

namespace fl
{

/* The value after "key<blanks>: " of the first such line, or "". */
static std::string proc_value(const char *path, const char *key)
{
    std::ifstream file(path);
    std::string line;
    while (std::getline(file, line)) {
        size_t colon = line.find(':');
        if (colon == std::string::npos || line.compare(0, strlen(key), key) != 0)
            continue;
        size_t start = line.find_first_not_of(" \t", colon + 1);
        return start == std::string::npos ? "" : line.substr(start);
    }
    return "";
}

static uint64_t proc_kib(const char *key)
{
    return strtoull(proc_value("/proc/meminfo", key).c_str(), nullptr, 10) << 10;
}

static bool has_word(const std::string &text, const char *word)
{
    return (" " + text + " ").find(std::string(" ") + word + " ") != std::string::npos;
}

static fl_device_info cpu_info()
{
    fl_device_info info{};
    info.index = -1;
    std::string title = proc_value("/proc/cpuinfo", "model name");
    snprintf(info.name, sizeof info.name, "cpu");
    snprintf(info.title, sizeof info.title, "%s", title.empty() ? "processor" : title.c_str());
    info.memory_free = proc_kib("MemAvailable");
    info.memory_total = proc_kib("MemTotal");
    /* the kernel lists only what it has switched on */
    std::string flags = proc_value("/proc/cpuinfo", "flags");
    info.bf16_fast = has_word(flags, "avx512_bf16") || has_word(flags, "amx_bf16");
    return info;
}

static int count_gpus()
{
    return at::hasCUDA() ? (int)at::getNumGPUs() : 0;
}

/* N of "cuda:N", or -1. */
static int gpu_number(const std::string &name)
{
    if (name.compare(0, 5, "cuda:") != 0)
        return -1;
    std::string digits = name.substr(5);
    bool number = !digits.empty() && digits.size() <= 3 &&
                  digits.find_first_not_of("0123456789") == std::string::npos;
    return number ? std::stoi(digits) : -1;
}

/* Index of the GPU, or -1 for the CPU. */
static int choose(const char *name)
{
    if (strcmp(name, "cpu") == 0 || (strcmp(name, "auto") == 0 && count_gpus() == 0))
        return -1;
    int number = gpu_number(name);
    bool any = strcmp(name, "auto") == 0 || strcmp(name, "cuda") == 0;
    if (!any && number < 0)
        invalid("device %s: not auto, cpu, cuda or cuda:N", name);
    if (count_gpus() == 0)
        throw Refusal{ERR_NOT_FOUND, "no CUDA device",
                      compat::with_cuda()
                          ? "use --device cpu, or see what nvidia-smi says"
                          : "this libtorch is built without CUDA: use --device cpu"};
    if (number >= count_gpus())
        refuse(ERR_NOT_FOUND, "no CUDA device %d, there are %d", number, count_gpus());
    return any ? fl_gpus_freest(count_gpus(), FL_NVML) : number;
}

/* The current GPU is a state of the thread, as everything of the engine. */
static void use_device(int index)
{
    entry::precision_set(FL_FP32);
    at::Device device =
        index < 0 ? at::Device(at::kCPU) : at::Device(at::kCUDA, (c10::DeviceIndex)index);
    if (device.is_cuda())
        c10::impl::VirtualGuardImpl(at::kCUDA).setDevice(device);
    state.device = device;
}

static fl_device_info device_info(int index)
{
    if (index < 0)
        return cpu_info();
    fl_device_info info;
    fl_gpus_describe(&info, index);
    fl_gpus_memory_here(&info.memory_free, &info.memory_total);
    return info;
}

/* Asking without NVML moves the thread to the last GPU. */
static void list_gpus(fl_device_info *out, int n)
{
    for (int i = 0; i < n; i++)
        fl_gpus_describe(&out[i], i);
    fl_gpus_memory(out, n, FL_NVML);
    if (state.device.is_cuda())
        c10::impl::VirtualGuardImpl(at::kCUDA).setDevice(state.device);
}

void weights_changed()
{
    if (state.precision != FL_FP32)
        compat::autocast_clear();
}

static void start(const fl_init &init)
{
    compat::own_host_memory();
    at::set_num_threads(init.n_threads);
    at::set_num_interop_threads(1);
    compat::deterministic(init.deterministic);
    compat::warnings_to(init.warn, init.user);
    state.config = init;
    state.engine = std::this_thread::get_id();
    state.ready = true;
}

namespace entry
{

err_code init(const fl_init *init, struct err *err) noexcept
{
    return guard("init", err, [&] {
        if (init->n_threads < 1)
            invalid("init: %d threads", init->n_threads);
        const fl_init &old = state.config;
        if (!state.ready)
            start(*init);
        else if (old.n_threads != init->n_threads || old.deterministic != init->deterministic)
            invalid("init: called before with %d threads, now with %d", old.n_threads,
                    init->n_threads);
        else
            compat::warnings_to(init->warn, init->user);
    });
}

err_code devices(fl_device_info *out, int max, int *n, struct err *err) noexcept
{
    return guard("devices", err, [&] {
        *n = 1 + count_gpus();
        if (max > 0)
            out[0] = cpu_info();
        if (max > 1 && *n > 1)
            list_gpus(out + 1, std::min(max, *n) - 1);
    });
}

err_code device_select(fl_device_info *out, const char *name, struct err *err) noexcept
{
    return guard("device", err, [&] {
        int index = choose(name);
        use_device(index);
        *out = device_info(index);
    });
}

uint64_t device_memory() noexcept
{
    uint64_t free = 0, total = 0;
    if (state.device.is_cuda())
        fl_gpus_memory_here(&free, &total);
    return total - free;
}

uint64_t device_peak(bool anew) noexcept
{
    uint64_t peak = 0;
    /* an allocator that nothing has been asked of yet refuses to tell: 0 */
    guard("device_peak", nullptr, [&] {
        if (state.device.is_cuda())
            peak = compat::reserved_peak(state.device.index(), anew);
    });
    return peak;
}

err_code device_sync(struct err *err) noexcept
{
    return guard("device_sync", err, [&] {
        if (!state.device.is_cuda())
            return;
        c10::impl::VirtualGuardImpl gpu(at::kCUDA);
        gpu.synchronizeStream(gpu.getStream(state.device));
    });
}

void empty_cache() noexcept
{
    /* void by contract: what cannot be given back shows up at the next allocation */
    guard("empty_cache", nullptr, [&] {
        fl_memory_release();
        if (state.device.is_cuda())
            compat::empty_cache();
    });
}

void grad_enable(bool on) noexcept
{
    /* a copy of a weight made without gradients must not serve with them */
    weights_changed();
    c10::GradMode::set_enabled(on);
}

void precision_set(fl_precision precision) noexcept
{
    bool fp16_cpu =
        precision == FL_AUTOCAST_FP16 && state.device.is_cpu(); /* the operators refuse it */
    state.precision = precision;
    if (precision == FL_FP32 || fp16_cpu)
        compat::autocast_off(state.device.type());
    else
        compat::autocast_on(state.device.type(),
                            precision == FL_AUTOCAST_BF16 ? at::kBFloat16 : at::kHalf);
}

void seed(uint64_t seed) noexcept
{
    at::manual_seed(seed);
}

err_code seed_state(void *out, size_t *n_bytes, struct err *err) noexcept
{
    return guard("seed_state", err, [&] {
        at::Tensor bytes = at::detail::getDefaultCPUGenerator().get_state();
        if (out && *n_bytes != bytes.nbytes())
            invalid("seed_state: %zu bytes given, it takes %zu", *n_bytes, (size_t)bytes.nbytes());
        *n_bytes = bytes.nbytes();
        if (out)
            memcpy(out, bytes.data_ptr(), bytes.nbytes());
    });
}

err_code seed_restore(const void *state, size_t n_bytes, struct err *err) noexcept
{
    return guard("seed_restore", err, [&] {
        at::Generator generator = at::detail::getDefaultCPUGenerator();
        if (n_bytes != generator.get_state().nbytes())
            invalid("seed_restore: %zu bytes given, it takes %zu", n_bytes,
                    (size_t)generator.get_state().nbytes());
        generator.set_state(
            at::from_blob(const_cast<void *>(state), {(int64_t)n_bytes}, at::kByte).clone());
    });
}

} // namespace entry
} // namespace fl
