/* Data: what is known of a file, and its picture.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/data_screen.h"

#include <stdio.h>

#include "base/num.h"
#include "base/path.h"
#include "ui/layout.h"
#include "ui/parts.h"

char *data_status_words(char out[NUM_TEXT], int status)
{
    snprintf(out, NUM_TEXT, "%s", engine_status_name(status));
    for (char *p = out; *p; p++)
        *p = *p == '-' ? ' ' : *p;
    return out;
}

static const char *orientation_text(int orientation)
{
    static const char *const text[] = {"mirrored",
                                       "turned by 180°",
                                       "upside down, mirrored",
                                       "turned by 90°, mirrored",
                                       "turned by 90°",
                                       "turned by 270°, mirrored",
                                       "turned by 270°"};
    return orientation >= 2 && orientation <= 8 ? text[orientation - 2] : "upright";
}

static void put_fact(struct canvas *c, struct area a, int *y, const char *name, const char *value,
                     enum role role, bool middle)
{
    parts_fact(c, a, (*y)++, name, role, value, middle);
}

static void put_picture_facts(struct canvas *c, struct area a, int *y, const struct ds_file_row *f)
{
    char text[128];
    snprintf(text, sizeof text, "%d x %d pixels", f->width, f->height);
    put_fact(c, a, y, "size", text, ROLE_TEXT, false);
    snprintf(text, sizeof text, "%s%s", engine_kind_name(f->kind),
             f->other_suffix ? ", the suffix says otherwise" : "");
    put_fact(c, a, y, "kind", text, f->other_suffix ? ROLE_STATE_WARN : ROLE_TEXT, false);
    put_fact(c, a, y, "stored", orientation_text(f->orientation), ROLE_TEXT, false);
}

/* Another file with the same content, and how many more. */
static void put_twin(struct canvas *c, struct area a, int *y, const struct ds_view *ds, const struct ds_file_row *f)
{
    char more[NUM_TEXT] = "", text[OPTION_TEXT_MAX];
    if (!f->n_twins)
        return;
    if (f->n_twins > 1)
        snprintf(more, sizeof more, " and %zu more", f->n_twins - 1);
    snprintf(text, sizeof text, "%s%s", ds_view_file(ds, f->twin).name, more);
    put_fact(c, a, y, "same as", text, f->conflict ? ROLE_STATE_WARN : ROLE_TEXT, true);
}

static const char *const part_names[] = {"", "train", "val", "test"};

/* Rows that all below the name takes. */
static int rows_below(const struct ds_file_row *f)
{
    bool skipped = f->status != STATUS_USED;
    return 2 + (skipped ? 1 + 2 * (*f->detail != '\0') : 0) + (f->width ? 3 : 0) + (f->part > 0) + (f->n_twins > 0);
}

void data_draw_facts(struct canvas *c, struct area a, const struct ds_view *ds, size_t file)
{
    struct ds_file_row f = ds_view_file(ds, file);
    char size[NUM_TEXT];
    int y = 0;
    y += parts_long_fact(c, a, y, a.h - rows_below(&f), "file", path_base(f.name));
    put_fact(c, a, &y, "class", f.cls >= 0 ? ds_view_class(ds, (size_t)f.cls).name : "none",
             ROLE_TEXT, false);
    if (f.status != STATUS_USED) {
        put_fact(c, a, &y, "status", data_status_words(size, f.status), ROLE_STATE_WARN, false);
        if (*f.detail && y < a.h)
            y += parts_wrap(c, (struct area){a.x, a.y + y, a.w, a.h - y < 2 ? a.h - y : 2},
                            ROLE_TEXT, f.detail);
    }
    if (f.width)
        put_picture_facts(c, a, &y, &f);
    put_fact(c, a, &y, "bytes", num_bytes(size, f.bytes), ROLE_TEXT, false);
    if (f.part > 0 && f.part < 4)
        put_fact(c, a, &y, "part", part_names[f.part], ROLE_TEXT, false);
    put_twin(c, a, &y, ds, &f);
}

bool data_draw_picture(struct canvas *c, struct area a, const struct ui_model *model, size_t file,
                       const struct zoom_window *window)
{
    struct ds_file_row f = ds_view_file(&model->ds, file);
    struct picture_want want;
    if (!parts_picture(&want, model->ds.root, f.name) || !model->pictures || a.h < 1 ||
        (f.status != STATUS_USED && f.width <= 0))
        return false;
    if (window)
        zoom_want(&want, window);
    canvas_picture(c, a, &want);
    return true;
}
