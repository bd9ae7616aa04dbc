/* Without a data folder: recent ones, a folder picker, the demo.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/app_private.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"

#define RECENT_MAX 10
#define FOLDERS_MAX 2000

/* --- recent data sets ----------------------------------------------------------------------- */

static char *recent_path(void)
{
    char *folder = path_home(PATH_STATE), *path = path_join(folder, "recent");
    free(folder);
    return path;
}

/* The folders, newest first; the caller frees each and the array. */
static size_t read_recent(char *folders[RECENT_MAX])
{
    char *path = recent_path(), *text = NULL, *rest = NULL;
    size_t n_bytes, n = 0;
    if (file_read(path, 1 << 20, &text, &n_bytes, NULL) == ERR_OK) {
        for (char *line = strtok_r(text, "\n", &rest); line && n < RECENT_MAX;
             line = strtok_r(NULL, "\n", &rest))
            folders[n++] = xstrdup(line);
    }
    free(text);
    free(path);
    return n;
}

void app_remember_data(const char *folder)
{
    char *folders[RECENT_MAX], *path = recent_path(), *home = path_home(PATH_STATE);
    struct str s = STR_INIT;
    size_t n = read_recent(folders), kept = 1;
    str_printf(&s, "%s\n", folder);
    for (size_t i = 0; i < n; i++) {
        if (kept < RECENT_MAX && !str_eq(folders[i], folder)) {
            str_printf(&s, "%s\n", folders[i]);
            kept++;
        }
        free(folders[i]);
    }
    /* a list that cannot be kept is no reason to disturb */
    if (!strchr(folder, '\n') && path_make_folders(home, NULL) == ERR_OK)
        file_replace(path, s.s, s.len, NULL);
    str_done(&s);
    free(home);
    free(path);
}

/* --- choices -------------------------------------------------------------------------------- */

static void clear_choices(struct app *app)
{
    for (size_t i = 0; i < app->n_choices; i++)
        free(app->choices[i]);
    free(app->choices);
    app->choices = NULL;
    app->n_choices = 0;
}

void app_start_done(struct app *app)
{
    clear_choices(app);
    free(app->picked);
    app->picked = NULL;
}

/* --- folder picker -------------------------------------------------------------------------- */

static void pick(struct app *app, const char *folder);

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void list_folders(struct app *app)
{
    DIR *dir = opendir(app->picked);
    size_t cap = 0;
    for (struct dirent *d; dir && app->n_choices < FOLDERS_MAX && (d = readdir(dir));) {
        char *path = d->d_name[0] == '.' ? NULL : path_join(app->picked, d->d_name);
        if (path && path_is_folder(path)) {
            app->choices = xgrow(app->choices, &cap, app->n_choices + 1, sizeof *app->choices);
            app->choices[app->n_choices++] = xstrdup(d->d_name);
        }
        free(path);
    }
    if (dir)
        closedir(dir);
    if (app->n_choices)
        qsort(app->choices, app->n_choices, sizeof *app->choices, by_name);
}

static void folder_chosen(void *user, int choice)
{
    struct app *app = user;
    if (choice < 0) {
        if (!*app->model.data)
            app_start_menu(app);
        return;
    }
    if (choice == 0) {
        app_open_data(app, app->picked);
        return;
    }
    char *next = choice == 1 ? xasprintf("%s/..", app->picked)
                             : path_join(app->picked, app->choices[choice - 2]);
    char *real = realpath(next, NULL);
    pick(app, real ? real : app->picked);
    free(real);
    free(next);
}

/* The menu of a folder: take it, go up, go into. */
static void pick(struct app *app, const char *folder)
{
    char *here = xstrdup(folder);
    app_start_done(app);
    app->picked = here;
    list_folders(app);
    char **items = xcalloc(app->n_choices + 2, sizeof *items);
    items[0] =
        xasprintf("use this folder%s", engine_is_dataset(here) ? " (has class folders)" : "");
    items[1] = xstrdup("..");
    for (size_t i = 0; i < app->n_choices; i++)
        items[i + 2] = xasprintf("%s/", app->choices[i]);
    bool useful = engine_is_dataset(here);
    popups_menu(&app->popups, "Open a folder", here, (const char *const *)items, app->n_choices + 2,
                useful || app->n_choices == 0 ? 0 : 2, folder_chosen, app);
    for (size_t i = 0; i < app->n_choices + 2; i++)
        free(items[i]);
    free(items);
}

/* --- start menu ----------------------------------------------------------------------------- */

static void path_typed(void *user, const char *text)
{
    struct app *app = user;
    if (text && *text)
        app_open_data(app, text);
    if (!*app->model.data)
        app_start_menu(app);
}

static void make_demo(struct app *app)
{
    struct err err = {0};
    struct cmd cmd = {.kind = CMD_DEMO, .options = &app->options};
    char *cache = path_home(PATH_CACHE), *folder = path_join(cache, "demo");
    snprintf(cmd.path, sizeof cmd.path, "%s", folder);
    if (app_submit(app, &cmd, NULL, &err) == ERR_OK)
        app_status(app, ROLE_STATE_RUN, "drawing flowers in %s", folder);
    else
        app_error(app, &err);
    free(folder);
    free(cache);
}

/* The last three lines are fixed: pick, type, demo. */
static void start_chosen(void *user, int choice)
{
    struct app *app = user;
    int n = (int)app->n_choices;
    char *here;
    if (choice >= 0 && choice < n) {
        app_open_data(app, app->choices[choice]);
    } else if (choice == n) {
        here = realpath(".", NULL);
        pick(app, here ? here : "/");
        free(here);
    } else if (choice == n + 1) {
        popups_prompt(&app->popups, "Data folder", "", true, path_typed, app);
    } else if (choice == n + 2) {
        make_demo(app);
    }
}

void app_start_menu(struct app *app)
{
    char *recent[RECENT_MAX];
    const char *items[RECENT_MAX + 3];
    size_t n = read_recent(recent), cap = 0;
    app_start_done(app);
    for (size_t i = 0; i < n; i++) {
        if (!path_is_folder(recent[i])) {
            free(recent[i]);
            continue;
        }
        app->choices = xgrow(app->choices, &cap, app->n_choices + 1, sizeof *app->choices);
        app->choices[app->n_choices++] = recent[i];
    }
    for (size_t i = 0; i < app->n_choices; i++)
        items[i] = app->choices[i];
    items[app->n_choices] = "look for a folder";
    items[app->n_choices + 1] = "type a path";
    items[app->n_choices + 2] = "drawn flowers, to try it out";
    popups_menu(&app->popups, "Start", "Which pictures? A data set is a folder of class folders.",
                items, app->n_choices + 3, 0, start_chosen, app);
    app->urgent = true;
}
