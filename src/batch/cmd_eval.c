/* eval and predict.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "batch/command.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"

/* --- eval ------------------------------------------------------------------------------------- */

static struct confusion confusion_of(const struct result_view *v)
{
    struct confusion c;
    confusion_init(&c, v->n_classes);
    for (int truth = 0; truth < v->n_classes; truth++) {
        for (int k = 0; k < v->n_classes; k++)
            c.count[truth * v->n_classes + k] = result_view_count(v, truth, k);
    }
    return c;
}

/* but: what was left out, or NULL. */
static void eval_json(struct batch *b, const struct result_view *v, const struct confusion *c, const char *but)
{
    cJSON *event = json_event("eval"), *classes = cJSON_CreateArray();
    json_text(event, "run", b->words[0]);
    json_text(event, "what", v->what);
    json_text(event, "weights", b->flags & FLAG_LAST ? "last" : "best");
    json_int(event, "epoch", v->epoch);
    json_int(event, "n", (int64_t)v->n);
    json_real(event, "loss", v->loss);
    json_real(event, "acc", v->acc);
    json_real(event, "balanced_acc", v->balanced);
    for (int k = 0; k < v->n_classes; k++) {
        cJSON *class = cJSON_CreateObject();
        json_text(class, "name", result_view_class(v, k));
        json_int(class, "n", confusion_row(c, k));
        json_real(class, "recall", confusion_recall(c, k));
        json_real(class, "precision", confusion_precision(c, k));
        json_real(class, "f1", confusion_f1(c, k));
        cJSON_AddItemToArray(classes, class);
    }
    cJSON_AddItemToObject(event, "classes", classes);
    if (but)
        json_text(event, "note", but);
    json_line(&b->result, event);
}

/* 7 places: "84.10 %" or "n/a". */
static void add_percent(struct str *s, double share)
{
    if (isnan(share))
        str_printf(s, "  %9s", "n/a");
    else
        str_printf(s, "  %7.2f %%", share * 100);
}

static void eval_table(struct batch *b, const struct result_view *v, const struct confusion *c)
{
    struct str s = STR_INIT;
    str_printf(&s, "accuracy %.2f %%  balanced %.2f %%  loss %.4f  on ", v->acc * 100,
               v->balanced * 100, v->loss);
    str_add_safe(&s, v->what);
    str_printf(&s, ", %zu pictures, weights of epoch %d\n\n", v->n, v->epoch);
    str_printf(&s, "%9s  %9s  %9s  %9s  class\n", "pictures", "recall", "precision", "F1");
    for (int k = 0; k < v->n_classes; k++) {
        str_printf(&s, "%9" PRId64, confusion_row(c, k));
        add_percent(&s, confusion_recall(c, k));
        add_percent(&s, confusion_precision(c, k));
        add_percent(&s, confusion_f1(c, k));
        str_add(&s, "  ");
        str_add_safe(&s, result_view_class(v, k));
        str_add_c(&s, '\n');
    }
    output_write(&b->result, s.s, s.len);
    str_done(&s);
}

static bool is_typed(const struct batch *b, enum option_id id)
{
    return b->options.source[id] == SOURCE_COMMAND_LINE;
}

/* An option that has no effect together with the others. */
static enum err_code check_typed(const struct batch *b, struct err *err)
{
    bool stored = b->flags & FLAG_STORED;
    for (int id = 0; id < OPTION_COUNT; id++) {
        const struct option_row *row = option_row((enum option_id)id);
        if (!is_typed(b, (enum option_id)id) || id == OPTION_ID_runs_dir)
            continue;
        if (stored) {
            err_set(err, ERR_INVALID, "--stored computes nothing, --%s has no effect on it", row->name);
            return err_hint(err, "without --stored the pictures are looked at again");
        }
        if (row->scope == SCOPE_DATA && b->n_words < 2) {
            err_set(err, ERR_INVALID, "--%s: the run's own pictures are taken as the run took them", row->name);
            return err_hint(err, "it counts for another folder: flowerlab eval RUN DIR --%s %s", row->name, row->argument);
        }
    }
    return ERR_OK;
}

int cmd_eval(struct batch *b)
{
    struct cmd cmd = {
        .kind = CMD_EVAL, .number = b->flags & FLAG_LAST ? 1 : 0, .options = &b->options};
    struct err err = {0};
    struct job_end end;
    struct result_view view;
    if (put_path(cmd.path, b->words[0], &err) != ERR_OK ||
        put_path(cmd.path2, b->n_words > 1 ? b->words[1] : "", &err) != ERR_OK)
        return report_usage(b, &err);
    if (b->flags & FLAG_STORED) {
        if (b->n_words > 1 || b->flags & FLAG_LAST) {
            err_set(&err, ERR_INVALID, "--stored: only the best epoch's validation part is kept");
            return report_usage(b, &err);
        }
        cmd.kind = CMD_STORED;
    }
    if (check_typed(b, &err) != ERR_OK)
        return report_usage(b, &err);
    int code = run_job(b, &cmd, watch_stage, NULL, &end);
    if (code == EXIT_DONE && result_view_open(&view, end.block, &err) != ERR_OK)
        code = report(b, &err);
    if (code == EXIT_DONE) {
        struct confusion c = confusion_of(&view);
        const char *but = strstr(end.text, "; "); /* what was skipped */
        if (b->flags & FLAG_JSON)
            eval_json(b, &view, &c, but ? but + 2 : NULL);
        else
            eval_table(b, &view, &c);
        if (but && !(b->flags & FLAG_JSON))
            say(b, "%s", but + 2);
        confusion_done(&c);
    }
    job_end_done(&end);
    return code;
}

/* --- predict ---------------------------------------------------------------------------------- */

/* The likeliest classes: [{class, probability}, ...]. */
static cJSON *top_json(const struct result_view *v, size_t i)
{
    cJSON *list = cJSON_CreateArray();
    for (int k = 0; k < v->n_top; k++) {
        cJSON *entry = cJSON_CreateObject();
        double probability;
        int cls = result_view_top(v, i, k, &probability);
        json_text(entry, "class", cls >= 0 ? result_view_class(v, cls) : "");
        json_real(entry, "probability", probability);
        cJSON_AddItemToArray(list, entry);
    }
    return list;
}

static void prediction_json(struct batch *b, const struct result_view *v, size_t i,
                            const struct prediction_row *row)
{
    cJSON *event = json_event("predict");
    json_text(event, "file", row->file);
    if (row->predicted >= 0)
        json_text(event, "class", result_view_class(v, row->predicted));
    else
        cJSON_AddNullToObject(event, "class");
    json_real(event, "probability", row->predicted >= 0 ? row->probability : NAN);
    if (row->predicted >= 0)
        cJSON_AddItemToObject(event, "top", top_json(v, i));
    if (*row->problem)
        json_text(event, "problem", row->problem);
    json_line(&b->result, event);
}

/* file, class, probability with tabs between; a file without a prediction is named on standard
 * error. */
static void prediction_line(struct batch *b, const struct result_view *v,
                            const struct prediction_row *row)
{
    struct str s = STR_INIT;
    if (row->predicted < 0) {
        say(b, "flowerlab: %s: %s", row->file, *row->problem ? row->problem : "no prediction");
        return;
    }
    str_add_safe(&s, row->file);
    str_add_c(&s, '\t');
    str_add_safe(&s, result_view_class(v, row->predicted));
    str_printf(&s, "\t%.4f\n", row->probability);
    output_write(&b->result, s.s, s.len);
    str_done(&s);
}

static int print_predictions(struct batch *b, const struct result_view *v)
{
    size_t bad = 0;
    for (size_t i = 0; i < v->n; i++) {
        struct prediction_row row = result_view_row(v, i);
        bad += row.predicted < 0;
        if (b->flags & FLAG_JSON)
            prediction_json(b, v, i, &row);
        else
            prediction_line(b, v, &row);
    }
    return bad ? EXIT_FAILED : EXIT_DONE;
}

int cmd_predict(struct batch *b)
{
    struct cmd cmd = {
        .kind = CMD_PREDICT, .number = b->flags & FLAG_LAST ? 1 : 0, .options = &b->options};
    struct err err = {0};
    struct job_end end;
    struct result_view view;
    if (put_path(cmd.path, b->words[0], &err) != ERR_OK)
        return report_usage(b, &err);
    cmd.list = b->words + 1;
    cmd.n_list = (size_t)b->n_words - 1;
    int code = run_job(b, &cmd, watch_stage, NULL, &end);
    if (code == EXIT_DONE && result_view_open(&view, end.block, &err) != ERR_OK)
        code = report(b, &err);
    if (code == EXIT_DONE)
        code = print_predictions(b, &view);
    job_end_done(&end);
    return code;
}
