/* Jobs on folders of runs: the list, notes, the trash. None of them needs a run to be whole.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/job.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"
#include "engine/internal.h"
#include "engine/record.h"
#include "engine/run_lock.h"
#include "engine/run_rows.h"

#define NOTE_FILE "note.txt"
#define NOTE_LIMIT ((size_t)1 << 16)
#define STRANGERS 3 /* folders without run.ini that are named */

/* --- the list ------------------------------------------------------------------------------------------------ */

struct runs {
    struct run_row *rows; /* texts are the rows' own */
    size_t n, cap;
    struct str strangers;
    size_t n_strangers;
};

static char *first_line(char *text)
{
    text[strcspn(text, "\n")] = '\0';
    return text;
}

/* The user's note; the caller frees it. */
static char *read_note(const char *folder)
{
    char *path = path_join(folder, NOTE_FILE), *text = NULL;
    size_t n;
    struct err err = {0};
    if (file_read(path, NOTE_LIMIT, &text, &n, &err) != ERR_OK)
        text = xstrdup(err.code == ERR_NOT_FOUND ? "" : "note.txt cannot be read");
    free(path);
    return first_line(text);
}

/* Why it ended, or who trains it; the caller frees it. */
static char *state_note(const struct record *r, bool running, bool dead)
{
    if (dead)
        return xstrdup("ended without a word; resume goes on");
    if (!running || r->pid == getpid())
        return xstrdup(r->note);
    if (!record_process(r))
        return xstrdup("another process");
    return xasprintf("process %lld%s", (long long)r->pid, *r->socket ? "; attach shows and steers it" : "");
}

void run_row_fill(struct run_row *row, const struct record *r, const char *folder)
{
    bool running = str_eq(r->state, "running");
    bool dead = running && !record_alive(r, folder);
    char *own = xstrdup(folder);
    *row = (struct run_row){.folder = own, .name = path_base(own),
                            .state = xstrdup(dead ? "stopped" : r->state),
                            .mode = xstrdup(r->mode), .preset = xstrdup(r->preset), .model = xstrdup(r->model),
                            .data = xstrdup(r->data), .started = xstrdup(r->started),
                            .note = state_note(r, running, dead),
                            .remark = read_note(folder),
                            .epochs = r->epochs_done, .best_epoch = r->best.epoch, .best_val_acc = r->best.val_acc,
                            .best_val_loss = r->best.val_loss, .seconds = r->seconds,
                            .planned = recipe_epochs(&r->recipe)};
}

void run_row_done(struct run_row *row)
{
    const char *const texts[] = {row->folder, row->state, row->mode, row->preset, row->model,
                                 row->data,   row->started, row->note, row->remark};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        free((void *)texts[i]);
}

/* A record that cannot be read is a row of its own: state broken, the reason as its note. */
static void add_run(struct runs *runs, const char *folder)
{
    struct record r;
    struct err err = {0};
    if (record_read(&r, folder, &err) != ERR_OK) {
        const char *message = err.message;
        size_t prefix = strlen(folder);
        record_init(&r);
        snprintf(r.state, sizeof r.state, "broken");
        if (str_starts(message, folder) && message[prefix] == '/') /* the row names the folder */
            message += prefix + 1;
        record_set(&r.note, message);
    }
    runs->rows = xgrow(runs->rows, &runs->cap, runs->n + 1, sizeof *runs->rows);
    run_row_fill(&runs->rows[runs->n++], &r, folder);
    record_done(&r);
}

static void add_stranger(struct runs *runs, const char *name)
{
    if (runs->n_strangers++ < STRANGERS)
        str_printf(&runs->strangers, "%s%.*s", runs->strangers.len ? ", " : "", str_within(name, 40), name);
}

static void add_entry(struct runs *runs, const char *parent, const char *name)
{
    char *folder = path_join(parent, name), *ini = path_join(folder, "run.ini");
    if (path_is_file(ini))
        add_run(runs, folder);
    else if (path_is_folder(folder))
        add_stranger(runs, name);
    free(ini);
    free(folder);
}

static int newer_first(const void *a, const void *b)
{
    const struct run_row *x = a, *y = b;
    int by_start = strcmp(y->started, x->started);
    return by_start ? by_start : strcmp(y->name, x->name);
}

static void runs_done(struct runs *runs)
{
    for (size_t i = 0; i < runs->n; i++)
        run_row_done(&runs->rows[i]);
    free(runs->rows);
    str_done(&runs->strangers);
}

static enum err_code read_runs(struct job *job, struct runs *runs, DIR *d, const char *parent, struct err *err)
{
    enum err_code code = ERR_OK;
    size_t seen = 0;
    for (struct dirent *e; d && code == ERR_OK && (e = readdir(d));) {
        if (e->d_name[0] != '.')
            add_entry(runs, parent, e->d_name);
        if (++seen % 64 == 0)
            job_progress(job, runs->n, 0, 0);
        code = job_cancelled(job, err);
    }
    return code;
}

static void say_what_is_there(struct job *job, const struct runs *runs, const char *parent)
{
    char more[40] = "";
    if (runs->n_strangers > STRANGERS)
        snprintf(more, sizeof more, " and %zu more", runs->n_strangers - STRANGERS);
    job_say(job, "%zu %s in %.90s%s%s%s", runs->n, runs->n == 1 ? "run" : "runs", parent,
            runs->n_strangers ? "; no run.ini: " : "", runs->strangers.s ? runs->strangers.s : "", more);
}

/* A folder that was given must be there; the default one and a trash come with the first run in them. */
static bool may_be_missing(const struct job *job, const char *parent)
{
    return !job->cmd.path[0] || str_eq(path_base(parent), RUNS_TRASH);
}

enum err_code job_runs(struct job *job, struct err *err)
{
    char *parent = path_folder(job->cmd.path[0] ? job->cmd.path : job->cmd.options->runs_dir);
    struct runs runs = {0};
    job_stage(job, "reading runs", 0);
    DIR *d = opendir(parent);
    int why = errno;
    enum err_code code = ERR_OK;
    if (!d && why != ENOENT)
        code = err_sys(err, why, "%s", parent);
    else if (!d && !may_be_missing(job, parent))
        code = err_set(err, ERR_NOT_FOUND, "%s: no such folder", parent);
    else
        code = read_runs(job, &runs, d, parent, err);
    if (code == ERR_OK) {
        struct str bytes = STR_INIT;
        if (runs.n)
            qsort(runs.rows, runs.n, sizeof *runs.rows, newer_first);
        block_runs(&bytes, runs.rows, runs.n);
        job_result(job, BLOCK_RUNS, &bytes);
        say_what_is_there(job, &runs, parent);
    }
    if (d)
        closedir(d);
    runs_done(&runs);
    free(parent);
    return code;
}

/* --- notes --------------------------------------------------------------------------------------------------- */

static enum err_code check_run(const char *folder, struct err *err)
{
    char *ini = path_join(folder, "run.ini");
    bool there = path_is_file(ini);
    free(ini);
    return there ? ERR_OK : err_set(err, ERR_INVALID, "%s: not a run folder (no run.ini in it)", folder);
}

/* A file of its own: run.ini is written again and again by the process that trains. */
enum err_code job_note(struct job *job, struct err *err)
{
    char *folder = path_folder(job->cmd.path), *path = path_join(folder, NOTE_FILE);
    const char *note = job->cmd.path2;
    enum err_code code = check_run(folder, err);
    if (code == ERR_OK && *note) {
        char *line = xasprintf("%s\n", note);
        code = file_replace(path, line, strlen(line), err);
        free(line);
    } else if (code == ERR_OK && unlink(path) != 0 && errno != ENOENT) {
        code = err_sys(err, errno, "%s", path);
    }
    if (code == ERR_OK)
        job_say(job, *note ? "note kept: %.180s" : "note of %.180s taken away", *note ? note : path_base(folder));
    free(path);
    free(folder);
    return code;
}

/* --- trash --------------------------------------------------------------------------------------------------- */

static enum err_code check_idle(const char *folder, struct err *err)
{
    struct record r;
    bool readable = record_read(&r, folder, NULL) == ERR_OK;
    bool trains = readable ? record_alive(&r, folder) : run_lock_look(folder) == RUN_LOCK_HELD; /* a broken one may go */
    if (readable)
        record_done(&r);
    return trains ? err_set(err, ERR_BUSY, "%s: is training", folder) : ERR_OK;
}

/* The folder around a path, which has a '/'; the caller frees it. */
static char *folder_of(const char *path)
{
    size_t n = (size_t)(path_base(path) - path);
    return xstrndup(path, n > 1 ? n - 1 : n);
}

/* Where a run goes: *out is the folder that it gets into. */
static enum err_code other_side(char **out, const char *folder, bool back, struct err *err)
{
    char *parent = folder_of(folder);
    bool in_trash = str_eq(path_base(parent), RUNS_TRASH);
    enum err_code code = ERR_OK;
    if (in_trash != back)
        code = err_set(err, ERR_INVALID, back ? "%s: is not in a trash" : "%s: is in the trash already", folder);
    else if (back)
        *out = folder_of(parent);
    else
        *out = path_join(parent, RUNS_TRASH);
    free(parent);
    return code;
}

/* Moves without ever replacing something: the name gets -2, -3 where it is taken. *to is the caller's. */
static enum err_code move_into(char **to, const char *folder, const char *target, struct err *err)
{
    enum err_code code = path_make_folders(target, err);
    *to = NULL;
    for (int k = 1; code == ERR_OK; k++) {
        char suffix[16] = "";
        if (k > 1)
            snprintf(suffix, sizeof suffix, "-%d", k);
        free(*to);
        *to = xasprintf("%s/%s%s", target, path_base(folder), suffix);
        if (mkdir(*to, 0777) == 0) { /* the name is ours; rename replaces an empty folder */
            if (rename(folder, *to) == 0)
                break;
            code = err_sys(err, errno, "%s", folder);
            rmdir(*to);
        } else if (errno != EEXIST) {
            code = err_sys(err, errno, "%s", *to);
        }
    }
    return code;
}

/* The place of a run in the trash where that is asked for by the one it had before; else folder itself. Takes folder; the result is the caller's. */
static char *in_trash(char *folder)
{
    char *parent = folder_of(folder), *trash = path_join(parent, RUNS_TRASH), *there = path_join(trash, path_base(folder));
    bool take = !str_eq(path_base(parent), RUNS_TRASH) && path_is_folder(there);
    free(parent);
    free(trash);
    free(take ? folder : there);
    return take ? there : folder;
}

static enum err_code move_one(struct job *job, const char *given, struct str *where, struct err *err)
{
    bool back = job->cmd.number == 1;
    char *folder = path_folder(given), *target = NULL, *to = NULL;
    if (back)
        folder = in_trash(folder);
    enum err_code code = check_run(folder, err);
    if (code == ERR_OK)
        code = other_side(&target, folder, back, err);
    if (code == ERR_OK)
        code = check_idle(folder, err);
    if (code == ERR_OK)
        code = move_into(&to, folder, target, err);
    if (code == ERR_OK)
        str_printf(where, "%s%s", where->len ? "\n" : "", to);
    free(to);
    free(target);
    free(folder);
    return code;
}

/* All that can be moved are; what is told is the first that cannot. */
enum err_code job_trash(struct job *job, struct err *err)
{
    struct str where = STR_INIT, bytes = STR_INIT;
    const char *what = job->cmd.number == 1 ? "back from the trash" : "moved to the trash";
    size_t done = 0, n = job->cmd.n_list;
    enum err_code code = n ? ERR_OK : err_set(err, ERR_INVALID, "no run given");
    for (size_t i = 0; i < n; i++) {
        struct err one = {0};
        if (move_one(job, job->cmd.list[i], &where, &one) == ERR_OK)
            done++;
        else if (code == ERR_OK)
            code = one.code, *err = one;
    }
    if (code != ERR_OK && done)
        err_hint(err, "%zu of %zu runs %s", done, n, what);
    block_text(&bytes, where.s ? where.s : "");
    job_result(job, BLOCK_TEXT, &bytes);
    job_say(job, "%zu %s %s", done, done == 1 ? "run" : "runs", what);
    str_done(&where);
    return code;
}
