/* The settings reach the step: runs that differ in one of them differ in the numbers that it is for.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/lab.h"

#include "engine/settings.h"

/* Nothing moves, so that losses of two runs, and of two epochs, are of the same weights. */
#define STILL "lr=0", "bn=fixed"

static char *start; /* option: weights that every run may begin from */

static void a_start(void **state)
{
    (void)state;
    train("start", OPTIONS("mode=scratch", "epochs=3", "lr=0.1"));
    char *path = run_file("start", "last.safetensors");
    start = xasprintf("weights=%s", path);
    free(path);
}

/* --- what a step sees ---------------------------------------------------------------------------------------- */

static double first_loss(const char *run, int epoch)
{
    struct csv csv = table(run, "steps.csv");
    for (size_t r = 1; r < csv.n_rows; r++) {
        if ((int)cell(&csv, r, "epoch") == epoch) {
            double loss = cell(&csv, r, "loss");
            csv_done(&csv);
            return loss;
        }
    }
    fail_msg("%s: no epoch %d", run, epoch);
    return NAN;
}

/* Two epochs on the same weights, in the same order: what a setting draws differs from none, and from epoch to epoch; an order of its own
 * shows in the first batch. */
static const struct seen {
    const char *run, *setting, *seed, *other; /* other: the run that its epochs differ from */
    bool differs, epochs, firsts;             /* from other; epoch 1 from 2; their first batches */
} seen[] = {
    {"plain", "shuffle=off", "seed=0", "plain", false, false, false},
    {"plain-2", "shuffle=off", "seed=2", "plain", false, false, false},
    {"shuffle", "shuffle=on", "seed=0", "plain", false, false, true},
    {"dropout", "dropout=0.5", "seed=0", "plain", true, true, true},
    {"flip", "flip=on", "seed=0", "plain", true, true, true},
    {"crop", "crop=on", "seed=0", "plain", true, true, true},
    {"jitter", "jitter=0.3", "seed=0", "plain", true, true, true},
    {"jitter-2", "jitter=0.3", "seed=2", "jitter", true, true, true},
    {"flip-2", "flip=on", "seed=2", "flip", true, true, true},
    {"smooth-1", "label-smoothing=0.1", "seed=0", "plain", true, false, false},
    {"smooth-2", "label-smoothing=0.2", "seed=0", "plain", true, false, false},
};

/* Sums in another order differ in the last digits; what is drawn anew differs more. Returns 1 where that is not so. */
static int wrong(const char *run, const char *what, double difference, bool expected)
{
    if (expected ? difference > 1e-4 : difference < 1e-6)
        return 0;
    print_message("# %s: %s differ by %g\n", run, what, difference);
    return 1;
}

static void pictures_are_seen_as_set(void **state)
{
    (void)state;
    double largest = 0, smallest = INFINITY;
    int n_wrong = 0;
    char *parts = parts_option("seen.csv", (const int[]){6, 6, 6, 6, 6}, (const int[]){2, 2, 2, 2, 2});
    for (size_t i = 0; i < sizeof seen / sizeof *seen; i++) {
        const struct seen *s = &seen[i];
        train(s->run, OPTIONS("mode=fine-tune", "epochs=2", STILL, "batch-size=8", "head=file", "shuffle=off", start, parts, s->setting, s->seed));
        double loss = metric(s->run, 1, "train_loss"), d = fabs(loss - metric(s->other, 1, "train_loss"));
        n_wrong += wrong(s->run, "its losses and the other's", d, s->differs);
        n_wrong += wrong(s->run, "the losses of its epochs", fabs(loss - metric(s->run, 2, "train_loss")), s->epochs);
        n_wrong += wrong(s->run, "the losses of its first batches", fabs(first_loss(s->run, 1) - first_loss(s->run, 2)), s->firsts);
        largest = s->differs ? largest : fmax(largest, d);
        smallest = s->differs ? fmin(smallest, d) : smallest;
    }
    print_message("# losses that are equal differ by %.3g at most, others by %.3g at least\n", largest, smallest);
    assert_int_equal(n_wrong, 0);
    free(parts);
}

/* The smoothed loss lies on a line: its share of it is of the loss against even targets. */
static void smoothing_is_a_share(void **state)
{
    (void)state;
    double none = metric("plain", 1, "train_loss"), one = metric("smooth-1", 1, "train_loss") - none, two = metric("smooth-2", 1, "train_loss") - none;
    print_message("# 0.1 adds %.9g to the loss, 0.2 adds %.9g\n", one, two);
    assert_true(fabs(two - 2 * one) < 1e-5 && fabs(one) > 1e-3);
}

/* With weights each class counts alike: the loss is the mean of the losses of the classes alone. */
static void classes_count_alike(void **state)
{
    (void)state;
    static const struct { const char *run, *weights; int train[5]; } runs[] = {
        {"many", "class-weights=off", {6, 0, 0, 0, 0}},
        {"few", "class-weights=off", {0, 2, 0, 0, 0}},
        {"both", "class-weights=on", {6, 2, 0, 0, 0}},
        {"both-off", "class-weights=off", {6, 2, 0, 0, 0}},
    };
    double loss[4];
    for (int i = 0; i < 4; i++) {
        char *parts = parts_option("classes.csv", runs[i].train, (const int[]){1, 3, 1, 0, 0}); /* other shares than in training */
        train(runs[i].run, OPTIONS("mode=fine-tune", "epochs=1", STILL, "batch-size=64", "head=file", start, parts, runs[i].weights));
        loss[i] = metric(runs[i].run, 1, "train_loss");
        free(parts);
    }
    double off = fabs(loss[2] - (loss[0] + loss[1]) / 2), far = fabs(loss[2] - loss[3]);
    print_message("# distance from the mean of both classes %.3g, without weights %.3g\n", off, far);
    assert_true(off < 1e-5 && far > 1e-3);
}

/* --- phases -------------------------------------------------------------------------------------------------- */

/* The second phase draws as it says, although the first one had a loader: only what the second changes differs between two runs. */
static void a_phase_sees_pictures_its_own_way(void **state)
{
    (void)state;
    static const struct { const char *run, *crop, *setting; } runs[] = {
        {"own-jitter", "crop=off", "flip=off"}, /* 0 and then 0.2 */
        {"no-jitter", "crop=off", "jitter=0"},
        {"own-window", "crop=on", "jitter=0"}, /* 0.35 and then 0.25 */
        {"one-window", "crop=on", "crop-min=0.35"},
    };
    for (int i = 0; i < 4; i++)
        train(runs[i].run, OPTIONS("preset=best", "mode=staged", "epochs=1,1", STILL, "flip=off", i < 2 ? "seed=0" : "jitter=0", runs[i].crop,
                                   runs[i].setting, start));
    for (int i = 0; i < 4; i += 2) {
        double same = fabs(metric(runs[i].run, 1, "train_loss") - metric(runs[i + 1].run, 1, "train_loss"));
        double differs = fabs(metric(runs[i].run, 2, "train_loss") - metric(runs[i + 1].run, 2, "train_loss"));
        print_message("# %s: losses of phase 1 differ by %.3g, of phase 2 by %.3g\n", runs[i].run, same, differs);
        assert_true(same < 1e-6 && differs > 1e-4);
    }
}

/* A phase's schedule begins with its own first step: half a wave over its four steps. */
static void a_schedule_begins_with_its_phase(void **state)
{
    (void)state;
    double worst = 0;
    train("wave", OPTIONS("mode=staged", "epochs=2,2", "schedule=cosine", "lr=0.1", start));
    struct csv csv = table("wave", "steps.csv");
    assert_int_equal(csv.n_rows, 1 + 8);
    for (size_t i = 0; i < 8; i++) {
        double top = i < 4 ? 0.1 : 0.001; /* classic: a hundredth in the second phase */
        worst = fmax(worst, fabs(cell(&csv, i + 1, "lr_head") / top - (1 + cos(M_PI * (double)(i % 4) / 4)) / 2));
    }
    csv_done(&csv);
    print_message("# largest difference from the wave %.3g\n", worst);
    assert_true(worst < 1e-6);
}

/* --- features ------------------------------------------------------------------------------------------------ */

static bool computed_once(const char *run)
{
    char *path = run_file(run, "log.txt"), *text;
    size_t n;
    assert_int_equal(file_read(path, 0, &text, &n, NULL), ERR_OK);
    bool once = strstr(text, "computed once");
    free(text);
    free(path);
    return once;
}

/* Fixed input is computed once where it has room: a megabyte is enough for forty rows of some hundred numbers. */
static void features_are_for_fixed_input(void **state)
{
    (void)state;
    static const struct { const char *run, *setting; bool once; } runs[] = {
        {"once", "cache-memory=1", true},      {"no-cache", "cache-memory=0", false}, {"once-flip", "flip=on", false},
        {"once-crop", "crop=on", false},       {"once-jitter", "jitter=0.3", false},
    };
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        train(runs[i].run, OPTIONS("mode=frozen", "epochs=1", start, runs[i].setting));
        if (computed_once(runs[i].run) != runs[i].once)
            fail_msg("%s: features computed %s", runs[i].setting, runs[i].once ? "again and again" : "once");
    }
}

/* n names of one drawn picture in a class's folder, and their rows in a split: one to train on, the others to validate. */
static void one_picture(struct str *rows, const char *root, int cls, int n)
{
    const char *name = demo_class(DEMO_FLOWERS, cls);
    char *from = xasprintf("%s/%s/%s-0001.jpg", flowers, name, name), *folder = path_join(root, name);
    assert_int_equal(path_make_folders(folder, NULL), ERR_OK);
    for (int i = 0; i < n; i++) {
        char *to = xasprintf("%s/%04d.jpg", folder, i);
        assert_int_equal(link(from, to), 0);
        str_printf(rows, "%s/%04d.jpg,%s,%s\n", name, i, name, i ? "val" : "train");
        free(to);
    }
    free(folder);
    free(from);
}

/* Where each class is one picture under many names, the nearest mean is that of its own class. With random weights and no statistics of batches
 * features are as long as a picture has contrast, so that the largest product is often another class's. The validation part in nine views is
 * more rows than are compared at once, and begins with another class than it ends with. */
static void the_nearest_mean_is_the_own(void **state)
{
    (void)state;
    char *root = in_lab("one-picture"), *path = in_lab("one.csv"), *option = xasprintf("split=%s", path), *whole = flowers;
    struct str rows = STR_INIT;
    str_add(&rows, "file,class,part\n");
    for (int c = 0; c < 5; c++)
        one_picture(&rows, root, c, c < 4 ? 20 : 420);
    assert_int_equal(file_replace(path, rows.s, rows.len, NULL), ERR_OK);
    train("random", OPTIONS("mode=scratch", "epochs=1", STILL));
    char *last = run_file("random", "last.safetensors"), *random = xasprintf("weights=%s", last);
    flowers = root;
    train("nearest", OPTIONS("mode=frozen", "epochs=1", "image-size=16", "resize=crop", "views=9", random, option));
    flowers = whole;
    struct record r = record_of("nearest");
    print_message("# nearest mean right in %.4f of %d pictures\n", r.nearest_mean, (int)snap.train.n_val);
    assert_true(r.nearest_mean == 1 && snap.train.n_val == 495);
    record_done(&r);
    str_done(&rows);
    free(root), free(path), free(option), free(last), free(random);
}

/* --- the smallest set, and numbers of the pixels --------------------------------------------------------------- */

/* A picture alone is a batch: there is none before that it could join. */
static void one_picture_trains(void **state)
{
    (void)state;
    char *parts = parts_option("alone.csv", (const int[]){1, 0, 0, 0, 0}, (const int[]){1, 1, 1, 1, 1});
    train("alone", OPTIONS("mode=scratch", "epochs=2", "bn=fixed", parts));
    struct csv steps = table("alone", "steps.csv");
    assert_int_equal(steps.n_rows, 1 + 2);
    csv_done(&steps);
    free(parts);
}

static void pixels_are_normalized_by_channel(void **state)
{
    (void)state;
    static const float want[2][2][3] = {{{0, 0, 0}, {1, 1, 1}}, {{0.485f, 0.456f, 0.406f}, {0.229f, 0.224f, 0.225f}}};
    for (int on = 0; on < 2; on++) {
        float mean[3], std[3];
        prep_norm(&(struct prep){.imagenet_norm = on}, mean, std);
        assert_memory_equal(mean, want[on][0], sizeof mean);
        assert_memory_equal(std, want[on][1], sizeof std);
    }
}

static int close_all(void **state)
{
    free(start);
    return lab_close(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_start),
        cmocka_unit_test(pictures_are_seen_as_set),
        cmocka_unit_test(smoothing_is_a_share),
        cmocka_unit_test(classes_count_alike),
        cmocka_unit_test(a_phase_sees_pictures_its_own_way),
        cmocka_unit_test(a_schedule_begins_with_its_phase),
        cmocka_unit_test(features_are_for_fixed_input),
        cmocka_unit_test(the_nearest_mean_is_the_own),
        cmocka_unit_test(one_picture_trains),
        cmocka_unit_test(pixels_are_normalized_by_channel),
    };
    if (!lab_has_shim()) {
        puts("1..0 # SKIP no shim: built without libtorch");
        return 0;
    }
    return cmocka_run_group_tests_name("engine settings", tests, lab_open, close_all);
}
