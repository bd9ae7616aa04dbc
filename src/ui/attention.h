/* Calling somebody who looks elsewhere: bell, window title, a notice of the desktop.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_ATTENTION_H
#define FL_UI_ATTENTION_H

#include <stdbool.h>

#include "base/str.h"

/* The order of option notify's choices. */
enum attention { ATTENTION_OFF, ATTENTION_BELL, ATTENTION_TITLE, ATTENTION_DESKTOP, ATTENTION_ALL };

/* Appends what makes a terminal call for attention with one line of text; bytes in it that a
 * terminal could take for more than text are left out. osc false: the terminal knows no OSC
 * sequences (the Linux console), so that only the bell is left. A title is put over the one that
 * the terminal keeps aside. source: XTerm Control Sequences (OSC 0, CSI 22 t); OSC 9 of iTerm2,
 * OSC 777 of rxvt-unicode */
void attention_sequence(struct str *out, enum attention how, bool osc, const char *text);

/* Whether that sets the title; attention_title_back gives the window its own again (CSI 23 t). */
bool attention_sets_title(enum attention how, bool osc);
extern const char attention_title_back[];

#endif
