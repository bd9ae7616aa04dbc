/* Charts: dots, ranges, ticks, smoothing, whole pictures. SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "unit/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/glyph.h"
#include "ui/plot_dots.h"
#include "ui/plot_scale.h"
#include "ui/w_plot.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static void expect_dots(const struct plot_dots *d, const char *text)
{
    struct str s = STR_INIT;
    for (int row = 0; row < d->rows; row++) {
        for (int col = 0; col < d->cols; col++) {
            uint32_t ch = plot_dots_char(d, col, row);
            utf8_add(&s, ch ? ch : ' ');
        }
        str_add_c(&s, '\n');
    }
    assert_string_equal(s.s, text);
    str_done(&s);
}

/* Unicode numbers the dots 1 2 3 down the left, 4 5 6 down the right, 7 and 8 below; the bit of dot
 * n is n - 1. */
static void dots_stand_upright(void **state)
{
    static const uint32_t expected[4][2] = {
        {0x2801, 0x2808}, {0x2802, 0x2810}, {0x2804, 0x2820}, {0x2840, 0x2880}};
    (void)state;
    for (int y = 0; y < 4; y++) {
        for (int x = 0; x < 2; x++) {
            struct plot_dots d;
            plot_dots_init(&d, 1, 1, false);
            plot_dots_line(&d, 0, x, y, x, y, false);
            assert_int_equal(plot_dots_char(&d, 0, 0), expected[y][x]);
            plot_dots_done(&d);
        }
    }
}

static void lines(void **state)
{
    (void)state;
    struct plot_dots d;
    plot_dots_init(&d, 2, 1, false);
    plot_dots_line(&d, 0, 0, 0, 3, 3, false); /* down to the right */
    expect_dots(&d, "\u2811\u2884\n");
    plot_dots_done(&d);
    plot_dots_init(&d, 2, 1, false);
    plot_dots_line(&d, 0, 0, 3, 3, 0, false); /* up to the right */
    expect_dots(&d, "\u2860\u280a\n");
    plot_dots_done(&d);
    plot_dots_init(&d, 3, 1, false);
    plot_dots_line(&d, 0, 0, 0, 5, 0, true); /* dashes of three */
    expect_dots(&d, "\u2809\u2801 \n");
    plot_dots_done(&d);
}

static void lines_are_clipped(void **state)
{
    static const double far[] = {-1e308, -1e9, -7, 1e9, 1e308};
    (void)state;
    struct plot_dots d;
    plot_dots_init(&d, 2, 1, false);
    plot_dots_line(&d, 0, -10, -10, 10, 10, false); /* passes the diagonal */
    expect_dots(&d, "\u2811\u2884\n");
    plot_dots_done(&d);
    plot_dots_init(&d, 2, 1, false);
    plot_dots_line(&d, 0, -5, -1, 20, -1, false); /* above */
    plot_dots_line(&d, 0, 4.5, 0, 4.5, 9, false); /* right of it */
    expect_dots(&d, "  \n");
    for (size_t i = 0; i < COUNT(far); i++) /* stays inside its memory */
        for (size_t j = 0; j < COUNT(far); j++)
            plot_dots_line(&d, 0, far[i], far[j], far[j], far[COUNT(far) - 1 - i], false);
    plot_dots_done(&d);
}

static void gaps_break_the_line(void **state)
{
    static const double x[] = {0, 1, 2, 3, 4, 5}, y[] = {0, 0, NAN, 3, INFINITY, 0};
    (void)state;
    struct plot_dots d;
    plot_dots_init(&d, 3, 1, false);
    plot_dots_series(&d, 0, x, y, COUNT(x), false);
    expect_dots(&d, "\u2809\u2880\u2808\n"); /* two dots joined, two single ones */
    plot_dots_done(&d);
    plot_dots_init(&d, 3, 1, false);
    plot_dots_series(&d, 0, x, y + 2, 1, false); /* nothing but a gap */
    expect_dots(&d, "   \n");
    plot_dots_done(&d);
}

/* Ten thousand points on eight columns: a spike of one point reaches the top, the rest stays at the
 * bottom. */
static void spikes_are_kept(void **state)
{
    enum { N = 10000 };
    (void)state;
    double *x = malloc(N * sizeof *x), *y = malloc(N * sizeof *y);
    for (int i = 0; i < N; i++) {
        x[i] = 7.0 * i / (N - 1);
        y[i] = i == 5001 ? 0 : 3;
    }
    struct plot_dots d;
    plot_dots_init(&d, 4, 1, false);
    plot_dots_series(&d, 0, x, y, N, false);
    expect_dots(&d, "\u28c0\u28c0\u28c7\u28c0\n");
    plot_dots_done(&d);
    free(x);
    free(y);
}

static void last_series_owns_the_cell(void **state)
{
    (void)state;
    struct plot_dots d;
    plot_dots_init(&d, 2, 1, false);
    plot_dots_line(&d, 0, 0, 0, 3, 0, false);
    plot_dots_line(&d, 1, 0, 3, 1, 3, false);
    expect_dots(&d, "\u28c0\u2809\n"); /* replaced, not mixed */
    assert_int_equal(d.owner[0], 2);
    assert_int_equal(d.owner[1], 1);
    plot_dots_done(&d);
}

static void ascii_has_two_dots_a_cell(void **state)
{
    (void)state;
    struct plot_dots d;
    plot_dots_init(&d, 3, 1, true);
    plot_dots_line(&d, 0, 0, 0, 0, 0, false);
    plot_dots_line(&d, 0, 1, 1, 1, 1, false);
    plot_dots_line(&d, 0, 2, 0, 2, 1, false);
    expect_dots(&d, "'.:\n");
    plot_dots_done(&d);
}

static struct plot_range range_of(const double *y, size_t n, int ticks, bool non_negative,
                                  double most)
{
    struct plot_extent e = {0};
    plot_extent_add(&e, y, n, false);
    return plot_range_make(&e, ticks, non_negative, most);
}

static void expect_range(struct plot_range r, double lo, double hi, double step)
{
    assert_float_equal(r.lo, lo, 1e-9);
    assert_float_equal(r.hi, hi, 1e-9);
    assert_float_equal(r.step, step, 1e-9);
}

static void ranges(void **state)
{
    static const double losses[] = {1.61, NAN, 0.42, INFINITY, 0.9}, constant[] = {0.5, 0.5},
                        zero[] = {0};
    static const double accs[] = {0.62, 0.97}, huge[] = {-1e308, 1e308}, tiny[] = {1e-300, 3e-300},
                        ones[] = {1, 1},
                        floats[] = {0.2, (double)0.2F};
    (void)state;
    expect_range(range_of(losses, COUNT(losses), 4, true, NAN), 0, 2, 0.5);
    expect_range(range_of(accs, COUNT(accs), 4, true, 1), 0.6, 1, 0.1);
    expect_range(range_of(constant, 2, 4, true, NAN), 0.45, 0.55, 0.025);
    expect_range(range_of(floats, 2, 4, true, 1), 0.18, 0.22, 0.01);
    expect_range(range_of(zero, 1, 4, true, NAN), 0, 0.1, 0.05);
    expect_range(range_of(zero, 0, 4, true, NAN), 0, 1, 0.25);
    const struct plot_range odd[] = {range_of(huge, 2, 4, false, NAN),
                                     range_of(tiny, 2, 4, true, NAN), range_of(ones, 2, 4, true, 1),
                                     range_of(losses, 5, 0, true, NAN)};
    for (size_t i = 0; i < COUNT(odd); i++)
        assert_true(isfinite(odd[i].lo) && isfinite(odd[i].hi) && odd[i].lo < odd[i].hi &&
                    odd[i].step > 0);
    for (int ticks = 1; ticks < 8; ticks++) {
        for (int k = 0; k < 200; k++) {
            double y[] = {sin(k) * k, cos(3 * k) * k + 0.1};
            struct plot_range r = range_of(y, 2, ticks, false, NAN);
            assert_true(r.lo <= fmin(y[0], y[1]) + 1e-9 && r.hi >= fmax(y[0], y[1]) - 1e-9);
            if (ticks > 1)
                assert_true((r.hi - r.lo) / r.step <= ticks + 1e-6);
        }
    }
}

static void robust_range_leaves_spikes_out(void **state)
{
    (void)state;
    double y[500];
    for (int i = 0; i < 500; i++)
        y[i] = 1 + i % 10 * 0.01;
    y[17] = 1e6;
    struct plot_extent e = {0};
    plot_extent_add(&e, y, 500, true);
    assert_float_equal(e.hi, 1.09, 1e-12);
    plot_extent_add(&e, y, 500, false);
    assert_float_equal(e.hi, 1e6, 0);
}

static void held_range_is_steady(void **state)
{
    (void)state;
    struct plot_range held = {0};
    plot_range_hold(&held, (struct plot_range){0, 2, 0.5});
    expect_range(held, 0, 2, 0.5);
    plot_range_hold(&held,
                    (struct plot_range){0.5, 2, 0.5}); /* inside and not much smaller: kept */
    expect_range(held, 0, 2, 0.5);
    plot_range_hold(&held, (struct plot_range){0, 2.5, 0.5}); /* outgrown */
    expect_range(held, 0, 2.5, 0.5);
    plot_range_hold(&held, (struct plot_range){0, 1, 0.2}); /* much smaller */
    expect_range(held, 0, 1, 0.2);
}

static void tick_texts(void **state)
{
    char text[NUM_TEXT];
    (void)state;
    assert_string_equal(plot_tick_text(text, 0.5, 0.25, false), "0.50");
    assert_string_equal(plot_tick_text(text, 1.5, 0.5, false), "1.5");
    assert_string_equal(plot_tick_text(text, 3, 1, false), "3");
    assert_string_equal(plot_tick_text(text, -1e-17, 0.1, false), "0.0");
    assert_string_equal(plot_tick_text(text, 0.8, 0.1, true), "80 %");
    assert_string_equal(plot_tick_text(text, 0.825, 0.025, true), "82.5 %");
    assert_string_equal(plot_tick_text(text, 2.5e7, 5e6, false), "25 M");
    assert_string_equal(plot_tick_text(text, 5e4, 5e4, false), "50 k");
    assert_string_equal(plot_tick_text(text, 2e18, 1e18, false), "2.0e18");
    assert_float_equal(plot_x_end(3, 100), 3, 0);
    assert_float_equal(plot_x_end(11, 100), 20, 0);
    assert_float_equal(plot_x_end(60, 80), 80, 0);
    assert_float_equal(plot_x_step(15, 4, PLOT_WHOLE), 5, 0);
    assert_float_equal(plot_x_step(5, 0, PLOT_WHOLE), 5, 0);
}

static void expect_ticks(struct plot_range r, size_t n, const double *expected)
{
    double ticks[PLOT_TICKS], largest = 0;
    assert_int_equal(plot_range_ticks(&r, ticks), n);
    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, fabs(ticks[i] / expected[i] - 1));
    print_message("# largest relative difference of ticks %g\n", largest);
    assert_true(largest < 1e-12);
}

static void logarithmic_ranges(void **state)
{
    (void)state;
    struct plot_extent e = {0.003, 2, true};
    struct plot_range r = plot_range_log(&e, 4);
    assert_true(r.log && r.lo <= log10(0.003) - 0.04 && r.hi >= log10(2) + 0.04);
    expect_ticks(r, 3, (const double[]){1, 0.1, 0.01});
    expect_ticks(plot_range_log(&(struct plot_extent){0.2, 6, true}, 4), 5,
                 (const double[]){5, 2, 1, 0.5, 0.2});
    expect_ticks(plot_range_log(&(struct plot_extent){1.5, 2.1, true}, 4), 3, /* under a decade */
                 (const double[]){2.5, 2, 1.5});
    expect_ticks(plot_range_log(&(struct plot_extent){1e-8, 1, true}, 4), 3,
                 (const double[]){1, 1e-3, 1e-6});
    expect_ticks(plot_range_part(0.13, 0.47, 4, false), 3, (const double[]){0.4, 0.3, 0.2});
    r = plot_range_log(&(struct plot_extent){5, 5, true}, 4); /* a constant has room around it */
    assert_true(r.lo < log10(5) && r.hi > log10(5));
    r = plot_range_log(&(struct plot_extent){0}, 4);
    assert_true(r.lo < r.hi);
    r = (struct plot_range){-3, 1, 1, true, 0};
    assert_float_equal(plot_range_at(&r, 100), 2, 1e-12);
    assert_true(isnan(plot_range_at(&r, 0)) && isnan(plot_range_at(&r, -1)) &&
                isnan(plot_range_at(&r, INFINITY)));
}

static void time_axes(void **state)
{
    char text[NUM_TEXT];
    (void)state;
    assert_float_equal(plot_x_step(0.8, 4, PLOT_NUMBER), 0.2, 1e-12);
    assert_float_equal(plot_x_step(0.8, 4, PLOT_WHOLE), 1, 0);
    assert_float_equal(plot_x_step(100, 4, PLOT_SECONDS), 30, 0);
    assert_float_equal(plot_x_step(5 * 3600, 4, PLOT_SECONDS), 7200, 0);
    assert_float_equal(plot_x_step(40 * 86400.0, 4, PLOT_SECONDS), 10 * 86400.0, 0);
    assert_string_equal(plot_x_text(text, 4.5, 0.5, PLOT_NUMBER), "4.5");
    assert_string_equal(plot_x_text(text, 12500, 500, PLOT_WHOLE), "12500");
    assert_string_equal(plot_x_text(text, 1250000, 50000, PLOT_WHOLE), "1.25 M");
    assert_string_equal(plot_x_text(text, 90, 30, PLOT_SECONDS), "1:30");
    assert_string_equal(plot_x_text(text, 3 * 3600 + 300, 60, PLOT_SECONDS), "3:05:00");
    assert_string_equal(plot_x_text(text, 0.25, 0.05, PLOT_SECONDS), "0.25");
}

/* By hand for s = 0.5 and 2, 4, gap, 8: m = 1, 2.5, 5.25; weights 1/2, 3/4, 7/8. */
static void smoothing_is_debiased(void **state)
{
    static const double y[] = {2, 4, NAN, 8}, expected[] = {2, 2.5 / 0.75, NAN, 5.25 / 0.875};
    (void)state;
    double out[4], constant[50], largest = 0;
    plot_smooth(out, y, 4, 0.5);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(isnan(out[i]), isnan(expected[i]));
        if (!isnan(out[i]))
            largest = fmax(largest, fabs(out[i] - expected[i]));
    }
    print_message("# largest difference %g\n", largest);
    assert_true(largest < 1e-12);
    for (int i = 0; i < 50; i++)
        constant[i] = 3;
    plot_smooth(constant, constant, 50, 0.9);
    for (int i = 0; i < 50; i++)
        assert_float_equal(constant[i], 3, 1e-12);
    plot_smooth(out, y, 2, 0);
    assert_float_equal(out[1], 4, 0);
}

static void expect_plot(const struct plot *plot, int w, int h, bool ascii, const char *text)
{
    struct canvas c;
    struct str s = STR_INIT;
    canvas_init(&c, w, h);
    c.ascii = ascii;
    plot_draw(&c, canvas_area(&c), plot);
    canvas_text(&s, &c);
    assert_string_equal(s.s, text);
    str_done(&s);
    canvas_done(&c);
}

static const double plot_x[] = {0, 1, 2, 3, 4}, plot_y[] = {2, 1, NAN, 0.5, 0};

static struct plot small_plot(void)
{
    struct plot p = {.title = "Loss",
                     .x_name = "epoch",
                     .x_end = 4,
                     .non_negative = true,
                     .most = NAN,
                     .best_x = NAN,
                     .best_y = NAN};
    p.series[p.n_series++] = (struct plot_series){
        .name = "train", .role = ROLE_PLOT_TRAIN, .n = 5, .x = plot_x, .y = plot_y};
    return p;
}

static void whole_chart(void **state)
{
    struct plot p = small_plot();
    (void)state;
    expect_plot(&p, 30, 9, false,
                "Loss  ─ train 0.0000 nan 1\n"
                " │              ×\n"
                "2┤⠢⢄\n"
                " │  ⠉⠢⢄⡀\n"
                "1┤     ⠈⠒⠄\n"
                " │                    ⠠⢄⣀\n"
                "0┤                       ⠉⠒⠢⠤⣀\n"
                " └┬──────┬──────┬─────┬──────┬\n"
                "  0      1      2      epoch 4\n");
}

static void whole_chart_in_ascii(void **state)
{
    struct plot p = small_plot();
    (void)state;
    expect_plot(&p, 30, 9, true,
                "Loss  - train 0.0000 nan 1\n"
                " |              x\n"
                "2+'..\n"
                " |   '.\n"
                "1+     ''.\n"
                " |                    ..\n"
                "0+                      ''''..\n"
                " ++------+------+-----+------+\n"
                "  0      1      2      epoch 4\n");
}

/* A window in the middle: the line goes on to both sides, ticks are the window's own. */
static void a_window(void **state)
{
    struct plot p = small_plot();
    struct area box;
    (void)state;
    p.x_begin = 0.5;
    p.x_end = 1.5;
    p.y_lo = 0.8;
    p.y_hi = 1.8;
    p.box = &box;
    p.marks[p.n_marks++] = (struct plot_mark){0.25, ROLE_PLOT_MARK, "before", NULL};
    p.marks[p.n_marks++] = (struct plot_mark){1, ROLE_PLOT_MARK, NULL, "rate"};
    p.cursor_on = true;
    p.cursor = 1;
    expect_plot(&p, 30, 9, false,
                "Loss  ─ train 1.0000 nan 1\n"
                "   │             │rate\n"
                "1.5┤⣀            │\n"
                "   │ ⠉⠒⠤⢄⡀       │\n"
                "   │     ⠈⠑⠒⠤⣀⡀  │\n"
                "1.0┤          ⠈⠑⠢⠄\n"
                "   │             │\n"
                "   └┬────────────▴───────────┬\n"
                "   0.5         1.00  epoch 1.5\n");
    assert_int_equal(box.x, 4);
    assert_int_equal(box.w, 26);
    p.cursor = 1.3; /* its place covers a part of the axis' name: no half words */
    p.n_marks = 0;
    expect_plot(&p, 30, 9, true,
                "Loss  - train 1.0000 nan 1\n"
                "   |                    |\n"
                "1.5+..                  |\n"
                "   |  ''..              |\n"
                "   |      ''..          |\n"
                "1.0+          ''..      |\n"
                "   |                    |\n"
                "   ++------------+-----------+\n"
                "   0.5          1.0   1.30\n");
}

/* A mark lies on its line: it takes the cell of the line's dot, also near the ends of the axis. */
static void marks_lie_on_their_line(void **state)
{
    static const double x[] = {0, 1, 2, 3, 4, 5, 6, 7, 8}, y[] = {0.96, 0.9, 0.83, 0.77, 0.5, 0.23, 0.17, 0.1, 0.04};
    struct plot p = {.title = "", .x_end = 8, .y_lo = 0, .y_hi = 1, .most = NAN, .best_x = NAN, .best_y = NAN};
    struct area box;
    (void)state;
    p.box = &box;
    p.series[p.n_series++] = (struct plot_series){
        .name = "", .role = ROLE_PLOT_VALID, .n = 9, .x = x, .y = y};
    for (int h = 6; h < 30; h++) {
        struct canvas line, points;
        canvas_init(&line, 60, h);
        canvas_init(&points, 60, h);
        p.series[0].points = false;
        plot_draw(&line, canvas_area(&line), &p);
        p.series[0].points = true;
        plot_draw(&points, canvas_area(&points), &p);
        for (int i = 60; i < (box.y + box.h) * 60; i++)
            assert_true(points.cells[i].ch != 0x2022 || line.cells[i].ch != ' ');
        canvas_done(&line);
        canvas_done(&points);
    }
}

/* With the cursor on, every series has its value; what is in brackets gives way. */
static void the_cursor_reads_all_series(void **state)
{
    static const double x[] = {0, 1, 2}, y[] = {1, 2, 3};
    static const struct plot_summary mean = {.value = 2.5, .raw = 2};
    struct plot p = small_plot();
    (void)state;
    p.series[0].summary = &mean;
    p.series[p.n_series++] = (struct plot_series){
        .name = "val", .role = ROLE_PLOT_VALID, .n = 3, .x = x, .y = y};
    p.cursor_on = true;
    p.cursor = 1;
    expect_plot(&p, 44, 1, false, "Loss  ─ train 2.5000 (2.0000)  ─ val 2.0000\n");
    expect_plot(&p, 43, 1, false, "Loss  ─ train 2.5000 (2.0000)  ─ val 2.0000\n");
    expect_plot(&p, 42, 1, false, "Loss  ─ train 2.5000  ─ val 2.0000\n");
    expect_plot(&p, 33, 1, false, "Loss  ─ train 2.5000 (2.0000)  +1\n");
    expect_plot(&p, 24, 1, false, "Loss  ─ train 2.5000  +1\n");
}

static void a_logarithmic_chart(void **state)
{
    static const double y[] = {100, 10, 1, 0, 0.01};
    struct plot p = small_plot();
    (void)state;
    p.log = true;
    p.series[0].y = y;
    expect_plot(&p, 30, 9, true,
                "Loss log  - train 0.0100\n"
                " 100+'..\n"
                "    |   ''..\n"
                "    |       ''..\n"
                "   1+           ''\n"
                "    |\n"
                "0.01+                        .\n"
                "    ++-----+-----+-----+-----+\n"
                "     0     1     2     epoch 4\n");
    p.series[0].y = y + 3; /* nothing above 0: linear */
    p.series[0].n = 1;
    p.y_lo = p.y_hi = 0;
    struct plot_range drawn;
    p.drawn = &drawn;
    struct canvas c;
    canvas_init(&c, 30, 9);
    plot_draw(&c, canvas_area(&c), &p);
    canvas_done(&c);
    assert_false(drawn.log);
}

/* Charts below each other begin their axes at one column: that of the widest labels. */
static void labels_are_shared(void **state)
{
    struct plot narrow = small_plot(), wide = small_plot();
    struct area a = {0, 0, 40, 10}, inside;
    (void)state;
    wide.percent = true; /* "100 %" */
    narrow.box = &inside;
    assert_true(plot_labels(a, &narrow) < plot_labels(a, &wide));
    narrow.labels = plot_labels(a, &wide);
    assert_int_equal(plot_labels(a, &narrow), narrow.labels);
    struct canvas c;
    canvas_init(&c, a.w, a.h);
    plot_draw(&c, a, &narrow);
    canvas_done(&c);
    assert_int_equal(inside.x, narrow.labels + 1);
    assert_int_equal(inside.x + inside.w, a.w);
    assert_int_equal(plot_labels((struct area){0, 0, 40, 4}, &wide), 0);
}

/* The largest number before " %" on a chart of that height. */
static int largest_percent(const struct plot *plot, int h)
{
    struct canvas c;
    struct str s = STR_INIT;
    int largest = -1;
    canvas_init(&c, 40, h);
    plot_draw(&c, canvas_area(&c), plot);
    canvas_text(&s, &c);
    for (const char *line = strchr(s.s, '\n'); line; line = strchr(line + 1, '\n')) {
        int value = atoi(line + 1);
        largest = strstr(line, " %") && value > largest ? value : largest;
    }
    str_done(&s);
    canvas_done(&c);
    return largest;
}

static void no_tick_beyond_the_largest_possible(void **state)
{
    static const double ends[] = {0.3, 0.75, 0.9, 1};
    double y[] = {0.2, 0.1, 0.0, 0.1, 0.2};
    struct plot p = small_plot();
    int at_100 = 0;
    (void)state;
    p.percent = true;
    p.most = 1;
    p.series[0].y = y;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        y[4] = ends[i];
        for (int h = 5; h < 60; h++) {
            int largest = largest_percent(&p, h);
            if (largest > 100)
                fail_msg("%d %% on a chart of %d rows up to %g", largest, h, ends[i]);
            at_100 += largest == 100;
        }
    }
    assert_true(at_100 > 60);
}

/* Any size, any data: no crash, nothing outside. */
static void every_size(void **state)
{
    static const double x[] = {0, NAN, 2, 3}, y[] = {1e308, -1e308, INFINITY, NAN};
    struct plot p = small_plot();
    (void)state;
    p.percent = true;
    p.marks[p.n_marks++] = (struct plot_mark){2, ROLE_PLOT_MARK, "all layers"};
    p.marks[p.n_marks++] = (struct plot_mark){NAN, ROLE_PLOT_MARK, "nowhere"};
    p.best_x = 3;
    p.best_y = 0.5;
    p.series[p.n_series++] = (struct plot_series){
        .name = "odd", .role = ROLE_PLOT_VALID, .n = 4, .x = x, .y = y, .points = true};
    p.series[p.n_series++] = (struct plot_series){.name = "none", .role = ROLE_PLOT_VALID};
    for (int h = 1; h < 30; h++) {
        for (int w = 1; w < 60; w += 1 + w / 20) {
            struct canvas c;
            canvas_init(&c, w + 2, h + 2);
            plot_draw(&c, (struct area){1, 1, w, h}, &p);
            for (int i = 0; i < w + 2; i++)
                assert_true(c.cells[i].ch == ' ' && c.cells[(h + 1) * (w + 2) + i].ch == ' ');
            for (int i = 0; i < h + 2; i++)
                assert_true(c.cells[i * (w + 2)].ch == ' ' &&
                            c.cells[i * (w + 2) + w + 1].ch == ' ');
            canvas_done(&c);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dots_stand_upright),
        cmocka_unit_test(lines),
        cmocka_unit_test(lines_are_clipped),
        cmocka_unit_test(gaps_break_the_line),
        cmocka_unit_test(spikes_are_kept),
        cmocka_unit_test(last_series_owns_the_cell),
        cmocka_unit_test(ascii_has_two_dots_a_cell),
        cmocka_unit_test(ranges),
        cmocka_unit_test(robust_range_leaves_spikes_out),
        cmocka_unit_test(held_range_is_steady),
        cmocka_unit_test(logarithmic_ranges),
        cmocka_unit_test(time_axes),
        cmocka_unit_test(tick_texts),
        cmocka_unit_test(smoothing_is_debiased),
        cmocka_unit_test(whole_chart),
        cmocka_unit_test(whole_chart_in_ascii),
        cmocka_unit_test(a_window),
        cmocka_unit_test(marks_lie_on_their_line),
        cmocka_unit_test(the_cursor_reads_all_series),
        cmocka_unit_test(a_logarithmic_chart),
        cmocka_unit_test(labels_are_shared),
        cmocka_unit_test(no_tick_beyond_the_largest_possible),
        cmocka_unit_test(every_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
