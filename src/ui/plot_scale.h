/* Scales of charts: ranges, ticks, smoothing. Pure.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_PLOT_SCALE_H
#define FL_UI_PLOT_SCALE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/num.h"

/* lo < hi always. */
struct plot_range {
    double lo, hi, step; /* step: between two ticks, 1, 2, 2.5 or 5 times a power of ten */
};

/* Collects what a range must hold. Start with zeros. */
struct plot_extent {
    double lo, hi;
    bool any;
};
/* Adds finite values; with robust only from the 1st to the 99th percentile. */
void plot_extent_add(struct plot_extent *e, const double *y, size_t n, bool robust);

/* A range with at most ticks + 1 ticks around the extent, both ends on ticks. A constant gets a
 * tenth of its size on both sides; nothing at all gives 0..1. non_negative: does not go below 0;
 * most: does not go above (NaN: no limit). Values beyond 1e300 count as 1e300. */
struct plot_range plot_range_make(const struct plot_extent *e, int ticks, bool non_negative,
                                  double most);

/* Hysteresis: *held stays while it holds the new range and is less than twice as long; else it
 * becomes the new range. A held range with lo == hi is empty. */
void plot_range_hold(struct plot_range *held, struct plot_range now);

/* Upper end of a growing axis of whole epochs: the next of 1 2 3 5 10 20 30 50 ... not below x, at
 * most limit. */
double plot_x_end(double x, double limit);

/* Smallest whole number of at least 1 of the form 1, 2, 5 times a power of ten so that ticks at its
 * multiples are at most n + 1 up to end. */
double plot_x_step(double end, int n);

/* A tick's text with as many decimals as step needs; percent: value 0..1 as "85 %". Returns out. */
char *plot_tick_text(char out[NUM_TEXT], double value, double step, bool percent);

/* Debiased exponential mean: m <- s m + (1 - s) x from m = 0, shown as m / (1 - s^n) with n finite
 * values so far. NaN and infinite values stay in place as NaN and are not counted. s in [0, 1). out
 * may be y. source: Kingma, Ba, arXiv 1412.6980, section 3 (bias correction of an exponential mean)
 */
void plot_smooth(double *out, const double *y, size_t n, double s);

#endif
