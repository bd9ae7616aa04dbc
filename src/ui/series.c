/* A line of a chart as it grows.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/series.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void series_done(struct series *s)
{
    free(s->y);
    for (int k = 0; k < SERIES_LEVELS; k++)
        free(s->levels[k].blocks);
    *s = (struct series){0};
}

void series_clear(struct series *s)
{
    s->n = s->gaps = 0;
    for (int k = 0; k < SERIES_LEVELS; k++)
        s->levels[k].n = 0;
}

static void extent_value(struct series_extent *e, double y)
{
    if (!isfinite(y)) {
        e->gap = true;
        return;
    }
    e->lo = e->any ? fmin(e->lo, y) : y;
    e->hi = e->any ? fmax(e->hi, y) : y;
    e->any = true;
}

static void extent_join(struct series_extent *e, const struct series_extent *other)
{
    e->gap = e->gap || other->gap;
    if (!other->any)
        return;
    extent_value(e, other->lo);
    extent_value(e, other->hi);
}

void series_add(struct series *s, double y)
{
    size_t block = s->n;
    s->y = xgrow(s->y, &s->cap, s->n + 1, sizeof *s->y);
    s->y[s->n++] = (float)y;
    y = (double)s->y[block];
    s->gaps += !isfinite(y);
    for (int k = 0; k < SERIES_LEVELS; k++) {
        block /= SERIES_FACTOR;
        if (block == s->levels[k].n) {
            s->levels[k].blocks = xgrow(s->levels[k].blocks, &s->levels[k].cap, block + 1,
                                        sizeof *s->levels[k].blocks);
            s->levels[k].blocks[s->levels[k].n++] = (struct series_extent){0};
        }
        extent_value(&s->levels[k].blocks[block], y);
    }
}

/* Climbs while whole blocks fit: at level -1 values, above it blocks. */
struct series_extent series_extent(const struct series *s, size_t first, size_t end)
{
    struct series_extent e = {0};
    int level = -1;
    while (first < end) {
        bool up = level + 1 < SERIES_LEVELS && end - first >= 2 * SERIES_FACTOR;
        size_t left = up ? (SERIES_FACTOR - first % SERIES_FACTOR) % SERIES_FACTOR : end - first;
        size_t right = up ? end % SERIES_FACTOR : 0;
        for (size_t i = 0; i < left + right; i++) {
            size_t at = i < left ? first + i : end - 1 - (i - left);
            if (level < 0)
                extent_value(&e, (double)s->y[at]);
            else
                extent_join(&e, &s->levels[level].blocks[at]);
        }
        if (!up)
            break;
        first = (first + left) / SERIES_FACTOR;
        end = (end - right) / SERIES_FACTOR;
        level++;
    }
    return e;
}

size_t series_find(const double *x, size_t n, double v)
{
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (x[mid] < v)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* Where points go. */
struct out {
    double *x, *y;
    size_t n;
};

static void put(struct out *o, double x, double y)
{
    o->x[o->n] = x;
    o->y[o->n++] = y;
}

/* The values first .. end - 1 of one column. A gap within it is told beside its values. */
static void put_column(struct out *o, const struct series *s, const double *x, size_t first,
                       size_t end)
{
    if (end - first <= 4) {
        for (size_t i = first; i < end; i++)
            put(o, x[i], (double)s->y[i]);
        return;
    }
    struct series_extent e = series_extent(s, first, end);
    put(o, x[first], (double)s->y[first]);
    if (e.gap)
        put(o, x[first], NAN);
    if (e.any) {
        put(o, x[first], e.lo);
        put(o, x[first], e.hi);
    }
    if (e.gap)
        put(o, x[end - 1], NAN);
    put(o, x[end - 1], (double)s->y[end - 1]);
}

size_t series_points(const struct series *s, const double *x, double x0, double x1, int columns,
                     double *out_x, double *out_y)
{
    struct out o = {out_x, out_y, 0};
    double width = columns > 1 ? (x1 - x0) / (columns - 1) : x1 - x0;
    size_t at = series_find(x, s->n, x0 - width / 2), end = series_find(x, s->n, x1 + width / 2);
    if (at > 0)
        put(&o, x[at - 1], (double)s->y[at - 1]);
    while (at < end) {
        double column = floor((x[at] - x0) / width + 0.5);
        size_t next = at + series_find(x + at, end - at, x0 + (column + 0.5) * width);
        if (next == at) /* on the edge, as far as it can be told: with the next column */
            next += series_find(x + at, end - at, x0 + (column + 1.5) * width);
        put_column(&o, s, x, at, next);
        at = next;
    }
    if (end < s->n)
        put(&o, x[end], (double)s->y[end]);
    return o.n;
}
