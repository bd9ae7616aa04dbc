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
#define COLORS_LEAN 32 /* for slow links */
#define NEAR                                                                                       \
    1200 /* squared distance of 20 in each channel: no colour that a picture needs otherwise */

struct gfx_palette {
    sixel_dither_t *dither;
};

static bool probe(const struct gfx_facts *facts, const char **why)
{
    if (!facts->sixel || facts->konsole || facts->zellij)
        return false;
    *why = "sixel: the terminal answers that it can";
    return true;
}

/* Sixel rows are 6 pixels: a height of whole ones stays inside the cells. */
static void sixel_pixels(int cols, int rows, int cell_w, int cell_h, enum gfx_level level,
                         int *width, int *height)
{
    (void)level;
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

/* The histogram has the upper five bits of each channel, so that white would be 248 and all a little
 * dark. */
static void use_full_range(sixel_dither_t *dither)
{
    uint8_t *colors = sixel_dither_get_palette(dither);
    int n = 3 * sixel_dither_get_num_of_palette_colors(dither);
    for (int i = 0; i < n; i++)
        colors[i] = (uint8_t)(colors[i] >= 248 ? 255 : colors[i] * 255 / 248);
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
    use_full_range(p->dither);
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

static SIXELSTATUS write_sixel(struct str *bytes, const struct gfx_pixels *in,
                               sixel_dither_t *dither)
{
    sixel_output_t *output = NULL;
    SIXELSTATUS status = sixel_output_new(&output, collect, bytes, NULL);
    if (SIXEL_FAILED(status))
        return status;
    sixel_output_set_encode_policy(output, SIXEL_ENCODEPOLICY_SIZE);
    if (in->level != GFX_FULL)
        sixel_dither_set_diffusion_type(dither, SIXEL_DIFFUSE_NONE);
    keep_background(dither, in->background);
    status = sixel_encode(in->rgb, in->width, in->height, 3, dither, output);
    sixel_output_unref(output);
    return status;
}

static enum err_code encode(struct gfx_out *out, const struct gfx_pixels *in, struct err *err)
{
    *out = (struct gfx_out){
        .cols = in->cols, .rows = in->rows, .width = in->width, .height = in->height};
    if (in->width < 1 || in->height < 6)
        return ERR_OK;
    struct gfx_palette *own = NULL;
    if (!in->palette)
        own = palette_new(in->rgb, in->width, in->height,
                          in->level == GFX_FULL ? COLORS_MAX : COLORS_LEAN);
    const struct gfx_palette *used = in->palette ? in->palette : own;
    SIXELSTATUS status = used ? write_sixel(&out->bytes, in, used->dither) : SIXEL_BAD_ALLOCATION;
    palette_free(own);
    if (SIXEL_FAILED(status)) {
        gfx_out_done(out);
        return err_set(err, ERR_MEMORY, "sixel: %s", sixel_helper_format_error(status));
    }
    return ERR_OK;
}

static void draw(struct str *out, const struct gfx_out *picture, int x, int y)
{
    gfx_go(out, x, y);
    str_add_n(out, picture->bytes.s, picture->bytes.len);
    gfx_back(out);
}

const struct gfx_backend gfx_sixel = {.name = "sixel",
                                      .probe = probe,
                                      .exact = true,
                                      .pixels = sixel_pixels,
                                      .encode = encode,
                                      .palette_new = palette_new,
                                      .palette_free = palette_free,
                                      .draw = draw};
