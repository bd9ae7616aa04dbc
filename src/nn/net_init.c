/* Fresh values of a network.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "nn/net.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/rng.h"

static void fill(float *out, size_t n, float value)
{
    for (size_t i = 0; i < n; i++)
        out[i] = value;
}

static void draw(float *out, size_t n, const struct tensor_spec *spec, bool conv, struct rng rng)
{
    double bound = 1 / sqrt((double)spec->fan_in), deviation = sqrt(2.0 / (double)spec->fan_out);
    for (size_t i = 0; i < n; i++)
        out[i] = (float)(conv ? deviation * rng_normal(&rng) : rng_between(&rng, -bound, bound));
}

static enum err_code init_tensor(struct net *net, size_t i, uint64_t seed, struct err *err)
{
    const struct graph *graph = net_graph(net);
    const struct tensor_spec *spec = &graph->tensors[i];
    if (spec->role == ROLE_BN_COUNT)
        return net_set(net, i, &(int64_t){0}, sizeof(int64_t), err);
    size_t n = (size_t)tensor_elements(spec);
    float *values = xcalloc(n, sizeof *values);
    if (spec->role == ROLE_BN_WEIGHT || spec->role == ROLE_BN_VAR)
        fill(values, n, 1);
    else if (spec->role == ROLE_WEIGHT || spec->role == ROLE_BIAS)
        draw(values, n, spec, graph->layers[spec->layer].kind == LAYER_CONV, rng_at(seed, RNG_INIT, i, 0));
    enum err_code code = net_set(net, i, values, n * sizeof *values, err);
    free(values);
    return code;
}

enum err_code net_init(struct net *net, uint64_t seed, int first_block, struct err *err)
{
    const struct graph *graph = net_graph(net);
    for (size_t i = 0; i < graph->n_tensors; i++) {
        if (graph->tensors[i].block < first_block)
            continue;
        enum err_code code = init_tensor(net, i, seed, err);
        if (code != ERR_OK)
            return code;
    }
    return ERR_OK;
}
