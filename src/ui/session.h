/* Two processes for a screen that can be left: the parent waits, the child works.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_SESSION_H
#define FL_UI_SESSION_H

#include <stdbool.h>

/* Forks, before any thread. Child: returns true. Parent: returns false when the child has ended or
 * let go, with its exit status in *status (128 + signal when it was killed, after giving the
 * terminal back); passes TERM, INT, HUP, TSTP and CONT on meanwhile and stops when the child stops.
 * Where no process can be made, returns true: then everything runs in this one. */
bool session_fork(int *status);

bool session_can_leave(void); /* in the child */

/* In the child: off the terminal's session; the parent ends with 0. */
void session_leave(void);

#endif
