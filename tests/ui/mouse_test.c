/* The mouse on each screen, without a terminal. SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "unit/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/block.h"
#include "ui/class_table.h"
#include "ui/popup.h"
#include "ui/runs_table.h"
#include "ui/setup_private.h"
#include "ui/stage.h"
#include "ui/train_screen.h"

static struct ui_rows rows(struct stage *s)
{
    return s->ops->rows(s->self, &s->world.model, NULL);
}

static bool click(struct stage *s, const char *text)
{
    return stage_mouse(s, text, MOUSE_CLICK, false);
}

static void on_data(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s, &screen_data);
    assert_false(click(&s, "dandelion"));
    assert_int_equal(rows(&s).at, 1);
    assert_string_equal(rows(&s).one, "class");
    assert_true(stage_mouse_index(&s, 1, MOUSE_CLICK, false)); /* opened: its files have the keys */
    assert_string_equal(rows(&s).one, "file");
    assert_false(stage_mouse_index(&s, 2, MOUSE_CLICK, false)); /* and back to a class */
    assert_string_equal(rows(&s).one, "class");
    assert_int_equal(rows(&s).at, 2);
    act(&s, ACTION_SELECT);
    size_t n = rows(&s).n;
    assert_true(n > 100);
    click(&s, "1 of ");
    assert_true(stage_shows(&s, "most bytes first")); /* the next order */
    click(&s, "most bytes first");
    click(&s, "skipped first");
    assert_true(stage_shows(&s, "1 of "));
    click(&s, "used"); /* a column; again: turned round */
    assert_string_equal(rows(&s).one, "class");
    assert_true(stage_shows(&s, "most first"));
    click(&s, "used");
    assert_true(stage_shows(&s, "few first"));
    click(&s, "few first");
    assert_true(stage_shows(&s, "Classes"));
    click(&s, "sunflowers");
    act(&s, ACTION_SELECT);
    n = rows(&s).n;
    stage_mouse_index(&s, 5, MOUSE_CLICK, false); /* a class has no such number */
    assert_int_equal(rows(&s).at, 5);
    for (int i = 0; i < 4; i++) /* scrolled three rows each: the selection stays in sight */
        stage_mouse_index(&s, rows(&s).at, MOUSE_WHEEL_DOWN, false);
    assert_int_equal(rows(&s).at, 12);
    for (int i = 0; i < 300; i++)
        stage_mouse_index(&s, rows(&s).at, MOUSE_WHEEL_DOWN, false);
    assert_in_range(rows(&s).at, n - 30, n - 1);
    stage_mouse_index(&s, rows(&s).at, MOUSE_CLICK, false); /* the picture in the whole window */
    assert_true(stage_shows(&s, "all is seen"));
    stage_mouse_index(&s, 0, MOUSE_WHEEL_UP, false);
    assert_true(stage_shows(&s, "of it is seen"));
    stage_mouse_index(&s, 0, MOUSE_WHEEL_DOWN, false);
    assert_true(stage_shows(&s, "all is seen"));
    act(&s, ACTION_BACK);
    act(&s, ACTION_PROBLEMS);
    stage_mouse_index(&s, 2, MOUSE_CLICK, false);
    assert_int_equal(rows(&s).at, 2);
    stage_close(&s);
}

static void on_samples(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s, &screen_samples);
    assert_false(stage_mouse_index(&s, 7, MOUSE_CLICK, false));
    assert_int_equal(rows(&s).at, 7);
    stage_mouse_index(&s, 0, MOUSE_WHEEL_UP, false); /* a row up */
    assert_int_equal(rows(&s).at, 2);
    assert_true(stage_mouse_index(&s, 2, MOUSE_CLICK, false));
    assert_true(stage_shows(&s, "pixels")); /* large */
    stage_mouse_index(&s, 0, MOUSE_WHEEL_UP, false);
    assert_true(stage_shows(&s, "seen")); /* larger */
    stage_mouse_index(&s, 0, MOUSE_CLICK, false);
    assert_true(stage_shows(&s, "15 of ")); /* the grid again */
    stage_close(&s);
}

static void on_setup(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s, &screen_setup);
    assert_false(click(&s, "frozen"));
    assert_int_equal(s.world.options.mode, MODE_FINE_TUNE);
    assert_true(click(&s, "frozen"));
    assert_int_equal(s.world.options.mode, MODE_FROZEN);
    size_t before = rows(&s).at;
    assert_false(click(&s, "Model")); /* a heading */
    assert_int_equal(rows(&s).at, before);
    assert_false(click(&s, "dropout"));
    assert_true(rows(&s).at > before);
    assert_true(click(&s, "dropout"));
    assert_string_equal(s.world.asked.what, "prompt");
    size_t n = rows(&s).n;
    /* to the end: the selection goes along, no heading has it */
    const struct setup_screen *setup = s.self;
    for (int i = 0; i < 40; i++) {
        struct ui_rows before_it = rows(&s);
        stage_mouse_index(&s, setup->options.selected, MOUSE_WHEEL_DOWN, false);
        assert_true(rows(&s).at >= before_it.at);
    }
    assert_in_range(rows(&s).at, n - 20, n - 1);
    stage_close(&s);
}

static void on_runs(void **state)
{
    (void)state;
    struct stage s;
    struct str bytes = STR_INIT;
    struct run_row list[60];
    static char names[60][24], folders[60][32], times[60][24];
    for (int i = 0; i < 60; i++) {
        snprintf(names[i], sizeof names[i], "run-%02d", i);
        snprintf(folders[i], sizeof folders[i], "/runs/run-%02d", i);
        snprintf(times[i], sizeof times[i], "2026-11-25 14:%02d:00", 59 - i);
        list[i] = (struct run_row){folders[i], names[i], "done", "frozen", "best", "resnet18", "/data/flowers",
                                   times[i], "done", "", 5, 5, 0.5, 1.2, 71};
    }
    stage_open(&s, &screen_runs);
    block_runs(&bytes, list, 60);
    s.ops->enter(s.self, &s.world.model);
    answer(&s, CMD_RUNS, BLOCK_RUNS, &bytes, "60 runs");
    assert_false(stage_mouse_index(&s, 4, MOUSE_CLICK, false));
    assert_int_equal(rows(&s).at, 4);
    assert_true(stage_mouse_index(&s, 4, MOUSE_CLICK, false));
    assert_string_equal(s.world.asked.what, "run");
    stage_mouse_index(&s, 4, MOUSE_WHEEL_DOWN, false);
    stage_mouse_index(&s, 4, MOUSE_WHEEL_DOWN, false);
    assert_int_equal(rows(&s).at, 6);
    stage_mouse_index(&s, 8, MOUSE_WHEEL_UP, false);
    stage_mouse_index(&s, 8, MOUSE_WHEEL_UP, false);
    assert_int_equal(rows(&s).at, 6); /* it is in sight */
    assert_false(stage_mouse_index(&s, HIT_HEADINGS + RUN_STARTED, MOUSE_CLICK, false)); /* turns the order round */
    act(&s, ACTION_HOME);
    act(&s, ACTION_SELECT);
    assert_string_equal(s.world.asked.text, "/runs/run-59");
    stage_close(&s);
}

static void on_results(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s, &screen_results);
    world_done_run(&s.world);
    assert_false(stage_mouse_index(&s, 2 * 5 + 3, MOUSE_CLICK, false)); /* a cell of the matrix */
    assert_int_equal(rows(&s).at, 2);
    stage_mouse_index(&s, 2 * 5 + 3, MOUSE_WHEEL_DOWN, false);
    assert_int_equal(rows(&s).at, 3);
    assert_true(stage_mouse_index(&s, 3 * 5 + 3, MOUSE_CLICK, false));
    assert_string_equal(rows(&s).one, "picture"); /* those of the cell */
    assert_false(stage_mouse_index(&s, 1, MOUSE_CLICK, false));
    assert_true(stage_mouse_index(&s, 1, MOUSE_CLICK, false));
    act(&s, ACTION_BACK);
    act(&s, ACTION_BACK);
    act(&s, ACTION_RESULT_VIEW);
    assert_false(stage_mouse_index(&s, 4, MOUSE_CLICK, false)); /* a row of the table */
    assert_int_equal(rows(&s).at, 4);
    assert_false(stage_mouse_index(&s, HIT_HEADINGS + CLASS_RECALL, MOUSE_CLICK, false));
    assert_int_equal(rows(&s).at, 0); /* sorted by it, from the first on */
    act(&s, ACTION_RESULT_VIEW);
    assert_false(stage_mouse_index(&s, 1, MOUSE_CLICK, false)); /* a mistake */
    assert_int_equal(rows(&s).at, 1);
    stage_close(&s);
}

/* On a wide window a click on another part gives it the keys. */
static void on_parts_of_results(void **state)
{
    (void)state;
    struct stage s;
    struct canvas c;
    stage_open(&s, &screen_results);
    world_done_run(&s.world);
    draw(&s, &c, 160, 50, false);
    const struct hit *last = &c.hits[c.n_hits - 1]; /* the last mistake */
    struct mouse m = {.what = MOUSE_CLICK, .x = last->area.x, .y = last->area.y};
    assert_false(s.ops->mouse(s.self, last, &m, &s.world.model));
    assert_string_equal(rows(&s).one, "picture");
    assert_int_equal(rows(&s).at, last->index);
    canvas_done(&c);
    stage_close(&s);
}

/* --- charts ---------------------------------------------------------------------------------- */

/* The wheel over a place in the inside of a chart: columns and rows from its corner. */
static void turn(struct stage *s, enum chart_id chart, int dx, int dy, enum mouse_what what, bool modified)
{
    struct canvas c;
    struct train_screen *t = s->self;
    draw(s, &c, 100, 30, false);
    struct mouse m = {what, t->boxes[chart].x + dx, t->boxes[chart].y + dy, modified};
    const struct hit *hit = canvas_hit_at(&c, m.x, m.y);
    assert_non_null(hit);
    assert_int_equal(hit->index, chart);
    assert_false(s->ops->mouse(s->self, hit, &m, &s->world.model));
    canvas_done(&c);
    draw(s, &c, 100, 30, false);
    canvas_done(&c);
}

static void on_charts(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s, &screen_train);
    world_running(&s.world);
    struct train_screen *t = s.self;
    assert_true(click(&s, "Loss")); /* the chosen one: large */
    assert_true(t->view.large);
    act(&s, ACTION_BACK);
    assert_false(click(&s, "Accuracy"));
    assert_int_equal(t->view.focus, CHART_ACCURACY);
    assert_true(click(&s, "Accuracy"));
    act(&s, ACTION_BACK);
    double x0, x1, worst = 0;
    for (int i = 0; i < 5; i++) {
        struct chart_span span = train_span(t, &s.world.model.snap->train);
        double share = 10.0 / (t->boxes[CHART_LOSS].w - 1); /* labels may take more room than before */
        chart_window(&t->view, &span, &x0, &x1);
        double at = x0 + share * (x1 - x0), width = x1 - x0;
        turn(&s, CHART_LOSS, 10, 3, MOUSE_WHEEL_UP, false);
        chart_window(&t->view, &span, &x0, &x1);
        assert_float_equal((x1 - x0) / width, 0.8, 1e-9);
        worst = fmax(worst, fabs(x0 + share * (x1 - x0) - at));
    }
    print_message("# the place moved by %g at most\n", worst);
    assert_true(worst < 1e-9);
    assert_int_equal(t->view.focus, CHART_ACCURACY); /* only a click chooses */
    struct plot_range before = t->drawn[CHART_LOSS];
    turn(&s, CHART_LOSS, 10, t->boxes[CHART_LOSS].h - 1, MOUSE_WHEEL_UP, true); /* values, about the lowest */
    assert_float_equal(t->view.y[CHART_LOSS].lo, before.lo, 1e-9);
    assert_float_equal(t->view.y[CHART_LOSS].hi, before.lo + 0.8 * (before.hi - before.lo), 1e-9);
    for (int i = 0; i < 12; i++)
        turn(&s, CHART_LOSS, 10, 3, MOUSE_WHEEL_DOWN, false);
    assert_false(chart_zoomed(&t->view));
    assert_int_equal(s.world.asked.command, CMD_VIEW); /* kept with the run */
    stage_close(&s);
}

/* --- popups ---------------------------------------------------------------------------------- */

static int answered = -2;

static void chosen(void *user, int choice)
{
    (void)user;
    answered = choice;
}

static void point(struct popups *p, struct canvas *c, int x, int y, enum mouse_what what)
{
    struct mouse m = {.what = what, .x = x, .y = y};
    canvas_clear(c);
    popups_draw(p, c);
    popups_mouse(p, canvas_hit_at(c, x, y), &m);
}

static void on_popups(void **state)
{
    (void)state;
    static const char *const items[] = {"one", "two", "three"};
    struct popups p = {0};
    struct canvas c;
    canvas_init(&c, 40, 11);
    popups_menu(&p, "Menu", NULL, items, 3, 0, chosen, NULL); /* rows 4 to 6 */
    point(&p, &c, 15, 5, MOUSE_CLICK);
    assert_int_equal(p.stack[0].selected, 1);
    point(&p, &c, 0, 0, MOUSE_CLICK); /* beside it: nothing */
    point(&p, &c, 15, 3, MOUSE_CLICK); /* its border */
    assert_int_equal(p.stack[0].selected, 1);
    point(&p, &c, 0, 0, MOUSE_WHEEL_DOWN);
    assert_int_equal(p.stack[0].selected, 2);
    assert_int_equal(answered, -2);
    point(&p, &c, 15, 6, MOUSE_CLICK); /* the selected one */
    assert_int_equal(answered, 2);
    assert_int_equal(p.n, 0);
    popups_paragraphs(&p, "Text", "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16\n17\n18");
    point(&p, &c, 15, 5, MOUSE_WHEEL_DOWN);
    assert_int_equal(p.stack[0].text.top, 3);
    point(&p, &c, 15, 5, MOUSE_WHEEL_UP);
    assert_int_equal(p.stack[0].text.top, 0);
    canvas_done(&c);
    popups_done(&p);
}

/* Hits of screens that are gone, with any index, do no harm. */
static void stale_hits(void **state)
{
    (void)state;
    static const struct screen_ops *const all[] = {&screen_data,  &screen_samples, &screen_setup,
                                                   &screen_train, &screen_runs,    &screen_results};
    for (size_t i = 0; i < 6; i++) {
        struct stage s;
        struct canvas c;
        stage_open(&s, all[i]);
        world_done_run(&s.world);
        draw(&s, &c, 100, 30, false);
        for (int what = MOUSE_CLICK; what <= MOUSE_WHEEL_DOWN; what++) {
            struct mouse m = {.what = (enum mouse_what)what, .x = 3, .y = 3};
            assert_false(all[i]->mouse(s.self, &(struct hit){.kind = HIT_SCREEN, .of = &m, .index = 0}, &m, &s.world.model));
            for (size_t k = 0; k < c.n_hits; k++) {
                struct hit far = c.hits[k];
                far.index = SIZE_MAX / 2;
                assert_false(all[i]->mouse(s.self, &far, &m, &s.world.model) && what != MOUSE_CLICK);
            }
        }
        canvas_done(&c);
        draw(&s, &c, 100, 30, false);
        canvas_done(&c);
        stage_close(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(on_data),    cmocka_unit_test(on_samples),
        cmocka_unit_test(on_setup),   cmocka_unit_test(on_runs),
        cmocka_unit_test(on_results), cmocka_unit_test(on_parts_of_results),
        cmocka_unit_test(on_charts),  cmocka_unit_test(on_popups),
        cmocka_unit_test(stale_hits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
