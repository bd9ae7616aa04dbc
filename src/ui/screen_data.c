/* Data: what the keys do; data_*.c draw what they show.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/data_screen.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/path.h"
#include "ui/parts.h"

static void *data_init(const struct ui_calls *calls)
{
    struct data_screen *s = xcalloc(1, sizeof *s);
    s->calls = calls;
    s->sizes_of = -1;
    return s;
}

static void forget(struct data_screen *s)
{
    free(s->sizes);
    s->sizes = NULL;
}

static void data_free(void *self)
{
    struct data_screen *s = self;
    forget(s);
    order_done(&s->rows[0].order);
    order_done(&s->rows[1].order);
    data_forget_names(s);
    free(s);
}

/* --- what is shown, in which order --------------------------------------------------------- */

static const char *class_name(const void *user, size_t i)
{
    return ds_view_class(user, i).name;
}

static uint64_t class_key(const void *user, size_t i, int column)
{
    struct ds_class_row cls = ds_view_class(user, i);
    return column == DATA_BY_COUNT ? cls.n_used : cls.n_files - cls.n_used;
}

/* Files of a class. */
struct files {
    const struct ds_view *ds;
    size_t first;
};

static const char *file_name(const void *user, size_t i)
{
    const struct files *f = user;
    return path_base(ds_view_file(f->ds, f->first + i).name);
}

static uint64_t file_key(const void *user, size_t i, int column)
{
    const struct files *f = user;
    struct ds_file_row row = ds_view_file(f->ds, f->first + i);
    return column == DATA_BY_COUNT ? row.bytes : row.status != STATUS_USED;
}

size_t data_class(const struct data_screen *s, const struct ds_view *ds)
{
    const struct data_rows *r = &s->rows[0];
    return r->list.selected < r->order.n ? order_row(&r->order, r->list.selected) : ds->n_classes;
}

bool data_file(const struct data_screen *s, const struct ds_view *ds, size_t *file)
{
    const struct data_rows *r = &s->rows[1];
    enum data_view from = s->view == DATA_PICTURE ? s->below : s->view;
    if (from == DATA_PROBLEMS)
        return data_entry_file(ds, s->problems.selected, s->second, file);
    if (data_class(s, ds) >= ds->n_classes || r->list.selected >= r->order.n)
        return false;
    *file = ds_view_class(ds, s->files_of).first_file + order_row(&r->order, r->list.selected);
    return true;
}

/* The source of rows[which] for the selected class. */
static struct order_source source(const struct data_screen *s, const struct ds_view *ds, bool files,
                                  struct files *of)
{
    if (!files)
        return (struct order_source){ds->n_classes, class_name, class_key, ds};
    bool any = s->files_of < ds->n_classes;
    struct ds_class_row cls = any ? ds_view_class(ds, s->files_of) : (struct ds_class_row){0};
    *of = (struct files){ds, cls.first_file};
    return (struct order_source){cls.n_files, file_name, file_key, of};
}

static void select_kept(struct data_rows *r)
{
    size_t at = r->keeps ? order_find(&r->order, r->kept) : 0;
    r->list.selected = at < r->order.n ? at : 0;
    r->keeps = false;
}

/* Makes the order anew, or narrows it; what was selected stays so while it is shown. */
static void arrange(struct data_screen *s, const struct ds_view *ds, bool files, bool narrower)
{
    struct data_rows *r = &s->rows[files];
    struct files of;
    struct order_source from = source(s, ds, files, &of);
    if (!r->order.work && !r->keeps) { /* else the one before is still looked for */
        r->keeps = r->list.selected < r->order.n;
        r->kept = r->keeps ? order_row(&r->order, r->list.selected) : 0;
    }
    if (narrower && !r->order.work)
        order_narrow(&r->order, &from, r->filter.edit.text);
    else
        order_make(&r->order, &from, r->column, r->reverse, r->filter.edit.text);
    r->list.selected = 0;
    if (!r->order.work)
        select_kept(r);
}

/* Another slice of an order. True: more is left. */
static bool arrange_more(struct data_screen *s, const struct ds_view *ds, bool files)
{
    struct data_rows *r = &s->rows[files];
    struct files of;
    if (!r->order.work)
        return false;
    struct order_source from = source(s, ds, files, &of);
    if (order_more(&r->order, &from))
        return true;
    if (r->list.selected == 0) /* nobody has moved it meanwhile */
        select_kept(r);
    return false;
}

/* The files of another class begin at the first, unfiltered. */
static void sync_files(struct data_screen *s, const struct ds_view *ds)
{
    size_t cls = data_class(s, ds);
    if (cls == s->files_of)
        return;
    s->files_of = cls;
    filter_clear(&s->rows[1].filter);
    s->rows[1].list = (struct list){.rows = s->rows[1].list.rows};
    arrange(s, ds, true, false);
    s->in_files = s->in_files && s->rows[1].order.n > 0;
}

static void take_dataset(struct data_screen *s, const struct ui_model *model)
{
    const struct ds_view *ds = &model->ds;
    s->version = model->dataset_version;
    forget(s);
    s->bytes = s->largest = 0;
    s->name_width = 0;
    for (size_t i = 0; i < ds->n_classes; i++) {
        struct ds_class_row row = ds_view_class(ds, i);
        int width = text_width(row.name);
        s->name_width = width > s->name_width ? width : s->name_width;
        s->bytes += row.bytes;
        s->largest = row.n_used > s->largest ? row.n_used : s->largest;
    }
    data_find_class(s, ds);
    arrange(s, ds, false, false);
    s->files_of = data_class(s, ds); /* a scan after the listing: the file stays selected */
    data_find_file(s, ds);
    arrange(s, ds, true, false);
}

void data_sync(struct data_screen *s, const struct ui_model *model)
{
    if (s->version != model->dataset_version || !s->version)
        take_dataset(s, model);
    sync_files(s, &model->ds);
    data_keep_names(s, &model->ds);
}

/* --- drawing ------------------------------------------------------------------------------- */

static void draw_empty(struct canvas *c, struct area body, const struct ui_model *model)
{
    char reading[OPTION_TEXT_MAX + 16], open[64], demo[64];
    const struct job_view *job = data_scan_job(model->snap);
    bool draws = job && job->command == CMD_DEMO, none = !draws && !*model->data;
    snprintf(reading, sizeof reading, "reading %s", model->data);
    snprintf(open, sizeof open, "%s opens a folder of class folders",
             parts_key(ACTION_OPEN_FOLDER));
    snprintf(demo, sizeof demo, "%s draws flowers, to try everything out", parts_key(ACTION_DEMO));
    const char *lines[] = {draws ? "drawing flowers, to try everything out" : none ? "No data set" : reading,
                           none ? open : "", none ? demo : ""};
    parts_centre(c, body, ROLE_TEXT, lines, 3);
    if (job && body.h >= 4)
        parts_job(c, (struct area){body.x, body.y + body.h - 1, body.w, 1}, job);
}

static void draw_sizes(struct data_screen *s, struct canvas *c, struct area body,
                       const struct ui_model *model)
{
    const struct ds_view *ds = &model->ds;
    struct recipe recipe;
    bool all = s->sizes_of < 0;
    struct ds_class_row cls =
        all ? (struct ds_class_row){.name = "all classes"} : ds_view_class(ds, (size_t)s->sizes_of);
    int network = engine_recipe(model->options, &recipe, NULL) == ERR_OK ? recipe.image_size : 224;
    if (!s->sizes || s->sizes->network != network) {
        free(s->sizes);
        s->sizes = xcalloc(1, sizeof *s->sizes);
        sizes_begin(s->sizes, all ? 0 : cls.first_file, all ? ds->n_files : cls.n_files, network);
        sizes_more(s->sizes, ds);
    }
    sizes_draw(c, body, s->sizes, cls.name);
}

static bool data_work(void *self, const struct ui_model *model)
{
    struct data_screen *s = self;
    if (!model->dataset || s->version != model->dataset_version)
        return false; /* drawing begins it */
    bool classes = arrange_more(s, &model->ds, false), files = arrange_more(s, &model->ds, true);
    bool sizes = s->view == DATA_SIZES && s->sizes && sizes_more(s->sizes, &model->ds);
    return classes || files || sizes;
}

static void data_draw(void *self, struct canvas *c, struct area body, const struct ui_model *model)
{
    struct data_screen *s = self;
    if (!model->dataset) {
        draw_empty(c, body, model);
        return;
    }
    data_sync(s, model);
    if (s->view == DATA_PROBLEMS)
        data_draw_problems(s, c, body, model);
    else if (s->view == DATA_SIZES)
        draw_sizes(s, c, body, model);
    else if (s->view == DATA_PICTURE)
        data_draw_window(s, c, body, model);
    else
        data_draw_lists(s, c, body, model);
}

/* cls: -1 of all. */
static void show_sizes_of(struct data_screen *s, int cls)
{
    if (cls == s->sizes_of)
        return;
    s->sizes_of = cls;
    free(s->sizes);
    s->sizes = NULL;
}

/* --- keys ---------------------------------------------------------------------------------- */

static void folder_typed(void *user, const char *text)
{
    struct data_screen *s = user;
    if (text && *text)
        s->calls->open_data(s->calls->app, text);
}

static bool show_all(struct data_screen *s, const struct ds_view *ds)
{
    if (!filter_clear(&s->rows[s->in_files].filter))
        return false;
    arrange(s, ds, s->in_files, false);
    return true;
}

static bool data_text_key(void *self, const struct key_event *event, struct ui_model *model)
{
    struct data_screen *s = self;
    if (!model->dataset)
        return false;
    data_sync(s, model);
    struct filter *f = &s->rows[s->in_files].filter;
    char *before = xstrdup(f->edit.text);
    enum filter_key did = filter_key(f, event);
    if (did == FILTER_CHANGED)
        arrange(s, &model->ds, s->in_files, str_starts(f->edit.text, before));
    free(before);
    return did != FILTER_NOT;
}

static struct ui_rows size_rows(struct data_screen *s, const struct ds_view *ds, const size_t *go)
{
    if (go)
        show_sizes_of(s, (int)*go - 1);
    return (struct ui_rows){ds->n_classes + 1, (size_t)(s->sizes_of + 1), "histogram", "histograms"};
}

static struct ui_rows list_rows(struct list *list, size_t n, const size_t *go)
{
    if (go)
        list->selected = *go;
    return (struct ui_rows){.n = n, .at = list->selected};
}

static struct ui_rows data_rows(void *self, struct ui_model *model, const size_t *go)
{
    struct data_screen *s = self;
    struct ui_rows rows = {0};
    if (!model->dataset)
        return rows;
    data_sync(s, model);
    enum data_view view = s->view == DATA_PICTURE ? s->below : s->view;
    struct data_rows *r = &s->rows[s->in_files];
    if (view == DATA_SIZES)
        return size_rows(s, &model->ds, go);
    if (view == DATA_PROBLEMS)
        rows = list_rows(&s->problems, data_entries(&model->ds), go);
    else
        rows = list_rows(&r->list, r->order.n, go);
    rows.one = view == DATA_PROBLEMS ? "line" : s->in_files ? "file" : "class";
    rows.many = view == DATA_PROBLEMS ? "lines" : s->in_files ? "files" : "classes";
    if (go && s->view == DATA_PICTURE) /* another picture: all of it */
        s->zoom = (struct zoom){0};
    data_sync(s, model);
    return rows;
}

static void sort_by(struct data_screen *s, const struct ds_view *ds, enum action action)
{
    struct data_rows *r = &s->rows[s->in_files];
    if (action == ACTION_SORT)
        r->column = (r->column + 1) % DATA_COLUMNS;
    r->reverse = action == ACTION_SORT_BACK && !r->reverse;
    arrange(s, ds, s->in_files, false);
}

/* By a column, or the next one; again: turned round. */
static void click_heading(struct data_screen *s, const struct ds_view *ds, bool files, size_t column)
{
    struct data_rows *r = &s->rows[files];
    s->in_files = files && r->order.n > 0;
    if (column >= DATA_COLUMNS) {
        sort_by(s, ds, ACTION_SORT);
        return;
    }
    r->reverse = r->column == (enum data_column)column && !r->reverse;
    r->column = (enum data_column)column;
    arrange(s, ds, files, false);
}

static void open_picture(struct data_screen *s, const struct ds_view *ds)
{
    size_t file;
    s->second = false;
    if (!data_file(s, ds, &file))
        return;
    s->below = s->view;
    s->view = DATA_PICTURE;
    s->zoom = (struct zoom){0};
}

/* The problems, or from them back; d begins at the identical files. */
static void show_problems(struct data_screen *s, const struct ds_view *ds, bool pairs)
{
    size_t first = data_first_pair(ds), n = data_entries(ds);
    bool there = s->view == DATA_PROBLEMS && (!pairs || s->problems.selected >= first);
    s->second = false;
    s->view = there ? DATA_LISTS : DATA_PROBLEMS;
    if (pairs && !there && first < n)
        s->problems.selected = first + 1 < n ? first + 1 : first;
}

static unsigned picture_action(struct data_screen *s, enum action action,
                               const struct ui_model *model)
{
    if (action == ACTION_BACK || action == ACTION_SELECT) {
        s->view = s->below;
        s->second = false;
        return UI_REPAINT;
    }
    return data_window_action(s, action, model) ? UI_REPAINT : UI_NONE;
}

static unsigned sizes_action(struct data_screen *s, enum action action, const struct ds_view *ds)
{
    int of = s->sizes_of;
    if (action == ACTION_BACK || action == ACTION_SELECT || action == ACTION_IMAGE_SIZES)
        s->view = DATA_LISTS;
    else if ((action == ACTION_UP || action == ACTION_LEFT) && of >= 0)
        of--;
    else if ((action == ACTION_DOWN || action == ACTION_RIGHT) && of + 1 < (int)ds->n_classes)
        of++;
    else
        return UI_NONE;
    show_sizes_of(s, of);
    return UI_REPAINT;
}

static unsigned problems_action(struct data_screen *s, enum action action, const struct ds_view *ds)
{
    bool moved = true;
    if (action == ACTION_BACK)
        s->view = DATA_LISTS;
    else if (action == ACTION_SELECT)
        open_picture(s, ds);
    else if (action == ACTION_LEFT || action == ACTION_RIGHT)
        moved = data_next_heading(s, ds, action == ACTION_LEFT);
    else
        moved = list_action(&s->problems, action, data_entries(ds));
    return moved ? UI_REPAINT : UI_NONE;
}

static unsigned lists_action(struct data_screen *s, enum action action, const struct ds_view *ds)
{
    struct data_rows *r = &s->rows[s->in_files];
    bool done = true;
    if (action == ACTION_NARROW)
        filter_open(&r->filter);
    else if (action == ACTION_SORT || action == ACTION_SORT_BACK)
        sort_by(s, ds, action);
    else if (action == ACTION_SELECT && s->in_files)
        open_picture(s, ds);
    else if (action == ACTION_RIGHT || action == ACTION_SELECT) {
        done = !s->in_files && s->rows[1].order.n > 0;
        s->in_files = s->rows[1].order.n > 0;
    } else if (action == ACTION_BACK && show_all(s, ds))
        done = true;
    else if (action == ACTION_LEFT || action == ACTION_BACK) {
        done = s->in_files;
        s->in_files = false;
    } else
        done = list_action(&r->list, action, r->order.n);
    return done ? UI_REPAINT : UI_NONE;
}

/* Actions that are the same in all views. False: none of them. */
static bool any_view_action(struct data_screen *s, enum action action, const struct ui_model *model)
{
    if (action == ACTION_RESCAN) {
        s->calls->status(s->calls->app, ROLE_TEXT, "scanning %s again", model->data);
        s->calls->open_data(s->calls->app, model->data);
    } else if (action == ACTION_PROBLEMS || action == ACTION_DUPLICATES)
        show_problems(s, &model->ds, action == ACTION_DUPLICATES);
    else if (action == ACTION_IMAGE_SIZES && s->view != DATA_SIZES)
        s->view = DATA_SIZES;
    else
        return false;
    return true;
}

static unsigned data_action(void *self, enum action action, struct ui_model *model)
{
    struct data_screen *s = self;
    if (action == ACTION_OPEN_FOLDER) {
        s->calls->prompt(s->calls->app, "Data folder", model->data, true, folder_typed, s);
        return UI_REPAINT;
    }
    if (action == ACTION_DEMO) {
        s->calls->demo(s->calls->app);
        return UI_REPAINT;
    }
    if (!model->dataset)
        return UI_NONE;
    data_sync(s, model);
    if (any_view_action(s, action, model))
        return UI_REPAINT;
    unsigned dirty;
    if (s->view == DATA_PICTURE)
        dirty = picture_action(s, action, model);
    else if (s->view == DATA_SIZES)
        dirty = sizes_action(s, action, &model->ds);
    else if (s->view == DATA_PROBLEMS)
        dirty = problems_action(s, action, &model->ds);
    else
        dirty = lists_action(s, action, &model->ds);
    data_sync(s, model); /* another class: its files */
    return dirty;
}

static bool rows_mouse(struct data_screen *s, bool files, const struct hit *hit, const struct mouse *m)
{
    bool was = list_mouse(&s->rows[files].list, hit->index, m) && s->in_files == files;
    if (m->what == MOUSE_CLICK)
        s->in_files = files && s->rows[files].order.n > 0;
    return was;
}

static bool data_mouse(void *self, const struct hit *hit, const struct mouse *m, struct ui_model *model)
{
    struct data_screen *s = self;
    bool open = false;
    if (!model->dataset)
        return false;
    data_sync(s, model);
    if (hit->of == &s->problems)
        open = list_mouse(&s->problems, hit->index, m);
    else if (hit->of == &s->zoom && m->what != MOUSE_CLICK)
        data_window_action(s, m->what == MOUSE_WHEEL_UP ? ACTION_PICTURE_IN : ACTION_PICTURE_OUT, model);
    else if (hit->of == &s->rows[0].list || hit->of == &s->rows[1].list)
        open = rows_mouse(s, hit->of == &s->rows[1].list, hit, m);
    else if ((hit->of == &s->rows[0].column || hit->of == &s->rows[1].column) && m->what == MOUSE_CLICK)
        click_heading(s, &model->ds, hit->of == &s->rows[1].column, hit->index - HIT_HEADINGS);
    data_sync(s, model); /* another class: its files */
    return open;
}

static const char *data_why_not(void *self, enum action action, const struct ui_model *model)
{
    const struct data_screen *s = self;
    bool of_lists = action == ACTION_NARROW || action == ACTION_SORT || action == ACTION_SORT_BACK;
    bool of_window =
        action == ACTION_PICTURE_IN || action == ACTION_PICTURE_OUT || action == ACTION_PICTURE_ALL;
    bool ours = action_row(action)->contexts & CONTEXT_DATA && action_row(action)->label;
    bool free_of_data =
        action == ACTION_OPEN_FOLDER || action == ACTION_HELP || action == ACTION_QUIT;
    if (!model->dataset && (of_lists || of_window || (ours && !free_of_data)))
        return parts_no_data(ACTION_OPEN_FOLDER);
    if (action == ACTION_DUPLICATES && model->ds.n_pairs == 0)
        return model->ds.listing_only ? "the scan is not done yet" : "there are no identical files";
    if (of_lists && s->view != DATA_LISTS)
        return parts_say("only classes and files can be sorted and filtered; %s goes back to them",
                         parts_key(ACTION_BACK));
    if (of_window && s->view != DATA_PICTURE)
        return parts_say("%s on a file opens its picture first", parts_key(ACTION_SELECT));
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
    .work = data_work,
    .why_not = data_why_not,
    .rows = data_rows,
    .mouse = data_mouse,
    .open = ACTION_SELECT,
    .text_key = data_text_key,
};
