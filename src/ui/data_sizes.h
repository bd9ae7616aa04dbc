/* Sizes and shapes of pictures, counted and drawn.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_DATA_SIZES_H
#define FL_UI_DATA_SIZES_H

#include "engine/engine.h"
#include "ui/canvas.h"

#define SIDE_BINS 18
#define SHAPE_BINS 9

/* Of the used pictures whose size is known. */
struct sizes {
    size_t n;
    size_t sides[SIDE_BINS], shapes[SHAPE_BINS]; /* each adds up to n */
    int least, most;  /* shorter side; 0 without pictures */
    int network;      /* side that the network sees */
    size_t smaller;   /* pictures with a shorter side below that: they are enlarged */
    size_t first, at, end; /* files: from the first on, those before at are counted */
};

/* Will count files first .. first + n - 1. */
void sizes_begin(struct sizes *s, size_t first, size_t n, int network);
/* Counts so many of them. True: more are left. */
#define SIZES_SLICE 16384
bool sizes_more(struct sizes *s, const struct ds_view *ds);

int sizes_side_bin(int shorter); /* where a shorter side, 1 or more, is counted */
void sizes_side_label(char out[32], int bin, bool more); /* "224-255"; more, or the last: "4096 and more" */
int sizes_shape_bin(int width, int height); /* the nearest shape by the logarithm of width / height */
const char *sizes_shape_label(int bin); /* "4:3" */

/* Bars of both, beside each other where there is room, and a sentence. of: whose pictures. */
void sizes_draw(struct canvas *c, struct area a, const struct sizes *s, const char *of);

#endif
