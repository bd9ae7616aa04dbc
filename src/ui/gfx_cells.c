/* Pictures in character cells: half blocks with two colours, or an ASCII ramp.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/gfx.h"

#include "base/mem.h"

#define HALF_BLOCK 0x2580

/* --- half blocks ---------------------------------------------------------------------------- */

const char *gfx_cells_why(const struct gfx_facts *facts, bool chafa)
{
    static const char *const texts[][2] = {
        {"half blocks: the terminal does not answer that it has pictures",
         "libchafa's blocks: the terminal does not answer that it has pictures"},
        {"half blocks: Konsole leaves sixel pictures behind",
         "libchafa's blocks: Konsole leaves sixel pictures behind"},
        {"half blocks: zellij misplaces sixel pictures",
         "libchafa's blocks: zellij misplaces sixel pictures"},
        {"half blocks: this tmux has no sixel", "libchafa's blocks: this tmux has no sixel"}};
    int i = facts->sixel && facts->konsole  ? 1
            : facts->sixel && facts->zellij ? 2
            : facts->tmux                   ? 3
                                            : 0;
    return texts[i][chafa];
}

static bool block_probe(const struct gfx_facts *facts, const char **why)
{
    if (!facts->utf8 || facts->colors < 256)
        return false;
    *why = gfx_cells_why(facts, false);
    return true;
}

static void block_pixels(int cols, int rows, int cell_w, int cell_h, enum gfx_level level,
                         int *width, int *height)
{
    (void)cell_w, (void)cell_h, (void)level;
    *width = cols;
    *height = 2 * rows;
}

static uint32_t pixel(const uint8_t *rgb, int i)
{
    return (uint32_t)(rgb[3 * i] << 16 | rgb[3 * i + 1] << 8 | rgb[3 * i + 2]);
}

static enum err_code block_encode(struct gfx_out *out, const struct gfx_pixels *in, struct err *err)
{
    (void)err;
    *out = (struct gfx_out){.cols = in->cols, .rows = in->rows};
    out->cells = xcalloc((size_t)in->cols * (size_t)in->rows, sizeof *out->cells);
    for (int y = 0; y < in->rows; y++) {
        for (int x = 0; x < in->cols; x++) {
            uint32_t above = pixel(in->rgb, 2 * y * in->width + x),
                     below = pixel(in->rgb, (2 * y + 1) * in->width + x);
            bool empty = above == in->background && below == in->background;
            out->cells[y * in->cols + x] =
                (struct gfx_cell){empty ? 0 : HALF_BLOCK, above, below, true};
        }
    }
    return ERR_OK;
}

const struct gfx_backend gfx_blocks = {
    .name = "half-blocks", .probe = block_probe, .pixels = block_pixels, .encode = block_encode};

/* --- characters ----------------------------------------------------------------------------- */

static bool ascii_probe(const struct gfx_facts *facts, const char **why)
{
    *why = !facts->utf8 ? "characters: the terminal is not UTF-8"
                        : "characters: the terminal has fewer than 256 colours";
    return true;
}

static void ascii_pixels(int cols, int rows, int cell_w, int cell_h, enum gfx_level level,
                         int *width, int *height)
{
    (void)cell_w, (void)cell_h, (void)level;
    *width = cols;
    *height = rows;
}

static int luma(uint32_t rgb)
{
    return (int)((2126 * (rgb >> 16) + 7152 * (rgb >> 8 & 255) + 722 * (rgb & 255)) / 10000);
}

/* Much ink is bright on a dark background, and dark on a bright one. */
static enum err_code ascii_encode(struct gfx_out *out, const struct gfx_pixels *in, struct err *err)
{
    static const char ramp[] = " .:-=+*#%@";
    bool bright = luma(in->background) >= 128;
    (void)err;
    *out = (struct gfx_out){.cols = in->cols, .rows = in->rows};
    out->cells = xcalloc((size_t)in->cols * (size_t)in->rows, sizeof *out->cells);
    for (int i = 0; i < in->cols * in->rows; i++) {
        uint32_t color = pixel(in->rgb, i);
        int step = luma(color) * 10 / 256;
        if (color != in->background) /* else nothing of the picture is there */
            out->cells[i].ch = (unsigned char)ramp[bright ? 9 - step : step];
    }
    return ERR_OK;
}

const struct gfx_backend gfx_ascii = {
    .name = "ascii", .probe = ascii_probe, .pixels = ascii_pixels, .encode = ascii_encode};
