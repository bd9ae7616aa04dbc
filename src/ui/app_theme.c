/* Colours: the theme that the options name, and the menu of all.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/app_private.h"

#include "base/log.h"
#include "base/str.h"

static void problem(const struct err *err, void *user)
{
    (void)user;
    log_line(LOG_WARN, "%s", err->message);
}

void app_theme(struct app *app)
{
    struct err err = {0};
    if (theme_load(&app->theme, app->options.theme, problem, NULL, &err) != ERR_OK)
        app_status(app, ROLE_STATE_WARN, "%s", err.message);
    term_theme(app->term, &app->theme);
}

static void take(struct app *app, const char *name)
{
    struct err err = {0};
    if (option_set(&app->options, OPTION_ID_theme, name, SOURCE_SCREEN, &err) != ERR_OK) {
        app_status(app, ROLE_STATE_WARN, "%s", err.message);
        return;
    }
    app_theme(app);
    app_graphics(app);
    app->urgent = true;
}

/* The names are read again: where a theme file went meanwhile, its neighbour is taken. */
static void chosen(void *user, int choice)
{
    struct names names = {0};
    if (choice < 0)
        return;
    theme_names(&names);
    if ((size_t)choice < names.n)
        take(user, names.list[choice]);
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
    names_done(&names);
}
