/* A grid of pictures with lines below each: samples, cells of a matrix, mistakes.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_W_GRID_H
#define FL_UI_W_GRID_H

#include "config/option.h"
#include "ui/action.h"
#include "ui/canvas.h"
#include "ui/keys.h"

#define GRID_TILES 120 /* of the finest grid */

struct tile {
    bool pictures; /* pictures are shown on this terminal */
    bool known;    /* want says which; else the name stands for it */
    struct picture_want want;
    double aspect;     /* width / height of its place */
    int w, h;          /* cells of its place, 0: as the aspect says */
    const char *name;  /* of the file */
    int width, height; /* pixels, 0 unknown */
    int rows;          /* for lines, 1 or 2; the second only where there is room */
    bool blur;         /* the grid does not have the keys */
    struct {
        enum role role;
        char text[OPTION_TEXT_MAX];
    } lines[2];
};

/* The picture, or its name and size, in its place; then its lines. */
void tile_draw(struct canvas *c, struct area a, const struct tile *t, bool selected, int cell_w,
               int cell_h);
/* Widens and heightens *w and *h, in cells, to the place that the tile's picture would have in an area as a. */
void tile_place(const struct tile *t, struct area a, int cell_w, int cell_h, int *w, int *h);
void tile_picture(struct canvas *c, struct area a, const struct tile *t, int cell_w, int cell_h);

/* Zeros are the coarsest grid at its first picture. Fields may be read, selected and level also
 * written. */
struct grid {
    int level;       /* from 0, how many and how small */
    int more_rows, more_cols; /* than the level's, by keys */
    size_t selected; /* picture */
    size_t top;      /* first one shown, in the first place */
    int rows, cols;  /* at the last draw */
    bool fit;        /* where there are fewer pictures than a page has, they are larger; until a key changes the grid */
    double aspect;   /* width / height of those that are fitted, 0 unknown; grid_draw knows */
    size_t n;        /* pictures, at the last draw */
};

/* What a grid shows; make fills the tile of picture i, which has so many cells of width. */
struct grid_source {
    void (*make)(void *user, struct tile *t, size_t i, int width);
    void *user;
    int cell_w, cell_h;
};
/* The tiles of a page, places of pictures all of one size so that labels are in rows; n and the
 * number returned as in grid_place. */
size_t grid_draw(struct grid *g, struct canvas *c, struct area a, size_t n,
                 const struct grid_source *from);

size_t grid_tiles(const struct grid *g); /* of a full one, GRID_TILES at most */

bool grid_changes(enum action action); /* MORE, FEWER, ROWS_, COLS_: another grid */
/* Moves the selection, changes the level for MORE and FEWER, or rows and columns for ROWS_ and COLS_. False: nothing changed. */
bool grid_action(struct grid *g, enum action action, size_t n);
/* The mouse on picture i of n: the wheel goes a row up or down, a click selects. True: it is clicked
 * and was selected already. */
bool grid_mouse(struct grid *g, size_t i, size_t n, const struct mouse *m);
/* Why an action that changes the grid does nothing, or NULL. */
const char *grid_why_not(const struct grid *g, enum action action);

/* Rows and columns for an area; the selected one of n is among those shown. Returns how many are
 * shown, from top on. */
size_t grid_place(struct grid *g, struct area a, size_t n);
/* Place of picture i, which is shown; a hit of the grid. */
struct area grid_area(const struct grid *g, struct canvas *c, struct area a, size_t i);

#endif
