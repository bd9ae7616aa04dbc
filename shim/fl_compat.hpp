/* Everything that differs between libtorch 1.13 and PyTorch 2.x, and between builds with and
 * without CUDA. SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_COMPAT_HPP
#define FL_COMPAT_HPP

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

namespace fl::compat
{

/* This libtorch has CUDA, whether there is a GPU or not. */
bool with_cuda();

/* libtorch's warnings go to warn, one line each; NULL: nowhere. */
void warnings_to(void (*warn)(const char *text, void *user), void *user);

/* Equal runs give equal results; what has no such way only warns. */
void deterministic(bool on);

/* Autocast to dtype on a kind of device, of this thread. Turning it off drops the copies that it
 * keeps of weights. */
void autocast_on(c10::DeviceType type, c10::ScalarType dtype);
void autocast_off(c10::DeviceType type);
void autocast_clear();

/* Off while it lives, with the kept copies staying. */
class AutocastPause
{
  public:
    explicit AutocastPause(c10::DeviceType type);
    ~AutocastPause();
    AutocastPause(const AutocastPause &) = delete;
    AutocastPause &operator=(const AutocastPause &) = delete;

  private:
    c10::DeviceType type;
    bool was;
};

/* min(max(x, 0), limit), in x's memory or not. */
at::Tensor relu_limited(at::Tensor &x, double limit, bool in_place);

/* Tensors on the CPU lie in fl_memory from now on. */
void own_host_memory();

/* Gives cached GPU memory back. */
void empty_cache();

/* The most bytes that the allocator of GPU index has held, 0 when it does not tell; anew: from now on
 * counted anew. */
uint64_t reserved_peak(c10::DeviceIndex index, bool anew);

[[noreturn]] void throw_out_of_memory();

} // namespace fl::compat

#endif
