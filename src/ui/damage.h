/* What to write again on the terminal so that cells and sixel pictures agree. Pure.
 *
 * A picture's cells hold a sentinel, never a blank: only a printed character erases pixels
 * everywhere. Until it is sent they show its preview, which then stays below the pixels and stands
 * for them as a sentinel does. A picture is whole while nothing rewrites its cells; whole and
 * unchanged pictures are not sent again. Where pictures lie in a layer of their own, which text does not erase, a picture
 * that is not whole any more is removed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_DAMAGE_H
#define FL_UI_DAMAGE_H

#include "ui/canvas.h"
#include "ui/picture.h"

/* Two sentinels: writing the other one forces the terminal to erase what the cell shows. */
#define SENTINEL 0xa0u
#define SENTINEL_OTHER 0x2800u

/* A picture with pixels on the terminal. */
struct damage_sent {
    uint64_t id;
    struct area area;
    bool whole; /* false: something covered a part */
};

/* A picture whose preview lies in cells of the terminal. */
struct damage_preview {
    uint64_t id;
    struct area area;
};

struct damage {
    int cols, rows;
    struct cell *cells; /* what the terminal shows; sentinels in ch */
    bool valid;         /* false: nothing is known, everything is written */
    bool layered;       /* pictures lie in a layer of their own */
    bool by_lines;      /* what is written into the lines of a picture, removes it: tmux */
    int n_sent;
    struct damage_sent sent[CANVAS_PICTURES];
    int n_previews;
    struct damage_preview previews[CANVAS_PICTURES];
};

void damage_init(struct damage *d);
void damage_done(struct damage *d);
void damage_forget(struct damage *d); /* the terminal's content is unknown: resize, stop, repaint */

/* Plans a frame: next[cols * rows] gets the cells to show (the canvas's with sentinels), send[i]
 * says that picture i must be sent after the cells. shown has the canvas's n_pictures results.
 * with_pixels false: no picture is sent (during a resize, or while the link is busy), previews are
 * shown; returns whether any would have been. */
bool damage_plan(struct damage *d, const struct canvas *canvas, const struct picture_shown *shown,
                 bool with_pixels, struct cell *next, bool *send);

/* Corners of the pictures that the planned frame must remove first; only where they lie in a layer
 * of their own. Returns how many. */
int damage_removed(const struct damage *d, const struct canvas *canvas,
                   const struct picture_shown *shown, const struct cell *next,
                   struct area removed[CANVAS_PICTURES]);

/* The frame was written. */
void damage_commit(struct damage *d, const struct canvas *canvas, const struct picture_shown *shown,
                   const struct cell *next, const bool *send);

bool cell_same(const struct cell *a, const struct cell *b);

#endif
