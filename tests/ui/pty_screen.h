/* The terminal behind a pty: a grid of characters and the pictures that came.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_TESTS_UI_PTY_SCREEN_H
#define FL_TESTS_UI_PTY_SCREEN_H

#include "ui/pty.h"

void screen_init(struct pty *p, int cols, int rows);
void screen_resize(struct pty *p, int cols, int rows); /* blank */
void screen_feed(struct pty *p, const char *bytes, size_t n);
void screen_done(struct pty *p);
int screen_cell_w(const struct pty *p); /* pixels of a cell */
int screen_cell_h(const struct pty *p);

#endif
