/* The charts of the Train screen: from the run's history and the view to plots.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/train_screen.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "ui/layout.h"
#include "ui/parts.h"
#include "ui/w_plot.h"

/* A chart while it is put together. */
struct making {
    struct train_screen *s;
    const struct train_view *t;
    struct plot plot;
    struct plot_summary summaries[PLOT_SERIES];
    int columns;           /* of dots */
    size_t first, n_points; /* its own begin there in the screen's arrays; used of them, all charts together */
    double ends[2], majority[2], nearest[2];
    struct area box;
    char title[64];
};

size_t train_chosen(const struct train_screen *s, enum chart_id out[CHART_COUNT])
{
    bool has[CHART_COUNT];
    for (int i = 0; i < CHART_COUNT; i++)
        has[i] = i < CHART_CORES || history_has(&s->history, (enum chart_id)i);
    return chart_choose(out, s->view.pattern, has);
}

struct chart_span train_span(const struct train_screen *s, const struct train_view *t)
{
    struct chart_span span = {.now = history_now(&s->history, t, s->view.axis),
                              .end = history_end(&s->history, t, s->view.axis)};
    span.end = fmax(span.end, span.now);
    double scale;
    history_x(&s->history, TRACK_STEPS, s->view.axis, &scale);
    span.least = s->view.axis == AXIS_TIME ? 1 : 4 * scale;
    return span;
}

/* --- series ---------------------------------------------------------------------------------- */

/* The value at the cursor, or the newest. */
static struct plot_summary summarise(const struct making *m, const struct series *y,
                                     const double *x, double scale)
{
    struct plot_summary sum = {.value = NAN, .raw = NAN, .gaps = y->gaps};
    if (y->n == 0)
        return sum;
    size_t i = y->n - 1;
    sum.diverged = !isfinite((double)y->y[i]);
    if (m->plot.cursor_on) {
        double at = m->plot.cursor / scale;
        size_t next = series_find(x, y->n, at);
        i = next == 0 ? 0 : next < y->n && x[next] - at <= at - x[next - 1] ? next : next - 1;
        sum.diverged = false;
    } else {
        while (i > 0 && !isfinite((double)y->y[i]))
            i--;
    }
    sum.value = (double)y->y[i];
    return sum;
}

/* Room for the points of one more series; addresses move, so series get them at the end. */
static void reserve(struct making *m)
{
    size_t need = m->n_points + SERIES_POINTS(m->columns);
    m->s->px = xgrow(m->s->px, &m->s->cap_x, need, sizeof *m->s->px);
    m->s->py = xgrow(m->s->py, &m->s->cap_y, need, sizeof *m->s->py);
}

static void add_series(struct making *m, const struct line_row *line, const struct series *y,
                       const struct plot_series *how)
{
    double scale;
    const double *x = history_x(&m->s->history, line->track, m->s->view.axis, &scale);
    size_t k = m->plot.n_series;
    if (k == PLOT_SERIES || y->n == 0)
        return;
    reserve(m);
    struct plot_series *series = &m->plot.series[k];
    *series = *how;
    m->summaries[k] = summarise(m, y, x, scale);
    series->summary = &m->summaries[k];
    series->n = series_points(y, x, m->plot.x_begin / scale, m->plot.x_end / scale, m->columns,
                              m->s->px + m->n_points, m->s->py + m->n_points);
    for (size_t i = 0; i < series->n; i++)
        m->s->px[m->n_points + i] *= scale;
    m->n_points += series->n;
    m->plot.n_series++;
}

static void add_line(struct making *m, enum line_id id)
{
    const struct line_row *line = line_row(id);
    const struct history *h = &m->s->history;
    bool smooth = line->smooth && h->smoothing > 0;
    size_t behind = m->plot.n_series;
    if (smooth)
        add_series(
            m, line, &h->raw[id],
            &(struct plot_series){.role = ROLE_PLOT_RAW, .robust = true, .no_gap_marks = true});
    add_series(
        m, line, smooth ? &h->smooth[id] : &h->raw[id],
        &(struct plot_series){.name = line->name, .role = line->role, .points = line->points});
    if (m->plot.cursor_on && m->plot.n_series == behind + 2)
        m->summaries[behind + 1].raw = m->summaries[behind].value;
}

/* A level over the whole axis. */
static void add_level(struct making *m, const char *name, double level, double both[2])
{
    if (!(level > 0) || m->plot.n_series == PLOT_SERIES)
        return;
    both[0] = both[1] = level;
    m->plot.series[m->plot.n_series++] = (struct plot_series){
        .name = name, .role = ROLE_PLOT_AXIS, .n = 2, .x = m->ends, .y = both, .dashed = true};
}

/* The points of all series lie one behind the other; once all charts have theirs, they move no more. */
static void place_points(struct making *m)
{
    size_t at = m->first;
    for (size_t i = 0; i < m->plot.n_series; i++) {
        struct plot_series *series = &m->plot.series[i];
        if (!series->summary)
            continue;
        series->x = m->s->px + at;
        series->y = m->s->py + at;
        at += series->n;
    }
}

/* --- marks ----------------------------------------------------------------------------------- */

static void add_mark(struct making *m, double step, const char *text, const char *hint)
{
    if (m->plot.n_marks < PLOT_MARKS)
        m->plot.marks[m->plot.n_marks++] = (struct plot_mark){
            history_place(&m->s->history, m->s->view.axis, step), ROLE_PLOT_MARK, text, hint};
}

/* Ends of phases and events on the time axis. */
static void add_marks(struct making *m)
{
    const struct train_view *t = m->t;
    double per_epoch = m->s->history.per_epoch;
    for (int i = 1; i < t->n_marks; i++)
        add_mark(m, (t->marks[i].epoch - 1) * per_epoch, t->marks[i].title, NULL);
    for (int i = 0; i < t->n_events; i++)
        add_mark(m, (double)t->events[i].step, NULL, t->events[i].text);
}

static void add_best(struct making *m, enum chart_id chart)
{
    const struct best *best = &m->t->best;
    m->plot.best_x = m->plot.best_y = NAN;
    if (best->epoch == 0 || (chart != CHART_LOSS && chart != CHART_ACCURACY))
        return;
    m->plot.best_x =
        history_place(&m->s->history, m->s->view.axis, best->epoch * m->s->history.per_epoch);
    m->plot.best_y = chart == CHART_LOSS ? best->val_loss : best->val_acc;
}

/* --- a chart --------------------------------------------------------------------------------- */

static void make_plot(struct making *m, enum chart_id chart)
{
    const struct chart_row *row = chart_row(chart);
    const struct chart_view *v = &m->s->view;
    struct chart_span span = train_span(m->s, m->t);
    m->plot = (struct plot){.title = row->title,
                            .x_name = axis_name(v->axis),
                            .x_unit = axis_unit(v->axis),
                            .y_lo = v->y[chart].lo,
                            .y_hi = v->y[chart].hi,
                            .log = v->y[chart].log,
                            .percent = row->percent,
                            .value_text = row->text,
                            .non_negative = true,
                            .most = row->most,
                            .names_below = row->names_below,
                            .coarse = v->coarse,
                            .cursor_on = v->cursor_on,
                            .cursor = v->cursor,
                            .held = &m->s->held[chart],
                            .drawn = &m->s->drawn[chart],
                            .box = &m->box};
    chart_window(v, &span, &m->plot.x_begin, &m->plot.x_end);
    m->plot.whole_ticks = !chart_zoomed(v) && v->axis == AXIS_EPOCH;
    m->ends[0] = m->plot.x_begin;
    m->ends[1] = m->plot.x_end;
    for (int i = 0; i < LINE_COUNT; i++) {
        if (line_row((enum line_id)i)->chart == chart)
            add_line(m, (enum line_id)i);
    }
    if (chart == CHART_ACCURACY) {
        add_level(m, "largest class", m->t->majority, m->majority);
        add_level(m, "nearest mean", m->t->nearest_mean, m->nearest);
    }
    add_marks(m);
    add_best(m, chart);
}

/* Which of the chosen charts a chart is, for its title; of 0: not told. */
struct place {
    size_t number, of;
    bool focus;
    int labels; /* cells for those of its ticks, at least */
};

static void draw_chart(struct making *m, struct canvas *c, struct area a, enum chart_id chart,
                       struct place place)
{
    m->plot.focus = place.focus;
    m->plot.labels = place.labels;
    if (place.of) {
        snprintf(m->title, sizeof m->title, "%zu/%zu %s", place.number, place.of, m->plot.title);
        m->plot.title = m->title;
    }
    plot_draw(c, a, &m->plot);
    if (m->box.w > 0)
        m->s->columns = m->box.w;
    m->s->boxes[chart] = m->box;
    canvas_hit(c, a, HIT_SCREEN, m->s, (size_t)chart);
}

/* Position of the focused chart among the chosen ones. */
static size_t focus_of(const struct train_screen *s, const enum chart_id *chosen, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (chosen[i] == s->view.focus)
            return i;
    }
    return 0;
}

/* Charts on the screen: n of them, in rows and columns of an area. */
struct page {
    struct area a;
    int rows, cols;
    const enum chart_id *charts;
    size_t n;
};

static struct area place_of(const struct page *p, size_t i)
{
    return layout_tile(p->a, p->rows, p->cols, (int)i / p->cols, (int)i % p->cols);
}

static struct making *make_page(struct train_screen *s, const struct canvas *c, const struct page *p,
                                const struct train_view *t)
{
    struct making *all = xcalloc(p->n, sizeof *all);
    size_t used = 0;
    for (size_t i = 0; i < p->n; i++) {
        all[i] = (struct making){.s = s, .t = t, .first = used, .n_points = used,
                                 .columns = plot_dot_columns(c, place_of(p, i), s->view.coarse)};
        make_plot(&all[i], p->charts[i]);
        used = all[i].n_points;
    }
    for (size_t i = 0; i < p->n; i++)
        place_points(&all[i]);
    return all;
}

/* Of all charts in a column: below each other their axes begin at one column of cells. */
static int column_labels(const struct page *p, const struct making *all, size_t col)
{
    int most = 0;
    for (size_t i = col; p->rows > 1 && i < p->n; i += (size_t)p->cols) {
        int labels = plot_labels(place_of(p, i), &all[i].plot);
        most = labels > most ? labels : most;
    }
    return most;
}

static void draw_page(struct train_screen *s, struct canvas *c, struct area a,
                      const struct train_view *t, const enum chart_id *chosen, size_t n)
{
    struct page p = {.a = a};
    int labels[CHARTS_MAX];
    size_t count = s->view.large ? 1 : (size_t)s->view.count, focus = focus_of(s, chosen, n);
    count = count < n ? count : n;
    layout_charts(a, (int)count, &p.rows, &p.cols);
    size_t page = (size_t)(p.rows * p.cols) < count ? (size_t)(p.rows * p.cols) : count;
    size_t first = focus / page * page;
    p.charts = chosen + first;
    p.n = page < n - first ? page : n - first;
    int height = place_of(&p, 0).h;
    if (s->chart_rows != height) {
        s->chart_rows = height;
        for (int k = 0; k < CHART_COUNT; k++)
            s->held[k] = (struct plot_range){0};
    }
    struct making *all = make_page(s, c, &p, t);
    for (size_t i = 0; i < (size_t)p.cols; i++)
        labels[i] = column_labels(&p, all, i);
    for (size_t i = 0; i < p.n; i++) {
        bool told = page < count || s->view.large; /* there are more than are seen */
        draw_chart(&all[i], c, place_of(&p, i), p.charts[i],
                   (struct place){first + i + 1, told ? n : 0, n > 1 && first + i == focus,
                                  labels[i % (size_t)p.cols]});
    }
    free(all);
}

void train_draw_charts(struct train_screen *s, struct canvas *c, struct area a,
                       const struct train_view *t)
{
    enum chart_id chosen[CHART_COUNT];
    size_t n = train_chosen(s, chosen);
    if (area_empty(a))
        return;
    if (a.h < 4 || a.w < 24) { /* no room to draw anything */
        train_draw_numbers(c, a, t);
        return;
    }
    if (n == 0) {
        char line[CHART_PATTERN_MAX + 64];
        snprintf(line, sizeof line, "No chart that there is matches \"%s\"", s->view.pattern);
        parts_centre(c, a, ROLE_DIM, (const char *const[]){line}, 1);
        return;
    }
    draw_page(s, c, a, t, chosen, n);
}
