/* Random changes of training pictures.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "image/augment.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

static struct rect centre_of(int width, int height, int w, int h)
{
    return (struct rect){(width - w) / 2, (height - h) / 2, w, h};
}

/* The largest centred window whose aspect is allowed. */
static struct rect fallback_window(int width, int height)
{
    const double min_aspect = 3.0 / 4, max_aspect = 4.0 / 3;
    double aspect = (double)width / height;
    int w = width, h = height;
    if (aspect < min_aspect)
        h = (int)lrint(width / min_aspect);
    else if (aspect > max_aspect)
        w = (int)lrint(height * max_aspect);
    return centre_of(width, height, w < 1 ? 1 : w, h < 1 ? 1 : h);
}

static struct rect draw_window(double crop_min, int width, int height, struct rng *rng)
{
    const double log_aspect = log(4.0 / 3);
    for (int i = 0; i < 10; i++) {
        double area = (double)width * height * rng_between(rng, crop_min, 1);
        double aspect = exp(rng_between(rng, -log_aspect, log_aspect));
        double w = rint(sqrt(area * aspect)), h = rint(sqrt(area / aspect));
        if (w < 1 || h < 1 || w > width || h > height)
            continue;
        int x = (int)rng_below(rng, (uint64_t)width - (uint64_t)w + 1);
        int y = (int)rng_below(rng, (uint64_t)height - (uint64_t)h + 1);
        return (struct rect){x, y, (int)w, (int)h};
    }
    return fallback_window(width, height);
}

static float draw_factor(double jitter, struct rng *rng)
{
    return jitter > 0 ? (float)rng_between(rng, fmax(1 - jitter, 0), 1 + jitter) : 1;
}

/* The window comes last because the number of tries varies: flip and factors then do not depend on
 * the picture's size. */
struct augment_draw augment_draw(const struct augment_limits *limits, int width, int height,
                                 struct rng *rng)
{
    struct augment_draw d = {{0, 0, width, height}, false, 1, 1, 1};
    if (limits->flip)
        d.flip = rng_uniform(rng) < 0.5;
    d.brightness = draw_factor(limits->jitter, rng);
    d.contrast = draw_factor(limits->jitter, rng);
    d.saturation = draw_factor(limits->jitter, rng);
    if (limits->crop)
        d.window = draw_window(limits->crop_min, width, height, rng);
    return d;
}

static float clamp01(float v)
{
    return v < 0 ? 0 : v > 1 ? 1 : v;
}

/* Luma of ITU-R BT.601. */
static float grey_of(const float *v)
{
    return 0.299f * v[0] + 0.587f * v[1] + 0.114f * v[2];
}

/* Moves n values away from base by factor. */
static void blend(float *v, size_t n, float factor, float base)
{
    for (size_t i = 0; i < n; i++)
        v[i] = clamp01(base + factor * (v[i] - base));
}

static float mean_grey(const float *v, size_t pixels)
{
    double sum = 0;
    for (size_t i = 0; i < pixels; i++)
        sum += grey_of(v + 3 * i);
    return (float)(sum / (double)pixels);
}

static void jitter(float *v, size_t pixels, const struct augment_draw *d)
{
    blend(v, 3 * pixels, d->brightness, 0);
    if (d->contrast != 1)
        blend(v, 3 * pixels, d->contrast, mean_grey(v, pixels));
    for (size_t i = 0; d->saturation != 1 && i < pixels; i++)
        blend(v + 3 * i, 3, d->saturation, grey_of(v + 3 * i));
}

static void jitter_bytes(uint8_t *rgb, size_t pixels, const struct augment_draw *d)
{
    float *v = xmalloc(3 * pixels * sizeof *v);
    for (size_t i = 0; i < 3 * pixels; i++)
        v[i] = (float)rgb[i] / 255;
    jitter(v, pixels, d);
    for (size_t i = 0; i < 3 * pixels; i++)
        rgb[i] = (uint8_t)lrintf(v[i] * 255);
    free(v);
}

static void flip_rows(uint8_t *rgb, int size)
{
    for (int y = 0; y < size; y++, rgb += (size_t)size * 3) {
        for (int x = 0; x < size / 2; x++) {
            uint8_t *p = rgb + 3 * x, *q = rgb + 3 * (size - 1 - x);
            for (int c = 0; c < 3; c++) {
                uint8_t t = p[c];
                p[c] = q[c];
                q[c] = t;
            }
        }
    }
}

void augment_apply(uint8_t *out, int size, const struct image *src, const struct augment_draw *draw,
                   bool antialias)
{
    if (antialias)
        resize_antialias(out, size, size, src, draw->window);
    else
        resize_bilinear(out, size, size, src, draw->window);
    if (draw->flip)
        flip_rows(out, size);
    if (draw->brightness != 1 || draw->contrast != 1 || draw->saturation != 1)
        jitter_bytes(out, (size_t)size * (size_t)size, draw);
}
