/* grid: labelled pictures on a plain terminal.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "batch/command.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/names.h"
#include "base/path.h"
#include "base/str.h"
#include "batch/signals.h"

#define ROWS 3 /* as Samples begins */
#define COLS 5
#define MANY 16 /* pages of files that are no pictures */

static bool stopped(void)
{
    return batch_signals_next() != 0;
}

/* What was drawn. */
struct drawn {
    size_t n, *files;
    char **paths;
    int (*sizes)[2]; /* in pixels; zeros: no picture */
};

static void drawn_done(struct drawn *d)
{
    for (size_t i = 0; i < d->n; i++)
        free(d->paths[i]);
    free(d->paths);
    free(d->files);
    free(d->sizes);
    *d = (struct drawn){0};
}

/* By the heads of the files. Returns as run_job. */
static int read_sizes(struct batch *b, struct drawn *d)
{
    struct cmd cmd = {.kind = CMD_SIZES, .n_list = d->n, .list = (const char **)d->paths};
    struct job_end end;
    int code = run_job(b, &cmd, NULL, NULL, &end);
    const char *text = code == EXIT_DONE ? text_view(end.block) : "";
    for (size_t i = 0; i < d->n; i++)
        text = text_next_size(text, &d->sizes[i][0], &d->sizes[i][1]);
    job_end_done(&end);
    return code;
}

static bool is_no_stranger(const void *strangers, const char *name)
{
    const struct names *names = strangers;
    for (size_t i = 0; i < names->n; i++) {
        if (str_eq(names->list[i], name))
            return false;
    }
    return true;
}

static int draw_once(struct batch *b, const struct ds_view *ds, struct names *strangers, size_t most, struct drawn *d)
{
    struct ds_draw draw = {.seed = (uint64_t)b->options.seed, .file_fits = is_no_stranger, .user = strangers};
    *d = (struct drawn){.files = xcalloc(most, sizeof *d->files), .paths = xcalloc(most, sizeof *d->paths),
                        .sizes = xcalloc(most, sizeof *d->sizes)};
    d->n = ds_view_draw(ds, &draw, d->files, most);
    for (size_t i = 0; i < d->n; i++)
        d->paths[i] = path_join(ds->root, ds_view_file(ds, d->files[i]).name);
    return read_sizes(b, d);
}

/* What is drawn and no picture. */
static void leave_out(struct drawn *d)
{
    size_t n = 0;
    for (size_t i = 0; i < d->n; i++) {
        if (d->sizes[i][0]) {
            memmove(d->sizes[n], d->sizes[i], sizeof d->sizes[0]);
            d->files[n] = d->files[i];
            d->paths[n++] = d->paths[i];
        } else {
            free(d->paths[i]);
        }
    }
    d->n = n;
}

/* Nothing is scanned before, so that it takes a moment. What turns out to be no picture is left out and drawn again as Samples draws, which
 * knows before. */
static int draw_pictures(struct batch *b, const struct ds_view *ds, size_t most, struct drawn *d)
{
    struct names strangers = {0};
    int code = draw_once(b, ds, &strangers, most, d);
    for (size_t known = 0; code == EXIT_DONE; known = strangers.n) {
        for (size_t i = 0; i < d->n; i++) {
            if (!d->sizes[i][0])
                names_add(&strangers, ds_view_file(ds, d->files[i]).name);
        }
        if (strangers.n == known)
            break;
        if (strangers.n > MANY * most) { /* a folder of something else altogether */
            leave_out(d);
            break;
        }
        drawn_done(d);
        code = draw_once(b, ds, &strangers, most, d);
    }
    names_done(&strangers);
    return code;
}

/* The drawn files as events, for programs. */
static void print_events(struct batch *b, const struct ds_view *ds, const struct drawn *d)
{
    for (size_t i = 0; i < d->n; i++) {
        struct ds_file_row f = ds_view_file(ds, d->files[i]);
        cJSON *event = json_event("sample");
        json_text(event, "file", f.name);
        json_text(event, "class", ds_view_class(ds, (size_t)f.cls).name);
        json_line(&b->result, event);
    }
}

static int print_pictures(struct batch *b, const struct ds_view *ds, const struct drawn *d, int cols)
{
    const char *(*tiles)[2] = xcalloc(d->n, sizeof *tiles);
    struct str out = STR_INIT;
    struct err err = {0};
    int code = EXIT_DONE;
    for (size_t i = 0; i < d->n; i++) {
        tiles[i][0] = d->paths[i];
        tiles[i][1] = ds_view_class(ds, (size_t)ds_view_file(ds, d->files[i]).cls).name;
    }
    progress_line(&b->messages, NULL);
    if (b->grid(&out, &b->options, (const char *const(*)[2])tiles, (const int(*)[2])d->sizes, (int)d->n, cols, b->result.fd, stopped,
                &err) == ERR_OK)
        output_write(&b->result, out.s, out.len);
    else
        code = err.code == ERR_CANCELLED ? EXIT_INTERRUPTED : report(b, &err);
    free(tiles);
    str_done(&out);
    return code;
}

static int show(struct batch *b, const struct ds_view *ds)
{
    int rows = b->rows ? (int)b->rows : ROWS, cols = b->cols ? (int)b->cols : COLS;
    struct drawn d;
    int code = draw_pictures(b, ds, (size_t)(rows * cols), &d);
    if (code == EXIT_DONE && d.n == 0) {
        struct err err = {0};
        err_set(&err, ERR_INVALID, "%s: no picture that can be used", b->words[0]);
        code = report(b, &err);
    } else if (code == EXIT_DONE && b->flags & FLAG_JSON) {
        print_events(b, ds, &d);
    } else if (code == EXIT_DONE) {
        code = print_pictures(b, ds, &d, cols);
    }
    drawn_done(&d);
    return code;
}

/* Blocks that were named are made of colours, into a pipe too, unless it was said otherwise. */
static void want_colors(struct options *o)
{
    const char *graphics = option_row(OPTION_ID_graphics)->choices[o->graphics];
    if (str_eq(graphics, "blocks") || str_eq(graphics, "half-blocks"))
        option_set_if_unset(o, OPTION_ID_color, "always", SOURCE_COMMAND_LINE);
}

int cmd_grid(struct batch *b)
{
    struct job_end end;
    struct ds_view ds;
    if (!b->result.terminal)
        want_colors(&b->options);
    int code = run_dataset(b, CMD_LIST, &ds, &end);
    if (code == EXIT_DONE)
        code = show(b, &ds);
    job_end_done(&end);
    return code;
}
