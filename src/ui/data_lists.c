/* Data: classes, their files, a preview with facts, totals.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/data_screen.h"

#include <stdio.h>

#include "base/num.h"
#include "base/path.h"
#include "ui/fmt.h"
#include "ui/layout.h"
#include "ui/parts.h"

#define LEAST_NAME 9 /* cells: their heading has one more, "most first" */
#define WIDE 140 /* cells from which there is room for everything */

struct drawing {
    const struct data_screen *s;
    const struct ui_model *model;
    size_t first_file;
};

/* --- heading and filter -------------------------------------------------------------------- */

/* What is said where a list is not as it is. */
static const char *sorted_text(const struct data_rows *r, bool files)
{
    static const char *const texts[2][DATA_COLUMNS][2] = {
        {{"", "Z to A"}, {"most first", "few first"}, {"skipped first", "skipped last"}},
        {{"", "Z to A"},
         {"most bytes first", "fewest bytes first"},
         {"skipped first", "skipped last"}}};
    return texts[files][r->column][r->reverse];
}

/* Room for the filter above a list, where there is one. Returns the rest. */
static struct area cut_filter(const struct data_rows *r, struct canvas *c, struct area a, size_t total)
{
    if (filter_shown(&r->filter) && a.h > 0)
        filter_draw(&r->filter, c, area_cut_top(&a, 1), "/", r->order.n, total);
    return a;
}

/* --- classes ------------------------------------------------------------------------------- */

/* Columns of a class's row, from the right: skipped, bar, share, count. */
struct class_columns {
    int name, count, share, bar, bar_width, skipped; /* right ends; 0: not shown */
};

/* any: files are skipped, of any class. The bar goes before a name is cut. */
static struct class_columns class_columns(int w, const struct data_screen *s, bool any)
{
    struct class_columns k = {0};
    if (w >= 36 && any) {
        k.skipped = w - 1;
        w -= 9;
    }
    if (w >= 18 && (w >= 24 || w - w / 4 - 8 >= s->name_width)) {
        k.bar_width = w / 4 - 1;
        k.bar = w - k.bar_width - 1;
        w -= k.bar_width + 3;
    } else if (any && !k.skipped) {
        w--; /* for the mark */
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
    struct ds_class_row cls = ds_view_class(&d->model->ds, order_row(&d->s->rows[0].order, i));
    struct class_columns k = class_columns(row.w, d->s, d->model->ds.n_used < d->model->ds.n_files);
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
    if (out && k.skipped)
        canvas_put_right(c, row, k.skipped, 0, ROLE_STATE_WARN, text);
    else if (out)
        canvas_put(c, row, k.count, 0, ROLE_STATE_WARN, "!");
}

/* A click on a heading sorts by it. */
static void heading_hit(struct canvas *c, struct area a, int x, int right, const struct data_rows *of, enum data_column column)
{
    if (right > x)
        canvas_hit(c, (struct area){a.x + x, a.y, right - x, 1}, HIT_SCREEN, &of->column, HIT_HEADINGS + column);
}

static void draw_class_heading(struct canvas *c, struct area a, const struct data_screen *s, bool any)
{
    struct class_columns k = class_columns(a.w, s, any);
    const char *sorted = sorted_text(&s->rows[0], false);
    struct area name = {a.x, a.y, k.name >= 8 ? k.count - 5 : a.w, a.h};
    char title[64];
    snprintf(title, sizeof title, "Classes%s%s", *sorted ? ", " : "", sorted);
    parts_heading(c, name, !s->in_files, text_width(title) > name.w && *sorted ? sorted : title,
                  NULL);
    canvas_put_right(c, a, k.count, 0, ROLE_DIM, k.name >= 8 ? "used" : "");
    if (k.share)
        canvas_put_right(c, a, k.share, 0, ROLE_DIM, "share");
    if (k.skipped)
        canvas_put_right(c, a, k.skipped, 0, ROLE_DIM, "skipped");
    heading_hit(c, a, 0, k.count - 5, &s->rows[0], DATA_BY_NAME);
    heading_hit(c, a, k.count - 5, k.bar ? k.bar : a.w, &s->rows[0], DATA_BY_COUNT);
    heading_hit(c, a, k.skipped - 8, k.skipped, &s->rows[0], DATA_BY_PROBLEMS);
}

/* The least cells that show names whole, and what most cells would show beside them. */
static int classes_width(const struct data_screen *s, int most, bool any)
{
    int w = most, name = s->name_width > LEAST_NAME ? s->name_width : LEAST_NAME;
    const struct class_columns all = class_columns(most, s, any);
    for (; w > 18; w--) {
        struct class_columns k = class_columns(w - 1, s, any);
        if (k.name < name || !k.bar != !all.bar || !k.share != !all.share || !k.skipped != !all.skipped)
            break;
    }
    return w;
}

static void draw_classes(struct data_screen *s, struct canvas *c, struct area a, struct drawing *d)
{
    draw_class_heading(c, area_cut_top(&a, 1), s, d->model->ds.n_used < d->model->ds.n_files);
    a = cut_filter(&s->rows[false], c, a, d->model->ds.n_classes);
    list_draw(c, a, &s->rows[0].list, s->rows[0].order.n, !s->in_files, draw_class, d);
}

/* --- files --------------------------------------------------------------------------------- */

static void draw_file(struct canvas *c, struct area row, size_t i, void *user)
{
    const struct drawing *d = user;
    struct ds_file_row f =
        ds_view_file(&d->model->ds, d->first_file + order_row(&d->s->rows[1].order, i));
    bool used = f.status == STATUS_USED, wide = row.w >= 36;
    bool bytes = d->s->rows[1].column == DATA_BY_COUNT;
    int right = row.w;
    char size[NUM_TEXT] = "";
    if (!used && row.w >= 22)
        data_status_words(size, f.status);
    else if (used && wide && f.width && !bytes)
        snprintf(size, sizeof size, "%d x %d", f.width, f.height);
    else if (used && (wide || (bytes && row.w >= 22)))
        num_bytes(size, f.bytes);
    if (*size) {
        canvas_put_right(c, row, right, 0, used ? ROLE_DIM : ROLE_STATE_WARN, size);
        right -= text_width(size) + 1;
        right = wide && right > row.w - 12 ? row.w - 12 : right;
    }
    canvas_put(c, row, 0, 0, ROLE_STATE_WARN, used ? "" : "!");
    canvas_put_cut(c, row, 1, 0, right - 1, used ? ROLE_TEXT : ROLE_DIM, path_base(f.name), true);
}

static void draw_files(struct data_screen *s, struct canvas *c, struct area a, struct drawing *d,
                       const struct ds_class_row *cls)
{
    struct data_rows *r = &s->rows[1];
    char title[OPTION_TEXT_MAX], at[64] = "";
    const char *sorted = sorted_text(r, true);
    snprintf(title, sizeof title, "%s%s%s", cls->name, *sorted ? ", " : "", sorted);
    if (r->order.n)
        snprintf(at, sizeof at, "%zu of %zu%s", r->list.selected + 1, r->order.n,
                 r->order.work ? "\xe2\x80\xa6" : "");
    struct area rows = parts_heading(c, a, s->in_files, title, at);
    heading_hit(c, a, 0, a.w, r, DATA_COLUMNS); /* the next one */
    rows = cut_filter(&s->rows[true], c, rows, cls->n_files);
    list_draw(c, rows, &r->list, r->order.n, s->in_files, draw_file, d);
}

static void draw_preview(struct canvas *c, const struct data_layout *l,
                         const struct ui_model *model, size_t file)
{
    struct area a = area_inset(l->picture, 1, 0), facts = area_inset(l->facts, 1, 0);
    struct ds_file_row f = ds_view_file(&model->ds, file);
    struct area picture = layout_aspect(a, parts_aspect(f.width, f.height), model->cell_w, model->cell_h);
    if (a.h >= 3 && data_draw_picture(c, picture, model, file, NULL))
        a.h -= picture.h + 1;
    facts.h += a.h > 0 ? a.h : 0;
    facts.y -= a.h > 0 ? a.h : 0; /* right below the picture */
    data_draw_facts(c, facts, &model->ds, file);
}

/* --- totals -------------------------------------------------------------------------------- */

const struct job_view *data_scan_job(const struct snapshot *snap)
{
    for (int i = 0; snap && i < SNAP_JOBS; i++) {
        if (snap->jobs[i].job && snap->jobs[i].state != JOB_NONE &&
            (snap->jobs[i].command == CMD_SCAN || snap->jobs[i].command == CMD_LIST ||
             snap->jobs[i].command == CMD_DEMO))
            return &snap->jobs[i];
    }
    return NULL;
}

/* "4317 files = 4290 used + 27 skipped (12 damaged, 15 hidden)": always adds up. */
static void sum_text(struct str *out, const struct ds_view *ds)
{
    char words[NUM_TEXT];
    size_t skipped = ds->n_files - ds->n_used, named = 0;
    str_printf(out, "%zu files = %zu used + %zu skipped", ds->n_files, ds->n_used, skipped);
    for (int i = 1; i < STATUSES; i++) {
        if (ds->by_status[i])
            str_printf(out, "%s%llu %s", named++ ? ", " : " (",
                       (unsigned long long)ds->by_status[i], data_status_words(words, i));
    }
    if (named)
        str_add_c(out, ')');
}

static void found_text(struct str *out, const struct data_screen *s, const struct ds_view *ds)
{
    char bytes[NUM_TEXT];
    str_printf(out, "%zu class%s, %s", ds->n_classes, ds->n_classes == 1 ? "" : "es", num_bytes(bytes, s->bytes));
    if (ds->given_parts)
        str_add(out, ", given parts train and val");
    if (ds->n_pairs)
        str_printf(out, ", %zu pairs of identical files", ds->n_pairs);
    if (ds->n_conflicts)
        str_printf(out, " (%zu in two classes)", ds->n_conflicts);
    if (ds->n_notes)
        str_printf(out, ", %zu %s", ds->n_notes, ds->n_notes == 1 ? "note" : "notes");
    if (ds->incomplete)
        str_add(out, ", incomplete: a folder could not be read");
}

void data_draw_totals(struct canvas *c, struct area a, const struct data_screen *s,
                      const struct ui_model *model)
{
    if (area_empty(a))
        return;
    if (a.h >= 3)
        parts_line(c, area_cut_top(&a, 1));
    const struct job_view *job = data_scan_job(model->snap);
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

/* --- all ----------------------------------------------------------------------------------- */

void data_draw_lists(struct data_screen *s, struct canvas *c, struct area body,
                     const struct ui_model *model)
{
    struct data_layout l;
    struct drawing d = {s, model, 0};
    size_t cls = data_class(s, &model->ds), file;
    bool any = model->ds.n_used < model->ds.n_files;
    int most = body.w * 3 / 10;
    layout_data(&l, body, s->in_files, body.w < WIDE ? classes_width(s, most, any) : most);
    draw_classes(s, c, l.classes, &d);
    parts_line(c, l.lines[0]);
    parts_line(c, l.lines[1]);
    if (cls < model->ds.n_classes) {
        struct ds_class_row row = ds_view_class(&model->ds, cls);
        d.first_file = row.first_file;
        draw_files(s, c, l.files, &d, &row);
    }
    if (data_file(s, &model->ds, &file))
        draw_preview(c, &l, model, file);
    data_draw_totals(c, l.totals, s, model);
}
