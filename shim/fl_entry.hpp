/* Entries of the table; what they do is said in fl_torch.h.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_ENTRY_HPP
#define FL_ENTRY_HPP

#include "fl_torch.h"

namespace fl
{

const char *torch_version(); /* "1.13.1" */

}

namespace fl::entry
{

err_code init(const fl_init *init, struct err *err) noexcept;
err_code devices(fl_device_info *out, int max, int *n, struct err *err) noexcept;
err_code device_select(fl_device_info *out, const char *name, struct err *err) noexcept;
size_t live_tensors() noexcept;
uint64_t device_memory() noexcept;
uint64_t device_peak(bool anew) noexcept;
err_code device_sync(struct err *err) noexcept;
void empty_cache() noexcept;
void precision_set(fl_precision precision) noexcept;
void grad_enable(bool on) noexcept;
void seed(uint64_t seed) noexcept;
err_code seed_state(void *out, size_t *n_bytes, struct err *err) noexcept;
err_code seed_restore(const void *state, size_t n_bytes, struct err *err) noexcept;
err_code throw_for_test(int kind, struct err *err) noexcept;
void warn_for_test(const char *text) noexcept;
void pixels_for_test(bool operators) noexcept;

fl_scope *scope_new() noexcept;
void scope_close(fl_scope *scope) noexcept;
void scope_keep(fl_scope *scope, fl_tensor *tensor) noexcept;

err_code tensor_new(fl_tensor **out, fl_dtype dtype, int n_dims, const int64_t *dims,
                    const void *data, size_t n_bytes, struct err *err) noexcept;
void tensor_free(fl_tensor *tensor) noexcept;
int tensor_dims(const fl_tensor *tensor, int64_t dims[8]) noexcept;
fl_dtype tensor_dtype(const fl_tensor *tensor) noexcept;
err_code tensor_read(const fl_tensor *tensor, void *out, size_t n_bytes, struct err *err) noexcept;
err_code tensor_write(fl_tensor *tensor, const void *data, size_t n_bytes,
                      struct err *err) noexcept;
err_code tensor_copy(fl_tensor *to, const fl_tensor *from, struct err *err) noexcept;
err_code tensors_mix(fl_tensor *const *to, fl_tensor *const *from, size_t n, double share, struct err *err) noexcept;
err_code tensor_item(const fl_tensor *tensor, double *out, struct err *err) noexcept;
void tensor_require_grad(fl_tensor *tensor, bool on) noexcept;
err_code tensor_grad(fl_tensor **out, const fl_tensor *leaf, fl_scope *scope,
                     struct err *err) noexcept;
err_code tensor_rows(fl_tensor **out, const fl_tensor *x, const int64_t *index, size_t n,
                     fl_scope *scope, struct err *err) noexcept;
err_code tensor_cat(fl_tensor **out, fl_tensor *const *parts, size_t n, fl_scope *scope,
                    struct err *err) noexcept;
err_code tensor_cast(fl_tensor **out, const fl_tensor *x, fl_dtype dtype, fl_scope *scope,
                     struct err *err) noexcept;

err_code pixels(fl_tensor **out, const uint8_t *rgb, int64_t n, int64_t h, int64_t w,
                const fl_pixel_op *ops, const float mean[3], const float std[3], fl_scope *scope,
                struct err *err) noexcept;
err_code conv2d(fl_tensor **out, const fl_tensor *x, const fl_tensor *weight, const fl_tensor *bias,
                int stride, int padding, int groups, fl_scope *scope, struct err *err) noexcept;
err_code batch_norm(fl_tensor **out, const fl_tensor *x, const fl_tensor *weight,
                    const fl_tensor *bias, fl_tensor *mean, fl_tensor *var, bool batch_stats,
                    double momentum, double eps, double relu_max, fl_scope *scope, struct err *err) noexcept;
err_code relu(fl_tensor **out, fl_tensor *x, double max, bool in_place, fl_scope *scope,
              struct err *err) noexcept;
err_code add(fl_tensor **out, const fl_tensor *a, const fl_tensor *b, fl_scope *scope,
             struct err *err) noexcept;
err_code max_pool2d(fl_tensor **out, const fl_tensor *x, int kernel, int stride, int padding,
                    fl_scope *scope, struct err *err) noexcept;
err_code global_avg_pool(fl_tensor **out, const fl_tensor *x, fl_scope *scope,
                         struct err *err) noexcept;
err_code linear(fl_tensor **out, const fl_tensor *x, const fl_tensor *weight, const fl_tensor *bias,
                fl_scope *scope, struct err *err) noexcept;
err_code dropout(fl_tensor **out, const fl_tensor *x, double p, fl_scope *scope,
                 struct err *err) noexcept;
err_code softmax(fl_tensor **out, const fl_tensor *logits, fl_scope *scope,
                 struct err *err) noexcept;
err_code cross_entropy(fl_tensor **loss, const fl_tensor *logits, const int64_t *labels, size_t n,
                       const float *class_weights, double smoothing, fl_scope *scope,
                       struct err *err) noexcept;

err_code backward(fl_tensor *loss, double scale, struct err *err) noexcept;
err_code grads_unscale(fl_optim *optim, double scale, bool *finite, double *norm,
                       struct err *err) noexcept;
err_code optim_new(fl_optim **out, const fl_optim_config *config, fl_tensor *const *params,
                   const int *group, size_t n, int n_groups, struct err *err) noexcept;
void optim_free(fl_optim *optim) noexcept;
void optim_group(fl_optim *optim, int group, double lr, double weight_decay) noexcept;
err_code optim_step(fl_optim *optim, struct err *err) noexcept;
void optim_zero_grad(fl_optim *optim) noexcept;
err_code optim_state(fl_optim *optim, size_t i, fl_tensor *tensors[2], int *n, int64_t *steps,
                     struct err *err) noexcept;
err_code optim_restore(fl_optim *optim, size_t i, const float *const *data, int n, int64_t steps,
                       struct err *err) noexcept;

} // namespace fl::entry

#endif
