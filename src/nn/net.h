/* A network: a graph with tensors, run through the shim.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_NN_NET_H
#define FL_NN_NET_H

#include "fl_torch.h"
#include "nn/arch.h"

struct net; /* opaque; owns its graph and its tensors */

/* Takes the graph over (also on failure). Tensors are on the selected device, all zero. thread: engine */
enum err_code net_new(struct net **out, struct graph *graph, const struct fl_table *fl, struct err *err);
void net_free(struct net *net);
const struct graph *net_graph(const struct net *net);

/* Fresh values as torchvision and nn.Linear start them, from (seed, RNG_INIT, tensor): convolutions normal with variance
 * 2 / fan_out (He et al., arXiv 1502.01852, equation 14), batch norm 1 and 0, the head uniform within 1 / sqrt(fan_in) for weight and
 * bias, as nn.Linear does, for every architecture. first_block: tensors of earlier blocks are left as they are (0: all). */
enum err_code net_init(struct net *net, uint64_t seed, int first_block, struct err *err);

/* Tensor i of the graph, borrowed; float32. The counters (COUNT, int64) live on the host: the handle is a copy of the present value. */
fl_tensor *net_tensor(struct net *net, size_t i);
enum err_code net_set(struct net *net, size_t i, const void *data, size_t n_bytes, struct err *err);
enum err_code net_get(struct net *net, size_t i, void *data, size_t n_bytes, struct err *err);

/* Takes the tensors a match found in a file; the others stay. errors: as reading them */
struct weight_file;
struct weight_match;
enum err_code net_load(struct net *net, const struct weight_file *file, const struct weight_match *match, struct err *err);

/* How a pass runs. */
struct net_pass {
    int from, to;               /* blocks from..to, inclusive; from 0: x is the picture batch; else the cut result before block from */
    const bool *batch_stats;    /* a flag a block: batch norm uses and moves the batch's statistics; NULL: none does */
    double dropout;             /* 0: none; only where the graph has a dropout layer, before the head */
    bool fold;                  /* no gradients wanted: batch norm with stored statistics may be multiplied into the convolution
                                   (results within rounding); false: every operator by itself */
};

/* x of block from to the result after block to (logits [N, C] when to is the head). The result belongs to scope; intermediate results
 * are freed after their last use (autograd keeps what backward needs). num_batches_tracked counts up where the batch's
 * statistics are used. x stays as it is.
 * errors: those of the operators, with the layer's name in front; thread: engine */
enum err_code net_forward(struct net *net, fl_tensor **out, fl_tensor *x, const struct net_pass *pass, fl_scope *scope,
                          struct err *err);

/* Gradients on for the parameters of blocks first_trained.., off before. */
void net_train_from(struct net *net, int first_trained);

#endif
