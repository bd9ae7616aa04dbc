/* attach: a run that another process trains, on the screens or as lines.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "batch/command.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/path.h"

/* The one of this name among those that are alive, wherever its folder lies. */
static bool find_alive(const struct block *block, size_t n, const char *name, struct run_row *row)
{
    for (size_t i = 0; i < n; i++) {
        if (runs_view_at(block, i, row) && str_eq(row->name, name))
            return true;
    }
    return false;
}

/* A name in no folder of runs here; false: a folder, whose run.ini tells. */
static bool is_name(const char *word)
{
    return !strchr(word, '/') && !path_is_folder(word);
}

static int nothing_alive(struct batch *b)
{
    struct err err = {0};
    err_set(&err, ERR_NOT_FOUND, "no run is alive");
    err_hint(&err, "\"flowerlab runs\" lists those that were; resume goes on with one");
    return report(b, &err);
}

static int none_of_that_name(struct batch *b, const char *name)
{
    struct err err = {0};
    err_set(&err, ERR_NOT_FOUND, "%s: no run folder, and no run of that name is alive", name);
    err_hint(&err, "\"flowerlab attach\" alone takes the only one that is, or lists them");
    return report(b, &err);
}

static int several_alive(struct batch *b, const struct block *block, size_t n)
{
    struct err err = {0};
    for (size_t i = 0; i < n; i++) {
        struct run_row row;
        if (runs_view_at(block, i, &row))
            run_report(b, &row);
    }
    err_set(&err, ERR_INVALID, "%zu runs are alive", n);
    err_hint(&err, "name one: flowerlab attach NAME, the end of its folder is enough");
    return report_usage(b, &err);
}

static int follow(struct batch *b, const char *run)
{
    struct cmd cmd = {.kind = CMD_ATTACH, .options = &b->options};
    struct err err = {0};
    if (put_path(cmd.path, run, &err) != ERR_OK)
        return report_usage(b, &err);
    return follow_run(b, &cmd);
}

/* Runs shows the others beside it, and the next one is made there. */
static void stay_beside(struct options *o, const char *run)
{
    char *folder = path_folder(run), *usual = path_folder(o->runs_dir);
    *strrchr(folder, '/') = '\0';
    if (*folder && !str_eq(folder, usual))
        option_set_if_unset(o, OPTION_ID_runs_dir, folder, SOURCE_RUN);
    free(folder);
    free(usual);
}

static int watch(struct batch *b, const char *run)
{
    struct err err = {0};
    if ((b->flags & (FLAG_NO_SCREEN | FLAG_JSON)) || !isatty(STDIN_FILENO) || !b->result.terminal)
        return follow(b, run);
    if (put_path(b->screens->attach, run, &err) != ERR_OK)
        return report_usage(b, &err);
    b->screens->wanted = true;
    b->screens->options = b->options;
    stay_beside(&b->screens->options, run);
    return EXIT_DONE;
}

int cmd_attach(struct batch *b)
{
    struct cmd cmd = {.kind = CMD_ALIVE, .options = &b->options};
    struct err err = {0};
    struct job_end end;
    struct run_row row;
    const char *name = b->n_words && is_name(b->words[0]) ? b->words[0] : NULL;
    if (b->n_words && !name && put_path(cmd.path, b->words[0], &err) != ERR_OK)
        return report_usage(b, &err);
    int code = run_job(b, &cmd, NULL, NULL, &end);
    size_t n = code == EXIT_DONE ? runs_view_count(end.block) : 0;
    if (name && find_alive(end.block, n, name, &row))
        code = watch(b, row.folder);
    else if (name && code == EXIT_DONE)
        code = none_of_that_name(b, name);
    else if (n == 1 && runs_view_at(end.block, 0, &row))
        code = watch(b, row.folder);
    else if (code == EXIT_DONE)
        code = n ? several_alive(b, end.block, n) : nothing_alive(b);
    job_end_done(&end);
    return code;
}
