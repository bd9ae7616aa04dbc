/* Results: how a run's best epoch did: confusion matrix, classes, mistakes, and files to classify.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/results_screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/path.h"
#include "ui/parts.h"

#define MISTAKES_LEVEL 3 /* 3 x 5 */
#define STRIP_COLS 5

static void *results_init(const struct ui_calls *calls)
{
    struct results_screen *s = xcalloc(1, sizeof *s);
    s->calls = calls;
    s->mistakes.grid.level = s->cell.grid.level = s->files.grid.level = MISTAKES_LEVEL;
    s->mistakes.grid.fit = s->cell.grid.fit = s->files.grid.fit = true;
    s->strip.grid.more_cols = STRIP_COLS - 2; /* than the coarsest grid, which has one row */
    s->strip.blur = true;
    return s;
}

static void results_free(void *self)
{
    struct results_screen *s = self;
    block_release(s->own.block);
    block_release(s->answers.block);
    classes_done(&s->classes);
    picture_sizes_done(&s->sizes);
    newest_done(&s->newest);
    free(s);
}

/* --- what is shown ------------------------------------------------------------------------- */

struct shown results_shown(const struct results_screen *s, const struct ui_model *model)
{
    const struct train_view *t = &model->snap->train;
    if (!*model->run)
        return (struct shown){model->result ? &model->res : NULL, model->result,
                              model->result_version, t->data, t->run};
    bool here = s->own.block && str_eq(s->own.run, model->run);
    return (struct shown){here ? &s->own.view : NULL, here ? s->own.block : NULL, s->own_version,
                          model->run_data, model->run};
}

void results_refresh(struct results_screen *s, const struct shown *shown)
{
    if (s->made_block == shown->block && s->made_version == shown->version)
        return;
    s->made_block = shown->block;
    s->made_version = shown->version;
    classes_set(&s->classes, shown->view);
    picks_set(&s->mistakes, result_view_select(shown->view, RESULT_MISTAKES, 0, 0));
    picks_set(&s->cell, (struct result_rows){0});
    s->over = s->over == OVER_CELL ? OVER_NOTHING : s->over;
}

struct picks *results_picks(struct results_screen *s)
{
    return s->over == OVER_CELL       ? &s->cell
           : s->over == OVER_ANSWERS  ? &s->files
           : s->part == PART_MISTAKES ? &s->mistakes
                                      : NULL;
}

static void open_cell(struct results_screen *s, const struct shown *shown, int truth, int predicted)
{
    enum result_order order = predicted < 0 ? RESULT_CLASS : RESULT_CELL;
    const char *name = result_view_class(shown->view, truth);
    picks_set(&s->cell, result_view_select(shown->view, order, truth, predicted));
    size_t n = s->cell.rows.n;
    s->cell.grid.selected = s->cell.grid.top = 0;
    s->cell.large = false;
    if (predicted < 0)
        snprintf(s->cell.title, sizeof s->cell.title, "%s: %zu pictures, wrong ones first", name,
                 n);
    else if (predicted == truth)
        snprintf(s->cell.title, sizeof s->cell.title, "%s right: %zu pictures", name, n);
    else
        snprintf(s->cell.title, sizeof s->cell.title, "%s taken for %s: %zu pictures", name,
                 result_view_class(shown->view, predicted), n);
    s->over = OVER_CELL;
}

/* --- asking the engine --------------------------------------------------------------------- */

static void submit(struct results_screen *s, const struct cmd *cmd, uint64_t *job)
{
    struct err err = {0};
    if (s->calls->submit(s->calls->app, cmd, job, &err) != ERR_OK)
        s->calls->status(s->calls->app, ROLE_STATE_FAIL, "%s%s%s", err.message,
                         *err.hint ? "; " : "", err.hint);
}

static void ask(struct results_screen *s, enum cmd_kind kind, const char *run,
                const struct options *options)
{
    struct cmd cmd = {.kind = kind, .options = options};
    snprintf(cmd.path, sizeof cmd.path, "%s", run);
    snprintf(s->asked, sizeof s->asked, "%s", run);
    *s->problem = '\0';
    s->hopeless = false;
    s->job = 0;
    s->evaluates = kind == CMD_EVAL;
    submit(s, &cmd, &s->job);
}

static void evaluate(struct results_screen *s, const char *run)
{
    uint64_t stopping;
    struct cmd cmd = {.kind = CMD_CANCEL, .job = s->job};
    if (s->job && s->evaluates)
        submit(s, &cmd, &stopping);
    else
        ask(s, CMD_EVAL, run, NULL);
}

/* Nobody opened a run, and this session has none of its own. */
static bool has_no_run(const struct ui_model *model)
{
    return !*model->run && !model->snap->train.job && !parts_training(model->snap);
}

static void results_enter(void *self, struct ui_model *model)
{
    struct results_screen *s = self;
    if (s->job && s->evaluates) /* goes on; its result is still awaited */
        return;
    if (*model->run)
        ask(s, CMD_STORED, model->run, model->options);
    else if (has_no_run(model))
        newest_ask(&s->newest, s->calls, model);
}

static void try_newest(struct results_screen *s, struct ui_model *model)
{
    if (newest_next(&s->newest, model))
        ask(s, CMD_STORED, model->run, model->options);
}

static bool take(struct results_screen *s, struct own_result *to, const struct notice *notice,
                 const char *run)
{
    struct result_view view;
    struct err err = {0};
    const struct block *block = s->calls->block(s->calls->app, notice->block);
    if (!block || result_view_open(&view, block, &err) != ERR_OK) {
        block_release(block);
        return false;
    }
    block_release(to->block);
    to->block = block;
    to->view = view;
    snprintf(to->run, sizeof to->run, "%s", run);
    s->own_version++;
    return true;
}

static void take_answers(struct results_screen *s, const struct notice *notice)
{
    if (!take(s, &s->answers, notice, s->classifier))
        return;
    size_t n = s->answers.view.n;
    picks_set(&s->files, result_view_select(&s->answers.view, RESULT_ALL, 0, 0));
    s->files.grid.selected = s->files.grid.top = 0;
    s->files.large = n == 1;
    snprintf(s->files.title, sizeof s->files.title, "Classified by %s, epoch %d",
             path_base(s->answers.run), s->answers.view.epoch);
    s->over = OVER_ANSWERS;
}

static bool begins_run(const struct notice *notice)
{
    return notice->command == CMD_TRAIN || notice->command == CMD_RESUME ||
           notice->command == CMD_PRETRAIN || notice->command == CMD_ATTACH;
}

/* One that was only found is passed over; where a result stays on the screen, the status line says
 * it. */
static void take_problem(struct results_screen *s, const struct notice *notice,
                         struct ui_model *model)
{
    bool stored = notice->command == CMD_STORED;
    snprintf(s->problem, sizeof s->problem, "%s%s%s", notice->err.message,
             *notice->err.hint ? "; " : "", notice->err.hint);
    if (notice->kind == NOTICE_CANCELLED) {
        snprintf(s->problem, sizeof s->problem, "the evaluation was stopped");
        s->calls->status(s->calls->app, ROLE_STATE_WARN, "%s", s->problem);
    }
    if (stored && newest_is(&s->newest, model))
        try_newest(s, model);
    else if (stored && results_shown(s, model).view)
        s->calls->status(s->calls->app, ROLE_STATE_FAIL, "%s", s->problem);
}

static unsigned results_event(void *self, const struct notice *notice, struct ui_model *model)
{
    struct results_screen *s = self;
    bool good = notice->kind == NOTICE_FINISHED;
    if (picture_sizes_event(&s->sizes, notice, s->calls))
        return UI_REPAINT;
    if (newest_event(&s->newest, notice, s->calls)) {
        if (has_no_run(model))
            try_newest(s, model);
        return UI_REPAINT;
    }
    if (notice->kind == NOTICE_STARTED && begins_run(notice) && newest_is(&s->newest, model))
        *model->run = '\0'; /* Results goes with the session's run */
    if (!notice_ends(notice))
        return UI_NONE;
    if (s->answer_job && notice->job == s->answer_job) {
        s->answer_job = 0;
        if (good)
            take_answers(s, notice);
        return UI_REPAINT;
    }
    if (!s->job || notice->job != s->job)
        return UI_NONE;
    s->job = 0;
    s->hopeless = notice->command == CMD_STORED && notice->err.code == ERR_INVALID;
    if (good && take(s, &s->own, notice, s->asked) && notice->command == CMD_EVAL && !*model->run) {
        snprintf(model->run_data, sizeof model->run_data, "%s", model->snap->train.data);
        snprintf(model->run, sizeof model->run, "%s", s->asked);
    }
    if (!good)
        take_problem(s, notice, model);
    return UI_REPAINT;
}

/* Of what was drawn. */
static bool results_work(void *self, const struct ui_model *model)
{
    struct results_screen *s = self;
    (void)model;
    picture_sizes_ask(&s->sizes, s->calls);
    return false;
}

/* --- actions ------------------------------------------------------------------------------- */

static void file_typed(void *user, const char *text)
{
    struct results_screen *s = user;
    if (!text || !*text)
        return;
    char *file = path_folder(text);
    const char *list[] = {file};
    struct cmd cmd = {.kind = CMD_PREDICT, .list = list, .n_list = 1};
    snprintf(cmd.path, sizeof cmd.path, "%s", s->classifier);
    submit(s, &cmd, &s->answer_job);
    free(file);
}

/* Asks for a file; the selected picture is offered. */
static void classify(struct results_screen *s, const struct shown *shown,
                     const struct ui_model *model)
{
    struct str path = STR_INIT;
    const struct picks *picks = results_picks(s);
    struct picks_source from = {shown->view, shown->root, model, NULL};
    if (s->over == OVER_ANSWERS)
        from = (struct picks_source){&s->answers.view, "", model, NULL};
    else
        snprintf(s->classifier, sizeof s->classifier, "%s", shown->run);
    if (picks)
        picks_file(picks, &from, &path);
    s->calls->prompt(s->calls->app, "File or folder to classify", path.s ? path.s : "", true,
                     file_typed, s);
    str_done(&path);
}

static bool act_on_part(struct results_screen *s, enum action action, const struct shown *shown)
{
    int n = shown->view->n_classes;
    if (s->part == PART_MISTAKES)
        return picks_action(&s->mistakes, action);
    if (action == ACTION_SELECT && n && s->part == PART_MATRIX)
        open_cell(s, shown, s->matrix.row, s->matrix.col);
    else if (action == ACTION_SELECT && n)
        open_cell(s, shown, classes_selected(&s->classes), -1);
    else if (action == ACTION_RATES)
        s->matrix.rates = !s->matrix.rates;
    else if (s->part == PART_MATRIX)
        return matrix_action(&s->matrix, action, n);
    else
        return classes_action(&s->classes, action, shown->view);
    return true;
}

/* Where a run that is not the session's own comes from. */
static unsigned back_to_runs(struct results_screen *s, enum action action,
                             const struct ui_model *model)
{
    if (action != ACTION_BACK || !*model->run)
        return UI_NONE;
    s->calls->go(s->calls->app, "runs");
    return UI_REPAINT;
}

static unsigned results_action(void *self, enum action action, struct ui_model *model)
{
    struct results_screen *s = self;
    struct shown shown = results_shown(s, model);
    if (action == ACTION_EVALUATE && *shown.run) {
        evaluate(s, shown.run);
        return UI_REPAINT;
    }
    if (action == ACTION_CLASSIFY && *shown.run) {
        classify(s, &shown, model);
        return UI_REPAINT;
    }
    if (s->over == OVER_CELL && !shown.view) /* another run has begun under it */
        s->over = OVER_NOTHING;
    if (s->over == OVER_NOTHING && !shown.view)
        return back_to_runs(s, action, model);
    if (s->over != OVER_ANSWERS)
        results_refresh(s, &shown);
    if (s->over != OVER_NOTHING) {
        bool alone = s->over == OVER_ANSWERS && s->files.rows.n == 1 && action == ACTION_BACK;
        bool done = !alone && picks_action(results_picks(s), action);
        if (!done && action == ACTION_BACK)
            s->over = OVER_NOTHING;
        return done || action == ACTION_BACK ? UI_REPAINT : UI_NONE;
    }
    if (action == ACTION_RESULT_VIEW) {
        s->part = (s->part + 1) % PARTS;
        return UI_REPAINT;
    }
    return act_on_part(s, action, &shown) ? UI_REPAINT : back_to_runs(s, action, model);
}

static struct ui_rows picture_rows(struct picks *picks, const size_t *go)
{
    if (go)
        picks->grid.selected = *go;
    return (struct ui_rows){picks->rows.n, picks->grid.selected, "picture", "pictures"};
}

static struct ui_rows results_rows(void *self, struct ui_model *model, const size_t *go)
{
    struct results_screen *s = self;
    struct shown shown = results_shown(s, model);
    if (!shown.view && s->over != OVER_ANSWERS)
        return (struct ui_rows){0};
    if (s->over != OVER_ANSWERS)
        results_refresh(s, &shown);
    if (results_picks(s))
        return picture_rows(results_picks(s), go);
    if (go && s->part == PART_MATRIX)
        s->matrix.row = (int)*go;
    else if (go)
        s->classes.list.selected = *go;
    size_t at = s->part == PART_MATRIX ? (size_t)s->matrix.row : s->classes.list.selected;
    return (struct ui_rows){(size_t)shown.view->n_classes, at, "class", "classes"};
}

/* On a part; a click also gives it the keys. */
static bool part_mouse(struct results_screen *s, enum part part, const struct hit *hit, const struct mouse *m, int n)
{
    bool was;
    if (part == PART_MATRIX)
        was = matrix_mouse(&s->matrix, hit->index, n, m);
    else if (part == PART_CLASSES)
        was = list_mouse(&s->classes.list, hit->index, m);
    else
        was = grid_mouse(&s->mistakes.grid, hit->index, s->mistakes.rows.n, m);
    was = was && s->part == part;
    if (m->what == MOUSE_CLICK)
        s->part = part;
    return was;
}

static bool results_mouse(void *self, const struct hit *hit, const struct mouse *m, struct ui_model *model)
{
    struct results_screen *s = self;
    struct shown shown = results_shown(s, model);
    struct picks *over = s->over == OVER_NOTHING ? NULL : results_picks(s);
    if (over)
        return hit->of == &over->grid && grid_mouse(&over->grid, hit->index, over->rows.n, m);
    if (!shown.view)
        return false;
    results_refresh(s, &shown);
    if (hit->of == &s->strip.grid && m->what == MOUSE_CLICK) {
        s->part = PART_MISTAKES;
        s->mistakes.grid.selected = hit->index;
        return false;
    }
    if (hit->of == &s->classes.column && m->what == MOUSE_CLICK) {
        s->part = PART_CLASSES;
        classes_sort_by(&s->classes, (enum class_column)(hit->index - HIT_HEADINGS), shown.view);
        return false;
    }
    const void *const parts[PARTS] = {
        [PART_MATRIX] = &s->matrix, [PART_CLASSES] = &s->classes.list, [PART_MISTAKES] = &s->mistakes.grid};
    for (int i = 0; i < PARTS; i++) {
        if (hit->of == parts[i])
            return part_mouse(s, (enum part)i, hit, m, shown.view->n_classes);
    }
    return false;
}

/* Why the best weights of the run on the screen cannot be used now. */
static const char *why_no_weights(const struct results_screen *s, const struct shown *shown,
                                  const struct ui_model *model)
{
    if (!*shown->run)
        return "there is no run yet";
    if (*model->run && s->hopeless)
        return s->problem;
    return parts_no_weights(model->snap, *model->run || shown->view || model->snap->train.best.epoch);
}

static const char *results_why_not(void *self, enum action action, const struct ui_model *model)
{
    struct results_screen *s = self;
    struct shown shown = results_shown(s, model);
    const struct picks *picks = results_picks(s);
    bool ours = action_row(action)->contexts == CONTEXT_RESULTS;
    if (action == ACTION_CLASSIFY || action == ACTION_EVALUATE)
        return why_no_weights(s, &shown, model);
    bool sorts = action == ACTION_SORT || action == ACTION_SORT_BACK;
    if ((ours || sorts || action == ACTION_SELECT) && !shown.view && s->over != OVER_ANSWERS)
        return "there is no result yet";
    if (action == ACTION_RESULT_VIEW && s->over != OVER_NOTHING)
        return "go back to the matrix first";
    if (action == ACTION_RATES && (s->over != OVER_NOTHING || s->part != PART_MATRIX))
        return "the matrix has counts and rates";
    if (sorts && (s->over != OVER_NOTHING || s->part != PART_CLASSES))
        return "only the table of classes can be sorted";
    if (grid_changes(action) && !picks)
        return "no pictures are selected here";
    return picks ? grid_why_not(&picks->grid, action) : NULL;
}

const struct screen_ops screen_results = {
    .name = "results",
    .title = "Results",
    .context = CONTEXT_RESULTS,
    .init = results_init,
    .free = results_free,
    .draw = results_draw,
    .action = results_action,
    .event = results_event,
    .work = results_work,
    .why_not = results_why_not,
    .enter = results_enter,
    .rows = results_rows,
    .mouse = results_mouse,
    .open = ACTION_SELECT,
};
