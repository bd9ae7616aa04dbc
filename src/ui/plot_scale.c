/* Scales of charts.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/plot_scale.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/fmt.h"

#define LARGEST 1e300
#define SAME 1e-6 /* relative: values differ by the rounding of a float */

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
    struct plot_range r = {floor(lo / step + SAME) * step, ceil(hi / step - SAME) * step, step,
                           false, 0};
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
    if (hi - lo <= SAME * fmax(fabs(lo), fabs(hi))) {
        double pad = lo == 0 ? 0.1 : fmax(fabs(lo) / 10, 1e-300);
        hi = lo + pad;
        lo -= pad;
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

struct plot_range plot_range_log(const struct plot_extent *e, int ticks)
{
    double lo = e->any && e->lo > 0 ? log10(e->lo) : 0, hi = e->any && e->hi > 0 ? log10(e->hi) : 0;
    lo = floor(10 * (lo - 0.05)) / 10; /* ends on tenths are steadier than on the values */
    hi = ceil(10 * (hi + 0.05)) / 10;
    return plot_range_part(lo, hi, ticks, true);
}

struct plot_range plot_range_part(double lo, double hi, int ticks, bool log)
{
    struct plot_range r = {lo, hi, 0, log, 0};
    ticks = ticks < 1 ? 1 : ticks;
    if (log && hi - lo < 1)
        r.fine = nice_above((pow(10, hi) - pow(10, lo)) / ticks);
    if (log && hi - lo >= 2)
        r.step = fmax(1, ceil((hi - lo) / ticks));
    else if (!log)
        r.step = nice_above((hi - lo) / ticks);
    return r;
}

double plot_range_at(const struct plot_range *r, double value)
{
    if (!r->log)
        return isfinite(value) ? value : NAN;
    return value > 0 && isfinite(value) ? log10(value) : NAN;
}

/* 1 2 5 of every decade from the top down. */
static size_t decade_ticks(const struct plot_range *r, double values[PLOT_TICKS])
{
    static const double steps[] = {5, 2, 1};
    size_t n = 0;
    for (int k = (int)floor(r->hi); k >= (int)floor(r->lo); k--) {
        for (size_t i = 0; i < 3 && n < PLOT_TICKS; i++) {
            double at = k + log10(steps[i]);
            if (at <= r->hi + 1e-9 && at >= r->lo - 1e-9)
                values[n++] = steps[i] * pow(10, k);
        }
    }
    return n;
}

size_t plot_range_ticks(const struct plot_range *r, double values[PLOT_TICKS])
{
    size_t n = 0;
    if (r->fine > 0) {
        for (double k = floor(pow(10, r->hi) / r->fine + 1e-6);
             n < PLOT_TICKS && k > 0 && k * r->fine >= pow(10, r->lo) * (1 - 1e-9); k--)
            values[n++] = k * r->fine;
        return n;
    }
    if (r->log && r->step == 0)
        return decade_ticks(r, values);
    double top = floor(r->hi / r->step + 1e-6);
    for (double k = top; n < PLOT_TICKS && k * r->step >= r->lo - r->step * 1e-6; k--)
        values[n++] = r->log ? pow(10, k * r->step) : k * r->step;
    return n;
}

void plot_range_hold(struct plot_range *held, struct plot_range now)
{
    bool inside =
        held->log == now.log && held->lo < held->hi && now.lo >= held->lo && now.hi <= held->hi;
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

static double decimal_step(double span, int n, bool whole)
{
    static const double steps[] = {1, 2, 5};
    double power = pow(10, floor(log10(span / n)));
    if (whole && power < 1)
        power = 1;
    for (;; power *= 10) {
        for (size_t i = 0; i < 3; i++) {
            if (steps[i] * power * n >= span * (1 - 1e-9))
                return steps[i] * power;
        }
    }
}

double plot_x_step(double span, int n, enum plot_unit unit)
{
    static const double seconds[] = {1,   2,   5,    10,   15,   30,    60,    120,   300,
                                     600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400};
    if (n < 1)
        n = 1;
    if (unit != PLOT_SECONDS || span < n)
        return decimal_step(span, n, unit == PLOT_WHOLE);
    for (size_t i = 0; i < sizeof seconds / sizeof *seconds; i++) {
        if (seconds[i] * n >= span)
            return seconds[i];
    }
    return 86400 * decimal_step(span / 86400, n, true);
}

/* Decimals so that multiples of step differ and are exact. */
static int decimals_of(double step)
{
    int d = 0;
    for (double v = step; d < 9 && fabs(v - round(v)) > 1e-6 * fabs(v); v *= 10)
        d++;
    return d;
}

/* "12.5 k" with as many decimals as step asks for. */
static char *count_text(char out[NUM_TEXT], double value, double step)
{
    static const char unit[] = " kMGTP";
    int k = 0;
    for (; fabs(value) >= 1e3 && unit[k + 1]; k++) {
        value /= 1e3;
        step /= 1e3;
    }
    fmt_fixed(out, value, decimals_of(step));
    size_t n = strlen(out);
    if (k)
        snprintf(out + n, NUM_TEXT - n, " %c", unit[k]);
    return out;
}

static char *clock_of(char out[NUM_TEXT], double value, double step)
{
    int64_t s = (int64_t)fmin(fmax(round(value), 0), 1e15);
    int64_t h = s / 3600, m = s / 60 % 60;
    if (step < 1 && value < 60)
        fmt_fixed(out, value, decimals_of(step));
    else if (h)
        snprintf(out, NUM_TEXT, "%" PRId64 ":%02d:%02d", h, (int)m, (int)(s % 60));
    else
        snprintf(out, NUM_TEXT, "%d:%02d", (int)m, (int)(s % 60));
    return out;
}

char *plot_x_text(char out[NUM_TEXT], double value, double step, enum plot_unit unit)
{
    if (fabs(value) < step * 1e-6)
        value = 0;
    if (unit == PLOT_SECONDS)
        return clock_of(out, value, step);
    return fabs(value) >= 1e5 ? count_text(out, value, step)
                              : fmt_fixed(out, value, decimals_of(step));
}

char *plot_tick_text(char out[NUM_TEXT], double value, double step, bool percent)
{
    if (fabs(value) < step * 1e-6)
        value = 0;
    if (percent) {
        fmt_fixed(out, 100 * value, decimals_of(100 * step));
        size_t n = strlen(out);
        snprintf(out + n, NUM_TEXT - n, " %%");
    } else if (fabs(value) >= 1e15) {
        fmt_loss(out, value);
    } else if (fabs(value) >= 1e5 || step >= 1e4) {
        count_text(out, value, step);
    } else if (step < 1e-4) {
        fmt_rate(out, value);
    } else {
        fmt_fixed(out, value, decimals_of(step));
    }
    return out;
}

double plot_mean_add(struct plot_mean *m, double y)
{
    if (!isfinite(y))
        return NAN;
    m->mean = m->s * m->mean + (1 - m->s) * y;
    m->weight = m->s * m->weight + (1 - m->s);
    return m->mean / m->weight;
}

void plot_smooth(double *out, const double *y, size_t n, double s)
{
    struct plot_mean mean = {.s = s};
    for (size_t i = 0; i < n; i++)
        out[i] = plot_mean_add(&mean, y[i]);
}
