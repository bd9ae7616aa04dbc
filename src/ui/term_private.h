/* Inside of the terminal, for term.c and term_draw.c.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_TERM_PRIVATE_H
#define FL_UI_TERM_PRIVATE_H

#include <stdio.h>
#include <termios.h>

#include <curses.h>

#include "ui/damage.h"
#include "ui/link.h"
#include "ui/term.h"

struct terminal {
    int fd;         /* private copy of the terminal's descriptor, for reading and writing */
    int kept[3];    /* descriptors 0 to 2 as they were */
    int stray;      /* read end of what is printed meanwhile */
    FILE *out, *in; /* curses's */
    SCREEN *screen;
    char *type;
    struct termios modes; /* to be given back */
    bool titled; /* the window has our title */
    bool mouse;  /* it reports the mouse */
    bool utf8, default_colors, gone;
    bool left; /* given back while the program is stopped: somebody else's */
    bool broken; /* a picture was broken off */
    enum depth depth;
    int cols, rows;
    struct replies replies;
    struct decoder *decoder;
    struct damage damage;
    const struct gfx_backend *gfx;
    struct link link;
    bool held;               /* pictures wait for the link */
    uint64_t fences;         /* answers to its questions that were taken */
    uint64_t sizes;          /* answers about the window's size that were taken */
    bool pixels;             /* a picture was sent since the screen was last cleared */
    struct cell *next;
    size_t next_cap;
    struct {
        attr_t attributes;
        int pair;
    } looks[ROLE_COUNT];
    int cursor_x, cursor_y; /* shown cursor, -1 none */
    bool cursor_stays;      /* it cannot be hidden, and lies in the corner */
};

/* Writes everything, also to a slow terminal. false: the terminal is gone. */
bool term_write(struct terminal *t, const char *bytes, size_t n);

/* The same for what may be broken off, anywhere, when the program is told to end. */
bool term_write_pictures(struct terminal *t, const char *bytes, size_t n);

#endif
