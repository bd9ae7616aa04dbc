/* A small data set and the screens on it, for tests on a pseudo terminal.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_TESTS_UI_FLOWERS_H
#define FL_TESTS_UI_FLOWERS_H

#include "ui/pty.h"

/* A fresh home, in it the data set of two classes with nine pictures each; the program and a theme
 * of the build. */
extern char flowers_home[], *flowers_data, *flowers_program, *flowers_theme;

int flowers_make(void **state); /* set-up of a group */
int flowers_remove(void **state);

/* The screens on the data set. */
struct pty *flowers_start(int cols, int rows, enum pty_kind kind);
void flowers_wait_scanned(struct pty *p); /* the list has come */
void flowers_check_left(struct pty *p);   /* the terminal was given back, nothing went wrong on it */
void flowers_quit(struct pty *p);         /* by key; checks and frees */

#endif
