/* Layout of the screens.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/layout.h"

#include <math.h>

static int between(int v, int low, int high)
{
    return v < low ? low : v > high ? high : v;
}

struct area area_cut_top(struct area *rest, int rows)
{
    struct area cut = *rest;
    cut.h = between(rows, 0, rest->h);
    rest->y += cut.h;
    rest->h -= cut.h;
    return cut;
}

struct area area_cut_bottom(struct area *rest, int rows)
{
    struct area cut = *rest;
    cut.h = between(rows, 0, rest->h);
    rest->h -= cut.h;
    cut.y = rest->y + rest->h;
    return cut;
}

struct area area_cut_left(struct area *rest, int cols)
{
    struct area cut = *rest;
    cut.w = between(cols, 0, rest->w);
    rest->x += cut.w;
    rest->w -= cut.w;
    return cut;
}

struct area area_cut_right(struct area *rest, int cols)
{
    struct area cut = *rest;
    cut.w = between(cols, 0, rest->w);
    rest->w -= cut.w;
    cut.x = rest->x + rest->w;
    return cut;
}

void layout_frame(struct frame_layout *out, int cols, int rows)
{
    struct area rest = {0, 0, cols, rows};
    bool full = cols >= 40 && rows >= 10;
    *out = (struct frame_layout){0};
    if (cols < 16 || rows < 3)
        return;
    out->title = area_cut_top(&rest, rows >= 4);
    out->keys = area_cut_bottom(&rest, full);
    out->status = area_cut_bottom(&rest, full);
    out->body = rest;
}

#define NAME_COLS 30 /* of the files, with mark and bar: names of photos are up to 28 long */

void layout_data(struct data_layout *out, struct area body, int focus, int classes)
{
    *out = (struct data_layout){0};
    out->totals = area_cut_bottom(&body, body.h >= 20 ? 4 : body.h >= 14 ? 3 : body.h >= 5 ? 1 : 0);
    if (body.w < 40) {
        *(focus ? &out->files : &out->classes) = body;
        return;
    }
    out->classes = area_cut_left(&body, between(classes, 18, between(body.w * 3 / 10, 18, 48)));
    out->lines[0] = area_cut_left(&body, 1);
    if (body.w >= 48) {
        int half = body.w / 2, rest = body.w - 1 - NAME_COLS;
        struct area side = area_cut_right(&body, between(half < rest ? half : rest, 26, 72));
        out->lines[1] = area_cut_right(&body, 1);
        out->facts = area_cut_bottom(&side, between(side.h / 2, 0, 8));
        out->picture = side;
    }
    out->files = body;
}

void layout_samples(struct samples_layout *out, struct area body)
{
    out->head = area_cut_top(&body, body.h >= 3 ? 1 : 0);
    out->grid = body;
}

struct area layout_tile(struct area grid, int rows, int cols, int row, int col)
{
    int w = grid.w / cols, h = grid.h / rows;
    return (struct area){grid.x + col * w, grid.y + row * h, w > 1 && cols > 1 ? w - 1 : w, h};
}

void layout_grid(struct area grid, int *rows, int *cols)
{
    *rows = between(*rows, 1, between(grid.h / 3, 1, 64));
    *cols = between(*cols, 1, between(grid.w / 9, 1, 64));
}

struct area layout_aspect(struct area a, double aspect, int cell_w, int cell_h)
{
    if (area_empty(a) || cell_w < 1 || cell_h < 1)
        return a;
    int w = (int)(aspect * a.h * cell_h / cell_w + 0.5),
        h = (int)(a.w * cell_w / aspect / cell_h + 0.5);
    w = between(w, 1, a.w);
    h = between(h, 1, a.h);
    return (struct area){a.x + (a.w - w) / 2, a.y, w, h};
}

/* Left: what can be chosen; right: what it comes to. */
static void setup_wide(struct setup_layout *out, struct area body, int n_phases, int blocks)
{
    out->command = area_cut_bottom(&body, 3);
    struct area left = area_cut_left(&body, between(body.w * 11 / 20, 60, 96));
    out->line = area_cut_left(&body, 1);
    out->choice = area_cut_top(&left, 9);
    out->options = left;
    out->timeline = area_cut_top(&body, n_phases + 2);
    out->rates = area_cut_top(&body, body.h - blocks > 16 ? 4 : 2);
    area_cut_top(&body, 1);
    out->freeze = area_cut_top(&body, between(blocks + 1, 4, body.h - 8));
    out->help = body;
}

void layout_setup(struct setup_layout *out, struct area body, int n_phases, int blocks)
{
    *out = (struct setup_layout){0};
    if (body.w >= 120 && body.h >= 30) {
        setup_wide(out, body, n_phases, blocks);
        return;
    }
    if (body.h >= 12) {
        out->command = area_cut_bottom(&body, 2);
        out->help = area_cut_bottom(&body, 1);
    }
    if (body.h >= 16) {
        struct area top = area_cut_top(&body, 9);
        if (body.w >= 72) {
            struct area side = area_cut_right(&top, top.w - between(top.w * 11 / 20, 40, 60));
            out->line = area_cut_left(&side, 1);
            out->timeline = area_cut_top(&side, between(n_phases + 2, 0, side.h - 3));
            out->rates = area_cut_top(&side, between(side.h - 2 * n_phases, 0, 2));
            area_cut_top(&side, side.h > 2 * n_phases);
            out->freeze = side;
        }
        out->choice = top;
    }
    out->options = body;
}

#define CHART_COLS 32
#define CHART_ROWS 6
#define EVENT_ROWS 5 /* of a run, the start-up's among them */
#define WIDE 120 /* classes and events have a place beside the table */

void layout_charts(struct area a, int n, int *rows, int *cols)
{
    int most_cols = between(a.w / CHART_COLS, 1, n), most_rows = between(a.h / CHART_ROWS, 1, n);
    double least = INFINITY;
    *rows = most_rows;
    *cols = most_cols;
    for (int k = 1; k <= most_cols; k++) {
        int r = (n + k - 1) / k;
        double empty = (double)(r * k - n) / n;
        double off = fabs(log((double)a.w / k / (4.0 * a.h / r))) + empty;
        if (r <= most_rows && off < least) {
            least = off;
            *rows = r;
            *cols = k;
        }
    }
}

/* Rows below the charts: two fifths for one row of charts, what is filled at most; more rows of
 * charts take what they need before the table does. */
static int rows_below(struct area body, const struct train_wish *wish)
{
    int cols = between(body.w / CHART_COLS, 1, wish->charts);
    int wanted = (CHART_ROWS + 1) * ((wish->charts + cols - 1) / cols);
    int below = between(body.h * 2 / 5, 5, 18);
    int side = body.w >= WIDE ? wish->side + 1 + EVENT_ROWS : 0;
    int filled = side > wish->table ? side : wish->table + 1;
    if (wish->table)
        below = between(filled, 5, below);
    if (body.h - below < wanted)
        below = body.h - wanted;
    return body.h < 12 || wish->large || below < 4 ? 0 : below;
}

/* Beside the table: what the classes fill, with a row between, and at most what leaves the events some. */
static int class_rows(int rows, int fill)
{
    int most = rows - between(rows / 3, 2, EVENT_ROWS);
    return fill && fill + 1 < most ? fill + 1 : most;
}

void layout_train(struct train_layout *out, struct area body, const struct train_wish *wish)
{
    *out = (struct train_layout){0};
    out->head = area_cut_top(&body, 1);
    out->progress = area_cut_top(&body, body.h >= 8 ? 2 : 1);
    if (wish->gauges && body.h >= 16)
        out->gauges = area_cut_top(&body, 1);
    int below = rows_below(body, wish);
    if (below) {
        struct area low = area_cut_bottom(&body, below);
        if (body.w >= WIDE) {
            struct area side = area_cut_right(&low, body.w / 2 - 4);
            area_cut_right(&low, 1);
            if (wish->classes)
                out->classes = area_cut_top(&side, class_rows(side.h, wish->side));
            out->events = side;
        } else if (low.h >= 7) {
            out->events = area_cut_bottom(&low, 1);
            if (wish->classes && low.w >= 60) {
                out->classes = area_cut_right(&low, low.w - 50);
                area_cut_left(&out->classes, 2);
            }
        }
        out->table = low;
    }
    out->charts = body;
}
