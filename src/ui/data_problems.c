/* Data: what was skipped and why, notes, identical files as pairs side by side.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/data_screen.h"

#include <stdio.h>

#include "ui/layout.h"
#include "ui/parts.h"

/* --- entries ------------------------------------------------------------------------------- */

/* Entries of one kind, with a heading before them where there are some. The list is never made: with a million files skipped each entry
 * is found when it is seen. */
struct stretch {
    enum entry_kind heading, kind; /* the same: it has no heading */
    size_t about;                  /* index of the heading */
    size_t n, first;               /* of the entries below it; the index of the first one */
};

#define STRETCHES (1 + STATUSES + 1)

/* Notes; then for each reason the files skipped; then identical files, conflicts first. */
static struct stretch stretch_at(const struct ds_view *ds, size_t k)
{
    if (k == 0)
        return (struct stretch){ENTRY_NOTE, ENTRY_NOTE, 0, ds->n_notes, 0};
    if (k == STATUSES)
        return (struct stretch){ENTRY_CONFLICTS, ENTRY_PAIR, ds->n_conflicts, ds->n_conflicts, 0};
    if (k > STATUSES)
        return (struct stretch){ENTRY_PAIRS, ENTRY_PAIR, ds->n_pairs - ds->n_conflicts,
                                ds->n_pairs - ds->n_conflicts, ds->n_conflicts};
    size_t before = 0;
    for (size_t status = 1; status < k; status++)
        before += (size_t)ds->by_status[status];
    return (struct stretch){ENTRY_REASON, ENTRY_FILE, k, (size_t)ds->by_status[k], before};
}

static size_t length(const struct stretch *s)
{
    return s->n ? s->n + (s->heading != s->kind) : 0;
}

size_t data_entries(const struct ds_view *ds)
{
    size_t n = 0;
    for (size_t k = 0; k < STRETCHES; k++) {
        struct stretch s = stretch_at(ds, k);
        n += length(&s);
    }
    return n;
}

struct entry data_entry(const struct ds_view *ds, size_t i)
{
    for (size_t k = 0; k < STRETCHES; k++) {
        struct stretch s = stretch_at(ds, k);
        bool headed = s.heading != s.kind;
        if (i >= length(&s)) {
            i -= length(&s);
            continue;
        }
        if (headed && i == 0)
            return (struct entry){s.heading, s.about};
        size_t at = s.first + i - headed;
        return (struct entry){s.kind, s.kind == ENTRY_FILE ? ds_view_skipped(ds, at) : at};
    }
    return (struct entry){ENTRY_NOTE, ds->n_notes}; /* there are not so many */
}

static bool is_heading(const struct entry *e)
{
    return e->kind == ENTRY_REASON || e->kind == ENTRY_CONFLICTS || e->kind == ENTRY_PAIRS;
}

size_t data_first_pair(const struct ds_view *ds)
{
    size_t at = 0;
    for (size_t k = 0; k < STATUSES; k++) {
        struct stretch s = stretch_at(ds, k);
        at += length(&s);
    }
    return at;
}

bool data_next_heading(struct data_screen *s, const struct ds_view *ds, bool back)
{
    size_t at = 0, selected = s->problems.selected, found = selected;
    for (size_t k = 0; k < STRETCHES; k++) {
        struct stretch stretch = stretch_at(ds, k);
        bool headed = stretch.heading != stretch.kind && stretch.n;
        if (headed && back && at < selected)
            found = at;
        if (headed && !back && at > selected && found == selected)
            found = at;
        at += length(&stretch);
    }
    s->problems.selected = found;
    return found != selected;
}

bool data_entry_file(const struct ds_view *ds, size_t entry, bool second, size_t *file)
{
    bool conflict, across;
    size_t a, b;
    struct entry e = data_entry(ds, entry);
    if (e.kind == ENTRY_FILE && !second) {
        *file = e.index;
        return true;
    }
    if (e.kind != ENTRY_PAIR)
        return false;
    ds_view_pair(ds, e.index, &a, &b, &conflict, &across);
    *file = second ? b : a;
    return true;
}

/* --- the list ------------------------------------------------------------------------------ */

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
    const struct ds_view *ds = user;
    const struct entry e = data_entry(ds, i);
    bool problem = false;
    if (is_heading(&e)) {
        draw_heading(c, row, &e, ds);
    } else if (e.kind == ENTRY_NOTE) {
        const char *note = ds_view_note(ds, e.index, &problem);
        canvas_put(c, row, 0, 0, ROLE_STATE_WARN, problem ? "!" : "");
        canvas_put_cut(c, row, 2, 0, row.w - 2, ROLE_TEXT, note, false);
    } else if (e.kind == ENTRY_FILE) {
        struct ds_file_row f = ds_view_file(ds, e.index);
        int name = *f.detail ? row.w / 2 : row.w - 2;
        canvas_put_cut(c, row, 2, 0, name, ROLE_TEXT, f.name, true);
        canvas_put_cut(c, row, 3 + name, 0, row.w - 3 - name, ROLE_DIM, f.detail, false);
    } else {
        draw_pair_row(c, row, e.index, ds);
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
    struct entry e = data_entry(&model->ds, at);
    bool note = e.kind == ENTRY_NOTE && e.index < model->ds.n_notes;
    if (!note && !data_entry_file(&model->ds, at, false, &first)) {
        data_draw_totals(c, a, s, model);
        return;
    }
    parts_line(c, area_cut_top(&a, 1));
    if (note) {
        parts_wrap(c, a, ROLE_TEXT, ds_view_note(&model->ds, e.index, NULL));
        return;
    }
    if (!data_entry_file(&model->ds, at, true, &second)) {
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
    size_t n = data_entries(&model->ds);
    char back[64], title[96];
    snprintf(back, sizeof back, "%s goes back", parts_key(ACTION_BACK));
    snprintf(title, sizeof title, "Problems and notes: %zu of %zu files skipped",
             model->ds.n_files - model->ds.n_used, model->ds.n_files);
    struct area rows = parts_heading(c, body, true, title, back);
    struct area below = area_cut_bottom(&rows, rows.h >= 14 ? rows.h / 2 : rows.h >= 6 ? 1 : 0);
    if (!n)
        canvas_put(c, rows, 0, 1, ROLE_TEXT,
                   model->ds.listing_only ? "the scan is not done yet"
                                          : "nothing was found: every file is used");
    list_draw(c, rows, &s->problems, n, true, draw_entry, (void *)&model->ds);
    if (below.h > 1)
        draw_selected(s, c, below, model);
    else
        data_draw_totals(c, below, s, model);
}
