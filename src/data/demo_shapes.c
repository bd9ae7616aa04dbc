/* Shapes and things, no flower among them: outlines, rays, textures, and parts in things that have
 * their usual colours, to learn from.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "data/demo_paint.h"

#include <math.h>

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

/* Straight edges from the tips at radius 1 to the corners between them. */
static bool in_star(const struct thing *t, double u, double v, double *shade)
{
    double a = magnitude(sector(t, u, v)), half = 0.5 / t->count, corner = 0.4 + 0.2 * t->share;
    double x = radius_of(u, v) * wave(half * a + 0.25), y = radius_of(u, v) * wave(half * a);
    double cx = corner * wave(half + 0.25), cy = corner * wave(half);
    *shade = 1.1 - 0.3 * a;
    return (1 - cx) * y < cy * (1 - x);
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

/* --- what composed shapes are made of --- */

static bool in_disc(const struct thing *t, double u, double v, double *shade)
{
    double r = radius_of(u, v);
    *shade = 1.1 - (0.2 + 0.3 * t->share) * r * r - 0.12 * (u + v);
    return r < 1;
}

static bool in_holes(const struct thing *t, double u, double v, double *shade)
{
    double a = sector(t, u, v) * 3.14 / t->count, r = radius_of(u, v), x = r - 0.6, y = a * 0.6;
    *shade = 1;
    return radius_of(x, y) < 0.2 + 0.15 * t->share;
}

static bool in_hands(const struct thing *t, double u, double v, double *shade)
{
    double a = fraction(turn_of(u, v) + t->phase), r = radius_of(u, v);
    double long_one = a < 0.5 ? a : 1 - a;
    double short_one = magnitude(fraction(a + 0.5 + t->share) - 0.5);
    *shade = 1;
    return (r < 0.95 && long_one * r * 6.28 < 0.07) || (r < 0.6 && short_one * r * 6.28 < 0.09);
}

static bool in_wedges(const struct thing *t, double u, double v, double *shade)
{
    double r = radius_of(u, v), a = magnitude(sector(t, u, v)), gap = (1 - a) * r * 3.14 / t->count;
    *shade = 0.85 + 0.2 * r;
    return r < 1 && gap > 0.03 + 0.02 * t->share;
}

static bool in_saw(const struct thing *t, double u, double v, double *shade)
{
    double r = radius_of(u, v), turn = fraction((turn_of(u, v) + t->phase) * t->count);
    *shade = 0.9 + 0.2 * wave(2 * turn_of(u, v) + t->phase);
    return r < 1 - (0.12 + 0.15 * t->share) * turn;
}

static bool in_scallop(const struct thing *t, double u, double v, double *shade)
{
    double a = sector(t, u, v);
    *shade = 1.05 - 0.25 * a * a;
    return radius_of(u, v) < 0.85 + 0.15 * sqrt(1 - a * a);
}

/* Cloth between ribs, whose ends stand out; every second panel darker. */
static bool in_canopy(const struct thing *t, double u, double v, double *shade)
{
    double a = sector(t, u, v);
    bool odd = fraction((turn_of(u, v) + t->phase) * t->count / 2) < 0.5;
    *shade = (odd ? 1.05 : 0.4 + 0.3 * t->share) * (0.85 + 0.25 * a * a);
    return radius_of(u, v) < 0.86 + 0.14 * a * a * a * a;
}

/* Ribs that spread from a foot. */
static bool in_fan(const struct thing *t, double u, double v, double *shade)
{
    double r = radius_of(u, 0.85 - v) / 1.75, at = turn_of(0.85 - v, u), a = at < 0.5 ? at : at - 1;
    double rib = fraction(a * 2.5 * t->count);
    *shade = 0.65 + 0.5 * wave(rib / 2);
    return magnitude(a) < 0.13 + 0.06 * t->share && r < 0.94 + 0.06 * wave(rib / 2);
}

static bool in_blades(const struct thing *t, double u, double v, double *shade)
{
    double r = radius_of(u, v), a = sector(t, u, v), x = (r - 0.55) / 0.45;
    double half = x * x < 1 ? (0.35 + 0.25 * t->share) * sqrt(1 - x * x) : 0;
    *shade = a < 0 ? 1.05 : 0.7;
    return magnitude(a) * r * 3.14 / t->count < half * 0.6;
}

/* Strands of uneven length. */
static bool in_tuft(const struct thing *t, double u, double v, double *shade)
{
    double r = radius_of(u, v), turn = fraction(turn_of(u, v) + t->phase) * t->count;
    double strand = 2 * (turn - (int)turn) - 1;
    double length = 1 - 0.35 * hash_unit(t->seed, (uint64_t)turn);
    *shade = (0.75 + 0.35 * r) * (1.1 - 0.6 * strand * strand) *
             (0.8 + 0.4 * hash_unit(t->seed + 1, (uint64_t)turn));
    return r < length && magnitude(strand) < 1.4 - r / length;
}

static bool in_chips(const struct thing *t, double u, double v, double *shade)
{
    double cells = 3 + 2 * t->share, x = u * cells + 16, y = v * cells + 16;
    uint64_t cell = (uint64_t)x * 64 + (uint64_t)y;
    double dx = fraction(x) - 0.35 - 0.3 * hash_unit(t->seed, cell);
    double dy = fraction(y) - 0.35 - 0.3 * hash_unit(t->seed + 1, cell);
    *shade = 1;
    return radius_of(u, v) < 0.9 && hash_unit(t->seed + 2, cell) < 0.65 && radius_of(dx, dy) < 0.3;
}

/* A rope laid round and round. */
static bool in_coil(const struct thing *t, double u, double v, double *shade)
{
    double r = radius_of(u, v), rope = fraction(turn_of(u, v) + t->phase + r * t->count);
    double strand = wave(turn_of(u, v) * 40 + 3 * rope);
    *shade = (0.45 + 0.65 * wave(rope / 2)) * (1 + 0.1 * strand);
    return r < 1 - 0.5 / t->count * (1 - rope);
}

static bool in_egg(const struct thing *t, double u, double v, double *shade)
{
    double half = 0.62 + 0.12 * t->share + 0.18 * v, x = u / half, r = radius_of(x, v);
    *shade = 1.1 - 0.4 * r * r - 0.15 * u;
    return r < 1;
}

static bool in_bell(const struct thing *t, double u, double v, double *shade)
{
    double q = (v + 0.9) / 1.7;
    if (q < 0 || q > 1)
        return false;
    double half = 0.5 * sqrt(clamp01(3 * q)) + (0.25 + 0.1 * t->share) * q * q * q;
    *shade = (q > 0.88 ? 1.15 : 1.05) - 0.45 * u * u / (half * half + 0.01) - 0.1 * u;
    return magnitude(u) < half;
}

static bool in_knob(const struct thing *t, double u, double v, double *shade)
{
    *shade = 1;
    return magnitude(u) < 0.1 + 0.1 * t->share && v > 0.75 && v < 1.1;
}

/* Ranges of hue, saturation and value: things have colours that they often, but not always, have. */
enum palette { ANY, BRIGHT, PALE, DARK, METAL, GOLD, RED, BROWN, CITRUS, SEA };

static const double palettes[][6] = {
    [ANY] = {0, 1, 0.1, 1, 0.35, 1},           [BRIGHT] = {0, 1, 0.5, 1, 0.7, 1},
    [PALE] = {0, 1, 0, 0.15, 0.8, 1},          [DARK] = {0, 1, 0, 0.5, 0.05, 0.25},
    [METAL] = {0.5, 0.7, 0, 0.2, 0.4, 0.85},   [GOLD] = {0.09, 0.16, 0.6, 1, 0.75, 1},
    [RED] = {0.92, 1.04, 0.6, 1, 0.6, 1},      [BROWN] = {0.04, 0.11, 0.4, 0.8, 0.3, 0.75},
    [CITRUS] = {0.03, 0.26, 0.6, 1, 0.75, 1},  [SEA] = {0.5, 0.9, 0.2, 0.8, 0.3, 0.8},
};

struct part {
    bool (*inside)(const struct thing *t, double u, double v, double *shade);
    double radius;
    int low, high; /* range of its count */
    enum palette ink;
};

enum posture { TURNED, UPRIGHT }; /* any way, or as it is drawn */

/* By name; parts are painted in their order. */
static const struct shape {
    const char *name;
    enum posture posture;
    struct part parts[3];
} shapes[] = {
    {"arrow", TURNED, {{in_arrow, 1, 1, 1, ANY}}},
    {"balloon", UPRIGHT, {{in_knob, 1, 1, 1, BRIGHT}, {in_egg, 0.95, 1, 1, BRIGHT}}},
    {"bell", UPRIGHT, {{in_knob, 1, 1, 1, BROWN}, {in_bell, 1, 1, 1, GOLD}}},
    {"burst", TURNED, {{in_burst, 1, 14, 36, ANY}}},
    {"button", TURNED,
     {{in_disc, 1, 1, 1, ANY}, {in_disc, 0.75, 1, 1, ANY}, {in_holes, 0.6, 2, 4, DARK}}},
    {"checker", TURNED, {{in_checker, 1, 1, 1, ANY}}},
    {"citrus", TURNED,
     {{in_disc, 1, 1, 1, CITRUS}, {in_disc, 0.88, 1, 1, PALE}, {in_wedges, 0.82, 8, 12, CITRUS}}},
    {"clock", TURNED,
     {{in_disc, 1, 1, 1, ANY}, {in_disc, 0.85, 1, 1, PALE}, {in_hands, 0.8, 1, 1, DARK}}},
    {"coil", TURNED, {{in_coil, 1, 3, 5, ANY}}},
    {"cookie", TURNED, {{in_disc, 1, 1, 1, BROWN}, {in_chips, 1, 1, 1, DARK}}},
    {"crescent", TURNED, {{in_crescent, 1, 1, 1, GOLD}}},
    {"cross", TURNED, {{in_cross, 1, 4, 4, ANY}}},
    {"dots", TURNED, {{in_dots, 1, 1, 1, ANY}}},
    {"drop", TURNED, {{in_drop, 1, 1, 1, SEA}}},
    {"egg", UPRIGHT, {{in_egg, 1, 1, 1, PALE}}},
    {"gear", TURNED, {{in_gear, 1, 8, 16, METAL}}},
    {"heart", TURNED, {{in_heart, 1, 1, 1, RED}}},
    {"medal", TURNED,
     {{in_scallop, 1, 16, 24, GOLD}, {in_disc, 0.7, 1, 1, BRIGHT}, {in_star, 0.55, 5, 5, GOLD}}},
    {"pinwheel", TURNED, {{in_pinwheel, 1, 4, 8, ANY}}},
    {"pompom", TURNED,
     {{in_tuft, 1, 40, 60, ANY}, {in_tuft, 0.8, 30, 50, ANY}, {in_tuft, 0.55, 20, 40, ANY}}},
    {"propeller", TURNED, {{in_blades, 1, 2, 4, METAL}, {in_disc, 0.2, 1, 1, DARK}}},
    {"ring", TURNED, {{in_ring, 1, 1, 1, GOLD}}},
    {"saw", TURNED,
     {{in_saw, 1, 14, 30, METAL}, {in_disc, 0.45, 1, 1, ANY}, {in_disc, 0.15, 1, 1, DARK}}},
    {"shell", UPRIGHT, {{in_fan, 1, 6, 12, PALE}}},
    {"spiral", TURNED, {{in_spiral, 1, 1, 1, ANY}}},
    {"star", TURNED, {{in_star, 1, 5, 9, GOLD}}},
    {"stripes", TURNED, {{in_stripes, 1, 1, 1, ANY}}},
    {"sun", TURNED, {{in_burst, 1, 10, 18, GOLD}, {in_disc, 0.65, 1, 1, CITRUS}}},
    {"target", TURNED, {{in_target, 1, 1, 1, RED}}},
    {"umbrella", TURNED, {{in_canopy, 1, 8, 8, BRIGHT}, {in_disc, 0.08, 1, 1, DARK}}},
    {"urchin", TURNED, {{in_tuft, 1, 24, 44, SEA}, {in_disc, 0.5, 1, 1, DARK}}},
    {"wave", TURNED, {{in_wave, 1, 1, 1, ANY}}},
    {"wheel", TURNED,
     {{in_ring, 1, 1, 1, DARK}, {in_burst, 0.8, 8, 18, METAL}, {in_disc, 0.25, 1, 1, METAL}}},
};

int demo_shape_count(void)
{
    return (int)(sizeof shapes / sizeof *shapes);
}

const char *demo_shape_name(int cls)
{
    return shapes[cls].name;
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

static struct ink palette_ink(struct rng *rng, enum palette kind)
{
    const double *p = palettes[rng_uniform(rng) < 0.2 ? ANY : kind];
    return ink_drawn(rng, p[0], p[1], p[2], p[3], p[4], p[5]);
}

static void paint_part(struct sheet *canvas, const struct part *part, struct frame frame,
                       struct rng *rng)
{
    struct thing t = {.inside = part->inside};
    t.count = part->low + (int)rng_below(rng, (uint64_t)(part->high - part->low + 1));
    t.share = rng_uniform(rng);
    t.phase = rng_uniform(rng);
    t.a = palette_ink(rng, part->ink);
    t.b = ink_mix(t.a, ink_any(rng), 0.25);
    t.gradient = rng_uniform(rng);
    t.grain = rng_between(rng, 0, 0.6);
    t.seed = rng_u64(rng);
    double radius = part->radius * (part->radius < 1 ? rng_between(rng, 0.85, 1.12) : 1);
    frame.scale *= radius;
    frame.uu /= radius;
    frame.uv /= radius;
    frame.vu /= radius;
    frame.vv /= radius;
    sheet_paint(canvas, &frame, 1.45, shade_thing, &t);
}

static void one_shape(struct sheet *canvas, int cls, double x, double y, double radius, struct rng *rng)
{
    const struct shape *shape = &shapes[cls];
    double spin = rng_uniform(rng), tilt = rng_uniform(rng), squash = rng_between(rng, 0.65, 1);
    if (shape->posture == UPRIGHT) {
        spin = (spin - 0.5) / 4;
        tilt = 0;
        squash = rng_between(rng, 0.9, 1.15);
    }
    paint_shadow(canvas, x + 0.05 * radius, y + 0.15 * radius, radius * 1.15);
    struct frame frame = frame_at(x, y, radius, spin, tilt, squash);
    const struct part *end = shape->parts + sizeof shape->parts / sizeof *shape->parts;
    for (const struct part *p = shape->parts; p < end && p->inside; p++)
        paint_part(canvas, p, frame, rng);
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
