/* Batch norm with stored statistics multiplied into the convolution before it:
 * gamma (conv(x) - mean) / sqrt(var + eps) + beta is a convolution with weight w gamma / sqrt(var + eps) and a bias.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "nn/net_internal.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

bool net_can_fold(const struct graph *graph, int i)
{
    const struct layer *l = &graph->layers[i];
    return l->kind == LAYER_CONV && !l->bias && (size_t)i + 1 < graph->n_layers && l[1].kind == LAYER_BN && l[1].in == i &&
           l[1].block == l->block;
}

void net_unfold(struct net *net, int first, int last)
{
    for (int i = net->graph->blocks[first].first; i <= net->graph->blocks[last].last; i++)
        net->folded[i].valid = false;
}

/* Reads the batch norm after layer i: factors in scale, offsets in bias (n each). */
static enum err_code read_norm(struct net *net, int i, float *scale, float *bias, size_t n, struct err *err)
{
    size_t t = (size_t)net->first_tensor[i + 1];
    float *mean = xcalloc(2 * n, sizeof *mean), *var = mean + n;
    enum err_code code = net_get(net, t, scale, n * sizeof *scale, err);
    if (code == ERR_OK)
        code = net_get(net, t + 1, bias, n * sizeof *bias, err);
    if (code == ERR_OK)
        code = net_get(net, t + 2, mean, n * sizeof *mean, err);
    if (code == ERR_OK)
        code = net_get(net, t + 3, var, n * sizeof *var, err);
    for (size_t c = 0; code == ERR_OK && c < n; c++) {
        double factor = scale[c] / sqrt((double)var[c] + BN_EPS);
        bias[c] = (float)(bias[c] - mean[c] * factor);
        scale[c] = (float)factor;
    }
    free(mean);
    return code;
}

static enum err_code store(struct net *net, int i, const float *weight, const float *bias, struct err *err)
{
    const struct tensor_spec *spec = &net->graph->tensors[net->first_tensor[i]];
    struct folded *folded = &net->folded[i];
    size_t n_weight = (size_t)tensor_elements(spec) * sizeof *weight, n_bias = (size_t)spec->dims[0] * sizeof *bias;
    enum err_code code = ERR_OK;
    if (!folded->weight)
        code = net->fl->tensor_new(&folded->weight, FL_F32, spec->n_dims, spec->dims, NULL, n_weight, err);
    if (code == ERR_OK && !folded->bias)
        code = net->fl->tensor_new(&folded->bias, FL_F32, 1, spec->dims, NULL, n_bias, err);
    if (code == ERR_OK)
        code = net->fl->tensor_write(folded->weight, weight, n_weight, err);
    if (code == ERR_OK)
        code = net->fl->tensor_write(folded->bias, bias, n_bias, err);
    folded->valid = code == ERR_OK;
    return code;
}

enum err_code net_fold(struct net *net, int i, struct err *err)
{
    if (net->folded[i].valid)
        return ERR_OK;
    size_t t = (size_t)net->first_tensor[i];
    size_t n = (size_t)tensor_elements(&net->graph->tensors[t]), n_out = (size_t)net->graph->layers[i].cout;
    float *weight = xcalloc(n, sizeof *weight), *scale = xcalloc(2 * n_out, sizeof *scale), *bias = scale + n_out;
    enum err_code code = net_get(net, t, weight, n * sizeof *weight, err);
    if (code == ERR_OK)
        code = read_norm(net, i, scale, bias, n_out, err);
    if (code == ERR_OK) {
        for (size_t k = 0; k < n; k++)
            weight[k] *= scale[k / (n / n_out)];
        code = store(net, i, weight, bias, err);
    }
    free(weight);
    free(scale);
    return code;
}
