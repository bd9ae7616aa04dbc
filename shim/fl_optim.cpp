/* Gradients and optimisers. Parameters with the same rate and age are updated together, a list at a
 * time. SPDX-License-Identifier: GPL-3.0-or-later */
#include "fl_internal.hpp"

#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_addcdiv.h>
#include <ATen/ops/_foreach_addcmul.h>
#include <ATen/ops/_foreach_div.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/_foreach_sqrt.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros_like.h>
#include <c10/core/GradMode.h>

#include <cmath>
#include <map>
#include <memory>
#include <tuple>
#include <utility>

#include "fl_compat.hpp"

namespace fl
{

/* A parameter's memory: SGD's momentum, or Adam's two moments. Handles, because optim_state lends
 * them. */
struct Slot {
    at::Tensor param;
    int group = 0;
    int64_t steps = 0;
    fl_tensor *moments[2] = {nullptr, nullptr};
};

struct Rates {
    double lr = 0, weight_decay = 0;
};

} // namespace fl

struct fl_optim {
    fl_optim_config config{};
    std::vector<fl::Slot> slots;
    std::vector<fl::Rates> groups;

    ~fl_optim()
    {
        for (fl::Slot &slot : slots)
            for (fl_tensor *moment : slot.moments)
                fl::entry::tensor_free(moment);
    }
};

namespace fl
{

using List = std::vector<at::Tensor>;

/* Parameters that get the same update. */
struct Batch {
    List params, grads, first, second;
};

static int moments_of(const fl_optim_config &config)
{
    return config.kind != FL_SGD ? 2 : config.momentum != 0 ? 1 : 0;
}

static void check_config(const fl_optim_config &c)
{
    if (c.kind != FL_SGD && c.kind != FL_ADAM && c.kind != FL_ADAMW)
        invalid("optim_new: kind %d is unknown", (int)c.kind);
    if (c.kind == FL_SGD && !(c.momentum >= 0 && c.momentum < 1))
        invalid("optim_new: momentum %g is not in 0 to 1", c.momentum);
    bool betas = c.beta1 >= 0 && c.beta1 < 1 && c.beta2 >= 0 && c.beta2 < 1 && c.eps >= 0;
    if (c.kind != FL_SGD && !betas)
        invalid("optim_new: beta1 %g, beta2 %g, eps %g", c.beta1, c.beta2, c.eps);
}

static void check_param(const at::Tensor &p, int group, size_t i, int n_groups)
{
    if (p.scalar_type() != at::kFloat || !p.is_leaf())
        invalid("optim_new: parameter %zu is no float32 leaf", i);
    if (group < 0 || group >= n_groups)
        invalid("optim_new: parameter %zu is in group %d of %d", i, group, n_groups);
}

/* The moments of a parameter's first step. SGD starts with the gradient itself (made by step), Adam
 * with zeros. */
static void ensure_moments(Slot &slot, int n)
{
    for (int m = 0; m < n; m++)
        if (!slot.moments[m])
            slot.moments[m] = wrap(at::zeros_like(slot.param), nullptr);
}

/* Rate, weight decay and number of steps. */
using Key = std::tuple<double, double, int64_t>;

/* Sorts what has a gradient by what its update depends on, and counts the step. Groups with the same numbers go together. */
static std::map<Key, Batch> collect(fl_optim &optim)
{
    std::map<Key, Batch> batches;
    int n = moments_of(optim.config);
    for (Slot &slot : optim.slots) {
        const at::Tensor &grad = slot.param.grad();
        if (!grad.defined())
            continue;
        ensure_moments(slot, n);
        slot.steps++;
        /* only Adam's update depends on the age */
        const Rates &rates = optim.groups[(size_t)slot.group];
        Batch &batch = batches[{rates.lr, rates.weight_decay, n == 2 ? slot.steps : 0}];
        batch.params.push_back(slot.param.detach());
        batch.grads.push_back(grad);
        if (n > 0)
            batch.first.push_back(slot.moments[0]->value);
        if (n > 1)
            batch.second.push_back(slot.moments[1]->value);
    }
    return batches;
}

static List decayed(const Batch &batch, double weight_decay)
{
    return weight_decay != 0 ? at::_foreach_add(batch.grads, batch.params, weight_decay)
                             : batch.grads;
}

/* A fresh momentum is zero, and momentum * 0 + gradient is PyTorch's first step. */
static void step_sgd(const Batch &batch, const fl_optim_config &config, const Rates &rates)
{
    List grads = decayed(batch, rates.weight_decay);
    if (config.momentum == 0) {
        at::_foreach_add_(batch.params, grads, -rates.lr);
        return;
    }
    at::_foreach_mul_(batch.first, config.momentum);
    at::_foreach_add_(batch.first, grads, 1);
    at::_foreach_add_(batch.params, batch.first, -rates.lr);
}

static void step_adam(const Batch &batch, const fl_optim_config &config, const Rates &rates,
                      int64_t steps)
{
    bool decoupled = config.kind == FL_ADAMW;
    if (decoupled && rates.weight_decay != 0)
        at::_foreach_mul_(batch.params, 1 - rates.lr * rates.weight_decay);
    List grads = decayed(batch, decoupled ? 0 : rates.weight_decay);
    at::_foreach_mul_(batch.first, config.beta1);
    at::_foreach_add_(batch.first, grads, 1 - config.beta1);
    at::_foreach_mul_(batch.second, config.beta2);
    at::_foreach_addcmul_(batch.second, grads, grads, 1 - config.beta2);

    double correct1 = 1 - std::pow(config.beta1, (double)steps);
    double correct2 = 1 - std::pow(config.beta2, (double)steps);
    List below = at::_foreach_sqrt(batch.second);
    at::_foreach_div_(below, std::sqrt(correct2));
    at::_foreach_add_(below, config.eps);
    at::_foreach_addcdiv_(batch.params, batch.first, below, -rates.lr / correct1);
}

static List gradients(const fl_optim &optim)
{
    List grads;
    for (const Slot &slot : optim.slots)
        if (slot.param.grad().defined())
            grads.push_back(slot.param.grad());
    return grads;
}

static Slot &slot_at(fl_optim *optim, const char *op, size_t i)
{
    if (i >= optim->slots.size())
        invalid("%s: parameter %zu of %zu", op, i, optim->slots.size());
    return optim->slots[i];
}

namespace entry
{

err_code backward(fl_tensor *loss, double scale, struct err *err) noexcept
{
    return guard("backward", err, [&] {
        const at::Tensor &t = loss->value;
        if (t.numel() != 1 || !t.requires_grad())
            invalid("backward: a loss is one number that depends on a parameter");
        compat::AutocastPause pause(state.device.type());
        t.backward(at::full_like(t.detach(), scale));
    });
}

err_code grads_unscale(fl_optim *optim, double scale, bool *finite, double *norm,
                       struct err *err) noexcept
{
    return guard("grads_unscale", err, [&] {
        if (!(scale > 0))
            invalid("grads_unscale: scale %g", scale);
        c10::NoGradGuard no_grad;
        List grads = gradients(*optim);
        double length = 0;
        if (!grads.empty()) {
            if (scale != 1)
                at::_foreach_mul_(grads, 1 / scale);
            length =
                at::stack(at::_foreach_norm(grads, 2)).to(at::kDouble).norm().item().toDouble();
        }
        *finite = std::isfinite(length);
        *norm = length;
    });
}

err_code optim_new(fl_optim **out, const fl_optim_config *config, fl_tensor *const *params,
                   const int *group, size_t n, int n_groups, struct err *err) noexcept
{
    return guard("optim_new", err, [&] {
        check_config(*config);
        if (n_groups < 1)
            invalid("optim_new: %d groups", n_groups);
        auto optim = std::make_unique<fl_optim>();
        optim->config = *config;
        optim->groups.resize((size_t)n_groups);
        optim->slots.resize(n);
        for (size_t i = 0; i < n; i++) {
            check_param(params[i]->value, group[i], i, n_groups);
            optim->slots[i].param = params[i]->value;
            optim->slots[i].group = group[i];
        }
        *out = optim.release();
    });
}

void optim_free(fl_optim *optim) noexcept
{
    delete optim;
}

void optim_group(fl_optim *optim, int group, double lr, double weight_decay) noexcept
{
    assert(group >= 0 && (size_t)group < optim->groups.size());
    optim->groups[(size_t)group] = {lr, weight_decay};
}

err_code optim_step(fl_optim *optim, struct err *err) noexcept
{
    return guard("optim_step", err, [&] {
        c10::NoGradGuard no_grad;
        compat::AutocastPause pause(state.device.type());
        for (const auto &[key, batch] : collect(*optim)) {
            const auto &[lr, weight_decay, steps] = key;
            if (optim->config.kind == FL_SGD)
                step_sgd(batch, optim->config, {lr, weight_decay});
            else
                step_adam(batch, optim->config, {lr, weight_decay}, steps);
        }
        weights_changed();
    });
}

void optim_zero_grad(fl_optim *optim) noexcept
{
    for (Slot &slot : optim->slots)
        slot.param.mutable_grad() = at::Tensor();
}

err_code optim_state(fl_optim *optim, size_t i, fl_tensor *tensors[2], int *n, int64_t *steps,
                     struct err *err) noexcept
{
    return guard("optim_state", err, [&] {
        const Slot &slot = slot_at(optim, "optim_state", i);
        int count = slot.moments[0] ? moments_of(optim->config) : 0;
        for (int m = 0; m < count; m++)
            tensors[m] = slot.moments[m];
        *n = count;
        *steps = slot.steps;
    });
}

err_code optim_restore(fl_optim *optim, size_t i, const float *const *data, int n, int64_t steps,
                       struct err *err) noexcept
{
    return guard("optim_restore", err, [&] {
        Slot &slot = slot_at(optim, "optim_restore", i);
        if ((n != 0 && n != moments_of(optim->config)) || steps < 0)
            invalid("optim_restore: %d tensors and %lld steps, %d tensors are needed", n,
                    (long long)steps, moments_of(optim->config));
        c10::NoGradGuard no_grad;
        ensure_moments(slot, n);
        for (int m = 0; m < 2 && n == 0; m++)
            tensor_free(std::exchange(slot.moments[m], nullptr));
        for (int m = 0; m < n; m++)
            slot.moments[m]->value.copy_(
                at::from_blob(const_cast<float *>(data[m]), slot.param.sizes(), at::kFloat));
        slot.steps = steps;
    });
}

} // namespace entry
} // namespace fl
