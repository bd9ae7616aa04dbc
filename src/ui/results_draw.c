/* The parts of the Results screen: head, matrix, classes, mistakes, pictures over them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/results_screen.h"

#include <stdio.h>

#include "base/path.h"
#include "ui/fmt.h"
#include "ui/layout.h"
#include "ui/parts.h"

#define STRIP_ROWS 8 /* of heading, pictures and their lines, at least */

static void draw_head(const struct results_screen *s, struct canvas *c, struct area *body,
                      const struct shown *shown, const struct ui_model *model)
{
    char text[OPTION_TEXT_MAX], acc[NUM_TEXT], balanced[NUM_TEXT], loss[NUM_TEXT], others[64] = "";
    const struct result_view *v = shown->view;
    const char *name = path_base(shown->run);
    bool found = newest_is(&s->newest, model);
    struct area a = area_cut_top(body, body->h < 6 ? 0 : body->w < 100 || found ? 2 : 1);
    snprintf(text, sizeof text, "epoch %d: %s right, balanced %s, loss %s, %s", v->epoch,
             fmt_percent(acc, v->acc), fmt_percent(balanced, v->balanced), fmt_loss(loss, v->loss),
             v->what);
    if (found)
        snprintf(others, sizeof others, "the newest result; %s lists all runs", parts_key(ACTION_BACK));
    int width = text_width(found ? others : text), room = a.w - width - 2;
    room = room < 12 ? a.w : room;
    int name_w = text_width(name) < room ? text_width(name) : room;
    canvas_put_cut(c, a, 0, 0, name_w, ROLE_STRONG, name, true);
    if (found && room < a.w)
        canvas_put_right(c, a, a.w, 0, ROLE_DIM, others);
    else if (!found && room < a.w)
        canvas_put(c, a, name_w + 2, 0, ROLE_TEXT, text);
    if ((found || room == a.w) && a.h > 1)
        canvas_put_cut(c, a, 0, 1, a.w, ROLE_TEXT, text, false);
}

static void draw_matrix(struct results_screen *s, struct canvas *c, struct area a,
                        const struct shown *shown)
{
    char right[96] = "";
    bool focus = s->part == PART_MATRIX;
    struct area rows = parts_heading(c, a, focus, "Confusion matrix", NULL);
    matrix_draw(c, rows, &s->matrix, shown->view, s->classes.by_class, focus);
    const struct matrix *m = &s->matrix;
    if (m->rows < shown->view->n_classes || m->cols < shown->view->n_classes)
        snprintf(right, sizeof right, "rows %d-%d, columns %d-%d of %d", m->top + 1,
                 m->top + m->rows, m->left + 1, m->left + m->cols, shown->view->n_classes);
    else
        snprintf(right, sizeof right, "%s",
                 m->rates ? "percent of the true class" : "true classes in rows");
    if (text_width(right) + 18 <= a.w)
        canvas_put_right(c, a, a.w, 0, ROLE_DIM, right);
}

static void draw_mistakes(struct results_screen *s, struct picks *picks, struct canvas *c, struct area a, bool focus,
                          const struct shown *shown, const struct ui_model *model)
{
    char right[64];
    snprintf(right, sizeof right, "%zu of %zu pictures", picks->rows.n, shown->view->n);
    struct area rows = parts_heading(c, a, focus, "Mistakes, the most confident first", right);
    struct picks_source from = {shown->view, shown->root, model, &s->sizes};
    picks->blur = !focus;
    if (!picks->rows.n)
        canvas_put_cut(c, rows, 0, 0, rows.w, ROLE_DIM,
                       shown->view->n ? "none: every picture is right"
                                      : "the run keeps no predictions: evaluate it again",
                       false);
    picks_draw(c, rows, picks, &from);
}

static void draw_part(struct results_screen *s, struct canvas *c, struct area a, enum part part,
                      const struct shown *shown, const struct ui_model *model)
{
    if (part == PART_MATRIX)
        draw_matrix(s, c, a, shown);
    else if (part == PART_CLASSES)
        classes_draw(&s->classes, c, a, shown->view, s->part == PART_CLASSES);
    else
        draw_mistakes(s, &s->mistakes, c, a, s->part == PART_MISTAKES, shown, model);
}

/* Rows that the part fills. */
static int part_rows(const struct results_screen *s, const struct shown *shown)
{
    return s->part == PART_MISTAKES ? 1 << 20
                                    : shown->view->n_classes + (s->part == PART_MATRIX ? 3 : 2);
}

static struct area cut_strip(const struct results_screen *s, struct area *body, const struct shown *shown)
{
    int left = body->h - 1 - part_rows(s, shown);
    if (left < STRIP_ROWS || body->w < 60 || !s->mistakes.rows.n)
        return (struct area){0};
    return area_cut_bottom(body, left);
}

/* All parts where there is room, else the one that has the keys, and the first mistakes below it. */
static void draw_parts(struct results_screen *s, struct canvas *c, struct area body,
                       const struct shown *shown, const struct ui_model *model)
{
    if (body.w < 120 || body.h < 24) {
        struct area strip = cut_strip(s, &body, shown);
        draw_part(s, c, body, s->part, shown, model);
        s->strip.rows = s->mistakes.rows;
        if (!area_empty(strip))
            draw_mistakes(s, &s->strip, c, strip, false, shown, model);
        return;
    }
    int want = shown->view->n_classes + 4, most = body.h / 2;
    struct area top = area_cut_top(&body, want < most ? want : most);
    struct area left = area_cut_left(&top, top.w / 2 - 1);
    parts_line(c, area_inset(area_cut_left(&top, 3), 1, 0));
    area_cut_top(&body, 1);
    draw_part(s, c, left, PART_MATRIX, shown, model);
    draw_part(s, c, top, PART_CLASSES, shown, model);
    draw_part(s, c, body, PART_MISTAKES, shown, model);
}

/* An evaluation or a classification that goes on, or NULL. */
static const struct job_view *work_under_way(const struct results_screen *s,
                                             const struct ui_model *model)
{
    const struct job_view *job = &model->snap->jobs[0];
    bool ours = job->job && (job->job == s->job || job->job == s->answer_job);
    return ours && job->state != JOB_NONE ? job : NULL;
}

/* How far work is, else a sentence about what is selected. */
static void draw_foot(const struct results_screen *s, struct canvas *c, struct area a,
                      const struct shown *shown, const struct picks *picks,
                      const struct ui_model *model)
{
    struct str text = STR_INIT;
    struct picks_source from = {shown->view, shown->root, model, NULL};
    if (s->over == OVER_ANSWERS)
        from = (struct picks_source){&s->answers.view, "", model, NULL};
    if (picks)
        picks_file(picks, &from, &text);
    else if (s->part == PART_MATRIX)
        matrix_sentence(&text, &s->matrix, shown->view, s->classes.by_class);
    else
        classes_sentence(&text, &s->classes, shown->view);
    if (work_under_way(s, model))
        parts_job(c, a, work_under_way(s, model));
    else if (text.s)
        canvas_put_cut(c, a, 0, 0, a.w, ROLE_DIM, text.s, picks != NULL);
    str_done(&text);
}

static void draw_pictures(struct canvas *c, struct area body, struct picks *picks,
                          const struct picks_source *from)
{
    char back[64];
    snprintf(back, sizeof back, "%s goes back", parts_key(ACTION_BACK));
    struct area rows = parts_heading(c, body, true, picks->title, back);
    if (!picks->rows.n)
        canvas_put_cut(c, rows, 0, 1, rows.w, ROLE_DIM,
                       from->view->n ? "no picture in this cell"
                                     : "the run keeps no predictions: evaluate it again",
                       false);
    picks_draw(c, rows, picks, from);
}

static void draw_empty(const struct results_screen *s, struct canvas *c, struct area body,
                       const struct ui_model *model)
{
    char way[96];
    if (s->hopeless)
        snprintf(way, sizeof way, "%s goes to Runs", parts_key(ACTION_RUNS));
    else
        snprintf(way, sizeof way, "%s scores it again, %s goes to Runs", parts_key(ACTION_EVALUATE),
                 parts_key(ACTION_RUNS));
    if (*s->problem && *model->run) {
        struct area a = area_inset(body, body.w >= 40 ? 2 : 0, body.h >= 6);
        int y = parts_wrap(c, a, ROLE_STATE_WARN, s->problem) + 1;
        canvas_put_cut(c, a, 0, y, a.w, ROLE_TEXT, way, false);
    } else if (*model->run) {
        parts_centre(c, body, ROLE_TEXT, (const char *const[]){"reading the result"}, 1);
    } else if (model->snap->train.job) {
        snprintf(way, sizeof way, "%s lists the runs, %s on one opens its results",
                 parts_key(ACTION_RUNS), parts_key(ACTION_SELECT));
        const char *state = model->snap->train.live ? "no epoch has ended yet"
                                                    : "the run ended before its first epoch did";
        parts_centre(c, body, ROLE_TEXT, (const char *const[]){state, way}, 2);
    } else {
        newest_draw(&s->newest, c, body, model);
    }
}

void results_draw(void *self, struct canvas *c, struct area body, const struct ui_model *model)
{
    struct results_screen *s = self;
    struct shown shown = results_shown(s, model);
    struct area foot = body.h >= 4 ? area_cut_bottom(&body, 1) : (struct area){0};
    if (s->over == OVER_ANSWERS) {
        struct picks_source from = {&s->answers.view, "", model, &s->sizes};
        draw_pictures(c, body, &s->files, &from);
        draw_foot(s, c, foot, &shown, &s->files, model);
        return;
    }
    if (!shown.view) {
        draw_empty(s, c, body, model);
        if (work_under_way(s, model))
            parts_job(c, foot, work_under_way(s, model));
        return;
    }
    results_refresh(s, &shown);
    draw_head(s, c, &body, &shown, model);
    struct picks_source from = {shown.view, shown.root, model, &s->sizes};
    if (s->over == OVER_CELL)
        draw_pictures(c, body, &s->cell, &from);
    else
        draw_parts(s, c, body, &shown, model);
    draw_foot(s, c, foot, &shown, results_picks(s), model);
}
