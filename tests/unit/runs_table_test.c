/* The table of runs: sorting, filtering, columns. SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "unit/test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "ui/runs_table.h"

/* Newest first, as the engine gives them. */
static const struct run_row rows[] = {
    {.name = "e", .state = "running", .mode = "staged", .preset = "best", .model = "resnet50", .data = "/d/Cats",
     .started = "2026-01-05", .note = "", .remark = "", .epochs = 0, .best_val_acc = NAN, .seconds = 3},
    {.name = "d", .state = "done", .mode = "frozen", .preset = "classic", .model = "resnet18", .data = "/d/flowers",
     .started = "2026-01-04", .note = "done", .remark = "Too few roses", .epochs = 5, .best_epoch = 4, .best_val_acc = 0.91,
     .seconds = 60},
    {.name = "c", .state = "failed", .mode = "scratch", .preset = "best", .model = "mobilenet_v2", .data = "/d/flowers",
     .started = "2026-01-03", .note = "loss is NaN", .remark = "", .epochs = 2, .best_epoch = 1, .best_val_acc = 0.2,
     .seconds = 20},
    {.name = "b", .state = "done", .mode = "frozen", .preset = "best", .model = "resnet18", .data = "/d/flowers",
     .started = "2026-01-02", .note = "done", .remark = "", .epochs = 5, .best_epoch = 5, .best_val_acc = 0.93, .seconds = 90},
    {.name = "a", .state = "broken", .mode = "", .preset = "", .model = "", .data = "", .started = "",
     .note = "run.ini: line 3", .remark = "", .best_val_acc = NAN},
};
#define N (sizeof rows / sizeof *rows)

static void expect(enum run_column column, bool reverse, const char *filter, const char *names)
{
    size_t order[N];
    char got[N + 1] = "";
    size_t n = runs_arrange(order, rows, N, column, reverse, filter);
    for (size_t i = 0; i < n; i++)
        got[i] = rows[order[i]].name[0];
    print_message("# %s%s \"%s\": %s\n", run_column_title(column), reverse ? " reversed" : "", filter, got);
    assert_string_equal(got, names);
}

static void sorting(void **state)
{
    (void)state;
    expect(RUN_STARTED, false, "", "edcba");
    expect(RUN_STARTED, true, "", "abcde");
    expect(RUN_ACC, false, "", "bdcea"); /* unknown ones last, whichever way */
    expect(RUN_ACC, true, "", "cdbea");
    expect(RUN_EPOCHS, false, "", "dbcea"); /* equal ones newest first */
    expect(RUN_EPOCHS, true, "", "eacdb");
    expect(RUN_TIME, false, "", "bdcea");
    expect(RUN_MODE, false, "", "adbce");
    expect(RUN_MODEL, false, "", "acdbe");
    expect(RUN_STATE, false, "", "adbce");
    expect(RUN_NOTE, false, "", "edbca");
}

static void filtering(void **state)
{
    (void)state;
    expect(RUN_STARTED, false, "frozen", "db");
    expect(RUN_STARTED, false, "FROZ best", "b"); /* every word, any case */
    expect(RUN_STARTED, false, "  nan ", "c");
    expect(RUN_STARTED, false, "roses", "d");
    expect(RUN_STARTED, false, "cats", "e");
    expect(RUN_STARTED, false, "broken", "a");
    expect(RUN_STARTED, false, "nothing like it", "");
    expect(RUN_ACC, true, "resnet", "dbe");
    assert_int_equal(runs_arrange(NULL, rows, 0, RUN_ACC, false, ""), 0);
}

/* Columns never overlap nor leave the row, and the most needed ones are the last to go. */
static void columns(void **state)
{
    (void)state;
    for (int width = 0; width <= 240; width++) {
        struct run_columns k = run_columns(width);
        int end = 0;
        for (int i = 0; i < RUN_COLUMNS; i++) {
            if (!k.width[i])
                continue;
            assert_true(k.x[i] >= end);
            end = k.x[i] + k.width[i];
            assert_true(end <= width);
        }
        assert_true(width < 15 || (k.width[RUN_ACC] && k.width[RUN_MODE]));
        assert_true(width < 24 || k.width[RUN_STATE]);
        assert_true(width < 77 || (k.width[RUN_MODE] && k.width[RUN_MODEL] && k.width[RUN_EPOCHS] && k.width[RUN_TIME]));
        assert_true(width < 130 || k.width[RUN_NOTE]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(sorting), cmocka_unit_test(filtering), cmocka_unit_test(columns)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
