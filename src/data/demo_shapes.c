/* Sixteen shapes, no flower among them: edges, rays, whorls, textures and gradients to learn from.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "data/demo_paint.h"

#include <math.h>

const char *const demo_shape_names[16] = {
    "arrow", "burst", "checker", "crescent", "cross", "dots", "drop", "gear",
    "heart", "pinwheel", "ring", "spiral", "star", "stripes", "target", "wave",
};

/* One drawn thing. count: its rays, teeth, stripes ...; share: a proportion of the shape, 0..1. */
struct thing {
    bool (*inside)(const struct thing *t, double u, double v, double *shade);
    int count;
    double share, phase;
    struct ink a, b;
    double gradient; /* direction of the colour's change, turns */
    double grain;
    uint64_t seed;
};

static double magnitude(double v)
{
    return v < 0 ? -v : v;
}

static double radius_of(double u, double v)
{
    return sqrt(u * u + v * v);
}

/* Position within one of count sectors, -1..1 with 0 on its axis. */
static double sector(const struct thing *t, double u, double v)
{
    return 2 * fraction((turn_of(u, v) + t->phase) * t->count) - 1;
}

static bool in_arrow(const struct thing *t, double u, double v, double *shade)
{
    double a = magnitude(v);
    *shade = 1 - 0.2 * a;
    return u > 0.1 ? a < 0.85 * (1 - u) : u > -0.95 && a < 0.15 + 0.25 * t->share;
}

static bool in_burst(const struct thing *t, double u, double v, double *shade)
{
    double r = radius_of(u, v), a = magnitude(sector(t, u, v));
    *shade = 0.75 + 0.35 * r;
    return r < 1 && r > 0.15 * t->share && a < 0.35 + 0.3 * t->share;
}

static bool in_checker(const struct thing *t, double u, double v, double *shade)
{
    double cells = 1.2 + t->share * 2;
    bool odd = (fraction(u * cells / 2 + 8) < 0.5) != (fraction(v * cells / 2 + 8) < 0.5);
    *shade = odd ? 1 : 0.25;
    return magnitude(u) < 0.85 && magnitude(v) < 0.85;
}

static bool in_crescent(const struct thing *t, double u, double v, double *shade)
{
    double r = radius_of(u, v), far = radius_of(u - 0.35 - 0.3 * t->share, v);
    *shade = 1 - 0.3 * (u + 1) / 2;
    return r < 1 && far > 0.8;
}

static bool in_cross(const struct thing *t, double u, double v, double *shade)
{
    double half = 0.18 + 0.22 * t->share, a = magnitude(u), b = magnitude(v);
    *shade = a < half ? 1 : 0.85;
    return a < 1 && b < 1 && (a < half || b < half);
}

static bool in_dots(const struct thing *t, double u, double v, double *shade)
{
    double cells = 2.5 + 3 * t->share, r = radius_of(u, v);
    double x = fraction(u * cells + 16) - 0.5, y = fraction(v * cells + 16) - 0.5, d = radius_of(x, y);
    *shade = 1.15 - d;
    return r < 1 && d < 0.33;
}

static bool in_drop(const struct thing *t, double u, double v, double *shade)
{
    double q = (v + 1) / 2;
    if (q < 0 || q > 1)
        return false;
    double half = (0.5 + 0.3 * t->share) * q * sqrt(1 - q * q * q) * 1.5;
    *shade = 1.1 - 0.4 * (half > 0 ? magnitude(u) / half : 0);
    return magnitude(u) < half;
}

static bool in_gear(const struct thing *t, double u, double v, double *shade)
{
    double r = radius_of(u, v), edge = magnitude(sector(t, u, v)) < 0.5 ? 1 : 0.75;
    *shade = r < 0.62 ? 0.8 : 1;
    return r < edge && r > 0.15 + 0.25 * t->share;
}

static bool in_heart(const struct thing *t, double u, double v, double *shade)
{
    /* (x^2 + y^2 - 1)^3 < x^2 y^3, turned so that the point is below */
    double x = 1.2 * u, y = 0.2 - 1.2 * v, s = x * x + y * y - 1;
    *shade = 1.05 - 0.3 * t->share * radius_of(u, v);
    return s * s * s < x * x * y * y * y;
}

static bool in_pinwheel(const struct thing *t, double u, double v, double *shade)
{
    double r = radius_of(u, v), turn = fraction((turn_of(u, v) + t->phase) * t->count);
    *shade = 1 - 0.5 * turn;
    return r < 1 - 0.6 * turn && turn < 0.85;
}

static bool in_ring(const struct thing *t, double u, double v, double *shade)
{
    double r = radius_of(u, v), inner = 0.45 + 0.35 * t->share;
    double middle = (2 * r - 1 - inner) / (1 - inner);
    *shade = 1.1 - 0.35 * middle * middle;
    return r < 1 && r > inner;
}

static bool in_spiral(const struct thing *t, double u, double v, double *shade)
{
    double r = radius_of(u, v), coil = fraction(turn_of(u, v) + t->phase + r * (2 + 1.5 * t->share));
    *shade = 0.8 + 0.3 * coil;
    return r < 1 && coil < 0.5;
}

static bool in_star(const struct thing *t, double u, double v, double *shade)
{
    double r = radius_of(u, v), a = magnitude(sector(t, u, v)), inner = 0.35 + 0.25 * t->share;
    *shade = 1.1 - 0.3 * a;
    return r < 1 - (1 - inner) * a;
}

static bool in_stripes(const struct thing *t, double u, double v, double *shade)
{
    *shade = fraction(u * (1.2 + 2 * t->share) + t->phase) < 0.5 ? 1 : 0.25;
    return radius_of(u, v) < 1;
}

static bool in_target(const struct thing *t, double u, double v, double *shade)
{
    double r = radius_of(u, v);
    *shade = fraction(r * (1.5 + 1.5 * t->share) + 0.25) < 0.5 ? 1 : 0.3;
    return r < 1;
}

static bool in_wave(const struct thing *t, double u, double v, double *shade)
{
    double y = v * (1.6 + t->share) + 0.35 * wave(u * (0.8 + t->share) + t->phase);
    *shade = 1;
    return magnitude(u) < 1 && magnitude(v) < 0.95 && fraction(y + 8) < 0.45;
}

static double shade_thing(const void *what, double u, double v, struct ink *ink)
{
    const struct thing *t = what;
    double shade = 1;
    if (!t->inside(t, u, v, &shade))
        return 0;
    double along = (u * wave(t->gradient + 0.25) + v * wave(t->gradient) + 1) / 2;
    double grain = 1 + t->grain * (noise_sum(t->seed, 6 * u + 9, 6 * v + 9) - 0.5);
    *ink = ink_scale(ink_mix(t->a, t->b, clamp01(along)), shade * grain);
    return 1;
}

/* Shape and the range of its count. */
static const struct {
    bool (*inside)(const struct thing *t, double u, double v, double *shade);
    int low, high;
} shapes[16] = {
    {in_arrow, 1, 1}, {in_burst, 14, 36},  {in_checker, 1, 1}, {in_crescent, 1, 1},
    {in_cross, 4, 4}, {in_dots, 1, 1},     {in_drop, 1, 1},    {in_gear, 8, 16},
    {in_heart, 1, 1}, {in_pinwheel, 4, 8}, {in_ring, 1, 1},    {in_spiral, 1, 1},
    {in_star, 5, 9},  {in_stripes, 1, 1},  {in_target, 1, 1},  {in_wave, 1, 1},
};

static void one_shape(struct sheet *canvas, int cls, double x, double y, double radius, struct rng *rng)
{
    struct thing t = {.inside = shapes[cls].inside};
    t.count = shapes[cls].low + (int)rng_below(rng, (uint64_t)(shapes[cls].high - shapes[cls].low + 1));
    t.share = rng_uniform(rng);
    t.phase = rng_uniform(rng);
    /* Brighter than most grounds, as petals are, or else nearly black. */
    double low = rng_uniform(rng) < 0.8 ? 0.75 : 0.05;
    t.a = ink_drawn(rng, 0, 1, 0.1, 1, low, low + 0.25);
    t.b = ink_mix(t.a, ink_any(rng), 0.4);
    t.gradient = rng_uniform(rng);
    t.grain = rng_between(rng, 0, 0.6);
    t.seed = rng_u64(rng);
    double spin = rng_uniform(rng), tilt = rng_uniform(rng), squash = rng_between(rng, 0.65, 1);
    paint_shadow(canvas, x + 0.05 * radius, y + 0.15 * radius, radius * 1.15);
    struct frame frame = frame_at(x, y, radius, spin, tilt, squash);
    sheet_paint(canvas, &frame, 1.45, shade_thing, &t);
}

void demo_shape_scene(struct sheet *canvas, int cls, struct rng *rng)
{
    paint_background(canvas, rng);
    int n = rng_uniform(rng) < 0.75 ? 1 : 2;
    for (int i = 0; i < n; i++) {
        double radius = n == 1 ? rng_between(rng, 0.3, 0.47) : rng_between(rng, 0.2, 0.3);
        double x = rng_between(rng, 0.8 * radius, 1 - 0.8 * radius),
               y = rng_between(rng, 0.8 * radius, 1 - 0.8 * radius);
        one_shape(canvas, cls, x, y, radius, rng);
    }
    paint_occluders(canvas, rng, 1);
}
