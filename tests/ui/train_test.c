/* Train drawn without a terminal: its charts by keys, odd numbers, steering. FL_GOLDEN_WRITE=1
 * writes the golden texts anew. SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "unit/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/screens.h"
#include "ui/stage.h"

static void train_run(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s, &screen_train);
    golden_at(&s, "train-empty", 80, 24, false);
    golden_at(&s, "train-empty-20x5", 20, 5, false);
    world_loading(&s.world);
    golden_at(&s, "train-loading", 80, 24, false);
    golden_at(&s, "train-loading-20x5", 20, 5, false);
    world_running(&s.world);
    golden_sizes(&s, "train");
    golden_at(&s, "train-40x10", 40, 10, false);
    golden_at(&s, "train-60x24", 60, 24, false);
    golden_at(&s, "train-ascii", 80, 24, true);
    stage_close(&s);
}

/* The charts begin at epoch 1 though the snapshot knows the last steps only. */
static void train_history(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s, &screen_train);
    world_resumed(&s.world);
    golden_at(&s, "train-resumed", 80, 24, false);
    stage_close(&s);
    stage_open(&s, &screen_train);
    world_long(&s.world);
    golden_at(&s, "train-long", 80, 24, false);
    stage_close(&s);
}

static void train_end(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s, &screen_train);
    world_done_run(&s.world);
    golden_sizes(&s, "train-done");
    stage_close(&s);
}

static void train_nan(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s, &screen_train);
    world_running(&s.world);
    struct train_view *t = &s.world.snap->train;
    t->steps[(t->steps_seen - 1) % SNAP_STEPS].loss = NAN;
    t->live = false;
    s.world.snap->jobs[0] = (struct job_view){0};
    snprintf(t->end, sizeof t->end, "stopped: loss is NaN at step 307");
    golden_at(&s, "train-nan", 80, 24, false);
    stage_close(&s);
}

/* A run of n steps of one loss each, nothing else. */
static void only_steps(struct stage *s, int n, double (*loss)(int i))
{
    world_running(&s->world);
    struct train_view *t = &s->world.snap->train;
    t->steps_seen = t->epochs_seen = 0;
    t->best = (struct best){0};
    t->n_events = 0;
    t->epoch = t->phase = 1;
    for (int i = 0; i < n; i++)
        t->steps[t->steps_seen++] = (struct step_point){.step = i + 1,
                                                        .loss = (float)loss(i),
                                                        .acc = (float)loss(i),
                                                        .lr = 0.01f,
                                                        .lr_head = 0.01f,
                                                        .images_per_s = 100,
                                                        .grad_norm = 1,
                                                        .seconds = i + 1};
    t->step = t->step_in_epoch = n;
}

static double nothing(int i)
{
    (void)i;
    return NAN;
}

static double huge(int i)
{
    return i % 2 ? 3e38 : 1e30;
}

static double constant(int i)
{
    (void)i;
    return 0.25;
}

static void train_odd_numbers(void **state)
{
    static const struct {
        const char *name;
        int n;
        double (*loss)(int i);
    } cases[] = {{"train-no-step", 0, nothing},
                 {"train-one-step", 1, constant},
                 {"train-all-nan", 30, nothing},
                 {"train-huge", 30, huge},
                 {"train-constant", 40, constant}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct stage s;
        stage_open(&s, &screen_train);
        only_steps(&s, cases[i].n, cases[i].loss);
        golden_at(&s, cases[i].name, 80, 24, false);
        act(&s, ACTION_CHART_LOG); /* must hold too */
        act(&s, ACTION_ZOOM_IN);
        act(&s, ACTION_ZOOM_Y_IN);
        struct canvas c;
        draw(&s, &c, 80, 24, false);
        canvas_done(&c);
        stage_close(&s);
    }
}

static void watch_keys(struct stage *s, const enum action *actions)
{
    struct canvas c;
    draw(s, &c, 80, 24, false); /* keys act on what is drawn */
    canvas_done(&c);
    for (; *actions; actions++) {
        act(s, *actions);
        draw(s, &c, 80, 24, false);
        canvas_done(&c);
    }
}

#define PRESS(s, ...) watch_keys(s, (const enum action[]){__VA_ARGS__, ACTION_NONE})

static void watched(struct stage *s)
{
    stage_open(s, &screen_train);
    world_running(&s->world);
    world_gauges(&s->world);
}

static void train_charts(void **state)
{
    (void)state;
    struct stage s;
    watched(&s);
    golden(&s, "train-gauges");
    PRESS(&s, ACTION_CHART_MORE, ACTION_CHART_MORE);
    golden_at(&s, "train-four-80x24", 80, 24, false);
    for (int i = 0; i < 5; i++)
        act(&s, ACTION_CHART_MORE);
    golden_at(&s, "train-nine-160x50", 160, 50, false);
    golden_at(&s, "train-nine-ascii", 160, 50, true);
    golden_at(&s, "train-nine-20x5", 20, 5, false);
    PRESS(&s, ACTION_UP); /* around to the last one */
    golden_at(&s, "train-last-page-80x24", 80, 24, false);
    stage_close(&s);
}

static void train_zoom_and_cursor(void **state)
{
    (void)state;
    struct stage s;
    watched(&s);
    PRESS(&s, ACTION_ZOOM_IN, ACTION_ZOOM_IN, ACTION_LEFT, ACTION_LEFT, ACTION_LEFT);
    golden(&s, "train-cursor");
    PRESS(&s, ACTION_CHART_LARGE, ACTION_CHART_AXIS, ACTION_CHART_AXIS, ACTION_CHART_LOG);
    golden(&s, "train-large");
    golden_at(&s, "train-large-20x5", 20, 5, false);
    golden_at(&s, "train-large-ascii", 80, 24, true);
    PRESS(&s, ACTION_ZOOM_Y_IN, ACTION_PAN_UP, ACTION_PAN_LEFT, ACTION_CHART_SMOOTH,
          ACTION_CHART_DOTS);
    golden_at(&s, "train-panned-80x24", 80, 24, false);
    PRESS(&s, ACTION_BACK, ACTION_BACK, ACTION_CHART_WHOLE);
    assert_non_null(s.ops->why_not(s.self, ACTION_CHART_WHOLE, &s.world.model));
    assert_non_null(s.ops->why_not(s.self, ACTION_ZOOM_OUT, &s.world.model));
    stage_close(&s);
}

/* The chosen charts, and what is said of a pattern that is none. */
static void train_choose(void **state)
{
    (void)state;
    struct stage s;
    watched(&s);
    act(&s, ACTION_CHART_CHOOSE);
    assert_string_equal(s.world.asked.text, "Charts whose name matches []");
    s.world.asked.typed(s.world.asked.user, "^(rate|gradient)");
    golden_at(&s, "train-chosen-80x24", 80, 24, false);
    act(&s, ACTION_CHART_CHOOSE);
    s.world.asked.typed(s.world.asked.user, "*(");
    assert_string_equal(s.world.asked.what, "status");
    stage_close(&s);
}

/* Each change of the view is given to the engine for the run's folder, one at a time; a view that
 * comes back counts. */
static void train_keeps_its_view(void **state)
{
    (void)state;
    struct stage s;
    watched(&s);
    PRESS(&s, ACTION_CHART_AXIS);
    assert_int_equal(s.world.asked.command, CMD_VIEW);
    assert_string_equal(s.world.asked.path, "/data/runs/20261125-143000-staged-resnet18");
    assert_non_null(strstr(s.world.view, "axis = step\n"));
    s.world.asked = (struct asked){0};
    PRESS(&s, ACTION_CHART_AXIS); /* the first one is still on its way */
    assert_int_equal(s.world.asked.command, CMD_NONE);
    struct notice done = {.kind = NOTICE_FINISHED, .command = CMD_VIEW, .job = 99};
    s.ops->event(s.self, &done, &s.world.model);
    assert_int_equal(s.world.asked.command, CMD_VIEW);
    assert_non_null(strstr(s.world.view, "axis = time\n"));
    stage_close(&s);
    watched(&s); /* a run with a past: its view is asked for */
    s.ops->event(s.self, &(struct notice){.kind = NOTICE_PROGRESS}, &s.world.model);
    assert_int_equal(s.world.asked.command, CMD_VIEW);
    static const char kept[] = "axis = images\ncharts = 1\n";
    s.world.block = block_from_bytes(BLOCK_TEXT, kept, sizeof kept);
    s.ops->event(s.self, &done, &s.world.model);
    golden_at(&s, "train-view-80x24", 80, 24, false);
    stage_close(&s);
}

/* In the words that Runs has. */
static void ends_have_their_words(void **state)
{
    (void)state;
    static const struct {
        const char *end, *word;
        enum role role;
    } ends[] = {{"done", "done\n", ROLE_STATE_DONE},
                {"stopped by user after epoch 3", "stopped\n", ROLE_STATE_WARN},
                {"stopped: no better epoch in 5", "done\n", ROLE_STATE_DONE},
                {"stopped by user in epoch 3", "stopped\n", ROLE_STATE_WARN},
                {"its process ended without a word", "stopped\n", ROLE_STATE_WARN},
                {"loss is NaN at step 8 (epoch 1, rate 100)", "failed\n", ROLE_STATE_FAIL}};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        struct stage s;
        struct canvas c;
        struct str text = STR_INIT;
        struct notice failed = {.kind = NOTICE_FAILED, .command = CMD_TRAIN, .job = 7};
        stage_open(&s, &screen_train);
        world_done_run(&s.world);
        struct train_view *t = &s.world.snap->train;
        snprintf(t->end, sizeof t->end, "%s", ends[i].end);
        snprintf(failed.err.hint, sizeof failed.err.hint, "lower the rate");
        s.ops->event(s.self, &failed, &s.world.model);
        draw(&s, &c, 80, 24, false);
        canvas_text(&text, &c);
        assert_non_null(strstr(text.s, ends[i].word));
        assert_int_equal(c.cells[80 + 79].role, ends[i].role);
        assert_true((strstr(text.s, "lower the rate") != NULL) ==
                    (ends[i].role == ROLE_STATE_FAIL));
        str_done(&text);
        canvas_done(&c);
        stage_close(&s);
    }
}

/* What is done once before the first step says how long that takes. */
static void a_stage_has_an_end(void **state)
{
    (void)state;
    struct stage s;
    struct notice progress = {.kind = NOTICE_PROGRESS};
    stage_open(&s, &screen_train);
    world_loading(&s.world);
    s.ops->event(s.self, &progress, &s.world.model);
    struct job_view *job = &s.world.snap->jobs[0];
    snprintf(job->stage, sizeof job->stage, "features");
    job->total = 900;
    s.ops->event(s.self, &progress, &s.world.model);
    job->done = 300;
    job->seconds += 10;
    s.ops->event(s.self, &progress, &s.world.model);
    golden_at(&s, "train-features", 80, 24, false);
    stage_close(&s);
}

/* A start that came to nothing says why until the next one. */
static void a_failed_start(void **state)
{
    (void)state;
    struct stage s;
    struct notice failed = {.kind = NOTICE_FAILED, .command = CMD_TRAIN, .job = 7};
    struct notice started = {.kind = NOTICE_STARTED, .command = CMD_TRAIN, .job = 8};
    err_set(&failed.err, ERR_NOT_FOUND, "weights /tmp/nothing.pth: No such file or directory");
    snprintf(failed.err.hint, sizeof failed.err.hint,
             "give the path of a .pth or .safetensors file, or none to train from scratch");
    stage_open(&s, &screen_train);
    s.ops->event(s.self, &failed, &s.world.model);
    golden_at(&s, "train-no-start", 80, 24, false);
    s.ops->event(s.self, &started, &s.world.model);
    golden_at(&s, "train-empty", 80, 24, false);
    stage_close(&s);
}

static void train_steers(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s, &screen_train);
    assert_non_null(s.ops->why_not(s.self, ACTION_RATE, &s.world.model));
    assert_non_null(s.ops->why_not(s.self, ACTION_CLASSIFY, &s.world.model));
    world_running(&s.world);
    act(&s, ACTION_RATE);
    assert_string_equal(s.world.asked.text,
                        "Rate, now 0.01: a factor on all, or =RATE of the head [0.5]");
    s.world.asked.typed(s.world.asked.user, "0,1");
    assert_int_equal(s.world.asked.command, CMD_RATE);
    assert_float_equal(s.world.asked.real, 0.1, 1e-12);
    act(&s, ACTION_RATE);
    s.world.asked.typed(s.world.asked.user, "=0.002");
    assert_float_equal(s.world.asked.real, 0.2, 1e-6);
    act(&s, ACTION_RATE);
    s.world.asked.typed(s.world.asked.user, "-1");
    assert_string_equal(s.world.asked.what, "status");
    act(&s, ACTION_EXTEND);
    s.world.asked.typed(s.world.asked.user, "12");
    assert_int_equal(s.world.asked.command, CMD_EXTEND);
    assert_int_equal(s.world.asked.number, 12);
    act(&s, ACTION_EXTEND);
    s.world.asked.typed(s.world.asked.user, "soon");
    assert_string_equal(s.world.asked.what, "status");
    assert_non_null(s.ops->why_not(s.self, ACTION_CLASSIFY, &s.world.model)); /* not paused */
    s.world.snap->jobs[0].state = JOB_PAUSED;
    assert_null(s.ops->why_not(s.self, ACTION_CLASSIFY, &s.world.model));
    assert_int_equal(option_set(&s.world.options, OPTION_ID_views, "3", SOURCE_COMMAND_LINE, NULL), ERR_OK);
    act(&s, ACTION_CLASSIFY);
    s.world.asked.typed(s.world.asked.user, "/data/rose.jpg");
    assert_int_equal(s.world.asked.command, CMD_PREDICT);
    assert_false(s.world.asked.views); /* those that this run has, not the session's */
    assert_string_equal(s.world.asked.path, "/data/runs/20261125-143000-staged-resnet18");
    stage_close(&s);
}

static void train_controls(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s, &screen_train);
    assert_non_null(s.ops->why_not(s.self, ACTION_STOP, &s.world.model));
    act(&s, ACTION_STOP);
    assert_string_equal(s.world.asked.what, "");
    act(&s, ACTION_START);
    assert_string_equal(s.world.asked.what, "start");
    world_running(&s.world);
    act(&s, ACTION_PAUSE);
    assert_int_equal(s.world.asked.command, CMD_PAUSE);
    s.world.snap->jobs[0].state = JOB_PAUSED;
    act(&s, ACTION_PAUSE);
    assert_int_equal(s.world.asked.command, CMD_GO_ON);
    static const enum cmd_kind stops[] = {CMD_STOP_EPOCH, CMD_STOP_NOW, CMD_NONE};
    for (int i = 0; i < 3; i++) {
        act(&s, ACTION_STOP);
        s.world.asked.command = CMD_NONE;
        s.world.asked.chosen(s.world.asked.user, i);
        assert_int_equal(s.world.asked.command, stops[i]);
    }
    s.world.snap->jobs[0].state = JOB_RUNNING;
    assert_true(stage_shows(&s, " running"));
    s.world.snap->train.last_epoch = true; /* as the engine says it once it has taken the stop */
    assert_true(stage_shows(&s, "stops after this epoch"));
    act(&s, ACTION_STOP);
    s.world.asked.chosen(s.world.asked.user, 2);
    assert_int_equal(s.world.asked.command, CMD_GO_ON); /* takes it back */
    act(&s, ACTION_STOP);
    s.world.asked.command = CMD_NONE;
    s.world.snap->jobs[0].job++; /* that run has ended, the next one of the queue has begun */
    s.world.asked.chosen(s.world.asked.user, 0);
    assert_int_equal(s.world.asked.command, CMD_NONE);
    s.world.snap->jobs[0].job--;
    assert_non_null(strstr(s.ops->why_not(s.self, ACTION_START, &s.world.model), "a on Setup"));
    stage_close(&s);
}

/* --- every key ----------------------------------------------------------------------------- */

static void open_none(struct stage *s)
{
    stage_open(s, &screen_train);
}

static void open_loading(struct stage *s)
{
    stage_open(s, &screen_train);
    world_loading(&s->world);
}

static void open_zoomed(struct stage *s)
{
    watched(s);
    PRESS(s, ACTION_ZOOM_IN, ACTION_ZOOM_IN, ACTION_LEFT, ACTION_ZOOM_Y_IN, ACTION_CHART_LARGE);
}

/* At the edges: the first step, the shortest stretch. */
static void open_at_the_begin(struct stage *s)
{
    watched(s);
    PRESS(s, ACTION_HOME, ACTION_CHART_FEWER);
    for (int i = 0; i < 12; i++)
        PRESS(s, ACTION_ZOOM_IN);
}

static void open_done(struct stage *s)
{
    stage_open(s, &screen_train);
    world_done_run(&s->world);
}

static void every_key_answers(void **state)
{
    (void)state;
    void (*const states[])(struct stage *s) = {open_none,   open_loading,      watched,
                                               open_zoomed, open_at_the_begin, open_done};
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        answers_to_all(states[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(train_run),
        cmocka_unit_test(train_history),
        cmocka_unit_test(train_end),
        cmocka_unit_test(train_nan),
        cmocka_unit_test(train_odd_numbers),
        cmocka_unit_test(train_charts),
        cmocka_unit_test(train_zoom_and_cursor),
        cmocka_unit_test(train_choose),
        cmocka_unit_test(train_keeps_its_view),
        cmocka_unit_test(train_steers),
        cmocka_unit_test(a_failed_start),
        cmocka_unit_test(a_stage_has_an_end),
        cmocka_unit_test(ends_have_their_words),
        cmocka_unit_test(train_controls),
        cmocka_unit_test(every_key_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
