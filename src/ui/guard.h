/* The terminal's modes come back when the process dies of a signal, of exit or of exhausted memory.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_GUARD_H
#define FL_UI_GUARD_H

#include <stddef.h>
#include <termios.h>

/* From now on a death restores modes and writes bytes (cut to 512) to fd. Installs handlers for the
 * fatal signals and an exit hook, once. */
void guard_arm(int fd, const struct termios *modes, const char *bytes, size_t n);
void guard_disarm(void); /* the terminal is given back already */

#endif
