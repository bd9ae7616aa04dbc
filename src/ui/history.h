/* The lines of a run's charts, gathered from snapshots bit by bit. No terminal needed.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_HISTORY_H
#define FL_UI_HISTORY_H

#include "engine/engine.h"
#include "ui/plot_scale.h"
#include "ui/role.h"
#include "ui/series.h"

enum chart_id {
#define CHART(id, ...) CHART_##id,
#define LINE(id, ...)
#include "ui/charts.def"
#undef CHART
#undef LINE
    CHART_COUNT
};

enum line_id {
#define CHART(id, ...)
#define LINE(id, ...) LINE_##id,
#include "ui/charts.def"
#undef CHART
#undef LINE
    LINE_COUNT
};

struct chart_row {
    const char *name, *title;
    bool percent, names_below;
    double most;                                 /* NaN: none */
    char *(*text)(char out[NUM_TEXT], double v); /* NULL: as percent or as a loss */
};
const struct chart_row *chart_row(enum chart_id chart);
int chart_find(const char *name); /* -1: there is none */

/* Where values come from: a track's points have their places in common. */
enum track_id { TRACK_STEPS, TRACK_EPOCHS, TRACK_GAUGES, TRACK_COUNT };

struct line_row {
    const char *name; /* in the legend */
    enum chart_id chart;
    enum track_id track;
    size_t at;        /* of the field */
    bool from_epochs; /* before the first step that is known, an epoch's field stands for its steps
                       */
    size_t epoch_at;
    enum role role;
    bool smooth, points;
};
const struct line_row *line_row(enum line_id line);

/* A reading of the gauges beside the run. Shares 0..1; NaN unknown. */
struct gauge_point {
    double cores, own_cores, memory, own_memory, wait, gpu, gpu_memory, gpu_temperature, gpu_power;
    double disk_read, disk_write, net_in, net_out; /* MB/s */
};

/* What the time axis counts. */
enum axis_id { AXIS_EPOCH, AXIS_STEP, AXIS_TIME, AXIS_IMAGES, AXIS_COUNT };
const char *axis_name(enum axis_id axis); /* "epoch" */
enum plot_unit axis_unit(enum axis_id axis);

struct track {
    size_t n, cap_step, cap_time;
    double *step, *time; /* neither falls; time in seconds, 0 as long as it is unknown */
};

/* Fields may be read. */
struct history {
    uint64_t job; /* that it is of; 0: none yet */
    uint64_t steps_seen, epochs_seen, gauges_seen;
    double per_epoch, images_per_step; /* steps, pictures */
    double smoothing;
    struct track tracks[TRACK_COUNT];
    struct series raw[LINE_COUNT];
    struct series smooth[LINE_COUNT]; /* only of lines that are smoothed */
    struct plot_mean mean[LINE_COUNT];
    size_t n_old; /* points of the steps' track that are epochs */
    double last_time;
};

/* Start with zeros. */
void history_done(struct history *h);
/* Takes what is new in the snapshot; another run, or one that begins anew, replaces what was there.
 * Cost: the new points. */
void history_take(struct history *h, const struct snapshot *snap);
/* Smooths all over again; smoothing in [0, 1), 0: none. */
void history_smooth(struct history *h, double smoothing);

bool history_has(const struct history *h, enum chart_id chart); /* a finite value to draw */

/* Places of a track in the axis' unit are array[i] * scale. */
const double *history_x(const struct history *h, enum track_id track, enum axis_id axis,
                        double *scale);

/* Where a step of the run lies on the axis; NaN when that is not known. */
double history_place(const struct history *h, enum axis_id axis, double step);

/* The newest place, and a round end for the axis: of the whole run for few epochs, of what is done
 * and some more for many. */
double history_now(const struct history *h, const struct train_view *t, enum axis_id axis);
double history_end(const struct history *h, const struct train_view *t, enum axis_id axis);

#endif
