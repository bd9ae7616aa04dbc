/* Sizes of picture files.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/picture_sizes.h"

#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "base/mem.h"

/* That two paths have one hash would only give one of them the other's shape. */
static uint64_t hash_of(const char *path)
{
    return XXH3_64bits(path, strlen(path));
}

static void forget_wanted(struct picture_sizes *s)
{
    for (size_t i = 0; i < s->n_wanted; i++)
        free(s->wanted[i]);
    s->n_wanted = 0;
}

void picture_sizes_done(struct picture_sizes *s)
{
    forget_wanted(s);
}

static void want(struct picture_sizes *s, const char *path)
{
    for (size_t i = 0; i < s->n_wanted; i++) {
        if (str_eq(s->wanted[i], path))
            return;
    }
    if (s->n_wanted < GRID_TILES)
        s->wanted[s->n_wanted++] = xstrdup(path);
}

void picture_sizes_find(struct picture_sizes *s, const char *path, int *width, int *height)
{
    uint64_t file = hash_of(path);
    *width = *height = 0;
    for (size_t i = 0; i < SIZES_KEPT; i++) {
        if (s->kept[i].file != file)
            continue;
        *width = s->kept[i].width;
        *height = s->kept[i].height;
        return;
    }
    if (!s->job)
        want(s, path);
}

void picture_sizes_ask(struct picture_sizes *s, const struct ui_calls *calls)
{
    struct cmd cmd = {.kind = CMD_SIZES, .n_list = s->n_wanted, .list = (const char **)s->wanted};
    if (s->job || !s->n_wanted)
        return;
    s->n_asked = s->n_wanted;
    for (size_t i = 0; i < s->n_wanted; i++)
        s->asked[i] = hash_of(s->wanted[i]);
    if (calls->submit(calls->app, &cmd, &s->job, NULL) != ERR_OK)
        s->job = 0; /* too many jobs at once: the next draw wants them again */
    forget_wanted(s);
}

/* A line for each that was asked for; without a text none of them is asked for again. */
static void take(struct picture_sizes *s, const char *text)
{
    for (size_t i = 0; i < s->n_asked; i++) {
        s->kept[s->next].file = s->asked[i];
        text = text_next_size(text, &s->kept[s->next].width, &s->kept[s->next].height);
        s->next = (s->next + 1) % SIZES_KEPT;
    }
}

bool picture_sizes_event(struct picture_sizes *s, const struct notice *notice,
                         const struct ui_calls *calls)
{
    if (!s->job || notice->job != s->job || notice->command != CMD_SIZES || !notice_ends(notice))
        return false;
    const struct block *block =
        notice->kind == NOTICE_FINISHED ? calls->block(calls->app, notice->block) : NULL;
    s->job = 0;
    take(s, block ? text_view(block) : "");
    block_release(block);
    return true;
}
