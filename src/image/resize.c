/* Resize and crop on RGB8 in two passes of integer arithmetic, with 16-bit rows between them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "image/resize.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* At -O2 gcc makes vector code only of loops of known length; clang of all. Here it doubles the
 * speed. */
#if defined __GNUC__ && !defined __clang__
#pragma GCC optimize("tree-vectorize", "vect-cost-model=dynamic")
#endif

static const uint8_t *row_of(const struct image *src, struct rect window, int y)
{
    return src->rgb + 3 * ((size_t)(window.y + y) * (size_t)src->width + (size_t)window.x);
}

static bool valid(const struct image *src, struct rect w, int width, int height)
{
    return width >= 1 && height >= 1 && w.width >= 1 && w.height >= 1 && w.x >= 0 && w.y >= 0 &&
           w.width <= src->width - w.x && w.height <= src->height - w.y;
}

/* Two neighbours and their weights in 1/2048, as OpenCV's INTER_LINEAR on 8 bits. */
enum { LINEAR_BITS = 11 };

struct pair {
    int first, second; /* source index */
    int16_t a, b;
};

static struct pair *pairs_of(int from, int to)
{
    struct pair *pairs = xmalloc((size_t)to * sizeof *pairs);
    double scale = (double)from / to;
    for (int i = 0; i < to; i++) {
        float at = (float)((i + 0.5) * scale - 0.5); /* half-pixel centres */
        int first = (int)floorf(at);
        float f = at - (float)first;
        if (first < 0)
            first = 0, f = 0;
        if (first >= from - 1)
            first = from - 1, f = 0;
        pairs[i].first = first;
        pairs[i].second = first + 1 < from ? first + 1 : first;
        pairs[i].a = (int16_t)lrintf((1 - f) * (1 << LINEAR_BITS));
        pairs[i].b = (int16_t)lrintf(f * (1 << LINEAR_BITS));
    }
    return pairs;
}

/* What the pass across needs: neighbours, their weights once for every channel, and room for the
 * neighbours' values. */
struct linear {
    struct pair *pairs;
    int width;
    int16_t *a, *b;
    uint8_t *first, *second;
};

static struct linear linear_of(int from, int to)
{
    size_t n = (size_t)to * 3;
    struct linear l = {.pairs = pairs_of(from, to), .width = to};
    l.a = xmalloc(2 * n * sizeof *l.a);
    l.b = l.a + n;
    l.first = xmalloc(2 * n);
    l.second = l.first + n;
    for (size_t i = 0; i < n; i++) {
        l.a[i] = l.pairs[i / 3].a;
        l.b[i] = l.pairs[i / 3].b;
    }
    return l;
}

static void linear_done(struct linear *l)
{
    free(l->pairs);
    free(l->a);
    free(l->first);
}

static void gather(const struct linear *l, const uint8_t *in)
{
    for (int x = 0; x < l->width; x++) {
        memcpy(l->first + 3 * x, in + 3 * l->pairs[x].first, 3);
        memcpy(l->second + 3 * x, in + 3 * l->pairs[x].second, 3);
    }
}

static void mix(int16_t *restrict out, const uint8_t *restrict p, const uint8_t *restrict q,
                const int16_t *restrict a, const int16_t *restrict b, int n)
{
    for (int i = 0; i < n; i++)
        out[i] = (int16_t)((p[i] * a[i] + q[i] * b[i]) >> 4);
}

/* One source row to width pixels, 15 bits each: the lower 4 of 19 bits are dropped. Gathering first
 * leaves a loop without jumps in memory, of which the compiler makes vector code. */
static void linear_row(int16_t *out, const uint8_t *in, const struct linear *l)
{
    gather(l, in);
    mix(out, l->first, l->second, l->a, l->b, 3 * l->width);
}

static void linear_blend(uint8_t *restrict out, const int16_t *restrict p,
                         const int16_t *restrict q, int16_t a, int16_t b, int n)
{
    for (int i = 0; i < n; i++) {
        int16_t sum = (int16_t)(((p[i] * a) >> 16) + ((q[i] * b) >> 16));
        out[i] = (uint8_t)((sum + 2) >> 2);
    }
}

/* Two rows kept by the source row they came from; neighbours in y share one. */
struct row_pair {
    int16_t *row[2];
    int y[2];
};

static const int16_t *linear_get(struct row_pair *rows, int y, const struct image *src,
                                 struct rect window, const struct linear *across)
{
    int slot = y & 1;
    if (rows->y[slot] != y) {
        linear_row(rows->row[slot], row_of(src, window, y), across);
        rows->y[slot] = y;
    }
    return rows->row[slot];
}

void resize_bilinear(uint8_t *out, int width, int height, const struct image *src,
                     struct rect window)
{
    assert(valid(src, window, width, height));
    struct linear across = linear_of(window.width, width);
    struct pair *down = pairs_of(window.height, height);
    size_t n = (size_t)width * 3;
    int16_t *memory = xmalloc(2 * n * sizeof *memory);
    struct row_pair rows = {{memory, memory + n}, {-1, -1}};
    for (int y = 0; y < height; y++) {
        const int16_t *p = linear_get(&rows, down[y].first, src, window, &across);
        const int16_t *q = linear_get(&rows, down[y].second, src, window, &across);
        linear_blend(out + (size_t)y * n, p, q, down[y].a, down[y].b, (int)n);
    }
    free(memory);
    linear_done(&across);
    free(down);
}

/* Weights are in 1/16384, rows between the passes have 7 bits after the point. */
enum { TAP_BITS = 14, ROW_BITS = 7 };

struct tap_list {
    int *first, *count; /* per result index */
    int16_t *weights;   /* most of them per result index */
    int most;
};

/* A filter: weight of source cell i (its centre at i + 0.5) for a result centred at centre; scale
 * is source per result cell. */
typedef double filter_fn(int i, double centre, double scale);

/* Share of the cell under the result's box. */
static double filter_box(int i, double centre, double scale)
{
    double low = fmax(i, centre - scale / 2), high = fmin(i + 1.0, centre + scale / 2);
    return fmax(high - low, 0);
}

/* Triangle, as wide as the ratio when shrinking. */
static double filter_triangle(int i, double centre, double scale)
{
    return fmax(1 - fabs(i + 0.5 - centre) / fmax(scale, 1), 0);
}

/* Rounds running sums, so that the weights add up to one exactly and flat areas stay flat. */
static void set_weights(int16_t *out, int first, int count, double centre, double scale,
                        filter_fn *filter)
{
    double total = 0, sum = 0;
    for (int i = 0; i < count; i++)
        total += filter(first + i, centre, scale);
    long done = 0;
    for (int i = 0; i < count; i++) {
        sum += filter(first + i, centre, scale);
        long now = lrint(sum / total * (1 << TAP_BITS));
        out[i] = (int16_t)(now - done);
        done = now;
    }
}

static struct tap_list taps_of(int from, int to, double reach, filter_fn *filter)
{
    double scale = (double)from / to;
    double half = reach * fmax(scale, 1);
    struct tap_list t = {.most = (int)fmin(ceil(half) * 2 + 1, from)};
    t.first = xmalloc((size_t)to * sizeof *t.first);
    t.count = xmalloc((size_t)to * sizeof *t.count);
    t.weights = xcalloc((size_t)to * (size_t)t.most, sizeof *t.weights);
    for (int i = 0; i < to; i++) {
        double centre = (i + 0.5) * scale;
        int first = (int)fmax(floor(centre - half), 0), last = (int)fmin(ceil(centre + half), from);
        while (last - first > 1 && filter(first, centre, scale) <= 0)
            first++;
        while (last - first > 1 && filter(last - 1, centre, scale) <= 0)
            last--;
        t.first[i] = first;
        t.count[i] = last - first;
        set_weights(t.weights + (size_t)i * (size_t)t.most, first, last - first, centre, scale,
                    filter);
    }
    return t;
}

static void taps_done(struct tap_list *t)
{
    free(t->first);
    free(t->count);
    free(t->weights);
}

/* Sums are in 1/16384, then narrowed to 7 bits after the point. */
static void add_weighted(int32_t *restrict sum, const uint8_t *restrict row, int16_t w, size_t n)
{
    for (size_t i = 0; i < n; i++)
        sum[i] += row[i] * w;
}

static void narrow(int16_t *restrict out, const int32_t *restrict sum, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = (int16_t)((sum[i] + (1 << (TAP_BITS - ROW_BITS - 1))) >> (TAP_BITS - ROW_BITS));
}

static void taps_row(uint8_t *restrict out, const int16_t *restrict in, const struct tap_list *t,
                     int width)
{
    const int half = 1 << (TAP_BITS + ROW_BITS - 1);
    for (int x = 0; x < width; x++, out += 3) {
        const int16_t *p = in + 3 * t->first[x], *w = t->weights + (size_t)x * (size_t)t->most;
        int r = half, g = half, b = half;
        for (int i = 0; i < t->count[x]; i++, p += 3) {
            r += p[0] * w[i];
            g += p[1] * w[i];
            b += p[2] * w[i];
        }
        out[0] = (uint8_t)(r >> (TAP_BITS + ROW_BITS));
        out[1] = (uint8_t)(g >> (TAP_BITS + ROW_BITS));
        out[2] = (uint8_t)(b >> (TAP_BITS + ROW_BITS));
    }
}

/* Down first: that pass reads rows as they lie, so the compiler makes vector code of it. */
static void resize_taps(uint8_t *out, int width, int height, const struct image *src,
                        struct rect window, double reach, filter_fn *filter)
{
    assert(valid(src, window, width, height));
    struct tap_list across = taps_of(window.width, width, reach, filter);
    struct tap_list down = taps_of(window.height, height, reach, filter);
    size_t n = (size_t)window.width * 3;
    int32_t *sum = xmalloc(n * sizeof *sum);
    int16_t *row = xmalloc(n * sizeof *row);
    for (int y = 0; y < height; y++, out += 3 * (size_t)width) {
        const int16_t *weights = down.weights + (size_t)y * (size_t)down.most;
        memset(sum, 0, n * sizeof *sum);
        for (int i = 0; i < down.count[y]; i++)
            add_weighted(sum, row_of(src, window, down.first[y] + i), weights[i], n);
        narrow(row, sum, n);
        taps_row(out, row, &across, width);
    }
    free(row);
    free(sum);
    taps_done(&across);
    taps_done(&down);
}

void resize_antialias(uint8_t *out, int width, int height, const struct image *src,
                      struct rect window)
{
    resize_taps(out, width, height, src, window, 1.0, filter_triangle);
}

void resize_area(uint8_t *out, int width, int height, const struct image *src, struct rect window)
{
    resize_taps(out, width, height, src, window, 0.5, filter_box);
}

static int scaled(int side, int to, int from)
{
    int64_t v = ((int64_t)side * to * 2 + from) / (2 * (int64_t)from);
    return v < 1 ? 1 : (int)v;
}

void resize_fit(int width, int height, int max_width, int max_height, int *out_width,
                int *out_height)
{
    assert(width >= 1 && height >= 1 && max_width >= 1 && max_height >= 1);
    if ((int64_t)width * max_height >= (int64_t)height * max_width) {
        *out_width = max_width;
        *out_height = scaled(height, max_width, width);
    } else {
        *out_height = max_height;
        *out_width = scaled(width, max_height, height);
    }
}

struct rect crop_view(int width, int height, int i, int n)
{
    assert(n >= 1 && i >= 0 && i < n);
    int side = scaled(width < height ? width : height, 224, 256);
    struct rect view = {(width - side) / 2, (height - side) / 2, side, side};
    int *along = width < height ? &view.y : &view.x;
    int spare = (width < height ? height : width) - side;
    if (n > 1)
        *along = (int)((int64_t)spare * i / (n - 1));
    return view;
}
