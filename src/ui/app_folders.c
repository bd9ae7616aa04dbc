/* Folders as the engine reads them: completion of paths, the folder picker, the first look.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/app_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void app_read_folder(struct app *app, const char *folder,
                     void (*done)(struct app *app, const struct folder *folder))
{
    struct err err = {0};
    struct cmd cmd = {.kind = CMD_FOLDER, .options = &app->options};
    if (strlen(folder) >= sizeof cmd.path)
        return;
    snprintf(cmd.path, sizeof cmd.path, "%s", folder);
    if (app->folder_job)
        app_submit(app, &(struct cmd){.kind = CMD_CANCEL, .job = app->folder_job}, NULL, NULL);
    app->folder_job = 0;
    if (app_submit(app, &cmd, &app->folder_job, &err) != ERR_OK) {
        app_error(app, &err);
        return;
    }
    snprintf(app->folder_asked, sizeof app->folder_asked, "%s", folder);
    app->folder_done = done;
}

/* Cuts the lines of the text apart: real path, mark, names. */
static void parse(struct folder *f, char *text)
{
    size_t cap = 0;
    f->path = strsep(&text, "\n");
    const char *mark = strsep(&text, "\n");
    f->dataset = mark && str_eq(mark, "dataset");
    for (char *name; text && *(name = strsep(&text, "\n"));) {
        f->names = xgrow(f->names, &cap, f->n + 1, sizeof *f->names);
        f->names[f->n++] = name;
    }
}

void app_take_folder(struct app *app, const struct notice *notice)
{
    if (!app->folder_job || notice->job != app->folder_job || !notice_ends(notice))
        return;
    const struct block *block = engine_block(app->engine, notice->block);
    app->folder_job = 0;
    struct folder f = {.asked = app->folder_asked};
    char *text = xstrdup(block ? text_view(block) : "");
    if (block)
        parse(&f, text);
    app->folder_done(app, &f);
    free(f.names);
    free(text);
    block_release(block);
    app->urgent = true;
}

/* --- completion ----------------------------------------------------------------------------- */

static void complete(struct app *app, const struct folder *f)
{
    popups_complete(&app->popups, f->asked, f->names, f->n);
}

/* For the popups: somebody pressed Tab in a field for paths. */
void app_complete(void *user, const char *folder)
{
    app_read_folder(user, folder, complete);
}
