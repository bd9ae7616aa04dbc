/* What a run writes into its tables and what they are computed from; numbers of estimates; which precision a device gets.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <sys/resource.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "engine/fresh.h"
#include "engine/lab.h"
#include "engine/run.h"
#include "engine/settings.h"

#define BATCH 8
#define LR 0.05
#define HEAD_LR 0.02

/* --- the tables of a run ---------------------------------------------------------------------------------------- */

static void a_run_has_tables(void **state)
{
    (void)state;
    train("run", OPTIONS("mode=scratch", "epochs=2", "batch-size=8", "lr=0.05", "head-lr=0.02", "val-share=0.4", "normalize=imagenet"));
}

/* Pictures of class truth that predictions.csv says are predicted. */
static int64_t count_of(const struct csv *predictions, const char *truth, const char *predicted)
{
    int t = csv_column(predictions, "class"), p = csv_column(predictions, "predicted");
    int64_t n = 0;
    for (size_t r = 1; r < predictions->n_rows; r++)
        n += str_eq(predictions->rows[r][t], truth) && str_eq(predictions->rows[r][p], predicted);
    return n;
}

/* Cell by cell: true classes in rows, answers in columns. One that equals its mirror image would prove nothing. */
static void confusion_is_counted_from_predictions(void **state)
{
    (void)state;
    struct csv predictions = table("run", "predictions.csv"), confusion = table("run", "confusion.csv");
    size_t k = confusion.n_rows - 1;
    int64_t worst = 0, mirrored = 0;
    assert_int_equal(k, 5);
    for (size_t i = 0; i < k * k; i++) {
        size_t t = 1 + i / k, p = 1 + i % k;
        int64_t n = atoll(confusion.rows[t][p]), off = llabs(n - count_of(&predictions, confusion.rows[t][0], confusion.rows[0][p]));
        worst = off > worst ? off : worst;
        mirrored += llabs(n - atoll(confusion.rows[p][t]));
    }
    print_message("# largest difference %lld, from the mirror image %lld\n", (long long)worst, (long long)mirrored);
    assert_int_equal(worst, 0);
    assert_true(mirrored > 0);
    csv_done(&predictions);
    csv_done(&confusion);
}

static void rates_are_in_their_columns(void **state)
{
    (void)state;
    static const char *const files[] = {"metrics.csv", "steps.csv"};
    double worst = 0;
    for (int f = 0; f < 2; f++) {
        struct csv csv = table("run", files[f]);
        assert_true(csv.n_rows > 2);
        for (size_t r = 1; r < csv.n_rows; r++) {
            worst = fmax(worst, fabs(cell(&csv, r, "lr") - LR));
            worst = fmax(worst, fabs(cell(&csv, r, "lr_head") - HEAD_LR));
        }
        csv_done(&csv);
    }
    print_message("# largest difference %.3g\n", worst);
    assert_true(worst < 1e-8);
}

/* Mean over the pictures of an epoch's steps; the last step has those that are left. */
static double mean_of_steps(size_t epoch, const char *column, int64_t n_train)
{
    struct csv csv = table("run", "steps.csv");
    double sum = 0;
    int64_t left = n_train;
    for (size_t r = 1; r < csv.n_rows; r++) {
        if ((size_t)cell(&csv, r, "epoch") != epoch)
            continue;
        bool last = r + 1 == csv.n_rows || (size_t)cell(&csv, r + 1, "epoch") != epoch;
        int64_t n = last ? left : BATCH;
        sum += (double)n * cell(&csv, r, column);
        left -= n;
    }
    csv_done(&csv);
    assert_int_equal(left, 0);
    return sum / (double)n_train;
}

/* The training columns are of the training pictures. Equal ones of both parts would prove nothing. */
static void training_columns_are_means_of_steps(void **state)
{
    (void)state;
    static const char *const pairs[][3] = {{"train_loss", "loss", "val_loss"}, {"train_acc", "acc", "val_acc"}};
    double worst = 0;
    for (size_t epoch = 1; epoch <= 2; epoch++) {
        for (int i = 0; i < 2; i++) {
            double mean = mean_of_steps(epoch, pairs[i][1], snap.train.n_train);
            worst = fmax(worst, fabs(metric("run", epoch, pairs[i][0]) - mean));
            assert_true(fabs(metric("run", epoch, pairs[i][2]) - mean) > 1e-3);
        }
    }
    print_message("# largest difference %.3g\n", worst);
    assert_true(worst < 1e-6);
}

/* Who reads the weights elsewhere prepares the pictures by these. */
static void weights_say_how_colours_are_scaled(void **state)
{
    (void)state;
    struct weight_file *file = last_weights("run");
    assert_string_equal(weights_meta(file, "mean"), "[0.485,0.456,0.406]");
    assert_string_equal(weights_meta(file, "std"), "[0.229,0.224,0.225]");
    weights_close(file);
}

/* Files of a folder come sorted by bytes; they were made in another order. */
static void predictions_come_in_order(void **state)
{
    (void)state;
    static const char *const names[] = {"m.png", "z.png", "B.png", "a.png", "k.png"}, *const want[] = {"B.png", "a.png", "k.png", "m.png", "z.png"};
    struct csv csv = table("run", "predictions.csv");
    char *folder = in_lab("mixed"), *run = in_lab("run"), *picture = path_join(flowers, csv.rows[1][0]);
    assert_int_equal(mkdir(folder, 0777), 0);
    for (int i = 0; i < 5; i++) {
        char *path = path_join(folder, names[i]);
        assert_int_equal(symlink(picture, path), 0);
        free(path);
    }
    struct options o = OPTIONS("seed=0");
    struct cmd cmd = {.kind = CMD_PREDICT, .options = &o, .list = (const char *[]){folder}, .n_list = 1};
    snprintf(cmd.path, sizeof cmd.path, "%s", run);
    struct notice n = do_cmd(cmd, NULL);
    struct result_view v;
    assert_int_equal(n.kind, NOTICE_FINISHED);
    const struct block *block = engine_block(engine, n.block);
    assert_int_equal(result_view_open(&v, block, NULL), ERR_OK);
    assert_int_equal(v.n, 5);
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(path_base(result_view_row(&v, i).file), want[i]);
    block_release(block);
    csv_done(&csv);
    free(folder), free(run), free(picture);
}

/* --- step lines ------------------------------------------------------------------------------------------------- */

/* They are written once the last writing is a second ago, not only at the end of the epoch. */
static void steps_are_written_now_and_then(void **state)
{
    (void)state;
    static const struct {
        double ago;
        size_t lines; /* in the file, the header with them */
    } cases[] = {{-1000, 0}, {1.5, 3}, {-1000, 3}, {1.5, 5}}; /* two steps come at once where the one before had to wait */
    struct run run = {.folder = in_lab("steps")};
    char *path = run_path(&run, "steps.csv");
    assert_int_equal(path_make_folders(run.folder, NULL), ERR_OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct step_point p = {.step = (int64_t)i + 1};
        run.steps_flushed = clock_now() - cases[i].ago;
        run_add_step(&run, &p, 1);
        size_t lines = 0;
        if (path_is_file(path)) {
            struct csv csv = table("steps", "steps.csv");
            lines = csv.n_rows;
            csv_done(&csv);
        }
        print_message("# step %zu: %zu lines\n", i + 1, lines);
        assert_int_equal(lines, cases[i].lines);
    }
    str_done(&run.steps);
    free(run.folder), free(path);
}

/* --- estimates -------------------------------------------------------------------------------------------------- */

/* A step takes 5 s a square, the blocks before the cut 2 s, a whole pass 3 s; with less than that before the cut nothing is left. Training takes
 * one square of a picture, validation all views. */
static void an_estimate_adds_up(void **state)
{
    (void)state;
    static const struct {
        int epochs;
        size_t n_train, n_val;
        int views;
        struct speed speed;
        enum features_use features;
        double want;
    } cases[] = {
        {1, 10, 4, 1, {5, 2, 3}, FEATURES_NONE, 10 * 5 + 4 * 3},
        {7, 10, 4, 1, {5, 2, 3}, FEATURES_NONE, 7 * (10 * 5 + 4 * 3)},
        {7, 10, 0, 1, {5, 2, 3}, FEATURES_NONE, 7 * 10 * 5},
        {7, 10, 4, 9, {5, 2, 3}, FEATURES_NONE, 7 * (10 * 5 + 9 * 4 * 3)},
        {7, 10, 4, 1, {5, 2, 3}, FEATURES_COMPUTED, (10 + 4) * 2 + 7 * (10 * (5 - 2) + 4 * (3 - 2))},
        {7, 10, 4, 9, {5, 2, 3}, FEATURES_COMPUTED, (10 + 9 * 4) * 2 + 7 * (10 * (5 - 2) + 9 * 4 * (3 - 2))},
        {7, 10, 4, 1, {5, 2, 3}, FEATURES_THERE, 7 * (10 * (5 - 2) + 4 * (3 - 2))},
        {7, 10, 4, 1, {1, 2, 1}, FEATURES_COMPUTED, (10 + 4) * 2},
    };
    double worst = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double got = estimate_phase(cases[i].epochs, cases[i].n_train, cases[i].n_val, cases[i].views, &cases[i].speed, cases[i].features);
        worst = fmax(worst, fabs(got / cases[i].want - 1));
    }
    print_message("# largest relative difference %.3g\n", worst);
    assert_true(worst < 1e-12);
}

static double peak_bytes(void)
{
    struct rusage use;
    assert_int_equal(getrusage(RUSAGE_SELF, &use), 0);
    return 1024.0 * (double)use.ru_maxrss;
}

/* On the processor the memory is the most that the process had, which only grows: it lies between what is so before and after. The second
 * estimate finds all room made. */
static void the_memory_is_the_process_peak(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct options o = OPTIONS("mode=scratch", "epochs=1");
        struct cmd cmd = {.kind = CMD_ESTIMATE, .options = &o};
        snprintf(cmd.path, sizeof cmd.path, "%s", flowers);
        double before = peak_bytes();
        struct notice n = do_cmd(cmd, NULL);
        double after = peak_bytes();
        assert_int_equal(n.kind, NOTICE_FINISHED);
        const struct block *block = engine_block(engine, n.block);
        const char *at = strstr(text_view(block), "memory\t");
        assert_non_null(at);
        double memory = strtod(at + strlen("memory\t"), NULL);
        print_message("# memory %.0f, the peak %.0f before and %.0f after\n", memory, before, after);
        assert_true(before <= memory && memory <= after);
        block_release(block);
    }
}

/* --- precision -------------------------------------------------------------------------------------------------- */

/* "auto" takes bf16 where it is fast, else fp16 on GPUs that have it (5.3 and up), else fp32; what is asked for by name is that. */
static void a_device_gets_its_precision(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct fl_device_info device;
        enum fl_precision want;
    } cases[] = {
        {"auto", {.index = -1}, FL_FP32},
        {"auto", {.index = -1, .capability = 90}, FL_FP32},
        {"auto", {.index = -1, .bf16_fast = true}, FL_AUTOCAST_BF16},
        {"auto", {.index = 0, .capability = 52}, FL_FP32},
        {"auto", {.index = 0, .capability = 53}, FL_AUTOCAST_FP16},
        {"auto", {.index = 1, .capability = 75}, FL_AUTOCAST_FP16},
        {"auto", {.index = 0, .capability = 80, .bf16_fast = true}, FL_AUTOCAST_BF16},
        {"fp32", {.index = 0, .capability = 80, .bf16_fast = true}, FL_FP32},
        {"fp16", {.index = 0, .capability = 80, .bf16_fast = true}, FL_AUTOCAST_FP16},
        {"bf16", {.index = 0, .capability = 52}, FL_AUTOCAST_BF16},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        enum fl_precision got = settings_precision(cases[i].name, &cases[i].device);
        if (got != cases[i].want)
            fail_msg("case %zu: %s", i, precision_name(got));
    }
}

/* As PyTorch's GradScaler: halved by a step that overflows, doubled by 2000 good ones in a row. */
static void the_scale_follows_the_steps(void **state)
{
    (void)state;
    struct trainer *t = xcalloc(1, sizeof *t);
    static const struct {
        int good;
        double want;
    } cases[] = {{1999, 1024}, {2000, 2048}, {4000, 4096}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        t->scale = 2048, t->good_steps = 7;
        trainer_adapt_scale(t, false);
        assert_true(t->scale == 1024 && t->good_steps == 0);
        for (int k = 0; k < cases[i].good; k++)
            trainer_adapt_scale(t, true);
        print_message("# after %d good steps %g\n", cases[i].good, t->scale);
        assert_true(t->scale == cases[i].want);
    }
    free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_has_tables),
        cmocka_unit_test(confusion_is_counted_from_predictions),
        cmocka_unit_test(rates_are_in_their_columns),
        cmocka_unit_test(training_columns_are_means_of_steps),
        cmocka_unit_test(weights_say_how_colours_are_scaled),
        cmocka_unit_test(predictions_come_in_order),
        cmocka_unit_test(steps_are_written_now_and_then),
        cmocka_unit_test(an_estimate_adds_up),
        cmocka_unit_test(the_memory_is_the_process_peak),
        cmocka_unit_test(a_device_gets_its_precision),
        cmocka_unit_test(the_scale_follows_the_steps),
    };
    if (!lab_has_shim()) {
        puts("1..0 # SKIP no shim: built without libtorch");
        return 0;
    }
    return cmocka_run_group_tests_name("engine tables", tests, lab_open, lab_close);
}
