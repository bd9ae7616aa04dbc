/* The estimate on Setup: asked for by a key, shown with what it rests on, old as soon as a setting changes.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/setup_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "ui/parts.h"

void setup_estimate(struct setup_screen *s)
{
    struct err err = {0};
    struct cmd cmd = {.kind = CMD_ESTIMATE, .options = s->model->options};
    if (s->estimate_job)
        cmd = (struct cmd){.kind = CMD_CANCEL, .job = s->estimate_job};
    else
        snprintf(cmd.path, sizeof cmd.path, "%s", s->model->data);
    uint64_t job = 0;
    if (s->calls->submit(s->calls->app, &cmd, &job, &err) != ERR_OK) {
        s->calls->status(s->calls->app, ROLE_STATE_FAIL, "%s", err.message);
        return;
    }
    if (cmd.kind != CMD_ESTIMATE)
        return;
    s->estimate_job = job;
    s->estimated = s->estimated ? s->estimated : xmalloc(sizeof *s->estimated);
    *s->estimated = *s->model->options;
    *s->estimate = '\0';
}

void setup_start(struct setup_screen *s)
{
    if (!s->estimate_job) {
        s->calls->start_run(s->calls->app);
        return;
    }
    if (!s->start_behind)
        setup_estimate(s);
    s->start_behind = true;
    s->calls->status(s->calls->app, ROLE_STATE_RUN, "the estimate stops, then the run begins");
}

/* The value of a line NAME<TAB>VALUE; "" when there is none. */
static void value_of(char *out, size_t size, const char *text, const char *name)
{
    size_t n = strlen(name);
    *out = '\0';
    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, name, n) == 0 && line[n] == '\t')
            snprintf(out, size, "%.*s", (int)strcspn(line + n + 1, "\n"), line + n + 1);
    }
}

static void say_result(struct setup_screen *s, const char *text)
{
    char seconds[32], memory[32], disk[32], basis[96], a[NUM_TEXT], b[NUM_TEXT], c[NUM_TEXT];
    double value = 0;
    uint64_t m = 0, d = 0;
    value_of(seconds, sizeof seconds, text, "seconds");
    value_of(memory, sizeof memory, text, "memory");
    value_of(disk, sizeof disk, text, "disk");
    value_of(basis, sizeof basis, text, "basis");
    num_parse_real(seconds, &value);
    num_parse_uint(memory, &m);
    num_parse_uint(disk, &d);
    snprintf(s->estimate, sizeof s->estimate, "%s, %s memory, %s disk (%.80s)", num_seconds(a, value), num_bytes(b, m),
             num_bytes(c, d), basis);
}

void setup_estimate_event(struct setup_screen *s, const struct notice *notice)
{
    if (!s->estimate_job || notice->job != s->estimate_job || !notice_ends(notice))
        return;
    s->estimate_job = 0;
    const struct block *block = notice->block ? s->calls->block(s->calls->app, notice->block) : NULL;
    if (notice->kind == NOTICE_FINISHED && block)
        say_result(s, text_view(block));
    block_release(block);
    if (s->start_behind) {
        s->start_behind = false;
        setup_start(s);
    }
}

/* Of what a run depends on. */
static bool same_settings(const struct options *a, const struct options *b)
{
    struct str x = STR_INIT, y = STR_INIT;
    options_write(&x, a, OPTION_SCOPES_RECORD, true);
    options_write(&y, b, OPTION_SCOPES_RECORD, true);
    bool same = str_eq(x.s, y.s);
    str_done(&x);
    str_done(&y);
    return same;
}

void setup_estimate_draw(const struct setup_screen *s, struct canvas *c, struct area row, const struct options *now)
{
    char text[224];
    if (!s->estimate_job && !*s->estimate)
        return;
    bool old = !s->estimate_job && !same_settings(s->estimated, now);
    if (s->estimate_job)
        snprintf(text, sizeof text, "estimating; %s stops it", parts_key(ACTION_ESTIMATE));
    else
        snprintf(text, sizeof text, "%s%s", old ? "estimate before the change: " : "estimate: ", s->estimate);
    canvas_put_cut(c, row, 0, 0, row.w, old ? ROLE_DIM : ROLE_STATE_RUN, text, false);
}
