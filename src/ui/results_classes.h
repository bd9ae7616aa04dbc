/* The table of classes of a result.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_RESULTS_CLASSES_H
#define FL_UI_RESULTS_CLASSES_H

#include "base/str.h"
#include "ui/canvas.h"
#include "ui/class_table.h"
#include "ui/w_list.h"

/* Zeros are none. */
struct classes {
    struct class_row *by_class; /* in the order of the classes */
    struct class_row *sorted;
    int n;
    struct list list;
    enum class_column column;
    unsigned seen; /* columns that had room, a bit each; 0: not drawn yet */
    bool reverse;
};

/* Makes the numbers anew; the order and the place in the list stay. */
void classes_set(struct classes *k, const struct result_view *v);
void classes_done(struct classes *k);

/* Moves, SORT, SORT_BACK. False: another action. */
bool classes_action(struct classes *k, enum action action, const struct result_view *v);
/* A click on a heading; another one turns the order round. */
void classes_sort_by(struct classes *k, enum class_column column, const struct result_view *v);
int classes_selected(const struct classes *k); /* class, -1 none */

void classes_draw(struct classes *k, struct canvas *c, struct area a, const struct result_view *v,
                  bool focus);
/* About the selected class. */
void classes_sentence(struct str *out, const struct classes *k, const struct result_view *v);

#endif
