/* Data: classes, their files, a preview with facts, what was found.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/num.h"
#include "base/path.h"
#include "ui/fmt.h"
#include "ui/layout.h"
#include "ui/parts.h"
#include "ui/screen.h"
#include "ui/w_list.h"

#define STATUS_USED 0
#define STATUSES 16

enum entry_kind { ENTRY_NOTE, ENTRY_REASON, ENTRY_FILE, ENTRY_PAIRS, ENTRY_PAIR };

/* A line of the problem list. */
struct entry {
    enum entry_kind kind;
    size_t index;
};

struct data_screen {
    const struct ui_calls *calls;
    struct list classes, files, problems;
    bool in_files, show_problems;
    uint64_t version;        /* of the data set that the lists below were made for */
    uint64_t bytes, largest; /* of all classes; pictures used of the largest class */
    size_t conflicts;        /* identical files in two classes */
    struct entry *entries;   /* made when the problems are first shown */
    size_t n_entries;
};

static void *data_init(const struct ui_calls *calls)
{
    struct data_screen *s = xcalloc(1, sizeof *s);
    s->calls = calls;
    return s;
}

static void data_free(void *self)
{
    struct data_screen *s = self;
    free(s->entries);
    free(s);
}

/* --- what is shown ------------------------------------------------------------------------- */

static void add_entry(struct data_screen *s, size_t *cap, enum entry_kind kind, size_t index)
{
    s->entries = xgrow(s->entries, cap, s->n_entries + 1, sizeof *s->entries);
    s->entries[s->n_entries++] = (struct entry){kind, index};
}

/* Notes, problems first; then for each reason the files left out; then identical files. One pass
 * over the files. */
static void make_entries(struct data_screen *s, const struct ds_view *ds)
{
    size_t cap = 0, at[STATUSES];
    bool problem;
    for (int wanted = 1; wanted >= 0; wanted--) {
        for (size_t i = 0; i < ds->n_notes; i++) {
            ds_view_note(ds, i, &problem);
            if (problem == wanted)
                add_entry(s, &cap, ENTRY_NOTE, i);
        }
    }
    for (size_t status = 1; status < STATUSES; status++) {
        if (ds->by_status[status])
            add_entry(s, &cap, ENTRY_REASON, status);
        at[status] = s->n_entries;
        for (uint64_t i = 0; i < ds->by_status[status]; i++)
            add_entry(s, &cap, ENTRY_FILE, 0);
    }
    for (size_t i = 0; i < ds->n_files; i++) {
        int status = ds_view_file(ds, i).status;
        if (status > STATUS_USED && status < STATUSES)
            s->entries[at[status]++].index = i;
    }
    if (ds->n_pairs)
        add_entry(s, &cap, ENTRY_PAIRS, 0);
    for (size_t i = 0; i < ds->n_pairs; i++)
        add_entry(s, &cap, ENTRY_PAIR, i);
}

static size_t count_conflicts(const struct ds_view *ds)
{
    size_t n = 0, a, b;
    for (size_t i = 0; i < ds->n_pairs; i++) {
        bool conflict, across;
        ds_view_pair(ds, i, &a, &b, &conflict, &across);
        n += conflict;
    }
    return n;
}

static void refresh(struct data_screen *s, const struct ui_model *model)
{
    if (s->version == model->dataset_version && s->version)
        return;
    s->version = model->dataset_version;
    free(s->entries);
    s->entries = NULL;
    s->n_entries = 0;
    s->bytes = s->largest = 0;
    s->conflicts = count_conflicts(&model->ds);
    for (size_t i = 0; i < model->ds.n_classes; i++) {
        struct ds_class_row row = ds_view_class(&model->ds, i);
        s->bytes += row.bytes;
        s->largest = row.n_used > s->largest ? row.n_used : s->largest;
    }
}

struct drawing {
    const struct data_screen *s;
    const struct ui_model *model;
    size_t first_file;
};

/* Columns of a class's row, from the right: left out, bar, share, count. */
struct class_columns {
    int name, count, share, bar, bar_width, left_out; /* right ends; 0: not shown */
};

static struct class_columns class_columns(int w)
{
    struct class_columns k = {0};
    if (w >= 36) {
        k.left_out = w - 1;
        w -= 9;
    }
    if (w >= 18) {
        k.bar_width = w / 4 - 1;
        k.bar = w - k.bar_width - 1;
        w -= k.bar_width + 3;
    }
    if (w >= 24) {
        k.share = w;
        w -= 8;
    }
    k.count = w;
    k.name = w - 6;
    return k;
}

static void draw_class(struct canvas *c, struct area row, size_t i, void *user)
{
    const struct drawing *d = user;
    struct ds_class_row cls = ds_view_class(&d->model->ds, i);
    struct class_columns k = class_columns(row.w);
    char text[NUM_TEXT];
    canvas_put_cut(c, row, 0, 0, k.name, ROLE_TEXT, cls.name, false);
    snprintf(text, sizeof text, "%zu", cls.n_used);
    canvas_put_right(c, row, k.count, 0, ROLE_TEXT, text);
    if (k.share && d->model->ds.n_used)
        canvas_put_right(c, row, k.share, 0, ROLE_DIM,
                         fmt_percent(text, (double)cls.n_used / (double)d->model->ds.n_used));
    if (k.bar && d->s->largest)
        canvas_bar(c, row, k.bar, 0, k.bar_width, ROLE_BAR_FULL,
                   (double)cls.n_used / (double)d->s->largest);
    size_t out = cls.n_files - cls.n_used;
    snprintf(text, sizeof text, "%zu", out);
    if (out && k.left_out)
        canvas_put_right(c, row, k.left_out, 0, ROLE_STATE_WARN, text);
    else if (out)
        canvas_put(c, row, k.count, 0, ROLE_STATE_WARN, "!");
}

static void draw_class_heading(struct canvas *c, struct area a, bool focus)
{
    struct class_columns k = class_columns(a.w);
    parts_heading(c, a, focus, "Classes", NULL);
    canvas_put_right(c, a, k.count, 0, ROLE_DIM, k.name >= 8 ? "used" : "");
    if (k.share)
        canvas_put_right(c, a, k.share, 0, ROLE_DIM, "share");
    if (k.left_out)
        canvas_put_right(c, a, k.left_out, 0, ROLE_DIM, "left out");
}

/* Name of a status as words: "not picture". */
static char *status_words(char out[NUM_TEXT], int status)
{
    snprintf(out, NUM_TEXT, "%s", engine_status_name(status));
    for (char *p = out; *p; p++)
        *p = *p == '-' ? ' ' : *p;
    return out;
}

static void draw_file(struct canvas *c, struct area row, size_t i, void *user)
{
    const struct drawing *d = user;
    struct ds_file_row f = ds_view_file(&d->model->ds, d->first_file + i);
    bool used = f.status == STATUS_USED, wide = row.w >= 36;
    int right = row.w;
    char size[NUM_TEXT] = "";
    if (!used && row.w >= 22)
        status_words(size, f.status);
    else if (used && wide && f.width)
        snprintf(size, sizeof size, "%d x %d", f.width, f.height);
    else if (used && wide)
        num_bytes(size, f.bytes);
    if (*size) {
        canvas_put_right(c, row, right, 0, used ? ROLE_DIM : ROLE_STATE_WARN, size);
        right -= text_width(size) + 1;
        right = wide && right > row.w - 14 ? row.w - 14 : right;
    }
    canvas_put(c, row, 0, 0, ROLE_STATE_WARN, used ? " " : "!");
    canvas_put_cut(c, row, 1, 0, right - 1, used ? ROLE_TEXT : ROLE_DIM, path_base(f.name), true);
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
    canvas_put(c, a, 0, *y, ROLE_DIM, name);
    canvas_put_cut(c, a, 8, *y, a.w - 8, role, value, middle);
    ++*y;
}

static const char *const part_names[] = {"", "train", "val", "test"};

static void draw_facts(struct canvas *c, struct area a, const struct ds_view *ds,
                       const struct ds_file_row *f)
{
    char text[256], size[NUM_TEXT];
    int y = 0;
    put_fact(c, a, &y, "file", path_base(f->name), ROLE_TEXT, true);
    put_fact(c, a, &y, "class", f->cls >= 0 ? ds_view_class(ds, (size_t)f->cls).name : "none",
             ROLE_TEXT, false);
    if (f->status != STATUS_USED) {
        put_fact(c, a, &y, "status", status_words(size, f->status), ROLE_STATE_WARN, false);
        if (*f->detail)
            y += parts_wrap(c, (struct area){a.x, a.y + y, a.w, a.h - y < 2 ? a.h - y : 2},
                            ROLE_TEXT, f->detail);
    }
    if (f->width) {
        snprintf(text, sizeof text, "%d x %d pixels", f->width, f->height);
        put_fact(c, a, &y, "size", text, ROLE_TEXT, false);
        snprintf(text, sizeof text, "%s%s", engine_kind_name(f->kind),
                 f->other_suffix ? ", the suffix says otherwise" : "");
        put_fact(c, a, &y, "kind", text, f->other_suffix ? ROLE_STATE_WARN : ROLE_TEXT, false);
        put_fact(c, a, &y, "stored", orientation_text(f->orientation), ROLE_TEXT, false);
    }
    put_fact(c, a, &y, "bytes", num_bytes(size, f->bytes), ROLE_TEXT, false);
    if (f->part > 0 && f->part < 4)
        put_fact(c, a, &y, "part", part_names[f->part], ROLE_TEXT, false);
}

static void draw_preview(struct canvas *c, const struct data_layout *l,
                         const struct ui_model *model, const struct ds_file_row *f)
{
    struct picture_want want;
    struct area a = area_inset(l->picture, 1, 0), facts = area_inset(l->facts, 1, 0);
    bool shows =
        parts_picture(&want, model->ds.root, f->name) && (f->status == STATUS_USED || f->width > 0);
    if (model->pictures && shows && a.h >= 3) {
        struct area picture = layout_aspect(a, 4.0 / 3, model->cell_w, model->cell_h);
        canvas_picture(c, picture, &want);
        a.h -= picture.h + 1;
    }
    facts.y -= a.h > 0 ? a.h : 0; /* right below the picture */
    draw_facts(c, facts, &model->ds, f);
}

/* --- totals -------------------------------------------------------------------------------- */

static const struct job_view *scan_job(const struct snapshot *snap)
{
    for (int i = 0; snap && i < SNAP_JOBS; i++) {
        if (snap->jobs[i].job && snap->jobs[i].state != JOB_NONE &&
            (snap->jobs[i].command == CMD_SCAN || snap->jobs[i].command == CMD_LIST))
            return &snap->jobs[i];
    }
    return NULL;
}

/* "4317 files = 4290 used + 27 left out (12 damaged, 15 hidden)": always adds up. */
static void sum_text(struct str *out, const struct ds_view *ds)
{
    char words[NUM_TEXT];
    size_t left_out = ds->n_files - ds->n_used, named = 0;
    str_printf(out, "%zu files = %zu used + %zu left out", ds->n_files, ds->n_used, left_out);
    for (int i = 1; i < STATUSES; i++) {
        if (ds->by_status[i])
            str_printf(out, "%s%llu %s", named++ ? ", " : " (",
                       (unsigned long long)ds->by_status[i], status_words(words, i));
    }
    if (named)
        str_add_c(out, ')');
}

static void found_text(struct str *out, const struct data_screen *s, const struct ds_view *ds)
{
    char bytes[NUM_TEXT];
    str_printf(out, "%zu classes, %s", ds->n_classes, num_bytes(bytes, s->bytes));
    if (ds->given_parts)
        str_add(out, ", given parts train and val");
    if (ds->n_pairs)
        str_printf(out, ", %zu pairs of identical files", ds->n_pairs);
    if (s->conflicts)
        str_printf(out, " (%zu in two classes)", s->conflicts);
    if (ds->n_notes)
        str_printf(out, ", %zu %s", ds->n_notes, ds->n_notes == 1 ? "note" : "notes");
    if (ds->incomplete)
        str_add(out, ", incomplete: a folder could not be read");
}

static void draw_totals(struct canvas *c, struct area a, const struct data_screen *s,
                        const struct ui_model *model)
{
    if (area_empty(a))
        return;
    if (a.h >= 3)
        parts_line(c, area_cut_top(&a, 1));
    const struct job_view *job = scan_job(model->snap);
    int used = 1;
    struct str text = STR_INIT;
    if (model->ds.listing_only)
        str_printf(&text, "%zu files listed, not yet decoded", model->ds.n_files);
    else
        sum_text(&text, &model->ds);
    if (job)
        parts_job(c, a, job);
    else if (a.h >= 2)
        used = parts_wrap(c, a, ROLE_TEXT, text.s);
    else
        canvas_put_cut(c, a, 0, 0, a.w, ROLE_TEXT, text.s, false);
    str_clear(&text);
    found_text(&text, s, &model->ds);
    canvas_put_cut(c, a, 0, used, a.w, model->ds.incomplete ? ROLE_STATE_WARN : ROLE_DIM, text.s,
                   false);
    str_done(&text);
}

/* --- problems ------------------------------------------------------------------------------ */

static void draw_pair(struct canvas *c, struct area row, size_t i, const struct ds_view *ds)
{
    size_t a, b;
    bool conflict, across;
    ds_view_pair(ds, i, &a, &b, &conflict, &across);
    char text[2 * OPTION_TEXT_MAX];
    snprintf(text, sizeof text, "%s = %s%s%s", ds_view_file(ds, a).name, ds_view_file(ds, b).name,
             conflict ? ", two classes" : "", across ? ", two parts" : "");
    canvas_put_cut(c, row, 2, 0, row.w - 2, conflict ? ROLE_STATE_WARN : ROLE_TEXT, text, false);
}

static void draw_entry(struct canvas *c, struct area row, size_t i, void *user)
{
    const struct drawing *d = user;
    const struct ds_view *ds = &d->model->ds;
    struct entry e = d->s->entries[i];
    bool problem = false;
    char words[NUM_TEXT];
    if (e.kind == ENTRY_NOTE) {
        const char *note = ds_view_note(ds, e.index, &problem);
        canvas_put(c, row, 0, 0, ROLE_STATE_WARN, problem ? "!" : " ");
        canvas_put_cut(c, row, 2, 0, row.w - 2, ROLE_TEXT, note, false);
    } else if (e.kind == ENTRY_REASON) {
        canvas_printf(c, row, 0, 0, ROLE_TITLE, "%llu %s",
                      (unsigned long long)ds->by_status[e.index],
                      status_words(words, (int)e.index));
    } else if (e.kind == ENTRY_FILE) {
        struct ds_file_row f = ds_view_file(ds, e.index);
        int name = *f.detail ? row.w / 2 : row.w - 2;
        canvas_put_cut(c, row, 2, 0, name, ROLE_TEXT, f.name, true);
        canvas_put_cut(c, row, 3 + name, 0, row.w - 3 - name, ROLE_DIM, f.detail, false);
    } else if (e.kind == ENTRY_PAIRS) {
        canvas_printf(c, row, 0, 0, ROLE_TITLE, "%zu pairs of identical files", ds->n_pairs);
    } else {
        draw_pair(c, row, e.index, ds);
    }
}

static void draw_problems(struct data_screen *s, struct canvas *c, struct area body,
                          const struct ui_model *model)
{
    if (!s->entries)
        make_entries(s, &model->ds);
    char back[64];
    snprintf(back, sizeof back, "%s goes back", parts_key(ACTION_BACK));
    struct area rows = parts_heading(c, body, true, "Problems and notes", back);
    if (!s->n_entries)
        canvas_put(c, rows, 0, 1, ROLE_TEXT,
                   model->ds.listing_only ? "the scan is not done yet"
                                          : "nothing was found: every file is used");
    struct drawing d = {s, model, 0};
    list_draw(c, rows, &s->problems, s->n_entries, true, draw_entry, &d);
}

/* --- the screen ---------------------------------------------------------------------------- */

static void draw_empty(struct canvas *c, struct area body, const struct ui_model *model)
{
    char reading[OPTION_TEXT_MAX + 16], open[64];
    snprintf(reading, sizeof reading, "reading %s", model->data);
    snprintf(open, sizeof open, "%s opens a folder of class folders",
             parts_key(ACTION_OPEN_FOLDER));
    const char *lines[] = {*model->data ? reading : "No data set", *model->data ? "" : open};
    parts_centre(c, body, ROLE_TEXT, lines, 2);
    const struct job_view *job = scan_job(model->snap);
    if (job && body.h >= 4)
        parts_job(c, (struct area){body.x, body.y + body.h - 1, body.w, 1}, job);
}

static void draw_files(struct data_screen *s, struct canvas *c, struct area a, struct drawing *d,
                       const struct ds_class_row *cls)
{
    char title[OPTION_TEXT_MAX], at[64] = "";
    snprintf(title, sizeof title, "%s", cls->name);
    if (cls->n_files)
        snprintf(at, sizeof at, "%zu of %zu", s->files.selected + 1, cls->n_files);
    if (s->files.selected >= cls->n_files)
        s->files.selected = 0;
    struct area rows = parts_heading(c, a, s->in_files, title, at);
    list_draw(c, rows, &s->files, cls->n_files, s->in_files, draw_file, d);
}

static void data_draw(void *self, struct canvas *c, struct area body, const struct ui_model *model)
{
    struct data_screen *s = self;
    if (!model->dataset) {
        draw_empty(c, body, model);
        return;
    }
    refresh(s, model);
    if (s->show_problems) {
        draw_problems(s, c, body, model);
        return;
    }
    struct data_layout l;
    layout_data(&l, body, s->in_files);
    struct drawing d = {s, model, 0};
    draw_class_heading(c, l.classes, !s->in_files);
    area_cut_top(&l.classes, 1);
    list_draw(c, l.classes, &s->classes, model->ds.n_classes, !s->in_files, draw_class, &d);
    parts_line(c, l.lines[0]);
    parts_line(c, l.lines[1]);
    if (model->ds.n_classes) {
        struct ds_class_row cls = ds_view_class(&model->ds, s->classes.selected);
        d.first_file = cls.first_file;
        draw_files(s, c, l.files, &d, &cls);
        if (s->files.selected < cls.n_files) {
            struct ds_file_row f = ds_view_file(&model->ds, cls.first_file + s->files.selected);
            draw_preview(c, &l, model, &f);
        }
    }
    draw_totals(c, l.totals, s, model);
}

static void folder_typed(void *user, const char *text)
{
    struct data_screen *s = user;
    if (text && *text)
        s->calls->open_data(s->calls->app, text);
}

static size_t class_files(const struct data_screen *s, const struct ui_model *model)
{
    return s->classes.selected < model->ds.n_classes
               ? ds_view_class(&model->ds, s->classes.selected).n_files
               : 0;
}

/* Moves in the list that has the keys; another class begins at its first file. */
static bool move(struct data_screen *s, enum action action, const struct ui_model *model)
{
    if (s->show_problems)
        return list_action(&s->problems, action, s->n_entries);
    if (s->in_files)
        return list_action(&s->files, action, class_files(s, model));
    size_t before = s->classes.selected;
    bool moved = list_action(&s->classes, action, model->ds.n_classes);
    if (s->classes.selected != before)
        s->files = (struct list){0};
    return moved;
}

static unsigned data_action(void *self, enum action action, struct ui_model *model)
{
    struct data_screen *s = self;
    if (action == ACTION_OPEN_FOLDER) {
        s->calls->prompt(s->calls->app, "Data folder", model->data, true, folder_typed, s);
        return UI_REPAINT;
    }
    if (!model->dataset)
        return UI_NONE;
    if (action == ACTION_RESCAN)
        s->calls->open_data(s->calls->app, model->data);
    else if (action == ACTION_PROBLEMS)
        s->show_problems = !s->show_problems;
    else if (action == ACTION_BACK && s->show_problems)
        s->show_problems = false;
    else if (action == ACTION_RIGHT || action == ACTION_SELECT)
        s->in_files = class_files(s, model) > 0;
    else if (action == ACTION_LEFT || action == ACTION_BACK)
        s->in_files = false;
    else if (!move(s, action, model))
        return UI_NONE;
    return UI_REPAINT;
}

static const char *data_why_not(void *self, enum action action, const struct ui_model *model)
{
    (void)self;
    if ((action == ACTION_RESCAN || action == ACTION_PROBLEMS) && !model->dataset)
        return "there is no data set yet";
    return NULL;
}

const struct screen_ops screen_data = {
    .name = "data",
    .title = "Data",
    .context = CONTEXT_DATA,
    .init = data_init,
    .free = data_free,
    .draw = data_draw,
    .action = data_action,
    .why_not = data_why_not,
};
