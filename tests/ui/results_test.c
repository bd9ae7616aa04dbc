/* The screen Results by keys, without a terminal. SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "unit/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/block.h"
#include "ui/stage.h"
#include "ui/w_grid.h"

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
    refuse(&s, CMD_STORED, ERR_NOT_FOUND, "/data/runs/a: neither predictions.csv nor confusion.csv",
           "evaluate the run: its best weights are scored again");
    golden_sizes(&s, "results-missing");
    act(&s, ACTION_EVALUATE);
    assert_int_equal(s.world.asked.command, CMD_EVAL);
    assert_string_equal(s.world.asked.path, "/data/runs/a");
    s.world.snap->jobs[0] = (struct job_view){
        .job = 99, .command = CMD_EVAL, .state = JOB_RUNNING, .stage = "validation", .done = 12, .total = 36};
    assert_true(stage_shows(&s, "validation 12 of 36")); /* how far it is */
    act(&s, ACTION_EVALUATE);
    assert_int_equal(s.world.asked.command, CMD_CANCEL);
    assert_int_equal(s.world.asked.job, 99);
    s.world.snap->jobs[0].state = JOB_NONE;
    struct notice stopped = {.kind = NOTICE_CANCELLED, .job = 99, .command = CMD_EVAL};
    s.ops->event(s.self, &stopped, &s.world.model);
    assert_true(stage_shows(&s, "the evaluation was stopped"));
    stage_close(&s);
}

/* Nothing can be evaluated before there are weights, and nothing beside a run that trains. */
static void results_without_weights(void **state)
{
    static const char none[] = "no epoch has ended yet, so no weights are saved",
                      trains[] = "a run is training: pause it first, p on Train";
    (void)state;
    struct stage s;
    stage_open(&s, &screen_results);
    snprintf(s.world.model.run, sizeof s.world.model.run, "/data/runs/a");
    s.ops->enter(s.self, &s.world.model);
    refuse(&s, CMD_STORED, ERR_INVALID, "a: no epoch of the run has ended yet", "resume it");
    golden_at(&s, "results-no-epoch", 80, 24, false);
    assert_string_equal(why(&s, ACTION_EVALUATE), "a: no epoch of the run has ended yet; resume it");
    assert_string_equal(why(&s, ACTION_CLASSIFY), why(&s, ACTION_EVALUATE));
    stage_close(&s);
    stage_open(&s, &screen_results);
    world_running(&s.world); /* this session's own */
    assert_string_equal(why(&s, ACTION_EVALUATE), trains);
    s.world.snap->jobs[0].state = JOB_PAUSED;
    assert_null(why(&s, ACTION_EVALUATE));
    s.world.snap->train.best.epoch = 0;
    assert_string_equal(why(&s, ACTION_EVALUATE), none);
    assert_true(stage_shows(&s, "no epoch has ended yet"));
    s.world.snap->train.live = false;
    assert_true(stage_shows(&s, "the run ended before its first epoch did"));
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
    assert_int_equal(c.n_pictures, 5); /* the first mistakes, below the matrix */
    canvas_done(&c);
    draw(&s, &c, 80, 18, false); /* no room for them */
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
    draw(&s, &c, 80, 18, false);
    assert_int_equal(c.n_pictures, 0);
    canvas_done(&c);
    stage_close(&s);
}

/* A cell's pictures are open while another run begins: there is no result any more, and keys do no harm. */
static void a_run_begins_under_a_cell(void **state)
{
    (void)state;
    static const enum action keys[] = {ACTION_DOWN, ACTION_BACK, ACTION_SELECT, ACTION_RESULT_VIEW, ACTION_END};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        struct stage s;
        struct canvas c;
        stage_open(&s, &screen_results);
        world_done_run(&s.world);
        draw(&s, &c, 80, 24, false);
        canvas_done(&c);
        act(&s, ACTION_SELECT);
        world_loading(&s.world);
        block_release(s.world.model.result);
        s.world.model.result = NULL;
        act(&s, keys[i]);
        draw(&s, &c, 80, 24, false);
        canvas_done(&c);
        stage_close(&s);
    }
}

static void answer_result(struct stage *s)
{
    const char *classes[] = {"a", "b"};
    static const int64_t counts[] = {3, 1, 0, 4};
    struct result r = {.n_classes = 2, .epoch = 7, .classes = classes, .what = "validation part", .loss = 0.5, .acc = 0.875,
                       .balanced = 0.875, .counts = counts};
    struct str bytes = STR_INIT;
    block_result(&bytes, &r);
    answer(s, CMD_STORED, BLOCK_RESULT, &bytes, "");
}

static void answer_runs(struct stage *s, size_t n)
{
    static const struct run_row rows[] = {
        {.folder = "/r/begun", .best_epoch = 0}, {.folder = "/r/bare", .best_epoch = 2}, {.folder = "/r/good", .best_epoch = 7, .data = "/d"}};
    struct run_row full[3];
    struct str bytes = STR_INIT;
    for (size_t i = 0; i < n; i++) {
        full[i] = rows[i];
        full[i].name = full[i].state = full[i].mode = full[i].preset = full[i].model = full[i].started = full[i].note = full[i].remark = "";
        full[i].data = "/d";
    }
    block_runs(&bytes, full, n);
    answer(s, CMD_RUNS, BLOCK_RUNS, &bytes, "");
}

/* A session without a run of its own opens on the newest run that has a result. */
static void results_of_the_newest_run(void **state)
{
    (void)state;
    struct stage s;
    struct notice begun = {.kind = NOTICE_STARTED, .job = 100, .command = CMD_TRAIN};
    stage_open(&s, &screen_results);
    s.ops->enter(s.self, &s.world.model);
    assert_int_equal(s.world.asked.command, CMD_RUNS);
    assert_true(stage_shows(&s, "looking for the newest result in runs"));
    s.world.asked = (struct asked){0};
    s.ops->enter(s.self, &s.world.model);
    assert_int_equal(s.world.asked.command, CMD_NONE); /* the list is on its way */
    answer_runs(&s, 3);
    assert_int_equal(s.world.asked.command, CMD_STORED);
    assert_string_equal(s.world.asked.path, "/r/bare");
    refuse(&s, CMD_STORED, ERR_NOT_FOUND, "/r/bare: neither predictions.csv nor confusion.csv", "");
    assert_string_equal(s.world.asked.path, "/r/good");
    answer_result(&s);
    assert_string_equal(s.world.model.run_data, "/d");
    golden_at(&s, "results-newest", 80, 24, false);
    golden_at(&s, "results-newest-160x50", 160, 50, false);
    act(&s, ACTION_BACK);
    assert_string_equal(s.world.asked.what, "go");
    assert_string_equal(s.world.asked.text, "runs");
    s.ops->event(s.self, &begun, &s.world.model); /* one of the session's own */
    assert_string_equal(s.world.model.run, "");
    stage_close(&s);
}

static void results_without_runs(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s, &screen_results);
    s.ops->enter(s.self, &s.world.model);
    answer_runs(&s, 1);
    assert_true(stage_shows(&s, "No run in runs has a result yet"));
    s.ops->enter(s.self, &s.world.model);
    answer_runs(&s, 0);
    assert_true(stage_shows(&s, "No run in runs yet"));
    assert_true(stage_shows(&s, "3 goes to Setup, s starts a run there"));
    s.ops->enter(s.self, &s.world.model);
    refuse(&s, CMD_RUNS, ERR_IO, "runs: Permission denied", "");
    assert_true(stage_shows(&s, "runs: Permission denied"));
    s.ops->enter(s.self, &s.world.model);
    world_running(&s.world); /* before the list has come */
    answer_runs(&s, 3);
    assert_string_equal(s.world.model.run, "");
    stage_close(&s);
}

/* Places have the shape of the page's pictures, which the engine is asked for: the same for all, so that labels are in rows. */
static void pictures_have_their_own_shape(void **state)
{
    (void)state;
    struct stage s;
    struct canvas c;
    struct str bytes = STR_INIT, lines = STR_INIT;
    stage_open(&s, &screen_results);
    world_done_run(&s.world);
    act(&s, ACTION_RESULT_VIEW);
    act(&s, ACTION_RESULT_VIEW);
    draw(&s, &c, 80, 24, false);
    struct area before = c.pictures[0].area;
    assert_true(before.w * 8 > before.h * 16); /* 4 : 3 while nothing is known */
    canvas_done(&c);
    stage_work(&s, NULL);
    assert_int_equal(s.world.asked.command, CMD_SIZES);
    size_t n = s.world.asked.n_list;
    assert_true(n > 5);
    for (size_t i = 0; i < n; i++)
        str_add(&lines, i == 1 ? "300 300\n" : "200 300\n");
    block_text(&bytes, lines.s);
    answer(&s, CMD_SIZES, BLOCK_TEXT, &bytes, "");
    draw(&s, &c, 80, 24, false);
    for (int i = 0; i < c.n_pictures; i++) {
        struct area a = c.pictures[i].area;
        assert_int_equal(a.w * 8, a.h * 16); /* square: the widest of them */
        assert_true(a.w < before.w && a.h >= before.h);
    }
    canvas_done(&c);
    s.world.asked = (struct asked){0};
    stage_work(&s, NULL);
    assert_int_equal(s.world.asked.command, CMD_NONE); /* all are known */
    str_done(&lines);
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

/* Few pictures are large; a key for more or fewer counts from what is seen. */
static void few_pictures_are_large(void **state)
{
    (void)state;
    struct area a = {0, 0, 80, 18};
    for (size_t n = 1; n <= 15; n++) {
        struct grid g = {.level = 3, .fit = true}, level = {.level = 3};
        assert_int_equal(grid_place(&g, a, n), n);
        grid_place(&level, a, n);
        assert_true(g.rows <= level.rows && g.cols <= level.cols && (size_t)(g.rows * g.cols) >= n);
        int rows = g.rows, cols = g.cols;
        assert_true(n > 1 ? grid_action(&g, ACTION_COLS_FEWER, n) == (cols > 1) : true);
        assert_true(n == 1 || cols == 1 || (grid_place(&g, a, n), g.cols == cols - 1));
        g = (struct grid){.level = 3, .fit = true};
        grid_place(&g, a, n);
        assert_null(grid_why_not(&g, ACTION_MORE));
        assert_true(grid_action(&g, ACTION_MORE, n));
        grid_place(&g, a, n);
        assert_true(g.rows * g.cols > rows * cols);
    }
    struct grid g = {.level = 3, .fit = true};
    grid_place(&g, a, 2);
    assert_true(g.rows == 1 && g.cols == 2);
    assert_string_equal(grid_why_not(&g, ACTION_FEWER), "this is the coarsest grid");
    g = (struct grid){.level = 3, .fit = true};
    grid_place(&g, a, 5);
    assert_true(g.rows == 2 && g.cols == 3);
    g.aspect = 2.0 / 3; /* high ones stand beside each other */
    grid_place(&g, a, 5);
    assert_true(g.rows == 1 && g.cols == 5);
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
    act(&s, ACTION_BACK); /* a single one has no grid to go back to */
    assert_null(why(&s, ACTION_RESULT_VIEW));
    act(&s, ACTION_CLASSIFY);
    s.world.asked.typed(s.world.asked.user, "/home/a/rose.jpg");
    answer_files(&s, 1);
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

/* --- every key ------------------------------------------------------------------------------------------------ */

static void open_no_result(struct stage *s)
{
    stage_open(s, &screen_results);
}

static void open_matrix(struct stage *s)
{
    struct canvas c;
    stage_open(s, &screen_results);
    world_done_run(&s->world);
    draw(s, &c, 80, 24, false);
    canvas_done(&c);
}

static void open_classes(struct stage *s)
{
    open_matrix(s);
    act(s, ACTION_RESULT_VIEW);
}

static void open_mistakes(struct stage *s)
{
    open_classes(s);
    act(s, ACTION_RESULT_VIEW);
}

static void open_cell(struct stage *s)
{
    open_matrix(s);
    act(s, ACTION_SELECT);
}

static void every_key_answers(void **state)
{
    (void)state;
    void (*const states[])(struct stage *s) = {open_no_result, open_matrix, open_classes, open_mistakes, open_cell};
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        answers_to_all(states[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_none),     cmocka_unit_test(results_without_weights), cmocka_unit_test(results_parts),    cmocka_unit_test(results_cells),
        cmocka_unit_test(a_run_begins_under_a_cell),
        cmocka_unit_test(results_of_a_run), cmocka_unit_test(results_of_the_newest_run), cmocka_unit_test(results_without_runs),
        cmocka_unit_test(pictures_have_their_own_shape), cmocka_unit_test(few_pictures_are_large),
        cmocka_unit_test(results_classify), cmocka_unit_test(many_classes),
        cmocka_unit_test(every_key_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
