/* The screens Runs and Results by keys, without a terminal. SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "unit/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/block.h"
#include "engine/compare.h"
#include "ui/keys.h"
#include "ui/stage.h"

/* What the app does when a job of the screen ends: hands its notice to the screen. bytes becomes the world's block. */
static void answer(struct stage *s, enum cmd_kind command, enum block_kind kind, struct str *bytes, const char *text)
{
    struct notice n = {.kind = NOTICE_FINISHED, .job = 99, .command = command, .block = 1};
    snprintf(n.text, sizeof n.text, "%s", text);
    for (int i = 0; i < 2; i++) { /* these come first and mean nothing to it */
        struct notice before = {.kind = i ? NOTICE_PROGRESS : NOTICE_STARTED, .job = 99, .command = command};
        s->ops->event(s->self, &before, &s->world.model);
    }
    block_release(s->world.block);
    s->world.block = block_from_bytes(kind, bytes->s, bytes->len);
    str_done(bytes);
    s->ops->event(s->self, &n, &s->world.model);
}

static void refuse(struct stage *s, enum cmd_kind command, const char *message, const char *hint)
{
    struct notice n = {.kind = NOTICE_FAILED, .job = 99, .command = command};
    err_set(&n.err, ERR_NOT_FOUND, "%s", message);
    err_hint(&n.err, "%s", hint);
    s->ops->event(s->self, &n, &s->world.model);
}

static void type(struct stage *s, const char *keys)
{
    for (; *keys; keys++)
        assert_true(s->ops->text_key(s->self, (uint32_t)*keys, K_CHAR, &s->world.model));
}

/* At 80 x 24, 160 x 50 and 20 x 5. */
static void golden_sizes(struct stage *s, const char *name)
{
    char small[64];
    golden(s, name);
    snprintf(small, sizeof small, "%s-20x5", name);
    golden_at(s, small, 20, 5, false);
}

static const char *why(struct stage *s, enum action action)
{
    return s->ops->why_not(s->self, action, &s->world.model);
}

/* --- Runs ---------------------------------------------------------------------------------------------------- */

static const struct run_row rows[] = {
    {"/data/runs/20261125-143000-staged-resnet18", "20261125-143000-staged-resnet18", "running", "staged", "classic", "resnet18",
     "/data/flowers", "2026-11-25 14:30:00", "", "", 2, 2, 0.5, 1.2, 71},
    {"/data/runs/20261125-120000-frozen-mobilenet_v2", "20261125-120000-frozen-mobilenet_v2", "done", "frozen", "best",
     "mobilenet_v2", "/data/flowers", "2026-11-25 12:00:00", "done", "smaller batch next time", 5, 4, 0.8821, 0.3412, 84.2},
    {"/data/runs/20261124-093000-scratch-resnet18", "20261124-093000-scratch-resnet18", "failed", "scratch", "best", "resnet18",
     "/data/flowers", "2026-11-24 09:30:00", "loss is NaN at step 12", "", 0, 0, NAN, NAN, 12},
    {"/data/runs/copied", "copied", "broken", "", "", "", "", "", "run.ini: line 3: neither a section nor a value", "", 0, 0, NAN,
     NAN, 0},
    {"/data/runs/20261123-080000-fine-tune-resnet50", "20261123-080000-fine-tune-resnet50", "stopped", "fine-tune", "best",
     "resnet50", "/data/cats and dogs", "2026-11-23 08:00:00", "stopped by user", "", 3, 3, 0.9312, 0.2101, 5400},
};

static void list(struct stage *s, const struct run_row *of, size_t n)
{
    struct str bytes = STR_INIT;
    block_runs(&bytes, of, n);
    s->ops->enter(s->self, &s->world.model);
    assert_int_equal(s->world.asked.command, CMD_RUNS);
    char text[64];
    snprintf(text, sizeof text, "%zu runs in /data/runs; no run.ini: old", n);
    answer(s, CMD_RUNS, BLOCK_RUNS, &bytes, text);
}

static void open_list(struct stage *s)
{
    stage_open(s, &screen_runs);
    list(s, rows, sizeof rows / sizeof *rows);
}

static void runs_listed(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s, &screen_runs);
    golden_at(&s, "runs-reading", 80, 24, false);
    list(&s, NULL, 0);
    golden_sizes(&s, "runs-none");
    assert_non_null(why(&s, ACTION_SELECT));
    list(&s, rows, 5);
    act(&s, ACTION_DOWN);
    act(&s, ACTION_MARK);
    golden_sizes(&s, "runs");
    golden_at(&s, "runs-ascii", 80, 24, true);
    golden_at(&s, "runs-40x10", 40, 10, false);
    world_running(&s.world); /* the first one trains here: its numbers are newer */
    golden_at(&s, "runs-live", 80, 24, false);
    stage_close(&s);
}

static void runs_sorted(void **state)
{
    (void)state;
    struct stage s;
    open_list(&s);
    for (int i = 0; i < 4; i++)
        act(&s, ACTION_SORT);
    golden_at(&s, "runs-by-accuracy", 80, 24, false);
    act(&s, ACTION_SORT_BACK);
    golden_at(&s, "runs-by-accuracy-back", 80, 24, false);
    stage_close(&s);
}

/* "/" narrows with every letter, Enter keeps it, Escape leaves; other keys than letters still work. */
static void runs_filtered(void **state)
{
    (void)state;
    struct stage s;
    open_list(&s);
    assert_false(s.ops->text_key(s.self, 'r', K_CHAR, &s.world.model));
    act(&s, ACTION_NARROW);
    type(&s, "res best");
    golden_sizes(&s, "runs-filter");
    assert_false(s.ops->text_key(s.self, 0, K_DOWN, &s.world.model));
    act(&s, ACTION_DOWN);
    act(&s, ACTION_SELECT);
    assert_string_equal(s.world.asked.what, "run");
    assert_string_equal(s.world.asked.text, rows[4].folder);
    type(&s, "zzz");
    golden_at(&s, "runs-filter-none", 80, 24, false);
    assert_true(s.ops->text_key(s.self, 0, K_ESC, &s.world.model));
    assert_false(s.ops->text_key(s.self, 'r', K_CHAR, &s.world.model));
    act(&s, ACTION_HOME);
    act(&s, ACTION_SELECT);
    assert_string_equal(s.world.asked.text, rows[0].folder);
    act(&s, ACTION_NARROW);
    type(&s, "frozen");
    assert_true(s.ops->text_key(s.self, 0, K_ENTER, &s.world.model));
    act(&s, ACTION_SELECT);
    assert_string_equal(s.world.asked.text, rows[1].folder);
    act(&s, ACTION_BACK);
    act(&s, ACTION_HOME);
    act(&s, ACTION_SELECT);
    assert_string_equal(s.world.asked.text, rows[0].folder);
    stage_close(&s);
}

static void runs_ask(void **state)
{
    (void)state;
    struct stage s;
    open_list(&s);
    act(&s, ACTION_DOWN);
    act(&s, ACTION_RUN_RESUME);
    assert_string_equal(s.world.asked.what, "go"); /* to Train, after the command */
    assert_string_equal(s.world.asked.text, "train");
    assert_int_equal(s.world.asked_before.command, CMD_RESUME);
    assert_string_equal(s.world.asked_before.path, rows[1].folder);
    act(&s, ACTION_EXTEND);
    assert_string_equal(s.world.asked.text, "Epochs to add []");
    s.world.asked.typed(s.world.asked.user, "3");
    assert_int_equal(s.world.asked_before.command, CMD_RESUME);
    assert_int_equal(s.world.asked_before.number, 3);
    act(&s, ACTION_EXTEND);
    s.world.asked.typed(s.world.asked.user, "many");
    assert_string_equal(s.world.asked.text, "\"many\" is not a number from 1 to 100000");
    act(&s, ACTION_RUN_NOTE);
    assert_string_equal(s.world.asked.text, "Note on the run [smaller batch next time]");
    s.world.asked.typed(s.world.asked.user, "fine");
    assert_int_equal(s.world.asked.command, CMD_NOTE);
    assert_string_equal(s.world.asked.path, rows[1].folder);
    assert_string_equal(s.world.asked.path2, "fine");
    act(&s, ACTION_RUN_TRASH); /* the selected one, as none is marked */
    assert_int_equal(s.world.asked.command, CMD_TRASH);
    assert_true(s.world.asked.n_list == 1 && s.world.asked.number == 0);
    assert_string_equal(s.world.asked.text, rows[1].folder);
    struct notice done = {.kind = NOTICE_FINISHED, .job = 5, .command = CMD_TRASH};
    s.world.asked.command = CMD_NONE;
    s.ops->event(s.self, &done, &s.world.model);
    assert_int_equal(s.world.asked.command, CMD_RUNS); /* listed again */
    act(&s, ACTION_RUNS_FOLDER);
    assert_string_equal(s.world.asked.text, "Folder of runs [runs]");
    s.world.asked.typed(s.world.asked.user, "/other");
    assert_string_equal(s.world.asked.path, "/other");
    act(&s, ACTION_SHOW_TRASH);
    assert_string_equal(s.world.asked.path, "/other/" RUNS_TRASH);
    list(&s, rows, 2);
    golden_at(&s, "runs-trash", 80, 24, false);
    assert_non_null(why(&s, ACTION_RUN_RESUME));
    act(&s, ACTION_RUN_TRASH);
    assert_int_equal(s.world.asked.number, 1);
    stage_close(&s);
}

/* A run that trains here is extended by a control command, and cannot be resumed or thrown away. */
static void runs_live(void **state)
{
    (void)state;
    struct stage s;
    open_list(&s);
    world_running(&s.world);
    act(&s, ACTION_EXTEND);
    s.world.asked.typed(s.world.asked.user, "2");
    assert_int_equal(s.world.asked_before.command, CMD_EXTEND);
    assert_string_equal(why(&s, ACTION_RUN_RESUME), "this run is training");
    assert_string_equal(why(&s, ACTION_RUN_TRASH), "this run is training");
    act(&s, ACTION_DOWN);
    assert_string_equal(why(&s, ACTION_RUN_RESUME), "a run is going on");
    assert_null(why(&s, ACTION_RUN_TRASH));
    stage_close(&s);
}

/* Marks and selection stay on their runs when the list is another one. */
static void runs_carried_over(void **state)
{
    (void)state;
    struct stage s;
    open_list(&s);
    for (int i = 0; i < 3; i++)
        act(&s, ACTION_DOWN);
    act(&s, ACTION_MARK); /* the one without a date stands last */
    list(&s, rows + 2, 3);
    act(&s, ACTION_SELECT);
    assert_string_equal(s.world.asked.text, rows[3].folder);
    act(&s, ACTION_RUN_TRASH);
    assert_int_equal(s.world.asked.n_list, 1);
    assert_string_equal(s.world.asked.text, rows[4].folder);
    stage_close(&s);
}

static void thousand_runs(void **state)
{
    (void)state;
    struct stage s;
    struct run_row *many = xcalloc(1000, sizeof *many);
    char(*names)[64] = xcalloc(1000, sizeof *names);
    for (int i = 0; i < 1000; i++) {
        snprintf(names[i], sizeof names[i], "/data/runs/r%03d", 999 - i);
        many[i] = (struct run_row){names[i], names[i] + 11, "done", "frozen", "best", "resnet18", "/data/flowers",
                                   "2026-11-25 12:00:00", "done", "", 5, 5, (i * 37 % 1000) / 1000.0, 0.4, 60};
    }
    stage_open(&s, &screen_runs);
    list(&s, many, 1000);
    act(&s, ACTION_END);
    golden_at(&s, "runs-thousand", 80, 24, false);
    act(&s, ACTION_SELECT);
    assert_string_equal(s.world.asked.text, "/data/runs/r000");
    stage_close(&s);
    free(many);
    free(names);
}

/* --- comparison ---------------------------------------------------------------------------------------------- */

static void add_setting(struct compared *run, const char *name, const char *value)
{
    run->settings = xgrow(run->settings, &run->cap_settings, run->n_settings + 1, sizeof *run->settings);
    run->settings[run->n_settings++] = (struct setting){xstrdup(name), xstrdup(value)};
}

static void make_compared(struct compared *run, size_t i)
{
    static const char *const names[] = {"mode", "commit", "batch-size", "phase 1: lr", "phase 1: optimizer", "seed", "data fingerprint",
                                        "host"};
    static const char *const values[][8] = {
        {"staged", "6827a19c0d1e-dirty", "32", "0.01", "sgd", "0", "0b2e6f1f33aa9d10", "loom"},
        {"frozen", "6827a19c0d1e", "64", "0.002", "adamw", "0", "0b2e6f1f33aa9d10", "loom"},
        {"fine-tune", "f8bd1a0", "64", "0.0003", "adamw", "3", "77aa0f1f33aa9d99", "loom"}};
    run->folder = xstrdup(rows[i == 2 ? 4 : i].folder);
    run->problem = xstrdup(i == 1 ? "metrics.csv: line 9: quote inside an unquoted field" : "");
    for (int k = 0; k < 8; k++)
        add_setting(run, names[k], values[i][k]);
    run->n_epochs = 4 + 3 * i;
    run->epochs = xcalloc(run->n_epochs, sizeof *run->epochs);
    for (size_t e = 0; e < run->n_epochs; e++)
        run->epochs[e] = (struct compare_epoch){(int)e + 1, 1.4 / (double)(e + 1 + i) + 0.2, 0.9 - 0.5 / (double)(e + 1 + 2 * i)};
}

static void compare_three(struct str *bytes)
{
    struct comparison c = {.n_runs = 3};
    for (size_t i = 0; i < 3; i++)
        make_compared(&c.runs[i], i);
    comparison_differ(&c);
    block_compare(bytes, &c);
    comparison_done(&c);
}

static void runs_compared(void **state)
{
    (void)state;
    struct stage s;
    struct str bytes = STR_INIT;
    open_list(&s);
    assert_string_equal(why(&s, ACTION_COMPARE), "mark two runs or more first");
    act(&s, ACTION_MARK);
    act(&s, ACTION_MARK);
    act(&s, ACTION_END);
    act(&s, ACTION_MARK);
    act(&s, ACTION_COMPARE);
    assert_int_equal(s.world.asked.command, CMD_COMPARE);
    assert_int_equal(s.world.asked.n_list, 3);
    compare_three(&bytes);
    answer(&s, CMD_COMPARE, BLOCK_COMPARE, &bytes, "");
    golden_sizes(&s, "runs-compare");
    act(&s, ACTION_DOWN);
    golden_at(&s, "runs-compare-ascii", 80, 24, true);
    assert_string_equal(why(&s, ACTION_RUN_TRASH), "go back to the list first");
    act(&s, ACTION_BACK);
    golden_at(&s, "runs-marked", 80, 24, false);
    stage_close(&s);
}

/* --- Results ------------------------------------------------------------------------------------------------- */

static void results_none(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s, &screen_results);
    golden_sizes(&s, "results-none");
    assert_string_equal(why(&s, ACTION_RESULT_VIEW), "there is no result yet");
    assert_string_equal(why(&s, ACTION_CLASSIFY), "there is no run yet");
    snprintf(s.world.model.run, sizeof s.world.model.run, "/data/runs/a");
    s.ops->enter(s.self, &s.world.model);
    assert_int_equal(s.world.asked.command, CMD_STORED);
    assert_string_equal(s.world.asked.path, "/data/runs/a");
    golden_at(&s, "results-reading", 80, 24, false);
    refuse(&s, CMD_STORED, "/data/runs/a: neither predictions.csv nor confusion.csv",
           "evaluate the run: its best weights are scored again");
    golden_sizes(&s, "results-missing");
    act(&s, ACTION_EVALUATE);
    assert_int_equal(s.world.asked.command, CMD_EVAL);
    assert_string_equal(s.world.asked.path, "/data/runs/a");
    stage_close(&s);
}

/* The run of this session, by its three parts. */
static void results_parts(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s, &screen_results);
    world_done_run(&s.world);
    act(&s, ACTION_DOWN);
    act(&s, ACTION_RIGHT);
    act(&s, ACTION_RIGHT);
    golden_sizes(&s, "results");
    golden_at(&s, "results-40x10", 40, 10, false);
    golden_at(&s, "results-ascii", 80, 24, true);
    assert_non_null(why(&s, ACTION_SORT));
    assert_non_null(why(&s, ACTION_MORE));
    act(&s, ACTION_RATES);
    golden_at(&s, "results-rates", 80, 24, false);
    act(&s, ACTION_RESULT_VIEW);
    act(&s, ACTION_SORT);
    act(&s, ACTION_SORT);
    act(&s, ACTION_DOWN);
    golden_sizes(&s, "results-classes");
    assert_non_null(why(&s, ACTION_RATES));
    act(&s, ACTION_RESULT_VIEW);
    act(&s, ACTION_RIGHT);
    golden_sizes(&s, "results-mistakes");
    act(&s, ACTION_SELECT);
    golden_sizes(&s, "results-mistake");
    stage_close(&s);
}

/* Enter opens the pictures of a cell and of a class, Escape goes back step by step. */
static void results_cells(void **state)
{
    (void)state;
    struct stage s;
    struct canvas c;
    stage_open(&s, &screen_results);
    world_done_run(&s.world);
    draw(&s, &c, 80, 24, false);
    assert_int_equal(c.n_pictures, 0);
    canvas_done(&c);
    act(&s, ACTION_RIGHT);
    act(&s, ACTION_RIGHT);
    act(&s, ACTION_SELECT);
    golden_sizes(&s, "results-cell");
    draw(&s, &c, 80, 24, false);
    assert_true(c.n_pictures > 5);
    for (int i = 0; i < c.n_pictures; i++)
        assert_non_null(strstr(c.pictures[i].want.path, "/data/flowers/daisy/"));
    canvas_done(&c);
    act(&s, ACTION_SELECT);
    draw(&s, &c, 80, 24, false);
    assert_int_equal(c.n_pictures, 1);
    canvas_done(&c);
    assert_string_equal(why(&s, ACTION_RESULT_VIEW), "go back to the matrix first");
    act(&s, ACTION_BACK);
    act(&s, ACTION_BACK);
    draw(&s, &c, 80, 24, false);
    assert_int_equal(c.n_pictures, 0);
    canvas_done(&c);
    stage_close(&s);
}

/* Another run than this session's: its own result, pictures from its own folder. */
static void results_of_a_run(void **state)
{
    (void)state;
    struct stage s;
    struct canvas c;
    stage_open(&s, &screen_results);
    world_done_run(&s.world);
    snprintf(s.world.model.run, sizeof s.world.model.run, "/data/runs/old");
    snprintf(s.world.model.run_data, sizeof s.world.model.run_data, "/old/pictures");
    s.ops->enter(s.self, &s.world.model);
    const char *classes[] = {"a", "b"};
    static const int64_t counts[] = {3, 1, 0, 4};
    struct prediction_row p[] = {{"a/1.jpg", 0, 1, 0.75, ""}, {"b/2.jpg", 1, 1, 0.5, ""}};
    struct result r = {.n_classes = 2, .epoch = 7, .classes = classes, .what = "validation part", .loss = NAN, .acc = 0.875,
                       .balanced = 0.875, .counts = counts, .n = 2, .rows = p};
    struct str bytes = STR_INIT;
    block_result(&bytes, &r);
    answer(&s, CMD_STORED, BLOCK_RESULT, &bytes, "");
    golden_at(&s, "results-other", 80, 24, false);
    act(&s, ACTION_RESULT_VIEW);
    act(&s, ACTION_RESULT_VIEW);
    draw(&s, &c, 80, 24, false);
    assert_int_equal(c.n_pictures, 1);
    assert_string_equal(c.pictures[0].want.path, "/old/pictures/a/1.jpg");
    canvas_done(&c);
    r.n = 0; /* confusion.csv alone */
    block_result(&bytes, &r);
    s.ops->enter(s.self, &s.world.model);
    answer(&s, CMD_STORED, BLOCK_RESULT, &bytes, "");
    golden_at(&s, "results-no-rows", 80, 24, false);
    stage_close(&s);
}

static void answer_files(struct stage *s, size_t n)
{
    const char *classes[] = {"daisy", "dandelion", "roses", "sunflowers", "tulips"};
    struct prediction_row p[] = {{"/home/a/rose.jpg", -1, 2, 0.8125, ""}, {"/home/a/text.jpg", -1, -1, NAN, "no picture"}};
    static const struct top_class tops[] = {{2, 0.8125}, {4, 0.125}, {0, 0.04}, {1, 0.0125}, {3, 0.01},
                                            {-1, NAN},   {-1, NAN},  {-1, NAN}, {-1, NAN},   {-1, NAN}};
    struct result r = {.n_classes = 5, .epoch = 9, .classes = classes, .what = "files", .n = n, .rows = p, .n_top = 5, .tops = tops};
    struct str bytes = STR_INIT;
    block_result(&bytes, &r);
    answer(s, CMD_PREDICT, BLOCK_PREDICTIONS, &bytes, "");
}

static void results_classify(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s, &screen_results);
    world_done_run(&s.world);
    act(&s, ACTION_CLASSIFY);
    assert_string_equal(s.world.asked.text, "File or folder to classify []");
    s.world.asked.typed(s.world.asked.user, "/home/a/rose.jpg");
    assert_int_equal(s.world.asked.command, CMD_PREDICT);
    assert_string_equal(s.world.asked.path, "/data/runs/20261125-143000-staged-resnet18");
    assert_string_equal(s.world.asked.text, "/home/a/rose.jpg");
    answer_files(&s, 1);
    golden_sizes(&s, "results-classified");
    act(&s, ACTION_CLASSIFY); /* the one on the screen is offered */
    assert_string_equal(s.world.asked.text, "File or folder to classify [/home/a/rose.jpg]");
    s.world.asked.typed(s.world.asked.user, "/home/a");
    answer_files(&s, 2);
    golden_at(&s, "results-classified-two", 80, 24, false);
    act(&s, ACTION_BACK);
    act(&s, ACTION_RESULT_VIEW);
    act(&s, ACTION_RESULT_VIEW);
    act(&s, ACTION_CLASSIFY); /* a mistake is picked */
    assert_non_null(strstr(s.world.asked.text, "[/data/flowers/"));
    stage_close(&s);
}

/* 120 classes: names cut at their end, or in the middle where they end in a number; the selected cell is always seen. */
static void many_classes(void **state)
{
    (void)state;
    enum { N = 120 };
    struct stage s;
    char names[N][40];
    const char *classes[N];
    int64_t *counts = xcalloc(N * N, sizeof *counts);
    for (int k = 0; k < N; k++) {
        if (k % 2)
            snprintf(names[k], sizeof names[k], "n%08d-long-name-of-%d", 1440764 + k * 37, k);
        else
            snprintf(names[k], sizeof names[k], "species %c%c of the river", 'a' + k / 26, 'a' + k % 26);
        classes[k] = names[k];
        counts[k * N + k] = 10000 + k;
        counts[k * N + (k + 7) % N] = 12 + k % 5;
    }
    struct result r = {.n_classes = N, .epoch = 7, .classes = classes, .what = "validation part", .loss = 1, .acc = 0.8,
                       .balanced = 0.8, .counts = counts};
    struct str bytes = STR_INIT;
    block_result(&bytes, &r);
    stage_open(&s, &screen_results);
    snprintf(s.world.model.run, sizeof s.world.model.run, "/data/runs/many");
    s.ops->enter(s.self, &s.world.model);
    answer(&s, CMD_STORED, BLOCK_RESULT, &bytes, "");
    golden_at(&s, "results-many", 80, 24, false);
    act(&s, ACTION_END);
    for (int i = 0; i < 3; i++)
        act(&s, ACTION_UP);
    golden_sizes(&s, "results-many-end");
    stage_close(&s);
    free(counts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_listed),     cmocka_unit_test(runs_sorted),       cmocka_unit_test(runs_filtered),
        cmocka_unit_test(runs_ask),        cmocka_unit_test(runs_live),         cmocka_unit_test(runs_carried_over),
        cmocka_unit_test(thousand_runs),   cmocka_unit_test(runs_compared),     cmocka_unit_test(results_none),
        cmocka_unit_test(results_parts),   cmocka_unit_test(results_cells),     cmocka_unit_test(results_of_a_run),
        cmocka_unit_test(results_classify), cmocka_unit_test(many_classes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
