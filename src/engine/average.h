/* The mean of the weights over the last steps (Polyak, Juditsky, "Acceleration of stochastic approximation by averaging", 1992; begun late
 * and over a wide window as in Izmailov et al., "Averaging weights leads to wider optima", arXiv 1803.05407). Training itself never sees it.
 * It lies on the device, so that a step costs no transfer.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_ENGINE_AVERAGE_H
#define FL_ENGINE_AVERAGE_H

#include "nn/net.h"

struct average {
    const struct fl_table *fl;
    size_t n;         /* tensors of the graph; 0: none is kept */
    fl_tensor **mean; /* by tensor; NULL for counters */
    int64_t steps;    /* in the mean; 0: the net's own values stand for it */
};

/* Room for the mean of the net's weights and batch-norm statistics; no step is in it. */
enum err_code average_init(struct average *a, struct net *net, const struct fl_table *fl, struct err *err);
void average_done(struct average *a);

/* Takes the net's values in: mean = d mean + (1 - d) net, d = min(decay, steps / (steps + 1)): the plain mean of the first 1 / (1 - decay)
 * steps, the exponential one from there. The first step takes all tensors, later ones those of blocks first_block.. (what else trains not).
 * decay: 0..1 */
enum err_code average_step(struct average *a, struct net *net, int first_block, double decay, struct err *err);

/* Exchanges the mean with the net's values: once before validation and saving, once after. Nothing happens while no step is in it. */
enum err_code average_swap(struct average *a, struct net *net, struct err *err);

#endif
