/* Weights of a file into a network.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "nn/net.h"

#include <stdlib.h>

#include "base/mem.h"
#include "nn/weights.h"

static enum err_code load_tensor(struct net *net, size_t i, const struct weight_entry *entry, struct err *err)
{
    const struct tensor_spec *spec = &net_graph(net)->tensors[i];
    size_t n = (size_t)tensor_elements(spec);
    if (spec->role == ROLE_BN_COUNT) {
        int64_t count;
        enum err_code code = weights_read_i64(entry, &count, 1, err);
        return code == ERR_OK ? net_set(net, i, &count, sizeof count, err) : code;
    }
    float *values = xcalloc(n, sizeof *values);
    enum err_code code = weights_read_f32(entry, values, n, err);
    if (code == ERR_OK)
        code = net_set(net, i, values, n * sizeof *values, err);
    free(values);
    return code;
}

enum err_code net_load(struct net *net, const struct weight_file *file, const struct weight_match *match, struct err *err)
{
    for (size_t i = 0; i < net_graph(net)->n_tensors; i++) {
        if (match->entry[i] < 0)
            continue;
        enum err_code code = load_tensor(net, i, weights_at(file, (size_t)match->entry[i]), err);
        if (code != ERR_OK)
            return code;
    }
    return ERR_OK;
}
