/* Sixel by libsixel's low-level objects: its encoder object would talk to the terminal itself.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/gfx.h"

#include <limits.h>
#include <stdlib.h>

#undef PACKAGE_VERSION /* sixel.h has its own */
#include <sixel.h>

#include "base/mem.h"

#define COLORS_MAX 256
#define NEAR                                                                                       \
    1200 /* squared distance of 20 in each channel: no colour that a picture needs otherwise */

struct gfx_palette {
    sixel_dither_t *dither;
};

/* Sixel rows are 6 pixels: a height of whole ones stays inside the cells. */
static void sixel_pixels(int cols, int rows, int cell_w, int cell_h, int *width, int *height)
{
    *width = cols * cell_w;
    *height = rows * cell_h / 6 * 6;
}

static void palette_free(struct gfx_palette *palette)
{
    if (!palette)
        return;
    sixel_dither_unref(palette->dither);
    free(palette);
}

static struct gfx_palette *palette_new(const uint8_t *rgb, int width, int height, int colors)
{
    struct gfx_palette *p = xcalloc(1, sizeof *p);
    uint8_t *copy = xmemdup(rgb, (size_t)width * (size_t)height *
                                     3); /* the histogram's function takes no const */
    SIXELSTATUS status =
        sixel_dither_new(&p->dither, colors < COLORS_MAX ? colors : COLORS_MAX, NULL);
    if (SIXEL_SUCCEEDED(status))
        status = sixel_dither_initialize(p->dither, copy, width, height, SIXEL_PIXELFORMAT_RGB888,
                                         SIXEL_LARGE_NORM, SIXEL_REP_CENTER_BOX, SIXEL_QUALITY_LOW);
    free(copy);
    if (SIXEL_FAILED(status)) {
        if (p->dither)
            sixel_dither_unref(p->dither);
        free(p);
        return NULL;
    }
    sixel_dither_set_diffusion_type(p->dither, SIXEL_DIFFUSE_ATKINSON);
    return p;
}

/* The colour nearest to the background becomes it, else a frame would be seen around the picture.
 */
static void keep_background(sixel_dither_t *dither, uint32_t background)
{
    uint8_t *colors = sixel_dither_get_palette(dither);
    const int want[3] = {background >> 16 & 255, background >> 8 & 255, background & 255};
    int n = sixel_dither_get_num_of_palette_colors(dither), best = 0, least = INT_MAX;
    for (int i = 0; i < n; i++) {
        int distance = 0;
        for (int k = 0; k < 3; k++)
            distance += (colors[3 * i + k] - want[k]) * (colors[3 * i + k] - want[k]);
        if (distance < least) {
            least = distance;
            best = i;
        }
    }
    for (int k = 0; k < 3 && least <= NEAR; k++)
        colors[3 * best + k] = (uint8_t)want[k];
}

static int collect(char *data, int size, void *user)
{
    str_add_n(user, data, (size_t)size);
    return size;
}

static enum err_code encode(struct gfx_out *out, int cols, int rows, uint8_t *rgb, int width,
                            int height, uint32_t background, struct gfx_palette *palette,
                            struct err *err)
{
    *out = (struct gfx_out){.cols = cols, .rows = rows};
    if (width < 1 || height < 6)
        return ERR_OK;
    struct gfx_palette *own = palette ? NULL : palette_new(rgb, width, height, COLORS_MAX);
    struct gfx_palette *used = palette ? palette : own;
    sixel_output_t *output = NULL;
    SIXELSTATUS status =
        used ? sixel_output_new(&output, collect, &out->bytes, NULL) : SIXEL_BAD_ALLOCATION;
    if (SIXEL_SUCCEEDED(status)) {
        sixel_output_set_encode_policy(output, SIXEL_ENCODEPOLICY_SIZE);
        keep_background(used->dither, background);
        status = sixel_encode(rgb, width, height, 3, used->dither, output);
        sixel_output_unref(output);
    }
    palette_free(own);
    if (SIXEL_FAILED(status)) {
        gfx_out_done(out);
        return err_set(err, ERR_MEMORY, "sixel: %s", sixel_helper_format_error(status));
    }
    return ERR_OK;
}

const struct gfx_backend gfx_sixel = {GFX_SIXEL, "sixel",     sixel_pixels,
                                      encode,    palette_new, palette_free};
