/* What screens can ask of the app.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/app_private.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/help.h"
#include "ui/parts.h"
#include "ui/screens.h"

#define HELP_COLS 110 /* wider lines are hard to read */

static void set_status(struct app *app, enum role role, const char *format, va_list ap)
{
    vsnprintf(app->message, sizeof app->message, format, ap);
    app->message_role = role; /* talk with the user: none of it belongs into the run's log */
    app->urgent = true;
}

void app_status(struct app *app, enum role role, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    set_status(app, role, format, ap);
    va_end(ap);
}

void app_error(struct app *app, const struct err *err)
{
    app_status(app, ROLE_STATE_FAIL, "%s%s%s", err->message, *err->hint ? "; " : "", err->hint);
}

void app_go(struct app *app, const char *screen)
{
    int i = screen_find(screen);
    if (i < 0)
        return;
    app->current = (size_t)i;
    app->urgent = true;
    if (screen_at(app->current)->enter)
        screen_at(app->current)->enter(app->screens[i], &app->model);
}

/* --- quit ----------------------------------------------------------------------------------- */

static void quit_answered(void *user, int answer)
{
    struct app *app = user;
    struct err err = {0};
    struct cmd cmd = {.kind = answer == 0 ? CMD_STOP_EPOCH : CMD_STOP_NOW, .job = app->train_job};
    if (answer == 3)
        app_detach(app);
    if (answer != 0 && answer != 1)
        return;
    if (!app_trains(app)) {
        app->quit = true;
        return;
    }
    if (!app->attached) /* nobody is there to begin them */
        app_submit(app, &(struct cmd){.kind = CMD_QUEUE_REMOVE}, NULL, NULL);
    if (app_submit(app, &cmd, NULL, &err) != ERR_OK) {
        app_error(app, &err);
        return;
    }
    app->quit_after_run = true;
    app_status(app, ROLE_STATE_RUN,
               answer == 0 ? "stopping after this epoch, then leaving"
                           : "stopping now, then leaving");
}

/* Everything of the run is written, its last notice is on its way. */
static bool ends_now(const struct app *app)
{
    const struct train_view *t = &app->snap.train;
    return app->train_job && t->job == app->train_job && !t->live && *t->end && !app->snap.n_queue;
}

void app_quit(struct app *app)
{
    static const char *const answers[] = {"stop after this epoch", "stop now", "stay here",
                                          "detach: leave, and the run goes on"};
    char question[96] = "A run is training.";
    if (app->snap.n_queue)
        snprintf(question, sizeof question, "A run is training. %d %s %s", (int)app->snap.n_queue, app->snap.n_queue == 1 ? "waits" : "wait",
                 app->attached              ? "behind it, where it trains."
                 : app->snap.n_queue == 1 ? "and is dropped by a stop."
                                          : "and are dropped by a stop.");
    if (!app_trains(app))
        app->quit = true;
    else if (ends_now(app))
        app->quit_after_run = true;
    else
        popups_menu(&app->popups, "Quit", question, answers, 4, 2, quit_answered, app);
    app->urgent = true;
}

/* --- help ----------------------------------------------------------------------------------- */

void app_help(struct app *app)
{
    const struct screen_ops *screen = screen_at(app->current);
    struct text_box text = {.most = HELP_COLS};
    struct str s = STR_INIT;
    help_keys(&text, &app->keymap, screen->context, screen->title);
    str_printf(&s, "Pictures: %s", app->gfx_why ? app->gfx_why : "none");
    text_box_add(&text, ROLE_TEXT, "", s.s);
    str_clear(&s);
    str_printf(&s, "Theme: %s, %d colours", app->theme.name, term_colors(app->term));
    text_box_add(&text, ROLE_TEXT, "", s.s);
    str_clear(&s);
    str_printf(&s, "Mouse: %s, %s switches it", app->options.mouse ? "on" : "off", parts_key(ACTION_MOUSE));
    text_box_add(&text, ROLE_TEXT, "", s.s);
    str_done(&s);
    popups_text(&app->popups, "Help: keys", &text);
    app->urgent = true;
}

/* --- the table ------------------------------------------------------------------------------ */

static enum err_code call_submit(void *app, const struct cmd *cmd, uint64_t *job, struct err *err)
{
    return app_submit(app, cmd, job, err);
}

static void call_status(void *app, enum role role, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    set_status(app, role, format, ap);
    va_end(ap);
}

static void call_go(void *app, const char *screen)
{
    app_go(app, screen);
}

static void call_menu(void *user, const char *title, const char *const *items, size_t n,
                      size_t selected, void (*done)(void *user, int choice), void *done_user)
{
    struct app *app = user;
    popups_menu(&app->popups, title, NULL, items, n, selected, done, done_user);
}

static void call_prompt(void *user, const char *title, const char *text, bool path,
                        void (*done)(void *user, const char *text), void *done_user)
{
    struct app *app = user;
    popups_prompt(&app->popups, title, text, path, done, done_user);
}

static void call_confirm(void *user, const char *question, const char *const *answers, size_t n,
                         void (*done)(void *user, int answer), void *done_user)
{
    struct app *app = user;
    popups_menu(&app->popups, "Question", question, answers, n, 0, done, done_user);
}

static void call_text(void *user, const char *title, const char *text)
{
    struct app *app = user;
    popups_paragraphs(&app->popups, title, text);
}

static void call_copy(void *user, const char *text)
{
    struct app *app = user;
    if (term_copy(app->term, text))
        app_status(app, ROLE_STATE_DONE, "given to the terminal's clipboard");
    else
        app_status(app, ROLE_STATE_WARN, "too long for the clipboard");
}

static void call_open_data(void *app, const char *folder)
{
    app_open_data(app, folder);
}

static void call_demo(void *app)
{
    app_open_demo(app);
}

static void call_start_run(void *app)
{
    app_start_run(app);
}

static void call_quit(void *app)
{
    app_quit(app);
}

void app_changed(struct app *app, enum option_id id)
{
    enum option_dirties dirties = option_row(id)->dirties;
    if (dirties == DIRTY_DATA && *app->model.data)
        app_open_data(app, app->model.data);
    if (id == OPTION_ID_mouse)
        app_mouse(app);
    if (dirties == DIRTY_THEME)
        app_theme(app);
    if (dirties == DIRTY_THEME || dirties == DIRTY_REFLOW)
        app_graphics(app);
    app->urgent = true;
}

static void call_changed(void *app, enum option_id id)
{
    app_changed(app, id);
}

static const struct block *call_block(void *user, uint64_t id)
{
    struct app *app = user;
    return app->engine ? engine_block(app->engine, id) : NULL;
}

static void call_open_run(void *user, const char *folder, const char *data)
{
    struct app *app = user;
    snprintf(app->model.run, sizeof app->model.run, "%s", folder);
    snprintf(app->model.run_data, sizeof app->model.run_data, "%s", data);
    app_go(app, "results");
}

void app_calls_init(struct app *app)
{
    app->calls = (struct ui_calls){.app = app,
                                   .submit = call_submit,
                                   .status = call_status,
                                   .go = call_go,
                                   .menu = call_menu,
                                   .prompt = call_prompt,
                                   .confirm = call_confirm,
                                   .text = call_text,
                                   .copy = call_copy,
                                   .open_data = call_open_data,
                                   .demo = call_demo,
                                   .start_run = call_start_run,
                                   .quit = call_quit,
                                   .changed = call_changed,
                                   .block = call_block,
                                   .open_run = call_open_run};
    app->popups.complete = app_complete;
    app->popups.complete_user = app;
}
