/* Decay of the weights towards those that the run started from (L2-SP: Li, Grandvalet, Davoine, "Explicit inductive bias for transfer
 * learning with convolutional networks", arXiv 1802.01483), apart from the gradient as in AdamW. The head has no start and is left alone.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_ENGINE_ANCHOR_H
#define FL_ENGINE_ANCHOR_H

#include "engine/blend.h"

struct anchor {
    const struct fl_table *fl;
    size_t n;           /* tensors; 0: not made */
    fl_tensor **start;  /* by tensor of the graph, on the device; NULL for what is no parameter of the backbone */
};

/* Copies of the values that blend keeps. blend: initialised. On error anchor_done cleans up. */
enum err_code anchor_init(struct anchor *a, const struct blend *blend, struct net *net, const struct fl_table *fl, struct err *err);
void anchor_done(struct anchor *a);

/* w += share (start - w) for the parameters of the blocks first_block .. end_block - 1; share 0..1, more counts as 1. */
enum err_code anchor_step(struct anchor *a, struct net *net, int first_block, int end_block, double share, struct err *err);

#endif
