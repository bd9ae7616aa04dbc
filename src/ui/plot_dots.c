/* Dots of a chart.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/plot_dots.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

void plot_dots_init(struct plot_dots *d, int cols, int rows, bool ascii)
{
    *d = (struct plot_dots){cols, rows, ascii ? 1 : 2, ascii ? 2 : 4, NULL, NULL};
    d->bits = xcalloc((size_t)cols * (size_t)rows, 1);
    d->owner = xcalloc((size_t)cols * (size_t)rows, 1);
}

void plot_dots_done(struct plot_dots *d)
{
    free(d->bits);
    free(d->owner);
    *d = (struct plot_dots){0};
}

int plot_dots_width(const struct plot_dots *d)
{
    return d->cols * d->per_col;
}

int plot_dots_height(const struct plot_dots *d)
{
    return d->rows * d->per_row;
}

uint32_t plot_dots_char(const struct plot_dots *d, int col, int row)
{
    static const char ascii[] = {0, '\'', '.', ':'};
    uint8_t bits = d->bits[row * d->cols + col];
    if (!bits)
        return 0;
    return d->per_row == 2 ? (uint32_t)ascii[bits & 3] : 0x2800u + bits;
}

/* Bit of a dot within its cell. Braille numbers the upper three rows 1 2 3 and 4 5 6 down the
 * columns, the fourth row 7 8. */
static uint8_t dot_bit(const struct plot_dots *d, int x, int y)
{
    static const uint8_t braille[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
    return d->per_row == 2 ? (uint8_t)(1 << y) : braille[y][x];
}

static void set_dot(struct plot_dots *d, uint8_t series, int x, int y)
{
    if (x < 0 || y < 0 || x >= plot_dots_width(d) || y >= plot_dots_height(d))
        return;
    int cell = y / d->per_row * d->cols + x / d->per_col;
    if (d->owner[cell] != series + 1) {
        d->owner[cell] = (uint8_t)(series + 1);
        d->bits[cell] = 0;
    }
    d->bits[cell] |= dot_bit(d, x % d->per_col, y % d->per_row);
}

/* One side of the clipping: keeps the part of t in [*t0, *t1] where p t <= q. Liang and Barsky, ACM
 * TOG 3(1), 1984. */
static bool clip_side(double p, double q, double *t0, double *t1)
{
    if (p == 0)
        return q >= 0;
    double t = q / p;
    if (p < 0) {
        if (t > *t1)
            return false;
        *t0 = fmax(*t0, t);
    } else {
        if (t < *t0)
            return false;
        *t1 = fmin(*t1, t);
    }
    return true;
}

static bool clip_line(const struct plot_dots *d, double *x0, double *y0, double *x1, double *y1)
{
    double right = plot_dots_width(d) - 1, bottom = plot_dots_height(d) - 1;
    double dx = *x1 - *x0, dy = *y1 - *y0, t0 = 0, t1 = 1, x = *x0, y = *y0;
    if (!clip_side(-dx, x, &t0, &t1) || !clip_side(dx, right - x, &t0, &t1) ||
        !clip_side(-dy, y, &t0, &t1) || !clip_side(dy, bottom - y, &t0, &t1))
        return false;
    *x0 = x + t0 * dx;
    *y0 = y + t0 * dy;
    *x1 = x + t1 * dx;
    *y1 = y + t1 * dy;
    return true;
}

static void draw_steps(struct plot_dots *d, uint8_t series, int x0, int y0, int x1, int y1,
                       bool dashed)
{
    int dx = abs(x1 - x0), dy = -abs(y1 - y0), sx = x0 < x1 ? 1 : -1, sy = y0 < y1 ? 1 : -1;
    int e = dx + dy; /* Bresenham's error term for both axes */
    for (;;) {
        if (!dashed || x0 / (d->per_col + 1) % 2 == 0)
            set_dot(d, series, x0, y0);
        if (x0 == x1 && y0 == y1)
            return;
        int e2 = 2 * e;
        if (e2 >= dy) {
            e += dy;
            x0 += sx;
        }
        if (e2 <= dx) {
            e += dx;
            y0 += sy;
        }
    }
}

/* Far outside is as good as infinitely far, and safe to compute with. */
static double tame(double v)
{
    return fmax(-1e9, fmin(1e9, v));
}

void plot_dots_line(struct plot_dots *d, uint8_t series, double x0, double y0, double x1, double y1,
                    bool dashed)
{
    x0 = tame(x0), y0 = tame(y0), x1 = tame(x1), y1 = tame(y1);
    if (clip_line(d, &x0, &y0, &x1, &y1))
        draw_steps(d, series, (int)lround(x0), (int)lround(y0), (int)lround(x1), (int)lround(y1),
                   dashed);
}

/* Points of one dot column. */
struct column {
    bool any;
    double x; /* the column */
    double min, max, last_x, last_y;
};

static void flush(struct plot_dots *d, uint8_t series, struct column *c, bool dashed)
{
    if (c->any)
        plot_dots_line(d, series, c->x, c->min, c->x, c->max, dashed);
}

void plot_dots_series(struct plot_dots *d, uint8_t series, const double *x, const double *y,
                      size_t n, bool dashed)
{
    struct column c = {0};
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(y[i]) || !isfinite(x[i])) {
            flush(d, series, &c, dashed);
            c.any = false;
            continue;
        }
        double column = round(tame(x[i]));
        if (c.any && column == c.x) {
            c.min = fmin(c.min, y[i]);
            c.max = fmax(c.max, y[i]);
        } else {
            flush(d, series, &c, dashed);
            if (c.any)
                plot_dots_line(d, series, c.last_x, c.last_y, x[i], y[i], dashed);
            c = (struct column){.any = true, .x = column, .min = y[i], .max = y[i]};
        }
        c.last_x = x[i];
        c.last_y = y[i];
    }
    flush(d, series, &c, dashed);
}
