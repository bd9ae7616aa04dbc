/* The command prompt on the screens: what its lines do.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/app_private.h"

#include "ui/option_values.h"
#include "ui/screens.h"

static unsigned context(const struct app *app)
{
    return screen_at(app->current)->context;
}

/* --- options --------------------------------------------------------------------------------- */

static void set(struct app *app, enum option_id id, const char *value)
{
    struct err err = {0};
    struct str now = STR_INIT;
    const struct option_row *row = option_row(id);
    if (option_set_typed(&app->options, id, value, &err) != ERR_OK) {
        app_error(app, &err);
        return;
    }
    option_get(&now, &app->options, id);
    app_status(app, ROLE_STATE_DONE, "%s = %s%s", row->name, now.s ? now.s : "",
               row->scope == SCOPE_RUN && app_trains(app) ? ", for the next run" : "");
    str_done(&now);
    app_changed(app, id); /* may have more to say */
}

static void show(struct app *app, enum option_id id)
{
    struct str now = STR_INIT;
    struct recipe recipe;
    bool known = engine_recipe(&app->options, &recipe, NULL) == ERR_OK;
    option_shown(&now, &app->options, id, known ? &recipe : NULL);
    app_status(app, ROLE_TEXT, "%s = %s (%s): %s", option_row(id)->name, now.s,
               option_source_name((enum option_source)app->options.source[id]), option_row(id)->help);
    str_done(&now);
}

/* --- rows ------------------------------------------------------------------------------------ */

/* The row that is meant, kept within those that there are. */
static size_t target(const struct ui_rows *rows, const struct command *cmd)
{
    int64_t n = (int64_t)rows->n, to = cmd->number - 1;
    if (cmd->kind == COMMAND_MOVE) /* n is far enough */
        to = (int64_t)rows->at + (cmd->number > n ? n : cmd->number < -n ? -n : cmd->number);
    return to < 0 ? 0 : to >= n ? (size_t)n - 1 : (size_t)to;
}

static bool beyond(const struct ui_rows *rows, const struct command *cmd, size_t to)
{
    if (cmd->kind == COMMAND_ROW)
        return cmd->number != INT64_MAX && cmd->number != (int64_t)to + 1;
    return cmd->number != (int64_t)to - (int64_t)rows->at;
}

static void go_to_row(struct app *app, const struct command *cmd)
{
    const struct screen_ops *screen = screen_at(app->current);
    void *self = app->screens[app->current];
    struct ui_rows rows = {0};
    if (screen->rows)
        rows = screen->rows(self, &app->model, NULL);
    if (!rows.n) {
        app_status(app, ROLE_STATE_WARN, "there are no %s here", rows.many ? rows.many : "rows");
        return;
    }
    size_t to = target(&rows, cmd);
    screen->rows(self, &app->model, &to);
    if (beyond(&rows, cmd, to) && to == 0)
        app_status(app, ROLE_STATE_WARN, "%s 1 of %zu: they begin here", rows.one, rows.n);
    else if (beyond(&rows, cmd, to))
        app_status(app, ROLE_STATE_WARN, "%s %zu of %zu: there are no more", rows.one, to + 1, rows.n);
    else
        app_status(app, ROLE_TEXT, "%s %zu of %zu", rows.one, to + 1, rows.n);
}

/* --- lines ----------------------------------------------------------------------------------- */

static void run(struct app *app, const char *line)
{
    struct command cmd;
    struct err err = {0};
    if (command_parse(&cmd, line, context(app), &err) != ERR_OK) {
        app_error(app, &err);
        return;
    }
    switch (cmd.kind) {
    case COMMAND_ROW:
    case COMMAND_MOVE:
        go_to_row(app, &cmd);
        return;
    case COMMAND_ACTION:
        app_action(app, cmd.action);
        return;
    case COMMAND_SHOW:
        show(app, cmd.option);
        return;
    case COMMAND_SET:
        set(app, cmd.option, cmd.value);
        return;
    case COMMAND_NOTHING:
        return;
    }
}

static void take_names(struct app *app, const struct folder *f)
{
    prompt_names(&app->prompt, f->asked, f->names, f->n);
}

static void do_it(struct app *app, enum prompt_did did)
{
    switch (did) {
    case PROMPT_RUN:
        run(app, app->prompt.edit.text);
        break;
    case PROMPT_FOLDER:
        app_read_folder(app, app->prompt.fit.folder, take_names);
        break;
    case PROMPT_TAKEN:
    case PROMPT_LEFT:
        break;
    }
}

void app_prompt_key(struct app *app, const struct key_event *event)
{
    do_it(app, prompt_key(&app->prompt, event, context(app)));
}

void app_prompt_mouse(struct app *app, const struct hit *hit, const struct mouse *m)
{
    do_it(app, prompt_mouse(&app->prompt, hit, m));
}
