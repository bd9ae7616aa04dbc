/* A line chart: axes with ticks, series in braille, marks, a legend with the last values.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_W_PLOT_H
#define FL_UI_W_PLOT_H

#include "ui/canvas.h"
#include "ui/plot_scale.h"

#define PLOT_SERIES 6
#define PLOT_MARKS 16

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
};

/* A place on the time axis: a vertical line below the series with its name; without a name only a
 * sign on the axis. */
struct plot_mark {
    double x;
    enum role role;
    const char *text; /* or NULL */
};

struct plot {
    const char *title;
    const char *x_name; /* below the right end of the axis, or NULL */
    double x_end;       /* the axis goes from 0 to here; above 0 */
    bool percent;       /* values 0..1 shown as percent */
    bool non_negative;
    double most;      /* largest possible value, NaN none */
    bool names_below; /* of marks: from the bottom up, for series that live at the top */
    size_t n_series, n_marks;
    struct plot_series series[PLOT_SERIES]; /* later ones lie on top */
    struct plot_mark marks[PLOT_MARKS];
    double best_x, best_y;   /* a star; NaN none */
    struct plot_range *held; /* keeps the range steady between two draws of one height, or NULL */
};

/* Draws into any area; below 16 x 5 cells only the legend's line with the last values. Memory is
 * taken and given back within. */
void plot_draw(struct canvas *c, struct area a, const struct plot *plot);

#endif
