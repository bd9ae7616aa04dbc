/* Pretrained weights mixed into the trained ones.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/blend.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum err_code blend_init(struct blend *b, struct net *net, struct err *err)
{
    const struct graph *g = net_graph(net);
    enum err_code code = ERR_OK;
    *b = (struct blend){.n = g->n_tensors};
    b->start = xcalloc(b->n, sizeof *b->start);
    b->trained = xcalloc(b->n, sizeof *b->trained);
    b->elements = xcalloc(b->n, sizeof *b->elements);
    for (size_t i = 0; code == ERR_OK && i < b->n; i++) {
        const struct tensor_spec *spec = &g->tensors[i];
        if (spec->role == ROLE_BN_COUNT || (size_t)spec->block == g->n_blocks - 1)
            continue;
        b->elements[i] = (size_t)tensor_elements(spec);
        b->start[i] = xcalloc(b->elements[i], sizeof **b->start);
        code = net_get(net, i, b->start[i], b->elements[i] * sizeof **b->start, err);
    }
    return code;
}

void blend_done(struct blend *b)
{
    for (size_t i = 0; i < b->n; i++) {
        free(b->start[i]);
        free(b->trained[i]);
    }
    free(b->start);
    free(b->trained);
    free(b->elements);
    memset(b, 0, sizeof *b);
}

enum err_code blend_in(struct blend *b, struct net *net, double share, struct err *err)
{
    enum err_code code = ERR_OK;
    for (size_t i = 0; code == ERR_OK && share > 0 && i < b->n; i++) {
        size_t bytes = b->elements[i] * sizeof(float);
        if (!b->start[i])
            continue;
        float *now = xmalloc(bytes), *mixed = xmalloc(bytes);
        code = net_get(net, i, now, bytes, err);
        for (size_t k = 0; code == ERR_OK && k < b->elements[i]; k++)
            mixed[k] = now[k] + (float)share * (b->start[i][k] - now[k]);
        if (code == ERR_OK) {
            b->trained[i] = now; /* also when setting fails: blend_out puts it back */
            code = net_set(net, i, mixed, bytes, err);
        } else {
            free(now);
        }
        free(mixed);
    }
    return code;
}

enum err_code blend_out(struct blend *b, struct net *net, struct err *err)
{
    enum err_code code = ERR_OK;
    for (size_t i = 0; i < b->n; i++) {
        if (b->trained[i] && code == ERR_OK)
            code = net_set(net, i, b->trained[i], b->elements[i] * sizeof(float), err);
        free(b->trained[i]);
        b->trained[i] = NULL;
    }
    return code;
}
