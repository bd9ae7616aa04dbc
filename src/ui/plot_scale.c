/* Scales of charts.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/plot_scale.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/fmt.h"

#define LARGEST 1e300

static void extent_value(struct plot_extent *e, double v)
{
    v = fmax(-LARGEST, fmin(LARGEST, v));
    e->lo = e->any ? fmin(e->lo, v) : v;
    e->hi = e->any ? fmax(e->hi, v) : v;
    e->any = true;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void plot_extent_add(struct plot_extent *e, const double *y, size_t n, bool robust)
{
    double *sorted = xmalloc(n * sizeof *sorted);
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        if (isfinite(y[i]))
            sorted[m++] = y[i];
    }
    if (m && robust)
        qsort(sorted, m, sizeof *sorted, by_value);
    size_t first = robust ? m / 100 : 0;
    for (size_t i = first; i < m - first; i++)
        extent_value(e, sorted[i]);
    free(sorted);
}

/* The least of 1, 2, 2.5, 5 times a power of ten that is not below v. */
static double nice_above(double v)
{
    static const double steps[] = {1, 2, 2.5, 5, 10};
    double power = pow(10, floor(log10(v)));
    for (size_t i = 0; i < 4; i++) {
        if (steps[i] * power >= v * (1 - 1e-9))
            return steps[i] * power;
    }
    return 10 * power;
}

static struct plot_range range_with_step(double lo, double hi, double step, bool non_negative,
                                         double most)
{
    struct plot_range r = {floor(lo / step + 1e-9) * step, ceil(hi / step - 1e-9) * step, step};
    if (non_negative && r.lo < 0)
        r.lo = 0;
    if (r.hi > most)
        r.hi = most;
    if (r.hi - r.lo < step / 2)
        r.lo = r.hi - step;
    return r;
}

struct plot_range plot_range_make(const struct plot_extent *e, int ticks, bool non_negative,
                                  double most)
{
    double lo = e->any ? e->lo : 0, hi = e->any ? e->hi : 1;
    if (hi - lo <= 1e-12 * fmax(fabs(lo), fabs(hi))) {
        double pad = hi == 0 ? 0.1 : fmax(fabs(hi) / 10, 1e-300);
        lo -= pad;
        hi += pad;
    }
    if (isfinite(most))
        hi = fmin(hi, most);
    if (!(hi > lo))
        lo = hi - 0.1;
    ticks = ticks < 1 ? 1 : ticks;
    double step = nice_above((hi - lo) / ticks);
    struct plot_range r = range_with_step(lo, hi, step, non_negative, most);
    /* Both ends move outwards to a tick, which can take one tick too many. */
    while ((r.hi - r.lo) / r.step > ticks + 1e-6 && step < LARGEST) {
        step = nice_above(step * 1.01);
        r = range_with_step(lo, hi, step, non_negative, most);
        if (ticks < 2)
            break;
    }
    return r;
}

void plot_range_hold(struct plot_range *held, struct plot_range now)
{
    bool inside = held->lo < held->hi && now.lo >= held->lo && now.hi <= held->hi;
    if (!inside || held->hi - held->lo >= 2 * (now.hi - now.lo) || held->step != now.step)
        *held = now;
}

double plot_x_end(double x, double limit)
{
    static const double steps[] = {1, 2, 3, 5};
    double end = limit;
    for (double power = 1; power < 1e12; power *= 10) {
        for (size_t i = 0; i < 4; i++) {
            if (steps[i] * power >= x) {
                end = steps[i] * power;
                return limit >= 1 && end > limit ? limit : end;
            }
        }
    }
    return end;
}

double plot_x_step(double end, int n)
{
    static const double steps[] = {1, 2, 5};
    if (n < 1)
        n = 1;
    for (double power = 1; power < 1e12; power *= 10) {
        for (size_t i = 0; i < 3; i++) {
            if (steps[i] * power * n >= end)
                return steps[i] * power;
        }
    }
    return 1e12;
}

/* Decimals so that multiples of step differ and are exact. */
static int decimals_of(double step)
{
    int d = 0;
    for (double v = step; d < 9 && fabs(v - round(v)) > 1e-6 * fabs(v); v *= 10)
        d++;
    return d;
}

char *plot_tick_text(char out[NUM_TEXT], double value, double step, bool percent)
{
    if (fabs(value) < step * 1e-6)
        value = 0;
    if (percent) {
        fmt_fixed(out, 100 * value, decimals_of(100 * step));
        size_t n = strlen(out);
        snprintf(out + n, NUM_TEXT - n, " %%");
    } else if (fabs(value) >= 1e5 || (step < 1e-4 && value != 0)) {
        snprintf(out, NUM_TEXT, "%.2e", value);
        char *comma = strchr(out, ',');
        if (comma)
            *comma = '.';
    } else {
        fmt_fixed(out, value, decimals_of(step));
    }
    return out;
}

void plot_smooth(double *out, const double *y, size_t n, double s)
{
    double mean = 0, weight = 1;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(y[i])) {
            out[i] = NAN;
            continue;
        }
        mean = s * mean + (1 - s) * y[i];
        weight *= s;
        out[i] = mean / (1 - weight);
    }
}
