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

static int print_pictures(struct batch *b, const struct ds_view *ds, const size_t *files, size_t n,
                          int cols)
{
    const char *(*tiles)[2] = xcalloc(n, sizeof *tiles);
    char **paths = xcalloc(n, sizeof *paths);
    struct str out = STR_INIT;
    struct err err = {0};
    for (size_t i = 0; i < n; i++) {
        struct ds_file_row f = ds_view_file(ds, files[i]);
        tiles[i][0] = paths[i] = path_join(ds->root, f.name);
        tiles[i][1] = ds_view_class(ds, (size_t)f.cls).name;
    }
    progress_line(&b->messages, NULL);
    enum err_code code = b->grid(&out, &b->options, (const char *const(*)[2])tiles, (int)n, cols,
                                 b->result.fd, stopped, &err);
    if (code == ERR_OK)
        output_write(&b->result, out.s, out.len);
    for (size_t i = 0; i < n; i++)
        free(paths[i]);
    free(paths);
    free(tiles);
    str_done(&out);
    return code == ERR_CANCELLED ? EXIT_INTERRUPTED : code == ERR_OK ? EXIT_DONE : report(b, &err);
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
        code = print_pictures(b, ds, files, n, cols);
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
