/* Dots of a chart: 2 x 4 a cell as braille, 1 x 2 where only ASCII can be shown. Pure.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_PLOT_DOTS_H
#define FL_UI_PLOT_DOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A raster of cells. A cell belongs to the series that drew last: its dots replace those of the
 * others, so that colours stay true. */
struct plot_dots {
    int cols, rows;       /* cells */
    int per_col, per_row; /* dots a cell: 2 x 4, or 1 x 2 */
    uint8_t *bits;        /* [rows * cols] */
    uint8_t *owner;       /* [rows * cols], series + 1; 0 none */
};

void plot_dots_init(struct plot_dots *d, int cols, int rows, bool ascii); /* cols, rows >= 1 */
void plot_dots_done(struct plot_dots *d);

int plot_dots_width(const struct plot_dots *d); /* in dots */
int plot_dots_height(const struct plot_dots *d);

/* The character of a cell: U+2800 + bits, or one of ' . : in ASCII; 0 when it is empty. */
uint32_t plot_dots_char(const struct plot_dots *d, int col, int row);

/* A straight line from (x0, y0) to (x1, y1) in dots, (0, 0) the centre of the top left one; any
 * finite coordinates, clipped to the raster. dashed: every second group of three columns. */
void plot_dots_line(struct plot_dots *d, uint8_t series, double x0, double y0, double x1, double y1,
                    bool dashed);

/* A series of n points in dot coordinates, x not falling; a y that is not finite breaks the line, a
 * single point between breaks is a dot. What falls into one dot column is drawn as the vertical run
 * from its lowest to its highest value, so no spike is lost. Cost O(n). */
void plot_dots_series(struct plot_dots *d, uint8_t series, const double *x, const double *y,
                      size_t n, bool dashed);

#endif
