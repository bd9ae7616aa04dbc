/* Backends for pictures: a table of them, each says whether it can be used, turns pixels into what
 * the terminal shows, and places and removes that. Pure; term_draw.c decides what is sent when.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_GFX_H
#define FL_UI_GFX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "ui/keys.h"

/* A picture in cells. */
struct gfx_cell {
    uint32_t ch, fg, bg; /* 0xRRGGBB; ch 0: nothing, the terminal's background shows */
    bool color;          /* false: the character alone, in the text's colour */
};

/* An encoded picture that covers cols x rows cells: bytes or cells. */
struct gfx_out {
    int cols, rows, width, height; /* width, height: pixels in bytes */
    struct str bytes;              /* for draw; empty for cells */
    struct gfx_cell *cells;        /* cols * rows, or NULL */
};
void gfx_out_done(struct gfx_out *out);

/* A palette shared by the pictures of a page. Opaque. */
struct gfx_palette;

/* What the link to the terminal can take; see ui/link.h. */
enum gfx_level { GFX_FULL, GFX_LEAN, GFX_CELLS };

/* Pixels to be encoded for cols x rows cells. */
struct gfx_pixels {
    int cols, rows, width, height;
    uint8_t *rgb;        /* width * height * 3, as the backend's pixels() said; may be changed */
    uint32_t background; /* 0xRRGGBB, what lies around a picture; shows as the terminal's own as
                            nearly as can be */
    struct gfx_palette *palette; /* from palette_new, or NULL for its own */
    enum gfx_level level;
    int colors; /* of the terminal, where the result is cells; less than 1 << 24 counts as 256 */
};

/* What decides the backend. */
struct gfx_facts {
    const char *option; /* a choice of the option graphics */
    bool utf8;
    int colors;                     /* the terminal's: 0 none */
    bool sixel, kitty;              /* it answered that it can */
    const char *version;            /* its name by XTVERSION, "" unknown */
    const char *program, *over_ssh; /* TERM_PROGRAM, LC_TERMINAL (which ssh hands on); "" none */
    bool konsole, tmux, screen, zellij;
};
/* From the terminal's answers and the environment. */
struct gfx_facts gfx_facts_of(const struct replies *replies, const char *option, bool utf8,
                              int colors);

#define GFX_HERE (-1)

struct gfx_backend {
    const char *name; /* of the option graphics */
    /* Whether it can be used here. *why: the reason, a static sentence, when it can; untouched
     * otherwise. Answers count; the environment chooses among them and vetoes. */
    bool (*probe)(const struct gfx_facts *facts, const char **why);
    bool exact; /* a pixel is one of the terminal; else the picture is scaled to its cells */
    /* Pixels of cols x rows cells whose size is cell_w x cell_h pixels. */
    void (*pixels)(int cols, int rows, int cell_w, int cell_h, enum gfx_level level, int *width,
                   int *height);
    /* errors: MEMORY, INVALID. thread: the picture worker only (libsixel keeps static buffers);
     * half blocks and characters: any */
    enum err_code (*encode)(struct gfx_out *out, const struct gfx_pixels *in, struct err *err);
    /* Palette of colors entries for n pixels (a mosaic of the page); NULL where a backend has none.
     */
    struct gfx_palette *(*palette_new)(const uint8_t *rgb, int width, int height, int colors);
    void (*palette_free)(struct gfx_palette *palette);
    /* Bytes that show the picture with its corner in cell (x, y), counted from 0; the cursor comes
     * back. y GFX_HERE: x cells right of the cursor, to stay for good. NULL: the picture is cells, drawn as text. */
    void (*draw)(struct str *out, const struct gfx_out *picture, int x, int y);
    /* Bytes that remove the picture whose corner is there. NULL: text printed over it does. */
    void (*erase)(struct str *out, int x, int y);
    const char
        *finish; /* removes every picture, before the terminal is given back; NULL as above */
};

/* gfx_blocks are half blocks; gfx_chafa is there where libchafa was at the build (HAVE_CHAFA). */
extern const struct gfx_backend gfx_sixel, gfx_kitty, gfx_iterm2, gfx_chafa, gfx_blocks, gfx_ascii;

/* The backend that the option names, or the first of the table that can be used; NULL: none. why
 * may be NULL. */
const struct gfx_backend *gfx_choose(const struct gfx_facts *facts, const char **why);

/* Helpers of backends: why cells are taken for pictures; cursor to a cell, and back. */
const char *gfx_cells_why(const struct gfx_facts *facts, bool chafa);
void gfx_go(struct str *out, int x, int y);
void gfx_back(struct str *out);

#endif
