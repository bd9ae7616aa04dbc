/* The Data screen by keys: filter, order, problems, pairs, sizes, a picture in the whole window.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "data/dataset.h"
#include "engine/block.h"
#include "ui/stage.h"

/* As the app after every key: a list knows its page then. */
static void draw_once(struct stage *s)
{
    struct canvas c;
    draw(s, &c, 80, 24, false);
    canvas_done(&c);
}

/* The picture that is wanted, when it is one. */
static struct picture_want wanted(struct stage *s)
{
    struct canvas c;
    draw(s, &c, 80, 24, false);
    assert_int_equal(c.n_pictures, 1);
    struct picture_want want = c.pictures[0].want;
    canvas_done(&c);
    return want;
}

/* --- filter and order ------------------------------------------------------------------------ */

static void filters(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s, &screen_data);
    draw_once(&s);
    stage_type(&s, "/dais");
    golden_sizes(&s, "data-filter");
    stage_type(&s, "x");
    golden_at(&s, "data-filter-none", 80, 24, false);
    assert_null(stage_key(&s, "Esc"));
    assert_true(stage_shows(&s, "tulips"));
    stage_type(&s, "/o");
    assert_true(stage_shows(&s, "3 of 5"));
    stage_key(&s, "Down");
    stage_key(&s, "Enter"); /* the line is left, the filter stays */
    assert_true(stage_shows(&s, "1 of 641"));
    stage_key(&s, "Enter"); /* to the files */
    stage_type(&s, "/100fe");
    golden_at(&s, "data-filter-files", 80, 24, false);
    stage_key(&s, "Esc");
    stage_key(&s, "Esc"); /* back to the classes, which are still filtered */
    assert_true(stage_shows(&s, "/o"));
    stage_key(&s, "Esc");
    assert_true(stage_shows(&s, "dandelion"));
    stage_close(&s);
}

static void sorts(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s, &screen_data);
    draw_once(&s);
    stage_key(&s, "s");
    golden_at(&s, "data-by-count", 80, 24, false);
    stage_key(&s, "S");
    stage_key(&s, "Home");
    golden_at(&s, "data-by-count-back", 80, 24, false);
    stage_key(&s, "s");
    golden_at(&s, "data-by-problems", 160, 50, false);
    stage_key(&s, "Right");
    stage_key(&s, "s"); /* the files, with what they are sorted by */
    stage_key(&s, "Home");
    golden_at(&s, "data-files-by-bytes", 80, 24, false);
    stage_key(&s, "s"); /* skipped first */
    stage_key(&s, "Home");
    golden_at(&s, "data-files-by-problems", 80, 24, false);
    stage_close(&s);
}

/* The selected class and file stay so though their places change; those that are gone leave theirs to the next. */
static void a_rescan_keeps_the_selection(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s, &screen_data);
    draw_once(&s);
    for (int i = 0; i < 2; i++)
        stage_key(&s, "Down");
    stage_key(&s, "Enter");
    for (int i = 0; i < 50; i++)
        stage_key(&s, "Down");
    draw_once(&s);
    char *file = xstrdup(wanted(&s).path);
    assert_true(stage_shows(&s, "51 of 641"));
    world_rescanned(&s.world);
    draw_once(&s);
    assert_string_equal(wanted(&s).path, file);
    assert_true(stage_shows(&s, "11 of 601"));
    stage_key(&s, "Home");
    draw_once(&s);
    world_rescanned(&s.world);
    draw_once(&s);
    assert_true(stage_shows(&s, "1 of 601"));
    stage_close(&s);
    free(file);

    stage_open(&s, &screen_data); /* in the first class, which goes */
    draw_once(&s);
    stage_key(&s, "i");
    world_rescanned(&s.world);
    draw_once(&s);
    stage_key(&s, "Esc");
    assert_true(stage_shows(&s, "of 858"));
    stage_close(&s);
}

/* --- problems, pairs, sizes ------------------------------------------------------------------ */

static void problems(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s, &screen_data);
    draw_once(&s);
    stage_key(&s, "p");
    stage_key(&s, "Right"); /* the first reason */
    stage_key(&s, "Down");
    golden_sizes(&s, "data-problem");
    assert_non_null(stage_key(&s, "/"));
    stage_key(&s, "Enter");
    golden_at(&s, "data-problem-window", 80, 24, false);
    stage_key(&s, "Esc");
    stage_key(&s, "p");
    assert_true(stage_shows(&s, "Classes"));
    stage_close(&s);
}

static void pairs(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s, &screen_data);
    draw_once(&s);
    stage_key(&s, "d");
    golden_sizes(&s, "data-pairs");
    s.world.model.pictures = false;
    golden_at(&s, "data-pairs-text", 80, 24, true);
    s.world.model.pictures = true;
    stage_key(&s, "Enter");
    struct picture_want first = wanted(&s);
    stage_key(&s, "Right");
    struct picture_want second = wanted(&s);
    assert_non_null(strstr(first.path, "daisy/"));
    assert_non_null(strstr(second.path, "roses/"));
    stage_key(&s, "PgUp");
    assert_string_equal(wanted(&s).path, first.path);
    stage_key(&s, "Esc");
    stage_key(&s, "d");
    assert_true(stage_shows(&s, "Classes"));
    s.world.model.ds.n_pairs = 0;
    assert_string_equal(stage_key(&s, "d"), "there are no identical files");
    stage_close(&s);
}

static void sizes(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s, &screen_data);
    draw_once(&s);
    stage_key(&s, "i");
    golden_sizes(&s, "data-sizes");
    stage_key(&s, "Down");
    golden_at(&s, "data-sizes-class", 80, 24, false);
    stage_key(&s, "Up");
    assert_true(stage_shows(&s, "Sizes and shapes: all classes"));
    world_scanning(&s.world);
    assert_true(stage_shows(&s, "no size is known yet"));
    stage_key(&s, "Esc");
    assert_true(stage_shows(&s, "Classes"));
    stage_close(&s);
}

/* --- the picture's window -------------------------------------------------------------------- */

static void window(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s, &screen_data);
    draw_once(&s);
    assert_non_null(stage_key(&s, "+"));
    stage_key(&s, "Enter");
    stage_key(&s, "Enter");
    golden_sizes(&s, "data-window");
    assert_int_equal(wanted(&s).window.w, 0); /* all of it */
    stage_key(&s, "+");
    stage_key(&s, "+");
    struct picture_want large = wanted(&s);
    assert_in_range(large.window.w, 1, PICTURE_WHOLE - 1);
    golden_at(&s, "data-window-large", 80, 24, false);
    stage_key(&s, "Right");
    assert_true(wanted(&s).window.x > large.window.x);
    assert_string_equal(wanted(&s).path, large.path);
    stage_key(&s, "0");
    assert_int_equal(wanted(&s).window.w, 0);
    stage_key(&s, "Right"); /* all is seen: the next file */
    assert_string_not_equal(wanted(&s).path, large.path);
    stage_key(&s, "Left");
    assert_string_equal(wanted(&s).path, large.path);
    stage_key(&s, "Esc");
    assert_true(stage_shows(&s, "Classes"));
    stage_close(&s);
}

/* --- every key ------------------------------------------------------------------------------- */

static void open_lists(struct stage *s)
{
    stage_open(s, &screen_data);
    stage_key(s, "Down");
    draw_once(s);
}

static void open_files(struct stage *s)
{
    open_lists(s);
    stage_key(s, "Right");
    stage_key(s, "Down");
}

static void open_problems(struct stage *s)
{
    open_lists(s);
    stage_key(s, "p");
    stage_key(s, "Right");
    stage_key(s, "Down");
}

static void open_window(struct stage *s)
{
    open_files(s);
    stage_key(s, "Enter");
    draw_once(s);
    stage_key(s, "+");
}

static void open_sizes(struct stage *s)
{
    open_lists(s);
    stage_key(s, "i");
}

static void open_nothing(struct stage *s)
{
    stage_open(s, &screen_data);
    world_no_data(&s->world);
}

/* The screen changes, the app is asked for something, or the status line says why not. */
static void every_key(void **state)
{
    (void)state;
    answers_to_all(open_lists);
    answers_to_all(open_files);
    answers_to_all(open_problems);
    answers_to_all(open_window);
    answers_to_all(open_sizes);
    answers_to_all(open_nothing);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filters), cmocka_unit_test(sorts), cmocka_unit_test(a_rescan_keeps_the_selection),
        cmocka_unit_test(problems), cmocka_unit_test(pairs), cmocka_unit_test(sizes),
        cmocka_unit_test(window), cmocka_unit_test(every_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
