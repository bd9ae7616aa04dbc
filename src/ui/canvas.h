/* Cells with a role and a character. Screens draw here; term.c shows it. No terminal needed.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_CANVAS_H
#define FL_UI_CANVAS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "ui/role.h"

/* A rectangle of cells; w and h may be 0 (then nothing is drawn), never negative. */
struct area {
    int x, y, w, h;
};

struct cell {
    uint32_t ch;       /* Unicode; 0: right half of a wide character */
    uint8_t role;      /* enum role */
    uint8_t picture;   /* 1 + index of the picture that owns this cell, 0 none */
    bool rgb;          /* fg and bg (0xRRGGBB) instead of the role's colours: half blocks */
    uint32_t fg, bg;
};

enum picture_fit { PICTURE_CONTAIN, PICTURE_STRETCH };

/* A part of a picture, in PICTURE_WHOLE-ths of its sides; w 0: all of it. */
#define PICTURE_WHOLE (1 << 20)
struct picture_window {
    int x, y, w, h;
};

/* A picture wanted on the screen. Its key says everything that decides its pixels. */
struct picture_want {
    char path[1024];       /* file */
    enum picture_fit fit;
    int square;            /* 0: the file as it is; else what the network sees at this size (stretch or centre crop) */
    bool crop;             /* with square or frame: centre crop rule */
    int views;             /* with crop: squares that are answered for together, 0 and 1: one; a frame is around all, the square the middle one (of an even number the left) */
    bool antialias;        /* with square */
    bool page;             /* one of a page's many: shared palette */
    uint32_t augment;      /* 0 none; else the draw of this epoch within the limits below */
    bool aug_flip, aug_crop;
    double aug_crop_min, aug_jitter;
    uint64_t seed;
    uint32_t file;         /* of the draw: the file's number in the data set */
    bool frame;            /* without square: what the network sees is framed, the rest is dark */
    struct picture_window window; /* of the upright picture; not with square */
};

#define CANVAS_PICTURES 250

struct canvas_picture {
    struct area area;
    struct picture_want want;
};

/* What lies where, for the mouse. */
enum hit_kind {
    HIT_TAB,    /* index: of the screen */
    HIT_KEY,    /* index: the action */
    HIT_POPUP,  /* of: the popup's title; index: of the item, SIZE_MAX elsewhere */
    HIT_PROMPT, /* index: of the candidate */
    HIT_SCREEN /* of and index: as the screen likes */
};
#define HIT_HEADINGS (SIZE_MAX / 2) /* index of a heading of a list: this and its column */
struct hit {
    struct area area;
    enum hit_kind kind;
    const void *of; /* only to be compared: it may be gone */
    size_t index;
};

struct canvas {
    int cols, rows;
    struct cell *cells;    /* rows * cols */
    int n_pictures;
    struct canvas_picture *pictures;
    size_t n_hits, cap_hits;
    struct hit *hits;
    int cursor_x, cursor_y; /* where a text cursor is shown, -1 none */
    bool ascii;            /* only ASCII may be put: no UTF-8 on this terminal; canvas_put translates lines and marks */
};

void canvas_init(struct canvas *c, int cols, int rows); /* 1 or more each; all blanks in ROLE_TEXT */
void canvas_resize(struct canvas *c, int cols, int rows);
void canvas_done(struct canvas *c);
void canvas_clear(struct canvas *c);

struct area canvas_area(const struct canvas *c);                     /* all of it */
struct area area_clip(struct area a, struct area within);            /* intersection */
struct area area_inset(struct area a, int dx, int dy);
bool area_empty(struct area a);

/* Text at (x, y) relative to the area's corner, clipped to it, in its own role. UTF-8; invalid bytes and controls are shown escaped. Wide characters
 * are never cut in half. Returns the cells used. */
int canvas_put(struct canvas *c, struct area a, int x, int y, enum role role, const char *text);
int canvas_printf(struct canvas *c, struct area a, int x, int y, enum role role, const char *format, ...)
    __attribute__((format(printf, 6, 7)));
/* Text cut to width cells with "…" ("~" in ASCII) at its end or, for paths, in its middle; padded with blanks. */
int canvas_put_cut(struct canvas *c, struct area a, int x, int y, int width, enum role role, const char *text, bool middle);
void canvas_put_right(struct canvas *c, struct area a, int right_x, int y, enum role role, const char *text); /* ends before right_x */
void canvas_ch(struct canvas *c, struct area a, int x, int y, enum role role, uint32_t ch);
void canvas_fill(struct canvas *c, struct area a, enum role role, uint32_t ch);
void canvas_role(struct canvas *c, struct area a, enum role role);   /* changes roles only: a selection bar */
/* Border with a title; returns the inside. */
struct area canvas_box(struct canvas *c, struct area a, enum role border, enum role title_role, const char *title);
/* Horizontal bar of share 0..1 in eighths of a cell. */
void canvas_bar(struct canvas *c, struct area a, int x, int y, int width, enum role role, double share);

/* Wants a picture in the area: its cells become the picture's. Areas touching the last row are cut. Later puts cover it. */
void canvas_picture(struct canvas *c, struct area a, const struct picture_want *want);

/* Something lies in the area; later ones lie on top. The topmost one at a cell, or NULL. */
void canvas_hit(struct canvas *c, struct area a, enum hit_kind kind, const void *of, size_t index);
const struct hit *canvas_hit_at(const struct canvas *c, int x, int y);

/* Cells a UTF-8 text takes; and the text of the canvas for tests: rows joined by "\n", trailing blanks cut; pictures as rows of '#'
 * with the file's base name in their first row. */
int text_width(const char *text);
void canvas_text(struct str *out, const struct canvas *c);
/* Role letters of the cells, row by row, as canvas_text (blanks in ROLE_TEXT as ' '). */
void canvas_roles(struct str *out, const struct canvas *c);

#endif
