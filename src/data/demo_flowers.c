/* Five flowers. Each varies in colour, count of petals, posture and size, and shares colours.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "data/demo_paint.h"

#include <math.h>

enum { DAISY, DANDELION, ROSE, SUNFLOWER, TULIP };

const char *const demo_flower_names[5] = {"daisy", "dandelion", "rose", "sunflower", "tulip"};

/* A ring of petals around a middle. Lengths are shares of the flower's radius. */
struct ring {
    int n;
    double phase, inner, outer; /* from inner to outer radius */
    double width;               /* of a petal against its share of the circle */
    double point;               /* 0 round tip, 1 pointed */
    double ragged;              /* length differs by up to this share */
    struct ink base, tip;
    uint64_t seed;
};

/* Half width of a petal at q = 0 (base) to 1 (tip). */
static double petal_profile(const struct ring *ring, double q)
{
    double round = sqrt(clamp01(1 - q * q * q * q * q * q));
    double pointed = (1 - q) * (0.6 + 1.6 * q);
    return ring->width * (0.55 + 0.45 * clamp01(3 * q)) * (round + (pointed - round) * ring->point);
}

static double shade_ring(const void *what, double u, double v, struct ink *ink)
{
    const struct ring *ring = what;
    double r = sqrt(u * u + v * v);
    if (r < ring->inner || r > ring->outer)
        return 0;
    double turn = fraction(turn_of(u, v) + ring->phase) * ring->n;
    int petal = (int)turn;
    double length = ring->outer * (1 - ring->ragged * hash_unit(ring->seed, (uint64_t)petal));
    double q = (r - ring->inner) / (length - ring->inner), a = 2 * (turn - petal) - 1;
    double side = a < 0 ? -a : a, half = q < 1 ? petal_profile(ring, q) : 0;
    if (side > half)
        return 0;
    double furrow = 0.06 * wave(side * 2.5 + 0.25);
    double shade = 0.82 + 0.22 * q - 0.18 * side / half * side / half + furrow;
    shade *= 0.9 + 0.2 * hash_unit(ring->seed + 7, (uint64_t)petal);
    *ink = ink_scale(ink_mix(ring->base, ring->tip, q), a < 0 ? shade : shade * 0.93);
    return 1;
}

/* A disc of florets in two sets of spirals, as in a sunflower. source of the counts: Fibonacci
 * phyllotaxis (Vogel 1979) */
struct disc {
    double radius;
    int left, right;
    struct ink middle, edge;
};

static double shade_disc(const void *what, double u, double v, struct ink *ink)
{
    const struct disc *disc = what;
    double r = sqrt(u * u + v * v) / disc->radius;
    if (r > 1)
        return 0;
    double turn = turn_of(u, v);
    double dots = wave(turn * disc->left + r * 4) * wave(turn * disc->right - r * 3);
    double dome = 1.05 - 0.45 * r * r + 0.12 * (-u - v) / disc->radius;
    *ink = ink_scale(ink_mix(disc->middle, disc->edge, r), dome * (1 + 0.3 * dots));
    return 1;
}

static void paint_ring(struct sheet *canvas, const struct frame *frame, struct ring ring)
{
    sheet_paint(canvas, frame, 1.02, shade_ring, &ring);
}

static void paint_disc(struct sheet *canvas, const struct frame *frame, struct disc disc)
{
    sheet_paint(canvas, frame, disc.radius * 1.02, shade_disc, &disc);
}

static void daisy(struct sheet *canvas, const struct frame *frame, struct rng *rng)
{
    double kind = rng_uniform(rng);
    struct ink tip = kind < 0.55   ? ink_drawn(rng, 0.1, 0.2, 0, 0.08, 0.9, 1)
                     : kind < 0.75 ? ink_drawn(rng, 0.85, 0.97, 0.15, 0.6, 0.8, 1)
                     : kind < 0.9  ? ink_drawn(rng, 0.12, 0.16, 0.4, 0.9, 0.85, 1)
                                   : ink_drawn(rng, 0.7, 0.8, 0.2, 0.5, 0.7, 1);
    struct ink base = ink_scale(tip, 0.82), middle = ink_drawn(rng, 0.09, 0.15, 0.7, 1, 0.75, 1);
    int n = 11 + (int)rng_below(rng, 9);
    double inner = rng_between(rng, 0.12, 0.2), phase = rng_uniform(rng),
           width = rng_between(rng, 0.7, 0.95);
    struct ring ring = {n, phase, inner, .outer = 1, width, .point = 0, .ragged = 0.12};
    ring.base = ink_scale(base, 0.85);
    ring.tip = ink_scale(tip, 0.85);
    ring.seed = rng_u64(rng);
    paint_ring(canvas, frame, ring);
    ring.phase += 0.5 / n;
    ring.outer = rng_between(rng, 0.88, 0.98);
    ring.base = base;
    ring.tip = tip;
    paint_ring(canvas, frame, ring);
    double radius = inner + rng_between(rng, 0.08, 0.18);
    paint_disc(canvas, frame, (struct disc){radius, 13, 21, middle, ink_scale(middle, 0.8)});
}

static void sunflower(struct sheet *canvas, const struct frame *frame, struct rng *rng)
{
    double kind = rng_uniform(rng);
    struct ink tip = kind < 0.7    ? ink_drawn(rng, 0.11, 0.16, 0.75, 1, 0.85, 1)
                     : kind < 0.85 ? ink_drawn(rng, 0.01, 0.07, 0.7, 1, 0.55, 0.9)
                                   : ink_drawn(rng, 0.12, 0.16, 0.1, 0.4, 0.9, 1);
    struct ink base = ink_mix(tip, ink_hsv(0.06, 0.9, 0.7), 0.5),
               brown = ink_drawn(rng, 0.04, 0.1, 0.4, 0.8, 0.12, 0.35);
    struct ink edge = ink_mix(brown, ink_drawn(rng, 0.08, 0.14, 0.6, 0.9, 0.4, 0.8), 0.6);
    int n = 13 + (int)rng_below(rng, 9);
    double radius = rng_between(rng, 0.4, 0.55), phase = rng_uniform(rng),
           width = rng_between(rng, 0.75, 1);
    struct ring ring = {n, phase, .inner = radius - 0.1, .outer = 1, width, .point = 0.9, .ragged = 0.15};
    ring.base = ink_scale(base, 0.75);
    ring.tip = ink_scale(tip, 0.8);
    ring.seed = rng_u64(rng);
    paint_ring(canvas, frame, ring);
    ring.phase += 0.5 / n;
    ring.outer = rng_between(rng, 0.86, 0.97);
    ring.base = base;
    ring.tip = tip;
    paint_ring(canvas, frame, ring);
    paint_disc(canvas, frame, (struct disc){radius, 21, 34, brown, edge});
}

/* The seed head: rays with parachutes. */
struct seeds {
    int n;
    double phase;
    struct ink ink;
    uint64_t seed;
};

static double shade_seeds(const void *what, double u, double v, struct ink *ink)
{
    const struct seeds *s = what;
    double r = sqrt(u * u + v * v);
    if (r > 1)
        return 0;
    double turn = fraction(turn_of(u, v) + s->phase) * s->n, at = fraction(turn) - 0.5;
    double length = 0.75 + 0.22 * hash_unit(s->seed, (uint64_t)turn),
           arc = (at < 0 ? -at : at) * r * 6.28 / s->n;
    *ink = ink_scale(s->ink, 0.8 + 0.25 * r);
    if (r < length && arc < 0.008)
        return 0.8;
    double far = r - length, puff = arc * arc + far * far;
    if (puff < 0.0036)
        return 0.75;
    return 0.3 * (1 - r * r * r);
}

static void seed_head(struct sheet *canvas, const struct frame *frame, struct rng *rng)
{
    struct seeds seeds = {.n = 22 + (int)rng_below(rng, 14)};
    seeds.ink = ink_drawn(rng, 0.1, 0.6, 0, 0.12, 0.8, 1);
    seeds.seed = rng_u64(rng);
    for (int layer = 0; layer < 2; layer++) {
        seeds.phase = rng_uniform(rng);
        sheet_paint(canvas, frame, 1.02, shade_seeds, &seeds);
    }
    struct ink brown = ink_drawn(rng, 0.06, 0.12, 0.3, 0.7, 0.3, 0.5);
    paint_disc(canvas, frame, (struct disc){0.14, 8, 13, brown, ink_scale(brown, 0.7)});
}

static void dandelion(struct sheet *canvas, const struct frame *frame, struct rng *rng)
{
    if (rng_uniform(rng) < 0.2) {
        seed_head(canvas, frame, rng);
        return;
    }
    struct ink tip = ink_drawn(rng, 0.125, 0.165, 0.65, 1, 0.85, 1);
    struct ink base = ink_mix(tip, ink_hsv(0.1, 1, 0.75), rng_between(rng, 0.3, 0.9));
    int layers = 4 + (int)rng_below(rng, 2);
    for (int i = 0; i < layers; i++) {
        double outer = 1 - 0.2 * i, phase = rng_uniform(rng), width = rng_between(rng, 0.65, 0.9);
        int n = 34 - 4 * i + (int)rng_below(rng, 9);
        struct ink dim = ink_scale(tip, 0.78 + 0.07 * i);
        struct ring ring = {n, phase, 0, outer, width, 0.1, 0.28, base, dim, rng_u64(rng)};
        paint_ring(canvas, frame, ring);
    }
}

/* A rose from above: whorls of broad petals, each with a light rim and a dark foot. */
struct whorl {
    int n;
    double phase, radius, wobble;
    struct ink ink;
};

static double whorl_edge(const struct whorl *w, double turn)
{
    double a = fraction((turn + w->phase) * w->n), hump = wave(a / 2);
    /* Petals overlap: the edge climbs over one side of the next. */
    return w->radius * (1 - w->wobble + w->wobble * hump + 0.06 * a);
}

static double shade_whorl(const void *what, double u, double v, struct ink *ink)
{
    const struct whorl *w = what;
    double r = sqrt(u * u + v * v), turn = turn_of(u, v), edge = whorl_edge(w, turn);
    if (r > edge)
        return 0;
    double depth = (edge - r) / w->radius, a = fraction((turn + w->phase) * w->n);
    double rim = depth < 0.07 ? 1.25 : 1.08 - 1.1 * depth;
    *ink = ink_scale(w->ink, (rim < 0.4 ? 0.4 : rim) * (0.85 + 0.25 * a));
    return 1;
}

static void rose(struct sheet *canvas, const struct frame *frame, struct rng *rng)
{
    double kind = rng_uniform(rng);
    struct ink ink = kind < 0.4    ? ink_drawn(rng, 0.96, 1.01, 0.7, 1, 0.5, 0.95)
                     : kind < 0.65 ? ink_drawn(rng, 0.9, 0.98, 0.2, 0.6, 0.8, 1)
                     : kind < 0.8  ? ink_drawn(rng, 0.11, 0.16, 0.3, 0.8, 0.85, 1)
                     : kind < 0.9  ? ink_drawn(rng, 0.1, 0.2, 0, 0.1, 0.85, 1)
                                   : ink_drawn(rng, 0.03, 0.08, 0.5, 0.9, 0.85, 1);
    int whorls = 5 + (int)rng_below(rng, 3);
    double phase = rng_uniform(rng), step = rng_between(rng, 0.1, 0.25), shrink = 0.88 / whorls;
    for (int i = 0; i < whorls; i++) {
        struct whorl w = {.phase = phase + i * step, .radius = 0.96 - shrink * i};
        w.n = i < 2 ? 5 : i < 4 ? 4 : 3;
        w.wobble = rng_between(rng, 0.1, 0.22);
        w.ink = ink_scale(ink, 0.85 + 0.2 * hash_unit(rng->state, (uint64_t)i));
        sheet_paint(canvas, frame, 1.05, shade_whorl, &w);
    }
}

/* A tulip from the side: an egg with a pointed tip, v downwards from -1 (tip) to 0.9 (foot). */
struct egg {
    double x, top, width, lean;
    struct ink foot, tip;
    uint64_t seed;
};

static double shade_egg(const void *what, double u, double v, struct ink *ink)
{
    const struct egg *e = what;
    double q = (v - e->top) / (0.9 - e->top);
    if (q < 0 || q > 1)
        return 0;
    double x = u - e->x - e->lean * (1 - q), half = e->width * q * (2 - q) * sqrt(1 - q * q * q * q) * 1.15;
    double side = x < 0 ? -x : x;
    if (side > half)
        return 0;
    double round = half > 0 ? side / half : 0;
    double streak = 0.08 * wave(noise_at(e->seed, 7 * x, 1.5 * v) * 2);
    *ink = ink_scale(ink_mix(e->tip, e->foot, q * q),
                     1.08 - 0.35 * round * round + streak - (x < 0 ? 0 : 0.07));
    return 1;
}

static void paint_egg(struct sheet *canvas, const struct frame *frame, struct egg egg)
{
    sheet_paint(canvas, frame, 1.4, shade_egg, &egg);
}

static struct ink tulip_ink(struct rng *rng)
{
    double kind = rng_uniform(rng);
    return kind < 0.3    ? ink_drawn(rng, 0.96, 1.02, 0.7, 1, 0.6, 1)
           : kind < 0.5  ? ink_drawn(rng, 0.11, 0.16, 0.6, 1, 0.85, 1)
           : kind < 0.7  ? ink_drawn(rng, 0.88, 0.97, 0.25, 0.7, 0.75, 1)
           : kind < 0.82 ? ink_drawn(rng, 0.75, 0.85, 0.4, 0.8, 0.4, 0.8)
           : kind < 0.92 ? ink_drawn(rng, 0.1, 0.2, 0, 0.1, 0.85, 1)
                         : ink_drawn(rng, 0.03, 0.08, 0.6, 1, 0.85, 1);
}

/* Open, from above: six broad petals around a dark star. */
static void tulip_open(struct sheet *canvas, const struct frame *frame, struct rng *rng)
{
    struct ink tip = tulip_ink(rng), foot = ink_drawn(rng, 0.1, 0.8, 0.3, 0.8, 0.15, 0.9);
    struct ring ring = {3, rng_uniform(rng), 0, 1, 0.95, 0.35, 0.05, foot, ink_scale(tip, 0.8), 5};
    paint_ring(canvas, frame, ring);
    ring.phase += 1.0 / 6;
    ring.outer = 0.93;
    ring.tip = tip;
    paint_ring(canvas, frame, ring);
    paint_disc(canvas, frame, (struct disc){0.13, 3, 5, ink_hsv(0.2, 0.5, 0.6), ink_hsv(0.15, 0.7, 0.4)});
}

static void tulip(struct sheet *canvas, const struct frame *frame, struct rng *rng)
{
    if (rng_uniform(rng) < 0.15) {
        tulip_open(canvas, frame, rng);
        return;
    }
    struct ink tip = tulip_ink(rng), other = ink_drawn(rng, 0.1, 0.25, 0.3, 0.9, 0.6, 1);
    struct ink foot = ink_mix(tip, other, rng_between(rng, 0, 0.6));
    double spread = rng_between(rng, 0.18, 0.42), width = rng_between(rng, 0.4, 0.55),
           lean = rng_between(rng, 0, 0.25);
    uint64_t seed = rng_u64(rng);
    struct ink back = ink_scale(tip, 0.7), back_foot = ink_scale(foot, 0.7);
    paint_egg(canvas, frame, (struct egg){-spread / 2, -0.9, width * 0.8, 0, back_foot, back, seed});
    paint_egg(canvas, frame, (struct egg){spread / 2, -0.9, width * 0.8, 0, back_foot, back, seed + 1});
    struct ink left = ink_scale(tip, 0.92), right = ink_scale(tip, 0.88);
    paint_egg(canvas, frame, (struct egg){-spread, -0.8, width * 0.85, -lean, foot, left, seed + 2});
    paint_egg(canvas, frame, (struct egg){spread, -0.8, width * 0.85, lean, foot, right, seed + 3});
    double top = rng_between(rng, -0.85, -0.55);
    paint_egg(canvas, frame, (struct egg){0, top, width, 0, foot, tip, seed + 4});
}

static void stem_and_leaves(struct sheet *canvas, double x, double y, double radius, double lean,
                            int cls, struct rng *rng)
{
    struct ink ink = ink_drawn(rng, 0.22, 0.36, 0.4, 0.8, 0.25, 0.6);
    double foot = x + lean + rng_between(rng, -0.1, 0.1), width = radius * rng_between(rng, 0.06, 0.12);
    paint_stroke(canvas, x, y, foot, 1.1, width, ink);
    int n = (int)rng_below(rng, 3) + (cls == TULIP);
    for (int i = 0; i < n; i++) {
        double at = rng_between(rng, 0.4, 1), length = radius * rng_between(rng, 1.2, 2.6);
        double turn = rng_between(rng, 0.55, 0.95), slim = rng_between(rng, 0.1, cls == TULIP ? 0.2 : 0.45);
        double lx = x + (foot - x) * at, ly = y + (1.1 - y) * at - length * 0.2;
        paint_leaf(canvas, lx, ly, length, turn, slim, ink_scale(ink, rng_between(rng, 0.7, 1.2)));
    }
}

static void flower(struct sheet *canvas, int cls, double x, double y, double radius, struct rng *rng)
{
    static void (*const kinds[])(struct sheet *, const struct frame *, struct rng *) = {
        daisy, dandelion, rose, sunflower, tulip,
    };
    double lean = rng_between(rng, -0.3, 0.3), spin = rng_uniform(rng), tilt = rng_uniform(rng);
    double squash = rng_between(rng, 0.65, 1);
    if (cls == TULIP) {
        /* The cup stands on its stem. */
        spin = rng_between(rng, -0.12, 0.12);
        tilt = 0;
        squash = rng_between(rng, 0.9, 1.15);
    }
    if (rng_uniform(rng) < 0.65)
        stem_and_leaves(canvas, x, y + radius * 0.3, radius, lean, cls, rng);
    double dx = rng_between(rng, -0.1, 0.1);
    paint_shadow(canvas, x + dx * radius, y + 0.15 * radius, radius * 1.15);
    struct frame frame = frame_at(x, y, radius, spin, tilt, squash);
    kinds[cls](canvas, &frame, rng);
}

void demo_flower_scene(struct sheet *canvas, int cls, struct rng *rng)
{
    paint_background(canvas, rng);
    int n = rng_uniform(rng) < 0.7 ? 1 : 2 + (int)rng_below(rng, 2);
    for (int i = 0; i < n; i++) {
        double radius = n == 1 ? rng_between(rng, 0.28, 0.47) : rng_between(rng, 0.18, 0.28);
        double x = rng_between(rng, 0.8 * radius, 1 - 0.8 * radius),
               y = rng_between(rng, 0.8 * radius, 1 - 0.9 * radius);
        flower(canvas, cls, x, y, radius, rng);
    }
    paint_occluders(canvas, rng, 2);
}
