/* Orders of a list's rows, windows into a picture, counts of sizes: against results by hand.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "unit/test.h"

#include <math.h>
#include <string.h>

#include "data/dataset.h"
#include "engine/block.h"
#include "ui/data_sizes.h"
#include "ui/order.h"
#include "ui/zoom.h"

/* --- order --------------------------------------------------------------------------------- */

static const char *const names[] = {"Ash", "beech", "birch", "cedar", "Elm", "oak"};
static const uint64_t sizes[] = {3, 7, 3, 9, 0, 7};

static const char *name_of(const void *user, size_t i)
{
    return ((const char *const *)user)[i];
}

static uint64_t key_of(const void *user, size_t i, int column)
{
    (void)user;
    return column == 1 ? sizes[i] : sizes[i] > 5;
}

static const struct order_source trees = {6, name_of, key_of, names};

static void expect(const struct order *o, const char *wanted)
{
    char got[16] = "";
    for (size_t i = 0; i < o->n; i++) {
        size_t row = order_row(o, i);
        got[i] = (char)('0' + row);
        assert_int_equal(order_find(o, row), i);
    }
    assert_string_equal(got, wanted);
}

static void orders(void **state)
{
    static const struct {
        int column;
        bool reverse;
        const char *filter, *rows;
    } cases[] = {
        {0, false, "", "012345"},  {0, true, "", "543210"}, {0, false, "  ", "012345"},
        {1, false, "", "315024"},  {1, true, "", "420513"}, {2, false, "", "135024"},
        {0, false, "E", "134"},    {0, true, "e", "431"},   {0, false, "ch be", "1"},
        {0, false, "be ch x", ""}, {1, false, "b", "12"},   {1, true, "c", "213"},
        {0, false, "elm", "4"},    {0, false, "elms", ""},
    };
    (void)state;
    struct order o = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        order_make(&o, &trees, cases[i].column, cases[i].reverse, cases[i].filter);
        expect(&o, cases[i].rows);
    }
    order_make(&o, &trees, 0, true, "");
    assert_null(o.rows); /* nothing is kept for a list that is as it is */
    assert_int_equal(order_find(&o, 6), 6);
    order_done(&o);
}

/* Letter by letter is the same as at once. */
static void narrows(void **state)
{
    static const char *const typed[] = {"c", "ce", "ced", "ced ", "ced a"};
    (void)state;
    for (int column = 0; column < 3; column++) {
        struct order o = {0}, once = {0};
        order_make(&o, &trees, column, column == 1, "");
        for (size_t i = 0; i < sizeof typed / sizeof *typed; i++) {
            order_narrow(&o, &trees, typed[i]);
            order_make(&once, &trees, column, column == 1, typed[i]);
            assert_int_equal(o.n, once.n);
            for (size_t k = 0; k < o.n; k++)
                assert_int_equal(order_row(&o, k), order_row(&once, k));
        }
        assert_int_equal(o.n, 1);
        order_done(&o);
        order_done(&once);
    }
}

/* --- zoom ---------------------------------------------------------------------------------- */

static void window(const struct zoom *z, double x, double y, double w, double h, double scale)
{
    struct zoom_window got = zoom_window(z, 400, 200, 800, 600);
    double worst =
        fmax(fmax(fabs(got.x - x), fabs(got.y - y)), fmax(fabs(got.w - w), fabs(got.h - h)));
    print_message("# largest difference %.2g, scale %.4g\n", worst, got.scale);
    assert_true(worst < 1e-12);
    assert_true(fabs(got.scale - scale) < 1e-12);
}

static bool press(struct zoom *z, enum action action)
{
    return zoom_action(z, action, 400, 200, 800, 600);
}

/* 400 x 200 into 800 x 600: twice as large at first; 1.5 more and the sides no longer fit. */
static void zooms(void **state)
{
    (void)state;
    struct zoom z = {0};
    window(&z, 0, 0, 1, 1, 2);
    assert_false(press(&z, ACTION_LEFT) || press(&z, ACTION_PICTURE_OUT) ||
                 press(&z, ACTION_PICTURE_ALL));
    assert_true(press(&z, ACTION_PICTURE_IN));
    window(&z, 1.0 / 6, 0, 2.0 / 3, 1, 3);
    assert_false(press(&z, ACTION_UP)); /* all of its height is seen */
    assert_true(press(&z, ACTION_RIGHT));
    window(&z, 1.0 / 3, 0, 2.0 / 3, 1, 3);
    assert_false(press(&z, ACTION_RIGHT)); /* the edge */
    assert_true(press(&z, ACTION_PICTURE_IN));
    assert_true(press(&z, ACTION_DOWN)); /* 800 / 1800 of the width, 600 / 900 of the height */
    window(&z, 2.0 / 3 - 2.0 / 9, 1.0 / 3, 4.0 / 9, 2.0 / 3, 4.5);
    struct picture_want want = {0};
    struct zoom_window w = zoom_window(&z, 400, 200, 800, 600);
    zoom_want(&want, &w);
    assert_int_equal(want.window.w, (int)lrint(4.0 / 9 * PICTURE_WHOLE));
    assert_true(press(&z, ACTION_PICTURE_ALL));
    window(&z, 0, 0, 1, 1, 2);
    int steps = 0;
    while (press(&z, ACTION_PICTURE_IN))
        steps++;
    assert_int_equal(steps, 6); /* 2 * 1.5^6 = 22.8, and 34.2 is more than 32 */
    while (press(&z, ACTION_PICTURE_OUT))
        steps--;
    assert_int_equal(steps, 0);
}

/* --- sizes --------------------------------------------------------------------------------- */

static void bins(void **state)
{
    (void)state;
    char label[32];
    int last = -1;
    for (int side = 1; side < 6000; side++) {
        int bin = sizes_side_bin(side);
        assert_true(bin >= last && bin <= last + 1 && bin < SIDE_BINS);
        last = bin;
    }
    sizes_side_label(label, sizes_side_bin(224), false);
    assert_string_equal(label, "224-255");
    sizes_side_label(label, sizes_side_bin(5000), false);
    assert_string_equal(label, "4096 and more");
    sizes_side_label(label, sizes_side_bin(224), true);
    assert_string_equal(label, "224 and more");
    static const struct {
        int w, h;
        const char *label;
    } shapes[] = {{640, 480, "4:3 "},   {480, 640, "3:4 "},   {500, 500, "1:1 "},
                  {1500, 1000, "3:2 "}, {1920, 1080, "16:9"}, {10, 1000, "1:3 "},
                  {9000, 10, "3:1 "},   {500, 434, "1:1 "},   {500, 433, "4:3 "}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        assert_string_equal(sizes_shape_label(sizes_shape_bin(shapes[i].w, shapes[i].h)),
                            shapes[i].label);
}

static void counts(void **state)
{
    (void)state;
    struct ds_class cls = {.name = (char *)"a", .n_files = 5, .n_used = 4};
    struct ds_file files[5] = {
        {.name = (char *)"a/1", .width = 640, .height = 480},
        {.name = (char *)"a/2", .width = 100, .height = 150},
        {.name = (char *)"a/3", .width = 3000, .height = 223},
        {.name = (char *)"a/4"},
        {.name = (char *)"a/5", .status = FILE_BROKEN, .width = 9, .height = 9}};
    struct dataset ds = {
        .root = (char *)"/d", .n_classes = 1, .n_files = 5, .classes = &cls, .files = files,
        .by_status = {[FILE_USED] = 4, [FILE_BROKEN] = 1}};
    struct str bytes = STR_INIT;
    block_dataset(&bytes, &ds, false);
    const struct block *block = block_from_bytes(BLOCK_DATASET, bytes.s, bytes.len);
    struct ds_view v;
    assert_int_equal(ds_view_open(&v, block, NULL), ERR_OK);
    struct sizes s;
    sizes_begin(&s, 0, 5, 224);
    assert_false(sizes_more(&s, &v));
    assert_int_equal(s.n, 3); /* one skipped, one not yet known */
    assert_int_equal(s.least, 100);
    assert_int_equal(s.most, 480);
    assert_int_equal(s.smaller, 2);
    assert_int_equal(s.sides[sizes_side_bin(223)], 1);
    assert_int_equal(s.shapes[sizes_shape_bin(2, 3)], 1);
    sizes_begin(&s, 0, 0, 224);
    assert_false(sizes_more(&s, &v));
    assert_int_equal(s.n, 0);
    block_release(block);
    str_done(&bytes);
}

/* A class begins where its files do, also after files of no class and beside empty classes. */
static void first_files(void **state)
{
    (void)state;
    struct ds_class classes[4] = {{.name = (char *)"a", .n_files = 1},
                                  {.name = (char *)"b"},
                                  {.name = (char *)"c", .n_files = 2},
                                  {.name = (char *)"d", .n_files = 1}};
    struct ds_file files[6] = {
        {.name = (char *)"x", .cls = -1},  {.name = (char *)"y", .cls = -1},
        {.name = (char *)"a/1"},           {.name = (char *)"c/1", .cls = 2},
        {.name = (char *)"c/2", .cls = 2}, {.name = (char *)"d/1", .cls = 3}};
    struct dataset ds = {
        .root = (char *)"/d", .n_classes = 4, .n_files = 6, .classes = classes, .files = files,
        .by_status = {[FILE_USED] = 6}};
    struct str bytes = STR_INIT;
    block_dataset(&bytes, &ds, false);
    const struct block *block = block_from_bytes(BLOCK_DATASET, bytes.s, bytes.len);
    struct ds_view v;
    assert_int_equal(ds_view_open(&v, block, NULL), ERR_OK);
    assert_int_equal(ds_view_class(&v, 0).first_file, 2);
    assert_int_equal(ds_view_class(&v, 2).first_file, 3);
    assert_int_equal(ds_view_class(&v, 3).first_file, 5);
    block_release(block);
    str_done(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(orders), cmocka_unit_test(narrows), cmocka_unit_test(zooms),
        cmocka_unit_test(bins),   cmocka_unit_test(counts),  cmocka_unit_test(first_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
