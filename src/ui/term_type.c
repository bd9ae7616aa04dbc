/* Terminal types: apart, because term.h turns common words into macros.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/term_type.h"

#include <curses.h>
#include <term.h>

bool term_type_known(const char *type)
{
    int found = 0;
    bool known = setupterm(type, 1, &found) == OK;
    if (known)
        del_curterm(set_curterm(NULL));
    return known;
}

int term_type_colors(const char *type)
{
    int found = 0, colors = 0;
    if (setupterm(type, 1, &found) == OK) {
        colors = tigetnum("colors");
        del_curterm(set_curterm(NULL));
    }
    return colors > 0 ? colors : 0;
}
