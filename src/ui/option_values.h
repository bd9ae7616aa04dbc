/* Values that are offered for an option, and its bounds in words.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_OPTION_VALUES_H
#define FL_UI_OPTION_VALUES_H

#include "config/option.h"

#define OPTION_VALUES 64

/* "auto" or "default" first where it is automatic, then its choices, the models, on and off. Returns
 * how many; 0: it is typed. */
size_t option_values(enum option_id id, const char *out[OPTION_VALUES]);

/* "1 to 65536 pictures", "" where there are no bounds. */
void option_range(char *out, size_t size, const struct option_row *row);

#endif
