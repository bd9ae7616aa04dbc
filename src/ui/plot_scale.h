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
    bool log;            /* lo, hi and step are powers of ten; step 0: ticks at 1 2 5 10 20 ... */
    double fine;         /* of less than a decade: ticks at its multiples; else 0 */
};

/* What an axis of time counts. */
enum plot_unit { PLOT_NUMBER, PLOT_WHOLE, PLOT_SECONDS };

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

/* The same for an extent of values above 0 on a logarithmic scale, with a tenth of a decade of room
 * at least. Ticks: every power of ten, fewer where they are more than ticks, 1 2 5 under two
 * decades, round steps under one. */
struct plot_range plot_range_log(const struct plot_extent *e, int ticks);

/* A part of a range that the user chose, lo < hi: its own ticks, the ends where they are. */
struct plot_range plot_range_part(double lo, double hi, int ticks, bool log);

/* Where a value lies, in the range's own terms (its power of ten on a logarithmic scale); NaN when
 * it has no place there. */
double plot_range_at(const struct plot_range *r, double value);

/* Values of the ticks from the highest down, PLOT_TICKS at most; returns how many. */
#define PLOT_TICKS 64
size_t plot_range_ticks(const struct plot_range *r, double values[PLOT_TICKS]);

/* Hysteresis: *held stays while it holds the new range and is less than twice as long; else it
 * becomes the new range. A held range with lo == hi is empty. */
void plot_range_hold(struct plot_range *held, struct plot_range now);

/* Upper end of a growing axis of whole epochs: the next of 1 2 3 5 10 20 30 50 ... not below x, at
 * most limit. */
double plot_x_end(double x, double limit);

/* The smallest round step with at most n + 1 multiples in a stretch of span > 0: 1, 2, 5 times a
 * power of ten (at least 1 for PLOT_WHOLE); for seconds also 10, 15, 30 s and min, 1, 2, 3, 6, 12 h
 * and days. */
double plot_x_step(double span, int n, enum plot_unit unit);

/* "4.5", "12500", "1.25 M", "90 s", "12:30", "3:05:00"; with as many digits as step needs. Returns
 * out. */
char *plot_x_text(char out[NUM_TEXT], double value, double step, enum plot_unit unit);

/* A tick's text with as many decimals as step needs (step 0: three digits); percent: value 0..1 as
 * "85 %". Returns out. */
char *plot_tick_text(char out[NUM_TEXT], double value, double step, bool percent);

/* The mean below as it grows, value by value. Start with {.s = s}. */
struct plot_mean {
    double s, mean, weight; /* weight: 1 - s^n */
};
double plot_mean_add(struct plot_mean *m, double y);

/* Debiased exponential mean: m <- s m + (1 - s) x from m = 0, shown as m / (1 - s^n) with n finite
 * values so far. NaN and infinite values stay in place as NaN and are not counted. s in [0, 1). out
 * may be y. source: Kingma, Ba, arXiv 1412.6980, section 3 (bias correction of an exponential mean)
 */
void plot_smooth(double *out, const double *y, size_t n, double s);

#endif
