/* Runs: the list, comparisons, notes, the trash.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "batch/command.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "base/path.h"

static void run_json(struct output *out, const struct run_row *row)
{
    cJSON *event = json_event("run");
    json_text(event, "run", row->folder);
    json_text(event, "name", row->name);
    json_text(event, "state", row->state);
    json_text(event, "mode", row->mode);
    json_text(event, "preset", row->preset);
    json_text(event, "model", row->model);
    json_text(event, "data", row->data);
    json_text(event, "started", row->started);
    json_int(event, "epochs", row->epochs);
    if (row->best_epoch)
        json_int(event, "best_epoch", row->best_epoch);
    else
        cJSON_AddNullToObject(event, "best_epoch");
    json_real(event, "best_val_acc", row->best_epoch ? row->best_val_acc : NAN);
    json_real(event, "best_val_loss", row->best_epoch ? row->best_val_loss : NAN);
    json_real(event, "seconds", row->seconds);
    json_text(event, "note", row->note);
    json_text(event, "remark", row->remark);
    json_line(out, event);
}

/* On a terminal a folder below the current one is named from there: lines of it shall fit. */
static void add_folder(struct str *s, const struct output *out, const char *folder)
{
    char *here = path_folder(".");
    size_t n = strlen(here);
    bool below = out->terminal && strncmp(folder, here, n) == 0 && folder[n] == '/';
    str_add_safe(s, below ? folder + n + 1 : folder);
    free(here);
}

static void run_line(struct output *out, const struct run_row *row)
{
    struct str s = STR_INIT;
    bool told = str_eq(row->note, row->state); /* "done" */
    char acc[16] = "-", seconds[NUM_TEXT];
    if (row->best_epoch)
        snprintf(acc, sizeof acc, "%.2f %%", row->best_val_acc * 100);
    str_printf(&s, "%9s  %4d epochs  %-8s %-14s %-8s %-12s %12s  ", acc, row->epochs, row->state,
               row->mode, row->preset, row->model, num_seconds(seconds, row->seconds));
    add_folder(&s, out, row->folder);
    if (*row->note && !told)
        str_add(&s, "  ");
    str_add_safe(&s, told ? "" : row->note);
    if (*row->remark)
        str_add(&s, "  # ");
    str_add_safe(&s, row->remark);
    str_add_c(&s, '\n');
    output_write(out, s.s, s.len);
    str_done(&s);
}

void run_report(struct batch *b, const struct run_row *row)
{
    if (b->flags & FLAG_JSON)
        run_json(&b->result, row);
    else
        run_line(&b->result, row);
}

static bool is_run(const char *folder)
{
    char *path = path_folder(folder), *ini = path_join(path, "run.ini");
    bool there = path_exists(ini);
    free(ini);
    free(path);
    return there;
}

int cmd_runs(struct batch *b)
{
    struct cmd cmd = {.kind = CMD_RUNS, .options = &b->options};
    struct err err = {0};
    struct job_end end;
    bool named = b->n_words || option_is_set(&b->options, OPTION_ID_runs_dir);
    const char *folder = b->n_words ? b->words[0] : b->options.runs_dir;
    if (put_path(cmd.path, named ? folder : "", &err) != ERR_OK)
        return report_usage(b, &err);
    int code = run_job(b, &cmd, watch_stage, NULL, &end);
    size_t n = code == EXIT_DONE ? runs_view_count(end.block) : 0;
    for (size_t i = 0; i < n; i++) {
        struct run_row row;
        if (runs_view_at(end.block, i, &row))
            run_report(b, &row);
    }
    if (code == EXIT_DONE && !n)
        say(b, "no runs in %s%s", folder,
            is_run(folder)          ? ": it is a run itself; name the folder that it lies in"
            : path_exists(folder)   ? ""
                                    : " yet");
    if (code == EXIT_DONE && strstr(end.text, "no run.ini"))
        say(b, "%s", end.text);
    job_end_done(&end);
    return code;
}

/* --- compare --------------------------------------------------------------------------------- */

static void compare_json(struct batch *b, const struct compare_view *v)
{
    cJSON *event = json_event("compare"), *runs = cJSON_CreateArray();
    cJSON *settings = cJSON_CreateArray();
    for (size_t r = 0; r < v->n_runs; r++) {
        cJSON *run = cJSON_CreateObject(), *epochs = cJSON_CreateArray();
        json_text(run, "run", v->runs[r].folder);
        if (*v->runs[r].problem)
            json_text(run, "problem", v->runs[r].problem);
        for (size_t i = 0; i < v->runs[r].n_epochs; i++) {
            struct compare_epoch e = compare_view_epoch(v, r, i);
            cJSON *epoch = cJSON_CreateObject();
            json_int(epoch, "epoch", e.epoch);
            json_real(epoch, "val_loss", e.val_loss);
            json_real(epoch, "val_acc", e.val_acc);
            cJSON_AddItemToArray(epochs, epoch);
        }
        cJSON_AddItemToObject(run, "epochs", epochs);
        cJSON_AddItemToArray(runs, run);
    }
    for (size_t i = 0; i < v->n_settings; i++) {
        cJSON *setting = cJSON_CreateObject(), *values = cJSON_CreateArray();
        json_text(setting, "name", compare_view_setting(v, i));
        for (size_t r = 0; r < v->n_runs; r++) {
            cJSON *value = cJSON_CreateObject();
            json_text(value, "value", compare_view_value(v, i, r));
            cJSON_AddItemToArray(values, value);
        }
        cJSON_AddItemToObject(setting, "values", values);
        cJSON_AddItemToArray(settings, setting);
    }
    cJSON_AddItemToObject(event, "runs", runs);
    cJSON_AddItemToObject(event, "settings", settings);
    json_int(event, "same", (int64_t)v->n_same);
    json_line(&b->result, event);
}

static void run_curve(struct str *s, const struct compare_view *v, size_t r)
{
    const struct compare_run *run = &v->runs[r];
    str_printf(s, "%c  ", 'A' + (int)r);
    str_add_safe(s, run->folder);
    if (*run->problem) {
        str_add(s, "  ");
        str_add_safe(s, run->problem);
    }
    str_add(s, "\n   val_acc");
    for (size_t i = 0; i < run->n_epochs; i++)
        str_printf(s, " %.2f", 100 * compare_view_epoch(v, r, i).val_acc);
    str_add(s, run->n_epochs ? " %\n" : " no epoch yet\n");
}

/* Tabs between the columns: values may be long. On a terminal a line each, as no columns hold them. */
static void compare_text(struct batch *b, const struct compare_view *v)
{
    struct str s = STR_INIT;
    for (size_t r = 0; r < v->n_runs; r++)
        run_curve(&s, v, r);
    if (v->n_settings + v->n_same > 0) /* of two runs at least */
        str_printf(&s, "\n%zu setting%s differ%s, %zu %s the same\n", v->n_settings, v->n_settings == 1 ? "" : "s",
                   v->n_settings == 1 ? "s" : "", v->n_same, v->n_same == 1 ? "is" : "are");
    for (size_t i = 0; i < v->n_settings; i++) {
        str_add_safe(&s, compare_view_setting(v, i));
        for (size_t r = 0; r < v->n_runs; r++) {
            if (b->result.terminal)
                str_printf(&s, "\n   %c  ", 'A' + (int)r);
            else
                str_add_c(&s, '\t');
            str_add_safe(&s, compare_view_value(v, i, r));
        }
        str_add_c(&s, '\n');
    }
    output_write(&b->result, s.s, s.len);
    str_done(&s);
}

/* What could not be read is told last, and fails the command. */
static int tell_problems(struct batch *b, const struct compare_view *v)
{
    int code = EXIT_DONE;
    for (size_t r = 0; r < v->n_runs; r++) {
        struct err err = {0};
        if (!*v->runs[r].problem)
            continue;
        err_set(&err, ERR_NOT_FOUND, "%s", v->runs[r].problem);
        code = report(b, &err);
    }
    return code;
}

int cmd_compare(struct batch *b)
{
    struct cmd cmd = {.kind = CMD_COMPARE,
                      .options = &b->options,
                      .list = b->words,
                      .n_list = (size_t)b->n_words};
    struct err err = {0};
    struct job_end end;
    struct compare_view view;
    int code = run_job(b, &cmd, watch_stage, NULL, &end);
    if (code == EXIT_DONE && compare_view_open(&view, end.block, &err) != ERR_OK)
        code = report(b, &err);
    if (code == EXIT_DONE && b->flags & FLAG_JSON)
        compare_json(b, &view);
    else if (code == EXIT_DONE)
        compare_text(b, &view);
    if (code == EXIT_DONE)
        code = tell_problems(b, &view);
    job_end_done(&end);
    return code;
}

/* --- notes and the trash ---------------------------------------------------------------------- */

int cmd_note(struct batch *b)
{
    struct cmd cmd = {.kind = CMD_NOTE, .options = &b->options};
    struct err err = {0};
    struct job_end end;
    if (put_path(cmd.path, b->words[0], &err) != ERR_OK ||
        put_path(cmd.path2, b->n_words > 1 ? b->words[1] : "", &err) != ERR_OK)
        return report_usage(b, &err);
    int code = run_job(b, &cmd, watch_stage, NULL, &end);
    if (code == EXIT_DONE && b->flags & FLAG_JSON) {
        cJSON *event = json_event("note");
        json_text(event, "run", b->words[0]);
        json_text(event, "text", cmd.path2);
        json_line(&b->result, event);
    } else if (code == EXIT_DONE) {
        say(b, "%s", end.text);
    }
    job_end_done(&end);
    return code;
}

/* Where the runs are now, one a line. */
static void say_moved(struct batch *b, const char *folders)
{
    char *copy = xstrdup(folders), *rest = copy, *folder;
    while ((folder = strsep(&rest, "\n"))) {
        if (b->flags & FLAG_JSON) {
            cJSON *event = json_event("moved");
            json_text(event, "run", folder);
            json_line(&b->result, event);
        } else {
            struct str line = STR_INIT;
            str_add_safe(&line, folder);
            str_add_c(&line, '\n');
            output_write(&b->result, line.s, line.len);
            str_done(&line);
        }
    }
    free(copy);
}

/* Each for itself: one that cannot be moved keeps none of the others. */
static int move_runs(struct batch *b, bool back)
{
    int code = EXIT_DONE, moved = 0;
    for (int i = 0; i < b->n_words && !b->interrupted; i++) {
        struct cmd cmd = {.kind = CMD_TRASH, .number = back, .options = &b->options, .list = &b->words[i], .n_list = 1};
        struct job_end end;
        int one = run_job(b, &cmd, watch_stage, NULL, &end);
        if (one == EXIT_DONE)
            say_moved(b, text_view(end.block));
        moved += one == EXIT_DONE;
        code = one != EXIT_DONE ? one : code;
        job_end_done(&end);
    }
    if (moved)
        say(b, "%d %s %s", moved, moved == 1 ? "run" : "runs", back ? "back from the trash" : "moved to the trash");
    return code;
}

int cmd_trash(struct batch *b)
{
    return move_runs(b, false);
}

int cmd_restore(struct batch *b)
{
    return move_runs(b, true);
}
