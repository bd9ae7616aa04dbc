/* Keys to popups, text fields, actions.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/app_private.h"

#include "base/clock.h"
#include "ui/parts.h"
#include "ui/screens.h"

/* The screens are in the order of their actions. */
static void go_to(struct app *app, size_t i)
{
    if (i == app->current)
        app_status(app, ROLE_TEXT, "this is %s", screen_at(i)->title);
    app_go(app, screen_at(i)->name);
}

/* Actions that are the app's own. False: the screen's. */
static bool own_action(struct app *app, enum action action)
{
    switch (action) {
    case ACTION_HELP:
        app_help(app);
        return true;
    case ACTION_THEME:
        app_theme_menu(app);
        return true;
    case ACTION_DATA:
    case ACTION_SAMPLES:
    case ACTION_SETUP:
    case ACTION_TRAIN:
    case ACTION_RUNS:
    case ACTION_RESULTS:
        go_to(app, (size_t)(action - ACTION_DATA));
        return true;
    case ACTION_NEXT_SCREEN:
        app_go(app, screen_at((app->current + 1) % screen_count())->name);
        return true;
    case ACTION_REPAINT:
        pictures_forget(app->pictures);
        term_level(app->term, true);
        app_graphics(app);
        term_repaint(app->term);
        return true;
    case ACTION_MOUSE:
        app_mouse_toggle(app);
        return true;
    case ACTION_PROMPT:
        prompt_open(&app->prompt);
        return true;
    case ACTION_DETACH:
        app_detach(app);
        return true;
    case ACTION_QUIT:
        app_quit(app);
        return true;
    default:
        return false;
    }
}

/* The screen did nothing, and has not said why. */
static const char *nothing(enum action action)
{
    return action == ACTION_BACK    ? "there is nothing to go back from"
           : action_moves(action) ? "there is nothing further this way"
                                  : "there is nothing to do here";
}

void app_action(struct app *app, enum action action)
{
    const struct screen_ops *screen = screen_at(app->current);
    void *self = app->screens[app->current];
    if (own_action(app, action))
        return;
    const char *why = screen->why_not ? screen->why_not(self, action, &app->model) : NULL;
    if (!why && screen->action(self, action, &app->model) == UI_NONE && !*app->message)
        why = nothing(action);
    if (why)
        app_status(app, ROLE_STATE_WARN, "%s", why);
}

/* Of the screen's, or none. */
static void screen_key(struct app *app, struct key key)
{
    enum action action = keymap_find(&app->keymap, screen_at(app->current)->context, key);
    struct str name = STR_INIT;
    if (action != ACTION_NONE) {
        app_action(app, action);
    } else {
        key_write(&name, key);
        app_status(app, ROLE_DIM, "%s is no key here; %s lists them", name.s, parts_key(ACTION_HELP));
        str_done(&name);
    }
}

/* Help can be had from every menu, and closes to it again. */
static bool asks_for_help(const struct app *app, struct key key)
{
    unsigned context = screen_at(app->current)->context;
    return !popups_takes_text(&app->popups) && keymap_find(&app->keymap, context, key) == ACTION_HELP;
}

/* From everywhere, menus and prompts too, unless it is bound to something. */
static bool asks_to_stop(const struct app *app, struct key key)
{
    return key.code == K_CTRL && key.ch == 'z' && keymap_find(&app->keymap, screen_at(app->current)->context, key) == ACTION_NONE;
}

static void one_key(struct app *app, const struct key_event *event)
{
    const struct screen_ops *screen = screen_at(app->current);
    struct key key = event->key;
    app->message[0] = '\0';
    term_calm(app->term);
    app->strays = 0;
    app->urgent = true;
    if (key.code == K_MOUSE) {
        app_mouse_event(app, &event->mouse);
        return;
    }
    if (asks_to_stop(app, key)) {
        app->suspend = true;
        return;
    }
    if (app->popups.n > 0) {
        if (asks_for_help(app, key))
            app_help(app);
        else
            popups_key(&app->popups, event);
        return;
    }
    if (app->prompt.open) {
        app_prompt_key(app, event);
        return;
    }
    if (screen->text_key && screen->text_key(app->screens[app->current], event, &app->model))
        return;
    if (key.code == K_PASTE) /* outside of a field a paste is not keys */
        return;
    screen_key(app, key);
}

void app_keys(struct app *app)
{
    struct key_event event;
    app->model.now = clock_now();
    while (!app->quit && term_key(app->term, &event))
        one_key(app, &event);
}
