/* Pictures by two protocols that take whole pictures and scale them to cells: kitty's graphics
 * protocol (kitty, Ghostty, Konsole) and iTerm2's inline images (iTerm2, WezTerm).
 * https://sw.kovidgoyal.net/kitty/graphics-protocol/, https://iterm2.com/documentation-images.html
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/gfx.h"

#include <stdlib.h>

#include "image/decode.h"

#define CHUNK 4096 /* base64 bytes in one command of kitty's */
#define KITTY_ID                                                                                   \
    0x666c00            /* ids of pictures: this and the place, so that others' are not touched    \
                         */
#define PLACE_COLS 1024 /* more columns than any terminal has */

/* Whole cells; half the pixels each way when the link is slow, the terminal scales them up. */
static void scaled_pixels(int cols, int rows, int cell_w, int cell_h, enum gfx_level level,
                          int *width, int *height)
{
    int part = level == GFX_FULL ? 1 : 2;
    *width = cols * cell_w / part;
    *height = rows * cell_h / part;
}

/* --- kitty ---------------------------------------------------------------------------------- */

static bool kitty_probe(const struct gfx_facts *facts, const char **why)
{
    if (!facts->kitty)
        return false;
    *why = "kitty's protocol: the terminal answers that it can";
    return true;
}

static enum err_code kitty_encode(struct gfx_out *out, const struct gfx_pixels *in, struct err *err)
{
    (void)err;
    *out = (struct gfx_out){
        .cols = in->cols, .rows = in->rows, .width = in->width, .height = in->height};
    str_add_base64(&out->bytes, in->rgb, (size_t)in->width * (size_t)in->height * 3);
    return ERR_OK;
}

/* A place has one picture, so the place names it: a new one there replaces the old. */
static unsigned place_id(int x, int y)
{
    return ((unsigned)KITTY_ID << 8) + (unsigned)(y * PLACE_COLS + x);
}

static void kitty_draw(struct str *out, const struct gfx_out *p, int x, int y)
{
    gfx_go(out, x, y);
    str_printf(out, "\033_Ga=T,q=2,C=1,f=24,s=%d,v=%d,c=%d,r=%d,", p->width, p->height, p->cols,
               p->rows);
    if (y != GFX_HERE) /* without a number it can be neither removed nor replaced */
        str_printf(out, "i=%u,p=1,", place_id(x, y));
    for (size_t at = 0; at < p->bytes.len; at += CHUNK) {
        bool last = p->bytes.len - at <= CHUNK;
        str_add(out, at == 0 ? last ? "m=0;" : "m=1;" : last ? "\033_Gm=0;" : "\033_Gm=1;");
        str_add_n(out, p->bytes.s + at, last ? p->bytes.len - at : CHUNK);
        str_add(out, "\033\\");
    }
    gfx_back(out);
}

static void kitty_erase(struct str *out, int x, int y)
{
    str_printf(out, "\033_Ga=d,q=2,d=I,i=%u\033\\", place_id(x, y));
}

const struct gfx_backend gfx_kitty = {.name = "kitty",
                                      .probe = kitty_probe,
                                      .pixels = scaled_pixels,
                                      .encode = kitty_encode,
                                      .draw = kitty_draw,
                                      .erase = kitty_erase,
                                      .finish = "\033_Ga=d,q=2,d=A\033\\"};

/* --- iTerm2 --------------------------------------------------------------------------------- */

/* By its name; the environment counts only where no name came and no multiplexer stands between. */
static bool iterm2_probe(const struct gfx_facts *facts, const char **why)
{
    bool told = str_starts(facts->version, "iTerm2") || str_starts(facts->version, "WezTerm");
    bool hinted = !*facts->version && !facts->tmux && !facts->screen && !facts->zellij &&
                  (str_eq(facts->program, "iTerm.app") || str_eq(facts->program, "WezTerm") ||
                   str_eq(facts->over_ssh, "iTerm2"));
    if (!told && !hinted)
        return false;
    *why = told ? "iTerm2's protocol: the terminal answers its name"
                : "iTerm2's protocol: the environment names the terminal";
    return true;
}

static enum err_code iterm2_encode(struct gfx_out *out, const struct gfx_pixels *in,
                                   struct err *err)
{
    const struct image image = {in->width, in->height, in->rgb};
    uint8_t *jpeg;
    size_t n;
    *out = (struct gfx_out){
        .cols = in->cols, .rows = in->rows, .width = in->width, .height = in->height};
    enum err_code code = image_encode_jpeg(&image, in->level == GFX_FULL ? 92 : 75, &jpeg, &n, err);
    if (code != ERR_OK)
        return code;
    str_printf(&out->bytes,
               "\033]1337;File=inline=1;size=%zu;width=%d;height=%d;preserveAspectRatio=0;"
               "doNotMoveCursor=1:",
               n, in->cols, in->rows);
    str_add_base64(&out->bytes, jpeg, n);
    str_add(&out->bytes, "\a");
    free(jpeg);
    return ERR_OK;
}

static void iterm2_draw(struct str *out, const struct gfx_out *p, int x, int y)
{
    gfx_go(out, x, y);
    str_add_n(out, p->bytes.s, p->bytes.len);
    gfx_back(out);
}

const struct gfx_backend gfx_iterm2 = {.name = "iterm2",
                                       .probe = iterm2_probe,
                                       .pixels = scaled_pixels,
                                       .encode = iterm2_encode,
                                       .draw = iterm2_draw};
