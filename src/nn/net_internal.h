/* The inside of a network. Private to net*.c.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_NN_NET_INTERNAL_H
#define FL_NN_NET_INTERNAL_H

#include "nn/net.h"

/* A convolution with the batch norm after it multiplied in. */
struct folded {
    fl_tensor *weight, *bias;
    bool valid;
};

struct net {
    const struct fl_table *fl;
    struct graph *graph;
    fl_tensor **tensors;    /* by tensor */
    int64_t *counts;        /* by tensor: num_batches_tracked lives here, so that counting costs no transfer */
    int *first_tensor;      /* by layer: index of its first tensor, or -1 */
    struct folded *folded;  /* by layer */
};

#define BN_EPS 1e-5
#define BN_MOMENTUM 0.1

/* Whether layer i is a convolution whose only user is the batch norm right after it. */
bool net_can_fold(const struct graph *graph, int i);

/* Makes sure that folded[i] holds the present values. */
enum err_code net_fold(struct net *net, int i, struct err *err);

/* Folded copies of blocks first..last are stale. */
void net_unfold(struct net *net, int first, int last);

#endif
