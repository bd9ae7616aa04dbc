/* Choosing a backend.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/gfx.h"

#include <stdlib.h>

void gfx_out_done(struct gfx_out *out)
{
    str_done(&out->bytes);
    free(out->cells);
    *out = (struct gfx_out){0};
}

const struct gfx_backend *gfx_backend(enum gfx id)
{
    return id == GFX_SIXEL    ? &gfx_sixel
           : id == GFX_BLOCKS ? &gfx_blocks
           : id == GFX_ASCII  ? &gfx_ascii
                              : NULL;
}

static enum gfx choose_cells(const struct gfx_facts *facts, const char **why)
{
    if (!facts->utf8)
        *why = "characters: the terminal is not UTF-8";
    else if (facts->colors < 256)
        *why = "characters: the terminal has fewer than 256 colours";
    else
        return GFX_BLOCKS;
    return GFX_ASCII;
}

enum gfx gfx_choose(const struct gfx_facts *facts, const char **why)
{
    const char *unused;
    why = why ? why : &unused;
    *why = "as the option graphics says";
    if (str_eq(facts->option, "none"))
        return GFX_NONE;
    if (str_eq(facts->option, "sixel"))
        return GFX_SIXEL;
    if (str_eq(facts->option, "ascii"))
        return GFX_ASCII;
    if (str_eq(facts->option, "blocks"))
        return choose_cells(facts, why);
    if (facts->sixel && !facts->konsole && !facts->zellij) {
        *why = "sixel: the terminal answers that it can";
        return GFX_SIXEL;
    }
    *why = facts->konsole && facts->sixel  ? "half blocks: Konsole leaves sixel pictures behind"
           : facts->zellij && facts->sixel ? "half blocks: zellij misplaces sixel pictures"
           : facts->tmux                   ? "half blocks: this tmux has no sixel"
                         : "half blocks: the terminal does not answer that it has sixel";
    return choose_cells(facts, why);
}
