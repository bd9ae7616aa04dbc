/* What tests of networks share: the shim, and values by an integer formula that the PyTorch scripts in tests/ref use too.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_NN_TEST_H
#define FL_NN_TEST_H

#include "unit/test.h"

#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "nn/net.h"

/* The table of the shim in the build folder, on the CPU with two threads; NULL, and a reason printed, when it was not built. */
static inline const struct fl_table *open_shim(void)
{
    static const struct fl_table *fl;
    if (fl)
        return fl;
    const char *build = getenv("top_builddir");
    char *path = xasprintf("%s/shim/fl_torch.so", build ? build : ".");
    void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    free(path);
    fl_torch_table_fn *table;
    if (!module) {
        return NULL;
    }
    *(void **)&table = dlsym(module, FL_TORCH_SYMBOL);
    fl = table();
    struct fl_device_info info;
    struct err err;
    assert_int_equal(fl->init(&(struct fl_init){.n_threads = 2, .deterministic = true}, &err), ERR_OK);
    assert_int_equal(fl->device_select(&info, "cpu", &err), ERR_OK);
    return fl;
}

/* In [0, 1), exact in float32: 24 bits of a mixed integer. */
static inline double formula(uint32_t tensor, uint32_t i)
{
    uint32_t x = tensor * 0x9e3779b1u + i * 0x85ebca6bu + 0x27d4eb2fu;
    x = (x ^ x >> 15) * 0x2c1b3c6du;
    x = (x ^ x >> 12) * 0x297a2d39u;
    return ((x ^ x >> 15) >> 8) / 16777216.0;
}

/* The last batch norm of a bottleneck or an inverted residual. */
static inline bool ends_branch(const char *name)
{
    return strstr(name, ".bn3.") || strstr(name, ".conv.3.");
}

/* Variance of the convolutions as a multiple of He's; MobileNetV2 needs the larger one. */
static inline double spread(const char *name)
{
    return str_starts(name, "features") ? 256 : 16;
}

static inline double weight_bound(const struct tensor_spec *t)
{
    if (t->n_dims == 2)
        return sqrt((str_starts(t->name, "classifier") ? 3e-5 : 0.03) / (double)t->fan_in);
    int64_t outputs = t->dims[1] == 1 ? 1 : t->dims[0]; /* of a group */
    return sqrt(spread(t->name) * 6 / (double)(outputs * t->dims[2] * t->dims[3]));
}

/* Values of tensor i of a graph. Convolutions are wider than He's, with stored variances to match, the head is small, and deep branches
 * end quietly: so the losses of ten steps do not hang on the last bits of rounding (between single and double precision PyTorch's own
 * differ by 2e-5 at most). */
static inline void formula_tensor(const struct tensor_spec *t, size_t i, float *out)
{
    for (uint32_t k = 0; k < (uint32_t)tensor_elements(t); k++) {
        double v = formula((uint32_t)i, k);
        switch (t->role) {
        case ROLE_WEIGHT:
            out[k] = (float)((2 * v - 1) * weight_bound(t));
            break;
        case ROLE_BN_WEIGHT:
            out[k] = (float)((0.5 + v) * (ends_branch(t->name) ? 0.25 : 1));
            break;
        case ROLE_BN_VAR:
            out[k] = (float)(spread(t->name) * (0.5 + v));
            break;
        default:
            out[k] = (float)((v - 0.5) * 0.2);
        }
    }
}

static inline void formula_net(struct net *net)
{
    const struct graph *graph = net_graph(net);
    for (size_t i = 0; i < graph->n_tensors; i++) {
        const struct tensor_spec *t = &graph->tensors[i];
        if (t->role == ROLE_BN_COUNT)
            continue;
        size_t n = (size_t)tensor_elements(t);
        float *values = xcalloc(n, sizeof *values);
        formula_tensor(t, i, values);
        assert_int_equal(net_set(net, i, values, n * sizeof *values, NULL), ERR_OK);
        free(values);
    }
}

#define FORMULA_PICTURES 100000 /* the number the pictures have as a tensor */

/* n pictures of size x size (a multiple of 16): cells of 16 x 16 pixels with a value each, and fainter noise on every pixel (pictures of
 * noise alone look the same to a deep net). The caller frees it. */
static inline fl_tensor *formula_pictures(const struct fl_table *fl, int64_t n, int64_t size)
{
    size_t count = (size_t)(n * 3 * size * size);
    float *values = xcalloc(count, sizeof *values);
    for (int64_t i = 0; i < (int64_t)count; i++) {
        int64_t x = i % size / 16, y = i / size % size / 16, plane = i / (size * size), cells = size / 16;
        double cell = formula(FORMULA_PICTURES, (uint32_t)((plane * cells + y) * cells + x));
        values[i] = (float)(2 * cell - 1 + 0.25 * (2 * formula(FORMULA_PICTURES + 1, (uint32_t)i) - 1));
    }
    fl_tensor *x = NULL;
    assert_int_equal(fl->tensor_new(&x, FL_F32, 4, (int64_t[]){n, 3, size, size}, values, count * sizeof *values, NULL), ERR_OK);
    free(values);
    return x;
}

/* Fails the test with the error's message. */
static inline void must(enum err_code code, const struct err *err)
{
    if (code != ERR_OK)
        fail_msg("%s: %s", err_name(code), err->message);
}

#endif
