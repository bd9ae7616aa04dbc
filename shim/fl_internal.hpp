/* What the shim's own files share: handles, the guard, the process state. Included nowhere else.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_INTERNAL_HPP
#define FL_INTERNAL_HPP

#include <ATen/core/Tensor.h>

#include <cassert>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "fl_entry.hpp"
#include "fl_loop.h"

struct fl_tensor {
    at::Tensor value;
    fl_scope *scope; /* the owner, or NULL: the caller */
    size_t slot;     /* index in scope->owned */
};

struct fl_scope {
    std::vector<fl_tensor *> owned;
};

namespace fl
{

/* The one mutable state of the shim; the engine thread's. */
struct State {
    bool ready = false;
    std::thread::id engine;
    fl_init config{};
    at::Device device = at::Device(at::kCPU);
    fl_precision precision = FL_FP32;
    size_t live = 0; /* tensor handles */
    std::vector<signed char> kernels_run; /* of ours on a GPU, by index: 1, -1 no, 0 not known yet */
    bool operators_only = false; /* pixels; a test's wish */
};
extern State state;

/* A refusal of ours. what: one line that names the thing. */
struct Refusal {
    err_code code;
    std::string text, hint;
};

[[noreturn]] __attribute__((format(printf, 2, 3))) void refuse(err_code code, const char *format,
                                                               ...);
[[noreturn]] __attribute__((format(printf, 1, 2))) void invalid(const char *format, ...);

/* "[2, 3, 8, 8]" */
std::string shape(const at::Tensor &t);

/* Turns the exception in flight into *err (NULL: only the code); call it in a catch block. */
err_code translate(const char *where, struct err *err) noexcept;

/* The border: every entry of the table that can fail runs its body in here. */
template <class Body> err_code guard(const char *where, struct err *err, Body body) noexcept
{
    assert(!state.ready || state.engine == std::this_thread::get_id());
    try {
        body();
        return ERR_OK;
    } catch (...) {
        return translate(where, err);
    }
}

/* A new handle of value, owned by scope, or by the caller when scope is NULL. */
fl_tensor *wrap(at::Tensor value, fl_scope *scope);

at::ScalarType to_scalar(fl_dtype dtype);

/* 4-D tensors are NHWC in memory, all others C order. */
at::MemoryFormat format_of(int64_t n_dims);

/* Weights have changed: copies that autocast keeps of them are stale. */
void weights_changed();

/* Runs body(0..n_units-1) on up to n_threads threads, the caller's among them; thread counts from 0. The others are kept for the next loop.
 * body throws nothing and begins no loop. */
void on_threads(int n_threads, int64_t n_units,
                const std::function<void(int64_t unit, int thread)> &body);

/* The same as kernels in plain C want it. */
const fl_loop &our_loop();

/* mean, var: the running statistics. relu_max: below 0 no ReLU behind it, 0 ReLU without a limit. */
struct NormArguments {
    at::Tensor mean, var;
    bool batch_stats = false;
    double momentum = 0, eps = 0, relu_max = -1;
};

/* Batch norm of checked arguments, x stored channels_last, by the fastest way. */
at::Tensor batch_normalised(const at::Tensor &x, const at::Tensor &weight, const at::Tensor &bias,
                            const NormArguments &arguments);

/* conv2d with checked arguments, stored channels_last, by the fastest way. */
at::Tensor convolution(const at::Tensor &x, const at::Tensor &w, const at::Tensor &bias,
                       int64_t stride, int64_t padding, int64_t groups);

} // namespace fl

#endif
