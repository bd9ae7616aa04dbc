/* A line of text being edited, with completion of paths.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_EDIT_H
#define FL_UI_EDIT_H

#include "ui/canvas.h"
#include "ui/keys.h"

#define EDIT_MAX 1024

struct edit {
    char text[EDIT_MAX]; /* UTF-8 or any bytes */
    size_t at;           /* cursor, in bytes */
    bool offered;        /* the text is one to take or to write over: the first letter or paste takes
                            its place, any other editing key keeps it */
};

void edit_set(struct edit *e, const char *text); /* cursor at the end */
/* The same for an answer that is offered; a path that ends in '/' is there to go on with. */
void edit_offer(struct edit *e, const char *text);
/* Letters, pastes (line ends become blanks), Backspace, Del, Left, Right, Home, End, C-a, C-e, C-u,
 * C-k, C-w. False: not an editing key. */
bool edit_key(struct edit *e, const struct key_event *event);
/* The folder part of the path before the cursor, "" for the current folder: its names are wanted to
 * complete the path. The caller frees it. */
char *edit_folder(const struct edit *e);
/* Completes the path before the cursor with the names of its folder (folders end in '/') as far as
 * all that fit are the same; these are appended to *fitting (may be NULL), blanks between. Hidden
 * names fit only a path that asks for them. False: nothing was added. */
bool edit_complete(struct edit *e, char *const *names, size_t n, struct str *fitting);
/* Puts text in the place of the bytes from from up to the cursor; too long a text is left out. */
void edit_replace(struct edit *e, size_t from, const char *text);
/* Draws the part around the cursor and puts the canvas's cursor there. */
void edit_draw(const struct edit *e, struct canvas *canvas, struct area area);

#endif
