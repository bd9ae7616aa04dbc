/* The screens drawn without a terminal: golden texts at two sizes, every size without harm, what
 * actions ask for. SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "unit/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "ui/keys.h"
#include "ui/screens.h"
#include "ui/stage.h"

/* --- Data ---------------------------------------------------------------------------------- */

static void data_browse(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s, &screen_data);
    golden_sizes(&s, "data");
    act(&s, ACTION_DOWN);
    act(&s, ACTION_SELECT);
    act(&s, ACTION_PAGE_DOWN);
    golden_sizes(&s, "data-files");
    golden_at(&s, "data-40x10", 40, 10, false);
    golden_at(&s, "data-30x10", 30, 10, false);
    golden_at(&s, "data-ascii", 80, 24, true);
    stage_close(&s);
}

static void data_problems(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s, &screen_data);
    act(&s, ACTION_PROBLEMS);
    golden_sizes(&s, "data-problems");
    stage_close(&s);
}

static void data_scan(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s, &screen_data);
    world_scanning(&s.world);
    golden_sizes(&s, "data-scan");
    s.world.snap->jobs[1] = (struct job_view){0};
    world_no_data(&s.world);
    golden_at(&s, "data-empty", 80, 24, false);
    assert_non_null(s.ops->why_not(s.self, ACTION_PROBLEMS, &s.world.model));
    stage_close(&s);
}

/* A skipped file names its reason beside the preview. */
static void data_skipped(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s, &screen_data);
    act(&s, ACTION_RIGHT);
    for (int i = 0; i < 3; i++)
        act(&s, ACTION_DOWN);
    golden_at(&s, "data-skipped", 80, 24, false);
    stage_close(&s);
}

static void data_asks(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s, &screen_data);
    act(&s, ACTION_OPEN_FOLDER);
    assert_string_equal(s.world.asked.text, "Data folder [/data/flowers]");
    s.world.asked.typed(s.world.asked.user, "/data/cats");
    assert_string_equal(s.world.asked.what, "open");
    assert_string_equal(s.world.asked.text, "/data/cats");
    act(&s, ACTION_RESCAN);
    assert_string_equal(s.world.asked.text, "/data/flowers");
    stage_close(&s);
}

/* --- Samples ------------------------------------------------------------------------------- */

static void samples_grid(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s, &screen_samples);
    golden_sizes(&s, "samples");
    act(&s, ACTION_VIEW);
    golden(&s, "samples-frame");
    act(&s, ACTION_VIEW);
    golden_sizes(&s, "samples-network");
    s.world.model.pictures = false;
    golden_at(&s, "samples-text", 80, 24, true);
    golden_at(&s, "samples-40x10", 40, 10, false);
    stage_close(&s);
}

static void samples_after_a_run(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s, &screen_samples);
    world_done_run(&s.world);
    golden_sizes(&s, "samples-result");
    act(&s, ACTION_RIGHT);
    act(&s, ACTION_SELECT);
    golden_sizes(&s, "samples-large");
    golden_at(&s, "samples-large-40x12", 40, 12, false);
    stage_close(&s);
}

/* The wanted pictures as text, one a line. */
static void wanted(struct stage *s, struct str *out)
{
    struct canvas c;
    draw(s, &c, 80, 24, false);
    for (int i = 0; i < c.n_pictures; i++)
        str_printf(out, "%s %d %d\n", c.pictures[i].want.path, c.pictures[i].want.square,
                   c.pictures[i].want.augment);
    canvas_done(&c);
}

static void samples_draws(void **state)
{
    (void)state;
    struct stage s;
    struct str first = STR_INIT, again = STR_INIT, other = STR_INIT;
    stage_open(&s, &screen_samples);
    wanted(&s, &first);
    wanted(&s, &again);
    assert_string_equal(first.s, again.s);
    act(&s, ACTION_REDRAW);
    wanted(&s, &other);
    assert_string_not_equal(first.s, other.s);
    act(&s, ACTION_FILTER);
    assert_int_equal(s.world.asked.n_items, 6);
    s.world.asked.chosen(s.world.asked.user, 3);
    str_clear(&other);
    wanted(&s, &other);
    size_t lines = 0, roses = 0;
    for (char *line = strtok(other.s, "\n"); line; line = strtok(NULL, "\n"), lines++)
        roses += strstr(line, "/data/flowers/roses/") != NULL;
    assert_int_equal(lines, 15);
    assert_int_equal(roses, 15);
    str_done(&first);
    str_done(&again);
    str_done(&other);
    stage_close(&s);
}

/* All tiles differ, none is of a skipped file, and every grid fills. */
static void samples_are_usable(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s, &screen_samples);
    for (int grid = 0; grid < 8; grid++) {
        struct canvas c;
        draw(&s, &c, 200, 60, false);
        for (int i = 0; i < c.n_pictures; i++) {
            const char *name = c.pictures[i].want.path + strlen("/data/flowers/");
            bool used = false;
            for (size_t f = 0; f < s.world.model.ds.n_files; f++) {
                struct ds_file_row row = ds_view_file(&s.world.model.ds, f);
                used |= row.status == 0 && strcmp(row.name, name) == 0;
            }
            assert_true(used);
            for (int j = 0; j < i; j++)
                assert_string_not_equal(c.pictures[j].want.path, c.pictures[i].want.path);
        }
        print_message("# grid %d: %d pictures\n", grid, c.n_pictures);
        assert_true(c.n_pictures >= 15);
        canvas_done(&c);
        act(&s, ACTION_MORE);
    }
    assert_non_null(s.ops->why_not(s.self, ACTION_MORE, &s.world.model));
    stage_close(&s);
}

/* --- Setup --------------------------------------------------------------------------------- */

static void set(struct world *w, enum option_id id, const char *text)
{
    assert_int_equal(option_set(&w->options, id, text, SOURCE_COMMAND_LINE, NULL), ERR_OK);
}

static void setup_modes(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s, &screen_setup);
    golden(&s, "setup");
    golden_at(&s, "setup-modes-20x5", 20, 5, false);
    set(&s.world, OPTION_ID_mode, "staged");
    set(&s.world, OPTION_ID_preset, "classic");
    set(&s.world, OPTION_ID_batch_size, "32");
    set(&s.world, OPTION_ID_lr, "0.02");
    for (int i = 0; i < 20; i++)
        act(&s, ACTION_DOWN);
    golden(&s, "setup-staged");
    golden_at(&s, "setup-40x10", 40, 10, false);
    golden_at(&s, "setup-20x5", 20, 5, false);
    golden_at(&s, "setup-ascii", 80, 24, true);
    stage_close(&s);
}

static void setup_wrong(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s, &screen_setup);
    set(&s.world, OPTION_ID_mode, "frozen");
    set(&s.world, OPTION_ID_epochs, "3,4,5");
    golden_at(&s, "setup-wrong", 80, 24, false);
    stage_close(&s);
}

/* Moves to the option as a user does. */
static void select_option(struct stage *s, const char *title)
{
    act(s, ACTION_HOME);
    for (int i = 0; i < 80; i++) {
        act(s, ACTION_DOWN);
        act(s, ACTION_SELECT);
        if (strncmp(s->world.asked.text, title, strlen(title)) == 0)
            return;
    }
    fail_msg("no option %s", title);
}

static void setup_edits(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s, &screen_setup);
    struct options *o = &s.world.options;
    act(&s, ACTION_SELECT); /* the first row: mode scratch */
    assert_int_equal(o->mode, MODE_SCRATCH);
    select_option(&s, "lr:");
    assert_string_equal(s.world.asked.text, "lr: learning rate, 0 to 100 [auto]");
    s.world.asked.typed(s.world.asked.user,
                        "0,005"); /* a decimal comma, as typed on many keyboards */
    assert_float_equal(o->lr, 0.005, 1e-12);
    act(&s, ACTION_SELECT);
    s.world.asked.typed(s.world.asked.user, "fast");
    assert_string_equal(s.world.asked.what, "status");
    assert_string_equal(s.world.asked.text, "lr: \"fast\" is not a number; possible: 0 to 100");
    assert_string_equal(s.world.asked_before.text,
                        "lr: learning rate, 0 to 100 [fast]"); /* the field is open again */
    assert_float_equal(o->lr, 0.005, 1e-12);
    act(&s, ACTION_DEFAULT);
    assert_false(option_is_set(o, OPTION_ID_lr));
    assert_non_null(s.ops->why_not(s.self, ACTION_DEFAULT, &s.world.model));
    select_option(&s, "split:");
    s.world.asked.typed(s.world.asked.user, "no/such.csv");
    assert_string_equal(s.world.asked.text,
                        "split: there is no file no/such.csv; choices: auto, random, folders, or a file such as the split.csv of another run");
    assert_string_equal(o->split, "auto");
    select_option(&s, "optimizer:");
    assert_int_equal(s.world.asked.n_items, 4);
    s.world.asked.chosen(s.world.asked.user, 2);
    assert_int_equal(o->optimizer, OPT_ADAM);
    act(&s, ACTION_RIGHT);
    assert_int_equal(o->optimizer, OPT_ADAMW);
    act(&s, ACTION_RIGHT); /* around to auto */
    struct str value = STR_INIT;
    option_get(&value, o, OPTION_ID_optimizer);
    assert_string_equal(value.s, "auto");
    str_done(&value);
    select_option(&s, "model:");
    s.world.asked.chosen(s.world.asked.user, 0);
    assert_true(o->model[0] != '\0');
    act(&s, ACTION_START);
    assert_string_equal(s.world.asked.what, "start");
    stage_close(&s);
}

static bool press(struct stage *s, const char *name)
{
    struct key_event event = {0};
    assert_true(key_parse(name, &event.key));
    return s->ops->text_key(s->self, &event, &s->world.model);
}

/* The first option of a group has its heading above it, also where the list was scrolled before. */
static void setup_shows_headings(void **state)
{
    (void)state;
    struct stage s;
    struct canvas c;
    struct str text = STR_INIT;
    stage_open(&s, &screen_setup);
    for (int i = 0; i < 30; i++) {
        act(&s, ACTION_DOWN);
        draw(&s, &c, 80, 24, false);
        canvas_done(&c);
    }
    act(&s, ACTION_FIND);
    for (const char *letter = "auto"; *letter; letter++) {
        stage_type(&s, (const char[]){*letter, '\0'});
        draw(&s, &c, 80, 24, false);
        canvas_done(&c);
    }
    golden_at(&s, "setup-find-scrolled", 80, 24, false);
    stage_key(&s, "Esc");
    for (int i = 0; i < 60; i++) { /* up to the first: the heading of the list, too */
        act(&s, ACTION_UP);
        draw(&s, &c, 80, 20, false);
        str_clear(&text);
        canvas_text(&text, &c);
        canvas_done(&c);
        const struct ui_rows rows = s.ops->rows(s.self, &s.world.model, NULL);
        if (rows.at == MODE_COUNT + PRESET_COUNT)
            assert_non_null(strstr(text.s, "\nRun"));
    }
    str_done(&text);
    stage_close(&s);
}

static void setup_finds(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s, &screen_setup);
    assert_false(press(&s, "r")); /* no field is open */
    act(&s, ACTION_FIND);
    for (const char *p = "rate"; *p; p++)
        assert_true(press(&s, (const char[]){*p, 0}));
    golden(&s, "setup-find");
    golden_at(&s, "setup-find-20x5", 20, 5, false);
    assert_false(press(&s, "Down")); /* not of the line: it moves in the list */
    act(&s, ACTION_DOWN);
    assert_true(press(&s, "Enter")); /* closes the line, keeps what fits */
    assert_false(press(&s, "r"));
    act(&s, ACTION_HOME); /* below the heading */
    act(&s, ACTION_SELECT);
    assert_int_equal(strncmp(s.world.asked.text, "lr: ", 4), 0);
    act(&s, ACTION_FIND);
    assert_true(press(&s, "x") && press(&s, "x"));
    golden_at(&s, "setup-find-none", 80, 24, false);
    assert_non_null(s.ops->why_not(s.self, ACTION_SELECT, &s.world.model));
    assert_true(press(&s, "Esc")); /* all again */
    assert_null(s.ops->why_not(s.self, ACTION_SELECT, &s.world.model));
    select_option(&s, "seed:");
    stage_close(&s);
}

static void setup_command_line(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s, &screen_setup);
    set(&s.world, OPTION_ID_mode, "frozen");
    act(&s, ACTION_COPY_COMMAND);
    assert_string_equal(s.world.asked.what, "copy");
    assert_string_equal(s.world.asked.text, "flowerlab train /data/flowers --mode frozen");
    act(&s, ACTION_WRITE_SCRIPT);
    assert_string_equal(s.world.asked.text, "Script to write [train-frozen.sh]");
    s.world.asked.typed(s.world.asked.user, "~/a.sh");
    assert_int_equal(s.world.asked.command, CMD_SCRIPT);
    assert_string_equal(s.world.asked.path, "~/a.sh");
    assert_int_equal(s.world.asked.number, 0); /* not over what is there */
    assert_non_null(
        strstr(s.world.asked.text, "\nexec flowerlab train /data/flowers --mode frozen \"$@\"\n"));
    struct notice n = {.kind = NOTICE_FAILED, .job = 99, .command = CMD_SCRIPT};
    n.kind = NOTICE_STARTED;
    s.ops->event(s.self, &n, &s.world.model);
    n.kind = NOTICE_FAILED;
    err_set(&n.err, ERR_INVALID, "~/a.sh: is there already");
    s.ops->event(s.self, &n, &s.world.model);
    assert_string_equal(s.world.asked.what, "confirm");
    s.world.asked.chosen(s.world.asked.user, 1);
    assert_int_equal(s.world.asked.number, 1);
    s.ops->event(s.self, &n, &s.world.model);
    s.world.asked.chosen(s.world.asked.user, 2); /* another name */
    assert_string_equal(s.world.asked.text, "Script to write [~/a.sh]");
    world_no_data(&s.world);
    assert_non_null(s.ops->why_not(s.self, ACTION_COPY_COMMAND, &s.world.model));
    stage_close(&s);
}

static void setup_explains(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s, &screen_setup);
    act(&s, ACTION_EXPLAIN);
    assert_string_equal(s.world.asked.what, "text");
    assert_int_equal(strncmp(s.world.asked.text, "scratch: random weights", 23), 0);
    assert_non_null(strstr(s.world.asked.text, option_row(OPTION_ID_mode)->long_help));
    select_option(&s, "batch-size:");
    act(&s, ACTION_RIGHT); /* from what the preset says */
    assert_int_equal(s.world.options.batch_size, 50);
    act(&s, ACTION_LEFT);
    assert_int_equal(s.world.options.batch_size, 20);
    assert_int_equal(s.world.options.source[OPTION_ID_batch_size], SOURCE_SCREEN);
    stage_close(&s);
}

static void setup_cut(void **state)
{
    (void)state;
    struct stage s;
    struct options *o = &s.world.options;
    stage_open(&s, &screen_setup);
    set(&s.world, OPTION_ID_mode, "staged");
    golden(&s, "setup-cut-none");
    assert_non_null(s.ops->why_not(s.self, ACTION_CUT_EARLIER, &s.world.model));
    for (int i = 0; i < 7; i++) {
        assert_null(s.ops->why_not(s.self, ACTION_CUT_LATER, &s.world.model));
        act(&s, ACTION_CUT_LATER);
    }
    assert_string_equal(o->train_from, "layer4.0");
    golden(&s, "setup-cut");
    golden_at(&s, "setup-cut-ascii", 160, 50, true);
    act(&s, ACTION_CUT_LATER);
    assert_string_equal(o->train_from, "layer4.1");
    assert_non_null(s.ops->why_not(s.self, ACTION_CUT_LATER, &s.world.model));
    for (int i = 0; i < 8; i++)
        act(&s, ACTION_CUT_EARLIER);
    assert_false(option_is_set(o, OPTION_ID_train_from)); /* all of it again */
    set(&s.world, OPTION_ID_mode, "frozen");
    assert_non_null(s.ops->why_not(s.self, ACTION_CUT_LATER, &s.world.model));
    stage_close(&s);
}

static void setup_estimates(void **state)
{
    (void)state;
    static const char text[] = "seconds\t205.5\nmemory\t1234567890\ndisk\t90000000\nbasis\t2 steps, 64 pictures in 1.9 s on cpu\n";
    struct stage s;
    stage_open(&s, &screen_setup);
    act(&s, ACTION_ESTIMATE);
    assert_int_equal(s.world.asked.command, CMD_ESTIMATE);
    assert_string_equal(s.world.asked.path, "/data/flowers");
    golden_at(&s, "setup-estimating", 80, 24, false);
    act(&s, ACTION_ESTIMATE); /* again: no more of it */
    assert_int_equal(s.world.asked.command, CMD_CANCEL);
    assert_int_equal(s.world.asked.job, 99);
    struct notice n = {.kind = NOTICE_STARTED, .job = 99, .command = CMD_ESTIMATE};
    s.ops->event(s.self, &n, &s.world.model);
    n.kind = NOTICE_FINISHED, n.block = 5;
    const struct block *before = s.world.block, *block = block_from_bytes(BLOCK_TEXT, text, sizeof text);
    s.world.block = block;
    s.ops->event(s.self, &n, &s.world.model);
    golden(&s, "setup-estimate");
    set(&s.world, OPTION_ID_batch_size, "8"); /* it is of other settings now */
    golden_at(&s, "setup-estimate-old", 80, 24, false);
    act(&s, ACTION_ESTIMATE);
    assert_null(why(&s, ACTION_START)); /* it does not stand in the way of a run */
    act(&s, ACTION_START);
    assert_string_equal(s.world.asked.text, "the estimate stops, then the run begins");
    s.world.block = NULL;
    n = (struct notice){.kind = NOTICE_CANCELLED, .job = 99, .command = CMD_ESTIMATE};
    s.ops->event(s.self, &n, &s.world.model);
    assert_string_equal(s.world.asked.what, "start");
    s.world.asked.what[0] = '\0';
    s.ops->event(s.self, &n, &s.world.model);
    assert_string_equal(s.world.asked.what, "");
    s.world.block = before;
    block_release(block);
    stage_close(&s);
}

/* What there is of weights is asked for on entering, and said before a start could stumble over it. */
static void setup_finds_weights(void **state)
{
    (void)state;
    static const char none[] = "name\tresnet18\ntitle\tResNet-18\nstate\tto get\n\nname\tmobilenet_v2\nstate\tto get\n";
    static const char here[] = "name\tresnet34\nstate\tto get\n\nname\tresnet18\nparameters\t11689512\nstate\there\nfile\t/cache/resnet18-f37072fd.pth\n";
    struct stage s;
    struct str text = STR_INIT;
    stage_open(&s, &screen_setup);
    s.ops->enter(s.self, &s.world.model);
    assert_int_equal(s.world.asked.command, CMD_WEIGHTS);
    str_add_n(&text, none, sizeof none);
    answer(&s, CMD_WEIGHTS, BLOCK_TEXT, &text, "");
    golden(&s, "setup-no-weights");
    set(&s.world, OPTION_ID_mode, "staged"); /* by a command: the selection goes along */
    golden_at(&s, "setup-no-weights-staged", 80, 24, false);
    set(&s.world, OPTION_ID_mode, "scratch"); /* needs none */
    assert_true(stage_shows(&s, "random weights, every layer trains, set on"));
    option_unset(&s.world.options, OPTION_ID_mode);
    s.ops->enter(s.self, &s.world.model);
    str_add_n(&text, here, sizeof here);
    answer(&s, CMD_WEIGHTS, BLOCK_TEXT, &text, "");
    stage_key(&s, "/");
    stage_type(&s, "weights");
    stage_key(&s, "Enter");
    golden_at(&s, "setup-weights", 80, 24, false);
    stage_key(&s, "Esc");
    stage_key(&s, "/");
    stage_type(&s, "model");
    stage_key(&s, "Enter");
    stage_key(&s, "Enter"); /* the menu of models says it, too */
    assert_string_equal(s.world.asked.text, "model: resnet18         11.7 M parameters, weights here");
    set(&s.world, OPTION_ID_weights, "/mine.pth");
    assert_true(stage_shows(&s, "/mine.pth"));
    stage_close(&s);
}

static void setup_queue(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s, &screen_setup);
    assert_non_null(s.ops->why_not(s.self, ACTION_QUEUE, &s.world.model));
    assert_non_null(s.ops->why_not(s.self, ACTION_QUEUE_REMOVE, &s.world.model));
    act(&s, ACTION_QUEUE_ADD);
    assert_int_equal(s.world.asked.n_items, 2);
    void (*chosen)(void *, int) = s.world.asked.chosen;
    chosen(s.self, 0);
    assert_int_equal(s.world.submitted, 1);
    assert_int_equal(s.world.asked_before.command, CMD_QUEUE_ADD);
    assert_string_equal(s.world.asked_before.path, "/data/flowers");
    assert_int_equal(s.world.asked_before.mode, MODE_FINE_TUNE);
    chosen(s.self, 1);
    assert_int_equal(s.world.submitted, 1 + MODE_COUNT);
    assert_int_equal(s.world.asked_before.mode, MODE_DISCRIMINATIVE);
    assert_int_equal(s.world.options.mode, MODE_FINE_TUNE);
    world_queue(&s.world);
    golden(&s, "setup-waits");
    act(&s, ACTION_QUEUE);
    golden(&s, "setup-queue");
    golden_at(&s, "setup-queue-20x5", 20, 5, false);
    act(&s, ACTION_DOWN);
    act(&s, ACTION_QUEUE_LATER);
    assert_int_equal(s.world.asked.command, CMD_QUEUE_MOVE);
    assert_int_equal(s.world.asked.job, 12);
    assert_int_equal(s.world.asked.number, 1);
    struct queue_entry held = s.world.snap->queue[1];
    s.world.snap->queue[1] = s.world.snap->queue[2];
    s.world.snap->queue[2] = held;
    act(&s, ACTION_QUEUE_EARLIER); /* the selection went along */
    assert_int_equal(s.world.asked.job, 12);
    assert_int_equal(s.world.asked.number, -1);
    act(&s, ACTION_QUEUE_REMOVE);
    assert_int_equal(s.world.asked.command, CMD_QUEUE_REMOVE);
    assert_int_equal(s.world.asked.job, 12);
    act(&s, ACTION_BACK);
    assert_non_null(s.ops->why_not(s.self, ACTION_QUEUE_REMOVE, &s.world.model));
    stage_close(&s);
}

/* Every option of the list can be reached, and Enter opens something or changes it. */
static void setup_reaches_all(void **state)
{
    (void)state;
    struct stage s;
    size_t opened = 0;
    stage_open(&s, &screen_setup);
    act(&s, ACTION_HOME);
    for (int i = 0; i < OPTION_COUNT + 16; i++) {
        struct options before = s.world.options;
        s.world.asked = (struct asked){0};
        act(&s, ACTION_SELECT);
        opened += *s.world.asked.what || memcmp(&before, &s.world.options, sizeof before) != 0;
        act(&s, ACTION_DOWN);
    }
    print_message("# %zu rows answer to Enter, %d options\n", opened, OPTION_COUNT);
    assert_true(opened >= OPTION_COUNT - 2);
    stage_close(&s);
}

/* --- all ----------------------------------------------------------------------------------- */

/* Every screen in every state at every size from 1 x 1: nothing is drawn outside of the body,
 * nothing crashes. */
static void every_size(void **state)
{
    static void (*const worlds[])(struct world * w) = {
        world_init, world_no_data, world_scanning, world_loading, world_running, world_done_run};
    (void)state;
    size_t drawn = 0;
    for (size_t i = 0; i < screen_count(); i++) {
        for (size_t k = 0; k < sizeof worlds / sizeof *worlds; k++) {
            struct stage s;
            stage_open(&s, screen_at(i));
            if (k)
                worlds[k](&s.world);
            for (int rows = 1; rows <= 60; rows += 1 + rows / 6) {
                for (int cols = 1; cols <= 200; cols += 1 + cols / 6) {
                    struct canvas c;
                    canvas_init(&c, cols + 2, rows + 2);
                    s.ops->draw(s.self, &c, (struct area){1, 1, cols, rows}, &s.world.model);
                    for (int x = 0; x < cols + 2; x++)
                        assert_true(c.cells[x].ch == ' ' &&
                                    c.cells[(rows + 1) * (cols + 2) + x].ch == ' ');
                    for (int y = 0; y < rows + 2; y++)
                        assert_true(c.cells[y * (cols + 2)].ch == ' ' &&
                                    c.cells[y * (cols + 2) + cols + 1].ch == ' ');
                    canvas_done(&c);
                    drawn++;
                }
            }
            stage_close(&s);
        }
    }
    print_message("# %zu screens drawn\n", drawn);
}

/* Any order of keys in any state. */
static void any_keys(void **state)
{
    (void)state;
    for (size_t i = 0; i < screen_count(); i++) {
        struct stage s;
        uint32_t random = 1;
        stage_open(&s, screen_at(i));
        for (int k = 0; k < 600; k++) {
            struct canvas c;
            random = random * 1664525 + 1013904223;
            enum action action = (enum action)(1 + random / 65536 % (ACTION_COUNT - 1));
            if (k == 300)
                world_done_run(&s.world);
            if (k == 450)
                world_no_data(&s.world);
            act(&s, action);
            if (s.ops->why_not)
                s.ops->why_not(s.self, action, &s.world.model);
            draw(&s, &c, 20 + k % 70, 5 + k % 30, k % 2);
            canvas_done(&c);
        }
        stage_close(&s);
    }
}

static void registry(void **state)
{
    (void)state;
    unsigned contexts = 0;
    for (size_t i = 0; i < screen_count(); i++) {
        assert_int_equal(screen_find(screen_at(i)->name), i);
        assert_false(contexts & screen_at(i)->context);
        contexts |= screen_at(i)->context;
    }
    assert_int_equal(screen_find("nowhere"), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(data_browse),
        cmocka_unit_test(data_problems),
        cmocka_unit_test(data_scan),
        cmocka_unit_test(data_skipped),
        cmocka_unit_test(data_asks),
        cmocka_unit_test(samples_grid),
        cmocka_unit_test(samples_after_a_run),
        cmocka_unit_test(samples_draws),
        cmocka_unit_test(samples_are_usable),
        cmocka_unit_test(setup_modes),
        cmocka_unit_test(setup_wrong),
        cmocka_unit_test(setup_edits),
        cmocka_unit_test(setup_reaches_all),
        cmocka_unit_test(setup_finds),
        cmocka_unit_test(setup_command_line),
        cmocka_unit_test(setup_explains),
        cmocka_unit_test(setup_cut),
        cmocka_unit_test(setup_estimates),
        cmocka_unit_test(setup_shows_headings),
        cmocka_unit_test(setup_finds_weights),
        cmocka_unit_test(setup_queue),
        cmocka_unit_test(every_size),
        cmocka_unit_test(any_keys),
        cmocka_unit_test(registry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
