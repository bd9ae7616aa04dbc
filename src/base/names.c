/* Lists of texts.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "base/names.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void names_own(struct names *names, char *name)
{
    names->list = xgrow(names->list, &names->cap, names->n + 1, sizeof *names->list);
    names->list[names->n++] = name;
}

void names_add(struct names *names, const char *name)
{
    names_own(names, xstrdup(name));
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void names_sort(struct names *names)
{
    size_t kept = 0;
    if (names->n > 1)
        qsort(names->list, names->n, sizeof *names->list, compare);
    for (size_t i = 0; i < names->n; i++) {
        if (kept && strcmp(names->list[kept - 1], names->list[i]) == 0)
            free(names->list[i]);
        else
            names->list[kept++] = names->list[i];
    }
    names->n = kept;
}

void names_done(struct names *names)
{
    for (size_t i = 0; i < names->n; i++)
        free(names->list[i]);
    free(names->list);
    *names = (struct names){0};
}
