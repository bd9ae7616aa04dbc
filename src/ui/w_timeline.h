/* The phases of a recipe drawn over their epochs, and which blocks train.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_W_TIMELINE_H
#define FL_UI_W_TIMELINE_H

#include "nn/arch.h"
#include "stats/recipe.h"
#include "ui/canvas.h"

/* A row a phase: its bar over the epochs of the whole run, full where all layers train, light where
 * only the head does; then what it does as far as there is room. The last row counts epochs. */
void timeline_draw(struct canvas *c, struct area a, const struct recipe *recipe);

/* The rates of backbone and head over the epochs of the whole run, each a curve below its own
 * highest, which stands at its end; in one row only the head's. */
void rates_draw(struct canvas *c, struct area a, const struct recipe *recipe);

/* First block that trains in a phase. */
int ladder_first(const struct phase *phase, const struct graph *graph);

/* Which blocks train: one row a block with parameters and a column a phase (rate, batch norm's
 * statistics) where there is room, and a line where the recipe's cut is; else a row of signs a
 * phase; and the parameters that train. graph may be NULL: nothing. */
void ladder_draw(struct canvas *c, struct area a, const struct recipe *recipe,
                 const struct graph *graph);

#endif
