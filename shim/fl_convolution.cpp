/* Convolutions: our kernels where they are faster, else libtorch's.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fl_internal.hpp"

#include <ATen/ops/conv2d.h>
#include <ATen/ops/empty.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>

#include "fl_conv.h"

namespace fl
{

namespace
{

const auto nhwc = at::MemoryFormat::ChannelsLast;

/* What all three directions need, for as long as they run. */
struct Plan {
    fl_conv conv;
    at::Tensor work;
    fl_loop loop;

    explicit Plan(const fl_conv &c) : conv(c), loop(our_loop())
    {
        int64_t n_bytes = (int64_t)fl_conv_work(&conv, loop.n_threads);
        work = at::empty({n_bytes}, at::TensorOptions().dtype(at::kByte));
    }
};

fl_conv shape_of(const at::Tensor &x, const at::Tensor &w, int64_t padding)
{
    return {x.size(0), x.size(2), x.size(3), x.size(1), w.size(0), (int)padding};
}

const float *floats(const at::Tensor &t)
{
    return static_cast<const float *>(t.data_ptr());
}

at::Tensor result(at::IntArrayRef sizes)
{
    return at::empty(sizes, at::TensorOptions().dtype(at::kFloat).memory_format(nhwc));
}

at::Tensor forward(const at::Tensor &x, const at::Tensor &w, const at::Tensor &bias, int64_t padding)
{
    Plan plan(shape_of(x, w, padding));
    at::Tensor from = x.contiguous(nhwc), weights = w.contiguous(nhwc), b = bias.defined() ? bias.contiguous() : bias;
    at::Tensor y = result({x.size(0), w.size(0), x.size(2) + 2 * padding - 2, x.size(3) + 2 * padding - 2});
    fl_conv_forward(&plan.conv, floats(from), floats(weights), b.defined() ? floats(b) : nullptr,
                    static_cast<float *>(y.data_ptr()), plan.work.data_ptr(), &plan.loop);
    return y;
}

struct Convolution : torch::autograd::Function<Convolution> {
    static at::Tensor forward(torch::autograd::AutogradContext *context, at::Tensor x, at::Tensor w, int64_t padding)
    {
        context->save_for_backward({x, w});
        context->saved_data["padding"] = padding;
        context->saved_data["grad x"] = x.requires_grad();
        context->saved_data["grad w"] = w.requires_grad();
        return fl::forward(x, w, at::Tensor(), padding);
    }

    static torch::autograd::variable_list backward(torch::autograd::AutogradContext *context,
                                                   torch::autograd::variable_list grads)
    {
        torch::autograd::variable_list saved = context->get_saved_variables();
        const at::Tensor &x = saved[0], &w = saved[1];
        at::Tensor g = grads[0].contiguous(nhwc), grad_x, grad_w;
        Plan plan(shape_of(x, w, context->saved_data["padding"].toInt()));
        if (context->saved_data["grad x"].toBool()) {
            grad_x = result(x.sizes());
            at::Tensor weights = w.contiguous(nhwc);
            fl_conv_grad_x(&plan.conv, floats(g), floats(weights), static_cast<float *>(grad_x.data_ptr()),
                           plan.work.data_ptr(), &plan.loop);
        }
        if (context->saved_data["grad w"].toBool()) {
            grad_w = result(w.sizes());
            at::Tensor from = x.contiguous(nhwc);
            fl_conv_grad_weights(&plan.conv, floats(from), floats(g), static_cast<float *>(grad_w.data_ptr()),
                                 plan.work.data_ptr(), &plan.loop);
        }
        return {grad_x, grad_w, at::Tensor()};
    }
};

bool is_plain(const at::Tensor &t)
{
    return t.is_cpu() && t.scalar_type() == at::kFloat;
}

bool ours(const at::Tensor &x, const at::Tensor &w, const at::Tensor &bias, int64_t stride, int64_t padding, int64_t groups)
{
    bool grad = c10::GradMode::is_enabled() && (x.requires_grad() || w.requires_grad());
    if (state.precision != FL_FP32 || !is_plain(x) || !is_plain(w) || (bias.defined() && (grad || !is_plain(bias))))
        return false;
    if (stride != 1 || groups != 1 || padding > 2 || w.size(2) != 3 || w.size(3) != 3)
        return false;
    fl_conv conv = shape_of(x, w, padding);
    return fl_conv_preferred() && fl_conv_pays(&conv);
}

} // namespace

at::Tensor convolution(const at::Tensor &x, const at::Tensor &w, const at::Tensor &bias, int64_t stride, int64_t padding,
                       int64_t groups)
{
    if (!ours(x, w, bias, stride, padding, groups))
        return at::conv2d(x, w, bias, {stride, stride}, {padding, padding}, {1, 1}, groups);
    return bias.defined() ? forward(x, w, bias, padding) : Convolution::apply(x, w, padding);
}

} // namespace fl
