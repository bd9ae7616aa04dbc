/* Numbers agree with PyTorch: logits, and the losses of ten SGD steps, of networks with tensors and pictures by one formula.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "nn/nn_test.h"

#include <string.h>

#include "base/file.h"
#include "base/num.h"

#define CLASSES 5
#define BATCH 4
#define SIZE 64
#define STEPS 10
#define LOGITS (BATCH * CLASSES)

struct reference {
    double logits[LOGITS], losses[STEPS], after[LOGITS]; /* after: the logits after the steps */
};

static void read_numbers(double *out, int n)
{
    for (int i = 0; i < n; i++) {
        char *word = strtok(NULL, " ");
        assert_non_null(word);
        assert_true(num_parse_real(word, &out[i]));
    }
}

/* The numbers of one net in tests/ref/nn_reference.txt. */
static struct reference read_reference(const char *name)
{
    struct reference ref;
    char *path = xasprintf("%s/tests/ref/nn_reference.txt", getenv("top_srcdir")), *text;
    size_t n;
    struct err err;
    must(file_read(path, 0, &text, &n, &err), &err);
    free(path);
    char *line = strstr(text, name);
    assert_non_null(line);
    line[strcspn(line, "\n")] = '\0';
    strtok(line, " ");
    read_numbers(ref.logits, LOGITS);
    read_numbers(ref.losses, STEPS);
    read_numbers(ref.after, LOGITS);
    assert_null(strtok(NULL, " "));
    free(text);
    return ref;
}

static void read_logits(const struct fl_table *fl, struct net *net, fl_tensor *x, bool fold, float *got)
{
    fl_scope *scope = fl->scope_new();
    fl_tensor *logits;
    struct err err;
    struct net_pass pass = {.to = (int)net_graph(net)->n_blocks - 1, .fold = fold};
    fl->grad_enable(false);
    must(net_forward(net, &logits, x, &pass, scope, &err), &err);
    must(fl->tensor_read(logits, got, LOGITS * sizeof *got, &err), &err);
    fl->grad_enable(true);
    fl->scope_close(scope);
}

static void check_logits(const struct fl_table *fl, struct net *net, fl_tensor *x, const double *want, bool fold)
{
    float got[LOGITS];
    double worst = 0;
    read_logits(fl, net, x, fold, got);
    for (int i = 0; i < LOGITS; i++)
        worst = fmax(worst, fabs(got[i] - want[i]) / fmax(1, fabs(want[i])));
    print_message("# %s%s: logits differ by %.2g at most (allowed 1e-4)\n", net_graph(net)->arch->name, fold ? ", folded" : "",
                  worst);
    assert_true(worst <= 1e-4);
}

/* They depend on how the steps moved the statistics, which no loss in train mode shows. Relative to the largest: PyTorch's own single
 * precision differs from double by up to 1.1e-4 here. */
static void check_after(const struct fl_table *fl, struct net *net, fl_tensor *x, const double *want)
{
    float got[LOGITS];
    double worst = 0, largest = 0;
    read_logits(fl, net, x, false, got);
    for (int i = 0; i < LOGITS; i++) {
        worst = fmax(worst, fabs(got[i] - want[i]));
        largest = fmax(largest, fabs(want[i]));
    }
    print_message("# %s: logits after the steps differ by %.2g of the largest at most (allowed 1e-3)\n",
                  net_graph(net)->arch->name, worst / largest);
    assert_true(worst <= 1e-3 * largest);
}

static fl_optim *new_sgd(const struct fl_table *fl, struct net *net)
{
    const struct graph *graph = net_graph(net);
    fl_tensor **params = xcalloc(graph->n_tensors, sizeof *params);
    int *group = xcalloc(graph->n_tensors, sizeof *group);
    size_t n = 0;
    for (size_t i = 0; i < graph->n_tensors; i++) {
        if (tensor_is_parameter(&graph->tensors[i]))
            params[n++] = net_tensor(net, i);
    }
    fl_optim *optim;
    struct err err;
    must(fl->optim_new(&optim, &(struct fl_optim_config){.kind = FL_SGD}, params, group, n, 1, &err), &err);
    fl->optim_group(optim, 0, 1e-3, 0);
    free(params);
    free(group);
    return optim;
}

static double step(const struct fl_table *fl, struct net *net, fl_optim *optim, fl_tensor *x, const bool *batch_stats)
{
    fl_scope *scope = fl->scope_new();
    fl_tensor *logits, *loss;
    double value;
    struct err err;
    int64_t labels[BATCH];
    for (int i = 0; i < BATCH; i++)
        labels[i] = i % CLASSES;
    struct net_pass pass = {.to = (int)net_graph(net)->n_blocks - 1, .batch_stats = batch_stats};
    fl->optim_zero_grad(optim);
    must(net_forward(net, &logits, x, &pass, scope, &err), &err);
    must(fl->cross_entropy(&loss, logits, labels, BATCH, NULL, 0, scope, &err), &err);
    must(fl->tensor_item(loss, &value, &err), &err);
    must(fl->backward(loss, 1, &err), &err);
    must(fl->optim_step(optim, &err), &err);
    fl->scope_close(scope);
    return value;
}

static void check_losses(const struct fl_table *fl, struct net *net, fl_tensor *x, const double *want)
{
    bool batch_stats[64];
    double worst = 0;
    memset(batch_stats, true, sizeof batch_stats);
    net_train_from(net, 0);
    fl_optim *optim = new_sgd(fl, net);
    for (int i = 0; i < STEPS; i++) {
        double loss = step(fl, net, optim, x, batch_stats);
        worst = fmax(worst, fabs(loss - want[i]) / want[i]);
    }
    fl->optim_free(optim);
    print_message("# %s: losses of %d steps from %.4f to %.4f differ by %.2g at most (allowed 1e-3)\n",
                  net_graph(net)->arch->name, STEPS, want[0], want[STEPS - 1], worst);
    assert_true(worst <= 1e-3);
}

static void check(const char *name)
{
    const struct fl_table *fl = open_shim();
    struct reference ref = read_reference(name);
    struct net *net;
    struct err err;
    size_t live = fl->live_tensors();
    must(net_new(&net, arch_graph(arch_find(name), CLASSES), fl, &err), &err);
    formula_net(net);
    fl_tensor *x = formula_pictures(fl, BATCH, SIZE);
    check_logits(fl, net, x, ref.logits, false);
    check_logits(fl, net, x, ref.logits, true);
    check_losses(fl, net, x, ref.losses);
    check_after(fl, net, x, ref.after);
    fl->tensor_free(x);
    net_free(net);
    assert_int_equal(fl->live_tensors(), live);
}

static void resnet18(void **state)
{
    (void)state;
    check("resnet18");
}

static void resnet50(void **state)
{
    (void)state;
    check("resnet50");
}

static void mobilenet_v2(void **state)
{
    (void)state;
    check("mobilenet_v2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(resnet18), cmocka_unit_test(resnet50), cmocka_unit_test(mobilenet_v2)};
    if (!open_shim()) {
        puts("1..0 # SKIP no shim: built without libtorch");
        return 0;
    }
    return cmocka_run_group_tests_name("reference", tests, NULL, NULL);
}
