/* What one step does: each block's rate, decay, momentum, Adam's moments, the pull towards the start.
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

/* --- decay and moments --------------------------------------------------------------------------------------- */

/* The decay's part of a step is -rate x decay x weight, for sgd and adamw; adam's goes through its moments. The preset best spares batch norm
 * and biases. */
static void decay_takes_its_part_of_a_step(void **state)
{
    (void)state;
    static const struct { const char *run, *preset, *optimizer, *lr, *decay; } runs[] = {
        {"decay-sgd", "preset=classic", "optimizer=sgd", "lr=0.5", "weight-decay=0.1"},
        {"decay-spared", "preset=best", "optimizer=sgd", "lr=0.5", "weight-decay=0.1"},
        {"adamw", "preset=classic", "optimizer=adamw", "lr=0.01", "weight-decay=0"},
        {"decay-adamw", "preset=classic", "optimizer=adamw", "lr=0.01", "weight-decay=5"},
        {"decay-adam", "preset=classic", "optimizer=adam", "lr=0.01", "weight-decay=5"},
    };
    static const struct { const char *run, *plain; enum tensors which; double share; bool equal; } cases[] = {
        {"decay-sgd", "even", PARAMETERS, 0.05, true},  {"decay-spared", "even", MATRICES, 0.05, true}, {"decay-spared", "even", VECTORS, 0, true},
        {"decay-adamw", "adamw", PARAMETERS, 0.05, true}, {"decay-adam", "adamw", PARAMETERS, 0.05, false},
    };
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++)
        train(runs[i].run, OPTIONS(ONE_STEP, runs[i].preset, runs[i].optimizer, runs[i].lr, runs[i].decay, "schedule=constant", "momentum=0",
                                   "label-smoothing=0", "flip=off", "crop=off", "resize=stretch", "antialias=off"));
    double worst = 0, other = INFINITY;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double off = distance_from_sum(cases[i].run, TERMS({1, cases[i].plain}, {-cases[i].share, "start"}), cases[i].which);
        worst = cases[i].equal ? fmax(worst, off) : worst;
        other = cases[i].equal ? other : fmin(other, off);
    }
    print_message("# largest distance from the step with the decay's part %.3g; with adam %.3g\n", worst, other);
    assert_true(worst < 1e-5 && other > 1e-3);
}

/* With momentum m the second step is the one without and m times the first. */
static void momentum_repeats_the_step_before(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++)
        train(i ? "momentum" : "none-2", OPTIONS("mode=scratch", "epochs=2", "batch-size=64", "lr=0.5", i ? "momentum=0.9" : "momentum=0"));
    double off = distance_from_sum("momentum", TERMS({1, "none-2"}, {0.9, "even"}, {-0.9, "start"}), PARAMETERS);
    double far = distance_from_sum("momentum", TERMS({1, "none-2"}), PARAMETERS);
    print_message("# distance from both steps %.3g, without momentum %.3g\n", off, far);
    assert_true(off < 1e-5 && far > 1e-3);
}

/* Classic's second phase has a fresh optimiser: with one step a phase no step is repeated, whatever the momentum. */
static void a_phase_forgets_the_steps_before(void **state)
{
    (void)state;
    char *path = run_file("pretrained", "last.safetensors"), *option = xasprintf("weights=%s", path);
    for (int i = 0; i < 2; i++)
        train(i ? "forgets" : "nothing", OPTIONS("mode=staged", "epochs=1,1", "batch-size=64", "lr=0.5", i ? "momentum=0.9" : "momentum=0", option));
    double off = distance_from_sum("forgets", TERMS({1, "nothing"}), ALL_TENSORS);
    print_message("# distance of one step a phase with momentum from that without %.3g\n", off);
    assert_true(off < 1e-6);
    free(option);
    free(path);
}

static void read_bias(double *out, const char *run)
{
    float v[5];
    struct weight_file *file = last_weights(run);
    assert_int_equal(weights_read_f32(weights_get(file, "fc.bias"), v, 5, NULL), ERR_OK);
    for (int c = 0; c < 5; c++)
        out[c] = (double)v[c];
    weights_close(file);
}

/* Adam's second step from the gradients of both, as in Kingma and Ba, algorithm 1. Plain SGD at rate 1 tells a gradient: it steps once from
 * the start, and once from where Adam's first step came to. */
static void adam_remembers_both_gradients(void **state)
{
    (void)state;
    const double lr = 0.02, b1 = 0.9, b2 = 0.999;
    double w0[5], sgd1[5], w1[5], sgd2[5], w2[5], worst = 0;
    for (int i = 0; i < 2; i++)
        train(i ? "adam-2" : "adam-1", OPTIONS("mode=scratch", i ? "epochs=2" : "epochs=1", "batch-size=64", "optimizer=adam", "lr=0.02"));
    char *path = run_file("adam-1", "last.safetensors"), *option = xasprintf("weights=%s", path);
    train("gradient-1", OPTIONS(ONE_STEP, "lr=1"));
    train("gradient-2", OPTIONS(FROM_WEIGHTS, "lr=1", "head=file", option));
    read_bias(w0, "start"), read_bias(sgd1, "gradient-1"), read_bias(w1, "adam-1"), read_bias(sgd2, "gradient-2"), read_bias(w2, "adam-2");
    for (int c = 0; c < 5; c++) {
        double g1 = w0[c] - sgd1[c], g2 = w1[c] - sgd2[c];
        double m = (1 - b1) * (b1 * g1 + g2) / (1 - b1 * b1), v = (1 - b2) * (b2 * g1 * g1 + g2 * g2) / (1 - b2 * b2);
        worst = fmax(worst, fabs((w1[c] - w2[c]) / lr - m / sqrt(v)));
    }
    print_message("# largest difference of Adam's second step %.3g rates\n", worst);
    assert_true(worst < 1e-4);
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
        cmocka_unit_test(decay_takes_its_part_of_a_step),
        cmocka_unit_test(momentum_repeats_the_step_before),
        cmocka_unit_test(a_phase_forgets_the_steps_before),
        cmocka_unit_test(adam_remembers_both_gradients),
    };
    if (!lab_has_shim()) {
        puts("1..0 # SKIP no shim: built without libtorch");
        return 0;
    }
    return cmocka_run_group_tests_name("engine rates", tests, lab_open, lab_close);
}
