/* The line that narrows a list with every letter: "/ros   2 of 5".
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_W_FILTER_H
#define FL_UI_W_FILTER_H

#include "ui/edit.h"

/* Zeros are a good start. Fields may be read. */
struct filter {
    struct edit edit; /* edit.text: what is let through */
    bool typing;      /* the line has the keys */
};

enum filter_key { FILTER_NOT, FILTER_TAKEN, FILTER_CHANGED };

void filter_open(struct filter *f); /* letters go into the line from now on */

/* A key of an open line: letters and pastes narrow, Enter leaves the line and keeps the text, Esc leaves it and empties it. FILTER_NOT: the line
 * is closed, or the key is not of lines (up and down go on moving in the list); FILTER_CHANGED: the text is another one. */
enum filter_key filter_key(struct filter *f, const struct key_event *event);

/* Empties and closes the line. False: it was empty. */
bool filter_clear(struct filter *f);

/* There is something to draw. */
bool filter_shown(const struct filter *f);

/* One row: label and text, at the right how many of all fit, where there is room. */
void filter_draw(const struct filter *f, struct canvas *c, struct area row, const char *label, size_t fit, size_t all);

#endif
