/* The mean of the weights: its numbers, and that a run keeps it without training on it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/average.h"
#include "engine/lab.h"

/* --- numbers ------------------------------------------------------------------------------------------------- */

static void must(enum err_code code, const struct err *err)
{
    if (code != ERR_OK)
        fail_msg("%s", err->message);
}

/* All weights of the net, or what they are: every element the same. */
static void fill(struct net *net, float value)
{
    const struct graph *g = net_graph(net);
    struct err err = {0};
    for (size_t i = 0; i < g->n_tensors; i++) {
        if (g->tensors[i].role == ROLE_BN_COUNT)
            continue;
        size_t n = (size_t)tensor_elements(&g->tensors[i]);
        float *v = xcalloc(n, sizeof *v);
        for (size_t k = 0; k < n; k++)
            v[k] = value;
        must(net_set(net, i, v, n * sizeof *v, &err), &err);
        free(v);
    }
}

/* Largest distance of the blocks before first from low, and of the others from high. */
static double distance(struct net *net, int first, float low, float high)
{
    const struct graph *g = net_graph(net);
    struct err err = {0};
    double worst = 0;
    for (size_t i = 0; i < g->n_tensors; i++) {
        if (g->tensors[i].role == ROLE_BN_COUNT)
            continue;
        size_t n = (size_t)tensor_elements(&g->tensors[i]);
        float *v = xcalloc(n, sizeof *v), want = g->tensors[i].block < first ? low : high;
        must(net_get(net, i, v, n * sizeof *v, &err), &err);
        for (size_t k = 0; k < n; k++)
            worst = fmax(worst, fabs((double)v[k] - want));
        free(v);
    }
    return worst;
}

/* 1, 2, 3, 4: their mean is 2.5; where only half of each new one counts, 1, 1.5, 2.25, 3.125. */
static void means_have_known_numbers(void **state)
{
    (void)state;
    const struct fl_table *fl = shim_table();
    struct err err = {0};
    struct net *net;
    size_t live = fl->live_tensors();
    must(net_new(&net, arch_graph(arch_find(MODEL), 3), fl, &err), &err);
    static const struct { double decay; int first; float low, high; } cases[] = {
        {1, 0, 0, 2.5f}, {0.99, 0, 0, 2.5f}, {0.5, 0, 0, 3.125f}, {0.5, 3, 1, 3.125f}, {0, 0, 0, 4},
    };
    double worst = 0;
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        struct average a;
        must(average_init(&a, net, fl, &err), &err);
        fill(net, 7);
        must(average_swap(&a, net, &err), &err);
        assert_true(distance(net, 0, 0, 7) == 0); /* no step is in it: the net's own */
        for (int step = 1; step <= 4; step++) {
            fill(net, (float)step);
            must(average_step(&a, net, step == 1 ? 99 : cases[c].first, cases[c].decay, &err), &err);
        }
        must(average_swap(&a, net, &err), &err);
        worst = fmax(worst, distance(net, cases[c].first, cases[c].low, cases[c].high));
        must(average_swap(&a, net, &err), &err);
        assert_true(distance(net, 0, 0, 4) == 0); /* bit for bit */
        average_done(&a);
    }
    print_message("# largest difference %.3g\n", worst);
    assert_true(worst < 1e-6);
    net_free(net);
    assert_int_equal(fl->live_tensors(), live);
}

/* --- in a run ------------------------------------------------------------------------------------------------ */

/* One step an epoch, at a constant rate: a run of fewer epochs is the beginning of a longer one. */
static void steps(const char *name, const char *epochs, const char *average)
{
    char option[32], length[32];
    snprintf(length, sizeof length, "epochs=%s", epochs);
    snprintf(option, sizeof option, "average=%s", average);
    train(name, OPTIONS("mode=scratch", "batch-size=64", "lr=0.05", length, option));
}

/* Largest distance of run's last weights from the mean of others', over the tensor's largest value. */
static double distance_from_mean(const char *run, const char *const *others, int n_others)
{
    struct term terms[8];
    for (int k = 0; k < n_others; k++)
        terms[k] = (struct term){1.0 / n_others, others[k]};
    return distance_from_sum(run, terms, n_others, ALL_TENSORS);
}

/* The mean leaves out the first of five steps; the training is the one without it; more epochs go on with the mean. */
static void runs_keep_the_mean(void **state)
{
    (void)state;
    static const char *const runs[] = {"own-2", "own-3", "own-4", "own-5", "own-6"};
    static const char *const epochs[] = {"2", "3", "4", "5", "6"};
    for (int i = 0; i < 5; i++)
        steps(runs[i], epochs[i], "off");
    steps("mean", "5", "on");
    double far = distance_from_mean("own-5", runs, 4), five = distance_from_mean("mean", runs, 4);
    assert_true(metric("mean", 1, "val_loss") == metric("own-5", 1, "val_loss"));
    assert_true(metric("mean", 5, "train_loss") == metric("own-5", 5, "train_loss"));
    assert_true(metric("mean", 5, "val_loss") != metric("own-5", 5, "val_loss"));
    resume("mean", 1);
    double six = distance_from_mean("mean", runs, 5);
    print_message("# distance from the mean: %.3g after five steps, %.3g after one more; of the last step's own weights %.3g\n", five, six, far);
    assert_true(five < 1e-5 && six < 1e-5 && far > 1e-3);
    assert_true(metric("mean", 6, "train_loss") == metric("own-6", 6, "train_loss"));
}

/* Frozen weights stay what they are; bn = batch moves frozen statistics, and the mean follows them. */
static void frozen_blocks_are_in_the_mean(void **state)
{
    (void)state;
    train("start", OPTIONS("mode=scratch", "epochs=1"));
    char *path = run_file("start", "last.safetensors"), *option = xasprintf("weights=%s", path);
    static const char *const own[] = {"frozen-2", "frozen-3"}, *const epochs[] = {"epochs=2", "epochs=3"};
    for (int i = 0; i < 2; i++)
        train(own[i], OPTIONS("mode=frozen", epochs[i], "batch-size=64", "bn=batch", "lr=0.05", option));
    train("frozen-mean", OPTIONS("mode=frozen", "epochs=3", "batch-size=64", "bn=batch", "lr=0.05", "average=on", option));
    double off = distance_from_mean("frozen-mean", own, 2), far = distance_from_mean("frozen-3", own, 2);
    print_message("# distance from the mean %.3g; of the last step's own weights %.3g\n", off, far);
    assert_true(off < 1e-5 && far > 1e-3);
    free(option);
    free(path);
}

/* Each phase has a mean of its own. Of two steps the first is left out, so that the second phase's mean is its last step: the weights of the
 * run without a mean. */
static void a_phase_begins_its_own_mean(void **state)
{
    (void)state;
    char *path = run_file("start", "last.safetensors"), *option = xasprintf("weights=%s", path);
    static const char *const names[] = {"phases-mean", "phases-own"};
    for (int i = 0; i < 2; i++)
        train(names[i], OPTIONS("mode=staged", "epochs=2,2", "batch-size=64", "lr=0.5", i ? "average=off" : "average=on", option));
    double off = distance_from_sum("phases-mean", TERMS({1, "phases-own"}), ALL_TENSORS);
    double far = distance_from_sum("phases-mean", TERMS({1, "start"}), ALL_TENSORS);
    print_message("# distance from the last step's own weights %.3g; from the start %.3g\n", off, far);
    assert_true(off < 1e-6 && far > 1e-3);
    free(option);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(means_have_known_numbers),
        cmocka_unit_test(runs_keep_the_mean),
        cmocka_unit_test(frozen_blocks_are_in_the_mean),
        cmocka_unit_test(a_phase_begins_its_own_mean),
    };
    if (!lab_has_shim()) {
        puts("1..0 # SKIP no shim: built without libtorch");
        return 0;
    }
    return cmocka_run_group_tests_name("engine average", tests, lab_open, lab_close);
}
