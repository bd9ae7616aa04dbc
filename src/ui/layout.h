/* Layout: size in, rectangles out. Pure; every rectangle lies in the body, none overlaps another,
 * none is negative. A part without room has w or h 0. SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_LAYOUT_H
#define FL_UI_LAYOUT_H

#include "ui/canvas.h"

/* Takes a strip off *rest and returns it; at most what is there. */
struct area area_cut_top(struct area *rest, int rows);
struct area area_cut_bottom(struct area *rest, int rows);
struct area area_cut_left(struct area *rest, int cols);
struct area area_cut_right(struct area *rest, int cols);

/* Around every screen. Small windows go without the key bar, then without the title; where status is
 * empty a message covers the body's last row. A body too small for anything is empty. */
struct frame_layout {
    struct area title, body, status, keys;
};
void layout_frame(struct frame_layout *out, int cols, int rows);

struct data_layout {
    struct area classes, files, picture, facts, totals;
    struct area lines[2]; /* one cell wide, between the columns */
};
/* focus: 0 classes, 1 files: what is shown where only one has room. */
/* classes: cells that they need; the files have what they do not use. */
void layout_data(struct data_layout *out, struct area body, int focus, int classes);

struct samples_layout {
    struct area head, grid;
};
void layout_samples(struct samples_layout *out, struct area body);

/* Tile (row, col) of a grid of rows x cols: all of one size, a blank column between two. */
struct area layout_tile(struct area grid, int rows, int cols, int row, int col);

/* The largest rows and cols up to the wished ones whose tiles have at least 8 x 3 cells; 1 or more
 * each. */
void layout_grid(struct area grid, int *rows, int *cols);

/* The part of an area, in its middle from the top, whose pixels have the aspect width / height. */
struct area layout_aspect(struct area a, double aspect, int cell_w, int cell_h);

struct setup_layout {
    struct area choice, options, help, timeline, rates, freeze, command;
    struct area line; /* one cell wide, between left and right; 0 when stacked */
};
/* blocks: rows that the ladder of blocks would like. */
void layout_setup(struct setup_layout *out, struct area body, int n_phases, int blocks);

struct train_layout {
    struct area head, progress, gauges, charts, table, classes, events;
};
struct train_wish {
    bool classes; /* there is a result, so that room for it is wanted */
    bool gauges;
    bool large; /* the charts take the table's place too */
    int charts; /* so many, 1 or more */
    int table, side; /* rows that the table, and the classes beside it, fill; 0: any number */
};
void layout_train(struct train_layout *out, struct area body, const struct train_wish *wish);

/* Rows and columns for n charts of at least 32 x 6 cells, as near as may be to four times as wide
 * as high; fewer than n where there is no room, 1 or more each. */
void layout_charts(struct area a, int n, int *rows, int *cols);

#endif
