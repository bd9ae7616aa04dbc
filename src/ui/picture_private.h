/* Inside of the picture worker, for picture.c and picture_strip.c.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_PICTURE_PRIVATE_H
#define FL_UI_PICTURE_PRIVATE_H

#include <pthread.h>

#include "ui/picture.h"

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

/* Puts a new result into the list; with the lock. */
struct entry *add_entry(struct pictures *p);

/* Joins the frame's ready pictures of a row into strips: the first one shows the strip, whose cells
 * it gets, the others nothing. Returns whether a strip must be made. With the lock. */
bool strips_frame(struct pictures *p, struct canvas *canvas, struct picture_shown *shown);

/* Makes one wanted strip; false: there is none to be made. Called and left with the lock. thread:
 * the worker */
bool strips_make(struct pictures *p);

#endif
