/* Characters: UTF-8, widths in cells, stand-ins in ASCII. Independent of the locale.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_GLYPH_H
#define FL_UI_GLYPH_H

#include <stdint.h>

#include "base/str.h"

/* The character at *p and *p behind it; 0 at the end. An invalid byte is taken alone and gives
 * U+FFFD. */
uint32_t utf8_next(const char **p);
void utf8_add(struct str *s, uint32_t ch);

/* Cells a character takes: 0 (combining), 1 or 2. source: Unicode 15, East Asian Width and general
 * category; a terminal may think otherwise, so term.c replaces what the C library measures
 * differently. */
int glyph_width(uint32_t ch);

/* What stands for it on a terminal without UTF-8: lines + - |, blocks #, ellipsis ~, else '?'. */
char glyph_ascii(uint32_t ch);

#endif
