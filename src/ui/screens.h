/* The screens in the order of their keys.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_SCREENS_H
#define FL_UI_SCREENS_H

#include "ui/screen.h"

size_t screen_count(void);
const struct screen_ops *screen_at(size_t i); /* i below screen_count() */
int screen_find(const char *name);            /* index, or -1 */

#endif
