/* The settings of Setup as a command line: shown, copied, written as a script.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/setup_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/path.h"

void setup_command(struct str *out, const struct ui_model *model)
{
    options_command(out, model->options, "train", *model->data ? model->data : "DIR");
}

/* As a shell finds the program: by its path where PATH does not lead to it. */
static void command_to_type(struct str *out, const struct ui_model *model)
{
    struct str shown = STR_INIT;
    char *program = path_program();
    setup_command(&shown, model);
    str_add_shell(out, program);
    str_add(out, shown.s + strcspn(shown.s, " "));
    free(program);
    str_done(&shown);
}

void setup_script(struct str *out, const struct ui_model *model, const char *folder)
{
    str_printf(out, "#!/bin/sh\n# Trains as set up on the screen: mode %s, preset %s.\n",
               mode_name((enum mode)model->options->mode),
               preset_name((enum preset)model->options->preset));
    str_add(out, "cd ");
    str_add_shell(out, folder);
    str_add(out, " || exit 1\nexec ");
    command_to_type(out, model);
    str_add(out, " \"$@\"\n");
}

void setup_copy(struct setup_screen *s)
{
    struct str text = STR_INIT;
    command_to_type(&text, s->model);
    s->calls->copy(s->calls->app, text.s);
    str_done(&text);
}

/* --- script ---------------------------------------------------------------------------------- */

static void write_script(struct setup_screen *s, bool replace)
{
    struct err err = {0};
    struct str text = STR_INIT;
    char *here = realpath(".", NULL);
    setup_script(&text, s->model, here ? here : ".");
    struct cmd cmd = {.kind = CMD_SCRIPT, .number = replace, .n_list = 1};
    cmd.list = (const char *[]){text.s};
    snprintf(cmd.path, sizeof cmd.path, "%s", s->script);
    if (s->calls->submit(s->calls->app, &cmd, &s->script_job, &err) != ERR_OK)
        s->calls->status(s->calls->app, ROLE_STATE_FAIL, "%s", err.message);
    free(here);
    str_done(&text);
}

static void script_named(void *user, const char *text)
{
    struct setup_screen *s = user;
    if (!text || !*text)
        return;
    snprintf(s->script, sizeof s->script, "%s", text);
    write_script(s, false);
}

void setup_ask_script(struct setup_screen *s)
{
    char name[64];
    snprintf(name, sizeof name, "train-%s.sh", mode_name((enum mode)s->model->options->mode));
    s->calls->prompt(s->calls->app, "Script to write", *s->script ? s->script : name, true,
                     script_named, s);
}

static void replace_answered(void *user, int answer)
{
    struct setup_screen *s = user;
    if (answer == 1)
        write_script(s, true);
    else if (answer == 2)
        setup_ask_script(s);
}

void setup_script_event(struct setup_screen *s, const struct notice *notice)
{
    static const char *const answers[] = {"leave it", "write over it", "another name"};
    if (!s->script_job || notice->job != s->script_job || !notice_ends(notice))
        return;
    s->script_job = 0;
    if (notice->kind != NOTICE_FAILED || notice->err.code != ERR_INVALID)
        return;
    char question[OPTION_TEXT_MAX + 32];
    snprintf(question, sizeof question, "%s is there already.", s->script);
    s->calls->confirm(s->calls->app, question, answers, 3, replace_answered, s);
}
