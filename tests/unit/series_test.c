/* Series of charts: extents of any stretch, points that draw as all values do.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/test.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ui/plot_dots.h"
#include "ui/series.h"

static uint32_t random_state;

static uint32_t draw(uint32_t below)
{
    random_state = random_state * 1664525 + 1013904223;
    return (uint32_t)((uint64_t)random_state * below >> 32);
}

static double draw_value(bool gaps)
{
    return gaps && draw(50) == 0 ? NAN : (double)draw(100000) / 1000;
}

static struct series_extent by_hand(const struct series *s, size_t first, size_t end)
{
    struct series_extent e = {0};
    for (size_t i = first; i < end; i++) {
        double y = (double)s->y[i];
        e.gap |= !isfinite(y);
        if (!isfinite(y))
            continue;
        e.lo = e.any ? fmin(e.lo, y) : y;
        e.hi = e.any ? fmax(e.hi, y) : y;
        e.any = true;
    }
    return e;
}

static void expect_same(struct series_extent a, struct series_extent b)
{
    assert_int_equal(a.any, b.any);
    assert_int_equal(a.gap, b.gap);
    if (a.any) {
        assert_float_equal(a.lo, b.lo, 0);
        assert_float_equal(a.hi, b.hi, 0);
    }
}

/* Every stretch of a short series, random ones of a long one, as a plain loop finds them. */
static void extents(void **state)
{
    struct series s = {0};
    (void)state;
    random_state = 1;
    for (size_t n = 0; n < 100; n++) {
        for (size_t first = 0; first <= n; first++)
            expect_same(series_extent(&s, first, n), by_hand(&s, first, n));
        series_add(&s, draw_value(true));
    }
    while (s.n < 70000)
        series_add(&s, draw_value(true));
    for (int k = 0; k < 300; k++) {
        size_t first = draw(70000), end = first + draw((uint32_t)(70001 - first));
        expect_same(series_extent(&s, first, end), by_hand(&s, first, end));
    }
    size_t gaps = 0;
    for (size_t i = 0; i < s.n; i++)
        gaps += isnan(s.y[i]);
    assert_int_equal(s.gaps, gaps);
    series_clear(&s);
    assert_false(series_extent(&s, 0, 0).any);
    series_add(&s, 3); /* what was before is forgotten */
    expect_same(series_extent(&s, 0, 1), (struct series_extent){3, 3, true, false});
    series_done(&s);
}

static void finds(void **state)
{
    static const double x[] = {1, 2, 2, 5};
    (void)state;
    assert_int_equal(series_find(x, 4, 0), 0);
    assert_int_equal(series_find(x, 4, 2), 1);
    assert_int_equal(series_find(x, 4, 2.5), 3);
    assert_int_equal(series_find(x, 4, 6), 4);
    assert_int_equal(series_find(x, 0, 6), 0);
}

#define COLS 30
#define ROWS 5

/* Dots of points in a window, values 0..100 from the bottom up. */
static void paint(struct plot_dots *d, const double *x, const double *y, size_t n, double x0,
                  double x1)
{
    double *dx = malloc(2 * (n + 1) * sizeof *dx), *dy = dx + n + 1;
    plot_dots_init(d, COLS, ROWS, false);
    for (size_t i = 0; i < n; i++) {
        dx[i] = (x[i] - x0) / (x1 - x0) * (plot_dots_width(d) - 1);
        dy[i] = (100 - y[i]) / 100 * (plot_dots_height(d) - 1);
    }
    plot_dots_series(d, 0, dx, dy, n, false);
    free(dx);
}

/* Counts dots that the points lack and dots that they have too much. */
static void compare(const struct series *s, const double *x, double x0, double x1, int *lacking,
                    int *more)
{
    struct plot_dots all, some;
    double px[SERIES_POINTS(2 * COLS)], py[SERIES_POINTS(2 * COLS)];
    size_t n = series_points(s, x, x0, x1, 2 * COLS, px, py);
    assert_true(n <= SERIES_POINTS(2 * COLS));
    for (size_t i = 1; i < n; i++)
        assert_true(px[i] >= px[i - 1]);
    double *y = malloc((s->n + 1) * sizeof *y);
    for (size_t i = 0; i < s->n; i++)
        y[i] = (double)s->y[i];
    paint(&all, x, y, s->n, x0, x1);
    free(y);
    paint(&some, px, py, n, x0, x1);
    for (int i = 0; i < COLS * ROWS; i++) {
        *lacking += (all.bits[i] & ~some.bits[i]) != 0;
        *more += (some.bits[i] & ~all.bits[i]) != 0;
    }
    plot_dots_done(&all);
    plot_dots_done(&some);
}

/* Without gaps the picture is the same to the dot, at any length and window; with gaps no dot is
 * lost. */
static void points_draw_the_same(void **state)
{
    (void)state;
    int lacking = 0, more = 0, lacking_gaps = 0, more_gaps = 0, windows = 0;
    random_state = 7;
    for (size_t n = 1; n < 60000; n = n * 5 + 1) {
        for (int gaps = 0; gaps < 2; gaps++) {
            struct series s = {0};
            double *x = malloc(n * sizeof *x);
            for (size_t i = 0; i < n; i++) {
                x[i] = (double)i + 0.123;
                series_add(&s, draw_value(gaps));
            }
            for (int k = 0; k < 20; k++, windows++) {
                double x0 = (double)draw((uint32_t)n), x1 = x0 + 0.7 + (double)draw((uint32_t)n);
                compare(&s, x, k ? x0 : 0, k ? x1 : (double)n, gaps ? &lacking_gaps : &lacking,
                        gaps ? &more_gaps : &more);
            }
            series_done(&s);
            free(x);
        }
    }
    print_message("# %d windows: %d cells lack dots, %d have more; with gaps %d and %d\n", windows,
                  lacking, more, lacking_gaps, more_gaps);
    assert_int_equal(lacking + more + lacking_gaps, 0);
}

/* A million values with one spike: few points, the spike among them, the gap told. */
static void a_million(void **state)
{
    enum { N = 1000000 };
    struct series s = {0};
    double *x = malloc(N * sizeof *x);
    double px[SERIES_POINTS(200)], py[SERIES_POINTS(200)];
    (void)state;
    for (int i = 0; i < N; i++) {
        x[i] = i;
        series_add(&s, i == 123456 ? 1000 : i == 700001 ? NAN : 1 + i % 7);
    }
    size_t n = series_points(&s, x, 0, N, 200, px, py), gaps = 0;
    double highest = 0;
    for (size_t i = 0; i < n; i++) {
        highest = fmax(highest, isnan(py[i]) ? 0 : py[i]);
        gaps += isnan(py[i]) && fabs(px[i] - 700001) < N / 199.0;
    }
    print_message("# %d values are drawn by %zu points\n", N, n);
    assert_true(n <= SERIES_POINTS(200));
    assert_float_equal(highest, 1000, 0);
    assert_true(gaps > 0);
    series_done(&s);
    free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(extents),
        cmocka_unit_test(finds),
        cmocka_unit_test(points_draw_the_same),
        cmocka_unit_test(a_million),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
