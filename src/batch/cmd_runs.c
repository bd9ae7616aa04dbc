/* runs: one line a run, newest first.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "batch/command.h"

#include <math.h>
#include <stdio.h>

#include "base/num.h"

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
    json_int(event, "best_epoch", row->best_epoch);
    json_real(event, "best_val_acc", row->best_epoch ? row->best_val_acc : NAN);
    json_real(event, "best_val_loss", row->best_epoch ? row->best_val_loss : NAN);
    json_real(event, "seconds", row->seconds);
    json_text(event, "note", row->note);
    json_line(out, event);
}

static void run_line(struct output *out, const struct run_row *row)
{
    struct str s = STR_INIT;
    char acc[16] = "-", seconds[NUM_TEXT];
    if (row->best_epoch)
        snprintf(acc, sizeof acc, "%.2f %%", row->best_val_acc * 100);
    str_printf(&s, "%9s  %4d epochs  %-8s %-14s %-8s %-12s %12s  ", acc, row->epochs, row->state,
               row->mode, row->preset, row->model, num_seconds(seconds, row->seconds));
    str_add_safe(&s, row->folder);
    if (*row->note)
        str_add(&s, "  ");
    str_add_safe(&s, row->note);
    str_add_c(&s, '\n');
    output_write(out, s.s, s.len);
    str_done(&s);
}

int cmd_runs(struct batch *b)
{
    struct cmd cmd = {.kind = CMD_RUNS, .options = &b->options};
    struct err err = {0};
    struct job_end end;
    if (put_path(cmd.path, b->n_words ? b->words[0] : b->options.runs_dir, &err) != ERR_OK)
        return report_usage(b, &err);
    int code = run_job(b, &cmd, watch_stage, NULL, &end);
    size_t n = code == EXIT_DONE ? runs_view_count(end.block) : 0;
    for (size_t i = 0; i < n; i++) {
        struct run_row row;
        if (!runs_view_at(end.block, i, &row))
            continue;
        if (b->flags & FLAG_JSON)
            run_json(&b->result, &row);
        else
            run_line(&b->result, &row);
    }
    if (code == EXIT_DONE && !n)
        say(b, "no runs in %s", cmd.path);
    job_end_done(&end);
    return code;
}
