/* Batch norm with the ReLU behind it: our kernels where they serve, else libtorch's.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fl_internal.hpp"

#include <ATen/ops/batch_norm.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/relu.h>
#include <c10/core/GradMode.h>
#include <limits>
#include <torch/csrc/autograd/custom_function.h>

#include "fl_compat.hpp"
#include "fl_norm.h"

namespace fl
{

namespace
{

const auto nhwc = at::MemoryFormat::ChannelsLast;

float *floats(const at::Tensor &t)
{
    return static_cast<float *>(t.data_ptr());
}

at::Tensor like(const at::Tensor &vector)
{
    return at::empty(vector.sizes(), at::TensorOptions().dtype(at::kFloat));
}

at::Tensor work_of(const fl_norm &norm)
{
    return at::empty({(int64_t)fl_norm_work(&norm)}, at::TensorOptions().dtype(at::kByte));
}

fl_norm plan(const at::Tensor &x, const NormArguments &a)
{
    const float infinity = std::numeric_limits<float>::infinity();
    float low = a.relu_max < 0 ? -infinity : 0, high = a.relu_max > 0 ? (float)a.relu_max : infinity;
    return {x.numel() / x.size(1), x.size(1), a.batch_stats, a.momentum, a.eps, low, high, x.scalar_type() == at::kBFloat16};
}

struct Norm : torch::autograd::Function<Norm> {
    static at::Tensor forward(torch::autograd::AutogradContext *context, at::Tensor x, at::Tensor weight, at::Tensor bias,
                              const NormArguments *arguments)
    {
        const NormArguments &a = *arguments;
        fl_norm norm = plan(x, a);
        at::Tensor from = x.contiguous(nhwc), mean = like(weight), scale = like(weight), work = work_of(norm);
        at::Tensor y = at::empty(x.sizes(), x.options().memory_format(nhwc));
        fl_norm_forward(&norm, from.data_ptr(), floats(weight), floats(bias), floats(a.mean), floats(a.var), floats(mean),
                        floats(scale), y.data_ptr(), work.data_ptr(), &our_loop());
        context->save_for_backward({x, weight, bias, mean, scale});
        context->saved_data["batch stats"] = norm.batch_stats;
        context->saved_data["relu max"] = a.relu_max;
        context->saved_data["grad x"] = x.requires_grad();
        return y;
    }

    static torch::autograd::variable_list backward(torch::autograd::AutogradContext *context,
                                                   torch::autograd::variable_list grads)
    {
        torch::autograd::variable_list saved = context->get_saved_variables();
        at::Tensor x = saved[0].contiguous(nhwc), g = grads[0].contiguous(nhwc);
        const at::Tensor &weight = saved[1], &bias = saved[2];
        NormArguments a;
        a.batch_stats = context->saved_data["batch stats"].toBool();
        a.relu_max = context->saved_data["relu max"].toDouble();
        fl_norm norm = plan(x, a);
        at::Tensor grad_x, grad_weight = like(weight), grad_bias = like(bias), work = work_of(norm);
        if (context->saved_data["grad x"].toBool())
            grad_x = at::empty(x.sizes(), x.options().memory_format(nhwc));
        fl_norm_gradient(&norm, x.data_ptr(), g.data_ptr(), floats(weight), floats(bias), floats(saved[3]), floats(saved[4]),
                         grad_x.defined() ? grad_x.data_ptr() : nullptr, floats(grad_weight), floats(grad_bias), work.data_ptr(),
                         &our_loop());
        return {grad_x, grad_weight, grad_bias, at::Tensor()};
    }
};

bool is_plain(const at::Tensor &t, at::ScalarType type = at::kFloat)
{
    return t.is_cpu() && t.scalar_type() == type;
}

bool ours(const at::Tensor &x, const at::Tensor &weight, const at::Tensor &bias, const NormArguments &a)
{
    for (const at::Tensor *vector : {&weight, &bias, &a.mean, &a.var}) {
        if (!is_plain(*vector) || !vector->is_contiguous())
            return false;
    }
    if (x.numel() == 0)
        return false;
    fl_norm norm = plan(x, a);
    return (is_plain(x) || is_plain(x, at::kBFloat16)) && fl_norm_possible(&norm);
}

} // namespace

at::Tensor batch_normalised(const at::Tensor &x, const at::Tensor &weight, const at::Tensor &bias, const NormArguments &a)
{
    if (ours(x, weight, bias, a))
        return Norm::apply(x, weight, bias, &a);
    at::Tensor y = at::batch_norm(x, weight, bias, a.mean, a.var, a.batch_stats, a.momentum, a.eps, true);
    return a.relu_max < 0    ? y
           : a.relu_max == 0 ? at::relu_(y)
                             : compat::relu_limited(y, a.relu_max, true);
}

} // namespace fl
