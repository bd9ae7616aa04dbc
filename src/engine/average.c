/* The exponential mean of the weights, kept in host memory.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/average.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum err_code average_init(struct average *a, struct net *net, struct err *err)
{
    const struct graph *g = net_graph(net);
    *a = (struct average){.n = g->n_tensors};
    a->values = xcalloc(a->n, sizeof *a->values);
    a->elements = xcalloc(a->n, sizeof *a->elements);
    for (size_t i = 0; i < a->n; i++) {
        if (g->tensors[i].role == ROLE_BN_COUNT)
            continue;
        a->elements[i] = (size_t)tensor_elements(&g->tensors[i]);
        a->values[i] = xcalloc(a->elements[i], sizeof **a->values);
        enum err_code code = net_get(net, i, a->values[i], a->elements[i] * sizeof **a->values, err);
        if (code != ERR_OK)
            return code;
    }
    return ERR_OK;
}

void average_done(struct average *a)
{
    for (size_t i = 0; i < a->n; i++)
        free(a->values[i]);
    free(a->values);
    free(a->elements);
    memset(a, 0, sizeof *a);
}

enum err_code average_step(struct average *a, struct net *net, int first_block, double decay, struct err *err)
{
    double early = (1 + (double)a->steps) / (10 + (double)a->steps);
    float d = (float)(decay < early ? decay : early);
    enum err_code code = ERR_OK;
    a->steps++;
    for (size_t i = 0; code == ERR_OK && i < a->n; i++) {
        if (!a->values[i] || net_graph(net)->tensors[i].block < first_block)
            continue;
        float *now = xcalloc(a->elements[i], sizeof *now);
        code = net_get(net, i, now, a->elements[i] * sizeof *now, err);
        for (size_t k = 0; code == ERR_OK && k < a->elements[i]; k++)
            a->values[i][k] = d * a->values[i][k] + (1 - d) * now[k];
        free(now);
    }
    return code;
}

enum err_code average_swap(struct average *a, struct net *net, struct err *err)
{
    enum err_code code = ERR_OK;
    for (size_t i = 0; code == ERR_OK && i < a->n; i++) {
        size_t bytes = a->elements[i] * sizeof(float);
        if (!a->values[i])
            continue;
        float *now = xmalloc(bytes);
        code = net_get(net, i, now, bytes, err);
        if (code == ERR_OK)
            code = net_set(net, i, a->values[i], bytes, err);
        free(a->values[i]);
        a->values[i] = now;
    }
    return code;
}
