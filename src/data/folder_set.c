/* A hash of folders by what they are on the machine.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "data/folder_set.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"

static struct met *place(struct met *list, size_t cap, dev_t dev, ino_t ino)
{
    size_t i = (size_t)((uint64_t)ino * 0x9e3779b97f4a7c15u >> 20) ^ (size_t)dev;
    for (;; i++) {
        struct met *m = &list[i & (cap - 1)];
        if (!m->name || (m->dev == dev && m->ino == ino))
            return m;
    }
}

static void grow(struct folder_set *set)
{
    size_t cap = set->cap ? set->cap * 2 : 64;
    struct met *list = xcalloc(cap, sizeof *list);
    for (size_t i = 0; i < set->cap; i++) {
        if (set->list[i].name)
            *place(list, cap, set->list[i].dev, set->list[i].ino) = set->list[i];
    }
    free(set->list);
    set->list = list;
    set->cap = cap;
}

const char *folder_set_add(struct folder_set *set, dev_t dev, ino_t ino, const char *name)
{
    if (set->n * 2 >= set->cap)
        grow(set);
    struct met *m = place(set->list, set->cap, dev, ino);
    if (m->name)
        return m->name;
    *m = (struct met){dev, ino, xstrdup(name)};
    set->n++;
    return NULL;
}

void folder_set_done(struct folder_set *set)
{
    for (size_t i = 0; i < set->cap; i++)
        free(set->list[i].name);
    free(set->list);
    *set = (struct folder_set){0};
}
