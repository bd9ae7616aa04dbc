/* Pictures in character cells: half blocks with two colours, or an ASCII ramp.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/gfx.h"

#include "base/mem.h"

static void block_pixels(int cols, int rows, int cell_w, int cell_h, int *width, int *height)
{
    (void)cell_w, (void)cell_h;
    *width = cols;
    *height = 2 * rows;
}

static uint32_t pixel(const uint8_t *rgb, int i)
{
    return (uint32_t)(rgb[3 * i] << 16 | rgb[3 * i + 1] << 8 | rgb[3 * i + 2]);
}

static enum err_code block_encode(struct gfx_out *out, int cols, int rows, uint8_t *rgb, int width,
                                  int height, uint32_t background, struct gfx_palette *palette,
                                  struct err *err)
{
    (void)height, (void)palette, (void)err;
    *out = (struct gfx_out){.cols = cols, .rows = rows};
    out->cells = xcalloc((size_t)cols * (size_t)rows, sizeof *out->cells);
    for (int y = 0; y < rows; y++) {
        for (int x = 0; x < cols; x++) {
            uint32_t above = pixel(rgb, 2 * y * width + x),
                     below = pixel(rgb, (2 * y + 1) * width + x);
            bool empty = above == background && below == background;
            out->cells[y * cols + x] = (struct gfx_cell){empty ? 0 : 0x2580, above, below};
        }
    }
    return ERR_OK;
}

static void ascii_pixels(int cols, int rows, int cell_w, int cell_h, int *width, int *height)
{
    (void)cell_w, (void)cell_h;
    *width = cols;
    *height = rows;
}

static enum err_code ascii_encode(struct gfx_out *out, int cols, int rows, uint8_t *rgb, int width,
                                  int height, uint32_t background, struct gfx_palette *palette,
                                  struct err *err)
{
    static const char ramp[] = " .:-=+*#%@";
    (void)width, (void)height, (void)background, (void)palette, (void)err;
    *out = (struct gfx_out){.cols = cols, .rows = rows};
    out->cells = xcalloc((size_t)cols * (size_t)rows, sizeof *out->cells);
    for (int i = 0; i < cols * rows; i++) {
        int luma = (2126 * rgb[3 * i] + 7152 * rgb[3 * i + 1] + 722 * rgb[3 * i + 2]) / 10000;
        out->cells[i].ch = (unsigned char)ramp[luma * 10 / 256];
    }
    return ERR_OK;
}

const struct gfx_backend gfx_blocks = {GFX_BLOCKS,   "half blocks", block_pixels,
                                       block_encode, NULL,          NULL};
const struct gfx_backend gfx_ascii = {GFX_ASCII,    "characters", ascii_pixels,
                                      ascii_encode, NULL,         NULL};
