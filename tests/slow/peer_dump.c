/* Takes the steps that a PyTorch program dumped, from its own tensors, and compares the losses. By hand:
 *
 *   peer_dump DIR frozen|fine-tune
 *
 * DIR holds init.pth (ResNet-18 with its head), batch-K.pth (images float32 [N, 3, H, W], labels int64 [N]) and losses.csv
 * (step,loss). Rate 1e-2, plain SGD, batch norm with the batch's statistics in both modes; frozen: only the head has gradients.
 * Exit 1 when a loss differs by more than 1e-3, relative.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/path.h"
#include "base/str.h"
#include "nn/net.h"
#include "nn/weights.h"

#define RATE 1e-2
#define ALLOWED 1e-3

static const struct fl_table *fl;

static void die(const struct err *err)
{
    fprintf(stderr, "peer_dump: %s\n", err->message);
    exit(2);
}

static void must(enum err_code code, const struct err *err)
{
    if (code != ERR_OK)
        die(err);
}

static void open_shim(void)
{
    const char *build = getenv("top_builddir");
    char *path = xasprintf("%s/shim/fl_torch.so", build ? build : ".");
    void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    fl_torch_table_fn *table = NULL;
    struct fl_device_info info;
    struct err err = {0};
    free(path);
    if (module)
        *(void **)&table = dlsym(module, FL_TORCH_SYMBOL);
    if (!table) {
        err_set(&err, ERR_NOT_FOUND, "no shim: %s", dlerror());
        die(&err);
    }
    fl = table();
    must(fl->init(&(struct fl_init){.n_threads = 2, .deterministic = true}, &err), &err);
    must(fl->device_select(&info, "cpu", &err), &err);
}

/* The net of init.pth; its class count is the file's head's. */
static struct net *load_net(const char *folder)
{
    struct err err = {0};
    struct weight_file *file;
    struct weight_match match;
    struct net *net;
    char *path = path_join(folder, "init.pth");
    must(weights_open(&file, path, &err), &err);
    const struct weight_entry *bias = weights_get(file, "fc.bias");
    struct graph *graph = arch_graph(arch_find("resnet18"), bias ? (int)bias->dims[0] : 5);
    must(net_new(&net, graph, fl, &err), &err);
    must(weights_match(&match, file, net_graph(net), true, &err), &err);
    fprintf(stderr, "%s: %s\n", path, match.text);
    must(net_load(net, file, &match, &err), &err);
    weight_match_done(&match);
    weights_close(file);
    free(path);
    return net;
}

struct batch {
    fl_tensor *images;
    int64_t *labels;
    size_t n;
};

static struct batch load_batch(const char *folder, int step)
{
    struct err err = {0};
    struct weight_file *file;
    char *name = xasprintf("batch-%d.pth", step), *path = path_join(folder, name);
    must(weights_open(&file, path, &err), &err);
    const struct weight_entry *images = weights_get(file, "images"), *labels = weights_get(file, "labels");
    if (!images || !labels || images->n_dims != 4 || labels->n_dims != 1) {
        err_set(&err, ERR_FORMAT, "%s: no images and labels", path);
        die(&err);
    }
    size_t n = (size_t)(images->dims[0] * images->dims[1] * images->dims[2] * images->dims[3]);
    float *pixels = xcalloc(n, sizeof *pixels);
    struct batch batch = {.n = (size_t)labels->dims[0]};
    batch.labels = xcalloc(batch.n, sizeof *batch.labels);
    must(weights_read_f32(images, pixels, n, &err), &err);
    must(weights_read_i64(labels, batch.labels, batch.n, &err), &err);
    must(fl->tensor_new(&batch.images, FL_F32, 4, images->dims, pixels, n * sizeof *pixels, &err), &err);
    free(pixels);
    weights_close(file);
    free(name);
    free(path);
    return batch;
}

static fl_optim *new_sgd(struct net *net)
{
    const struct graph *graph = net_graph(net);
    fl_tensor **params = xcalloc(graph->n_tensors, sizeof *params);
    int *group = xcalloc(graph->n_tensors, sizeof *group);
    struct err err = {0};
    size_t n = 0;
    for (size_t i = 0; i < graph->n_tensors; i++) {
        if (tensor_is_parameter(&graph->tensors[i]))
            params[n++] = net_tensor(net, i);
    }
    fl_optim *optim;
    must(fl->optim_new(&optim, &(struct fl_optim_config){.kind = FL_SGD}, params, group, n, 1, &err), &err);
    fl->optim_group(optim, 0, RATE, 0);
    free(params);
    free(group);
    return optim;
}

static double take_step(struct net *net, fl_optim *optim, const struct batch *batch)
{
    bool batch_stats[64];
    struct err err = {0};
    fl_tensor *logits, *loss;
    double value;
    memset(batch_stats, true, sizeof batch_stats);
    struct net_pass pass = {.to = (int)net_graph(net)->n_blocks - 1, .batch_stats = batch_stats};
    fl_scope *scope = fl->scope_new();
    fl->optim_zero_grad(optim);
    must(net_forward(net, &logits, batch->images, &pass, scope, &err), &err);
    must(fl->cross_entropy(&loss, logits, batch->labels, batch->n, NULL, 0, scope, &err), &err);
    must(fl->tensor_item(loss, &value, &err), &err);
    must(fl->backward(loss, 1, &err), &err);
    must(fl->optim_step(optim, &err), &err);
    fl->scope_close(scope);
    return value;
}

/* The losses of losses.csv; the caller frees them. */
static double *load_losses(const char *folder, int *n)
{
    struct err err = {0};
    char *path = path_join(folder, "losses.csv"), *text, *save = NULL;
    size_t length;
    double *losses = NULL;
    must(file_read(path, 0, &text, &length, &err), &err);
    *n = 0;
    for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        const char *comma = strchr(line, ',');
        double loss;
        if (!comma || !num_parse_real(comma + 1, &loss))
            continue; /* the head line */
        losses = xrealloc(losses, (size_t)*n + 1, sizeof *losses);
        losses[(*n)++] = loss;
    }
    free(text);
    free(path);
    return losses;
}

int main(int argc, char **argv)
{
    if (argc != 3 || (!str_eq(argv[2], "frozen") && !str_eq(argv[2], "fine-tune"))) {
        fprintf(stderr, "usage: peer_dump DIR frozen|fine-tune\n");
        return 2;
    }
    int n;
    double *want = load_losses(argv[1], &n), worst = 0;
    open_shim();
    struct net *net = load_net(argv[1]);
    net_train_from(net, str_eq(argv[2], "frozen") ? (int)net_graph(net)->n_blocks - 1 : 0);
    fl_optim *optim = new_sgd(net);
    for (int i = 0; i < n; i++) {
        struct batch batch = load_batch(argv[1], i);
        double loss = take_step(net, optim, &batch), difference = fabs(loss - want[i]) / want[i];
        printf("step %d: loss %.9g, dumped %.9g, difference %.2g\n", i, loss, want[i], difference);
        worst = isnan(worst) || difference <= worst ? worst : difference; /* a NaN stays */
        fl->tensor_free(batch.images);
        free(batch.labels);
    }
    printf("largest relative difference of %d losses: %.2g (allowed %g)\n", n, worst, ALLOWED);
    fl->optim_free(optim);
    net_free(net);
    free(want);
    return n > 0 && worst <= ALLOWED ? 0 : 1;
}
