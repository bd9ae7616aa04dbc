/* Pictures in character cells by libchafa: of all blocks (halves, quarters, eighths) with two colours
 * the one that is nearest to each cell. Only blocks: they look the same in every font.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/gfx.h"

#include <stdlib.h>
#include <string.h>

#include <chafa.h>

#include "base/mem.h"

#define SIDE 8 /* pixels of a cell, each way: libchafa's own raster */

static bool probe(const struct gfx_facts *facts, const char **why)
{
    if (!facts->utf8 || facts->colors < 256)
        return false;
    *why = gfx_cells_why(facts, true);
    return true;
}

static void chafa_pixels(int cols, int rows, int cell_w, int cell_h, enum gfx_level level,
                         int *width, int *height)
{
    (void)cell_w, (void)cell_h, (void)level;
    *width = cols * SIDE;
    *height = rows * SIDE;
}

static ChafaCanvas *new_canvas(const struct gfx_pixels *in)
{
    ChafaSymbolMap *symbols = chafa_symbol_map_new();
    ChafaCanvasConfig *config = chafa_canvas_config_new();
    chafa_symbol_map_add_by_tags(symbols, CHAFA_SYMBOL_TAG_SPACE | CHAFA_SYMBOL_TAG_SOLID |
                                              CHAFA_SYMBOL_TAG_BLOCK | CHAFA_SYMBOL_TAG_HALF |
                                              CHAFA_SYMBOL_TAG_QUAD);
    chafa_canvas_config_set_geometry(config, in->cols, in->rows);
    chafa_canvas_config_set_canvas_mode(config, in->colors >= 1 << 24
                                                    ? CHAFA_CANVAS_MODE_TRUECOLOR
                                                    : CHAFA_CANVAS_MODE_INDEXED_240);
    chafa_canvas_config_set_symbol_map(config, symbols);
    chafa_canvas_config_set_dither_mode(config, CHAFA_DITHER_MODE_NONE);
    chafa_canvas_config_set_preprocessing_enabled(config, FALSE); /* it moves colours */
    chafa_canvas_config_set_work_factor(config, 1);
    ChafaCanvas *canvas = chafa_canvas_new(config);
    chafa_canvas_config_unref(config);
    chafa_symbol_map_unref(symbols);
    return canvas;
}

/* Nothing of the picture is in the cell. */
static bool empty(const struct gfx_pixels *in, int x, int y)
{
    for (int i = 0; i < SIDE * SIDE; i++) {
        const uint8_t *p =
            in->rgb + 3 * ((size_t)(y * SIDE + i / SIDE) * (size_t)in->width +
                           (size_t)(x * SIDE + i % SIDE));
        if (((uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2]) != in->background)
            return false;
    }
    return true;
}

/* A colour that does not matter is -1, for a blank's foreground and a full block's background. */
static struct gfx_cell cell_at(ChafaCanvas *canvas, int x, int y)
{
    int fg, bg;
    uint32_t ch = chafa_canvas_get_char_at(canvas, x, y);
    chafa_canvas_get_colors_at(canvas, x, y, &fg, &bg);
    fg = fg < 0 ? bg : fg;
    bg = bg < 0 ? fg : bg;
    return (struct gfx_cell){ch ? ch : ' ', (uint32_t)fg & 0xffffff, (uint32_t)bg & 0xffffff, true};
}

static enum err_code encode(struct gfx_out *out, const struct gfx_pixels *in, struct err *err)
{
    (void)err;
    chafa_set_n_threads(1); /* the picture worker is one thread */
    ChafaCanvas *canvas = new_canvas(in);
    *out = (struct gfx_out){.cols = in->cols, .rows = in->rows};
    out->cells = xcalloc((size_t)in->cols * (size_t)in->rows, sizeof *out->cells);
    chafa_canvas_draw_all_pixels(canvas, CHAFA_PIXEL_RGB8, in->rgb, in->width, in->height,
                                 in->width * 3);
    for (int y = 0; y < in->rows; y++) {
        for (int x = 0; x < in->cols; x++) {
            if (!empty(in, x, y))
                out->cells[y * in->cols + x] = cell_at(canvas, x, y);
        }
    }
    chafa_canvas_unref(canvas);
    return ERR_OK;
}

const struct gfx_backend gfx_chafa = {
    .name = "blocks", .probe = probe, .pixels = chafa_pixels, .encode = encode};
