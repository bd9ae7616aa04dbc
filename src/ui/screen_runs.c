/* Runs: the runs of a folder, compared, gone on with, noted, thrown away and taken back.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "base/path.h"
#include "ui/w_filter.h"
#include "ui/layout.h"
#include "ui/order.h"
#include "ui/parts.h"
#include "ui/queued.h"
#include "ui/runs_compare.h"
#include "ui/runs_preview.h"
#include "ui/runs_rows.h"

#define MOST_EPOCHS 100000
#define PREVIEW_ROWS 12 /* of the selected run's curves, */
#define PREVIEW_FROM 32 /* in a body of so many rows */
#define DETAIL_ROWS 6

struct runs_screen {
    const struct ui_calls *calls;
    struct ui_model *model; /* of the last action, for answers of popups */
    struct runs_rows rows;
    bool trash, comparing;
    struct filter filter;
    char folder[OPTION_TEXT_MAX]; /* "" option runs-dir */
    char about[512];              /* what the listing said */
    char target[OPTION_TEXT_MAX]; /* run that a prompt is about */
    uint64_t list_job, compare_job;
    struct comparing comparison;
    struct preview preview;
};

static void *runs_init(const struct ui_calls *calls)
{
    struct runs_screen *s = xcalloc(1, sizeof *s);
    s->calls = calls;
    return s;
}

static void runs_free(void *self)
{
    struct runs_screen *s = self;
    runs_rows_forget(&s->rows);
    comparing_done(&s->comparison);
    comparing_done(&s->preview.curves);
    free(s);
}

/* --- asking the engine --------------------------------------------------------------------- */

static void submit(struct runs_screen *s, const struct cmd *cmd, uint64_t *job)
{
    struct err err = {0};
    uint64_t unused = 0;
    if (s->calls->submit(s->calls->app, cmd, job ? job : &unused, &err) != ERR_OK)
        s->calls->status(s->calls->app, ROLE_STATE_FAIL, "%s%s%s", err.message,
                         *err.hint ? "; " : "", err.hint);
}

static void reload(struct runs_screen *s, const struct ui_model *model)
{
    struct cmd cmd = {.kind = CMD_RUNS, .options = model->options};
    const char *folder = *s->folder ? s->folder : model->options->runs_dir;
    char *trash = path_join(folder, RUNS_TRASH);
    if (s->trash || *s->folder)
        snprintf(cmd.path, sizeof cmd.path, "%s", s->trash ? trash : folder);
    free(trash);
    submit(s, &cmd, &s->list_job);
}

static void runs_enter(void *self, struct ui_model *model)
{
    reload(self, model);
}

static void compare(struct runs_screen *s)
{
    struct cmd cmd = {.kind = CMD_COMPARE};
    cmd.n_list = runs_rows_chosen(&s->rows, &cmd.list, runs_rows_marked(&s->rows) < 2);
    submit(s, &cmd, &s->compare_job);
    free(cmd.list);
}

static void move_chosen(struct runs_screen *s)
{
    struct cmd cmd = {.kind = CMD_TRASH, .number = s->trash};
    cmd.n_list = runs_rows_chosen(&s->rows, &cmd.list, false);
    submit(s, &cmd, NULL);
    free(cmd.list);
}

static void go_on(struct runs_screen *s, int64_t more)
{
    const struct train_view *t = &s->model->snap->train;
    struct cmd cmd = {.kind = CMD_RESUME, .number = more, .options = s->model->options};
    uint64_t job = 0;
    snprintf(cmd.path, sizeof cmd.path, "%s", s->target);
    if (t->live && str_eq(t->run, s->target)) {
        cmd.kind = CMD_EXTEND;
        cmd.job = s->model->snap->jobs[0].job;
    }
    submit(s, &cmd, &job);
    if (job)
        s->calls->go(s->calls->app, "train");
}

/* --- answers of popups --------------------------------------------------------------------- */

static void epochs_typed(void *user, const char *text)
{
    struct runs_screen *s = user;
    int64_t more;
    if (!text || !*text)
        return;
    if (num_parse_int(text, &more) && more >= 1 && more <= MOST_EPOCHS)
        go_on(s, more);
    else
        s->calls->status(s->calls->app, ROLE_STATE_FAIL, "\"%s\" is not a number from 1 to %d",
                         text, MOST_EPOCHS);
}

static void note_typed(void *user, const char *text)
{
    struct runs_screen *s = user;
    struct cmd cmd = {.kind = CMD_NOTE};
    if (!text)
        return;
    snprintf(cmd.path, sizeof cmd.path, "%s", s->target);
    snprintf(cmd.path2, sizeof cmd.path2, "%s", text);
    submit(s, &cmd, NULL);
}

static void folder_typed(void *user, const char *text)
{
    struct runs_screen *s = user;
    if (!text)
        return;
    snprintf(s->folder, sizeof s->folder, "%s", text);
    s->trash = false;
    reload(s, s->model);
}

/* --- notices ------------------------------------------------------------------------------- */

static void take_comparison(struct runs_screen *s, const struct notice *notice)
{
    struct err err = {0};
    const struct block *block = s->calls->block(s->calls->app, notice->block);
    if (!block)
        return;
    if (comparing_set(&s->comparison, block, &err) == ERR_OK)
        s->comparing = true;
    else
        s->calls->status(s->calls->app, ROLE_STATE_FAIL, "%s", err.message);
}

static void take_list(struct runs_screen *s, const struct notice *notice)
{
    const struct block *block = s->calls->block(s->calls->app, notice->block);
    snprintf(s->about, sizeof s->about, "%s", notice->text);
    if (block)
        runs_rows_take(&s->rows, block, s->filter.edit.text);
}

static unsigned take_event(struct runs_screen *s, const struct notice *notice, const struct ui_model *model)
{
    bool good = notice->kind == NOTICE_FINISHED;
    bool begun = notice->kind == NOTICE_STARTED && s->rows.block &&
                 (notice->command == CMD_TRAIN || notice->command == CMD_RESUME);
    if (begun) /* it has its folder now */
        reload(s, model);
    if (!notice_ends(notice))
        return UI_NONE;
    bool changed = notice->command == CMD_NOTE || notice->command == CMD_TRASH ||
                   notice->command == CMD_TRAIN || notice->command == CMD_RESUME ||
                   notice->command == CMD_ATTACH;
    if (s->list_job && notice->job == s->list_job) {
        s->list_job = 0;
        if (good)
            take_list(s, notice);
        else
            runs_rows_forget(&s->rows);
        snprintf(s->about, sizeof s->about, "%s", good ? notice->text : notice->err.message);
    } else if (s->compare_job && notice->job == s->compare_job) {
        s->compare_job = 0;
        if (good)
            take_comparison(s, notice);
    } else if (changed && s->rows.block) {
        reload(s, model);
    } else {
        return UI_NONE;
    }
    return UI_REPAINT;
}

/* Brings the rows up to the snapshot. */
static void follow(struct runs_screen *s, const struct ui_model *model)
{
    runs_rows_follow(&s->rows, model->snap, s->trash, s->filter.edit.text);
}

static unsigned runs_event(void *self, const struct notice *notice, struct ui_model *model)
{
    struct runs_screen *s = self;
    bool new = preview_event(&s->preview, notice, s->calls);
    unsigned dirty = new ? UI_REPAINT : take_event(s, notice, model);
    if (s->rows.block) {
        follow(s, model);
        preview_follow(&s->preview, runs_rows_selected(&s->rows), s->calls);
    }
    return dirty;
}

/* --- drawing ------------------------------------------------------------------------------- */

static void draw_head(const struct runs_screen *s, struct canvas *c, struct area a)
{
    char right[64] = "", text[sizeof s->about + 16];
    size_t marked = runs_rows_marked(&s->rows);
    if (marked)
        snprintf(right, sizeof right, "%zu marked", marked);
    snprintf(text, sizeof text, "%s%s", s->trash ? "Trash: " : "",
             *s->about ? s->about : "reading runs");
    parts_heading(c, a, true, text, right);
}

static void draw_none(const struct runs_screen *s, struct canvas *c, struct area a,
                      const struct ui_model *model)
{
    char start[64], folder[64];
    snprintf(start, sizeof start, "%s goes to Setup, %s starts a run there",
             parts_key(ACTION_SETUP), parts_key(ACTION_START));
    snprintf(folder, sizeof folder, "%s lists another folder", parts_key(ACTION_RUNS_FOLDER));
    const char *lines[] = {s->rows.n  ? "No run has these words"
                           : s->trash ? "The trash is empty"
                                      : "No run here yet",
                           s->rows.n || s->trash ? "" : start, s->rows.n || s->trash ? "" : folder};
    if (s->rows.block)
        parts_centre(c, a, ROLE_TEXT, lines, 3);
    else if (!model->snap || !s->list_job)
        parts_centre(c, a, ROLE_TEXT, lines + 2, 1);
}

static void draw_details(const struct runs_screen *s, struct canvas *c, struct area a)
{
    uint64_t job;
    const struct run_row *ahead = runs_rows_ahead(&s->rows, &job);
    if (ahead && job)
        run_waiting_draw(c, a, ahead);
    else
        run_details_draw(c, a, ahead ? ahead : runs_rows_selected(&s->rows));
}

/* A larger window may have room for the curves. */
static bool runs_work(void *self, const struct ui_model *model)
{
    struct runs_screen *s = self;
    (void)model;
    if (s->rows.block && !s->comparing)
        preview_follow(&s->preview, runs_rows_selected(&s->rows), s->calls);
    return false;
}

/* For the curves: in a large window always, else where the list needs no more than the rest. */
static bool has_room(const struct runs_screen *s, const struct area *body)
{
    int rest = body->h - PREVIEW_ROWS - DETAIL_ROWS - 1; /* the table's head */
    int n = (int)runs_rows_total(&s->rows);
    return body->w >= 80 && (body->h >= PREVIEW_FROM || (n > 0 && n <= rest));
}

static void runs_draw(void *self, struct canvas *c, struct area body, const struct ui_model *model)
{
    struct runs_screen *s = self;
    if (s->comparing) {
        comparing_draw(&s->comparison, c, body);
        return;
    }
    follow(s, model);
    draw_head(s, c, area_cut_top(&body, 1));
    if (filter_shown(&s->filter))
        filter_draw(&s->filter, c, area_cut_top(&body, 1), "/", s->rows.shown, s->rows.n);
    s->preview.no_room = !has_room(s, &body);
    struct area curves = area_cut_bottom(&body, s->preview.no_room || !runs_rows_total(&s->rows) ? 0 : PREVIEW_ROWS);
    struct area details = area_cut_bottom(&body, body.h >= 12 ? DETAIL_ROWS : body.h >= 6 ? 1 : 0);
    if (runs_rows_total(&s->rows))
        runs_rows_draw(&s->rows, c, body);
    else
        draw_none(s, c, body, model);
    draw_details(s, c, details);
    preview_draw(&s->preview, c, curves, runs_rows_selected(&s->rows));
}

/* --- actions ------------------------------------------------------------------------------- */

static bool text_key(void *self, const struct key_event *event, struct ui_model *model)
{
    struct runs_screen *s = self;
    (void)model;
    enum filter_key did = filter_key(&s->filter, event);
    if (did == FILTER_CHANGED)
        runs_rows_arrange(&s->rows, s->filter.edit.text);
    return did != FILTER_NOT;
}

static void open_selected(struct runs_screen *s)
{
    const struct run_row *row = runs_rows_selected(&s->rows);
    if (row)
        s->calls->open_run(s->calls->app, row->folder, row->data);
}

static void prompt(struct runs_screen *s, enum action action)
{
    const struct run_row *row = runs_rows_selected(&s->rows);
    snprintf(s->target, sizeof s->target, "%s", row->folder);
    if (action == ACTION_RUN_NOTE)
        s->calls->prompt(s->calls->app, "Note on the run", row->remark, false, note_typed, s);
    else
        s->calls->prompt(s->calls->app, "Epochs to add", "", false, epochs_typed, s);
}

/* To the first run that waits, or back to the first of the others. */
static void go_to_queue(struct runs_screen *s)
{
    const struct runs_ahead *ahead = &s->rows.ahead;
    uint64_t job = 0;
    size_t first = 0;
    while (first < ahead->n && !ahead->jobs[first])
        first++;
    bool there = runs_rows_ahead(&s->rows, &job) && job;
    if (!there)
        s->rows.list.selected = first;
    else if (s->rows.shown)
        s->rows.list.selected = ahead->n;
}

static bool act_on_ahead(struct runs_screen *s, enum action action)
{
    uint64_t job;
    if (!runs_rows_ahead(&s->rows, &job))
        return false;
    if (job && queued_has_key(action))
        queued_change(s->calls, job, action);
    else if (!job && action == ACTION_SELECT)
        s->calls->go(s->calls->app, "train");
    else
        return false;
    return true;
}

static bool act_on_marked(struct runs_screen *s, enum action action)
{
    if (action == ACTION_COMPARE)
        compare(s);
    else if (action == ACTION_RUN_TRASH)
        move_chosen(s);
    else
        return false;
    return true;
}

static bool act_on_selected(struct runs_screen *s, enum action action)
{
    if (!runs_rows_selected(&s->rows))
        return false;
    switch (action) {
    case ACTION_SELECT:
        open_selected(s);
        return true;
    case ACTION_MARK:
        runs_rows_mark(&s->rows);
        s->rows.list.selected += s->rows.list.selected + 1 < runs_rows_total(&s->rows);
        return true;
    case ACTION_RUN_RESUME:
        snprintf(s->target, sizeof s->target, "%s", runs_rows_selected(&s->rows)->folder);
        go_on(s, 0);
        return true;
    case ACTION_EXTEND:
    case ACTION_RUN_NOTE:
        prompt(s, action);
        return true;
    default:
        return false;
    }
}

static bool act_on_list(struct runs_screen *s, enum action action)
{
    switch (action) {
    case ACTION_NARROW:
        filter_open(&s->filter);
        return true;
    case ACTION_SORT:
    case ACTION_SORT_BACK:
        if (action == ACTION_SORT)
            s->rows.column =
                (enum run_column)order_next_column((int)s->rows.column, RUN_COLUMNS, s->rows.seen);
        s->rows.reverse = action == ACTION_SORT_BACK && !s->rows.reverse;
        runs_rows_arrange(&s->rows, s->filter.edit.text);
        return true;
    case ACTION_SHOW_TRASH:
        s->trash = !s->trash;
        reload(s, s->model);
        return true;
    case ACTION_RUNS_RELOAD:
        s->calls->status(s->calls->app, ROLE_TEXT, "reading %s again",
                         *s->folder ? s->folder : s->model->options->runs_dir);
        reload(s, s->model);
        return true;
    case ACTION_RUNS_FOLDER:
        s->calls->prompt(s->calls->app, "Folder of runs",
                         *s->folder ? s->folder : s->model->options->runs_dir, true, folder_typed,
                         s);
        return true;
    case ACTION_QUEUE:
        go_to_queue(s);
        return true;
    case ACTION_BACK:
        if (!filter_clear(&s->filter))
            return false;
        runs_rows_arrange(&s->rows, s->filter.edit.text);
        return true;
    default:
        return act_on_ahead(s, action) || act_on_marked(s, action) || act_on_selected(s, action) ||
               list_action(&s->rows.list, action, runs_rows_total(&s->rows));
    }
}

static unsigned runs_action(void *self, enum action action, struct ui_model *model)
{
    struct runs_screen *s = self;
    s->model = model;
    follow(s, model);
    if (!s->comparing) {
        unsigned dirty = act_on_list(s, action) ? UI_REPAINT : UI_NONE;
        preview_follow(&s->preview, runs_rows_selected(&s->rows), s->calls);
        return dirty;
    }
    if (action == ACTION_BACK || action == ACTION_COMPARE) {
        s->comparing = false;
        return UI_REPAINT;
    }
    return list_action(&s->comparison.list, action, s->comparison.view.n_settings) ? UI_REPAINT
                                                                                   : UI_NONE;
}

static struct ui_rows runs_rows(void *self, struct ui_model *model, const size_t *go)
{
    struct runs_screen *s = self;
    follow(s, model);
    struct list *list = s->comparing ? &s->comparison.list : &s->rows.list;
    size_t n = s->comparing ? s->comparison.view.n_settings : runs_rows_total(&s->rows);
    if (go)
        list->selected = *go;
    return (struct ui_rows){n, list->selected, s->comparing ? "setting" : "run",
                            s->comparing ? "settings" : "runs"};
}

static bool runs_mouse(void *self, const struct hit *hit, const struct mouse *m, struct ui_model *model)
{
    struct runs_screen *s = self;
    (void)model;
    if (hit->of == &s->rows.column && m->what == MOUSE_CLICK) {
        enum run_column column = (enum run_column)(hit->index - HIT_HEADINGS);
        s->rows.reverse = s->rows.column == column && !s->rows.reverse;
        s->rows.column = column;
        runs_rows_arrange(&s->rows, s->filter.edit.text);
    }
    if (hit->of == &s->comparison.list)
        list_mouse(&s->comparison.list, hit->index, m); /* settings have nothing to open */
    return hit->of == &s->rows.list && list_mouse(&s->rows.list, hit->index, m);
}

static const char *why_not_run(const struct runs_screen *s, enum action action,
                               const struct ui_model *model)
{
    const struct run_row *row = runs_rows_selected(&s->rows);
    const struct train_view *t = &model->snap->train;
    bool live = t->live && row && str_eq(t->run, row->folder);
    size_t marked = runs_rows_marked(&s->rows);
    if (action == ACTION_COMPARE && marked > COMPARE_RUNS)
        return "eight runs at most can be compared";
    if (action == ACTION_COMPARE &&
        marked + (marked == 1 && row && !runs_rows_is_marked(&s->rows)) < 2)
        return "mark two runs or more first";
    if (action == ACTION_RUN_TRASH && live && !marked)
        return "this run is training";
    if (action == ACTION_RUN_RESUME && t->live)
        return live ? "this run is training" : "a run is going on";
    if (action == ACTION_EXTEND && t->live && !live)
        return "a run is going on";
    if ((action == ACTION_RUN_RESUME || action == ACTION_EXTEND) && s->trash)
        return "take the run out of the trash first";
    return NULL;
}

/* Of actions on the run that is selected; with marked ones some need none. */
static const char *why_not_selected(const struct runs_screen *s, enum action action,
                                    const struct ui_model *model)
{
    uint64_t job;
    const struct run_row *ahead = runs_rows_ahead(&s->rows, &job);
    bool of_marked = action == ACTION_COMPARE || action == ACTION_RUN_TRASH;
    if (!ahead && !runs_rows_selected(&s->rows))
        return "there is no run";
    if (!ahead || (of_marked && runs_rows_marked(&s->rows)))
        return why_not_run(s, action, model);
    if (job)
        return "this run waits; it can be moved and taken out";
    return action == ACTION_SELECT ? NULL : "this run has no folder here yet";
}

static const char *runs_why_not(void *self, enum action action, const struct ui_model *model)
{
    struct runs_screen *s = self;
    uint64_t job = 0;
    static const enum action needs_run[] = {ACTION_SELECT,     ACTION_MARK,       ACTION_COMPARE,
                                            ACTION_RUN_RESUME, ACTION_EXTEND, ACTION_RUN_NOTE,
                                            ACTION_RUN_TRASH};
    bool sorts = action == ACTION_SORT || action == ACTION_SORT_BACK;
    bool ours = action_row(action)->contexts != CONTEXT_SCREENS;
    follow(s, model);
    if (s->comparing)
        return ours && action != ACTION_COMPARE ? "go back to the list first" : NULL;
    for (size_t i = 0; i < sizeof needs_run / sizeof *needs_run; i++) {
        if (action == needs_run[i])
            return why_not_selected(s, action, model);
    }
    if (queued_has_key(action))
        return queued_why_not(model->snap, runs_rows_ahead(&s->rows, &job) && job,
                              parts_say("go to a run that waits first (%s)", parts_key(ACTION_QUEUE)));
    if (action == ACTION_QUEUE)
        return queued_why_not(model->snap, true, NULL);
    if (sorts && !s->rows.shown)
        return "there is no run";
    return NULL;
}

const struct screen_ops screen_runs = {
    .name = "runs",
    .title = "Runs",
    .context = CONTEXT_RUNS,
    .init = runs_init,
    .free = runs_free,
    .draw = runs_draw,
    .action = runs_action,
    .event = runs_event,
    .work = runs_work,
    .why_not = runs_why_not,
    .enter = runs_enter,
    .rows = runs_rows,
    .mouse = runs_mouse,
    .open = ACTION_SELECT,
    .text_key = text_key,
};
