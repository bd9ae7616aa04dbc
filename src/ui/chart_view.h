/* How charts are looked at: axes, zoom, cursor, which charts. Pure; places are in the unit of the
 * chosen axis. SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_CHART_VIEW_H
#define FL_UI_CHART_VIEW_H

#include "base/err.h"
#include "base/str.h"
#include "ui/history.h"

#define CHARTS_MAX 9 /* at once */
#define CHART_PATTERN_MAX 64

/* Fields may be read and set; x0 < x1 is a window on the axis, else all of it is seen. */
struct chart_view {
    enum axis_id axis;
    double x0, x1;
    bool follow; /* the window goes with the newest point */
    double smoothing;
    int count;                       /* charts at once, 1..CHARTS_MAX */
    char pattern[CHART_PATTERN_MAX]; /* on the names of charts; "": all */
    enum chart_id focus;
    bool large, coarse, cursor_on;
    double cursor;
    struct {
        bool log;
        double lo, hi; /* lo < hi: the range by hand, as powers of ten when log */
    } y[CHART_COUNT];
};

void chart_view_default(struct chart_view *v);

/* What is on the axis: from 0 to end, the newest point at now <= end; no window is narrower than
 * least. */
struct chart_span {
    double now, end, least;
};

bool chart_zoomed(const struct chart_view *v); /* on the time axis */

/* The window as it is seen now. A following one moves by eighths of its width, so that it does not
 * move with every point. */
void chart_window(const struct chart_view *v, const struct chart_span *span, double *x0,
                  double *x1);

/* The window factor times as wide: about the cursor, else about the newest point when that is seen
 * and followed, else about the middle. Never beyond the axis; as wide as the axis is no window. */
void chart_zoom(struct chart_view *v, const struct chart_span *span, double factor);

/* The same about a place, which stays where it is seen while the axis allows it. Near the right end
 * of a window that follows, it goes on following. */
void chart_zoom_at(struct chart_view *v, const struct chart_span *span, double factor, double at);

/* Moves the window by a share of its width. Reaching the newest point follows it, leaving it stops
 * that. */
void chart_pan(struct chart_view *v, const struct chart_span *span, double share);

/* Zoom and pan of a chart's values, from the range that is drawn; factor > 1 shows more. */
void chart_zoom_y(struct chart_view *v, enum chart_id chart, const struct plot_range *drawn,
                  double factor);
/* Zoom about a value, in the range's terms, which stays in its row unless 0 would be left. */
void chart_zoom_y_at(struct chart_view *v, enum chart_id chart, const struct plot_range *drawn,
                     double factor, double at);
void chart_pan_y(struct chart_view *v, enum chart_id chart, const struct plot_range *drawn,
                 double share);

/* Moves the cursor by so many of the columns that the window has; the first move puts it on the
 * newest point that is seen. The window follows it. */
void chart_cursor(struct chart_view *v, const struct chart_span *span, int move, int columns);

/* Another axis: the window and the cursor stay where they were in the run. */
void chart_axis(struct chart_view *v, const struct history *h, enum axis_id axis);

/* 0, 0.6, 0.9, 0.99 and round again. */
double chart_next_smoothing(double smoothing);

/* Charts whose name matches the extended regular expression (POSIX, case ignored; "": all) and that
 * have something to show; returns how many. A pattern that is none chooses all. */
size_t chart_choose(enum chart_id out[CHART_COUNT], const char *pattern,
                    const bool has[CHART_COUNT]);
/* errors: INVALID (no regular expression, too long, no chart's name matches) */
enum err_code chart_pattern_check(const char *pattern, struct err *err);

/* The text of view.ini: "key = value" lines, numbers with a point. Reading leaves alone what a text
 * does not mention or has wrong. */
void chart_view_write(struct str *out, const struct chart_view *v);
void chart_view_read(struct chart_view *v, const char *text);

#endif
