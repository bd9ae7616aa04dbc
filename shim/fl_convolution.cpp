/* Convolutions: our kernels where they are faster, else libtorch's.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fl_internal.hpp"

#include <ATen/ops/conv2d.h>
#include <ATen/ops/empty.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>

#include "fl_conv.h"
#include "fl_depthwise.h"

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

at::Tensor result(at::IntArrayRef sizes, at::ScalarType type = at::kFloat)
{
    return at::empty(sizes, at::TensorOptions().dtype(type).memory_format(nhwc));
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

fl_depthwise depthwise_of(const at::Tensor &x, int64_t stride)
{
    return {x.size(0), x.size(2), x.size(3), x.size(1), (int)stride, x.scalar_type() == at::kBFloat16};
}

at::Tensor work_of(const fl_depthwise &conv)
{
    return at::empty({(int64_t)fl_depthwise_work(&conv)}, at::TensorOptions().dtype(at::kByte));
}

at::Tensor depthwise_forward(const at::Tensor &x, const at::Tensor &w, const at::Tensor &bias, int64_t stride)
{
    fl_depthwise conv = depthwise_of(x, stride);
    at::Tensor from = x.contiguous(nhwc), weights = w.contiguous(), b = bias.defined() ? bias.contiguous() : bias, work = work_of(conv);
    at::Tensor y = result({x.size(0), x.size(1), fl_depthwise_out(conv.h, conv.stride), fl_depthwise_out(conv.w, conv.stride)},
                          x.scalar_type());
    fl_depthwise_forward(&conv, from.data_ptr(), floats(weights), b.defined() ? floats(b) : nullptr, y.data_ptr(), work.data_ptr(),
                         &our_loop());
    return y;
}

struct Depthwise : torch::autograd::Function<Depthwise> {
    static at::Tensor forward(torch::autograd::AutogradContext *context, at::Tensor x, at::Tensor w, int64_t stride)
    {
        context->save_for_backward({x, w});
        context->saved_data["stride"] = stride;
        context->saved_data["grad x"] = x.requires_grad();
        context->saved_data["grad w"] = w.requires_grad();
        return depthwise_forward(x, w, at::Tensor(), stride);
    }

    static torch::autograd::variable_list backward(torch::autograd::AutogradContext *context,
                                                   torch::autograd::variable_list grads)
    {
        torch::autograd::variable_list saved = context->get_saved_variables();
        at::Tensor x = saved[0].contiguous(nhwc), w = saved[1].contiguous(), g = grads[0].contiguous(nhwc), grad_x, grad_w;
        fl_depthwise conv = depthwise_of(x, context->saved_data["stride"].toInt());
        at::Tensor work = work_of(conv);
        if (context->saved_data["grad x"].toBool()) {
            grad_x = result(x.sizes(), x.scalar_type());
            fl_depthwise_grad_x(&conv, g.data_ptr(), floats(w), grad_x.data_ptr(), work.data_ptr(), &our_loop());
        }
        if (context->saved_data["grad w"].toBool()) {
            grad_w = at::empty(w.sizes(), at::TensorOptions().dtype(at::kFloat));
            fl_depthwise_grad_weights(&conv, x.data_ptr(), g.data_ptr(), static_cast<float *>(grad_w.data_ptr()), work.data_ptr(),
                                      &our_loop());
        }
        return {grad_x, grad_w, at::Tensor()};
    }
};

bool is_plain(const at::Tensor &t, at::ScalarType type = at::kFloat)
{
    return t.is_cpu() && t.scalar_type() == type;
}

/* Weights in single precision; x, too, or in the one that autocast would give it. With a bias there is no gradient here. */
bool plain_call(const at::Tensor &x, const at::Tensor &w, const at::Tensor &bias)
{
    bool grad = c10::GradMode::is_enabled() && (x.requires_grad() || w.requires_grad() || (bias.defined() && bias.requires_grad()));
    at::ScalarType type = state.precision == FL_AUTOCAST_BF16 ? at::kBFloat16 : at::kFloat;
    return state.precision != FL_AUTOCAST_FP16 && is_plain(x, type) && is_plain(w) && (!bias.defined() || (!grad && is_plain(bias)));
}

bool depthwise_is_ours(const at::Tensor &x, const at::Tensor &w, int64_t stride, int64_t padding, int64_t groups)
{
    if (padding != 1 || groups != x.size(1) || groups != w.size(0) || w.size(2) != 3 || w.size(3) != 3)
        return false;
    fl_depthwise conv = depthwise_of(x, stride);
    return fl_depthwise_possible(&conv);
}

bool winograd_is_ours(const at::Tensor &x, const at::Tensor &w, int64_t stride, int64_t padding, int64_t groups)
{
    if (stride != 1 || groups != 1 || padding > 2 || w.size(2) != 3 || w.size(3) != 3)
        return false;
    fl_conv conv = shape_of(x, w, padding);
    return is_plain(x) && fl_conv_preferred() && fl_conv_pays(&conv);
}

} // namespace

at::Tensor convolution(const at::Tensor &x, const at::Tensor &w, const at::Tensor &bias, int64_t stride, int64_t padding,
                       int64_t groups)
{
    bool plain = plain_call(x, w, bias);
    if (plain && winograd_is_ours(x, w, stride, padding, groups))
        return bias.defined() ? forward(x, w, bias, padding) : Convolution::apply(x, w, padding);
    if (plain && depthwise_is_ours(x, w, stride, padding, groups))
        return bias.defined() ? depthwise_forward(x, w, bias, stride) : Depthwise::apply(x, w, stride);
    return at::conv2d(x, w, bias, {stride, stride}, {padding, padding}, {1, 1}, groups);
}

} // namespace fl
