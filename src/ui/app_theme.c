/* Colours: the theme that the options name, and the menu of all.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/app_private.h"

#include "base/str.h"

struct problems {
    struct app *app;
    size_t n;
};

/* The first of a theme file is shown; the others come when it is mended. */
static void problem(const struct err *err, void *user)
{
    struct problems *p = user;
    if (p->n++ == 0)
        app_status(p->app, ROLE_STATE_WARN, "%s", err->message);
}

static void show(struct app *app, const char *name)
{
    struct err err = {0};
    struct problems problems = {app, 0};
    if (theme_load(&app->theme, name, problem, &problems, &err) != ERR_OK)
        app_status(app, ROLE_STATE_WARN, "%s%s%s", err.message, *err.hint ? "; " : "", err.hint);
    term_theme(app->term, &app->theme);
}

void app_theme(struct app *app)
{
    show(app, app->options.theme);
}

static void apply(struct app *app)
{
    app_theme(app);
    app_graphics(app);
}

static void take(struct app *app, const char *name)
{
    struct err err = {0};
    if (option_set(&app->options, OPTION_ID_theme, name, SOURCE_SCREEN, &err) != ERR_OK) {
        app_status(app, ROLE_STATE_WARN, "%s", err.message);
        return;
    }
    apply(app);
}

/* The names are read again: where a theme file went meanwhile, its neighbour is taken. */
static void chosen(void *user, int choice)
{
    struct names names = {0};
    struct app *app = user;
    theme_names(&names);
    if (choice >= 0 && (size_t)choice < names.n)
        take(app, names.list[choice]);
    else
        apply(app);
    names_done(&names);
}

/* What is selected in the menu is shown; it is not yet the option's. */
static void moved(void *user, int item)
{
    struct names names = {0};
    theme_names(&names);
    if ((size_t)item < names.n)
        show(user, names.list[item]);
    app_graphics(user);
    names_done(&names);
}

void app_theme_menu(struct app *app)
{
    struct names names = {0};
    size_t now = 0;
    theme_names(&names);
    for (size_t i = 0; i < names.n; i++)
        now = str_eq(names.list[i], app->options.theme) ? i : now;
    popups_menu(&app->popups, "Theme", NULL, (const char *const *)names.list, names.n, now, chosen, app);
    popups_watch(&app->popups, moved);
    names_done(&names);
}
