/* Each block steps at its own rate, and decays towards its start.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine/lab.h"
#include "nn/arch.h"
#include "stats/recipe.h"

/* Plain SGD on all pictures, from the same random weights. */
#define ONE_STEP "mode=scratch", "epochs=1", "batch-size=64"
#define FROM_WEIGHTS "mode=fine-tune", "epochs=1", "batch-size=64"

/* Length of the step that run took from the weights of start, for each block. */
static void lengths(double *of_block, const char *run, const char *start, const struct graph *g)
{
    struct weight_file *a = last_weights(start), *b = last_weights(run);
    for (size_t i = 0; i < g->n_tensors; i++) {
        const struct tensor_spec *spec = &g->tensors[i];
        if (!tensor_is_parameter(spec))
            continue;
        const struct weight_entry *x = weights_get(a, spec->name), *y = weights_get(b, spec->name);
        for (size_t j = 0; j < x->n_bytes; j += sizeof(float)) {
            float from, to;
            memcpy(&from, (const char *)x->data + j, sizeof from);
            memcpy(&to, (const char *)y->data + j, sizeof to);
            of_block[spec->block] += pow((double)to - (double)from, 2);
        }
    }
    for (size_t k = 0; k < g->n_blocks; k++)
        of_block[k] = sqrt(of_block[k]);
    weights_close(a);
    weights_close(b);
}

/* Plain SGD's step is rate x gradient, and the gradient is the same in all three runs. */
static void blocks_step_at_their_rates(void **state)
{
    (void)state;
    struct graph *g = arch_graph(arch_find(MODEL), 5);
    double even[32] = {0}, graded[32] = {0}, worst = 0;
    struct phase want = {.lr_stem = 0.04, .lr_backbone = 0.5, .lr_head = 0.25};
    assert_true(g->n_blocks > 3 && g->n_blocks < 32);
    train("start", OPTIONS(ONE_STEP, "lr=0"));
    train("even", OPTIONS(ONE_STEP, "lr=0.5"));
    train("graded", OPTIONS(ONE_STEP, "lr=0.5", "stem-lr=0.04", "head-lr=0.25"));
    lengths(even, "even", "start", g);
    lengths(graded, "graded", "start", g);
    for (int b = 0; b < (int)g->n_blocks; b++) {
        assert_true(even[b] > 1e-6);
        worst = fmax(worst, fabs(graded[b] / even[b] / (phase_lr(&want, b, (int)g->n_blocks) / 0.5) - 1));
    }
    print_message("# largest relative difference of a block's step %.3g\n", worst);
    assert_true(worst < 1e-3);
    graph_free(g);
}

/* Rates of blocks come back with the moments: two epochs and two more are four. */
static void graded_runs_resume(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++)
        train(i ? "two" : "four", OPTIONS("mode=scratch", i ? "epochs=2" : "epochs=4", "optimizer=adamw", "lr=1e-3", "stem-lr=1e-5"));
    resume("two", 2);
    same_run("four", "two");
}

/* rate x decay is the share of the way back: of one step half of it is left, or nothing, or each block's own part. The head has no start. */
static void steps_go_back_to_the_start(void **state)
{
    (void)state;
    struct graph *g = arch_graph(arch_find(MODEL), 5);
    double plain[32] = {0}, half[32] = {0}, none[32] = {0}, graded[32] = {0}, worst = 0;
    struct phase rates = {.lr_stem = 0.005, .lr_backbone = 0.05};
    int head = (int)g->n_blocks - 1;
    train("pretrained", OPTIONS("mode=scratch", "epochs=1"));
    char *path = run_file("pretrained", "last.safetensors"), *option = xasprintf("weights=%s", path);
    train("plain", OPTIONS(FROM_WEIGHTS, "lr=0.05", option));
    train("half", OPTIONS(FROM_WEIGHTS, "lr=0.05", "start-decay=10", option));
    train("none", OPTIONS(FROM_WEIGHTS, "lr=0.05", "start-decay=100", option));
    train("part", OPTIONS(FROM_WEIGHTS, "lr=0.05", "stem-lr=0.005", "start-decay=10", option));
    lengths(plain, "plain", "pretrained", g);
    lengths(graded, "part", "pretrained", g);
    lengths(half, "half", "pretrained", g);
    lengths(none, "none", "pretrained", g);
    for (int b = 0; b < head; b++) {
        double rate = phase_lr(&rates, b, (int)g->n_blocks);
        worst = fmax(worst, fabs(half[b] / plain[b] - 0.5));
        worst = fmax(worst, fabs(graded[b] / (plain[b] * rate / 0.05) - (1 - 10 * rate)));
        assert_true(plain[b] > 1e-6 && none[b] == 0);
    }
    print_message("# largest difference from the part of a step that is left %.3g\n", worst);
    assert_true(worst < 1e-4);
    assert_true(half[head] == plain[head] && none[head] == plain[head]);
    free(option);
    free(path);
    graph_free(g);
}

/* The start is that of the checkpoint, whatever the weight file holds by then; scratch has none. */
static void pulled_runs_resume(void **state)
{
    (void)state;
    train("base", OPTIONS("mode=scratch", "epochs=1"));
    char *path = run_file("base", "last.safetensors"), *option = xasprintf("weights=%s", path);
    for (int i = 0; i < 2; i++)
        train(i ? "pulled-2" : "pulled-4", OPTIONS("mode=fine-tune", i ? "epochs=2" : "epochs=4", "optimizer=adamw", "lr=1e-3", "stem-lr=1e-4",
                                                   "start-decay=100", option));
    char *other = run_file("pulled-4", "last.safetensors");
    assert_int_equal(rename(other, path), 0);
    resume("pulled-2", 2);
    assert_int_equal(link(path, other), 0);
    same_run("pulled-4", "pulled-2");
    struct notice n = train_with("pulled-scratch", OPTIONS("mode=scratch", "start-decay=1"), NULL);
    assert_int_equal(n.kind, NOTICE_FAILED);
    assert_string_equal(n.err.message, "start-decay: mode scratch has no pretrained weights to keep");
    free(other);
    free(option);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_step_at_their_rates),
        cmocka_unit_test(graded_runs_resume),
        cmocka_unit_test(steps_go_back_to_the_start),
        cmocka_unit_test(pulled_runs_resume),
    };
    if (!lab_has_shim()) {
        puts("1..0 # SKIP no shim: built without libtorch");
        return 0;
    }
    return cmocka_run_group_tests_name("engine rates", tests, lab_open, lab_close);
}
