/* The registry of architectures and what is derived from an expanded table.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "nn/arch.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "nn/arch_family.h"

static const struct arch *const archs[] = {
    &arch_resnet18, &arch_resnet34, &arch_resnet50, &arch_mobilenet_v2, &arch_resnet10, &arch_resnet10_quarter,
};

size_t arch_count(void)
{
    return sizeof archs / sizeof archs[0];
}

const struct arch *arch_at(size_t i)
{
    return archs[i];
}

const struct arch *arch_find(const char *name)
{
    for (size_t i = 0; i < arch_count(); i++) {
        if (strcmp(archs[i]->name, name) == 0)
            return archs[i];
    }
    return NULL;
}

const struct arch *arch_named(const char *name, struct err *err)
{
    const struct arch *arch = arch_find(name);
    const char *near = NULL;
    size_t least = SIZE_MAX;
    struct str all = STR_INIT;
    for (size_t i = 0; !arch && i < arch_count(); i++) {
        if (str_nearer(name, archs[i]->name, &least))
            near = archs[i]->name;
        str_printf(&all, "%s%s", i ? ", " : "", archs[i]->name);
    }
    if (!arch) {
        err_choice(err, ERR_INVALID, "model", name, near);
        err_hint(err, "choices: %s", all.s);
    }
    str_done(&all);
    return arch;
}

/* --- what families call ------------------------------------------------------------------------------------------ */

static void name_to(char *out, size_t size, const char *format, va_list ap)
{
    int n = vsnprintf(out, size, format, ap);
    assert(n >= 0 && (size_t)n < size);
    (void)n;
}

void family_block(struct graph *graph, const char *format, ...)
{
    graph->blocks = xrealloc(graph->blocks, graph->n_blocks + 1, sizeof *graph->blocks);
    struct block_spec *block = &graph->blocks[graph->n_blocks++];
    *block = (struct block_spec){.first = (int)graph->n_layers, .last = (int)graph->n_layers - 1};
    va_list ap;
    va_start(ap, format);
    name_to(block->name, sizeof block->name, format, ap);
    va_end(ap);
}

int family_layer(struct graph *graph, struct layer layer, const char *format, ...)
{
    assert(graph->n_blocks > 0 && layer.in < (int)graph->n_layers);
    assert(layer.kind != LAYER_ADD || layer.in2 < (int)graph->n_layers);
    graph->layers = xrealloc(graph->layers, graph->n_layers + 1, sizeof *graph->layers);
    layer.block = (int)graph->n_blocks - 1;
    va_list ap;
    va_start(ap, format);
    name_to(layer.name, sizeof layer.name, format, ap);
    va_end(ap);
    graph->layers[graph->n_layers] = layer;
    graph->blocks[layer.block].last = (int)graph->n_layers;
    return (int)graph->n_layers++;
}

int family_conv_bn(struct graph *graph, struct family_conv c, const char *conv_name, const char *bn_name)
{
    struct layer conv = {.kind = LAYER_CONV, .in = c.in, .cin = c.cin, .cout = c.cout, .kernel = c.kernel,
                         .stride = c.stride, .padding = c.kernel / 2, .groups = c.groups};
    int at = family_layer(graph, conv, "%s", conv_name);
    at = family_layer(graph, (struct layer){.kind = LAYER_BN, .in = at, .cin = c.cout, .cout = c.cout}, "%s", bn_name);
    if (c.relu != LAYER_BN)
        at = family_layer(graph, (struct layer){.kind = c.relu, .in = at, .cin = c.cout, .cout = c.cout}, "%s", "");
    return at;
}

void family_head(struct graph *graph, int in, int channels, const char *linear_name)
{
    struct layer layer = {.kind = LAYER_AVG_POOL, .in = in, .cin = channels, .cout = channels};
    layer.in = family_layer(graph, layer, "%s", "");
    family_block(graph, "head");
    layer.kind = LAYER_DROPOUT;
    layer.in = family_layer(graph, layer, "%s", "");
    layer.kind = LAYER_LINEAR;
    layer.cout = graph->n_classes;
    layer.bias = true;
    family_layer(graph, layer, "%s", linear_name);
}

/* --- tensors ----------------------------------------------------------------------------------------------------- */

static struct tensor_spec *add_tensor(struct graph *graph, int layer, const char *suffix, enum tensor_role role)
{
    const struct layer *l = &graph->layers[layer];
    graph->tensors = xrealloc(graph->tensors, graph->n_tensors + 1, sizeof *graph->tensors);
    struct tensor_spec *t = &graph->tensors[graph->n_tensors++];
    *t = (struct tensor_spec){.role = role, .n_dims = 1, .dims = {l->cout}, .layer = layer, .block = l->block};
    snprintf(t->name, sizeof t->name, "%s.%s", l->name, suffix);
    if (l->old_name[0])
        snprintf(t->old_name, sizeof t->old_name, "%s.%s", l->old_name, suffix);
    return t;
}

static void add_weight(struct graph *graph, int layer)
{
    const struct layer *l = &graph->layers[layer];
    bool conv = l->kind == LAYER_CONV;
    int64_t cin = conv ? l->cin / l->groups : l->cin, area = conv ? (int64_t)l->kernel * l->kernel : 1;
    struct tensor_spec *t = add_tensor(graph, layer, "weight", ROLE_WEIGHT);
    t->n_dims = conv ? 4 : 2;
    t->dims[1] = cin;
    if (conv)
        t->dims[2] = t->dims[3] = l->kernel;
    t->fan_in = cin * area;
    t->fan_out = l->cout * area;
    if (l->bias) {
        struct tensor_spec weight = *t;
        t = add_tensor(graph, layer, "bias", ROLE_BIAS);
        t->fan_in = weight.fan_in;
        t->fan_out = weight.fan_out;
    }
}

static void add_batch_norm(struct graph *graph, int layer)
{
    add_tensor(graph, layer, "weight", ROLE_BN_WEIGHT);
    add_tensor(graph, layer, "bias", ROLE_BN_BIAS);
    add_tensor(graph, layer, "running_mean", ROLE_BN_MEAN);
    add_tensor(graph, layer, "running_var", ROLE_BN_VAR);
    struct tensor_spec *count = add_tensor(graph, layer, "num_batches_tracked", ROLE_BN_COUNT);
    count->n_dims = 0;
    count->dims[0] = 0;
}

struct graph *arch_graph(const struct arch *arch, int n_classes)
{
    assert(n_classes >= 1);
    struct graph *graph = xcalloc(1, sizeof *graph);
    graph->arch = arch;
    graph->n_classes = n_classes;
    graph->n_features = arch->n_features;
    arch->expand(graph, arch);
    for (size_t i = 0; i < graph->n_layers; i++) {
        if (graph->layers[i].kind == LAYER_CONV || graph->layers[i].kind == LAYER_LINEAR)
            add_weight(graph, (int)i);
        else if (graph->layers[i].kind == LAYER_BN)
            add_batch_norm(graph, (int)i);
    }
    return graph;
}

void graph_free(struct graph *graph)
{
    if (!graph)
        return;
    free(graph->layers);
    free(graph->blocks);
    free(graph->tensors);
    free(graph);
}

int graph_block(const struct graph *graph, const char *name)
{
    for (size_t b = 0; b < graph->n_blocks; b++) {
        if (strcmp(graph->blocks[b].name, name) == 0)
            return (int)b;
    }
    return -1;
}

int graph_tensor(const struct graph *graph, const char *name)
{
    for (size_t i = 0; i < graph->n_tensors; i++) {
        if (strcmp(graph->tensors[i].name, name) == 0)
            return (int)i;
    }
    return -1;
}

int64_t tensor_elements(const struct tensor_spec *tensor)
{
    int64_t n = 1;
    for (int d = 0; d < tensor->n_dims; d++)
        n *= tensor->dims[d];
    return n;
}

size_t tensor_bytes(const struct tensor_spec *tensor)
{
    return (size_t)tensor_elements(tensor) * (tensor->role == ROLE_BN_COUNT ? sizeof(int64_t) : sizeof(float));
}

bool tensor_is_parameter(const struct tensor_spec *tensor)
{
    return tensor->role < ROLE_BN_MEAN;
}

/* --- counts ------------------------------------------------------------------------------------------------------ */

int64_t graph_params(const struct graph *graph, int block)
{
    int64_t sum = 0;
    for (size_t i = 0; i < graph->n_tensors; i++) {
        const struct tensor_spec *t = &graph->tensors[i];
        if (tensor_is_parameter(t) && (block < 0 || t->block == block))
            sum += tensor_elements(t);
    }
    return sum;
}

/* Side of every layer's result for a picture of size x size; the caller frees it. */
static int64_t *sides(const struct graph *graph, int size)
{
    int64_t *side = xcalloc(graph->n_layers, sizeof *side);
    for (size_t i = 0; i < graph->n_layers; i++) {
        const struct layer *l = &graph->layers[i];
        int64_t in = l->in < 0 ? size : side[l->in];
        if (l->kind == LAYER_CONV || l->kind == LAYER_MAX_POOL)
            side[i] = (in + 2 * l->padding - l->kernel) / l->stride + 1;
        else
            side[i] = l->kind == LAYER_AVG_POOL ? 1 : in;
    }
    return side;
}

int64_t graph_macs(const struct graph *graph, int size, int block)
{
    int64_t *side = sides(graph, size), sum = 0;
    for (size_t i = 0; i < graph->n_layers; i++) {
        const struct layer *l = &graph->layers[i];
        if (block >= 0 && l->block != block)
            continue;
        if (l->kind == LAYER_CONV)
            sum += side[i] * side[i] * l->cout * (l->cin / l->groups) * l->kernel * l->kernel;
        else if (l->kind == LAYER_LINEAR)
            sum += (int64_t)l->cin * l->cout;
    }
    free(side);
    return sum;
}

int64_t graph_cut_size(const struct graph *graph, int size, int block, int64_t *inside)
{
    int64_t *side = sides(graph, size), sum = 0, last = 0;
    for (int i = graph->blocks[block].first; i <= graph->blocks[block].last; i++) {
        last = side[i] * side[i] * graph->layers[i].cout;
        sum += last;
    }
    free(side);
    if (inside)
        *inside = sum;
    return last;
}

int graph_cut_dims(const struct graph *graph, int size, int block, int64_t dims[3])
{
    const struct layer *last = &graph->layers[graph->blocks[block].last];
    int64_t *side = sides(graph, size);
    dims[0] = last->cout;
    dims[1] = dims[2] = side[graph->blocks[block].last];
    free(side);
    return last->kind == LAYER_AVG_POOL ? 1 : 3;
}

int graph_least_size(const struct graph *graph)
{
    /* The product of the strides on the way: below it the last map is less than one whole cell. */
    int *shrink = xcalloc(graph->n_layers, sizeof *shrink), most = 1;
    for (size_t i = 0; i < graph->n_layers; i++) {
        const struct layer *l = &graph->layers[i];
        shrink[i] = (l->in < 0 ? 1 : shrink[l->in]) * (l->stride ? l->stride : 1);
        most = shrink[i] > most ? shrink[i] : most;
    }
    free(shrink);
    return most;
}
