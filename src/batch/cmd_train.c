/* train and resume: a run as lines or events.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "batch/command.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "base/path.h"

/* What of the snapshot was told already. */
struct told {
    bool started;
    uint64_t dataset, steps, epochs;
    uint64_t events;
};

/* --- the start -------------------------------------------------------------------------------- */

static void tell_dataset(struct batch *b, uint64_t id)
{
    const struct block *block = engine_block(b->engine, id);
    struct ds_view ds;
    if (block && ds_view_open(&ds, block, NULL) == ERR_OK) {
        progress_line(&b->messages, NULL);
        if (b->flags & FLAG_JSON)
            scan_report(&b->result, &ds, SCAN_JSON);
        else
            scan_report(&b->messages, &ds, SCAN_BRIEF);
    }
    block_release(block);
}

static void start_event(struct batch *b, const struct train_view *t)
{
    cJSON *event = json_event("start");
    json_text(event, "run", t->run);
    json_text(event, "data", t->data);
    json_text(event, "mode", t->mode);
    json_text(event, "preset", t->preset);
    json_text(event, "model", t->model);
    json_text(event, "weights", t->weights);
    json_text(event, "device", t->device);
    json_text(event, "precision", t->precision);
    json_int(event, "classes", t->n_classes);
    json_int(event, "train", t->n_train);
    json_int(event, "val", t->n_val);
    json_int(event, "epochs", t->n_epochs);
    json_real(event, "majority_acc", t->majority);
    json_line(&b->result, event);
}

static void tell_start(struct batch *b, const struct train_view *t)
{
    if (b->flags & FLAG_JSON) {
        start_event(b, t);
        return;
    }
    say(b,
        "%s, preset %s, %s on %s (%s), %d classes, %" PRId64 " pictures to train, %" PRId64
        " to validate, %d epoch%s",
        t->mode, t->preset, t->model, t->device, t->precision, t->n_classes, t->n_train, t->n_val,
        t->n_epochs, t->n_epochs == 1 ? "" : "s");
    bool chosen = option_is_set(&b->options, OPTION_ID_mode) || b->n_modes;
    if (b->command->run != cmd_resume && b->command->run != cmd_attach && !chosen && str_eq(t->mode, "scratch"))
        say(b,
            "no pretrained weights of %s were found, so it starts from scratch (\"flowerlab "
            "weights list\" says what there is)",
            t->model);
    say(b, "run %s", t->run);
    if (!isnan(t->majority))
        say(b, "always answering the largest class would be right for %.2f %%", t->majority * 100);
}

/* --- steps, epochs, events -------------------------------------------------------------------- */

static void step_event(struct batch *b, const struct train_view *t, const struct step_point *p)
{
    cJSON *event = json_event("step");
    json_int(event, "step", p->step);
    json_int(event, "steps", t->n_steps);
    json_real(event, "loss", (double)p->loss);
    json_real(event, "acc", (double)p->acc);
    json_real(event, "lr", (double)p->lr);
    json_real(event, "lr_head", (double)p->lr_head);
    json_real(event, "images_per_s", (double)p->images_per_s);
    json_line(&b->result, event);
}

static void tell_steps(struct batch *b, const struct train_view *t, struct told *told)
{
    if (t->steps_seen > told->steps + SNAP_STEPS)
        told->steps = t->steps_seen - SNAP_STEPS; /* older ones have left the ring */
    for (; told->steps < t->steps_seen; told->steps++) {
        if (b->flags & FLAG_JSON)
            step_event(b, t, &t->steps[told->steps % SNAP_STEPS]);
    }
}

static void epoch_event(struct batch *b, const struct epoch_metrics *m)
{
    cJSON *event = json_event("epoch");
    json_int(event, "epoch", m->epoch);
    json_int(event, "phase", m->phase);
    json_real(event, "train_loss", m->train_loss);
    json_real(event, "train_acc", m->train_acc);
    json_real(event, "val_loss", m->val_loss);
    json_real(event, "val_acc", m->val_acc);
    json_real(event, "lr", m->lr);
    json_real(event, "lr_head", m->lr_head);
    json_real(event, "images_per_s", m->images_per_s);
    json_real(event, "seconds", m->seconds);
    json_line(&b->result, event);
}

/* "84.10 %", or "-" when unknown. */
static const char *percent(char out[16], double share)
{
    snprintf(out, 16, isnan(share) ? "-" : "%.2f %%", share * 100);
    return out;
}

static void epoch_line(struct batch *b, const struct train_view *t, const struct epoch_metrics *m)
{
    char train[16], val[16], seconds[NUM_TEXT];
    say(b, "epoch %d/%d  train loss %.4f acc %s  val loss %.4f acc %s  %.1f images/s  %s%s",
        m->epoch, t->n_epochs, m->train_loss, percent(train, m->train_acc), m->val_loss,
        percent(val, m->val_acc), m->images_per_s, num_seconds(seconds, m->seconds),
        t->best.epoch == m->epoch ? "  best" : "");
}

static void tell_epochs(struct batch *b, const struct train_view *t, struct told *told)
{
    if (t->epochs_seen > told->epochs + SNAP_EPOCHS)
        told->epochs = t->epochs_seen - SNAP_EPOCHS;
    for (; told->epochs < t->epochs_seen; told->epochs++) {
        const struct epoch_metrics *m = &t->epochs[told->epochs % SNAP_EPOCHS];
        if (b->flags & FLAG_JSON)
            epoch_event(b, m);
        else
            epoch_line(b, t, m);
    }
}

static void tell_events(struct batch *b, const struct train_view *t, struct told *told)
{
    uint64_t first = t->events_seen - (uint64_t)t->n_events; /* that is still there */
    told->events = told->events < first ? first : told->events;
    for (; told->events < t->events_seen; told->events++) {
        const struct event_mark *e = &t->events[told->events - first];
        say(b, "step %" PRId64 ": %s", e->step, e->text);
    }
}

static void draw_progress(struct batch *b, const struct train_view *t, uint64_t job)
{
    struct str line = STR_INIT;
    char title[48], text[96], left[NUM_TEXT];
    const struct step_point *last =
        t->steps_seen ? &t->steps[(t->steps_seen - 1) % SNAP_STEPS] : NULL;
    if (!t->epoch || t->validating || !t->live) {
        watch_stage(b, job, NULL);
        return;
    }
    snprintf(title, sizeof title, "epoch %d/%d", t->epoch, t->n_epochs);
    snprintf(text, sizeof text, "loss %.4f  %.1f images/s  %s left",
             last ? (double)last->loss : NAN, t->images_per_s, num_seconds(left, t->eta));
    progress_bar(&line, title, (uint64_t)t->step_in_epoch, (uint64_t)t->steps_in_epoch, text);
    progress_line(&b->messages, line.s);
    str_done(&line);
}

/* Steps before their epoch's line; the epochs of earlier parts of a resumed run come first, from
 * its own metrics. */
static void watch_run(struct batch *b, uint64_t job, void *user)
{
    struct told *told = user;
    const struct train_view *t = &b->snap->train;
    if (t->job != job) {
        watch_stage(b, job, NULL);
        return;
    }
    if (t->dataset && told->dataset != t->dataset) {
        tell_dataset(b, t->dataset);
        told->dataset = t->dataset;
    }
    if (!told->started && *t->run && t->n_epochs) {
        tell_start(b, t);
        told->started = true;
        told->steps = t->steps_before;
        told->events = t->events_before;
    }
    tell_steps(b, t, told);
    tell_epochs(b, t, told);
    tell_events(b, t, told);
    draw_progress(b, t, job);
}

/* --- the end ---------------------------------------------------------------------------------- */

static void done_event(struct batch *b, const struct train_view *t, const struct job_end *end)
{
    cJSON *event = json_event("done");
    if (t->best.epoch)
        json_int(event, "best_epoch", t->best.epoch);
    else
        cJSON_AddNullToObject(event, "best_epoch");
    json_real(event, "best_val_acc", t->best.epoch ? t->best.val_acc : NAN);
    json_real(event, "best_val_loss", t->best.epoch ? t->best.val_loss : NAN);
    json_int(event, "epochs", (int64_t)t->epochs_seen); /* the complete ones, as run.ini's */
    json_text(event, "mode", t->mode);
    json_text(event, "run", t->run);
    json_text(event, "end", *t->end ? t->end : end->text);
    json_line(&b->result, event);
}

/* Two lines; of several runs one each: "frozen: best epoch 5: validation accuracy 91.00 %, loss 0.3120, run runs/..." */
static void tell_end(struct batch *b, const struct job_end *end)
{
    const struct train_view *t = &b->snap->train;
    char acc[16];
    struct str line = STR_INIT;
    if (b->flags & FLAG_JSON) {
        done_event(b, t, end);
        return;
    }
    if (*t->end || *end->text)
        say(b, "%s", *t->end ? t->end : end->text);
    if (b->n_modes)
        str_printf(&line, "%s: ", t->mode);
    if (t->best.epoch)
        str_printf(&line, "best epoch %d: validation accuracy %s, loss %.4f%s", t->best.epoch,
                   percent(acc, t->best.val_acc), t->best.val_loss, b->n_modes ? ", " : "\n");
    str_add(&line, "run ");
    str_add_safe(&line, t->run);
    output_printf(&b->result, "%s\n", line.s);
    str_done(&line);
}

/* The command to type, as a shell takes it. */
static void say_way_on(struct batch *b, enum cmd_kind kind)
{
    bool watched = kind == CMD_ATTACH;
    struct str line = STR_INIT;
    char *program = path_program();
    str_add_shell(&line, program);
    str_add(&line, watched ? " attach " : " resume ");
    str_add_shell(&line, b->snap->train.run);
    say(b, "%s: %s", watched ? "the run goes on; come back with" : "go on with", line.s);
    free(program);
    str_done(&line);
}

/* Tells a run to its end. */
static int follow(struct batch *b, enum cmd_kind kind, uint64_t job)
{
    struct told told = {0};
    struct job_end end;
    int code = wait_job(b, kind, job, watch_run, &told, &end);
    bool known = b->snap->train.job == job && *b->snap->train.run;
    if (end.kind != NOTICE_FAILED && known)
        tell_end(b, &end);
    if (code == EXIT_INTERRUPTED && known)
        say_way_on(b, kind);
    job_end_done(&end);
    return code;
}

/* Among several modes errors name theirs. */
static int follow_mode(struct batch *b, enum cmd_kind kind, uint64_t job)
{
    for (int i = 0; i < b->n_modes; i++) {
        if (b->mode_jobs[i] == job)
            b->mode = mode_name(b->modes[i]);
    }
    int code = follow(b, kind, job);
    b->mode = NULL;
    return code;
}

/* And those behind it: of the queue of this process, or of the one that is watched. A run that fails does not keep the next from beginning. */
static int follow_all(struct batch *b, enum cmd_kind kind, uint64_t job)
{
    int worst = follow_mode(b, kind, job);
    while (!b->interrupted && (job = next_run(b))) {
        int one = follow_mode(b, kind == CMD_ATTACH ? kind : CMD_TRAIN, job);
        worst = one > worst ? one : worst;
    }
    return worst;
}

int follow_run(struct batch *b, const struct cmd *cmd)
{
    struct err err = {0};
    uint64_t job;
    if (start_job(b, cmd, &job, &err) != ERR_OK)
        return report(b, &err);
    return follow_all(b, cmd->kind, job);
}

/* The settings for one of several modes. */
static struct options options_of_mode(const struct batch *b, int i)
{
    struct options options = b->options;
    options.source[OPTION_ID_mode] = SOURCE_COMMAND_LINE;
    options.mode = (int)b->modes[i];
    return options;
}

/* Nothing begins when one is wrong. */
static enum err_code check_modes(const struct batch *b, struct err *err)
{
    enum err_code code = ERR_OK;
    for (int i = 0; code == ERR_OK && i < b->n_modes; i++) {
        struct recipe recipe;
        struct options options = options_of_mode(b, i);
        code = engine_recipe(&options, &recipe, err);
    }
    return code;
}

/* The queue does it, as on the screen. */
static int train_modes(struct batch *b, const char *folder)
{
    struct err err = {0};
    struct options options;
    struct cmd cmd = {.kind = CMD_QUEUE_ADD, .options = &options};
    enum err_code code = put_path(cmd.path, folder, &err);
    if (code == ERR_OK && option_is_set(&b->options, OPTION_ID_run)) {
        err_set(&err, ERR_INVALID, "run: one folder cannot hold the runs of %d modes", b->n_modes);
        code = err_hint(&err, "runs-dir names the folder that theirs are made in");
    }
    if (code == ERR_OK)
        code = check_modes(b, &err);
    for (int i = 0; code == ERR_OK && i < b->n_modes; i++) {
        options = options_of_mode(b, i);
        code = start_job(b, &cmd, &b->mode_jobs[i], &err);
    }
    return code == ERR_OK ? follow_all(b, CMD_TRAIN, b->mode_jobs[0]) : report_usage(b, &err);
}

int train_folder(struct batch *b, const char *folder)
{
    struct cmd cmd = {.kind = CMD_TRAIN, .options = &b->options};
    struct err err = {0};
    if (put_path(cmd.path, folder, &err) != ERR_OK)
        return report_usage(b, &err);
    return follow_run(b, &cmd);
}

/* On a terminal for people: "memory   382 MB". */
static void estimate_line(struct batch *b, const char *name, const char *value)
{
    char text[NUM_TEXT];
    double number;
    bool known = num_parse_real(value, &number) && number >= 0;
    bool time = str_eq(name, "seconds");
    if (known)
        value = time ? num_seconds(text, number) : num_bytes(text, (uint64_t)number);
    output_printf(&b->result, "%-9s %s\n", time ? "time" : name, value);
}

/* A line for each number: its name, a tab, the value. */
static void tell_estimate(struct batch *b, const char *text)
{
    bool json = b->flags & FLAG_JSON;
    if (!json && !b->result.terminal) {
        output_text(&b->result, text);
        return;
    }
    cJSON *event = json_event("estimate");
    while (*text) {
        char name[32] = "", value[160] = "";
        double number;
        sscanf(text, "%31[^\t]\t%159[^\n]", name, value);
        if (!json)
            estimate_line(b, name, value);
        if (num_parse_real(value, &number))
            json_real(event, name, number);
        else
            json_text(event, name, value);
        text += strcspn(text, "\n");
        text += *text == '\n';
    }
    if (json)
        json_line(&b->result, event);
    else
        cJSON_Delete(event);
}

static int estimate_one(struct batch *b, const char *folder, const struct options *options)
{
    struct cmd cmd = {.kind = CMD_ESTIMATE, .options = options};
    struct err err = {0};
    struct job_end end;
    if (put_path(cmd.path, folder, &err) != ERR_OK)
        return report_usage(b, &err);
    int code = run_job(b, &cmd, watch_stage, NULL, &end);
    if (end.block) {
        char *text = b->n_modes ? xasprintf("mode\t%s\n%s", mode_name((enum mode)options->mode), text_view(end.block))
                                : xstrdup(text_view(end.block));
        tell_estimate(b, text);
        free(text);
    }
    job_end_done(&end);
    return code;
}

/* Of several modes one after the other, each with its name. */
static int estimate(struct batch *b, const char *folder)
{
    struct err err = {0};
    int code = EXIT_DONE;
    if (!b->n_modes)
        return estimate_one(b, folder, &b->options);
    if (check_modes(b, &err) != ERR_OK)
        return report_usage(b, &err);
    for (int i = 0; code == EXIT_DONE && i < b->n_modes; i++) {
        struct options options = options_of_mode(b, i);
        if (i > 0 && !(b->flags & FLAG_JSON))
            output_text(&b->result, "\n");
        b->mode = mode_name(b->modes[i]);
        code = estimate_one(b, folder, &options);
        b->mode = NULL;
    }
    return code;
}

/* Without weights the default mode becomes scratch: settings that suit one of the two may do. */
static enum err_code check_recipe(const struct batch *b, struct err *err)
{
    struct options options = b->options;
    struct recipe recipe;
    enum err_code code = engine_recipe(&options, &recipe, err);
    if (code == ERR_OK || option_is_set(&options, OPTION_ID_mode))
        return code;
    options.mode = MODE_SCRATCH;
    return engine_recipe(&options, &recipe, NULL) == ERR_OK ? ERR_OK : code;
}

int cmd_train(struct batch *b)
{
    struct err err = {0};
    if (check_options(b, false) != EXIT_DONE)
        return EXIT_USAGE;
    if (!b->n_modes && check_recipe(b, &err) != ERR_OK)
        return report_usage(b, &err);
    if (!(b->flags & FLAG_DRY) && engine_check_option(&b->options, OPTION_ID_runs_dir, &err) != ERR_OK)
        return report(b, &err); /* the default, in a folder that cannot be written */
    if (b->flags & FLAG_DRY)
        return estimate(b, b->words[0]);
    return b->n_modes ? train_modes(b, b->words[0]) : train_folder(b, b->words[0]);
}

int cmd_resume(struct batch *b)
{
    struct cmd cmd = {.kind = CMD_RESUME, .number = b->more, .options = &b->options};
    struct err err = {0};
    if (put_path(cmd.path, b->words[0], &err) != ERR_OK)
        return report_usage(b, &err);
    return follow_run(b, &cmd);
}
