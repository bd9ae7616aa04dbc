/* Inside of the picture worker, for picture.c and picture_strip.c.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_PICTURE_PRIVATE_H
#define FL_UI_PICTURE_PRIVATE_H

#include <pthread.h>

#include "ui/picture.h"
#include "ui/picture_make.h"

#define STRIP_PARTS 32

/* Everything that decides a result. */
struct picture_key {
    struct picture_want want;
    struct pictures_config config;
    int cols, rows;
};

enum entry_state { ENTRY_PENDING, ENTRY_WORKING, ENTRY_READY, ENTRY_FAILED };

/* A picture, or a strip of pictures that stand beside each other: then it has parts, results of
 * other entries in raw pixels. */
struct entry {
    struct picture_key key;
    enum entry_state state;
    bool wanted;
    uint64_t id, used;
    struct gfx_out out;
    struct picture_thumb thumb; /* as soon as the file was read, where previews are wanted */
    struct gfx_out preview;     /* cells NULL: not made yet */
    uint64_t preview_id;
    char problem[128];
    int n_parts;
    struct strip_part {
        uint64_t id;
        int x; /* cells from the strip's left */
    } parts[STRIP_PARTS];
};

struct pictures {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t work, done;
    bool quit, running;
    int pipe[2];
    struct pictures_config config;
    struct entry **entries;
    size_t n, cap;
    uint64_t frame, next_id;
};

bool same_config(const struct pictures_config *a, const struct pictures_config *b);
bool same_picture(const struct picture_want *a, const struct picture_want *b); /* on a page or not */

/* Cells that the picture takes of those it was given: larger ones than the terminal can show exactly
 * are not drawn by it at all. */
void picture_cells(const struct picture_key *key, int *cols, int *rows);

/* Puts a new result into the list; with the lock. */
struct entry *add_entry(struct pictures *p);

/* Joins the frame's ready pictures of a row into strips: the first one shows the strip, whose cells
 * it gets, the others nothing. Returns whether a strip must be made. With the lock. */
bool strips_frame(struct pictures *p, struct canvas *canvas, struct picture_shown *shown);

/* The preview of the entry from a thumb, its own or that of a part of the same picture. Pure. */
void preview_make(struct gfx_out *out, const struct picture_thumb *thumb,
                  const struct picture_key *key);

/* Adds the preview to what is shown, made now where only another size of the picture is known. With
 * the lock. */
void preview_frame(struct pictures *p, struct entry *e, struct area area,
                   struct picture_shown *shown);

/* Makes one wanted strip; false: there is none to be made. Called and left with the lock. thread:
 * the worker */
bool strips_make(struct pictures *p);

#endif
