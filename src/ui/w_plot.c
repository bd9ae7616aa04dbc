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

/* Value of the last point, or of the last one that is not right of the cursor. */
static double value_of(const struct plot *plot, const struct plot_series *s)
{
    for (size_t i = s->n; i-- > 0;) {
        if (!isnan(s->y[i]) && !(plot->cursor_on && s->x[i] > plot->cursor))
            return s->y[i];
    }
    return NAN;
}

static struct plot_summary summary_of(const struct plot *plot, const struct plot_series *s)
{
    if (s->summary)
        return *s->summary;
    struct plot_summary sum = {.value = value_of(plot, s), .raw = NAN};
    for (size_t i = 0; i < s->n && !s->no_gap_marks; i++)
        sum.gaps += !isfinite(s->y[i]);
    sum.diverged = sum.gaps && !isfinite(s->y[s->n - 1]);
    return sum;
}

static char *value_text(const struct plot *plot, char out[NUM_TEXT], double v)
{
    if (plot->value_text)
        return plot->value_text(out, v);
    return plot->percent ? fmt_percent(out, v) : fmt_loss(out, v);
}

static uint32_t point_of(const struct plot_series *s)
{
    return s->point ? s->point : CH_POINT;
}

/* "train 0.4123 (0.4301) nan 2"; with_raw: with what is in brackets. True: it has gaps. */
static bool entry_text(char *out, size_t size, const struct plot *plot, const struct plot_series *s,
                       bool with_raw)
{
    char value[NUM_TEXT], raw[NUM_TEXT], gaps[32] = "";
    const char *blank = *s->name ? " " : "";
    struct plot_summary sum = summary_of(plot, s);
    if (sum.gaps)
        snprintf(gaps, sizeof gaps, " nan %zu", sum.gaps);
    if (sum.diverged)
        snprintf(out, size, "%s%s", s->name, gaps);
    else if (isnan(sum.raw) || !with_raw)
        snprintf(out, size, "%s%s%s%s", s->name, blank, value_text(plot, value, sum.value), gaps);
    else
        snprintf(out, size, "%s%s%s (%s)%s", s->name, blank, value_text(plot, value, sum.value),
                 value_text(plot, raw, sum.raw), gaps);
    return *gaps;
}

/* Entries of the legend that have room, from the first on. */
static size_t entries_in(const struct plot *plot, int room, bool with_raw)
{
    char text[200];
    size_t n = 0;
    for (size_t i = 0; i < plot->n_series; i++) {
        if (!plot->series[i].name)
            continue;
        entry_text(text, sizeof text, plot, &plot->series[i], with_raw);
        room -= text_width(text) + 2;
        if (room < 0)
            break;
        room -= 2;
        n++;
    }
    return n;
}

/* "─ train 0.4123" at x; returns where the next one begins. */
static int draw_entry(struct canvas *c, struct area row, int x, const struct plot *plot,
                      const struct plot_series *s, bool with_raw)
{
    char text[200];
    bool gaps = entry_text(text, sizeof text, plot, s, with_raw);
    canvas_ch(c, row, x, 0, s->role, s->points ? point_of(s) : s->dashed ? CH_DASH : CH_LINE);
    return x + 2 + canvas_put(c, row, x + 2, 0, gaps ? ROLE_STATE_FAIL : ROLE_TEXT, text) + 2;
}

/* What is in brackets gives way to further entries. */
static void draw_legend(struct canvas *c, struct area row, const struct plot *plot)
{
    char title[96];
    snprintf(title, sizeof title, "%s%s", plot->title, plot->log ? " log" : "");
    int x = canvas_put(c, row, 0, 0, plot->focus ? ROLE_SELECT : ROLE_TITLE, title) + 2;
    size_t n = 0, all = 0, room = entries_in(plot, row.w - x, false);
    bool with_raw = entries_in(plot, row.w - x, true) == room;
    for (size_t i = 0; i < plot->n_series; i++) {
        all += plot->series[i].name != NULL;
        if (plot->series[i].name && n < room) {
            x = draw_entry(c, row, x, plot, &plot->series[i], with_raw);
            n++;
        }
    }
    if (n < all && x + 2 <= row.w)
        canvas_printf(c, row, x, 0, ROLE_DIM, "+%zu", all - n);
}

/* Rows that are left over when each of the range's ticks is the same number of rows above the one
 * below it. */
static int spare_rows(const struct plot_range *r, int rows, int *per_tick)
{
    int n = (int)lround((r->hi - r->lo) / r->step);
    *per_tick = n > 0 ? (rows - 1) / n : 0;
    return *per_tick > 0 ? rows - 1 - *per_tick * n : rows;
}

/* Rows that are left over above the largest possible value must not hold one more tick. */
static bool tick_too_many(const struct plot *plot, const struct plot_range *r, int spare, int per_tick)
{
    return spare >= per_tick && r->hi >= plot->most;
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
        if (spare < least && (ticks == 1 || !tick_too_many(plot, &r, spare, per_tick))) {
            best = r;
            least = spare;
            best_per_tick = per_tick;
        }
    }
    if (best_per_tick > 0)
        best.hi += least * best.step / best_per_tick;
    return best;
}

/* A logarithmic scale is of use when something has a place on it. */
static bool any_positive(const struct plot *plot)
{
    for (size_t i = 0; i < plot->n_series; i++) {
        for (size_t k = 0; k < plot->series[i].n; k++) {
            if (plot->series[i].y[k] > 0 && isfinite(plot->series[i].y[k]))
                return true;
        }
    }
    return false;
}

/* Without a robust part: on a logarithmic scale a spike takes little room. */
static void extent_above_zero(struct plot_extent *e, const struct plot_series *s)
{
    for (size_t i = 0; i < s->n; i++) {
        if (s->y[i] > 0)
            plot_extent_add(e, &s->y[i], 1, false);
    }
}

static struct plot_range range_by_data(const struct plot *plot, bool log, int rows)
{
    struct plot_extent e = {0};
    for (size_t i = 0; i < plot->n_series; i++) {
        const struct plot_series *s = &plot->series[i];
        if (log)
            extent_above_zero(&e, s);
        else
            plot_extent_add(&e, s->y, s->n, s->robust);
    }
    return log ? plot_range_log(&e, rows / 2) : range_on_rows(plot, &e, rows);
}

static struct plot_range range_of(const struct plot *plot, int rows)
{
    bool log = plot->log && any_positive(plot);
    if (plot->y_lo < plot->y_hi)
        return plot_range_part(plot->y_lo, plot->y_hi, rows > 6 ? rows / 3 : rows / 2, log);
    struct plot_range r = range_by_data(plot, log, rows);
    if (!plot->held)
        return r;
    plot_range_hold(plot->held, r);
    return *plot->held;
}

static bool coarse(const struct frame *f)
{
    return f->c->ascii || f->plot->coarse;
}

/* The cell of the dot for that share of the way: what is put there lies on its line. */
static int cell_of(double share, int cells, int dots_per_cell)
{
    int last = cells * dots_per_cell - 1;
    return (int)lround(fmax(0, fmin(1, share)) * last) / dots_per_cell;
}

/* Row of the box for a value in the range's terms. */
static int row_of(const struct frame *f, double at)
{
    return cell_of((f->y.hi - at) / (f->y.hi - f->y.lo), f->box.h, coarse(f) ? 2 : 4);
}

static double x_share(const struct frame *f, double x)
{
    return (x - f->plot->x_begin) / (f->plot->x_end - f->plot->x_begin);
}

static bool x_is_seen(const struct frame *f, double x)
{
    return x >= f->plot->x_begin && x <= f->plot->x_end;
}

/* With the slack that ranges have for the rounding of a float. */
static bool y_is_seen(const struct frame *f, double at)
{
    double slack = (f->y.hi - f->y.lo) * 1e-6;
    return at >= f->y.lo - slack && at <= f->y.hi + slack;
}

static int col_of(const struct frame *f, double x)
{
    return cell_of(x_share(f, x), f->box.w, coarse(f) ? 1 : 2);
}

static char *y_text(const struct plot *plot, char out[NUM_TEXT], double v,
                    const struct plot_range *r)
{
    if (!r->log || r->fine > 0)
        return plot_tick_text(out, v, r->log ? r->fine : r->step, plot->percent);
    return plot->percent ? plot_tick_text(out, v, fmin(v, 1), true) : fmt_rate(out, v);
}

static int label_width(const struct plot *plot, const struct plot_range *r)
{
    int width = plot->labels;
    char text[NUM_TEXT];
    double ticks[PLOT_TICKS];
    size_t n = plot_range_ticks(r, ticks);
    for (size_t i = 0; i < n; i++) {
        int w = text_width(y_text(plot, text, ticks[i], r));
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
    double ticks[PLOT_TICKS];
    size_t n = plot_range_ticks(&f->y, ticks);
    int above = -1;
    for (size_t i = 0; i < n; i++) {
        int row = row_of(f, plot_range_at(&f->y, ticks[i]));
        if (row <= above)
            continue;
        above = row;
        canvas_ch(f->c, left, labels, row, ROLE_PLOT_AXIS, CH_TICK_LEFT);
        canvas_put_right(f->c, left, labels, row, ROLE_PLOT_AXIS,
                         y_text(f->plot, text, ticks[i], &f->y));
    }
}

static void draw_x_axis(const struct frame *f)
{
    const struct plot *p = f->plot;
    struct area line = {f->box.x - 1, f->box.y + f->box.h, f->box.w + 1, 1};
    struct area below = {f->box.x - 1, line.y + 1, line.w, 1};
    canvas_ch(f->c, line, 0, 0, ROLE_PLOT_AXIS, CH_CORNER);
    for (int x = 1; x < line.w; x++)
        canvas_ch(f->c, line, x, 0, ROLE_PLOT_AXIS, CH_LINE);
    /* The end is always labelled, the axis' name stands before it; other labels where they have
     * room. */
    char text[NUM_TEXT];
    double step =
        plot_x_step(p->x_end - p->x_begin, f->box.w / 6, p->whole_ticks ? PLOT_WHOLE : p->x_unit);
    canvas_put_right(f->c, below, below.w, 0, ROLE_PLOT_AXIS,
                     plot_x_text(text, p->x_end, step, p->x_unit));
    int room = below.w - text_width(text) - 1, name = p->x_name ? text_width(p->x_name) : 0,
        used = 0;
    if (name && room > name + 4) {
        canvas_put_right(f->c, below, room, 0, ROLE_PLOT_AXIS, p->x_name);
        room -= name + 1;
    }
    double first = ceil(p->x_begin / step - 1e-9);
    for (int i = 0; i <= f->box.w && (first + i) * step <= p->x_end + step * 1e-9; i++) {
        double k = first + i;
        plot_x_text(text, k * step, step, p->x_unit);
        int col = 1 + col_of(f, k * step), at = col - text_width(text) / 2;
        canvas_ch(f->c, line, col, 0, ROLE_PLOT_AXIS, CH_TICK_BELOW);
        if (at < used || at + text_width(text) > room)
            continue;
        canvas_put(f->c, below, at, 0, ROLE_PLOT_AXIS, text);
        used = at + text_width(text) + 1;
    }
}

static void draw_marks(const struct frame *f)
{
    for (size_t i = 0; i < f->plot->n_marks; i++) {
        const struct plot_mark *m = &f->plot->marks[i];
        if (!x_is_seen(f, m->x))
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
        x[i] = x_share(f, s->x[i]) * w;
        y[i] = (f->y.hi - plot_range_at(&f->y, s->y[i])) / (f->y.hi - f->y.lo) * h;
    }
}

static void draw_dots(const struct frame *f)
{
    struct plot_dots d;
    plot_dots_init(&d, f->box.w, f->box.h, coarse(f));
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

/* Points of a series that are seen have room for a mark each. */
static bool points_have_room(const struct frame *f, const struct plot_series *s)
{
    int n = 0;
    for (size_t k = 0; k < s->n && s->points; k++)
        n += x_is_seen(f, s->x[k]);
    return s->points && n * 2 <= f->box.w;
}

static void draw_point(const struct frame *f, const struct plot_series *s, size_t k, bool room)
{
    double at = plot_range_at(&f->y, s->y[k]);
    if (!isfinite(s->y[k]) && !s->no_gap_marks)
        canvas_ch(f->c, f->box, col_of(f, s->x[k]), 0, ROLE_STATE_FAIL, CH_GAP);
    else if (room && y_is_seen(f, at))
        canvas_ch(f->c, f->box, col_of(f, s->x[k]), row_of(f, at), s->role, point_of(s));
}

/* Marks on points, for series with few enough of them, and crosses at the top where values are not
 * finite. */
static void draw_points(const struct frame *f)
{
    for (size_t i = 0; i < f->plot->n_series; i++) {
        const struct plot_series *s = &f->plot->series[i];
        bool room = points_have_room(f, s);
        for (size_t k = 0; k < s->n; k++) {
            if (x_is_seen(f, s->x[k]))
                draw_point(f, s, k, room);
        }
    }
    double best = plot_range_at(&f->y, f->plot->best_y);
    if (x_is_seen(f, f->plot->best_x) && y_is_seen(f, best))
        canvas_ch(f->c, f->box, col_of(f, f->plot->best_x), row_of(f, best), ROLE_PLOT_BEST,
                  CH_STAR);
}

/* Below the series: their dots are drawn over it. */
static void draw_cursor(const struct frame *f)
{
    if (!f->plot->cursor_on || !x_is_seen(f, f->plot->cursor))
        return;
    int col = col_of(f, f->plot->cursor);
    for (int y = 0; y < f->box.h; y++)
        canvas_ch(f->c, f->box, col, y, ROLE_BORDER_FOCUS, CH_WALL);
}

/* Takes away words of which columns col to end would cover a part: half a number is another one. */
static void clear_words(const struct frame *f, struct area row, int col, int end)
{
    const struct cell *cells = &f->c->cells[row.y * f->c->cols + row.x];
    if (area_empty(area_clip(row, canvas_area(f->c))))
        return;
    while (col > 0 && cells[col - 1].ch != ' ')
        col--;
    while (end < row.w && cells[end].ch != ' ')
        end++;
    canvas_fill(f->c, (struct area){row.x + col, row.y, end - col, 1}, ROLE_TEXT, ' ');
}

/* Where the cursor is, on the axis below it: in place of what stands there. */
static void draw_cursor_place(const struct frame *f)
{
    const struct plot *p = f->plot;
    if (!p->cursor_on || !x_is_seen(f, p->cursor))
        return;
    char at[NUM_TEXT], text[NUM_TEXT + 2];
    plot_x_text(at, p->cursor, plot_x_step(p->x_end - p->x_begin, 100, p->x_unit), p->x_unit);
    snprintf(text, sizeof text, " %s ", at);
    struct area below = {f->box.x, f->box.y + f->box.h + 1, f->box.w, 1};
    int width = text_width(text), col = col_of(f, p->cursor) - width / 2, last = below.w - width;
    col = col < 0 ? 0 : col > last ? last : col;
    if (col < 0)
        return;
    clear_words(f, below, col, col + width);
    canvas_put(f->c, below, col, 0, ROLE_SELECT, text);
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

static void put_name(const struct frame *f, int col, enum role role, const char *name)
{
    int width = text_width(name);
    if (col + width > f->box.w && col > width)
        col -= width + 1; /* to the left of its line */
    for (int k = 0; k < f->box.h; k++) {
        int row = f->plot->names_below ? f->box.h - 1 - k : k;
        if (!row_is_free(f, col, row, width))
            continue;
        canvas_put(f->c, f->box, col, row, role, name);
        return;
    }
}

/* Names of marks beside their lines, in the first row from the top or the bottom that is free. */
static void draw_names(const struct frame *f)
{
    for (size_t i = 0; i < f->plot->n_marks; i++) {
        const struct plot_mark *m = &f->plot->marks[i];
        if (!x_is_seen(f, m->x))
            continue;
        bool at = m->hint && f->plot->cursor_on && x_is_seen(f, f->plot->cursor) &&
                  col_of(f, f->plot->cursor) == col_of(f, m->x);
        if (m->text || at)
            put_name(f, col_of(f, m->x) + 1, m->role, m->text ? m->text : m->hint);
    }
}

int plot_dot_columns(const struct canvas *c, struct area a, bool coarse)
{
    return a.w * (c->ascii || coarse ? 1 : 2);
}

/* Of the axes; below 2 there is no room for any. */
static int rows_in(struct area a, const struct plot *plot)
{
    return a.w >= 16 && plot->x_begin < plot->x_end ? a.h - 3 : 0;
}

int plot_labels(struct area a, const struct plot *plot)
{
    int rows = rows_in(a, plot);
    if (rows < 2)
        return 0;
    struct plot_range r = range_of(plot, rows);
    return label_width(plot, &r);
}

void plot_draw(struct canvas *c, struct area a, const struct plot *plot)
{
    if (plot->box)
        *plot->box = (struct area){0};
    if (area_empty(a))
        return;
    draw_legend(c, (struct area){a.x, a.y, a.w, 1}, plot);
    int rows = rows_in(a, plot);
    if (rows < 2)
        return;
    struct frame f = {plot, c, a, range_of(plot, rows)};
    int labels = label_width(plot, &f.y);
    f.box = (struct area){a.x + labels + 1, a.y + 1, a.w - labels - 1, rows};
    if (f.box.w < 4)
        return;
    if (plot->drawn)
        *plot->drawn = f.y;
    if (plot->box)
        *plot->box = f.box;
    draw_y_axis(&f, labels);
    draw_x_axis(&f);
    draw_marks(&f);
    draw_cursor(&f);
    draw_cursor_place(&f);
    draw_dots(&f);
    draw_points(&f);
    draw_names(&f);
}
