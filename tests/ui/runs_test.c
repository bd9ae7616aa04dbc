/* The screen Runs by keys, without a terminal. SPDX-License-Identifier: GPL-3.0-or-later */
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
#include "ui/runs_table.h"
#include "ui/stage.h"

static bool text_key(struct stage *s, uint32_t ch, int key)
{
    return s->ops->text_key(s->self, &(struct key_event){.key = {key, ch}}, &s->world.model);
}

static void type(struct stage *s, const char *keys)
{
    for (; *keys; keys++)
        assert_true(text_key(s, (uint32_t)*keys, K_CHAR));
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
     "resnet50", "/data/cats and dogs", "2026-11-23 08:00:00", "stopped by user", "", 3, 3, 0.9312, 0.2101, 5400, 8},
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
    struct canvas c;
    stage_open(s, &screen_runs);
    draw(s, &c, 80, 24, false);
    canvas_done(&c);
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
    struct canvas c;
    for (int i = 0; i < RUN_COLUMNS; i++) { /* always by a column that is seen */
        struct str text = STR_INIT;
        act(&s, ACTION_SORT);
        draw(&s, &c, 80, 24, false);
        canvas_text(&text, &c);
        assert_non_null(strstr(text.s, "\xe2\x96\xbc"));
        str_done(&text);
        canvas_done(&c);
    }
    stage_close(&s);
}

/* "/" narrows with every letter, Enter keeps it, Escape leaves; other keys than letters still work. */
static void runs_filtered(void **state)
{
    (void)state;
    struct stage s;
    open_list(&s);
    assert_false(text_key(&s, 'r', K_CHAR));
    act(&s, ACTION_NARROW);
    type(&s, "res best");
    golden_sizes(&s, "runs-filter");
    assert_false(text_key(&s, 0, K_DOWN));
    act(&s, ACTION_DOWN);
    act(&s, ACTION_SELECT);
    assert_string_equal(s.world.asked.what, "run");
    assert_string_equal(s.world.asked.text, rows[4].folder);
    type(&s, "zzz");
    golden_at(&s, "runs-filter-none", 80, 24, false);
    assert_true(text_key(&s, 0, K_ESC));
    assert_false(text_key(&s, 'r', K_CHAR));
    act(&s, ACTION_HOME);
    act(&s, ACTION_SELECT);
    assert_string_equal(s.world.asked.text, rows[0].folder);
    act(&s, ACTION_NARROW);
    type(&s, "frozen");
    assert_true(text_key(&s, 0, K_ENTER));
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

/* --- runs that wait -------------------------------------------------------------------------------------------- */

static void open_queue(struct stage *s)
{
    open_list(s);
    world_queue(&s->world);
    assert_true(stage_shows(s, "1 of 3"));
}

static void expect_change(struct stage *s, const char *key, enum cmd_kind kind, uint64_t job, int64_t number)
{
    s->world.asked = (struct asked){0};
    assert_null(stage_key(s, key));
    assert_int_equal(s->world.asked.command, kind);
    assert_true(s->world.asked.job == job && s->world.asked.number == number);
}

/* They stand above the others, and the keys of Setup change them. */
static void runs_that_wait(void **state)
{
    (void)state;
    struct stage s;
    open_queue(&s);
    assert_string_equal(stage_key(&s, "x"), "go to a run that waits first (Q)");
    assert_null(stage_key(&s, "Enter")); /* the selection has stayed on its run */
    assert_string_equal(s.world.asked.text, rows[0].folder);
    assert_null(stage_key(&s, "Q"));
    stage_key(&s, "Down");
    golden_sizes(&s, "runs-queue");
    expect_change(&s, "K", CMD_QUEUE_MOVE, 12, -1);
    expect_change(&s, "J", CMD_QUEUE_MOVE, 12, 1);
    expect_change(&s, "x", CMD_QUEUE_REMOVE, 12, 0);
    expect_change(&s, "Del", CMD_QUEUE_REMOVE, 12, 0);
    static const char *const others[] = {"Enter", "Space", "r", "e", "n", "d", "c"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_string_equal(stage_key(&s, others[i]), "this run waits; it can be moved and taken out");
    stage_key(&s, "Q");
    assert_null(stage_key(&s, "Enter"));
    assert_string_equal(s.world.asked.text, rows[0].folder);
    stage_close(&s);
}

/* The selection goes with its run when that is moved, and when others begin or go. */
static void the_selection_stays_on_a_waiting_run(void **state)
{
    (void)state;
    struct stage s;
    open_queue(&s);
    struct snapshot *snap = s.world.snap;
    stage_key(&s, "Q");
    stage_key(&s, "Down");
    struct queue_entry held = snap->queue[0];
    snap->queue[0] = snap->queue[1], snap->queue[1] = held; /* 12 11 15 */
    expect_change(&s, "K", CMD_QUEUE_MOVE, 12, -1);
    memmove(snap->queue, snap->queue + 1, 2 * sizeof *snap->queue); /* 11 15 */
    snap->n_queue = 2;
    expect_change(&s, "x", CMD_QUEUE_REMOVE, 11, 0); /* the one on its place */
    stage_key(&s, "Down");
    snap->queue[0] = snap->queue[1], snap->n_queue = 1; /* 15 */
    expect_change(&s, "x", CMD_QUEUE_REMOVE, 15, 0);
    snap->train.live = true, snap->train.job = 15; /* it begins */
    snprintf(snap->train.mode, sizeof snap->train.mode, "scratch");
    snprintf(snap->jobs[0].stage, sizeof snap->jobs[0].stage, "decoding");
    snap->jobs[0].job = 15, snap->jobs[0].command = CMD_TRAIN;
    snap->n_queue = 0;
    assert_true(stage_shows(&s, "no folder yet"));
    golden_at(&s, "runs-starting", 80, 24, false);
    assert_string_equal(stage_key(&s, "r"), "this run has no folder here yet");
    assert_null(stage_key(&s, "Enter"));
    assert_string_equal(s.world.asked.text, "train");
    snprintf(snap->train.run, sizeof snap->train.run, "%s", rows[3].folder); /* and has a folder that is listed */
    snap->train.epoch = snap->train.n_epochs = 5;
    assert_null(stage_key(&s, "Enter"));
    assert_string_equal(s.world.asked.text, rows[3].folder);
    assert_true(stage_shows(&s, "0/5"));
    assert_null(stage_key(&s, "Home"));
    snap->n_queue = 2; /* some are added: it stays on the first run */
    assert_null(stage_key(&s, "Enter"));
    assert_string_equal(s.world.asked.text, rows[0].folder);
    stage_close(&s);
}

/* Where there is no other run the first that waits is selected, and stays so when the list comes. */
static void runs_that_wait_alone(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s, &screen_runs);
    world_queue(&s.world);
    assert_true(stage_shows(&s, "waits, 1 of 3"));
    list(&s, rows, 2);
    assert_true(stage_shows(&s, "waits, 1 of 3"));
    stage_close(&s);
}

static void waiting_runs_are_filtered_and_not_in_the_trash(void **state)
{
    (void)state;
    struct stage s;
    open_queue(&s);
    stage_type(&s, "/mobile");
    golden_at(&s, "runs-queue-filter", 80, 24, false);
    stage_key(&s, "Enter");
    stage_key(&s, "Up");
    expect_change(&s, "x", CMD_QUEUE_REMOVE, 12, 0);
    stage_type(&s, "/zzz");
    assert_true(stage_shows(&s, "No run has these words"));
    stage_key(&s, "Esc");
    act(&s, ACTION_SHOW_TRASH);
    list(&s, rows, 1);
    struct canvas c;
    draw(&s, &c, 80, 24, false);
    canvas_done(&c);
    assert_string_equal(stage_key(&s, "x"), "go to a run that waits first (Q)");
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

/* What the recipe repeats of an option is no second difference. */
static void differences_are_told_once(void **state)
{
    (void)state;
    static const char *const names[] = {"image-size", "recipe: image-size", "lr", "recipe: lr"};
    static const char *const values[2][4] = {{"64", "64", "auto", "0.002"},
                                             {"96", "96", "auto", "0.01"}};
    struct comparison c = {.n_runs = 2};
    for (size_t r = 0; r < 2; r++) {
        c.runs[r].folder = xstrdup("a");
        c.runs[r].problem = xstrdup("");
        for (size_t i = 0; i < 4; i++)
            add_setting(&c.runs[r], names[i], values[r][i]);
    }
    comparison_differ(&c);
    assert_int_equal(c.n_settings, 2);
    assert_string_equal(c.settings[0].name, "image-size");
    assert_string_equal(c.settings[1].name, "recipe: lr");
    comparison_done(&c);
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

static void compare_one(struct str *bytes, size_t i)
{
    struct comparison c = {.n_runs = 1};
    make_compared(&c.runs[0], i);
    comparison_differ(&c);
    block_compare(bytes, &c);
    comparison_done(&c);
}

/* Where there is room, the selected run's curves stand below its facts; one is read at a time. */
static void the_curves_of_the_selected_run(void **state)
{
    (void)state;
    struct stage s;
    struct canvas c;
    struct str bytes = STR_INIT;
    stage_open(&s, &screen_runs);
    draw(&s, &c, 160, 50, false);
    canvas_done(&c);
    list(&s, rows, sizeof rows / sizeof *rows);
    assert_int_equal(s.world.asked.command, CMD_COMPARE); /* at once */
    compare_one(&bytes, 1);
    s.world.asked = (struct asked){0};
    answer(&s, CMD_COMPARE, BLOCK_COMPARE, &bytes, "");
    draw(&s, &c, 80, 24, false);
    canvas_done(&c);
    act(&s, ACTION_DOWN);
    act(&s, ACTION_DOWN);
    assert_int_equal(s.world.asked.command, CMD_NONE);
    draw(&s, &c, 160, 50, false);
    canvas_done(&c);
    assert_false(s.ops->work(s.self, &s.world.model));
    assert_int_equal(s.world.asked.command, CMD_COMPARE);
    assert_int_equal(s.world.asked.n_list, 1);
    s.world.asked = (struct asked){0};
    act(&s, ACTION_UP); /* the first one is still read */
    assert_int_equal(s.world.asked.command, CMD_NONE);
    compare_one(&bytes, 1);
    answer(&s, CMD_COMPARE, BLOCK_COMPARE, &bytes, "");
    assert_int_equal(s.world.asked.command, CMD_COMPARE); /* for the one that is selected now */
    compare_one(&bytes, 2);
    s.world.asked = (struct asked){0};
    answer(&s, CMD_COMPARE, BLOCK_COMPARE, &bytes, "");
    assert_int_equal(s.world.asked.command, CMD_NONE);
    golden_at(&s, "runs-curves-160x50", 160, 50, false);
    golden_at(&s, "runs-curves-100x30", 100, 30, false); /* a short list leaves room */
    stage_close(&s);
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
    golden_at(&s, "runs-compare-120x40", 120, 40, false); /* names in full: they differ in their middle */
    act(&s, ACTION_DOWN);
    golden_at(&s, "runs-compare-ascii", 80, 24, true);
    assert_string_equal(why(&s, ACTION_RUN_TRASH), "go back to the list first");
    act(&s, ACTION_BACK);
    golden_at(&s, "runs-marked", 80, 24, false);
    stage_close(&s);
}

/* Of equally accurate epochs the one with the lower loss is the best, as in the run itself. */
static void the_best_is_the_runs_best(void **state)
{
    (void)state;
    struct stage s;
    struct str bytes = STR_INIT;
    static const struct compare_epoch epochs[] = {{1, 0.9, 0.8}, {2, 0.5, 0.7}, {3, 0.4, 0.8}, {4, 0.6, 0.8}};
    struct comparison c = {.n_runs = 2};
    for (size_t i = 0; i < 2; i++) {
        struct compared *run = &c.runs[i];
        *run = (struct compared){.folder = xstrdup(rows[i].folder), .problem = xstrdup(""), .n_epochs = 3 + i};
        run->epochs = xcalloc(4, sizeof *run->epochs);
        memcpy(run->epochs, epochs, sizeof epochs);
        add_setting(run, "seed", i ? "1" : "0");
    }
    comparison_differ(&c);
    block_compare(&bytes, &c);
    comparison_done(&c);
    open_list(&s);
    act(&s, ACTION_MARK);
    act(&s, ACTION_MARK);
    act(&s, ACTION_COMPARE);
    answer(&s, CMD_COMPARE, BLOCK_COMPARE, &bytes, "");
    assert_true(stage_shows(&s, "80.0 % in epoch 3 of 3"));
    assert_true(stage_shows(&s, "80.0 % in epoch 3 of 4"));
    stage_close(&s);
}

/* --- every key ------------------------------------------------------------------------------------------------ */

static void open_none(struct stage *s)
{
    stage_open(s, &screen_runs);
    list(s, NULL, 0);
}

static void open_marked(struct stage *s)
{
    open_list(s);
    act(s, ACTION_MARK);
    act(s, ACTION_MARK);
}

static void open_comparison(struct stage *s)
{
    struct str bytes = STR_INIT;
    open_marked(s);
    act(s, ACTION_COMPARE);
    compare_three(&bytes);
    answer(s, CMD_COMPARE, BLOCK_COMPARE, &bytes, "");
}

static void open_waiting(struct stage *s)
{
    open_queue(s);
    act(s, ACTION_QUEUE);
    act(s, ACTION_DOWN);
}

static void every_key_answers(void **state)
{
    (void)state;
    void (*const states[])(struct stage *s) = {open_none, open_list, open_marked, open_comparison, open_queue, open_waiting};
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        answers_to_all(states[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_listed),   cmocka_unit_test(runs_sorted),   cmocka_unit_test(runs_filtered),
        cmocka_unit_test(runs_ask),      cmocka_unit_test(runs_live),     cmocka_unit_test(runs_carried_over),
        cmocka_unit_test(runs_that_wait), cmocka_unit_test(runs_that_wait_alone), cmocka_unit_test(the_selection_stays_on_a_waiting_run),
        cmocka_unit_test(waiting_runs_are_filtered_and_not_in_the_trash), cmocka_unit_test(thousand_runs), cmocka_unit_test(differences_are_told_once),
        cmocka_unit_test(runs_compared), cmocka_unit_test(the_best_is_the_runs_best),
        cmocka_unit_test(the_curves_of_the_selected_run), cmocka_unit_test(every_key_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
