/* Sizes and shapes of pictures.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/data_sizes.h"

#include <math.h>
#include <stdio.h>

#include "ui/fmt.h"
#include "ui/layout.h"
#include "ui/parts.h"

/* --- counting ------------------------------------------------------------------------------ */

/* Where bins begin: about a third of an octave each, on sides that networks and cameras have. */
static const int side_begins[SIDE_BINS] = {1,   32,  64,  96,  128, 160,  192,  224,  256,
                                           320, 384, 448, 512, 640, 1024, 1536, 2048, 4096};

static const struct {
    const char *label;
    double aspect;
} shapes[SHAPE_BINS] = {{"1:3 ", 1.0 / 3}, {"9:16", 9.0 / 16}, {"2:3 ", 2.0 / 3},
                        {"3:4 ", 3.0 / 4}, {"1:1 ", 1},        {"4:3 ", 4.0 / 3},
                        {"3:2 ", 3.0 / 2}, {"16:9", 16.0 / 9}, {"3:1 ", 3}};

int sizes_side_bin(int shorter)
{
    int bin = 0;
    while (bin + 1 < SIDE_BINS && shorter >= side_begins[bin + 1])
        bin++;
    return bin;
}

void sizes_side_label(char out[32], int bin, bool more)
{
    if (bin + 1 < SIDE_BINS && !more)
        snprintf(out, 32, "%d-%d", side_begins[bin], side_begins[bin + 1] - 1);
    else
        snprintf(out, 32, "%d and more", side_begins[bin]);
}

int sizes_shape_bin(int width, int height)
{
    double aspect = (double)width / height;
    int bin = 0; /* the border of two shapes is their geometric mean */
    while (bin + 1 < SHAPE_BINS && aspect * aspect >= shapes[bin].aspect * shapes[bin + 1].aspect)
        bin++;
    return bin;
}

const char *sizes_shape_label(int bin)
{
    return shapes[bin].label;
}

void sizes_begin(struct sizes *s, size_t first, size_t n, int network)
{
    *s = (struct sizes){.network = network, .first = first, .at = first, .end = first + n};
}

bool sizes_more(struct sizes *s, const struct ds_view *ds)
{
    size_t end = s->end - s->at < SIZES_SLICE ? s->end : s->at + SIZES_SLICE;
    for (; s->at < end; s->at++) {
        struct ds_file_row f = ds_view_file(ds, s->at);
        if (f.status != 0 || f.width < 1 || f.height < 1)
            continue;
        int shorter = f.width < f.height ? f.width : f.height;
        s->sides[sizes_side_bin(shorter)]++;
        s->shapes[sizes_shape_bin(f.width, f.height)]++;
        s->smaller += shorter < s->network;
        s->least = s->n && s->least < shorter ? s->least : shorter;
        s->most = s->most > shorter ? s->most : shorter;
        s->n++;
    }
    return s->at < s->end;
}

/* --- drawing ------------------------------------------------------------------------------- */

struct bars {
    const size_t *counts;
    int n, first, last; /* bins from the first to the last that holds something */
    size_t largest, total;
};

static struct bars bars_of(const size_t *counts, int n, size_t total)
{
    struct bars b = {counts, n, n, -1, 1, total ? total : 1};
    for (int i = 0; i < n; i++) {
        b.largest = counts[i] > b.largest ? counts[i] : b.largest;
        if (counts[i] && b.first == n)
            b.first = i;
        if (counts[i])
            b.last = i;
    }
    return b;
}

/* A bin's row: label, bar, count, share. */
static void draw_bar(struct canvas *c, struct area row, const struct bars *b, size_t n,
                     const char *label, int label_w)
{
    char count[NUM_TEXT], share[NUM_TEXT];
    int right = row.w;
    if (row.w >= label_w + 24) {
        canvas_put_right(c, row, right, 0, ROLE_DIM,
                         fmt_percent(share, (double)n / (double)b->total));
        right -= 8;
    }
    snprintf(count, sizeof count, "%zu", n);
    canvas_put_right(c, row, right, 0, ROLE_TEXT, count);
    right -= 8;
    canvas_put_cut(c, row, 0, 0, label_w < row.w ? label_w : row.w, ROLE_DIM, label, false);
    if (right > label_w + 1)
        canvas_bar(c, row, label_w + 1, 0, right - label_w - 1, ROLE_BAR_FULL,
                   n < b->largest ? (double)n / (double)b->largest : 1);
}

static void draw_bars(struct canvas *c, struct area a, const char *title, const struct bars *b,
                      bool sides)
{
    char label[32];
    if (a.h >= 2)
        a = parts_heading(c, a, false, title, NULL);
    for (int bin = b->first; bin <= b->last && a.h > 0; bin++) {
        size_t count = b->counts[bin];
        bool rest = a.h == 1 && bin < b->last; /* the last row takes what is left */
        for (int i = bin + 1; rest && i <= b->last; i++)
            count += b->counts[i];
        if (sides)
            sizes_side_label(label, bin, rest);
        else
            snprintf(label, sizeof label, "%.4s%s", sizes_shape_label(bin), rest ? "+" : "");
        draw_bar(c, area_cut_top(&a, 1), b, count, label, sides ? 13 : 5);
    }
}

static void draw_sentence(struct canvas *c, struct area a, const struct sizes *s)
{
    char text[200], share[NUM_TEXT];
    size_t n =
        (size_t)snprintf(text, sizeof text, "%zu pictures, the shorter side from %d to %d pixels; ",
                         s->n, s->least, s->most);
    if (s->smaller)
        snprintf(text + n, sizeof text - n,
                 "%zu (%s) are smaller than the network's %d and enlarged", s->smaller,
                 fmt_percent(share, (double)s->smaller / (double)s->n), s->network);
    else
        snprintf(text + n, sizeof text - n, "none is smaller than the network's %d", s->network);
    parts_wrap(c, a, s->smaller ? ROLE_STATE_WARN : ROLE_TEXT, text);
}

void sizes_draw(struct canvas *c, struct area a, const struct sizes *s, const char *of)
{
    struct bars sides = bars_of(s->sides, SIDE_BINS, s->n),
                forms = bars_of(s->shapes, SHAPE_BINS, s->n);
    char title[OPTION_TEXT_MAX], counted[64] = "";
    snprintf(title, sizeof title, "Sizes and shapes: %s", of);
    if (s->at < s->end)
        snprintf(counted, sizeof counted, "counted %zu of %zu", s->at - s->first, s->end - s->first);
    a = parts_heading(c, a, true, title, counted);
    if (!s->n) {
        canvas_put(c, a, 0, 1, ROLE_TEXT, "no size is known yet");
        return;
    }
    draw_sentence(c, area_cut_top(&a, a.h >= 12 ? 3 : a.h >= 8 ? 1 : 0), s);
    struct area right = a;
    if (a.w >= 64) {
        right = area_cut_right(&a, a.w / 2 - 1);
        area_cut_right(&a, 2);
    } else {
        right = area_cut_bottom(&a, a.h >= 6 ? a.h / 2 : 0);
    }
    draw_bars(c, a, "Shorter side in pixels", &sides, true);
    draw_bars(c, right, "Width : height, the nearest", &forms, false);
}
