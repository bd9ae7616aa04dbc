/* A window into a picture: zoom and pan. Pure.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_ZOOM_H
#define FL_UI_ZOOM_H

#include <stdbool.h>

#include "ui/action.h"
#include "ui/canvas.h"

/* Zeros: all of the picture. */
struct zoom {
    int steps;   /* each is half as large again */
    double x, y; /* the window's middle, from the picture's, as shares of its sides: -0.5..0.5 */
};

/* What is seen: shares of the picture's sides, and pixels of the screen for one of the picture. */
struct zoom_window {
    double x, y, w, h, scale;
};

/* For a picture of width x height in a place of room_w x room_h pixels. While there is more of it than room the window fills the
 * room. */
struct zoom_window zoom_window(const struct zoom *z, int width, int height, int room_w, int room_h);

/* ZOOM_IN, ZOOM_OUT, ZOOM_ALL, and while there is more than is seen LEFT, RIGHT, UP, DOWN by a quarter of what is seen. False:
 * nothing changed. Arguments as zoom_window. */
bool zoom_action(struct zoom *z, enum action action, int width, int height, int room_w, int room_h);

/* The window as the picture worker wants it. */
void zoom_want(struct picture_want *want, const struct zoom_window *w);

#endif
