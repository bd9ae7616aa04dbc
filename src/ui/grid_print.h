/* PUBLIC: labelled pictures printed on a plain terminal, as lines that stay.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_GRID_PRINT_H
#define FL_UI_GRID_PRINT_H

#include "config/option.h"

/* The bytes for fd, where they will be written, appended to out: n pictures (1 to 250) in rows of
 * cols. tiles[i]: file and the label below it; sizes[i]: width and height in pixels, zeros unknown. A terminal is asked what it can, at most a second
 * long. What is no terminal gets characters; half blocks where the option color says always; what
 * the option graphics names. A file that cannot be decoded has its name and the reason in its
 * place. stop is asked now and then. errors: CANCELLED (stop said so). thread: the main one */
enum err_code grid_print(struct str *out, const struct options *options,
                         const char *const (*tiles)[2], const int (*sizes)[2], int n, int cols,
                         int fd, bool (*stop)(void), struct err *err);

#endif
