/* The exponential mean of the weights (Polyak, Juditsky, "Acceleration of stochastic approximation by averaging", 1992; with the decay of
 * the first steps lowered as in TensorFlow's ExponentialMovingAverage).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_ENGINE_AVERAGE_H
#define FL_ENGINE_AVERAGE_H

#include "nn/net.h"

struct average {
    size_t n;         /* tensors; 0: none is kept */
    float **values;   /* by tensor of the graph; NULL for counters */
    size_t *elements;
    int64_t steps;
};

/* Starts from the net's present values. */
enum err_code average_init(struct average *a, struct net *net, struct err *err);
void average_done(struct average *a);

/* mean = d mean + (1 - d) net, d = min(decay, (1 + steps) / (10 + steps)). Tensors of blocks before first_block are left out. */
enum err_code average_step(struct average *a, struct net *net, int first_block, double decay, struct err *err);

/* Exchanges the mean with the net's values: once before validation and saving, once after. */
enum err_code average_swap(struct average *a, struct net *net, struct err *err);

#endif
