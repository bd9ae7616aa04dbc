/* The command prompt: a line after ":", its history, and a list of what it could go on with.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_W_PROMPT_H
#define FL_UI_W_PROMPT_H

#include "base/names.h"
#include "ui/command.h"
#include "ui/edit.h"

/* Zeros are a closed one. Fields may be read. */
struct prompt {
    bool open;
    struct edit edit;
    struct names history;
    size_t at;            /* in the history; history.n: the line that is typed */
    char typed[EDIT_MAX]; /* that line, while another one is shown */
    struct candidates fit;
    bool listed;          /* they are shown */
    bool cycling;         /* Tab has put one of them into the line: */
    size_t chosen, top;   /* which one; first one shown */
};

enum prompt_did {
    PROMPT_TAKEN,
    PROMPT_LEFT,  /* closed */
    PROMPT_RUN,   /* closed, and edit.text is to be done; it is in the history */
    PROMPT_FOLDER /* the names in fit.folder are wanted: prompt_names */
};

void prompt_open(struct prompt *p);
void prompt_done(struct prompt *p);

/* Editing keys; Tab completes, then goes through the list, S-Tab back; Up and Down go through the
 * lines before that begin with what is typed; Enter runs, Esc, C-c and Backspace in an empty line
 * leave. */
enum prompt_did prompt_key(struct prompt *p, const struct key_event *event, unsigned context);
/* The mouse on the list (hit: index of a candidate): a click puts it into the line, one on that which is there
 * runs the line; the wheel goes through them. */
enum prompt_did prompt_mouse(struct prompt *p, const struct hit *hit, const struct mouse *m);
/* The names of the folder that was wanted; ignored when the line has gone on meanwhile. */
void prompt_names(struct prompt *p, const char *folder, char *const *names, size_t n);

/* The line into row, the list above it where there is room. options: the values now. */
void prompt_draw(struct prompt *p, struct canvas *c, struct area row, const struct options *options);

#endif
