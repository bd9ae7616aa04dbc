/* Colours: the theme that the options name, and the menu of all.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/app_private.h"

#include <stdlib.h>

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

static void names_free(char **names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(names[i]);
    free(names);
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
    char **names;
    if (choice < 0)
        return;
    size_t n = theme_names(&names);
    if ((size_t)choice < n)
        take(user, names[choice]);
    names_free(names, n);
}

void app_theme_menu(struct app *app)
{
    char **names;
    size_t n = theme_names(&names), now = 0;
    for (size_t i = 0; i < n; i++)
        now = str_eq(names[i], app->options.theme) ? i : now;
    popups_menu(&app->popups, "Theme", NULL, (const char *const *)names, n, now, chosen, app);
    names_free(names, n);
}
