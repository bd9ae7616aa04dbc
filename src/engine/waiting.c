/* The queue of runs: each begins when those before it have ended.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/engine.h"

#include <stdio.h>
#include <string.h>

#include "engine/internal.h"
#include "engine/settings.h"
#include "engine/wire.h"

/* The last bytes of a path, from the beginning of a name where there is one. */
static void put_tail(char *out, size_t size, const char *path)
{
    size_t n = strlen(path);
    const char *from = n < size ? path : path + n - size + 1;
    const char *slash = n < size ? NULL : strchr(from, '/');
    snprintf(out, size, "%s", slash && slash[1] ? slash + 1 : from);
}

static void put_entry(struct queue_entry *entry, const struct waiting *w)
{
    const struct options *o = w->cmd.options;
    struct str settings = STR_INIT;
    *entry = (struct queue_entry){.job = w->number};
    snprintf(entry->mode, sizeof entry->mode, "%s", mode_name((enum mode)o->mode));
    snprintf(entry->preset, sizeof entry->preset, "%s", preset_name((enum preset)o->preset));
    snprintf(entry->model, sizeof entry->model, "%.31s", o->model);
    settings_brief(&settings, o);
    snprintf(entry->settings, sizeof entry->settings, "%s", settings.s ? settings.s : "");
    put_tail(entry->data, sizeof entry->data, w->cmd.path);
    str_done(&settings);
}

static void show(struct engine *e)
{
    e->snap->n_queue = e->n_waiting;
    for (size_t i = 0; i < e->n_waiting; i++)
        put_entry(&e->snap->queue[i], &e->waiting[i]);
    e->snap->generation++;
    queue_progress(&e->queue);
}

static void take_out(struct engine *e, size_t at)
{
    e->n_waiting--;
    memmove(&e->waiting[at], &e->waiting[at + 1], (e->n_waiting - at) * sizeof *e->waiting);
}

/* A folder that is named can hold one run only. */
static enum err_code check(const struct engine *e, const struct options *o, struct err *err)
{
    struct recipe recipe;
    for (size_t i = 0; o->run[0] && i < e->n_waiting; i++) {
        if (str_eq(e->waiting[i].cmd.options->run, o->run)) {
            err_set(err, ERR_INVALID, "run: %s is the folder of a run that waits already", o->run);
            return err_hint(err, "without the option run each gets a folder of its own");
        }
    }
    return engine_recipe(o, &recipe, err);
}

static enum err_code add(struct engine *e, const struct cmd *cmd, uint64_t *number, struct err *err)
{
    struct options defaults;
    options_default(&defaults);
    enum err_code code = check(e, cmd->options ? cmd->options : &defaults, err);
    if (code != ERR_OK)
        return code;
    if (e->n_waiting == QUEUE_RUNS || !queue_reserve(&e->queue, 2))
        return err_set(err, ERR_BUSY, "%zu runs wait already", e->n_waiting);
    struct waiting *w = &e->waiting[e->n_waiting++];
    w->number = *number = ++e->last_job;
    cmd_copy(&w->cmd, cmd);
    w->cmd.kind = CMD_TRAIN;
    show(e);
    return ERR_OK;
}

static void drop(struct engine *e, size_t at)
{
    struct notice n = {.kind = NOTICE_CANCELLED, .job = e->waiting[at].number, .command = CMD_TRAIN};
    err_set(&n.err, ERR_CANCELLED, "taken out of the queue");
    snprintf(n.text, sizeof n.text, "taken out of the queue");
    queue_push(&e->queue, &n);
    e->queue.reserved--; /* it never started */
    cmd_done(&e->waiting[at].cmd);
    take_out(e, at);
}

static void move(struct engine *e, size_t at, int64_t by)
{
    int64_t last = (int64_t)e->n_waiting - 1, to = (int64_t)at;
    to = by > last ? last : by < -last ? 0 : to + by;
    to = to < 0 ? 0 : to > last ? last : to;
    struct waiting held = e->waiting[at];
    take_out(e, at);
    memmove(&e->waiting[to + 1], &e->waiting[to], (e->n_waiting - (size_t)to) * sizeof *e->waiting);
    e->waiting[to] = held;
    e->n_waiting++;
}

static enum err_code change(struct engine *e, const struct cmd *cmd, struct err *err)
{
    size_t at = 0;
    while (at < e->n_waiting && e->waiting[at].number != cmd->job)
        at++;
    if (at == e->n_waiting)
        return err_set(err, ERR_NOT_FOUND, "run %llu does not wait", (unsigned long long)cmd->job);
    if (cmd->kind == CMD_QUEUE_MOVE)
        move(e, at, cmd->number);
    else
        drop(e, at);
    show(e);
    return ERR_OK;
}

bool cmd_is_queue(enum cmd_kind kind)
{
    return kind == CMD_QUEUE_ADD || kind == CMD_QUEUE_REMOVE || kind == CMD_QUEUE_MOVE;
}

enum err_code waiting_command(struct engine *e, const struct cmd *cmd, uint64_t *number, struct err *err)
{
    if (cmd->kind == CMD_QUEUE_ADD)
        return add(e, cmd, number, err);
    *number = cmd->job;
    if (cmd->kind != CMD_QUEUE_REMOVE || cmd->job)
        return change(e, cmd, err);
    while (e->n_waiting)
        drop(e, e->n_waiting - 1);
    show(e);
    return ERR_OK;
}

bool waiting_next(struct engine *e, struct waiting *next)
{
    if (!e->n_waiting)
        return false;
    *next = e->waiting[0];
    take_out(e, 0);
    show(e);
    return true;
}

void waiting_done(struct engine *e)
{
    while (e->n_waiting)
        cmd_done(&e->waiting[--e->n_waiting].cmd);
}
