/* Pictures into the net: on the CPU by the C reference, on a GPU by our kernels, and by libtorch's
 * operators where these are not built or do not run.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fl_internal.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <c10/util/Exception.h>

#include <algorithm>

#include "fl_compat.hpp"
#include "fl_cuda.h"
#include "fl_pixels.h"

namespace fl
{

/* A batch as the caller gave it. */
struct Pictures {
    const uint8_t *rgb;
    int64_t n, h, w;
    const fl_pixel_op *ops; /* NULL: none */
    const float *mean, *std;
};

static void check(const Pictures &p)
{
    if (p.n < 1 || p.h < 1 || p.w < 1 || p.n > 65535 || p.h > 65535 || p.w > 65535)
        invalid("pixels: %lld pictures of %lld x %lld", (long long)p.n, (long long)p.w,
                (long long)p.h);
    for (int c = 0; c < 3; c++)
        if (!(p.std[c] > 0))
            invalid("pixels: deviation %g of channel %d", (double)p.std[c], c);
    for (int64_t i = 0; p.ops && i < p.n; i++)
        if (!fl_pixel_op_ok(&p.ops[i]))
            invalid("pixels: operation of picture %lld is out of range", (long long)i);
}

static at::Tensor empty_pictures(const Pictures &p)
{
    return at::empty({p.n, 3, p.h, p.w}, at::TensorOptions()
                                             .dtype(at::kFloat)
                                             .device(state.device)
                                             .memory_format(at::MemoryFormat::ChannelsLast));
}

/* --- by our own code ---------------------------------------------------------------------- */

static at::Tensor by_reference(const Pictures &p)
{
    at::Tensor out = empty_pictures(p);
    float *to = out.data_ptr<float>();
    int64_t size = 3 * p.h * p.w;
    on_threads(state.config.n_threads, p.n, [&](int64_t i, int) {
        fl_pixels_one(to + size * i, p.rgb + size * i, p.h, p.w, p.ops ? p.ops + i : nullptr,
                      p.mean, p.std);
    });
    return out;
}

/* The engine thread never leaves libtorch's default stream, which is CUDA's. */
static at::Tensor by_kernels(const Pictures &p)
{
    at::Tensor out = empty_pictures(p);
    at::Tensor work = at::empty({(int64_t)fl_cuda_pixels_work(p.n, p.h, p.w)},
                                at::TensorOptions().dtype(at::kByte).device(state.device));
    struct err err;
    if (fl_cuda_pixels(out.data_ptr<float>(), p.rgb, p.n, p.h, p.w, p.ops, p.mean, p.std,
                       work.data_ptr(), state.device.index(), nullptr, &err))
        throw Refusal{err.code, err.message, err.hint};
    return out;
}

/* --- by libtorch's operators -------------------------------------------------------------- */

/* A copy of host numbers on the device; they may be reused at once. */
static at::Tensor upload(const void *data, at::IntArrayRef sizes, at::ScalarType type)
{
    at::Tensor host = at::from_blob(const_cast<void *>(data), sizes, type);
    return host.to(state.device, type, false, true);
}

/* One number a picture, [N, 1, 1, 1]; undefined where all are the neutral one. */
template <class Number>
static at::Tensor factors(const Pictures &p, Number fl_pixel_op::*member, Number neutral)
{
    std::vector<float> list;
    bool some = false;
    for (int64_t i = 0; p.ops && i < p.n; i++) {
        list.push_back((float)(p.ops[i].*member));
        some = some || p.ops[i].*member != neutral;
    }
    return some ? upload(list.data(), {p.n, 1, 1, 1}, at::kFloat) : at::Tensor();
}

/* Of v [N, H, W, 3] with values of 0 to 1. */
static at::Tensor grey(const at::Tensor &v)
{
    const float shares[3] = {0.299f, 0.587f, 0.114f};
    return v.mul(upload(shares, {3}, at::kFloat)).sum(at::IntArrayRef{3}, true);
}

/* v <- clamp(middle + factor (v - middle)) */
static void blend(at::Tensor &v, const at::Tensor &middle, const at::Tensor &factor)
{
    v.sub_(middle).mul_(factor).add_(middle).clamp_(0, 1);
}

/* The steps of fl_pixels.h; those that no picture needs are left out, and a factor of 1 changes its
 * picture by roundings at most. The bytes travel, not what becomes of them. */
static at::Tensor by_operators(const Pictures &p)
{
    at::Tensor bytes = upload(p.rgb, {p.n, p.h, p.w, 3}, at::kByte);
    at::Tensor flip = factors(p, &fl_pixel_op::flip, 0);
    if (flip.defined())
        bytes = bytes.flip(at::IntArrayRef{2}).where(flip.ne(0), bytes);
    at::Tensor v = bytes.to(at::kFloat).div_(255);
    at::Tensor brightness = factors(p, &fl_pixel_op::brightness, 1.0f);
    if (brightness.defined())
        v.mul_(brightness).clamp_(0, 1);
    at::Tensor contrast = factors(p, &fl_pixel_op::contrast, 1.0f);
    if (contrast.defined())
        blend(v, grey(v).mean(at::IntArrayRef{1, 2}, true, at::kDouble).to(at::kFloat), contrast);
    at::Tensor saturation = factors(p, &fl_pixel_op::saturation, 1.0f);
    if (saturation.defined())
        blend(v, grey(v), saturation);
    v.sub_(upload(p.mean, {3}, at::kFloat)).div_(upload(p.std, {3}, at::kFloat));
    return v.permute({0, 3, 1, 2});
}

/* --- which -------------------------------------------------------------------------------- */

/* Decided once a GPU: built for other cards, or newer than the driver, kernels do not run. */
static bool kernels_run()
{
    std::vector<signed char> &known = state.kernels_run;
    size_t index = (size_t)state.device.index();
    known.resize(std::max(known.size(), index + 1));
    if (known[index] == 0) {
        struct err err;
        known[index] = fl_cuda_usable((int)index, &err) ? 1 : -1;
        if (known[index] < 0)
            TORCH_WARN("pixels by libtorch's operators on ", state.device.str(), ": ", err.message);
    }
    return known[index] > 0;
}

static at::Tensor made_of(const Pictures &p)
{
    if (state.operators_only)
        return by_operators(p);
    if (state.device.is_cpu())
        return by_reference(p);
    return kernels_run() ? by_kernels(p) : by_operators(p);
}

namespace entry
{

err_code pixels(fl_tensor **out, const uint8_t *rgb, int64_t n, int64_t h, int64_t w,
                const fl_pixel_op *ops, const float mean[3], const float std[3], fl_scope *scope,
                struct err *err) noexcept
{
    return guard("pixels", err, [&] {
        const Pictures p{rgb, n, h, w, ops, mean, std};
        check(p);
        *out = wrap(made_of(p), scope);
    });
}

void pixels_for_test(bool operators) noexcept
{
    state.operators_only = operators;
}

} // namespace entry
} // namespace fl
