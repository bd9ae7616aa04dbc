/* Pictures of a result: a grid of some of its rows, one of them large with what the model said.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_RESULTS_PICTURES_H
#define FL_UI_RESULTS_PICTURES_H

#include "ui/picture_sizes.h"
#include "ui/screen.h"
#include "ui/w_grid.h"

/* Some rows of a result. Zeros are none. */
struct picks {
    struct result_rows rows;
    char title[OPTION_TEXT_MAX];
    struct grid grid;
    bool large; /* the selected one alone */
    bool blur;  /* it does not have the keys */
};

/* Where rows come from. */
struct picks_source {
    const struct result_view *view;
    const char *root; /* folder that relative names count from */
    const struct ui_model *model;
    struct picture_sizes *sizes; /* for drawing only */
};

/* Other rows; the selection and the level stay where they can. */
void picks_set(struct picks *p, struct result_rows rows);

/* Moves, SELECT and BACK between grid and large. False: nothing changed. */
bool picks_action(struct picks *p, enum action action);
/* The file of the selected picture; false: none. */
bool picks_file(const struct picks *p, const struct picks_source *from, struct str *path);

void picks_draw(struct canvas *c, struct area a, struct picks *p, const struct picks_source *from);

#endif
