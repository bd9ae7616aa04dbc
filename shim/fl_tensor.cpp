/* Handles, scopes, and numbers in and out.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fl_internal.hpp"

#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/zeros.h>
#include <c10/core/GradMode.h>

#include <cstring>
#include <memory>

namespace fl
{

fl_tensor *wrap(at::Tensor value, fl_scope *scope)
{
    auto handle = std::make_unique<fl_tensor>(fl_tensor{std::move(value), scope, 0});
    if (scope) {
        handle->slot = scope->owned.size();
        scope->owned.push_back(handle.get());
    }
    state.live++;
    return handle.release();
}

/* Takes a handle out of its scope; the last one of the list fills the gap. */
static void disown(fl_tensor *tensor)
{
    if (!tensor->scope)
        return;
    std::vector<fl_tensor *> &owned = tensor->scope->owned;
    owned[tensor->slot] = owned.back();
    owned[tensor->slot]->slot = tensor->slot;
    owned.pop_back();
    tensor->scope = nullptr;
}

at::ScalarType to_scalar(fl_dtype dtype)
{
    switch (dtype) {
    case FL_F32:
        return at::kFloat;
    case FL_F16:
        return at::kHalf;
    case FL_BF16:
        return at::kBFloat16;
    case FL_F64:
        return at::kDouble;
    case FL_I64:
        return at::kLong;
    case FL_U8:
        return at::kByte;
    }
    invalid("dtype %d is unknown", (int)dtype);
}

at::MemoryFormat format_of(int64_t n_dims)
{
    return n_dims == 4 ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous;
}

/* Host memory in C order as a tensor that borrows it; libtorch takes it as not const but only
 * reads. */
static at::Tensor borrow(const void *data, at::IntArrayRef dims, at::ScalarType type)
{
    return at::from_blob(const_cast<void *>(data), dims, at::TensorOptions().dtype(type));
}

static void check_bytes(const char *what, const at::Tensor &t, size_t n_bytes)
{
    if (t.nbytes() != n_bytes)
        invalid("%s: %zu bytes given, %s takes %zu", what, n_bytes, shape(t).c_str(),
                (size_t)t.nbytes());
}

static at::Tensor make(fl_dtype dtype, int n_dims, const int64_t *dims)
{
    if (n_dims < 0 || n_dims > 8)
        invalid("tensor_new: %d dimensions, 0 to 8 are possible", n_dims);
    for (int d = 0; d < n_dims; d++)
        if (dims[d] < 0 || dims[d] > INT32_MAX)
            invalid("tensor_new: dimension %d is %lld", d, (long long)dims[d]);
    at::TensorOptions options = at::TensorOptions().dtype(to_scalar(dtype)).device(state.device);
    return at::empty(at::IntArrayRef(dims, (size_t)n_dims),
                     options.memory_format(format_of(n_dims)));
}

/* [N, ...] as [N, ...] whose rows are dense in memory order, so that picking rows keeps NHWC. */
static at::Tensor pick_rows(const at::Tensor &x, const at::Tensor &index)
{
    if (x.dim() != 4)
        return x.index_select(0, index);
    return x.permute({0, 2, 3, 1}).index_select(0, index).permute({0, 3, 1, 2});
}

namespace entry
{

fl_scope *scope_new() noexcept
{
    return new fl_scope;
}

void scope_close(fl_scope *scope) noexcept
{
    if (!scope)
        return;
    state.live -= scope->owned.size();
    for (fl_tensor *tensor : scope->owned)
        delete tensor;
    delete scope;
}

void scope_keep(fl_scope *scope, fl_tensor *tensor) noexcept
{
    assert(tensor->scope == scope);
    (void)scope;
    disown(tensor);
}

size_t live_tensors() noexcept
{
    return state.live;
}

err_code tensor_new(fl_tensor **out, fl_dtype dtype, int n_dims, const int64_t *dims,
                    const void *data, size_t n_bytes, struct err *err) noexcept
{
    return guard("tensor_new", err, [&] {
        c10::NoGradGuard no_grad;
        at::Tensor t = make(dtype, n_dims, dims);
        if (data) {
            check_bytes("tensor_new", t, n_bytes);
            t.copy_(borrow(data, t.sizes(), t.scalar_type()));
        } else {
            t.zero_();
        }
        *out = wrap(std::move(t), nullptr);
    });
}

void tensor_free(fl_tensor *tensor) noexcept
{
    if (!tensor)
        return;
    disown(tensor);
    state.live--;
    delete tensor;
}

int tensor_dims(const fl_tensor *tensor, int64_t dims[8]) noexcept
{
    int n = (int)tensor->value.dim();
    assert(n <= 8);
    for (int d = 0; d < n; d++)
        dims[d] = tensor->value.size(d);
    return n;
}

fl_dtype tensor_dtype(const fl_tensor *tensor) noexcept
{
    switch (tensor->value.scalar_type()) {
    case at::kHalf:
        return FL_F16;
    case at::kBFloat16:
        return FL_BF16;
    case at::kDouble:
        return FL_F64;
    case at::kLong:
        return FL_I64;
    case at::kByte:
        return FL_U8;
    default:
        assert(tensor->value.scalar_type() == at::kFloat);
        return FL_F32;
    }
}

err_code tensor_read(const fl_tensor *tensor, void *out, size_t n_bytes, struct err *err) noexcept
{
    return guard("tensor_read", err, [&] {
        check_bytes("tensor_read", tensor->value, n_bytes);
        c10::NoGradGuard no_grad;
        at::Tensor t = tensor->value.detach().to(at::kCPU).contiguous();
        if (n_bytes)
            memcpy(out, t.data_ptr(), n_bytes);
    });
}

err_code tensor_write(fl_tensor *tensor, const void *data, size_t n_bytes, struct err *err) noexcept
{
    return guard("tensor_write", err, [&] {
        check_bytes("tensor_write", tensor->value, n_bytes);
        c10::NoGradGuard no_grad;
        tensor->value.copy_(borrow(data, tensor->value.sizes(), tensor->value.scalar_type()));
        weights_changed();
    });
}

err_code tensor_copy(fl_tensor *to, const fl_tensor *from, struct err *err) noexcept
{
    return guard("tensor_copy", err, [&] {
        if (to->value.sizes() != from->value.sizes())
            invalid("tensor_copy: %s into %s", shape(from->value).c_str(),
                    shape(to->value).c_str());
        c10::NoGradGuard no_grad;
        to->value.copy_(from->value);
        weights_changed();
    });
}

static void check_pair(const at::Tensor &to, const at::Tensor &from)
{
    if (to.scalar_type() != at::kFloat || from.scalar_type() != at::kFloat)
        invalid("tensors_mix: not of float32");
    if (to.sizes() != from.sizes())
        invalid("tensors_mix: %s into %s", shape(from).c_str(), shape(to).c_str());
}

err_code tensors_mix(fl_tensor *const *to, fl_tensor *const *from, size_t n, double share, struct err *err) noexcept
{
    return guard("tensors_mix", err, [&] {
        if (n == 0)
            return;
        std::vector<at::Tensor> a, b;
        for (size_t i = 0; i < n; i++) {
            check_pair(to[i]->value, from[i]->value);
            a.push_back(to[i]->value);
            b.push_back(from[i]->value);
        }
        c10::NoGradGuard no_grad;
        at::_foreach_mul_(a, 1 - share);
        at::_foreach_add_(a, b, share);
        weights_changed();
    });
}

err_code tensor_item(const fl_tensor *tensor, double *out, struct err *err) noexcept
{
    return guard("tensor_item", err, [&] {
        if (tensor->value.numel() != 1)
            invalid("tensor_item: %s has not one element", shape(tensor->value).c_str());
        *out = tensor->value.detach().item().toDouble();
    });
}

void tensor_require_grad(fl_tensor *tensor, bool on) noexcept
{
    if (tensor->value.is_floating_point())
        tensor->value.set_requires_grad(on);
}

err_code tensor_grad(fl_tensor **out, const fl_tensor *leaf, fl_scope *scope,
                     struct err *err) noexcept
{
    return guard("tensor_grad", err, [&] {
        const at::Tensor &grad = leaf->value.grad();
        *out = grad.defined() ? wrap(grad.detach(), scope) : nullptr;
    });
}

err_code tensor_rows(fl_tensor **out, const fl_tensor *x, const int64_t *index, size_t n,
                     fl_scope *scope, struct err *err) noexcept
{
    return guard("tensor_rows", err, [&] {
        const at::Tensor &t = x->value;
        if (t.dim() == 0)
            invalid("tensor_rows: a tensor without dimensions has no rows");
        for (size_t i = 0; i < n; i++)
            if (index[i] < 0 || index[i] >= t.size(0))
                invalid("tensor_rows: row %lld of %s", (long long)index[i], shape(t).c_str());
        at::Tensor rows = borrow(index, {(int64_t)n}, at::kLong).to(t.device());
        *out = wrap(pick_rows(t, rows), scope);
    });
}

err_code tensor_cat(fl_tensor **out, fl_tensor *const *parts, size_t n, fl_scope *scope,
                    struct err *err) noexcept
{
    return guard("tensor_cat", err, [&] {
        if (n == 0)
            invalid("tensor_cat: no parts");
        std::vector<at::Tensor> list;
        for (size_t i = 0; i < n; i++) {
            const at::Tensor &t = parts[i]->value;
            bool same = t.dim() == parts[0]->value.dim() && t.dim() > 0 &&
                        t.sizes().slice(1) == parts[0]->value.sizes().slice(1);
            if (!same)
                invalid("tensor_cat: part %zu is %s, the first %s", i, shape(t).c_str(),
                        shape(parts[0]->value).c_str());
            list.push_back(t);
        }
        *out = wrap(at::cat(list, 0).contiguous(format_of(list[0].dim())), scope);
    });
}

err_code tensor_cast(fl_tensor **out, const fl_tensor *x, fl_dtype dtype, fl_scope *scope,
                     struct err *err) noexcept
{
    return guard("tensor_cast", err, [&] { *out = wrap(x->value.to(to_scalar(dtype)), scope); });
}

} // namespace entry
} // namespace fl
