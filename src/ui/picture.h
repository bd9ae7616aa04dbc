/* Pictures for the screen: one worker thread decodes, resizes and encodes what the last frame
 * wanted; results are kept by key. SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_PICTURE_H
#define FL_UI_PICTURE_H

#include "ui/canvas.h"
#include "ui/gfx.h"

struct pictures; /* opaque */

struct pictures_config {
    const struct gfx_backend *backend; /* NULL: no pictures */
    int cell_w, cell_h;                /* pixels of a cell */
    int max_w, max_h;                  /* largest picture of an exact backend, pixels */
    enum gfx_level level;              /* GFX_FULL or GFX_LEAN */
    int colors;                        /* of the terminal */
    uint32_t background;               /* 0xRRGGBB around pictures */
    size_t cache_bytes;                /* kept results; 0: 48 MB */
    bool strips;                       /* pictures beside each other are sent as one */
    int page_colors;                   /* shared palette of a page; 0: 128 */
    const struct gfx_backend *preview; /* one of cells, shown until the picture is; NULL: none */
};

struct pictures *pictures_new(const struct pictures_config *config);
void pictures_free(struct pictures *p); /* joins the worker */
/* Another backend, cell size or background: results of others are not used any more. */
void pictures_configure(struct pictures *p, const struct pictures_config *config);
void pictures_forget(struct pictures *p); /* drops all results: files may have changed */

/* Readable when a result has come since the last pictures_frame. */
int pictures_fd(const struct pictures *p);

/* A result of this frame. */
struct picture_shown {
    uint64_t id;               /* names the result; 0: not ready, or failed */
    struct area area;          /* the cells it covers: inside the wanted area, centred */
    const struct gfx_out *out; /* NULL while it is not ready; valid until the next frame */
    const char *problem;       /* why there is none, or NULL */
    int full_rows;             /* rows of cells that the picture's pixels cover to their lower edge */
    /* The same picture in cells of the area, to be shown until out is, NULL: none; what names it is
     * the same as long as the picture and the area's size are. Valid as out is. */
    const struct gfx_out *preview;
    uint64_t preview_id;
};

/* Says what this frame wants (the canvas's pictures, in order; replaces what the last frame wanted)
 * and gives what is ready: shown[n_pictures]. Never waits. With strips the first picture of a row
 * shows the whole strip and has its cells. thread: the UI's, as all of these */
void pictures_frame(struct pictures *p, struct canvas *canvas, struct picture_shown *shown);

/* Puts the frame's results into the canvas: half blocks and characters as cells, previews, file
 * names where nothing is known yet; the cells stay the picture's, see damage.h for those of a
 * sixel. Cells that something covers are left alone. */
void pictures_draw(struct canvas *canvas, const struct picture_shown *shown);

/* Waits until nothing wanted is missing; for tests. false after seconds. */
bool pictures_wait(struct pictures *p, double seconds);

#endif
