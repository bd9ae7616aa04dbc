/* Pretrained weights mixed into the trained ones (Wortsman et al., "Robust fine-tuning of zero-shot models", arXiv 2109.01903): a straight
 * line leads from one network to the other, and points on it often predict better than its end. Training itself never sees the mixture.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_ENGINE_BLEND_H
#define FL_ENGINE_BLEND_H

#include "nn/net.h"

struct blend {
    size_t n;         /* tensors; 0: nothing is ever mixed */
    float **start;    /* pretrained values by tensor of the graph, host memory; NULL for the head and for counters */
    float **trained;  /* what blend_in put aside; all NULL outside of blend_in .. blend_out */
    size_t *elements;
};

/* Keeps the net's present values of all blocks but the head, weights and batch-norm statistics alike. */
enum err_code blend_init(struct blend *b, struct net *net, struct err *err);
void blend_done(struct blend *b);

/* net = (1 - share) net + share start, until blend_out. share 0..1; 0: nothing is changed. */
enum err_code blend_in(struct blend *b, struct net *net, double share, struct err *err);

/* The trained values again, bit for bit. Nothing happens when none were put aside. */
enum err_code blend_out(struct blend *b, struct net *net, struct err *err);

#endif
