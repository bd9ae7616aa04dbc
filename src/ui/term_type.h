/* Terminal types. SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_TERM_TYPE_H
#define FL_UI_TERM_TYPE_H

#include <stdbool.h>

/* Has a description here. Asked before newterm, which leaks on unknown ones. */
bool term_type_known(const char *type);

/* Its colours by the description; 0: none, or no description. */
int term_type_colors(const char *type);

#endif
