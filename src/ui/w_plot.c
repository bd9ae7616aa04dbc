/* A line chart.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/w_plot.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "ui/fmt.h"
#include "ui/plot_dots.h"

#define CH_LINE 0x2500
#define CH_DASH 0x2504
#define CH_POINT 0x2022
#define CH_STAR 0x2605
#define CH_WALL 0x2502
#define CH_TICK_LEFT 0x2524
#define CH_TICK_BELOW 0x252c
#define CH_CORNER 0x2514
#define CH_MARK 0x250a
#define CH_GAP 0x00d7
#define CH_SIGN 0x25b4

/* What the parts of a chart share while it is drawn. */
struct frame {
    const struct plot *plot;
    struct canvas *c;
    struct area box; /* inside of the axes */
    struct plot_range y;
};

static double last_value(const struct plot_series *s)
{
    for (size_t i = s->n; i-- > 0;) {
        if (!isnan(s->y[i]))
            return s->y[i];
    }
    return NAN;
}

static size_t count_gaps(const struct plot_series *s)
{
    size_t gaps = 0;
    for (size_t i = 0; i < s->n && !s->no_gap_marks; i++)
        gaps += !isfinite(s->y[i]);
    return gaps;
}

/* "─ train 0.4123" at x; returns the cells used, 0 when it does not fit. */
static int legend_entry(struct canvas *c, struct area row, int x, const struct plot *plot,
                        const struct plot_series *s)
{
    char value[NUM_TEXT], text[96], gaps[32] = "";
    double last = last_value(s);
    if (plot->percent)
        fmt_percent(value, last);
    else
        fmt_loss(value, last);
    if (count_gaps(s))
        snprintf(gaps, sizeof gaps, " nan %zu", count_gaps(s));
    bool diverged = *gaps && !isfinite(s->y[s->n - 1]);
    snprintf(text, sizeof text, "%s%s%s%s", s->name, diverged ? "" : " ", diverged ? "" : value,
             gaps);
    int width = text_width(text) + 2;
    if (x + width > row.w)
        return 0;
    canvas_ch(c, row, x, 0, s->role, s->points ? CH_POINT : s->dashed ? CH_DASH : CH_LINE);
    canvas_put(c, row, x + 2, 0, *gaps ? ROLE_STATE_FAIL : ROLE_TEXT, text);
    return width + 2;
}

static void draw_legend(struct canvas *c, struct area row, const struct plot *plot)
{
    int x = canvas_put(c, row, 0, 0, ROLE_TITLE, plot->title) + 2, dropped = 0;
    for (size_t i = 0; i < plot->n_series; i++) {
        if (!plot->series[i].name)
            continue;
        int used = dropped ? 0 : legend_entry(c, row, x, plot, &plot->series[i]);
        dropped += used == 0;
        x += used;
    }
    if (dropped && x + 2 <= row.w)
        canvas_printf(c, row, x, 0, ROLE_DIM, "+%d", dropped);
}

/* Rows that are left over when each of the range's ticks is the same number of rows above the one
 * below it. */
static int spare_rows(const struct plot_range *r, int rows, int *per_tick)
{
    int n = (int)lround((r->hi - r->lo) / r->step);
    *per_tick = n > 0 ? (rows - 1) / n : 0;
    return *per_tick > 0 ? rows - 1 - *per_tick * n : rows;
}

/* A range whose ticks fall on rows: of several numbers of ticks the largest one that leaves a sixth
 * of the rows over at most, else the one that leaves least. What is left over is room above the
 * last tick. */
static struct plot_range range_on_rows(const struct plot *plot, const struct plot_extent *e,
                                       int rows)
{
    struct plot_range best = {0};
    int most = rows >= 18   ? 6
               : rows >= 12 ? rows / 3
                            : rows / 2,
        least = rows + 1, best_per_tick = 1;
    for (int ticks = most > 1 ? most : 1; ticks >= 1 && least * 6 > rows; ticks--) {
        struct plot_range r = plot_range_make(e, ticks, plot->non_negative, plot->most);
        int per_tick, spare = spare_rows(&r, rows, &per_tick);
        if (spare < least) {
            best = r;
            least = spare;
            best_per_tick = per_tick;
        }
    }
    if (best_per_tick > 0)
        best.hi += least * best.step / best_per_tick;
    return best;
}

static struct plot_range range_of(const struct plot *plot, int rows)
{
    struct plot_extent e = {0};
    for (size_t i = 0; i < plot->n_series; i++)
        plot_extent_add(&e, plot->series[i].y, plot->series[i].n, plot->series[i].robust);
    struct plot_range r = range_on_rows(plot, &e, rows);
    if (!plot->held)
        return r;
    plot_range_hold(plot->held, r);
    return *plot->held;
}

/* Row of the box for a value; rounded as the dots are. */
static int row_of(const struct frame *f, double y)
{
    double share = (f->y.hi - y) / (f->y.hi - f->y.lo);
    return (int)lround(fmax(0, fmin(1, share)) * (f->box.h - 1));
}

static int col_of(const struct frame *f, double x)
{
    return (int)lround(fmax(0, fmin(1, x / f->plot->x_end)) * (f->box.w - 1));
}

static int label_width(const struct plot *plot, const struct plot_range *r)
{
    int width = 0;
    char text[NUM_TEXT];
    int n = (int)((r->hi - r->lo) / r->step + 1.5);
    for (int i = 0; i < n; i++) {
        int w = text_width(plot_tick_text(
            text, ceil(r->lo / r->step - 1e-6) * r->step + i * r->step, r->step, plot->percent));
        width = w > width ? w : width;
    }
    return width;
}

static void draw_y_axis(const struct frame *f, int labels)
{
    struct area left = {f->box.x - labels - 1, f->box.y, labels + 1, f->box.h};
    for (int y = 0; y < left.h; y++)
        canvas_ch(f->c, left, labels, y, ROLE_PLOT_AXIS, CH_WALL);
    char text[NUM_TEXT];
    int above = -1;
    for (double v = floor(f->y.hi / f->y.step + 1e-6) * f->y.step; v >= f->y.lo - f->y.step * 1e-6;
         v -= f->y.step) {
        int row = row_of(f, v);
        if (row <= above)
            continue;
        above = row;
        canvas_ch(f->c, left, labels, row, ROLE_PLOT_AXIS, CH_TICK_LEFT);
        canvas_put_right(f->c, left, labels, row, ROLE_PLOT_AXIS,
                         plot_tick_text(text, v, f->y.step, f->plot->percent));
    }
}

static void draw_x_axis(const struct frame *f)
{
    struct area line = {f->box.x - 1, f->box.y + f->box.h, f->box.w + 1, 1};
    struct area below = {f->box.x - 1, line.y + 1, line.w, 1};
    canvas_ch(f->c, line, 0, 0, ROLE_PLOT_AXIS, CH_CORNER);
    for (int x = 1; x < line.w; x++)
        canvas_ch(f->c, line, x, 0, ROLE_PLOT_AXIS, CH_LINE);
    /* The end is always labelled, the axis' name stands before it; other labels where they have
     * room. */
    char text[NUM_TEXT];
    canvas_put_right(f->c, below, below.w, 0, ROLE_PLOT_AXIS, fmt_fixed(text, f->plot->x_end, 0));
    int room = below.w - text_width(text) - 1,
        name = f->plot->x_name ? text_width(f->plot->x_name) : 0;
    if (name && room > name + 4) {
        canvas_put_right(f->c, below, room, 0, ROLE_PLOT_AXIS, f->plot->x_name);
        room -= name + 1;
    }
    double step = plot_x_step(f->plot->x_end, f->box.w / 6);
    for (double v = 0; v <= f->plot->x_end * (1 + 1e-9); v += step) {
        int col = 1 + col_of(f, v), at = col - text_width(fmt_fixed(text, v, 0)) / 2;
        canvas_ch(f->c, line, col, 0, ROLE_PLOT_AXIS, CH_TICK_BELOW);
        if (at + text_width(text) <= room)
            canvas_put(f->c, below, at, 0, ROLE_PLOT_AXIS, text);
    }
}

static void draw_marks(const struct frame *f)
{
    for (size_t i = 0; i < f->plot->n_marks; i++) {
        const struct plot_mark *m = &f->plot->marks[i];
        if (!(m->x >= 0 && m->x <= f->plot->x_end))
            continue;
        int col = col_of(f, m->x);
        for (int y = 0; m->text && y < f->box.h; y++)
            canvas_ch(f->c, f->box, col, y, m->role, CH_MARK);
        struct area axis = {f->box.x, f->box.y + f->box.h, f->box.w, 1};
        if (!m->text)
            canvas_ch(f->c, axis, col, 0, m->role, CH_SIGN);
    }
}

/* Points of a series in dots. */
static void to_dots(const struct frame *f, const struct plot_dots *d, const struct plot_series *s,
                    double *x, double *y)
{
    double w = plot_dots_width(d) - 1, h = plot_dots_height(d) - 1;
    for (size_t i = 0; i < s->n; i++) {
        x[i] = s->x[i] / f->plot->x_end * w;
        y[i] = isfinite(s->y[i]) ? (f->y.hi - s->y[i]) / (f->y.hi - f->y.lo) * h : NAN;
    }
}

static void draw_dots(const struct frame *f)
{
    struct plot_dots d;
    plot_dots_init(&d, f->box.w, f->box.h, f->c->ascii);
    for (size_t i = 0; i < f->plot->n_series; i++) {
        const struct plot_series *s = &f->plot->series[i];
        double *x = xmalloc(2 * s->n * sizeof *x), *y = x + s->n;
        to_dots(f, &d, s, x, y);
        plot_dots_series(&d, (uint8_t)i, x, y, s->n, s->dashed);
        free(x);
    }
    for (int row = 0; row < d.rows; row++) {
        for (int col = 0; col < d.cols; col++) {
            uint32_t ch = plot_dots_char(&d, col, row);
            if (ch)
                canvas_ch(f->c, f->box, col, row,
                          f->plot->series[d.owner[row * d.cols + col] - 1].role, ch);
        }
    }
    plot_dots_done(&d);
}

/* Marks on points, for series with few enough of them, and crosses at the top where values are not
 * finite. */
static void draw_points(const struct frame *f)
{
    for (size_t i = 0; i < f->plot->n_series; i++) {
        const struct plot_series *s = &f->plot->series[i];
        bool room = s->points && (double)s->n * 2 <=
                                     f->box.w * fmax(1, s->n ? s->x[s->n - 1] / f->plot->x_end : 1);
        for (size_t k = 0; k < s->n; k++) {
            if (!(s->x[k] >= 0 && s->x[k] <= f->plot->x_end))
                continue;
            if (!isfinite(s->y[k]) && !s->no_gap_marks)
                canvas_ch(f->c, f->box, col_of(f, s->x[k]), 0, ROLE_STATE_FAIL, CH_GAP);
            else if (room && s->y[k] >= f->y.lo && s->y[k] <= f->y.hi)
                canvas_ch(f->c, f->box, col_of(f, s->x[k]), row_of(f, s->y[k]), s->role, CH_POINT);
        }
    }
    if (f->plot->best_x <= f->plot->x_end && isfinite(f->plot->best_y))
        canvas_ch(f->c, f->box, col_of(f, f->plot->best_x), row_of(f, f->plot->best_y),
                  ROLE_PLOT_BEST, CH_STAR);
}

static bool row_is_free(const struct frame *f, int col, int row, int width)
{
    const struct cell *cells = &f->c->cells[(f->box.y + row) * f->c->cols + f->box.x];
    for (int x = col; x < col + width && x < f->box.w; x++) {
        if (cells[x].ch != ' ')
            return false;
    }
    return true;
}

/* Names of marks beside their lines, in the first row from the top or the bottom that is free. */
static void draw_names(const struct frame *f)
{
    for (size_t i = 0; i < f->plot->n_marks; i++) {
        const struct plot_mark *m = &f->plot->marks[i];
        if (!m->text || !(m->x >= 0 && m->x <= f->plot->x_end))
            continue;
        int col = col_of(f, m->x) + 1, width = text_width(m->text);
        for (int k = 0; k < f->box.h; k++) {
            int row = f->plot->names_below ? f->box.h - 1 - k : k;
            if (!row_is_free(f, col, row, width))
                continue;
            canvas_put(f->c, f->box, col, row, m->role, m->text);
            break;
        }
    }
}

void plot_draw(struct canvas *c, struct area a, const struct plot *plot)
{
    if (area_empty(a))
        return;
    draw_legend(c, (struct area){a.x, a.y, a.w, 1}, plot);
    int rows = a.h - 3;
    if (rows < 2 || a.w < 16)
        return;
    struct frame f = {plot, c, a, range_of(plot, rows)};
    int labels = label_width(plot, &f.y);
    f.box = (struct area){a.x + labels + 1, a.y + 1, a.w - labels - 1, rows};
    if (f.box.w < 4)
        return;
    draw_y_axis(&f, labels);
    draw_x_axis(&f);
    draw_marks(&f);
    draw_dots(&f);
    draw_points(&f);
    draw_names(&f);
}
