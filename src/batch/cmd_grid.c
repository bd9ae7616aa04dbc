/* grid: labelled pictures on a plain terminal.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "batch/command.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/path.h"
#include "batch/signals.h"

#define ROWS 3 /* as Samples begins */
#define COLS 5

static bool stopped(void)
{
    return batch_signals_next() != 0;
}

/* The drawn files as events, for programs. */
static void print_events(struct batch *b, const struct ds_view *ds, const size_t *files, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct ds_file_row f = ds_view_file(ds, files[i]);
        cJSON *event = json_event("sample");
        json_text(event, "file", f.name);
        json_text(event, "class", ds_view_class(ds, (size_t)f.cls).name);
        json_line(&b->result, event);
    }
}

/* In pixels, by the heads of the files. Returns as run_job. */
static int read_sizes(struct batch *b, char **paths, int (*sizes)[2], size_t n)
{
    struct cmd cmd = {.kind = CMD_SIZES, .n_list = n, .list = (const char **)paths};
    struct job_end end;
    int code = run_job(b, &cmd, NULL, NULL, &end);
    const char *text = code == EXIT_DONE ? text_view(end.block) : "";
    for (size_t i = 0; i < n; i++)
        text = text_next_size(text, &sizes[i][0], &sizes[i][1]);
    job_end_done(&end);
    return code;
}

static int print_pictures(struct batch *b, char **paths, const char *const (*tiles)[2], size_t n, int cols)
{
    int(*sizes)[2] = xcalloc(n, sizeof *sizes);
    struct str out = STR_INIT;
    struct err err = {0};
    int code = read_sizes(b, paths, sizes, n);
    progress_line(&b->messages, NULL);
    if (code == EXIT_DONE && b->grid(&out, &b->options, tiles, (const int(*)[2])sizes, (int)n, cols, b->result.fd,
                                     stopped, &err) == ERR_OK)
        output_write(&b->result, out.s, out.len);
    else if (code == EXIT_DONE)
        code = err.code == ERR_CANCELLED ? EXIT_INTERRUPTED : report(b, &err);
    free(sizes);
    str_done(&out);
    return code;
}

static int print_files(struct batch *b, const struct ds_view *ds, const size_t *files, size_t n, int cols)
{
    const char *(*tiles)[2] = xcalloc(n, sizeof *tiles);
    char **paths = xcalloc(n, sizeof *paths);
    for (size_t i = 0; i < n; i++) {
        struct ds_file_row f = ds_view_file(ds, files[i]);
        tiles[i][0] = paths[i] = path_join(ds->root, f.name);
        tiles[i][1] = ds_view_class(ds, (size_t)f.cls).name;
    }
    int code = print_pictures(b, paths, (const char *const(*)[2])tiles, n, cols);
    for (size_t i = 0; i < n; i++)
        free(paths[i]);
    free(paths);
    free(tiles);
    return code;
}

static int show(struct batch *b, const struct ds_view *ds)
{
    int rows = b->rows ? (int)b->rows : ROWS, cols = b->cols ? (int)b->cols : COLS;
    size_t *files = xcalloc((size_t)(rows * cols), sizeof *files);
    struct ds_draw draw = {.seed = (uint64_t)b->options.seed};
    size_t n = ds_view_draw(ds, &draw, files, (size_t)(rows * cols));
    int code = EXIT_DONE;
    if (n == 0) {
        struct err err = {0};
        err_set(&err, ERR_INVALID, "%s: no picture that can be used", b->words[0]);
        code = report(b, &err);
    } else if (b->flags & FLAG_JSON) {
        print_events(b, ds, files, n);
    } else {
        code = print_files(b, ds, files, n, cols);
    }
    free(files);
    return code;
}

int cmd_grid(struct batch *b)
{
    struct job_end end;
    struct ds_view ds;
    int code = run_dataset(b, CMD_LIST, &ds, &end);
    if (code == EXIT_DONE)
        code = show(b, &ds);
    job_end_done(&end);
    return code;
}
