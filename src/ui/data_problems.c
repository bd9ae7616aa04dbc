/* Data: what was left out and why, notes, identical files as pairs side by side.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/data_screen.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "ui/layout.h"
#include "ui/parts.h"

/* --- entries ------------------------------------------------------------------------------- */

static void add_entry(struct data_screen *s, size_t *cap, enum entry_kind kind, size_t index)
{
    s->entries = xgrow(s->entries, cap, s->n_entries + 1, sizeof *s->entries);
    s->entries[s->n_entries++] = (struct entry){kind, index};
}

static void add_notes(struct data_screen *s, size_t *cap, const struct ds_view *ds)
{
    bool problem;
    for (int wanted = 1; wanted >= 0; wanted--) {
        for (size_t i = 0; i < ds->n_notes; i++) {
            ds_view_note(ds, i, &problem);
            if (problem == wanted)
                add_entry(s, cap, ENTRY_NOTE, i);
        }
    }
}

/* Puts the left-out ones of files first .. first + n - 1 where their reason has room. */
static void place_files(struct data_screen *s, const struct ds_view *ds, size_t at[STATUSES],
                        size_t first, size_t n)
{
    for (size_t i = first; i < first + n; i++) {
        int status = ds_view_file(ds, i).status;
        if (status > STATUS_USED && status < STATUSES)
            s->entries[at[status]++].index = i;
    }
}

/* Looks only into classes that have some: with a million files nobody waits for those that are
 * fine. */
static void add_files(struct data_screen *s, size_t *cap, const struct ds_view *ds)
{
    size_t at[STATUSES], seen = 0;
    for (size_t status = 1; status < STATUSES; status++) {
        if (ds->by_status[status])
            add_entry(s, cap, ENTRY_REASON, status);
        at[status] = s->n_entries;
        for (uint64_t i = 0; i < ds->by_status[status]; i++)
            add_entry(s, cap, ENTRY_FILE, 0);
    }
    for (size_t k = 0; k < ds->n_classes; k++) {
        struct ds_class_row cls = ds_view_class(ds, k);
        place_files(s, ds, at, seen, cls.first_file - seen); /* those of no class lie before */
        if (cls.n_used < cls.n_files)
            place_files(s, ds, at, cls.first_file, cls.n_files);
        seen = cls.first_file + cls.n_files;
    }
    place_files(s, ds, at, seen, ds->n_files - seen);
}

static bool is_conflict(const struct ds_view *ds, size_t pair)
{
    size_t a, b;
    bool conflict, across;
    ds_view_pair(ds, pair, &a, &b, &conflict, &across);
    return conflict;
}

/* Conflicts before harmless pairs. */
static void add_pairs(struct data_screen *s, size_t *cap, const struct ds_view *ds)
{
    size_t counts[2] = {ds->n_pairs - s->conflicts, s->conflicts};
    for (int conflict = 1; conflict >= 0; conflict--) {
        if (counts[conflict])
            add_entry(s, cap, conflict ? ENTRY_CONFLICTS : ENTRY_PAIRS, counts[conflict]);
        for (size_t i = 0; i < ds->n_pairs && counts[conflict]; i++) {
            if (is_conflict(ds, i) == conflict)
                add_entry(s, cap, ENTRY_PAIR, i);
        }
    }
}

/* Notes, problems first; then for each reason the files left out; then identical files. */
void data_make_entries(struct data_screen *s, const struct ds_view *ds)
{
    size_t cap = 0;
    if (s->entries)
        return;
    add_notes(s, &cap, ds);
    add_files(s, &cap, ds);
    add_pairs(s, &cap, ds);
}

static bool is_heading(const struct entry *e)
{
    return e->kind == ENTRY_REASON || e->kind == ENTRY_CONFLICTS || e->kind == ENTRY_PAIRS;
}

size_t data_first_pair(const struct data_screen *s)
{
    size_t i = 0;
    while (i < s->n_entries && s->entries[i].kind != ENTRY_CONFLICTS &&
           s->entries[i].kind != ENTRY_PAIRS)
        i++;
    return i;
}

bool data_next_heading(struct data_screen *s, bool back)
{
    for (size_t i = s->problems.selected; back ? i-- > 0 : ++i < s->n_entries;) {
        if (!is_heading(&s->entries[i]))
            continue;
        s->problems.selected = i;
        return true;
    }
    return false;
}

bool data_entry_file(const struct data_screen *s, const struct ds_view *ds, size_t entry,
                     bool second, size_t *file)
{
    bool conflict, across;
    size_t a, b;
    if (entry >= s->n_entries)
        return false;
    const struct entry *e = &s->entries[entry];
    if (e->kind == ENTRY_FILE && !second) {
        *file = e->index;
        return true;
    }
    if (e->kind != ENTRY_PAIR)
        return false;
    ds_view_pair(ds, e->index, &a, &b, &conflict, &across);
    *file = second ? b : a;
    return true;
}

/* --- the list ------------------------------------------------------------------------------ */

struct drawing {
    const struct data_screen *s;
    const struct ds_view *ds;
};

static void draw_pair_row(struct canvas *c, struct area row, size_t i, const struct ds_view *ds)
{
    size_t a, b;
    bool conflict, across;
    ds_view_pair(ds, i, &a, &b, &conflict, &across);
    char text[2 * OPTION_TEXT_MAX];
    snprintf(text, sizeof text, "%s = %s%s%s", ds_view_file(ds, a).name, ds_view_file(ds, b).name,
             conflict ? ", two classes" : "", across ? ", two parts" : "");
    canvas_put_cut(c, row, 2, 0, row.w - 2, conflict ? ROLE_STATE_WARN : ROLE_TEXT, text, false);
}

static void draw_heading(struct canvas *c, struct area row, const struct entry *e,
                         const struct ds_view *ds)
{
    char words[NUM_TEXT];
    unsigned long long n = e->index;
    if (e->kind == ENTRY_REASON)
        canvas_printf(c, row, 0, 0, ROLE_TITLE, "%llu %s",
                      (unsigned long long)ds->by_status[e->index],
                      data_status_words(words, (int)e->index));
    else if (e->kind == ENTRY_CONFLICTS)
        canvas_printf(c, row, 0, 0, ROLE_TITLE,
                      "%llu label conflict%s: identical files in two classes", n,
                      n == 1 ? "" : "s");
    else
        canvas_printf(c, row, 0, 0, ROLE_TITLE, "%llu pair%s of identical files in one class", n,
                      n == 1 ? "" : "s");
}

static void draw_entry(struct canvas *c, struct area row, size_t i, void *user)
{
    const struct drawing *d = user;
    const struct ds_view *ds = d->ds;
    const struct entry *e = &d->s->entries[i];
    bool problem = false;
    if (is_heading(e)) {
        draw_heading(c, row, e, ds);
    } else if (e->kind == ENTRY_NOTE) {
        const char *note = ds_view_note(ds, e->index, &problem);
        canvas_put(c, row, 0, 0, ROLE_STATE_WARN, problem ? "!" : " ");
        canvas_put_cut(c, row, 2, 0, row.w - 2, ROLE_TEXT, note, false);
    } else if (e->kind == ENTRY_FILE) {
        struct ds_file_row f = ds_view_file(ds, e->index);
        int name = *f.detail ? row.w / 2 : row.w - 2;
        canvas_put_cut(c, row, 2, 0, name, ROLE_TEXT, f.name, true);
        canvas_put_cut(c, row, 3 + name, 0, row.w - 3 - name, ROLE_DIM, f.detail, false);
    } else {
        draw_pair_row(c, row, e->index, ds);
    }
}

/* --- below it: the whole note, the selected file, both of a pair ----------------------------- */

/* Picture on the left, facts beside it. */
static void draw_one(struct canvas *c, struct area a, const struct ui_model *model, size_t file)
{
    struct area picture = area_cut_left(&a, a.w / 2);
    if (!data_draw_picture(c, picture, model, file, NULL))
        parts_middle(c, picture, picture.h / 2, ROLE_DIM, "no picture");
    data_draw_facts(c, area_inset(a, 1, 0), &model->ds, file);
}

/* Picture over class and name. */
static void draw_half(struct canvas *c, struct area a, const struct ui_model *model, size_t file)
{
    struct ds_file_row f = ds_view_file(&model->ds, file);
    struct area label = area_cut_bottom(&a, a.h >= 4 ? 2 : 1);
    if (!data_draw_picture(c, a, model, file, NULL))
        parts_middle(c, a, a.h / 2, ROLE_DIM, "no picture");
    parts_middle(c, label, 0, parts_class_role(f.cls),
                 f.cls >= 0 ? ds_view_class(&model->ds, (size_t)f.cls).name : "no class");
    if (label.h > 1)
        parts_middle(c, label, 1, ROLE_TEXT, f.name);
}

static void draw_selected(const struct data_screen *s, struct canvas *c, struct area a,
                          const struct ui_model *model)
{
    size_t first, second, at = s->problems.selected;
    bool note = at < s->n_entries && s->entries[at].kind == ENTRY_NOTE;
    if (!note && !data_entry_file(s, &model->ds, at, false, &first)) {
        data_draw_totals(c, a, s, model);
        return;
    }
    parts_line(c, area_cut_top(&a, 1));
    if (note) {
        parts_wrap(c, a, ROLE_TEXT, ds_view_note(&model->ds, s->entries[at].index, NULL));
        return;
    }
    if (!data_entry_file(s, &model->ds, at, true, &second)) {
        draw_one(c, a, model, first);
        return;
    }
    struct area half = area_cut_left(&a, a.w / 2 - 1);
    area_cut_left(&a, 2);
    draw_half(c, half, model, first);
    draw_half(c, a, model, second);
}

void data_draw_problems(struct data_screen *s, struct canvas *c, struct area body,
                        const struct ui_model *model)
{
    data_make_entries(s, &model->ds);
    char back[64], title[96];
    snprintf(back, sizeof back, "%s goes back", parts_key(ACTION_BACK));
    snprintf(title, sizeof title, "Problems and notes: %zu of %zu files left out",
             model->ds.n_files - model->ds.n_used, model->ds.n_files);
    struct area rows = parts_heading(c, body, true, title, back);
    struct area below = area_cut_bottom(&rows, rows.h >= 14 ? rows.h / 2 : rows.h >= 6 ? 1 : 0);
    if (!s->n_entries)
        canvas_put(c, rows, 0, 1, ROLE_TEXT,
                   model->ds.listing_only ? "the scan is not done yet"
                                          : "nothing was found: every file is used");
    struct drawing d = {s, &model->ds};
    list_draw(c, rows, &s->problems, s->n_entries, true, draw_entry, &d);
    if (below.h > 1)
        draw_selected(s, c, below, model);
    else
        data_draw_totals(c, below, s, model);
}
