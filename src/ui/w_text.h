/* Lines to read in a box: broken at words to the width there is, scrolled, searched.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_W_TEXT_H
#define FL_UI_W_TEXT_H

#include "ui/w_filter.h"

/* A line: a head in a column of its own, or "", and words behind it. */
struct text_line {
    char *head, *words;
    enum role role; /* of the head, or of the words where there is none */
};

/* Zeros are an empty one. Fields may be read, most also written. */
struct text_box {
    struct text_line *lines;
    size_t n, cap;
    int most;             /* cells that a line is wide at most; 0: any */
    struct filter filter; /* only lines that have its text */
    struct text_row {
        size_t line;
        int from, bytes; /* of the words; bytes 0 and head: the head alone */
        bool head;       /* this row has the head */
    } *rows;             /* as they were drawn last */
    size_t n_rows, cap_rows;
    size_t top, page; /* first row shown, rows that had room */
};

void text_box_add(struct text_box *t, enum role role, const char *head, const char *words);
void text_box_done(struct text_box *t); /* empty again */

/* The size of all lines in at most width cells. */
void text_box_size(const struct text_box *t, int width, int *w, int *h);

/* Moves, "/" and the keys of its line; Esc while a search is open. False: none of these. */
bool text_box_key(struct text_box *t, const struct key_event *event);
void text_box_scroll(struct text_box *t, long rows);

/* What the search has found is marked; its line is the last row of a. */
void text_box_draw(struct text_box *t, struct canvas *c, struct area a);

#endif
