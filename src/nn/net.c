/* A network: a graph with tensors, run through the shim.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "nn/net.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "nn/net_internal.h"

/* --- tensors ----------------------------------------------------------------------------------------------------- */

static enum err_code make_tensors(struct net *net, struct err *err)
{
    const struct graph *graph = net->graph;
    for (size_t i = 0; i < graph->n_tensors; i++) {
        const struct tensor_spec *spec = &graph->tensors[i];
        enum fl_dtype dtype = spec->role == ROLE_BN_COUNT ? FL_I64 : FL_F32;
        enum err_code code = net->fl->tensor_new(&net->tensors[i], dtype, spec->n_dims, spec->dims, NULL,
                                                 tensor_bytes(spec), err);
        if (code != ERR_OK)
            return code;
    }
    return ERR_OK;
}

enum err_code net_new(struct net **out, struct graph *graph, const struct fl_table *fl, struct err *err)
{
    struct net *net = xcalloc(1, sizeof *net);
    net->fl = fl;
    net->graph = graph;
    net->tensors = xcalloc(graph->n_tensors, sizeof *net->tensors);
    net->counts = xcalloc(graph->n_tensors, sizeof *net->counts);
    net->first_tensor = xcalloc(graph->n_layers, sizeof *net->first_tensor);
    net->folded = xcalloc(graph->n_layers, sizeof *net->folded);
    for (size_t i = 0; i < graph->n_layers; i++)
        net->first_tensor[i] = -1;
    for (size_t i = graph->n_tensors; i-- > 0;)
        net->first_tensor[graph->tensors[i].layer] = (int)i;
    enum err_code code = make_tensors(net, err);
    if (code != ERR_OK) {
        net_free(net);
        return code;
    }
    *out = net;
    return ERR_OK;
}

void net_free(struct net *net)
{
    if (!net)
        return;
    for (size_t i = 0; i < net->graph->n_layers; i++) {
        net->fl->tensor_free(net->folded[i].weight);
        net->fl->tensor_free(net->folded[i].bias);
    }
    for (size_t i = 0; i < net->graph->n_tensors; i++)
        net->fl->tensor_free(net->tensors[i]);
    graph_free(net->graph);
    free(net->tensors);
    free(net->counts);
    free(net->first_tensor);
    free(net->folded);
    free(net);
}

const struct graph *net_graph(const struct net *net)
{
    return net->graph;
}

fl_tensor *net_tensor(struct net *net, size_t i)
{
    const struct tensor_spec *spec = &net->graph->tensors[i];
    if (spec->role == ROLE_BN_COUNT) /* 8 bytes of a tensor of the right type: cannot fail for a reason to report */
        (void)net->fl->tensor_write(net->tensors[i], &net->counts[i], sizeof net->counts[i], NULL);
    return net->tensors[i];
}

static enum err_code check_size(const struct net *net, size_t i, size_t n_bytes, struct err *err)
{
    const struct tensor_spec *spec = &net->graph->tensors[i];
    if (n_bytes == tensor_bytes(spec))
        return ERR_OK;
    return err_set(err, ERR_INVALID, "%s: %zu bytes given, the tensor has %zu", spec->name, n_bytes, tensor_bytes(spec));
}

enum err_code net_set(struct net *net, size_t i, const void *data, size_t n_bytes, struct err *err)
{
    const struct tensor_spec *spec = &net->graph->tensors[i];
    enum err_code code = check_size(net, i, n_bytes, err);
    if (code != ERR_OK)
        return code;
    net_unfold(net, spec->block, spec->block);
    if (spec->role == ROLE_BN_COUNT) {
        memcpy(&net->counts[i], data, n_bytes);
        return ERR_OK;
    }
    return net->fl->tensor_write(net->tensors[i], data, n_bytes, err);
}

enum err_code net_get(struct net *net, size_t i, void *data, size_t n_bytes, struct err *err)
{
    enum err_code code = check_size(net, i, n_bytes, err);
    if (code != ERR_OK)
        return code;
    if (net->graph->tensors[i].role == ROLE_BN_COUNT) {
        memcpy(data, &net->counts[i], n_bytes);
        return ERR_OK;
    }
    return net->fl->tensor_read(net->tensors[i], data, n_bytes, err);
}

void net_train_from(struct net *net, int first_trained)
{
    for (size_t i = 0; i < net->graph->n_tensors; i++) {
        const struct tensor_spec *spec = &net->graph->tensors[i];
        if (tensor_is_parameter(spec))
            net->fl->tensor_require_grad(net->tensors[i], spec->block >= first_trained);
    }
}

/* --- a pass ------------------------------------------------------------------------------------------------------ */

/* Results are taken out of the scope as they are made and freed after their last use: autograd holds on to what backward
 * needs, and a pass without gradients keeps two or three maps instead of all. */
struct run {
    struct net *net;
    const struct net_pass *pass;
    fl_scope *scope;
    fl_tensor *x;
    int first, last, result; /* layers; result: the one whose value is handed out */
    fl_tensor **value;       /* by layer */
    int *left;               /* by layer: uses still to come */
    bool *skip;              /* by layer: its value is its source's */
};

static bool batch_stats(const struct run *run, int layer)
{
    return run->pass->batch_stats && run->pass->batch_stats[run->net->graph->layers[layer].block];
}

/* The layer whose value "in" stands for: through skipped ones; below first it is x. */
static int source(const struct run *run, int in)
{
    while (in >= run->first && run->skip[in])
        in = run->net->graph->layers[in].in;
    return in;
}

static fl_tensor *value_of(const struct run *run, int at)
{
    return at < run->first ? run->x : run->value[at];
}

static bool is_relu(const struct layer *l)
{
    return l->kind == LAYER_RELU || l->kind == LAYER_RELU6;
}

static double relu_max(const struct layer *l)
{
    return l->kind == LAYER_RELU6 ? 6 : 0;
}

/* Whether layer i, a ReLU, is all that uses the batch norm right before it: both are then one pass over memory. */
static bool norm_does_relu(const struct graph *graph, int i)
{
    int norm = i - 1, n_users = 0;
    for (size_t k = (size_t)i; k < graph->n_layers; k++) {
        const struct layer *l = &graph->layers[k];
        n_users += (l->in == norm) + (l->kind == LAYER_ADD && l->in2 == norm);
    }
    return graph->layers[norm].kind == LAYER_BN && graph->layers[i].in == norm && n_users == 1;
}

static void plan(struct run *run)
{
    const struct graph *graph = run->net->graph;
    for (int i = run->first; i <= run->last; i++) {
        const struct layer *l = &graph->layers[i];
        if (l->kind == LAYER_DROPOUT)
            run->skip[i] = run->pass->dropout <= 0;
        else if (l->kind == LAYER_BN && i > run->first)
            run->skip[i] = run->pass->fold && !batch_stats(run, i) && net_can_fold(graph, i - 1);
        else if (is_relu(l) && i > run->first)
            run->skip[i] = !run->skip[i - 1] && norm_does_relu(graph, i);
        if (run->skip[i])
            continue;
        int a = source(run, l->in), b = l->kind == LAYER_ADD ? source(run, l->in2) : -1;
        if (a >= run->first)
            run->left[a]++;
        if (b >= run->first)
            run->left[b]++;
    }
    run->result = source(run, run->last);
    assert(run->result >= run->first);
}

static void release(struct run *run, int at)
{
    if (at < run->first || --run->left[at] > 0)
        return;
    run->net->fl->tensor_free(run->value[at]);
    run->value[at] = NULL;
}

static enum err_code run_conv(struct run *run, int i, const fl_tensor *x, fl_tensor **out, struct err *err)
{
    struct net *net = run->net;
    const struct layer *l = &net->graph->layers[i];
    fl_tensor **own = &net->tensors[net->first_tensor[i]];
    const fl_tensor *weight = own[0], *bias = l->bias ? own[1] : NULL;
    if (i < run->last && run->skip[i + 1]) {
        enum err_code code = net_fold(net, i, err);
        if (code != ERR_OK)
            return code;
        weight = net->folded[i].weight;
        bias = net->folded[i].bias;
    }
    return net->fl->conv2d(out, x, weight, bias, l->stride, l->padding, l->groups, run->scope, err);
}

static enum err_code run_bn(struct run *run, int i, const fl_tensor *x, fl_tensor **out, struct err *err)
{
    struct net *net = run->net;
    int t = net->first_tensor[i];
    fl_tensor **own = &net->tensors[t];
    bool batch = batch_stats(run, i);
    if (batch)
        net->counts[t + 4]++;
    bool relu = i < run->last && run->skip[i + 1] && is_relu(&net->graph->layers[i + 1]);
    return net->fl->batch_norm(out, x, own[0], own[1], own[2], own[3], batch, BN_MOMENTUM, BN_EPS,
                               relu ? relu_max(&net->graph->layers[i + 1]) : -1, run->scope, err);
}

static enum err_code run_layer(struct run *run, int i, fl_tensor **out, struct err *err)
{
    const struct fl_table *fl = run->net->fl;
    const struct layer *l = &run->net->graph->layers[i];
    fl_tensor **own = run->net->first_tensor[i] < 0 ? NULL : &run->net->tensors[run->net->first_tensor[i]];
    int at = source(run, l->in);
    fl_tensor *x = value_of(run, at);
    switch (l->kind) {
    case LAYER_CONV:
        return run_conv(run, i, x, out, err);
    case LAYER_BN:
        return run_bn(run, i, x, out, err);
    case LAYER_RELU:
    case LAYER_RELU6:
        /* what comes before (batch norm, a sum, a folded convolution) does not need its result for backward */
        return fl->relu(out, x, relu_max(l), at >= run->first && run->left[at] == 1, run->scope, err);
    case LAYER_MAX_POOL:
        return fl->max_pool2d(out, x, l->kernel, l->stride, l->padding, run->scope, err);
    case LAYER_AVG_POOL:
        return fl->global_avg_pool(out, x, run->scope, err);
    case LAYER_ADD:
        return fl->add(out, x, value_of(run, source(run, l->in2)), run->scope, err);
    case LAYER_DROPOUT:
        return fl->dropout(out, x, run->pass->dropout, run->scope, err);
    case LAYER_LINEAR:
        return fl->linear(out, x, own[0], own[1], run->scope, err);
    }
    return err_set(err, ERR_INTERNAL, "layer %d: unknown kind %d", i, (int)l->kind);
}

static enum err_code run_layers(struct run *run, struct err *err)
{
    for (int i = run->first; i <= run->last; i++) {
        const struct layer *l = &run->net->graph->layers[i];
        if (run->skip[i])
            continue;
        enum err_code code = run_layer(run, i, &run->value[i], err);
        if (code != ERR_OK) {
            if (l->name[0])
                err_prefix(err, "%s", l->name);
            return code;
        }
        if (i != run->result)
            run->net->fl->scope_keep(run->scope, run->value[i]);
        release(run, source(run, l->in));
        if (l->kind == LAYER_ADD)
            release(run, source(run, l->in2));
    }
    return ERR_OK;
}

static void mark_changes(struct net *net, const struct net_pass *pass)
{
    /* Weights move only by a step after a pass with gradients, statistics only in a pass that uses the batch's. */
    for (int b = pass->from; b <= pass->to; b++) {
        if (!pass->fold || (pass->batch_stats && pass->batch_stats[b]))
            net_unfold(net, b, b);
    }
}

enum err_code net_forward(struct net *net, fl_tensor **out, fl_tensor *x, const struct net_pass *pass, fl_scope *scope,
                          struct err *err)
{
    const struct graph *graph = net->graph;
    assert(pass->from >= 0 && pass->from <= pass->to && pass->to < (int)graph->n_blocks);
    struct run run = {.net = net, .pass = pass, .scope = scope, .x = x, .first = graph->blocks[pass->from].first,
                      .last = graph->blocks[pass->to].last};
    run.value = xcalloc(graph->n_layers, sizeof *run.value);
    run.left = xcalloc(graph->n_layers, sizeof *run.left);
    run.skip = xcalloc(graph->n_layers, sizeof *run.skip);
    mark_changes(net, pass);
    plan(&run);
    enum err_code code = run_layers(&run, err);
    if (code == ERR_OK)
        *out = run.value[run.result];
    for (int i = run.first; i <= run.last; i++) {
        if (i != run.result)
            net->fl->tensor_free(run.value[i]);
    }
    free(run.value);
    free(run.left);
    free(run.skip);
    return code;
}
