/* The mean of the weights over the last steps.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/average.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum err_code average_init(struct average *a, struct net *net, const struct fl_table *fl, struct err *err)
{
    const struct graph *g = net_graph(net);
    enum err_code code = ERR_OK;
    *a = (struct average){.fl = fl, .n = g->n_tensors};
    a->mean = xcalloc(a->n, sizeof *a->mean);
    for (size_t i = 0; code == ERR_OK && i < a->n; i++) {
        const struct tensor_spec *spec = &g->tensors[i];
        if (spec->role != ROLE_BN_COUNT)
            code = fl->tensor_new(&a->mean[i], FL_F32, spec->n_dims, spec->dims, NULL, tensor_bytes(spec), err);
    }
    return code;
}

void average_done(struct average *a)
{
    for (size_t i = 0; i < a->n; i++)
        a->fl->tensor_free(a->mean[i]);
    free(a->mean);
    memset(a, 0, sizeof *a);
}

enum err_code average_step(struct average *a, struct net *net, int first_block, double decay, struct err *err)
{
    const struct graph *g = net_graph(net);
    double d = (double)a->steps / (double)(a->steps + 1);
    fl_tensor **mean = xcalloc(a->n, sizeof *mean), **now = xcalloc(a->n, sizeof *now);
    size_t n = 0;
    for (size_t i = 0; i < a->n; i++) {
        if (!a->mean[i] || (a->steps > 0 && g->tensors[i].block < first_block))
            continue;
        mean[n] = a->mean[i];
        now[n++] = net_tensor(net, i);
    }
    enum err_code code = a->fl->tensors_mix(mean, now, n, 1 - (d < decay ? d : decay), err);
    free(mean);
    free(now);
    a->steps++;
    return code;
}

/* By way of the host: this happens once an epoch. */
static enum err_code exchange(struct average *a, struct net *net, size_t i, struct err *err)
{
    size_t bytes = tensor_bytes(&net_graph(net)->tensors[i]);
    void *now = xmalloc(bytes), *mean = xmalloc(bytes);
    enum err_code code = net_get(net, i, now, bytes, err);
    if (code == ERR_OK)
        code = a->fl->tensor_read(a->mean[i], mean, bytes, err);
    if (code == ERR_OK)
        code = net_set(net, i, mean, bytes, err);
    if (code == ERR_OK)
        code = a->fl->tensor_write(a->mean[i], now, bytes, err);
    free(now);
    free(mean);
    return code;
}

enum err_code average_swap(struct average *a, struct net *net, struct err *err)
{
    enum err_code code = ERR_OK;
    for (size_t i = 0; code == ERR_OK && a->steps > 0 && i < a->n; i++) {
        if (a->mean[i])
            code = exchange(a, net, i, err);
    }
    return code;
}
