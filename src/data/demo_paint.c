/* The painter: arithmetic, canvas, frames, light.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "data/demo_paint.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

double clamp01(double v)
{
    return v < 0 ? 0 : v > 1 ? 1 : v;
}

/* floor without libm: exact for the small numbers used here. */
static double floor_of(double v)
{
    double i = (double)(int64_t)v;
    return i > v ? i - 1 : i;
}

double fraction(double v)
{
    return v - floor_of(v);
}

double wave(double turns)
{
    /* Folded to the half turn around 0, where the series is short. */
    double t = fraction(turns + 0.25) - 0.5, a = t < 0 ? -t : t;
    double x = (0.25 - a) * 6.283185307179586, x2 = x * x;
    return x * (1 + x2 * (-1.0 / 6 + x2 * (1.0 / 120 + x2 * (-1.0 / 5040 + x2 / 362880))));
}

double turn_of(double x, double y)
{
    double ax = x < 0 ? -x : x, ay = y < 0 ? -y : y;
    double low = ax < ay ? ax : ay, high = ax < ay ? ay : ax;
    double a = high > 0 ? low / high : 0, a2 = a * a;
    double poly = -0.3302995 + a2 * (0.1801410 + a2 * (-0.0851330 + a2 * 0.0208351));
    double t = a * (0.9998660 + a2 * poly) / 6.283185307179586;
    if (ay > ax)
        t = 0.25 - t;
    if (x < 0)
        t = 0.5 - t;
    return y < 0 ? 1 - t : t;
}

double hash_unit(uint64_t seed, uint64_t i)
{
    struct rng rng = {seed ^ i * 0x9e3779b97f4a7c15u};
    return rng_uniform(&rng);
}

static double lattice(uint64_t seed, double x, double y)
{
    return hash_unit(seed, (uint64_t)((int64_t)x + 4096) * 8192 + (uint64_t)((int64_t)y + 4096));
}

double noise_at(uint64_t seed, double x, double y)
{
    double x0 = floor_of(x), y0 = floor_of(y), fx = x - x0, fy = y - y0;
    fx = fx * fx * (3 - 2 * fx);
    fy = fy * fy * (3 - 2 * fy);
    double top = lattice(seed, x0, y0) * (1 - fx) + lattice(seed, x0 + 1, y0) * fx;
    double low = lattice(seed, x0, y0 + 1) * (1 - fx) + lattice(seed, x0 + 1, y0 + 1) * fx;
    return top * (1 - fy) + low * fy;
}

double noise_sum(uint64_t seed, double x, double y)
{
    double coarse = noise_at(seed, x, y), middle = noise_at(seed + 1, 2 * x, 2 * y);
    return (4 * coarse + 2 * middle + noise_at(seed + 2, 4 * x, 4 * y)) / 7;
}

/* --- colours --- */

struct ink ink_mix(struct ink a, struct ink b, double t)
{
    return (struct ink){a.r + (b.r - a.r) * t, a.g + (b.g - a.g) * t, a.b + (b.b - a.b) * t};
}

struct ink ink_scale(struct ink a, double f)
{
    return (struct ink){a.r * f, a.g * f, a.b * f};
}

/* source: Smith, "Color gamut transform pairs", SIGGRAPH 1978 (the hexcone model) */
struct ink ink_hsv(double hue, double saturation, double value)
{
    double h = fraction(hue) * 6, f = h - floor_of(h);
    double low = value * (1 - saturation), down = value * (1 - saturation * f),
           up = value * (1 - saturation * (1 - f));
    switch ((int)h) {
    case 0: return (struct ink){value, up, low};
    case 1: return (struct ink){down, value, low};
    case 2: return (struct ink){low, value, up};
    case 3: return (struct ink){low, down, value};
    case 4: return (struct ink){up, low, value};
    default: return (struct ink){value, low, down};
    }
}

struct ink ink_drawn(struct rng *rng, double h0, double h1, double s0, double s1, double v0, double v1)
{
    double hue = rng_between(rng, h0, h1), saturation = rng_between(rng, s0, s1),
           value = rng_between(rng, v0, v1);
    return ink_hsv(hue, saturation, value);
}

struct ink ink_any(struct rng *rng)
{
    return ink_drawn(rng, 0, 1, 0.1, 1, 0.35, 1);
}

/* --- canvas --- */

void sheet_init(struct sheet *canvas, int size)
{
    canvas->per_pixel = 2;
    canvas->n = size * canvas->per_pixel;
    canvas->rgb = xcalloc((size_t)canvas->n * (size_t)canvas->n * 3, sizeof *canvas->rgb);
}

/* A running mean over 2 r + 1 samples of a line, edges repeated. */
static void blur_line(float *line, size_t step, int n, int r, float *copy)
{
    for (int i = 0; i < n; i++)
        copy[i] = line[(size_t)i * step];
    double sum = copy[0] * (r + 1.0);
    for (int i = 1; i <= r; i++)
        sum += copy[i < n ? i : n - 1];
    for (int i = 0; i < n; i++) {
        line[(size_t)i * step] = (float)(sum / (2 * r + 1));
        sum += copy[i + r + 1 < n ? i + r + 1 : n - 1] - copy[i - r > 0 ? i - r : 0];
    }
}

void sheet_blur(struct sheet *canvas, double radius)
{
    int n = canvas->n, r = (int)(radius * n / 2);
    if (r < 1)
        return;
    float *copy = xcalloc((size_t)n, sizeof *copy);
    /* Two passes of a box come near enough to a bell. */
    for (int pass = 0; pass < 2; pass++) {
        for (int i = 0; i < n; i++) {
            for (size_t c = 0; c < 3; c++) {
                blur_line(canvas->rgb + (size_t)i * (size_t)n * 3 + c, 3, n, r, copy);
                blur_line(canvas->rgb + (size_t)i * 3 + c, (size_t)n * 3, n, r, copy);
            }
        }
    }
    free(copy);
}

/* One photograph's light: a fall-off across the picture, a cast, exposure and contrast. */
struct light {
    double across, down, exposure, contrast;
    struct ink cast;
    double noise;
};

static struct light draw_light(struct rng *rng)
{
    struct light l;
    l.across = rng_between(rng, -0.35, 0.35);
    l.down = rng_between(rng, -0.35, 0.35);
    l.exposure = rng_between(rng, 0.75, 1.2);
    l.contrast = rng_between(rng, 0.8, 1.15);
    l.cast.r = rng_between(rng, 0.88, 1.12);
    l.cast.g = rng_between(rng, 0.92, 1.08);
    l.cast.b = rng_between(rng, 0.85, 1.15);
    l.noise = rng_between(rng, 0.005, 0.035);
    return l;
}

static uint8_t expose(const struct light *l, double v, double cast, double fall_off, struct rng *rng)
{
    v = (v - 0.5) * l->contrast + 0.5;
    v = v * l->exposure * cast * fall_off;
    v += l->noise * (2 * rng_uniform(rng) - 1);
    return (uint8_t)(clamp01(v) * 255 + 0.5);
}

static void mean_pixel(const struct sheet *canvas, int x, int y, double mean[3])
{
    int k = canvas->per_pixel;
    mean[0] = mean[1] = mean[2] = 0;
    for (int j = 0; j < k; j++) {
        const float *row = canvas->rgb + ((size_t)(y * k + j) * (size_t)canvas->n + (size_t)(x * k)) * 3;
        for (int i = 0; i < 3 * k; i++)
            mean[i % 3] += (double)row[i] / (k * k);
    }
}

void sheet_finish(struct sheet *canvas, struct image *image, struct rng *rng)
{
    if (rng_uniform(rng) < 0.2)
        sheet_blur(canvas, rng_between(rng, 0.005, 0.02));
    struct light l = draw_light(rng);
    int size = canvas->n / canvas->per_pixel;
    *image = (struct image){size, size, xmalloc((size_t)size * (size_t)size * 3)};
    uint8_t *out = image->rgb;
    for (int y = 0; y < size; y++) {
        for (int x = 0; x < size; x++) {
            double mean[3], fall_off = 1 + l.across * ((x + 0.5) / size - 0.5) +
                                       l.down * ((y + 0.5) / size - 0.5);
            mean_pixel(canvas, x, y, mean);
            *out++ = expose(&l, mean[0], l.cast.r, fall_off, rng);
            *out++ = expose(&l, mean[1], l.cast.g, fall_off, rng);
            *out++ = expose(&l, mean[2], l.cast.b, fall_off, rng);
        }
    }
    free(canvas->rgb);
    canvas->rgb = NULL;
}

/* --- frames --- */

struct frame frame_at(double x, double y, double scale, double spin, double tilt, double squash)
{
    /* local = spin * squash along the tilt * (point - centre) / scale */
    double ct = wave(tilt + 0.25), st = wave(tilt), cs = wave(spin - tilt + 0.25), ss = wave(spin - tilt);
    struct frame f = {.x = x, .y = y, .scale = scale};
    f.uu = (cs * ct - ss * st / squash) / scale;
    f.uv = (cs * st + ss * ct / squash) / scale;
    f.vu = (-ss * ct - cs * st / squash) / scale;
    f.vv = (-ss * st + cs * ct / squash) / scale;
    return f;
}

static int clamp_index(double v, int n)
{
    return v < 0 ? 0 : v > n ? n : (int)v;
}

void sheet_paint(struct sheet *canvas, const struct frame *frame, double reach, shader *shade,
                  const void *what)
{
    int n = canvas->n;
    double r = reach * frame->scale;
    int x0 = clamp_index((frame->x - r) * n, n), x1 = clamp_index((frame->x + r) * n + 1, n);
    int y0 = clamp_index((frame->y - r) * n, n), y1 = clamp_index((frame->y + r) * n + 1, n);
    for (int y = y0; y < y1; y++) {
        for (int x = x0; x < x1; x++) {
            double dx = (x + 0.5) / n - frame->x, dy = (y + 0.5) / n - frame->y;
            struct ink ink = {0, 0, 0};
            double cover =
                shade(what, dx * frame->uu + dy * frame->uv, dx * frame->vu + dy * frame->vv, &ink);
            if (cover <= 0)
                continue;
            float *p = canvas->rgb + ((size_t)y * (size_t)n + (size_t)x) * 3;
            p[0] = (float)(p[0] + (ink.r - p[0]) * cover);
            p[1] = (float)(p[1] + (ink.g - p[1]) * cover);
            p[2] = (float)(p[2] + (ink.b - p[2]) * cover);
        }
    }
}
