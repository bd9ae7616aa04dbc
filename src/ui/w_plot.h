/* A line chart: axes with ticks, series in braille, marks, a legend with the last values.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_W_PLOT_H
#define FL_UI_W_PLOT_H

#include "ui/canvas.h"
#include "ui/plot_scale.h"

#define PLOT_SERIES 24
#define PLOT_MARKS 48

/* What a legend tells of a series that is not all in its points. */
struct plot_summary {
    double value;  /* the last one, or the one at the cursor */
    double raw;    /* behind it, in brackets; NaN: none */
    size_t gaps;   /* values that are not finite */
    bool diverged; /* the last one is such a value */
};

struct plot_series {
    const char *name; /* in the legend; NULL: not there */
    enum role role;
    size_t n;
    const double *x,
        *y; /* x does not fall; a y that is not finite is a gap, marked at the top of the chart */
    bool points; /* a mark on each point where there is room, beside the line */
    bool dashed;
    bool robust;       /* its first and last hundredth do not stretch the range */
    bool no_gap_marks; /* gaps are no news: unknown values, or those of another series */
    const struct plot_summary *summary; /* for the legend; NULL: taken from the points */
    uint32_t point; /* the mark of points, also in the legend; 0: a bullet */
};

/* A place on the time axis: a vertical line below the series with its name; without a name only a
 * sign on the axis. */
struct plot_mark {
    double x;
    enum role role;
    const char *text; /* or NULL */
    const char *hint; /* shown while the cursor is on the mark, or NULL */
};

struct plot {
    const char *title;
    bool focus;         /* the chart has the keys */
    const char *x_name; /* below the right end of the axis, or NULL */
    enum plot_unit x_unit;
    bool whole_ticks;      /* of a PLOT_NUMBER at whole numbers only */
    double x_begin, x_end; /* the axis goes from x_begin to here; x_end is above */
    double y_lo, y_hi;     /* the range, as powers of ten when log; taken from the series unless
                              y_lo < y_hi */
    bool log;              /* values that are not above 0 are gaps then; linear when all are such */
    bool percent;          /* values 0..1 shown as percent */
    char *(*value_text)(char out[NUM_TEXT], double v); /* in the legend; NULL: fmt_loss, or
                                                          fmt_percent */
    bool non_negative;
    double most;      /* largest possible value, NaN none */
    int labels;       /* least cells for the labels of ticks: plot_labels of those above and below */
    bool names_below; /* of marks: from the bottom up, for series that live at the top */
    bool coarse;      /* dots as ASCII draws them: for fonts without braille */
    bool cursor_on;   /* a vertical line at cursor; the legend tells the values there */
    double cursor;
    size_t n_series, n_marks;
    struct plot_series series[PLOT_SERIES]; /* later ones lie on top */
    struct plot_mark marks[PLOT_MARKS];
    double best_x, best_y;    /* a star; NaN none */
    struct plot_range *held;  /* keeps the range steady between two draws of one height, or NULL */
    struct plot_range *drawn; /* gets the range that was drawn, or NULL; untouched without axes */
    struct area *box;         /* gets the inside of the axes, or NULL; empty without axes */
};

/* Columns of dots that a chart of so many cells has at most: finer points are drawn in vain. */
int plot_dot_columns(const struct canvas *c, struct area a, bool coarse);

/* Cells that the labels of ticks of a chart in an area take; 0: there is no room for axes. */
int plot_labels(struct area a, const struct plot *plot);

/* Draws into any area; below 16 x 5 cells only the legend's line with the last values. Memory is
 * taken and given back within. */
void plot_draw(struct canvas *c, struct area a, const struct plot *plot);

#endif
