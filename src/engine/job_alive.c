/* The runs of this user that can be watched now, or whether a named one can.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/job.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/path.h"
#include "engine/attach.h"
#include "engine/internal.h"
#include "engine/meet.h"
#include "engine/run_rows.h"

#define BETWEEN_MOST 10.0 /* seconds */
#define BETWEEN_PAUSE_MS 50

struct alive {
    struct run_row *rows;
    size_t n, cap;
    struct err err; /* of a run that could not be asked */
    bool between;   /* a process is between two runs of its queue */
};

static void add(struct alive *list, const char *run)
{
    struct record r;
    if (record_read(&r, run, &list->err) != ERR_OK)
        return;
    list->rows = xgrow(list->rows, &list->cap, list->n + 1, sizeof *list->rows);
    run_row_fill(&list->rows[list->n++], &r, run);
    record_done(&r);
}

static void ask(const char *socket, void *user)
{
    struct alive *list = user;
    struct channel c;
    struct attach_welcome w;
    if (attach_open(&c, &w, socket, &list->err) != ERR_OK)
        return;
    channel_done(&c);
    if (*w.run)
        add(list, w.run);
    else
        list->between = true;
}

/* Where there is none but the next of a queue is about to be, waits for it. */
static void ask_all(struct alive *list, const struct job *job)
{
    double until = clock_now() + BETWEEN_MOST;
    do {
        if (list->between)
            poll(NULL, 0, BETWEEN_PAUSE_MS);
        list->between = false;
        meet_each(ask, list);
    } while (list->n == 0 && list->between && clock_now() < until && job_cancelled(job, NULL) == ERR_OK);
}

static enum err_code ask_named(struct alive *list, const char *path, struct err *err)
{
    struct channel c;
    struct attach_welcome w;
    char *run = path_expand(path);
    enum err_code code = attach_run(&c, &w, run, err);
    if (code == ERR_OK) {
        channel_done(&c);
        add(list, w.run);
    }
    free(run);
    return code;
}

static int newer_first(const void *a, const void *b)
{
    const struct run_row *x = a, *y = b;
    return strcmp(y->started, x->started);
}

enum err_code job_alive(struct job *job, struct err *err)
{
    struct alive list = {0};
    enum err_code code = ERR_OK;
    if (job->cmd.path[0])
        code = ask_named(&list, job->cmd.path, err);
    else
        ask_all(&list, job);
    if (code == ERR_OK && list.n == 0 && list.err.code == ERR_UNSUPPORTED) {
        *err = list.err;
        code = err_prefix(err, "the run that is alive");
    }
    if (list.n)
        qsort(list.rows, list.n, sizeof *list.rows, newer_first);
    if (code == ERR_OK) {
        struct str bytes = STR_INIT;
        block_runs(&bytes, list.rows, list.n);
        job_result(job, BLOCK_RUNS, &bytes);
    }
    for (size_t i = 0; i < list.n; i++)
        run_row_done(&list.rows[i]);
    free(list.rows);
    return code;
}
