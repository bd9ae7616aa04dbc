/* Decay of the weights towards those that the run started from.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/anchor.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum err_code anchor_init(struct anchor *a, const struct blend *blend, struct net *net, const struct fl_table *fl, struct err *err)
{
    const struct graph *g = net_graph(net);
    enum err_code code = ERR_OK;
    *a = (struct anchor){.fl = fl, .n = g->n_tensors};
    a->start = xcalloc(a->n, sizeof *a->start);
    for (size_t i = 0; code == ERR_OK && i < a->n; i++) {
        const struct tensor_spec *spec = &g->tensors[i];
        if (blend->start[i] && tensor_is_parameter(spec))
            code = fl->tensor_new(&a->start[i], FL_F32, spec->n_dims, spec->dims, blend->start[i], tensor_bytes(spec), err);
    }
    return code;
}

void anchor_done(struct anchor *a)
{
    for (size_t i = 0; i < a->n; i++)
        a->fl->tensor_free(a->start[i]);
    free(a->start);
    memset(a, 0, sizeof *a);
}

enum err_code anchor_step(struct anchor *a, struct net *net, int first_block, int end_block, double share,
                          struct err *err)
{
    const struct graph *g = net_graph(net);
    fl_tensor **now = xcalloc(a->n, sizeof *now), **start = xcalloc(a->n, sizeof *start);
    size_t n = 0;
    for (size_t i = 0; i < a->n; i++) {
        int block = g->tensors[i].block;
        if (!a->start[i] || block < first_block || block >= end_block)
            continue;
        now[n] = net_tensor(net, i);
        start[n++] = a->start[i];
    }
    enum err_code code = a->fl->tensors_mix(now, start, n, share < 1 ? share : 1, err);
    free(now);
    free(start);
    return code;
}
