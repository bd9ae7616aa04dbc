/* A line of a chart as it grows: any stretch of a million values costs a few hundred steps to draw.
 * Pure. SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_SERIES_H
#define FL_UI_SERIES_H

#include <stdbool.h>
#include <stddef.h>

#define SERIES_FACTOR 16 /* values of a block, blocks of a larger block */
#define SERIES_LEVELS 6

/* What a stretch of values holds. */
struct series_extent {
    double lo, hi; /* of its finite values */
    bool any;      /* there is a finite value */
    bool gap;      /* there is one that is not */
};

/* Values by their number, with the lowest and highest of every block of SERIES_FACTOR, of every
 * such number of blocks and so on. Start with zeros; y and n may be read. */
struct series {
    size_t n, cap;
    float *y; /* NaN and infinity are gaps */
    size_t gaps;
    struct {
        size_t n, cap;
        struct series_extent *blocks; /* whole ones, and the one being filled */
    } levels[SERIES_LEVELS];
};

void series_done(struct series *s);  /* back to zeros */
void series_clear(struct series *s); /* no values, keeps the memory */
void series_add(struct series *s, double y);

/* Of the values first .. end - 1; end <= n. Cost: the logarithm of their number. */
struct series_extent series_extent(const struct series *s, size_t first, size_t end);

/* Number of the first x that is not below v, of n that do not fall; n when there is none. */
size_t series_find(const double *x, size_t n, double v);

/* Most points that series_points writes. */
#define SERIES_POINTS(columns) (6 * ((size_t)(columns) + 2))

/* Points that draw as all values at x[0 .. s->n - 1] would in the window x0 < x1 on so many columns
 * of dots, whose centres lie on x0 and x1 and evenly between: of every column the first, lowest,
 * highest and last value, so that no spike is lost, and NaN where there are gaps; and one value
 * beyond each end, towards which lines go. Returns their number. source: Jugel and others, M4,
 * VLDB 7(10), 2014 */
size_t series_points(const struct series *s, const double *x, double x0, double x1, int columns,
                     double *out_x, double *out_y);

#endif
