/* A screen: one file and one row in screens.c.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_SCREEN_H
#define FL_UI_SCREEN_H

#include "engine/engine.h"
#include "ui/action.h"
#include "ui/canvas.h"
#include "ui/keys.h"

/* What every screen may read: the app's shared state. Owned by the app; the engine is reached through the functions below only. */
struct ui_model {
    const struct snapshot *snap;
    struct options *options;         /* what Setup edits; the next run gets a copy */
    const struct options *given;     /* as the program began with them; NULL: the same */
    char data[OPTION_TEXT_MAX];      /* the data folder, "" none */
    const struct block *dataset;     /* newest dataset block of it (first the listing, then the scan), or NULL */
    struct ds_view ds;               /* view of it, valid when dataset is not NULL */
    uint64_t dataset_version;        /* changes with dataset */
    const struct block *result;      /* result of the run shown on Train, or NULL */
    struct result_view res;
    uint64_t result_version;
    char run[OPTION_TEXT_MAX];       /* folder of the run that Results shows, "" that of this session */
    char run_data[OPTION_TEXT_MAX];  /* its data folder, "" unknown */
    int cell_w, cell_h;              /* pixels of a cell; for picture shapes */
    bool pictures;                   /* some graphics (sixel or blocks); false: text only */
    double now;                      /* clock_now() of this frame */
};

/* What a screen can ask of the app, from action or key handlers. */
struct ui_calls {
    void *app;
    enum err_code (*submit)(void *app, const struct cmd *cmd, uint64_t *job, struct err *err);
    void (*status)(void *app, enum role role, const char *format, ...) __attribute__((format(printf, 3, 4)));
    void (*go)(void *app, const char *screen);                        /* switch to a screen by name */
    void (*menu)(void *app, const char *title, const char *const *items, size_t n, size_t selected,
                 void (*done)(void *user, int choice), void *user);    /* choice -1: closed */
    void (*prompt)(void *app, const char *title, const char *text, bool path,
                   void (*done)(void *user, const char *text), void *user); /* text NULL: closed */
    void (*confirm)(void *app, const char *question, const char *const *answers, size_t n,
                    void (*done)(void *user, int answer), void *user); /* -1: closed */
    void (*text)(void *app, const char *title, const char *text);     /* paragraphs to read, "\n" between */
    void (*copy)(void *app, const char *text);                        /* to the clipboard, by the terminal */
    void (*open_data)(void *app, const char *folder);                 /* another data set */
    void (*demo)(void *app);                                          /* draws one and opens it */
    void (*start_run)(void *app);                                     /* checks, CMD_TRAIN with model.options, goes to Train */
    void (*quit)(void *app);
    void (*changed)(void *app, enum option_id id);                    /* Setup changed an option: for what it dirties; may be NULL */
    const struct block *(*block)(void *app, uint64_t id);             /* as engine_block: the caller releases it */
    void (*open_run)(void *app, const char *folder, const char *data);/* Results of that run */
};

/* Rows that can be gone to by number. */
struct ui_rows {
    size_t n, at;           /* at counts from 0 */
    const char *one, *many; /* "class", "classes"; NULL: there is no list now */
};

enum ui_dirty { UI_NONE = 0, UI_REPAINT = 1, UI_REFLOW = 2 };

struct screen_ops {
    const char *name;      /* "data": names of screens in actions.def */
    const char *title;     /* "Data" */
    unsigned context;      /* its bit for actions.def: CONTEXT_DATA */
    void *(*init)(const struct ui_calls *calls);
    void (*free)(void *self);
    /* Draws into the body. Input: model and own state; no engine calls, no time reading, no file access. Must be true for any size from 1 x 1. */
    void (*draw)(void *self, struct canvas *canvas, struct area body, const struct ui_model *model);
    /* An action of the table. Returns dirty bits. */
    unsigned (*action)(void *self, enum action action, struct ui_model *model);
    /* A notice of the engine; PROGRESS and STARTED too: the snapshot is new. May be NULL. */
    unsigned (*event)(void *self, const struct notice *notice, struct ui_model *model);
    /* A slice of what is left to do: so much that nobody waits for it. True: more is left; it is called again, between keys and frames.
     * May be NULL. */
    bool (*work)(void *self, const struct ui_model *model);
    /* Why an action does nothing now, for the status line; NULL: it does something. May be NULL. */
    const char *(*why_not)(void *self, enum action action, const struct ui_model *model);
    /* The screen is gone to, or asked for again: time to ask the engine for what it shows. May be NULL. */
    void (*enter)(void *self, struct ui_model *model);
    /* The list that has the keys; go (or NULL): the row to select first, below n. May be NULL. */
    struct ui_rows (*rows)(void *self, struct ui_model *model, const size_t *go);
    /* The mouse on what draw has told to be a hit (HIT_SCREEN; what it is of may be gone). True: what is
     * clicked was selected already, so it is to be opened. May be NULL. */
    bool (*mouse)(void *self, const struct hit *hit, const struct mouse *m, struct ui_model *model);
    enum action open;      /* what opens it */
    /* Keys and pastes go here first while a text field of the screen is edited (a filter line); true: taken. May be NULL. */
    bool (*text_key)(void *self, const struct key_event *event, struct ui_model *model);
};

extern const struct screen_ops screen_data, screen_samples, screen_setup, screen_train, screen_runs, screen_results;

#endif
