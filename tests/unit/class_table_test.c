/* Numbers of the classes against ones by hand, their order, and the orders of pictures.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "unit/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/block.h"
#include "ui/class_table.h"

/* true \ answer   cat  dog  emu  fox
 * cat               6    3    1    0    recall 0.6, precision 6 / 8, F1 12 / 18
 * dog               2    2    0    0    recall 0.5, precision 2 / 5, F1  4 / 9
 * emu               0    0    0    0    no pictures, named once: precision 0
 * fox               0    0    0    1    recall 1,   precision 1,     F1 1 */
static const int64_t counts[16] = {6, 3, 1, 0, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
static const char *const names[4] = {"cat", "dog", "emu", "Fox"};
static struct prediction_row predictions[] = {
    {"1", 0, 1, 0.6, ""},  {"2", 0, 0, 0.9, ""},  {"3", 0, 1, 0.8, ""}, {"4", -1, 1, 0.99, ""},
    {"5", 0, -1, NAN, "cut off"}, {"6", 1, 0, 0.8, ""}, {"7", 0, 1, NAN, ""}, {"8", 0, 2, 0.95, ""}, {"9", 0, 0, 0.97, ""},
};

static const struct block *open_view(struct result_view *v)
{
    struct result r = {.n_classes = 4, .epoch = 1, .classes = names, .what = "test", .counts = counts,
                       .n = sizeof predictions / sizeof *predictions, .rows = predictions};
    struct str bytes = STR_INIT;
    block_result(&bytes, &r);
    const struct block *block = block_from_bytes(BLOCK_RESULT, bytes.s, bytes.len);
    str_done(&bytes);
    assert_int_equal(result_view_open(v, block, NULL), ERR_OK);
    return block;
}

static double worst;

static void near(double got, double want)
{
    assert_int_equal(isnan(got) != 0, isnan(want) != 0);
    if (isnan(want))
        return;
    worst = fmax(worst, fabs(got - want));
    assert_true(fabs(got - want) < 1e-12);
}

static void numbers(void **state)
{
    (void)state;
    struct result_view v;
    struct class_row rows[4];
    const struct block *block = open_view(&v);
    class_rows(rows, &v);
    assert_true(rows[0].n == 10 && rows[0].predicted == 8 && rows[0].right == 6);
    assert_true(rows[0].taken_for == 1 && rows[0].n_taken == 3);
    near(rows[0].recall, 0.6);
    near(rows[0].precision, 0.75);
    near(rows[0].f1, 12.0 / 18);
    near(rows[1].recall, 0.5);
    near(rows[1].precision, 0.4);
    near(rows[1].f1, 4.0 / 9);
    near(rows[2].recall, NAN);
    near(rows[2].precision, 0);
    assert_true(rows[2].n == 0 && rows[2].predicted == 1 && rows[2].taken_for == -1);
    near(rows[3].f1, 1);
    print_message("# largest difference %.3g\n", worst);
    block_release(block);
}

static void expect(struct class_row *rows, const struct result_view *v, enum class_column column, bool reverse,
                   const char *order)
{
    char got[5] = "";
    class_rows_sort(rows, v, column, reverse);
    for (int i = 0; i < 4; i++)
        got[i] = names[rows[i].cls][0];
    print_message("# column %d%s: %s\n", (int)column, reverse ? " reversed" : "", got);
    assert_string_equal(got, order);
}

static void order(void **state)
{
    (void)state;
    struct result_view v;
    struct class_row rows[4];
    const struct block *block = open_view(&v);
    class_rows(rows, &v);
    expect(rows, &v, CLASS_NAME, false, "Fcde"); /* by bytes, as folders are */
    expect(rows, &v, CLASS_NAME, true, "edcF");
    expect(rows, &v, CLASS_PICTURES, false, "cdFe");
    expect(rows, &v, CLASS_RECALL, false, "dcFe"); /* worst first, unknown last */
    expect(rows, &v, CLASS_RECALL, true, "Fcde");
    expect(rows, &v, CLASS_PRECISION, false, "edcF");
    expect(rows, &v, CLASS_TAKEN_FOR, false, "cdeF");
    block_release(block);
}

static void expect_rows(const struct result_view *v, enum result_order order, int truth, int predicted, const char *files)
{
    char got[16] = "";
    struct result_rows rows = result_view_select(v, order, truth, predicted);
    for (size_t i = 0; i < rows.n; i++)
        got[i] = predictions[result_view_in(v, &rows, i)].file[0];
    assert_string_equal(got, files);
}

static void pictures(void **state)
{
    (void)state;
    struct result_view v;
    size_t row;
    const struct block *block = open_view(&v);
    expect_rows(&v, RESULT_ALL, 0, 0, "123456789");
    expect_rows(&v, RESULT_MISTAKES, 0, 0, "83617"); /* 4 has no class, 5 no answer; equal ones in their order; NaN last */
    expect_rows(&v, RESULT_CELL, 0, 1, "317");
    expect_rows(&v, RESULT_CELL, 1, 0, "6");
    expect_rows(&v, RESULT_CELL, 0, 3, "");
    expect_rows(&v, RESULT_CLASS, 0, -1, "831792");
    expect_rows(&v, RESULT_CLASS, 1, -1, "6");
    expect_rows(&v, RESULT_CLASS, 3, -1, "");
    for (size_t i = 0; i < v.n; i++)
        assert_true(result_view_find(&v, predictions[i].file, &row) && row == i);
    assert_false(result_view_find(&v, "0", &row) || result_view_find(&v, "55", &row) || result_view_find(&v, "", &row));
    block_release(block);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(numbers), cmocka_unit_test(order), cmocka_unit_test(pictures)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
