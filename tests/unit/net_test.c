/* Networks: passes, cuts, frozen statistics, folding, fresh values, leaks; on the tiny ResNet.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "nn/nn_test.h"

#include <string.h>
#include <unistd.h>

#include "nn/weights.h"

#define N 4
#define SIZE 32
#define CLASSES 3

struct fixture {
    const struct fl_table *fl;
    struct net *net;
    const struct graph *graph;
    fl_tensor *x;
    fl_scope *scope;
    struct err err;
    size_t live;
};

static int set_up(void **state)
{
    struct fixture *f = xcalloc(1, sizeof *f);
    *state = f;
    f->fl = open_shim();
    if (!f->fl)
        return 0;
    f->live = f->fl->live_tensors();
    must(net_new(&f->net, arch_graph(arch_find("resnet10-quarter"), CLASSES), f->fl, &f->err), &f->err);
    f->graph = net_graph(f->net);
    formula_net(f->net);
    f->x = formula_pictures(f->fl, N, SIZE);
    f->scope = f->fl->scope_new();
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    size_t left = 0;
    if (f->fl) {
        f->fl->grad_enable(true);
        f->fl->scope_close(f->scope);
        f->fl->tensor_free(f->x);
        net_free(f->net);
        left = f->fl->live_tensors() - f->live;
    }
    free(f);
    return left == 0 ? 0 : -1; /* every test is a test for leaks */
}

static fl_tensor *pass(struct fixture *f, fl_tensor *x, int from, int to, const bool *batch_stats, bool fold)
{
    fl_tensor *out = NULL;
    struct net_pass p = {.from = from, .to = to, .batch_stats = batch_stats, .fold = fold};
    must(net_forward(f->net, &out, x, &p, f->scope, &f->err), &f->err);
    return out;
}

static void read_logits(struct fixture *f, const fl_tensor *t, float out[N * CLASSES])
{
    must(f->fl->tensor_read(t, out, N * CLASSES * sizeof *out, &f->err), &f->err);
}

/* Largest difference over the largest value. */
static double distance(const float *a, const float *b, size_t n)
{
    double worst = 0, most = 0;
    for (size_t i = 0; i < n; i++) {
        worst = fmax(worst, fabs((double)a[i] - b[i]));
        most = fmax(most, fabs((double)b[i]));
    }
    return worst / most;
}

/* All tensors one after another, counters as their 8 bytes. */
static char *dump(struct fixture *f, size_t *size)
{
    char *bytes = NULL;
    *size = 0;
    for (size_t i = 0; i < f->graph->n_tensors; i++) {
        const struct tensor_spec *t = &f->graph->tensors[i];
        size_t n = (size_t)tensor_elements(t) * (t->role == ROLE_BN_COUNT ? 8 : 4);
        bytes = xrealloc(bytes, *size + n, 1);
        must(net_get(f->net, i, bytes + *size, n, &f->err), &f->err);
        *size += n;
    }
    return bytes;
}

static int64_t count_of(struct fixture *f, const char *name)
{
    int64_t count = -1;
    must(net_get(f->net, (size_t)graph_tensor(f->graph, name), &count, sizeof count, &f->err), &f->err);
    return count;
}

/* Stored statistics: a pass leaves every tensor as it was, bit for bit. The batch's: they move, and the counter counts, in the
 * blocks that are told so and in no other. */
static void statistics(void **state)
{
    struct fixture *f = *state;
    int head = (int)f->graph->n_blocks - 1;
    size_t size;
    char *before = dump(f, &size), *after;
    pass(f, f->x, 0, head, NULL, false);
    pass(f, f->x, 0, head, NULL, true);
    after = dump(f, &size);
    assert_memory_equal(before, after, size);
    free(after);

    bool batch_stats[8] = {false, true};
    float mean[2][16];
    size_t stem = (size_t)graph_tensor(f->graph, "bn1.running_mean"), block = (size_t)graph_tensor(f->graph, "layer1.0.bn1.running_mean");
    must(net_get(f->net, stem, mean[0], sizeof mean[0], &f->err), &f->err);
    must(net_get(f->net, block, mean[1], sizeof mean[1], &f->err), &f->err);
    pass(f, f->x, 0, head, batch_stats, false);
    float now[16];
    must(net_get(f->net, stem, now, sizeof now, &f->err), &f->err);
    assert_memory_equal(now, mean[0], sizeof now);
    must(net_get(f->net, block, now, sizeof now, &f->err), &f->err);
    assert_memory_not_equal(now, mean[1], sizeof now);
    assert_int_equal(count_of(f, "bn1.num_batches_tracked"), 0);
    assert_int_equal(count_of(f, "layer1.0.bn1.num_batches_tracked"), 1);
    int64_t count;
    fl_tensor *handle = net_tensor(f->net, (size_t)graph_tensor(f->graph, "layer1.0.bn1.num_batches_tracked"));
    must(f->fl->tensor_read(handle, &count, sizeof count, &f->err), &f->err);
    assert_int_equal(count, 1);
    free(before);
}

static void cuts_equal_the_whole(void **state)
{
    struct fixture *f = *state;
    int head = (int)f->graph->n_blocks - 1;
    float whole[N * CLASSES], cut[N * CLASSES];
    read_logits(f, pass(f, f->x, 0, head, NULL, false), whole);
    for (int at = 0; at < head; at++) {
        fl_tensor *features = pass(f, f->x, 0, at, NULL, false);
        int64_t dims[8], elements = N;
        int n_dims = f->fl->tensor_dims(features, dims);
        for (int d = 1; d < n_dims; d++)
            elements *= dims[d];
        assert_int_equal(elements, N * graph_cut_size(f->graph, SIZE, at, NULL));
        read_logits(f, pass(f, features, at + 1, head, NULL, false), cut);
        assert_memory_equal(cut, whole, sizeof whole);
    }
    fl_tensor *features = pass(f, f->x, 0, head - 1, NULL, false);
    int64_t dims[8];
    assert_int_equal(f->fl->tensor_dims(features, dims), 2); /* [N, F]: what a head trains on */
    assert_int_equal(dims[1], f->graph->n_features);
}

/* The pictures a pass was given are not written to, so that they may be used again. */
static void input_stays(void **state)
{
    struct fixture *f = *state;
    enum { COUNT = N * 3 * SIZE * SIZE };
    float *before = xcalloc(COUNT, sizeof *before), *after = xcalloc(COUNT, sizeof *after);
    must(f->fl->tensor_read(f->x, before, COUNT * sizeof *before, &f->err), &f->err);
    f->fl->grad_enable(false);
    pass(f, f->x, 0, (int)f->graph->n_blocks - 1, NULL, true);
    must(f->fl->tensor_read(f->x, after, COUNT * sizeof *after, &f->err), &f->err);
    assert_memory_equal(before, after, COUNT * sizeof *before);
    free(before);
    free(after);
}

static void folding(void **state)
{
    struct fixture *f = *state;
    int head = (int)f->graph->n_blocks - 1;
    float plain[N * CLASSES], folded[N * CLASSES];
    f->fl->grad_enable(false);
    for (int round = 0; round < 3; round++) {
        read_logits(f, pass(f, f->x, 0, head, NULL, true), folded);
        read_logits(f, pass(f, f->x, 0, head, NULL, false), plain);
        double worst = distance(folded, plain, N * CLASSES);
        print_message("# round %d: folded and plain logits differ by %.2g at most (allowed 1e-5)\n", round, worst);
        assert_true(worst <= 1e-5);
        size_t i = (size_t)graph_tensor(f->graph, round ? "layer3.0.bn2.running_var" : "layer2.0.conv1.weight");
        size_t n = (size_t)tensor_elements(&f->graph->tensors[i]);
        float *values = xcalloc(n, sizeof *values);
        for (size_t k = 0; k < n; k++)
            values[k] = round ? (float)(round + 1) : 0.01f;
        read_logits(f, pass(f, f->x, 0, head, NULL, true), folded); /* the copies are fresh again: now they go stale */
        must(net_set(f->net, i, values, n * sizeof *values, &f->err), &f->err);
        free(values);
        read_logits(f, pass(f, f->x, 0, head, NULL, true), plain);
        assert_memory_not_equal(plain, folded, sizeof plain);
    }
}

/* Variances as small as what is added to them, which then decides. */
static void folding_of_small_variances(void **state)
{
    struct fixture *f = *state;
    int head = (int)f->graph->n_blocks - 1;
    size_t i = (size_t)graph_tensor(f->graph, "layer2.0.bn1.running_var"), n = (size_t)tensor_elements(&f->graph->tensors[i]);
    float plain[N * CLASSES], folded[N * CLASSES], *values = xcalloc(n, sizeof *values);
    double largest = 0;
    for (size_t k = 0; k < n; k++)
        values[k] = 1e-5f;
    must(net_set(f->net, i, values, n * sizeof *values, &f->err), &f->err);
    free(values);
    f->fl->grad_enable(false);
    read_logits(f, pass(f, f->x, 0, head, NULL, true), folded);
    read_logits(f, pass(f, f->x, 0, head, NULL, false), plain);
    for (int k = 0; k < N * CLASSES; k++)
        largest = fmax(largest, fabs((double)plain[k]));
    double worst = distance(folded, plain, N * CLASSES) / largest;
    print_message("# folded and plain logits differ by %.2g of the largest at most (allowed 1e-5)\n", worst);
    assert_true(worst <= 1e-5);
}

/* Folded copies follow an optimiser's step, which nobody announces. */
static void folding_after_a_step(void **state)
{
    struct fixture *f = *state;
    int head = (int)f->graph->n_blocks - 1;
    size_t i = (size_t)graph_tensor(f->graph, "layer4.0.conv2.weight");
    fl_tensor *param = net_tensor(f->net, i), *loss;
    float plain[N * CLASSES], folded[N * CLASSES];
    pass(f, f->x, 0, head, NULL, true);
    net_train_from(f->net, 4);
    fl_optim *optim;
    must(f->fl->optim_new(&optim, &(struct fl_optim_config){.kind = FL_SGD}, &param, (int[]){0}, 1, 1, &f->err), &f->err);
    f->fl->optim_group(optim, 0, 1, 0);
    fl_tensor *logits = pass(f, f->x, 0, head, NULL, false);
    must(f->fl->cross_entropy(&loss, logits, (int64_t[N]){0, 1, 2, 0}, N, NULL, 0, f->scope, &f->err), &f->err);
    must(f->fl->backward(loss, 1, &f->err), &f->err);
    must(f->fl->optim_step(optim, &f->err), &f->err);
    f->fl->optim_free(optim);
    f->fl->grad_enable(false);
    read_logits(f, pass(f, f->x, 0, head, NULL, true), folded);
    read_logits(f, pass(f, f->x, 0, head, NULL, false), plain);
    assert_true(distance(folded, plain, N * CLASSES) <= 1e-5);
}

static void gradients_stop_at_the_frozen_blocks(void **state)
{
    struct fixture *f = *state;
    fl_tensor *loss, *grad;
    int head = (int)f->graph->n_blocks - 1;
    net_train_from(f->net, 3);
    fl_tensor *logits = pass(f, f->x, 0, head, NULL, false);
    must(f->fl->cross_entropy(&loss, logits, (int64_t[N]){0, 1, 2, 0}, N, NULL, 0, f->scope, &f->err), &f->err);
    must(f->fl->backward(loss, 1, &f->err), &f->err);
    for (size_t i = 0; i < f->graph->n_tensors; i++) {
        const struct tensor_spec *t = &f->graph->tensors[i];
        must(f->fl->tensor_grad(&grad, net_tensor(f->net, i), f->scope, &f->err), &f->err);
        assert_int_equal(grad != NULL, tensor_is_parameter(t) && t->block >= 3);
    }
}

/* Mean and deviation of every fresh tensor against torchvision's formulas, six standard errors wide; the same seed gives the same values,
 * and earlier blocks stay as they were. */
static void fresh_values(void **state)
{
    struct fixture *f = *state;
    int head = (int)f->graph->n_blocks - 1;
    must(net_init(f->net, 7, 0, &f->err), &f->err);
    double worst = 0;
    for (size_t i = 0; i < f->graph->n_tensors; i++) {
        const struct tensor_spec *t = &f->graph->tensors[i];
        size_t n = (size_t)tensor_elements(t);
        if (t->role == ROLE_BN_COUNT)
            continue;
        float *v = xcalloc(n, sizeof *v);
        double sum = 0, squares = 0;
        must(net_get(f->net, i, v, n * sizeof *v, &f->err), &f->err);
        for (size_t k = 0; k < n; k++) {
            sum += v[k];
            squares += (double)v[k] * v[k];
        }
        bool conv = t->role == ROLE_WEIGHT && t->n_dims == 4, linear = t->block == head;
        double variance = conv ? 2.0 / (double)t->fan_out : linear ? 1.0 / (3.0 * (double)t->fan_in) : 0;
        double mean = t->role == ROLE_BN_WEIGHT || t->role == ROLE_BN_VAR ? 1 : 0;
        double error = sqrt(variance / (double)n);
        assert_true(fabs(sum / (double)n - mean) <= 6 * error);
        if (n > 100 && variance > 0) {
            double ratio = squares / (double)n / variance;
            worst = fmax(worst, fabs(ratio - 1) / sqrt(2 / (double)n));
        }
        for (size_t k = 0; linear && k < n; k++)
            assert_true(fabs((double)v[k]) <= 1 / sqrt((double)t->fan_in));
        free(v);
    }
    print_message("# variances are off by %.2f standard errors at most (allowed 6)\n", worst);
    assert_true(worst <= 6);

    size_t size, head_bytes = (size_t)graph_params(f->graph, head) * 4;
    char *first = dump(f, &size), *again;
    must(net_init(f->net, 8, head, &f->err), &f->err);
    again = dump(f, &size);
    assert_memory_equal(first, again, size - head_bytes);
    assert_memory_not_equal(first + size - head_bytes, again + size - head_bytes, head_bytes);
    free(again);
    must(net_init(f->net, 7, 0, &f->err), &f->err);
    again = dump(f, &size);
    assert_memory_equal(first, again, size);
    free(again);
    free(first);
}

static void wrong_sizes_are_errors(void **state)
{
    struct fixture *f = *state;
    float v[2] = {0};
    assert_int_equal(net_set(f->net, 0, v, sizeof v, &f->err), ERR_INVALID);
    assert_string_equal(f->err.message, "conv1.weight: 8 bytes given, the tensor has 9408");
    fl_tensor *out = NULL;
    struct net_pass head = {.from = (int)f->graph->n_blocks - 1, .to = (int)f->graph->n_blocks - 1};
    assert_int_not_equal(net_forward(f->net, &out, f->x, &head, f->scope, &f->err), ERR_OK);
    print_message("# %s\n", f->err.message);
    assert_true(str_starts(f->err.message, "fc: "));
}

/* A net written as safetensors and loaded again gives the same tensors, counters too. */
static void saved_and_loaded(void **state)
{
    struct fixture *f = *state;
    char path[] = "/tmp/flowerlab-net-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    bool all[8] = {true, true, true, true, true, true, true, true};
    pass(f, f->x, 0, (int)f->graph->n_blocks - 1, all, false);
    size_t n = f->graph->n_tensors, size, at = 0;
    char *before = dump(f, &size);
    struct weight_out *out = xcalloc(n, sizeof *out);
    for (size_t i = 0; i < n; i++) {
        const struct tensor_spec *t = &f->graph->tensors[i];
        bool counter = t->role == ROLE_BN_COUNT;
        out[i] = (struct weight_out){t->name, counter ? W_I64 : W_F32, t->n_dims, {t->dims[0], t->dims[1], t->dims[2], t->dims[3]},
                                     before + at};
        at += (size_t)tensor_elements(t) * (counter ? 8 : 4);
    }
    must(safetensors_write(path, out, n, NULL, 0, &f->err), &f->err);
    must(net_init(f->net, 1, 0, &f->err), &f->err);
    struct weight_file *file;
    struct weight_match match;
    must(weights_open(&file, path, &f->err), &f->err);
    must(weights_match(&match, file, f->graph, true, &f->err), &f->err);
    assert_int_equal(match.n_loaded, n);
    must(net_load(f->net, file, &match, &f->err), &f->err);
    char *after = dump(f, &size);
    assert_memory_equal(before, after, size);
    weight_match_done(&match);
    weights_close(file);
    unlink(path);
    free(out);
    free(before);
    free(after);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(statistics), TEST(cuts_equal_the_whole), TEST(input_stays), TEST(folding), TEST(folding_of_small_variances), TEST(folding_after_a_step),
        TEST(gradients_stop_at_the_frozen_blocks), TEST(fresh_values), TEST(wrong_sizes_are_errors), TEST(saved_and_loaded),
    };
    if (!open_shim()) {
        puts("1..0 # SKIP no shim: built without libtorch");
        return 0;
    }
    return cmocka_run_group_tests_name("net", tests, NULL, NULL);
}
