/* The help text of a screen: its keys as they are in force.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_HELP_H
#define FL_UI_HELP_H

#include "ui/keymap.h"
#include "ui/w_text.h"

/* Adds the actions of the context, its own first, then those of every screen: keys, what they do,
 * the name. name: the screen's title. Keys from bind lines are marked, and the mark is explained. */
void help_keys(struct text_box *t, const struct keymap *map, unsigned context, const char *name);

#endif
