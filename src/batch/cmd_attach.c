/* attach: a run that another process trains, on the screens or as lines.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "batch/command.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/path.h"

/* RUN as given, else a run of that name in runs-dir. */
static enum err_code named_run(struct batch *b, char out[OPTION_TEXT_MAX], struct err *err)
{
    char *path = path_expand(b->words[0]), *folder = path_expand(b->options.runs_dir);
    if (!strchr(path, '/') && !path_is_folder(path)) {
        char *inside = path_join(folder, path);
        free(path);
        path = inside;
    }
    enum err_code code = put_path(out, path, err);
    free(path);
    free(folder);
    return code;
}

static int nothing_alive(struct batch *b)
{
    struct err err = {0};
    err_set(&err, ERR_NOT_FOUND, "no run is alive");
    err_hint(&err, "\"flowerlab runs\" lists those that were; resume goes on with one");
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
    err_hint(&err, "name one: flowerlab attach RUN");
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

static int watch(struct batch *b, const char *run)
{
    struct err err = {0};
    if ((b->flags & (FLAG_NO_SCREEN | FLAG_JSON)) || !isatty(STDIN_FILENO) || !b->result.terminal)
        return follow(b, run);
    if (put_path(b->screens->attach, run, &err) != ERR_OK)
        return report_usage(b, &err);
    b->screens->wanted = true;
    b->screens->options = b->options;
    return EXIT_DONE;
}

int cmd_attach(struct batch *b)
{
    struct cmd cmd = {.kind = CMD_ALIVE, .options = &b->options};
    struct err err = {0};
    struct job_end end;
    struct run_row row;
    if (b->n_words && named_run(b, cmd.path, &err) != ERR_OK)
        return report_usage(b, &err);
    int code = run_job(b, &cmd, NULL, NULL, &end);
    size_t n = code == EXIT_DONE ? runs_view_count(end.block) : 0;
    if (n == 1 && runs_view_at(end.block, 0, &row))
        code = watch(b, row.folder);
    else if (code == EXIT_DONE)
        code = n ? several_alive(b, end.block, n) : nothing_alive(b);
    job_end_done(&end);
    return code;
}
