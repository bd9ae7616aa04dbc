/* Values that are offered for an option, how one is set on a screen, and the value that it has.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_OPTION_VALUES_H
#define FL_UI_OPTION_VALUES_H

#include "config/option.h"
#include "stats/recipe.h"

#define OPTION_VALUES 64

/* "auto" or "default" first where it is automatic, then its choices, the models, on and off. Returns
 * how many; 0: it is typed. */
size_t option_values(enum option_id id, const char *out[OPTION_VALUES]);

/* option_set with what was typed or chosen on a screen: what it names must be there, too. errors: as option_set and engine_check_option */
enum err_code option_set_typed(struct options *o, enum option_id id, const char *text, struct err *err);

/* The value: "32 pictures", "auto: 64 pictures" where the recipe decides it, "-" for nothing. recipe may be NULL. */
void option_shown(struct str *out, const struct options *o, enum option_id id, const struct recipe *recipe);
/* The number of an option, also one that the recipe decides; false: it is no number, or unknown. */
bool option_number(const struct options *o, enum option_id id, const struct recipe *recipe, double *v);

#endif
