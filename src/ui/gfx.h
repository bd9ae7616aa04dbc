/* Backends for pictures: pixels in, something that the terminal can show out. Pure; erasing and
 * placing are term.c's, for all backends alike. SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_GFX_H
#define FL_UI_GFX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

enum gfx { GFX_NONE, GFX_ASCII, GFX_BLOCKS, GFX_SIXEL };

/* A picture in cells: blocks have colours, ASCII has a character only. */
struct gfx_cell {
    uint32_t ch, fg, bg; /* 0xRRGGBB; ch 0: nothing, the terminal's background shows */
};

/* An encoded picture that covers cols x rows cells: bytes (sixel) or cells. */
struct gfx_out {
    int cols, rows;
    struct str bytes;       /* DCS ... ST; empty for cells */
    struct gfx_cell *cells; /* cols * rows, or NULL */
};
void gfx_out_done(struct gfx_out *out);

/* A palette shared by the pictures of a page. Opaque. */
struct gfx_palette;

struct gfx_backend {
    enum gfx id;
    const char *name;
    /* Pixels of cols x rows cells whose size is cell_w x cell_h pixels. */
    void (*pixels)(int cols, int rows, int cell_w, int cell_h, int *width, int *height);
    /* rgb: width * height * 3 bytes as pixels() said; may be changed. palette: from palette_new, or
     * NULL for its own. background: what lies around a picture (0xRRGGBB); shows as the terminal's
     * own as nearly as can be. errors: MEMORY. thread: the picture worker only (libsixel keeps
     * static buffers) */
    enum err_code (*encode)(struct gfx_out *out, int cols, int rows, uint8_t *rgb, int width,
                            int height, uint32_t background, struct gfx_palette *palette,
                            struct err *err);
    /* Palette of colors entries for n pixels (a mosaic of the page); NULL where a backend has none.
     */
    struct gfx_palette *(*palette_new)(const uint8_t *rgb, int width, int height, int colors);
    void (*palette_free)(struct gfx_palette *palette);
};

extern const struct gfx_backend gfx_sixel, gfx_blocks, gfx_ascii;

/* NULL for GFX_NONE. */
const struct gfx_backend *gfx_backend(enum gfx id);

/* What decides the backend. */
struct gfx_facts {
    const char *option; /* "auto", "sixel", "blocks", "ascii", "none" */
    bool utf8;
    int colors;                 /* the terminal's: 0 none */
    bool sixel;                 /* DA1 said so */
    bool konsole, tmux, zellij; /* by environment */
};
/* The backend and, in a sentence, why (static text; why may be NULL). Answers count, the
 * environment only vetoes. */
enum gfx gfx_choose(const struct gfx_facts *facts, const char **why);

#endif
