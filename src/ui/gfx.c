/* Choosing a backend.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/gfx.h"

#include <stdlib.h>

/* In the order in which auto tries them. */
static const struct gfx_backend *const backends[] = {&gfx_iterm2, &gfx_sixel, &gfx_kitty,
#ifdef HAVE_CHAFA
                                                     &gfx_chafa,
#endif
                                                     &gfx_blocks, &gfx_ascii};

void gfx_out_done(struct gfx_out *out)
{
    str_done(&out->bytes);
    free(out->cells);
    *out = (struct gfx_out){0};
}

void gfx_go(struct str *out, int x, int y)
{
    str_add(out, "\0337");
    if (y != GFX_HERE)
        str_printf(out, "\033[%d;%dH", y + 1, x + 1);
    else if (x > 0)
        str_printf(out, "\033[%dC", x);
}

void gfx_back(struct str *out)
{
    str_add(out, "\0338");
}

static const char *variable(const char *name)
{
    const char *value = getenv(name);
    return value ? value : "";
}

struct gfx_facts gfx_facts_of(const struct replies *replies, const char *option, bool utf8,
                              int colors)
{
    return (struct gfx_facts){
        .option = option,
        .utf8 = utf8,
        .colors = colors,
        .sixel = replies->sixel,
        .kitty = replies->kitty,
        .version = replies->version,
        .program = variable("TERM_PROGRAM"),
        .over_ssh = variable("LC_TERMINAL"),
        .konsole = *variable("KONSOLE_VERSION") || str_starts(replies->version, "Konsole"),
        .tmux = *variable("TMUX") || str_starts(replies->version, "tmux"),
        .screen = str_starts(variable("TERM"), "screen"),
        .zellij = *variable("ZELLIJ") || str_starts(replies->version, "Zellij"),
    };
}

static const struct gfx_backend *named(const char *name)
{
    for (size_t i = 0; i < sizeof backends / sizeof *backends; i++) {
        if (str_eq(backends[i]->name, name))
            return backends[i];
    }
    return NULL;
}

const struct gfx_backend *gfx_choose(const struct gfx_facts *facts, const char **why)
{
    const char *unused;
    why = why ? why : &unused;
    *why = "as the option graphics says";
    size_t i = 0, n = sizeof backends / sizeof *backends;
    if (str_eq(facts->option, "blocks")) /* there may be no colours for them */
        while (backends[i]->draw)
            i++;
    else if (str_eq(facts->option, "half-blocks"))
        while (backends[i] != &gfx_blocks)
            i++;
    else if (!str_eq(facts->option, "auto"))
        return named(facts->option);
    while (i < n && !backends[i]->probe(facts, why))
        i++;
    return i < n ? backends[i] : NULL;
}
