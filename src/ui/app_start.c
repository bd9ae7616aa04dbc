/* Without a data folder: recent ones, a folder picker, the demo.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/app_private.h"

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
        file_replace_quick(path, s.s, s.len, NULL);
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
    pick(app, next);
    free(next);
}

static void keep_folders(struct app *app, const struct folder *f)
{
    size_t cap = 0;
    for (size_t i = 0; i < f->n && app->n_choices < FOLDERS_MAX; i++) {
        if (f->names[i][0] == '.' || !str_ends(f->names[i], "/"))
            continue;
        app->choices = xgrow(app->choices, &cap, app->n_choices + 1, sizeof *app->choices);
        app->choices[app->n_choices++] = xstrdup(f->names[i]);
    }
}

/* The menu of a folder: take it, go up, go into. One that cannot be read shows what it is not. */
static void pick_from(struct app *app, const struct folder *f)
{
    app_start_done(app);
    app->message[0] = '\0'; /* it has been read */
    app->picked = xstrdup(f->path ? f->path : f->asked);
    keep_folders(app, f);
    const char **items = xcalloc(app->n_choices + 2, sizeof *items);
    items[0] = !f->path     ? "this folder cannot be read"
               : f->dataset ? "use this folder (has class folders)"
                            : "use this folder";
    items[1] = "..";
    for (size_t i = 0; i < app->n_choices; i++)
        items[i + 2] = app->choices[i];
    popups_menu(&app->popups, "Open a folder", app->picked, items, app->n_choices + 2,
                f->dataset || app->n_choices == 0 ? 0 : 2, folder_chosen, app);
    free(items);
}

static void pick(struct app *app, const char *folder)
{
    app_status(app, ROLE_DIM, "reading %s", folder);
    app_read_folder(app, folder, pick_from);
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

/* Where the command demo has it, too. The caller frees it. */
static char *demo_folder(void)
{
    char *cache = path_home(PATH_CACHE), *folder = path_join(cache, "demo");
    free(cache);
    return folder;
}

static char *demo_flowers(void)
{
    char *folder = demo_folder(), *flowers = path_join(folder, "flowers");
    free(folder);
    return flowers;
}

void app_open_demo(struct app *app)
{
    struct err err = {0};
    struct cmd cmd = {.kind = CMD_DEMO, .options = &app->options};
    char *flowers = demo_flowers();
    snprintf(cmd.path, sizeof cmd.path, "%s", flowers);
    if (app_submit(app, &cmd, NULL, &err) != ERR_OK)
        app_error(app, &err);
    free(flowers);
}

void app_demo_settings(struct app *app)
{
    char *flowers = demo_flowers(), *folder = demo_folder(), *weights = NULL;
    if (str_eq(app->model.data, flowers))
        engine_demo_settings(&app->options, folder, false, &weights);
    free(weights);
    free(folder);
    free(flowers);
}

/* The last three lines are fixed: pick, type, demo. */
static void start_chosen(void *user, int choice)
{
    struct app *app = user;
    int n = (int)app->n_choices;
    if (choice >= 0 && choice < n) {
        app_open_data(app, app->choices[choice]);
    } else if (choice == n) {
        pick(app, ".");
    } else if (choice == n + 1) {
        popups_prompt(&app->popups, "Data folder", "", true, path_typed, app);
    } else if (choice == n + 2) {
        app_open_demo(app);
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

static void first_look(struct app *app, const struct folder *f)
{
    if (*app->model.data || app->popups.n) /* somebody was faster */
        return;
    if (f->dataset)
        app_open_data(app, f->path);
    else
        app_start_menu(app);
}

void app_start(struct app *app)
{
    app_read_folder(app, ".", first_look);
}
