/* schedules: against stored PyTorch rates (tests/ref/schedules.py), and at their edges.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "unit/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/csv.h"
#include "base/num.h"
#include "stats/schedule.h"

static const struct schedule plain = {
    .step_epochs = 3, .gamma = 0.1, .warmup = 0.3, .div = 25, .final_div = 1e4};

static struct schedule of_kind(enum schedule_kind kind)
{
    struct schedule s = plain;
    s.kind = kind;
    return s;
}

static void compare_column(const struct csv *csv, enum schedule_kind kind)
{
    struct schedule s = of_kind(kind);
    int column = csv_column(csv, schedule_name(kind));
    double largest = 0;
    assert_int_equal(csv->n_rows, 51);
    assert_true(column > 0);
    for (size_t row = 1; row < csv->n_rows; row++) {
        double want;
        assert_true(num_parse_real(csv->rows[row][column], &want));
        largest = fmax(largest, fabs(schedule_rate(&s, 0.1, (int64_t)row - 1, 50, 5) - want));
    }
    print_message("# %s: largest difference %.3g over 50 steps\n", schedule_name(kind), largest);
    assert_true(largest <= 1e-6);
}

static void rates_are_those_of_pytorch(void **state)
{
    (void)state;
    struct csv csv;
    struct err err = {0};
    char path[1024];
    snprintf(path, sizeof path, "%s/tests/ref/schedules.csv", getenv("top_srcdir"));
    assert_int_equal(csv_read(&csv, path, &err), ERR_OK);
    compare_column(&csv, SCHEDULE_STEP);
    compare_column(&csv, SCHEDULE_COSINE);
    compare_column(&csv, SCHEDULE_ONE_CYCLE);
    csv_done(&csv);
}

static void constant_stays(void **state)
{
    (void)state;
    struct schedule s = of_kind(SCHEDULE_CONSTANT);
    for (int step = 0; step < 50; step++)
        assert_true(schedule_rate(&s, 0.01, step, 50, 5) == 0.01);
}

/* One step, two steps, a step beyond the end: finite, at most the base rate, and a single step is
 * never lost. */
static void short_phases_are_sane(void **state)
{
    (void)state;
    for (int kind = SCHEDULE_CONSTANT; kind <= SCHEDULE_ONE_CYCLE; kind++) {
        struct schedule s = of_kind((enum schedule_kind)kind);
        assert_true(schedule_rate(&s, 0.5, 0, 1, 1) == 0.5);
        for (int steps = 1; steps < 12; steps++) {
            for (int step = 0; step < steps; step++) {
                double rate = schedule_rate(&s, 0.5, step, steps, 1);
                assert_true(isfinite(rate) && rate >= 0 && rate <= 0.5 + 1e-12);
            }
            assert_true(schedule_rate(&s, 0.5, steps, steps, steps) ==
                        schedule_rate(&s, 0.5, steps - 1, steps, steps));
        }
    }
}

/* More epochs at a rate of almost none would learn nothing. */
static void a_tail_learns(void **state)
{
    (void)state;
    struct schedule s = {.kind = SCHEDULE_ONE_CYCLE, .warmup = 0.3, .div = 25, .final_div = 1e4, .step_epochs = 2, .gamma = 0.1};
    assert_float_equal(schedule_tail(&s, 0.2, 100, 10), 0.02, 1e-12);
    s.kind = SCHEDULE_COSINE;
    assert_float_equal(schedule_tail(&s, 0.2, 100, 10), 0.02, 1e-12);
    assert_float_equal(schedule_tail(&s, 0.2, 2, 1), 0.1, 1e-12); /* its last step was higher */
    s.kind = SCHEDULE_STEP;
    assert_float_equal(schedule_tail(&s, 0.2, 60, 10), 0.2 * 0.1 * 0.1, 1e-12); /* as it was told */
    s.kind = SCHEDULE_CONSTANT;
    assert_float_equal(schedule_tail(&s, 0.2, 60, 10), 0.2, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_are_those_of_pytorch),
        cmocka_unit_test(constant_stays),
        cmocka_unit_test(a_tail_learns),
        cmocka_unit_test(short_phases_are_sane),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
