/* Layouts of the screens at every size, and the list. SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/test.h"

#include <stdio.h>

#include "ui/layout.h"
#include "ui/w_list.h"

static bool inside(struct area a, struct area body)
{
    if (a.w < 0 || a.h < 0)
        return false;
    return area_empty(a) || (a.x >= body.x && a.y >= body.y && a.x + a.w <= body.x + body.w &&
                             a.y + a.h <= body.y + body.h);
}

static bool disjoint(struct area a, struct area b)
{
    return area_empty(area_clip(a, b));
}

static void check(struct area body, const struct area *parts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!inside(parts[i], body))
            fail_msg("part %zu (%d,%d %dx%d) outside of %dx%d", i, parts[i].x, parts[i].y,
                     parts[i].w, parts[i].h, body.w, body.h);
        for (size_t j = 0; j < i; j++) {
            if (!disjoint(parts[i], parts[j]))
                fail_msg("parts %zu and %zu overlap in %dx%d", j, i, body.w, body.h);
        }
    }
}

static void check_samples(struct area body)
{
    struct samples_layout s;
    layout_samples(&s, body);
    check(body, (struct area[]){s.head, s.grid}, 2);
    int rows = 5, cols = 8;
    layout_grid(s.grid, &rows, &cols);
    struct area tiles[40];
    for (int i = 0; i < rows * cols; i++)
        tiles[i] = layout_tile(s.grid, rows, cols, i / cols, i % cols);
    check(s.grid, tiles, (size_t)(rows * cols));
    struct area shaped = layout_aspect(tiles[0], 4.0 / 3, 8, 16);
    assert_true(inside(shaped, tiles[0]));
}

static void frames(void **state)
{
    (void)state;
    for (int rows = 1; rows <= 200; rows++) {
        for (int cols = 1; cols <= 400; cols += cols < 170 ? 1 : 11) {
            struct frame_layout f;
            layout_frame(&f, cols, rows);
            check((struct area){0, 0, cols, rows},
                  (struct area[]){f.title, f.body, f.status, f.keys}, 4);
            bool small = cols < 16 || rows < 3, full = cols >= 40 && rows >= 10;
            assert_int_equal(area_empty(f.body), small);
            assert_int_equal(!area_empty(f.keys), full);
            assert_int_equal(f.title.h + f.body.h + f.status.h + f.keys.h, small ? 0 : rows);
        }
    }
    struct frame_layout f;
    layout_frame(&f, 20, 5); /* a narrow pane: all for the screen but its name */
    assert_int_equal(f.title.h, 1);
    assert_int_equal(f.body.h, 4);
}

static void every_size(void **state)
{
    (void)state;
    for (int h = 1; h <= 200; h += h < 60 ? 1 : 7) {
        for (int w = 1; w <= 400; w += w < 170 ? 1 : 11) {
            struct area body = {3, 2, w, h};
            for (int flag = 0; flag < 2; flag++) {
                struct data_layout d;
                struct train_layout t;
                layout_data(&d, body, flag, flag ? 60 : 20);
                check(body,
                      (struct area[]){d.classes, d.files, d.picture, d.facts, d.totals, d.lines[0],
                                      d.lines[1]},
                      7);
                assert_false(area_empty(flag ? d.files : d.classes));
                layout_train(&t, body, &(struct train_wish){flag, flag, false, 1 + flag * 3, 0, 0});
                check(body,
                      (struct area[]){t.head, t.progress, t.gauges, t.charts, t.table, t.classes,
                                      t.events},
                      7);
            }
            for (int phases = 1; phases <= 8; phases += 7) {
                struct setup_layout s;
                layout_setup(&s, body, phases, 3 * phases);
                check(body,
                      (struct area[]){s.choice, s.options, s.help, s.timeline, s.freeze, s.command,
                                      s.line},
                      7);
                assert_false(area_empty(s.options));
            }
            check_samples(body);
        }
    }
}

/* What must be there at the two sizes that are looked at. */
static void usual_sizes(void **state)
{
    (void)state;
    struct data_layout d;
    struct setup_layout s;
    struct train_layout t;
    layout_data(&d, (struct area){0, 1, 80, 22}, 0, 22);
    assert_true(d.classes.w == 22 && d.files.w >= 30 && d.picture.h >= 8 && d.facts.h >= 8 &&
                d.totals.h == 4);
    layout_setup(&s, (struct area){0, 1, 80, 22}, 2, 13);
    assert_true(s.choice.h == 9 && s.options.h >= 9 && s.timeline.h >= 4 && s.freeze.h >= 2 &&
                s.command.h == 2);
    layout_train(&t, (struct area){0, 1, 80, 22}, &(struct train_wish){true, false, false, 2, 0, 0});
    assert_true(t.charts.w == 80 && t.charts.h >= 9 && t.table.h >= 5 && t.classes.h >= 5);
    layout_train(&t, (struct area){0, 1, 160, 48}, &(struct train_wish){true, true, false, 2, 0, 0});
    assert_true(t.charts.h >= 20 && t.table.w >= 77 && t.classes.h >= 10 && t.events.h >= 2 &&
                t.gauges.h == 1);
    /* a short run's table is short, the charts have the rest */
    layout_train(&t, (struct area){0, 1, 160, 48}, &(struct train_wish){true, true, false, 2, 6, 6});
    assert_true(t.table.h == 12 && t.classes.h == 7 && t.events.h == 5 && t.charts.h == 48 - 4 - 12);
    layout_train(&t, (struct area){0, 1, 80, 40}, &(struct train_wish){true, true, false, 2, 6, 6});
    assert_true(t.table.h == 6 && t.events.h == 1);
    layout_train(&t, (struct area){0, 1, 160, 48}, &(struct train_wish){true, true, false, 2, 90, 6});
    assert_true(t.table.h == 17);
    layout_train(&t, (struct area){0, 1, 80, 22}, &(struct train_wish){true, true, false, 4, 0, 0});
    assert_true(t.charts.h >= 12); /* two rows of charts before the table */
    layout_train(&t, (struct area){0, 1, 80, 22}, &(struct train_wish){true, true, true, 2, 0, 0});
    assert_true(t.charts.h >= 17 && t.table.h == 0);
}

static void charts(void **state)
{
    static const struct {
        int w, h, n, rows, cols;
    } cases[] = {{80, 11, 1, 1, 1},  {80, 11, 2, 1, 2}, {80, 14, 4, 2, 2},  {80, 11, 4, 1, 2},
                 {160, 27, 9, 3, 3}, {40, 20, 2, 2, 1}, {160, 27, 6, 2, 3}, {20, 4, 9, 1, 1}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int rows, cols;
        layout_charts((struct area){0, 0, cases[i].w, cases[i].h}, cases[i].n, &rows, &cols);
        print_message("# %d charts on %d x %d: %d x %d\n", cases[i].n, cases[i].w, cases[i].h, rows,
                      cols);
        assert_int_equal(rows, cases[i].rows);
        assert_int_equal(cols, cases[i].cols);
    }
}

static void aspect(void **state)
{
    (void)state;
    struct area a =
        layout_aspect((struct area){0, 0, 40, 10}, 1, 8, 16); /* 320 x 160 pixels: 160 x 160 */
    assert_int_equal(a.w, 20);
    assert_int_equal(a.h, 10);
    assert_int_equal(a.x, 10);
    a = layout_aspect((struct area){0, 0, 16, 30}, 4.0 / 3, 8, 16); /* 128 wide: 96 high */
    assert_int_equal(a.w, 16);
    assert_int_equal(a.h, 6);
}

static void row_number(struct canvas *c, struct area row, size_t i, void *user)
{
    size_t *asked = user;
    ++*asked;
    canvas_printf(c, row, 0, 0, ROLE_TEXT, "%zu", i);
}

static void list_asks_for_seen_rows_only(void **state)
{
    (void)state;
    struct canvas c;
    struct str text = STR_INIT;
    struct list list = {0};
    size_t asked = 0, n = 1000000;
    canvas_init(&c, 12, 3);
    assert_true(list_action(&list, ACTION_END, n));
    list_draw(&c, canvas_area(&c), &list, n, true, row_number, &asked);
    assert_int_equal(asked, 3);
    canvas_text(&text, &c);
    assert_string_equal(text.s, "999997\n999998\n999999     \u2503\n");
    assert_int_equal(c.cells[2 * 12].role, ROLE_SELECT);
    list_action(&list, ACTION_PAGE_UP, n);
    assert_int_equal(list.selected, 999997);
    list_action(&list, ACTION_UP, n);
    canvas_clear(&c);
    list_draw(&c, canvas_area(&c), &list, n, false, row_number, &asked);
    assert_int_equal(list.top, 999996);
    assert_int_equal(c.cells[0].role, ROLE_SELECT_BLUR);
    str_done(&text);
    canvas_done(&c);
}

static void list_ends(void **state)
{
    (void)state;
    struct list list = {0};
    assert_false(list_action(&list, ACTION_DOWN, 0));
    assert_false(list_action(&list, ACTION_QUIT, 5));
    for (int i = 0; i < 9; i++)
        list_action(&list, ACTION_DOWN, 5);
    assert_int_equal(list.selected, 4);
    list_fit(&list, 3, 10); /* the list became shorter */
    assert_int_equal(list.selected, 2);
    assert_int_equal(list.top, 0);
    list_action(&list, ACTION_HOME, 3);
    list_action(&list, ACTION_UP, 3);
    assert_int_equal(list.selected, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames),
        cmocka_unit_test(every_size),
        cmocka_unit_test(usual_sizes),
        cmocka_unit_test(charts),
        cmocka_unit_test(aspect),
        cmocka_unit_test(list_asks_for_seen_rows_only),
        cmocka_unit_test(list_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
