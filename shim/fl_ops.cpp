/* The operators of a network.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fl_internal.hpp"

#include <ATen/Context.h>
#include <ATen/core/Reduction.h>
#include <ATen/ops/adaptive_avg_pool2d.h>
#include <ATen/ops/add.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/dropout.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/softmax.h>

#include <algorithm>

#include "fl_compat.hpp"

namespace fl
{

static at::Tensor value_or_none(const fl_tensor *tensor)
{
    return tensor ? tensor->value : at::Tensor();
}

static void check_dims(const char *op, const char *name, const at::Tensor &t, int64_t n_dims)
{
    if (t.dim() != n_dims)
        invalid("%s: %s is %s, %d dimensions are needed", op, name, shape(t).c_str(), (int)n_dims);
}

/* A vector with one entry a channel; NULL is fine. */
static void check_channels(const char *op, const char *name, const fl_tensor *tensor, int64_t n)
{
    if (tensor && (tensor->value.dim() != 1 || tensor->value.size(0) != n))
        invalid("%s: %s is %s, [%lld] is needed", op, name, shape(tensor->value).c_str(),
                (long long)n);
}

static void check_window(const char *op, const at::Tensor &x, int64_t kernel, int stride,
                         int padding)
{
    if (kernel < 1 || stride < 1 || padding < 0)
        invalid("%s: kernel %lld, stride %d, padding %d", op, (long long)kernel, stride, padding);
    if (x.size(2) + 2 * padding < kernel || x.size(3) + 2 * padding < kernel)
        invalid("%s: x is %s, smaller than kernel %lld", op, shape(x).c_str(), (long long)kernel);
}

static void check_precision(const char *op)
{
    if (state.precision == FL_AUTOCAST_FP16 && state.device.is_cpu())
        throw Refusal{ERR_UNSUPPORTED, std::string(op) + ": fp16 needs a GPU", "use bf16 or fp32"};
}

static void check_conv(const at::Tensor &x, const at::Tensor &w, const fl_tensor *bias, int stride,
                       int padding, int groups)
{
    check_dims("conv2d", "x", x, 4);
    check_dims("conv2d", "weight", w, 4);
    if (groups < 1 || x.size(1) != w.size(1) * groups || w.size(0) % groups != 0)
        invalid("conv2d: x is %s, weight %s, groups %d", shape(x).c_str(), shape(w).c_str(),
                groups);
    check_channels("conv2d", "bias", bias, w.size(0));
    check_window("conv2d", x, std::max(w.size(2), w.size(3)), stride, padding);
}

/* Debian's libtorch has no fast fp32 matrix product (the reference BLAS: 5.7 GFLOP/s), but oneDNN's
 * convolutions (240). The small head of a classifier is not worth the detour. */
static bool linear_as_conv(const at::Tensor &x, const at::Tensor &w)
{
    const int64_t least = 4 << 20; /* multiply-adds */
    return state.device.is_cpu() && state.precision == FL_FP32 && x.scalar_type() == at::kFloat &&
           !at::hasMKL() && at::hasMKLDNN() && x.size(0) * w.size(0) * w.size(1) >= least;
}

static at::Tensor as_picture(const at::Tensor &matrix)
{
    return matrix.view({matrix.size(0), matrix.size(1), 1, 1});
}

static void check_labels(const int64_t *labels, size_t n, const at::Tensor &logits)
{
    if ((int64_t)n != logits.size(0))
        invalid("cross_entropy: %zu labels for logits %s", n, shape(logits).c_str());
    for (size_t i = 0; i < n; i++)
        if (labels[i] < 0 || labels[i] >= logits.size(1))
            invalid("cross_entropy: label %lld of picture %zu, there are %lld classes",
                    (long long)labels[i], i, (long long)logits.size(1));
}

/* A copy of host numbers on the device. */
template <class T> static at::Tensor upload(const T *data, int64_t n, at::ScalarType type)
{
    at::Tensor host = at::from_blob(const_cast<T *>(data), {n}, at::TensorOptions().dtype(type));
    return host.to(at::TensorOptions().device(state.device), false, true);
}

namespace entry
{

err_code conv2d(fl_tensor **out, const fl_tensor *x, const fl_tensor *weight, const fl_tensor *bias,
                int stride, int padding, int groups, fl_scope *scope, struct err *err) noexcept
{
    return guard("conv2d", err, [&] {
        check_precision("conv2d");
        check_conv(x->value, weight->value, bias, stride, padding, groups);
        *out = wrap(
            convolution(x->value, weight->value, value_or_none(bias), stride, padding, groups),
            scope);
    });
}

err_code batch_norm(fl_tensor **out, const fl_tensor *x, const fl_tensor *weight,
                    const fl_tensor *bias, fl_tensor *mean, fl_tensor *var, bool batch_stats,
                    double momentum, double eps, double relu_max, fl_scope *scope, struct err *err) noexcept
{
    return guard("batch_norm", err, [&] {
        const at::Tensor &t = x->value;
        check_dims("batch_norm", "x", t, 4);
        const fl_tensor *const vectors[] = {weight, bias, mean, var};
        const char *const names[] = {"weight", "bias", "mean", "var"};
        for (int i = 0; i < 4; i++)
            check_channels("batch_norm", names[i], vectors[i], t.size(1));
        if (batch_stats && t.numel() <= t.size(1))
            invalid("batch_norm: x is %s, statistics need two values a channel", shape(t).c_str());
        NormArguments rest{mean->value, var->value, batch_stats, momentum, eps, relu_max};
        *out = wrap(batch_normalised(t, weight->value, bias->value, rest), scope);
    });
}

err_code relu(fl_tensor **out, fl_tensor *x, double max, bool in_place, fl_scope *scope,
              struct err *err) noexcept
{
    return guard("relu", err, [&] {
        at::Tensor &t = x->value;
        if (max < 0)
            invalid("relu: limit %g is negative", max);
        *out = wrap(max > 0    ? compat::relu_limited(t, max, in_place)
                    : in_place ? at::relu_(t)
                               : at::relu(t),
                    scope);
    });
}

err_code add(fl_tensor **out, const fl_tensor *a, const fl_tensor *b, fl_scope *scope,
             struct err *err) noexcept
{
    return guard("add", err, [&] {
        if (a->value.sizes() != b->value.sizes())
            invalid("add: %s and %s", shape(a->value).c_str(), shape(b->value).c_str());
        *out = wrap(at::add(a->value, b->value), scope);
    });
}

err_code max_pool2d(fl_tensor **out, const fl_tensor *x, int kernel, int stride, int padding,
                    fl_scope *scope, struct err *err) noexcept
{
    return guard("max_pool2d", err, [&] {
        check_dims("max_pool2d", "x", x->value, 4);
        check_window("max_pool2d", x->value, kernel, stride, padding);
        if (2 * padding > kernel)
            invalid("max_pool2d: padding %d is more than half of kernel %d", padding, kernel);
        *out =
            wrap(at::max_pool2d(x->value, {kernel, kernel}, {stride, stride}, {padding, padding}),
                 scope);
    });
}

err_code global_avg_pool(fl_tensor **out, const fl_tensor *x, fl_scope *scope,
                         struct err *err) noexcept
{
    return guard("global_avg_pool", err, [&] {
        check_dims("global_avg_pool", "x", x->value, 4);
        *out = wrap(at::adaptive_avg_pool2d(x->value, {1, 1}).flatten(1), scope);
    });
}

err_code linear(fl_tensor **out, const fl_tensor *x, const fl_tensor *weight, const fl_tensor *bias,
                fl_scope *scope, struct err *err) noexcept
{
    return guard("linear", err, [&] {
        const at::Tensor &t = x->value, &w = weight->value;
        check_precision("linear");
        check_dims("linear", "x", t, 2);
        check_dims("linear", "weight", w, 2);
        if (t.size(1) != w.size(1))
            invalid("linear: x is %s, weight %s", shape(t).c_str(), shape(w).c_str());
        check_channels("linear", "bias", bias, w.size(0));
        *out = wrap(linear_as_conv(t, w)
                        ? at::conv2d(as_picture(t), as_picture(w), value_or_none(bias)).flatten(1)
                        : at::linear(t, w, value_or_none(bias)),
                    scope);
    });
}

err_code dropout(fl_tensor **out, const fl_tensor *x, double p, fl_scope *scope,
                 struct err *err) noexcept
{
    return guard("dropout", err, [&] {
        if (!(p >= 0 && p < 1))
            invalid("dropout: probability %g", p);
        *out = wrap(at::dropout(x->value, p, true), scope);
    });
}

err_code softmax(fl_tensor **out, const fl_tensor *logits, fl_scope *scope,
                 struct err *err) noexcept
{
    return guard("softmax", err, [&] {
        check_dims("softmax", "logits", logits->value, 2);
        *out = wrap(at::softmax(logits->value.to(at::kFloat), 1), scope);
    });
}

err_code cross_entropy(fl_tensor **loss, const fl_tensor *logits, const int64_t *labels, size_t n,
                       const float *class_weights, double smoothing, fl_scope *scope,
                       struct err *err) noexcept
{
    return guard("cross_entropy", err, [&] {
        const at::Tensor &t = logits->value;
        check_dims("cross_entropy", "logits", t, 2);
        check_labels(labels, n, t);
        if (!(smoothing >= 0 && smoothing <= 1))
            invalid("cross_entropy: label smoothing %g", smoothing);
        at::Tensor target = upload(labels, t.size(0), at::kLong);
        at::Tensor weights =
            class_weights ? upload(class_weights, t.size(1), at::kFloat) : at::Tensor();
        const int64_t ignore_none = -100;
        *loss = wrap(at::cross_entropy_loss(t.to(at::kFloat), target, weights, at::Reduction::Mean,
                                            ignore_none, smoothing),
                     scope);
    });
}

} // namespace entry
} // namespace fl
