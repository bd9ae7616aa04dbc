/* The lines of a run's charts.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/history.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "ui/fmt.h"

/* --- the tables ------------------------------------------------------------------------------ */

static const struct chart_row charts[CHART_COUNT] = {
#define CHART(id, text, heading, ...) [CHART_##id] = {.name = text, .title = heading, __VA_ARGS__},
#define LINE(id, ...)
#include "ui/charts.def"
#undef CHART
#undef LINE
};

#define TYPE_STEPS struct step_point
#define TYPE_EPOCHS struct epoch_metrics
#define TYPE_GAUGES struct gauge_point
#define EPOCH_FIELD(f) .from_epochs = true, .epoch_at = offsetof(struct epoch_metrics, f)

static const struct line_row lines[LINE_COUNT] = {
#define CHART(id, ...)
#define LINE(id, of, text, from, field, ...)                                                       \
    [LINE_##id] = {.name = text,                                                                   \
                   .chart = CHART_##of,                                                            \
                   .track = TRACK_##from,                                                          \
                   .at = offsetof(TYPE_##from, field),                                             \
                   __VA_ARGS__},
#include "ui/charts.def"
#undef CHART
#undef LINE
};

const struct chart_row *chart_row(enum chart_id chart)
{
    return &charts[chart];
}

int chart_find(const char *name)
{
    for (int i = 0; i < CHART_COUNT; i++) {
        if (str_eq(charts[i].name, name))
            return i;
    }
    return -1;
}

const struct line_row *line_row(enum line_id line)
{
    return &lines[line];
}

const char *axis_name(enum axis_id axis)
{
    static const char *const names[AXIS_COUNT] = {[AXIS_EPOCH] = "epoch",
                                                  [AXIS_STEP] = "step",
                                                  [AXIS_TIME] = "time",
                                                  [AXIS_IMAGES] = "images"};
    return names[axis];
}

enum plot_unit axis_unit(enum axis_id axis)
{
    return axis == AXIS_EPOCH ? PLOT_NUMBER : axis == AXIS_TIME ? PLOT_SECONDS : PLOT_WHOLE;
}

/* --- gathering ------------------------------------------------------------------------------- */

void history_done(struct history *h)
{
    for (int i = 0; i < TRACK_COUNT; i++) {
        free(h->tracks[i].step);
        free(h->tracks[i].time);
    }
    for (int i = 0; i < LINE_COUNT; i++) {
        series_done(&h->raw[i]);
        series_done(&h->smooth[i]);
    }
    *h = (struct history){0};
}

static void restart(struct history *h, uint64_t job)
{
    for (int i = 0; i < TRACK_COUNT; i++)
        h->tracks[i].n = 0;
    for (int i = 0; i < LINE_COUNT; i++) {
        series_clear(&h->raw[i]);
        series_clear(&h->smooth[i]);
        h->mean[i] = (struct plot_mean){.s = h->smoothing};
    }
    h->job = job;
    h->steps_seen = h->epochs_seen = h->gauges_seen = h->n_old = 0;
    h->last_time = 0;
}

/* A place on a track; neither number may fall, whatever was measured. */
static void add_place(struct track *t, double step, double time)
{
    if (t->n) {
        step = fmax(step, t->step[t->n - 1]);
        time = isnan(time) ? t->time[t->n - 1] : fmax(time, t->time[t->n - 1]);
    }
    t->step = xgrow(t->step, &t->cap_step, t->n + 1, sizeof *t->step);
    t->time = xgrow(t->time, &t->cap_time, t->n + 1, sizeof *t->time);
    t->step[t->n] = step;
    t->time[t->n++] = isnan(time) ? 0 : time;
}

static double real_at(const void *base, size_t at)
{
    return *(const double *)((const char *)base + at);
}

static double float_at(const void *base, size_t at)
{
    return (double)*(const float *)((const char *)base + at);
}

static void add_value(struct history *h, int line, double raw, double smooth)
{
    series_add(&h->raw[line], raw);
    if (lines[line].smooth)
        series_add(&h->smooth[line], smooth);
}

static void take_step(struct history *h, const struct step_point *p)
{
    add_place(&h->tracks[TRACK_STEPS], (double)p->step, p->seconds);
    for (int i = 0; i < LINE_COUNT; i++) {
        if (lines[i].track != TRACK_STEPS)
            continue;
        double y = float_at(p, lines[i].at);
        add_value(h, i, y, lines[i].smooth ? plot_mean_add(&h->mean[i], y) : y);
    }
}

/* An epoch in place of its steps, which have left the snapshot before they were seen. */
static void take_old_epoch(struct history *h, const struct epoch_metrics *m, double time)
{
    add_place(&h->tracks[TRACK_STEPS], m->epoch * h->per_epoch, time);
    h->n_old++;
    for (int i = 0; i < LINE_COUNT; i++) {
        if (lines[i].track != TRACK_STEPS)
            continue;
        double y = lines[i].from_epochs ? real_at(m, lines[i].epoch_at) : NAN;
        add_value(h, i, y, y);
    }
}

static void take_epoch(struct history *h, const struct epoch_metrics *m)
{
    h->last_time += isfinite(m->seconds) ? m->seconds : 0;
    add_place(&h->tracks[TRACK_EPOCHS], m->epoch * h->per_epoch, h->last_time);
    for (int i = 0; i < LINE_COUNT; i++) {
        if (lines[i].track == TRACK_EPOCHS)
            add_value(h, i, real_at(m, lines[i].at), NAN);
    }
}

static size_t ring_first(uint64_t seen, uint64_t had, size_t size)
{
    return (size_t)(seen - had > size ? seen - size : had);
}

/* Epochs that end before the first known step. */
static void take_old_epochs(struct history *h, const struct train_view *t)
{
    size_t first = ring_first(t->steps_seen, 0, SNAP_STEPS);
    double start = t->steps_seen ? (double)t->steps[first % SNAP_STEPS].step : INFINITY, time = 0;
    for (size_t i = ring_first(t->epochs_seen, 0, SNAP_EPOCHS); i < t->epochs_seen; i++) {
        const struct epoch_metrics *m = &t->epochs[i % SNAP_EPOCHS];
        time += isfinite(m->seconds) ? m->seconds : 0;
        if (m->epoch * h->per_epoch < start)
            take_old_epoch(h, m, time);
    }
}

static double share(uint64_t part, uint64_t whole)
{
    return whole ? (double)part / (double)whole : NAN;
}

static void take_gauges(struct history *h, const struct snapshot *snap)
{
    const struct gauges *g = &snap->gauges;
    const struct train_view *t = &snap->train;
    struct gauge_point p = {.cores = g->cores,
                            .own_cores = g->own_cores,
                            .memory = share(g->memory_used, g->memory_total),
                            .own_memory = share(g->own_memory, g->memory_total),
                            .wait = t->loader_wait,
                            .gpu = g->gpu,
                            .gpu_memory = share(g->gpu_memory_used, g->gpu_memory_total),
                            .gpu_temperature = g->gpu_temperature,
                            .gpu_power = g->gpu_power,
                            .disk_read = 1e-6 * g->disk_read,
                            .disk_write = 1e-6 * g->disk_write,
                            .net_in = 1e-6 * g->net_in,
                            .net_out = 1e-6 * g->net_out};
    h->gauges_seen = g->seen;
    add_place(&h->tracks[TRACK_GAUGES], (double)t->step, t->seconds);
    for (int i = 0; i < LINE_COUNT; i++) {
        if (lines[i].track == TRACK_GAUGES)
            add_value(h, i, real_at(&p, lines[i].at), NAN);
    }
}

void history_take(struct history *h, const struct snapshot *snap)
{
    const struct train_view *t = &snap->train;
    if (t->job != h->job || t->steps_seen < h->steps_seen || t->epochs_seen < h->epochs_seen)
        restart(h, t->job);
    h->per_epoch = t->steps_in_epoch > 0 ? (double)t->steps_in_epoch : 1;
    h->images_per_step = t->n_train > 0 ? (double)t->n_train / h->per_epoch : 1;
    if (h->tracks[TRACK_STEPS].n == 0)
        take_old_epochs(h, t);
    for (size_t i = ring_first(t->steps_seen, h->steps_seen, SNAP_STEPS); i < t->steps_seen; i++)
        take_step(h, &t->steps[i % SNAP_STEPS]);
    for (size_t i = ring_first(t->epochs_seen, h->epochs_seen, SNAP_EPOCHS); i < t->epochs_seen;
         i++)
        take_epoch(h, &t->epochs[i % SNAP_EPOCHS]);
    h->steps_seen = t->steps_seen;
    h->epochs_seen = t->epochs_seen;
    if (snap->gauges.seen > h->gauges_seen && t->live && t->step > 0)
        take_gauges(h, snap);
}

void history_smooth(struct history *h, double smoothing)
{
    h->smoothing = smoothing;
    for (int k = 0; k < LINE_COUNT; k++) {
        struct series *s = &h->smooth[k];
        series_clear(s);
        h->mean[k] = (struct plot_mean){.s = smoothing};
        for (size_t i = 0; lines[k].smooth && i < h->raw[k].n; i++) {
            double y = (double)h->raw[k].y[i];
            series_add(s, i < h->n_old ? y : plot_mean_add(&h->mean[k], y));
        }
    }
}

/* --- reading --------------------------------------------------------------------------------- */

bool history_has(const struct history *h, enum chart_id chart)
{
    for (int i = 0; i < LINE_COUNT; i++) {
        if (lines[i].chart == chart && h->raw[i].n > h->raw[i].gaps)
            return true;
    }
    return false;
}

static double scale_of(const struct history *h, enum axis_id axis)
{
    return axis == AXIS_EPOCH ? 1 / h->per_epoch : axis == AXIS_IMAGES ? h->images_per_step : 1;
}

const double *history_x(const struct history *h, enum track_id track, enum axis_id axis,
                        double *scale)
{
    *scale = scale_of(h, axis);
    return axis == AXIS_TIME ? h->tracks[track].time : h->tracks[track].step;
}

double history_place(const struct history *h, enum axis_id axis, double step)
{
    const struct track *t = &h->tracks[TRACK_STEPS];
    if (axis != AXIS_TIME)
        return step * scale_of(h, axis);
    size_t i = series_find(t->step, t->n, step);
    return step <= 0 ? 0 : i < t->n ? t->time[i] : NAN;
}

double history_now(const struct history *h, const struct train_view *t, enum axis_id axis)
{
    if (axis == AXIS_TIME)
        return isfinite(t->seconds) ? fmax(t->seconds, 0) : 0;
    double epochs =
        h->tracks[TRACK_EPOCHS].n ? h->tracks[TRACK_EPOCHS].step[h->tracks[TRACK_EPOCHS].n - 1] : 0;
    return fmax((double)t->step, epochs) * scale_of(h, axis);
}

static double epochs_end(const struct history *h, const struct train_view *t)
{
    int n = t->n_epochs > 0 ? t->n_epochs : 1;
    double now = history_now(h, t, AXIS_EPOCH);
    return n <= 10 ? n : plot_x_end(fmax(now * 1.2, 10), n);
}

/* The next round time: seconds, then minutes, then hours. */
static double time_end(double now)
{
    double unit = now <= 60 ? 1 : now <= 3600 ? 60 : 3600;
    return unit * plot_x_end(fmax(now / unit, unit == 1 ? 10 : 1), 0);
}

double history_end(const struct history *h, const struct train_view *t, enum axis_id axis)
{
    if (axis == AXIS_TIME)
        return time_end(history_now(h, t, axis));
    return epochs_end(h, t) * h->per_epoch * scale_of(h, axis);
}
