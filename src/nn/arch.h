/* Architectures as tables of named layers.
 *
 * An architecture is one row (struct arch). arch_graph() expands it into a flat list of layers with torchvision's parameter names;
 * everything else (the network, the freeze ladder, weight matching, counts, cut points, export) is derived from that list.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_NN_ARCH_H
#define FL_NN_ARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum layer_kind {
    LAYER_CONV,     /* name.weight [cout, cin / groups, kernel, kernel]; name.bias when bias */
    LAYER_BN,       /* name.weight, .bias, .running_mean, .running_var [cout], .num_batches_tracked []; eps 1e-5, momentum 0.1 */
    LAYER_RELU,
    LAYER_RELU6,
    LAYER_MAX_POOL, /* kernel, stride, padding */
    LAYER_AVG_POOL, /* global, [N, C, H, W] -> [N, C] */
    LAYER_ADD,      /* in + in2 */
    LAYER_DROPOUT,  /* before every head; probability set by the recipe, 0 by default */
    LAYER_LINEAR    /* name.weight [cout, cin], name.bias [cout] */
};

struct layer {
    enum layer_kind kind;
    char name[48];     /* torchvision's module name, "layer1.0.conv1"; "" for layers without parameters */
    char old_name[48]; /* what the first torchvision with it called it (MobileNetV2's flat names), or "" */
    int in, in2;       /* index of the source layers; -1 is the picture; in2 only for LAYER_ADD */
    int cin, cout;     /* channels */
    int kernel, stride, padding, groups;
    bool bias;
    int block;         /* index into graph.blocks */
};

/* A block: the unit of freezing and of cutting. The layers of a block are consecutive, and only the last one is used by later
 * blocks: its result is the cut point after the block. */
struct block_spec {
    char name[24];     /* "stem", "layer1.0", "features.3", "head" */
    int first, last;   /* layer indices, inclusive */
};

enum tensor_role { ROLE_WEIGHT, ROLE_BIAS, ROLE_BN_WEIGHT, ROLE_BN_BIAS, ROLE_BN_MEAN, ROLE_BN_VAR, ROLE_BN_COUNT };

/* One tensor of the state_dict, in torchvision's order. */
struct tensor_spec {
    char name[72];
    char old_name[72];     /* from the layer's; "" when there never was another */
    enum tensor_role role; /* MEAN, VAR and COUNT are buffers, the others parameters; COUNT is int64, all others float32 */
    int n_dims;            /* 0..4 */
    int64_t dims[4];
    int layer, block;
    int64_t fan_in, fan_out; /* of the layer's weight; for initialisation */
};

/* The expanded table. Fields may be read. */
struct graph {
    const struct arch *arch;
    int n_classes, n_features; /* n_features: width of what the head gets */
    size_t n_layers, n_blocks, n_tensors;
    struct layer *layers;
    struct block_spec *blocks;    /* the last one is the head: dropout and the linear layer; the pool ends the body */
    struct tensor_spec *tensors;
};

struct arch {
    const char *name;    /* "resnet18": what --model takes */
    const char *title;   /* "ResNet-18" */
    const char *help;    /* one sentence */
    const char *weights_file, *weights_url; /* torchvision's file of ImageNet weights and where it is, or NULL */
    const char *weights_sha256_prefix;      /* the 8 hexadecimal digits of the file name, or NULL */
    int n_features;
    void (*expand)(struct graph *graph, const struct arch *arch); /* private to the family */
    const void *family;  /* private to the family: block counts, widths */
};

size_t arch_count(void);
const struct arch *arch_at(size_t i);              /* in the order of the menu */
const struct arch *arch_find(const char *name);    /* NULL when unknown */
const struct arch *arch_named(const char *name, struct err *err); /* the same; errors: INVALID, which names those that are known */

/* n_classes >= 1. The caller frees it. */
struct graph *arch_graph(const struct arch *arch, int n_classes);
void graph_free(struct graph *graph);

int graph_block(const struct graph *graph, const char *name);  /* index, or -1 */
int graph_tensor(const struct graph *graph, const char *name); /* index, or -1 */

int64_t tensor_elements(const struct tensor_spec *tensor);     /* 1 for a scalar */
size_t tensor_bytes(const struct tensor_spec *tensor);         /* of its values */
bool tensor_is_parameter(const struct tensor_spec *tensor);    /* trained by gradients, not a buffer */

/* Parameters (buffers not counted) of a block, or of all with block -1. */
int64_t graph_params(const struct graph *graph, int block);

/* Multiply-adds of a forward pass of one picture of size x size pixels, of a block or of all (-1); convolutions and linear layers. */
int64_t graph_macs(const struct graph *graph, int size, int block);

/* Elements of the result after a block for one picture of size x size (the cut point); with elements of all
 * results of the block, the cut included, in *inside (may be NULL): for estimates of memory. */
/* The same point as dimensions without the batch: [C] behind a global pool, else [C, H, W]; returns how many. */
int graph_cut_dims(const struct graph *graph, int size, int block, int64_t dims[3]);
int64_t graph_cut_size(const struct graph *graph, int size, int block, int64_t *inside);

/* Smallest sensible picture side: below it the last map is less than one whole cell (32 for all of these). */
int graph_least_size(const struct graph *graph);

#endif
