/* A grid of pictures with lines below each.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/w_grid.h"

#include <stdio.h>

#include "base/path.h"
#include "ui/layout.h"
#include "ui/parts.h"

static const struct {
    int rows, cols;
} levels[] = {{1, 2}, {2, 3}, {2, 4}, {3, 5}, {4, 6}, {5, 8}, {6, 10}, {8, 15}};
#define LABEL_ROWS 2
#define LEVELS (int)(sizeof levels / sizeof *levels)

/* --- a tile -------------------------------------------------------------------------------- */

static void put_picture(struct canvas *c, struct area a, const struct tile *t)
{
    char text[64] = "";
    if (area_empty(a))
        return;
    if (t->pictures && t->known) {
        canvas_picture(c, a, &t->want);
        return;
    }
    parts_middle(c, a, 0, ROLE_TEXT, path_base(t->name));
    if (t->width)
        snprintf(text, sizeof text, "%d x %d", t->width, t->height);
    parts_middle(c, a, 1, ROLE_DIM, text);
}

void tile_picture(struct canvas *c, struct area a, const struct tile *t, int cell_w, int cell_h)
{
    put_picture(c, t->pictures ? layout_aspect(a, t->aspect, cell_w, cell_h) : a, t);
}

/* Takes the lines of text off the tile. */
static struct area cut_label(struct area *a, const struct tile *t)
{
    return area_cut_bottom(a, t->rows > 1 && a->h >= 4 ? 2 : 1);
}

void tile_place(const struct tile *t, struct area a, int cell_w, int cell_h, int *w, int *h)
{
    cut_label(&a, t);
    struct area picture = layout_aspect(a, t->aspect, cell_w, cell_h);
    *w = picture.w > *w ? picture.w : *w;
    *h = picture.h > *h ? picture.h : *h;
}

/* As wide as the picture, and as its first line. */
static struct area selection(struct area label, int picture_w, const struct tile *t)
{
    int w = text_width(t->lines[0].text) + 2;
    w = w > picture_w ? w : picture_w;
    w = w < label.w ? w : label.w;
    return (struct area){label.x + (label.w - w) / 2, label.y, w, 1};
}

void tile_draw(struct canvas *c, struct area a, const struct tile *t, bool selected, int cell_w,
               int cell_h)
{
    struct area label = cut_label(&a, t), picture = {a.x + (a.w - t->w) / 2, a.y, t->w, t->h};
    if (!t->w)
        picture = layout_aspect(a, t->aspect, cell_w, cell_h);
    put_picture(c, t->pictures ? picture : a, t);
    if (t->pictures && picture.h)
        label.y = picture.y + picture.h;
    for (int i = 0; i < label.h; i++)
        parts_middle(c, label, i, t->lines[i].role, t->lines[i].text);
    if (selected)
        canvas_role(c, selection(label, picture.w, t), t->blur ? ROLE_SELECT_BLUR : ROLE_SELECT);
}

/* --- the grid ------------------------------------------------------------------------------ */

/* Rows and columns that are wished for. */
static void wish(const struct grid *g, int *rows, int *cols)
{
    *rows = levels[g->level].rows + g->more_rows;
    *cols = levels[g->level].cols + g->more_cols;
}

size_t grid_tiles(const struct grid *g)
{
    int rows, cols;
    wish(g, &rows, &cols);
    return (size_t)(rows * cols);
}

static size_t columns(const struct grid *g)
{
    return g->cols > 0 ? (size_t)g->cols : 1;
}

static size_t page(const struct grid *g)
{
    return columns(g) * (g->rows > 0 ? (size_t)g->rows : 1);
}

/* The level that keys count from: of a fitted grid the coarsest with room for all. */
static int level_of(const struct grid *g)
{
    int level = 0;
    if (!g->fit || g->n >= grid_tiles(g))
        return g->level;
    while (level + 1 < LEVELS && (size_t)(levels[level].rows * levels[level].cols) < g->n)
        level++;
    return level;
}

/* Where the selection would go; n or more: nowhere. */
static size_t target(const struct grid *g, enum action action, size_t n)
{
    size_t at = g->selected, by = 0;
    switch (action) {
    case ACTION_LEFT:
        return at > 0 ? at - 1 : n;
    case ACTION_RIGHT:
        return at + 1;
    case ACTION_HOME:
        return 0;
    case ACTION_END:
        return n ? n - 1 : n;
    case ACTION_UP:
    case ACTION_DOWN:
        by = columns(g);
        break;
    case ACTION_PAGE_UP:
    case ACTION_PAGE_DOWN:
        by = page(g);
        break;
    default:
        return n;
    }
    if (action == ACTION_UP || action == ACTION_PAGE_UP)
        return at >= by ? at - by : action == ACTION_UP ? n : 0;
    return action == ACTION_PAGE_DOWN && at + by >= n && n ? n - 1 : at + by;
}

/* Another row or column, from what is seen. NULL: out is what it comes to; else why not. */
static const char *resized(const struct grid *g, enum action action, struct grid *out)
{
    int rows, cols;
    bool of_rows = action == ACTION_ROWS_MORE || action == ACTION_ROWS_FEWER;
    wish(g, &rows, &cols);
    int seen = of_rows ? g->rows : g->cols, *n = of_rows ? &rows : &cols;
    bool more = action == ACTION_ROWS_MORE || action == ACTION_COLS_MORE;
    if (g->fit && g->rows > 0) {
        rows = g->rows;
        cols = g->cols;
    }
    if (more && seen > 0 && seen < *n)
        return of_rows ? "there is no room for more rows" : "there is no room for more columns";
    *n = (seen > 0 && seen < *n ? seen : *n) + (more ? 1 : -1);
    if (*n < 1)
        return of_rows ? "this is the only row" : "this is the only column";
    if (rows * cols > GRID_TILES)
        return "these are as many pictures as can be shown";
    *out = *g;
    out->more_rows = rows - levels[g->level].rows;
    out->more_cols = cols - levels[g->level].cols;
    out->fit = false;
    return NULL;
}

static bool is_resize(enum action action)
{
    return action == ACTION_ROWS_MORE || action == ACTION_ROWS_FEWER ||
           action == ACTION_COLS_MORE || action == ACTION_COLS_FEWER;
}

bool grid_changes(enum action action)
{
    return action == ACTION_MORE || action == ACTION_FEWER || is_resize(action);
}

bool grid_action(struct grid *g, enum action action, size_t n)
{
    if (action == ACTION_MORE || action == ACTION_FEWER) {
        int level = level_of(g) + (action == ACTION_MORE ? 1 : -1);
        if (level < 0 || level >= LEVELS)
            return false;
        g->level = level;
        g->fit = false;
        g->more_rows = g->more_cols = 0;
        return true;
    }
    if (is_resize(action))
        return resized(g, action, g) == NULL;
    size_t to = target(g, action, n);
    bool moves = to < n && to != g->selected;
    g->selected = moves ? to : g->selected;
    return moves;
}

bool grid_mouse(struct grid *g, size_t i, size_t n, const struct mouse *m)
{
    if (m->what != MOUSE_CLICK)
        grid_action(g, m->what == MOUSE_WHEEL_UP ? ACTION_UP : ACTION_DOWN, n);
    if (m->what != MOUSE_CLICK || i >= n)
        return false;
    bool was = g->selected == i;
    g->selected = i;
    return was;
}

const char *grid_why_not(const struct grid *g, enum action action)
{
    struct grid out;
    if (action == ACTION_MORE && level_of(g) + 1 == LEVELS)
        return "this is the finest grid";
    if (action == ACTION_FEWER && level_of(g) == 0)
        return "this is the coarsest grid";
    return is_resize(action) ? resized(g, action, &out) : NULL;
}

/* Rows and columns for n pictures, fewer than the grid's, in which they are largest. */
static void fit(struct grid *g, struct area a)
{
    int most_rows = g->rows, most_cols = g->cols;
    double best = 0, aspect = g->aspect > 0 ? g->aspect : 4.0 / 3;
    for (int cols = 1; cols <= most_cols; cols++) {
        int rows = ((int)g->n + cols - 1) / cols;
        double w = a.w / cols, h = 2 * aspect * (a.h / rows - LABEL_ROWS); /* cells are twice as high as wide */
        double size = w < h ? w : h;
        if (rows > most_rows || size <= best)
            continue;
        best = size;
        g->rows = rows;
        g->cols = cols;
    }
}

size_t grid_place(struct grid *g, struct area a, size_t n)
{
    wish(g, &g->rows, &g->cols);
    layout_grid(a, &g->rows, &g->cols);
    g->n = n;
    if (g->fit && n > 0 && n < (size_t)(g->rows * g->cols))
        fit(g, a);
    size_t cols = columns(g), room = page(g);
    if (g->selected >= n)
        g->selected = n ? n - 1 : 0;
    size_t row = g->selected / cols, first = g->top / cols, rows = room / cols;
    if (row < first)
        first = row;
    if (row >= first + rows)
        first = row - rows + 1;
    size_t last = (n + cols - 1) / cols; /* no empty rows below where there are some above */
    if (first + rows > last)
        first = last > rows ? last - rows : 0;
    g->top = first * cols;
    return n - g->top < room ? n - g->top : room;
}

struct area grid_area(const struct grid *g, struct canvas *c, struct area a, size_t i)
{
    int at = (int)(i - g->top);
    struct area tile = layout_tile(a, g->rows, g->cols, at / g->cols, at % g->cols);
    canvas_hit(c, tile, HIT_SCREEN, g, i);
    return tile;
}

static double mean_aspect(size_t n, const struct grid_source *from)
{
    double sum = 0;
    struct tile tile;
    for (size_t i = 0; i < n; i++) {
        from->make(from->user, &tile, i, 0);
        sum += tile.aspect;
    }
    return sum / (double)n;
}

size_t grid_draw(struct grid *g, struct canvas *c, struct area a, size_t n,
                 const struct grid_source *from)
{
    if (g->fit && n > 0 && n < grid_tiles(g))
        g->aspect = mean_aspect(n, from);
    size_t shown = grid_place(g, a, n);
    struct area place = layout_tile(a, g->rows, g->cols, 0, 0);
    struct tile tile;
    int w = 0, h = 0;
    for (size_t i = g->top; i < g->top + shown; i++) {
        from->make(from->user, &tile, i, place.w);
        tile_place(&tile, place, from->cell_w, from->cell_h, &w, &h);
    }
    for (size_t i = g->top; i < g->top + shown; i++) {
        from->make(from->user, &tile, i, place.w);
        tile.w = w;
        tile.h = h;
        tile_draw(c, grid_area(g, c, a, i), &tile, i == g->selected, from->cell_w, from->cell_h);
    }
    return shown;
}
