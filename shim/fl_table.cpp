/* The one symbol of the shim.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fl_cuda.h"
#include "fl_entry.hpp"

using namespace fl::entry;

extern "C" __attribute__((visibility("default"))) const fl_table *fl_torch_table(void)
{
    /* in the order of fl_torch.h */
    // clang-format off
    static const fl_table table = {
        FL_TORCH_VERSION, fl::torch_version(), fl_cuda_built(),
        init, devices, device_select, live_tensors, device_memory, device_peak, device_sync, empty_cache,
        scope_new, scope_close, scope_keep,
        tensor_new, tensor_free, tensor_dims, tensor_dtype, tensor_read, tensor_write, tensor_copy, tensors_mix,
        tensor_item, tensor_require_grad, tensor_grad, tensor_rows, tensor_cat, tensor_cast,
        grad_enable, precision_set, seed, seed_state, seed_restore,
        pixels, conv2d, batch_norm, relu, add, max_pool2d, global_avg_pool, linear, dropout, softmax, cross_entropy,
        backward, grads_unscale, optim_new, optim_free, optim_group, optim_step, optim_zero_grad, optim_state,
        optim_restore,
        throw_for_test, warn_for_test, pixels_for_test,
    };
    // clang-format on
    return &table;
}
