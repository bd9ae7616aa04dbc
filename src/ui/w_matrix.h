/* A confusion matrix: true classes in rows, answers in columns; scrolls where there are many.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_W_MATRIX_H
#define FL_UI_W_MATRIX_H

#include "base/str.h"
#include "ui/action.h"
#include "ui/canvas.h"
#include "ui/class_table.h"
#include "ui/keys.h"

/* Zeros are a good start. Fields may be read, row, col and rates also written. */
struct matrix {
    int row, col;   /* selected: true class, answer */
    int top, left;  /* first ones shown */
    int rows, cols; /* shown at the last draw */
    bool rates;     /* percent of the row instead of counts */
};

/* Moves the selection in a matrix of n classes. False: another action, or it stays where it is. */
bool matrix_action(struct matrix *m, enum action action, int n);

/* The mouse on a cell, row * n + column: the wheel goes a row up or down, a click selects. True: it
 * is clicked and was selected already. */
bool matrix_mouse(struct matrix *m, size_t cell, int n, const struct mouse *mouse);

/* classes: of class_rows, in the order of the classes. Room for recall and precision is found where
 * there is some. */
void matrix_draw(struct canvas *c, struct area a, struct matrix *m, const struct result_view *v,
                 const struct class_row *classes, bool focus);

/* "tulips taken for roses: 22 of 158, 13.9 %", of the selected cell. */
void matrix_sentence(struct str *out, const struct matrix *m, const struct result_view *v,
                     const struct class_row *classes);

/* A name in width cells: cut at its end, or in its middle where it ends in a number. */
void matrix_name(struct canvas *c, struct area a, int x, int y, int width, enum role role,
                 const char *name);

#endif
