/* Themes: what a role looks like at each colour depth.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_THEME_H
#define FL_UI_THEME_H

#include <stdint.h>

#include "base/err.h"
#include "base/names.h"
#include "ui/role.h"

enum depth { DEPTH_MONO, DEPTH_8, DEPTH_16, DEPTH_256, DEPTH_DIRECT, DEPTH_COUNT };

enum style_attribute {
    STYLE_BOLD = 1,
    STYLE_DIM = 2,
    STYLE_UNDERLINE = 4,
    STYLE_REVERSE = 8,
    STYLE_ITALIC = 16
};

/* A colour is STYLE_DEFAULT (the terminal's own), 0..255 (a number of the terminal's palette) or
 * STYLE_RGB | 0xRRGGBB. */
#define STYLE_DEFAULT (-1)
#define STYLE_RGB 0x1000000

struct style {
    int32_t fg, bg;
    unsigned attributes; /* enum style_attribute */
};

struct theme {
    char name[64];
    char about[128];
    uint32_t background; /* 0xRRGGBB behind pictures, where the terminal does not tell its own */
    struct style styles[ROLE_COUNT][DEPTH_COUNT];
};

const char *role_name(enum role role);
const char *role_help(enum role role);
int role_find(const char *name); /* -1 when unknown */

/* The styles of roles.def. */
void theme_default(struct theme *theme);

/* "fg bg attributes": colours as #RRGGBB, 0..255, a name (black red green yellow blue magenta cyan
 * white, bright-NAME) or default; a single colour is fg; attributes bold dim underline reverse
 * italic. errors: INVALID */
enum err_code style_parse(struct style *style, const char *text, struct err *err);

/* Lines "role = style" (colour terminals of 256 and more), "role.8 = style" (also for 16 unless
 * "role.16" is given), "role.mono = style", "name = ...", "about = ...", "background = #RRGGBB",
 * "inherits = NAME" before anything else; '#' begins a comment at the start of a line. A wrong line
 * is given to report (may be NULL) with "FILE:LINE: " before it and left out. */
void theme_parse(struct theme *theme, const char *file, const char *text,
                 void (*report)(const struct err *err, void *user), void *user);

/* The theme of that name or path: a text with '/' names a file, else NAME.theme in the folder
 * themes beside the config file, beside the program, and in pkgdatadir. "default" is built in.
 * errors: NOT_FOUND; the theme is then the default one. report may be NULL */
enum err_code theme_load(struct theme *theme, const char *name,
                         void (*report)(const struct err *err, void *user), void *user,
                         struct err *err);

/* Whether theme_load finds it; wrong lines go to report (may be NULL). */
enum err_code theme_check(const char *name, void (*report)(const struct err *err, void *user), void *user, struct err *err);

/* Adds the names that theme_load finds, in byte order, each once. */
void theme_names(struct names *out);

/* Nearest of the fixed colours 16..255 (never 0..15, which users redefine). source: distance in
 * linear-light weighted RGB. */
int color_nearest_256(uint32_t rgb);
uint32_t color_of_256(int index); /* 16..255 */

/* Contrast of two colours, 1..21. source: WCAG 2.1, relative luminance and contrast ratio. */
double color_contrast(uint32_t a, uint32_t b);

#endif
