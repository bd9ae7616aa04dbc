/* The Data screen's selection over another scan: places change when classes and files come and go, names stay.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/data_screen.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"

static void keep(char **name, const char *now)
{
    if (now && *name && str_eq(*name, now))
        return;
    free(*name);
    *name = now ? xstrdup(now) : NULL;
}

void data_keep_names(struct data_screen *s, const struct ds_view *ds)
{
    const struct data_rows *files = &s->rows[1];
    size_t cls = data_class(s, ds), first;
    if (s->rows[0].order.work || files->order.work || cls != s->files_of)
        return; /* it is still looked for */
    bool known = cls < ds->n_classes;
    keep(&s->rows[0].name, known ? ds_view_class(ds, cls).name : NULL);
    known = known && files->list.selected < files->order.n;
    first = known ? ds_view_class(ds, cls).first_file : 0;
    keep(&s->rows[1].name, known ? ds_view_file(ds, first + order_row(&files->order, files->list.selected)).name : NULL);
    keep(&s->sizes_name, s->sizes_of >= 0 ? ds_view_class(ds, (size_t)s->sizes_of).name : NULL);
}

void data_forget_names(struct data_screen *s)
{
    keep(&s->rows[0].name, NULL);
    keep(&s->rows[1].name, NULL);
    keep(&s->sizes_name, NULL);
}

/* n_classes: there is none. */
static size_t class_named(const struct ds_view *ds, const char *name)
{
    size_t i = 0;
    while (i < ds->n_classes && !(name && str_eq(ds_view_class(ds, i).name, name)))
        i++;
    return i;
}

static void select_row(struct data_rows *r, size_t row)
{
    r->keeps = true;
    r->kept = row;
}

void data_find_class(struct data_screen *s, const struct ds_view *ds)
{
    size_t cls = class_named(ds, s->rows[0].name), sizes = class_named(ds, s->sizes_name);
    if (cls < ds->n_classes)
        select_row(&s->rows[0], cls);
    s->sizes_of = sizes < ds->n_classes ? (int)sizes : -1;
}

void data_find_file(struct data_screen *s, const struct ds_view *ds)
{
    if (!s->rows[1].name || s->files_of >= ds->n_classes)
        return;
    struct ds_class_row cls = ds_view_class(ds, s->files_of);
    for (size_t i = 0; i < cls.n_files; i++) {
        if (str_eq(ds_view_file(ds, cls.first_file + i).name, s->rows[1].name)) {
            select_row(&s->rows[1], i);
            return;
        }
    }
}
