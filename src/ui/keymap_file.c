/* The keys of the config file.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/keymap.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/path.h"
#include "config/option.h"

struct loading {
    struct keymap *map;
    keymap_report *report;
    void *user;
    const char *path;
};

static void bind_line(const char *line, int number, void *user)
{
    struct loading *l = user;
    struct err err = {0};
    if (keymap_bind(l->map, line, &err) == ERR_OK || !l->report)
        return;
    err_prefix(&err, "%s:%d", l->path, number);
    l->report(&err, l->user);
}

void keymap_load(struct keymap *map, keymap_report *report, void *user)
{
    struct loading l = {.map = map, .report = report, .user = user};
    char *path = rcfile_path();
    struct options *unused = xmalloc(sizeof *unused); /* main has read them */
    l.path = path;
    options_default(unused);
    keymap_default(map);
    if (path_is_file(path))
        rcfile_read(unused, path, SOURCE_FILE, bind_line, NULL, &l, NULL);
    free(unused);
    free(path);
}

void keymap_check(keymap_report *report, void *user)
{
    struct keymap map;
    keymap_load(&map, report, user);
}
