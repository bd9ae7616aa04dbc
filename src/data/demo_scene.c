/* What flowers and shapes stand in: backgrounds, leaves, strokes, shadows.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "data/demo_paint.h"

#include <math.h>

/* Here and in the scenes: C leaves the order of arguments open, so no expression draws twice. */

struct leaf {
    double width; /* half width against half length */
    struct ink ink;
    uint64_t seed;
};

/* A lens with a bright vein along u; -1..1. */
static double shade_leaf(const void *what, double u, double v, struct ink *ink)
{
    const struct leaf *leaf = what;
    double half = leaf->width * (1 - u * u) * (1 - 0.3 * u);
    double a = v < 0 ? -v : v;
    if (u < -1 || u > 1 || a > half)
        return 0;
    double vein = a < 0.05 * leaf->width + 0.01 ? 1.25 : 1;
    double side = v < 0 ? 0.88 : 1.05;
    *ink = ink_scale(leaf->ink,
                     vein * side * (0.85 + 0.3 * noise_at(leaf->seed, 5 * u, 5 * v / leaf->width)));
    return 1;
}

void paint_leaf(struct sheet *canvas, double x, double y, double length, double turn, double width,
                struct ink ink)
{
    struct leaf leaf = {width, ink, (uint64_t)(x * 1e6) ^ (uint64_t)(y * 1e9)};
    struct frame frame = frame_at(x, y, length / 2, turn, 0, 1);
    sheet_paint(canvas, &frame, 1.05, shade_leaf, &leaf);
}

/* A straight bar along u. */
static double shade_bar(const void *what, double u, double v, struct ink *ink)
{
    const struct leaf *bar = what;
    double a = v < 0 ? -v : v;
    if (u < -1 || u > 1 || a > bar->width)
        return 0;
    *ink = ink_scale(bar->ink, 1.1 - 0.4 * a / bar->width);
    return 1;
}

void paint_stroke(struct sheet *canvas, double x0, double y0, double x1, double y1, double width,
                  struct ink ink)
{
    double dx = x1 - x0, dy = y1 - y0, length = sqrt(dx * dx + dy * dy);
    if (length <= 0)
        return;
    struct leaf bar = {width / length, ink, 0};
    struct frame frame = frame_at((x0 + x1) / 2, (y0 + y1) / 2, length / 2, turn_of(dx, dy), 0, 1);
    sheet_paint(canvas, &frame, 1.05, shade_bar, &bar);
}

static double shade_shadow(const void *what, double u, double v, struct ink *ink)
{
    (void)what;
    double r2 = u * u + v * v;
    *ink = (struct ink){0.02, 0.03, 0.02};
    return r2 < 1 ? 0.5 * (1 - r2) : 0;
}

void paint_shadow(struct sheet *canvas, double x, double y, double radius)
{
    struct frame frame = frame_at(x, y, radius, 0, 0, 1);
    sheet_paint(canvas, &frame, 1, shade_shadow, NULL);
}

/* A ground of two colours mixed by stretched noise, or by a gradient. */
struct ground {
    struct ink a, b;
    double sx, sy, gradient;
    uint64_t seed;
};

static double shade_ground(const void *what, double u, double v, struct ink *ink)
{
    const struct ground *g = what;
    double t = noise_sum(g->seed, (u + 1) * g->sx, (v + 1) * g->sy);
    t = clamp01((t - 0.5) * 1.8 + 0.5);
    *ink = ink_mix(g->a, g->b, t * (1 - g->gradient) + (v + 0.5) * g->gradient);
    return 1;
}

static void fill(struct sheet *canvas, struct rng *rng, struct ink a, struct ink b, double sx,
                 double sy, double gradient)
{
    struct ground g = {a, b, sx, sy, gradient, rng_u64(rng)};
    struct frame frame = frame_at(0.5, 0.5, 1, 0, 0, 1);
    sheet_paint(canvas, &frame, 0.5, shade_ground, &g);
}

static struct ink green(struct rng *rng, double low, double high)
{
    return ink_drawn(rng, 0.2, 0.38, 0.35, 0.85, low, high);
}

static void grass(struct sheet *canvas, struct rng *rng)
{
    struct ink dark = green(rng, 0.15, 0.4), light = green(rng, 0.4, 0.7);
    double across = rng_between(rng, 6, 14), down = rng_between(rng, 2, 5);
    fill(canvas, rng, dark, light, across, down, 0);
    int n = 20 + (int)rng_below(rng, 40);
    for (int i = 0; i < n; i++) {
        double x = rng_uniform(rng), y = rng_between(rng, 0, 1.1), lean = rng_between(rng, -0.07, 0.07);
        double tall = rng_between(rng, 0.12, 0.4), width = rng_between(rng, 0.005, 0.014);
        struct ink ink = ink_mix(dark, light, rng_between(rng, 0, 1.3));
        paint_stroke(canvas, x, y, x + lean, y - tall, width, ink);
    }
}

static void soil(struct sheet *canvas, struct rng *rng)
{
    struct ink a = ink_drawn(rng, 0.03, 0.1, 0.2, 0.6, 0.15, 0.35);
    struct ink b = ink_drawn(rng, 0.05, 0.13, 0.1, 0.5, 0.4, 0.75);
    double s = rng_between(rng, 5, 16);
    fill(canvas, rng, a, b, s, s, 0);
}

static void sky(struct sheet *canvas, struct rng *rng)
{
    struct ink blue = ink_drawn(rng, 0.52, 0.64, 0.2, 0.7, 0.6, 1);
    struct ink white = ink_drawn(rng, 0, 1, 0.03, 0.06, 0.75, 1);
    double across = rng_between(rng, 1, 3), down = rng_between(rng, 2, 6),
           gradient = rng_between(rng, 0.2, 0.8);
    fill(canvas, rng, blue, white, across, down, gradient);
}

/* Lights far out of focus. */
static void bokeh(struct sheet *canvas, struct rng *rng)
{
    struct ink dark = green(rng, 0.08, 0.3), other = ink_scale(ink_any(rng), 0.5);
    fill(canvas, rng, dark, other, 3, 3, 0.3);
    int n = 8 + (int)rng_below(rng, 16);
    for (int i = 0; i < n; i++) {
        double x = rng_uniform(rng), y = rng_uniform(rng), r = rng_between(rng, 0.03, 0.12);
        struct ink ink = ink_scale(ink_any(rng), 0.9);
        paint_stroke(canvas, x - r, y, x + r, y, r, ink);
    }
    sheet_blur(canvas, rng_between(rng, 0.05, 0.12));
}

static void foliage(struct sheet *canvas, struct rng *rng)
{
    struct ink dark = green(rng, 0.05, 0.2), light = green(rng, 0.15, 0.35);
    fill(canvas, rng, dark, light, 5, 5, 0);
    int n = 12 + (int)rng_below(rng, 22);
    for (int i = 0; i < n; i++) {
        double x = rng_uniform(rng), y = rng_uniform(rng), length = rng_between(rng, 0.15, 0.5);
        double turn = rng_uniform(rng), width = rng_between(rng, 0.2, 0.5);
        paint_leaf(canvas, x, y, length, turn, width, green(rng, 0.2, 0.65));
    }
}

static void wall(struct sheet *canvas, struct rng *rng)
{
    struct ink a = ink_any(rng), b = ink_mix(a, ink_any(rng), 0.4);
    double across = rng_between(rng, 1, 20), down = rng_between(rng, 1, 20), gradient = rng_uniform(rng);
    fill(canvas, rng, a, b, across, down, gradient);
}

/* Small blobs of any colour far behind: colour alone tells nothing. */
static void speckle(struct sheet *canvas, struct rng *rng)
{
    int n = (int)rng_below(rng, 7);
    for (int i = 0; i < n; i++) {
        double x = rng_uniform(rng), y = rng_uniform(rng), length = rng_between(rng, 0.04, 0.14);
        double turn = rng_uniform(rng), width = rng_between(rng, 0.3, 1);
        paint_leaf(canvas, x, y, length, turn, width, ink_any(rng));
    }
}

void paint_background(struct sheet *canvas, struct rng *rng)
{
    static void (*const kinds[])(struct sheet *, struct rng *) = {grass, soil, sky, bokeh, foliage, wall};
    kinds[rng_below(rng, sizeof kinds / sizeof *kinds)](canvas, rng);
    speckle(canvas, rng);
    if (rng_uniform(rng) < 0.75)
        sheet_blur(canvas, rng_between(rng, 0.01, 0.06));
}

void paint_occluders(struct sheet *canvas, struct rng *rng, int at_most)
{
    int n = (int)rng_below(rng, (uint64_t)at_most + 1);
    for (int i = 0; i < n; i++) {
        double x = rng_uniform(rng), y = rng_between(rng, 0.2, 1), turn = rng_uniform(rng);
        double length = rng_between(rng, 0.2, 0.5), width = rng_between(rng, 0.12, 0.4),
               lean = rng_between(rng, -0.3, 0.3);
        struct ink ink = green(rng, 0.2, 0.7);
        if (rng_uniform(rng) < 0.5)
            paint_leaf(canvas, x, y, length, turn, width, ink);
        else
            paint_stroke(canvas, x, 1.05, x + lean, y - 0.3, width / 25, ink);
    }
}
