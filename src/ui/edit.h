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
};

void edit_set(struct edit *e, const char *text); /* cursor at the end */
/* Letters, pastes (line ends become blanks), Backspace, Del, Left, Right, Home, End, C-a, C-e, C-u,
 * C-k, C-w. False: not an editing key. */
bool edit_key(struct edit *e, const struct key_event *event);
/* Completes the path before the cursor as far as it is the same for all; a folder gets its '/'.
 * False: nothing was added. */
bool edit_complete_path(struct edit *e);
/* Draws the part around the cursor and puts the canvas's cursor there. */
void edit_draw(const struct edit *e, struct canvas *canvas, struct area area);

#endif
