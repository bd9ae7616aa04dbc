/* The mouse on the screens.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/app_private.h"

#include "ui/parts.h"
#include "ui/screens.h"

void app_mouse(struct app *app)
{
    term_mouse(app->term, app->options.mouse);
}

void app_mouse_toggle(struct app *app)
{
    bool on = !app->options.mouse;
    option_set(&app->options, OPTION_ID_mouse, on ? "on" : "off", SOURCE_SCREEN, NULL);
    app_mouse(app);
    if (on)
        app_status(app, ROLE_STATE_DONE, "mouse on, %s switches it off; Shift held marks text",
                   parts_key(ACTION_MOUSE));
    else
        app_status(app, ROLE_TEXT, "mouse off");
}

static void on_screen(struct app *app, const struct hit *hit, const struct mouse *m)
{
    const struct screen_ops *screen = screen_at(app->current);
    if (screen->mouse && screen->mouse(app->screens[app->current], hit, m, &app->model))
        app_action(app, screen->open);
}

/* What is on top has the mouse: popups, then the prompt. */
void app_mouse_event(struct app *app, const struct mouse *m)
{
    const struct hit *hit = canvas_hit_at(&app->canvas, m->x, m->y);
    bool click = m->what == MOUSE_CLICK;
    if (!app->options.mouse)
        return; /* one that came late */
    if (app->popups.n > 0)
        popups_mouse(&app->popups, hit, m);
    else if (app->prompt.open)
        app_prompt_mouse(app, hit, m);
    else if (!hit)
        return;
    else if (hit->kind == HIT_SCREEN)
        on_screen(app, hit, m);
    else if (hit->kind == HIT_TAB && click)
        app_go(app, screen_at(hit->index)->name);
    else if (hit->kind == HIT_KEY && click)
        app_action(app, (enum action)hit->index);
}
