/* The fake GPU: the real shim's functions, a few of them wrapped.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/fake_gpu.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct fake_gpu fake_gpu_state;
const struct fl_table *fl_torch_table(void);

static const struct fl_table *real;
static struct fl_table table;
static unsigned owed_ms; /* work that the host has not waited for yet */
static bool grads = true;

static void wait_ms(unsigned ms)
{
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L}, NULL);
}

static void wait_for_work(void)
{
    wait_ms(owed_ms);
    owed_ms = 0;
}

static enum err_code device_select(struct fl_device_info *out, const char *name, struct err *err)
{
    (void)name;
    enum err_code code = real->device_select(out, "cpu", err);
    out->index = 0;
    out->memory_free = fake_gpu_state.memory_free;
    out->memory_total = fake_gpu_state.memory_total;
    snprintf(out->name, sizeof out->name, "cuda:0");
    return code;
}

static uint64_t device_memory(void)
{
    return fake_gpu_state.memory_total - fake_gpu_state.memory_free;
}

static uint64_t device_peak(bool anew)
{
    fake_gpu_state.n_anew += anew;
    return fake_gpu_state.peak;
}

static enum err_code device_sync(struct err *err)
{
    wait_for_work();
    return real->device_sync(err);
}

static enum err_code tensor_new(fl_tensor **out, enum fl_dtype dtype, int n_dims, const int64_t *dims,
                                const void *data, size_t n_bytes, struct err *err)
{
    if (!data || n_dims < 1 || fake_gpu_state.no_room == 0 || dims[0] != fake_gpu_state.no_room)
        return real->tensor_new(out, dtype, n_dims, dims, data, n_bytes, err);
    fake_gpu_state.n_refused++;
    *err = (struct err){.code = ERR_DEVICE_MEMORY, .message = "tensor_new: out of GPU memory"};
    return ERR_DEVICE_MEMORY;
}

static enum err_code tensor_read(const fl_tensor *tensor, void *out, size_t n_bytes, struct err *err)
{
    wait_for_work();
    return real->tensor_read(tensor, out, n_bytes, err);
}

static enum err_code tensor_item(const fl_tensor *tensor, double *out, struct err *err)
{
    wait_for_work();
    return real->tensor_item(tensor, out, err);
}

static void grad_enable(bool on)
{
    grads = on;
    real->grad_enable(on);
}

static enum err_code conv2d(fl_tensor **out, const fl_tensor *x, const fl_tensor *weight, const fl_tensor *bias,
                            int stride, int padding, int groups, fl_scope *scope, struct err *err)
{
    if (!grads) {
        wait_ms(fake_gpu_state.choosing_ms);
        fake_gpu_state.choosing_ms = 0;
    }
    return real->conv2d(out, x, weight, bias, stride, padding, groups, scope, err);
}

static enum err_code optim_step(fl_optim *optim, struct err *err)
{
    owed_ms += fake_gpu_state.step_ms;
    return real->optim_step(optim, err);
}

/* NULL, and the line that says why, where the real one cannot be loaded. */
const struct fl_table *fl_torch_table(void)
{
    const char *folder = getenv("top_builddir");
    char path[4096];
    snprintf(path, sizeof path, "%s/shim/fl_torch.so", folder ? folder : ".");
    void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL), *symbol = module ? dlsym(module, FL_TORCH_SYMBOL) : NULL;
    if (!symbol) {
        printf("# %s\n", dlerror());
        return NULL;
    }
    fl_torch_table_fn *get;
    memcpy(&get, &symbol, sizeof get);
    table = *(real = get());
    table.device_select = device_select;
    table.device_memory = device_memory;
    table.device_peak = device_peak;
    table.device_sync = device_sync;
    table.tensor_new = tensor_new;
    table.tensor_read = tensor_read;
    table.tensor_item = tensor_item;
    table.grad_enable = grad_enable;
    table.conv2d = conv2d;
    table.optim_step = optim_step;
    return &table;
}
