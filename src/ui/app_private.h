/* Inside of the app, for app*.c.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_APP_PRIVATE_H
#define FL_UI_APP_PRIVATE_H

#include "ui/keymap.h"
#include "ui/picture.h"
#include "ui/popup.h"
#include "ui/screen.h"
#include "ui/term.h"
#include "ui/w_prompt.h"

#define APP_SCREENS 8

/* What a folder holds. */
struct folder {
    const char *asked, *path; /* as it was asked for, as it really is; NULL: it cannot be read */
    bool dataset;             /* it looks like one */
    char **names;             /* folders end in '/' */
    size_t n;
};

struct app {
    struct terminal *term;
    struct engine *engine; /* NULL until the first frame is out */
    struct options options;
    struct options given; /* as it began with them */
    struct snapshot snap;
    struct ui_model model;
    struct ui_calls calls;
    struct keymap keymap;
    struct theme theme;
    struct canvas canvas;
    struct pictures *pictures;
    struct picture_shown shown[CANVAS_PICTURES];
    const struct gfx_backend *gfx;
    const char *gfx_why;
    enum gfx_level level; /* of the link */
    struct popups popups;
    struct prompt prompt;
    void *screens[APP_SCREENS];
    size_t current;

    char message[512]; /* status line; until the next key */
    enum role message_role;
    bool away; /* continued in the background */
    char mistake[400]; /* the first of the config file's */
    int n_mistakes;
    size_t strays;    /* lines that others printed since the last key */
    struct str stray; /* an unfinished one */

    uint64_t data_job; /* newest list or scan of model.data; older results are dropped */
    bool data_scanned;
    uint64_t demo_job, train_job;
    bool attached;         /* train_job watches a run of another process */
    uint64_t unsaved_job;  /* of the newest epoch that was told not to be saved, and its step */
    int64_t unsaved_step;
    uint64_t far_dataset;  /* id of that run's data set, once it is model.dataset */
    uint64_t result_block; /* id of model.result */
    uint64_t folder_job;   /* newest reading of a folder; 0 none */
    char folder_asked[OPTION_TEXT_MAX];
    void (*folder_done)(struct app *app, const struct folder *folder);
    char *picked;          /* folder picker: where it is */
    char **choices;        /* start menu and folder picker: what the lines mean */
    size_t n_choices;

    uint64_t replies_seen;
    double asked_at, resized_at, drawn_at, read_at;
    double frame_cost; /* of the last one, seconds of processor time */
    bool working; /* the screen has work left */
    bool waiting_answers, dirty, urgent; /* urgent: a key's answer; dirty: numbers changed */
    bool quit, quit_after_run, suspend, hung_up, detach;
    int exit_code;
    char last_words[4096]; /* printed after the screen is left */
};

/* app_model.c */
void app_open_data(struct app *app, const char *folder);
void app_take_events(struct app *app);
bool app_trains(const struct app *app); /* a training run is going on */
enum err_code app_submit(struct app *app, const struct cmd *cmd, uint64_t *job, struct err *err);
void app_start_run(struct app *app);
void app_model_done(struct app *app);

/* app_calls.c */
void app_calls_init(struct app *app);
void app_status(struct app *app, enum role role, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void app_error(struct app *app, const struct err *err);
void app_go(struct app *app, const char *screen);
void app_quit(struct app *app);
void app_help(struct app *app);
void app_changed(struct app *app, enum option_id id); /* what an option that was set dirties */

/* app_leave.c */
void app_detach(struct app *app);     /* D: the run goes on without this screen, or the status says why not */
void app_leave(struct app *app);      /* after the loop: gives the terminal up where the run goes on, and waits for its end */
void app_attach(struct app *app, const char *run);
void app_say_attached(struct app *app);

/* app_keys.c */
void app_keys(struct app *app);
void app_action(struct app *app, enum action action); /* or the status says why not */

/* app_command.c */
void app_prompt_key(struct app *app, const struct key_event *event);
void app_prompt_mouse(struct app *app, const struct hit *hit, const struct mouse *m);

/* app_theme.c */
void app_theme(struct app *app); /* loads the theme that the options name */
void app_theme_menu(struct app *app);

/* app_mouse.c */
void app_mouse(struct app *app);        /* on or off, as the option says */
void app_mouse_toggle(struct app *app); /* the option */
void app_mouse_event(struct app *app, const struct mouse *m);

/* app_draw.c */
void app_draw(struct app *app);
void app_graphics(struct app *app); /* chooses the backend by what is known now */

/* app_folders.c */
/* Reads a folder beside everything else; done is called once with what it holds, unless another one
 * is asked for before. */
void app_read_folder(struct app *app, const char *folder,
                     void (*done)(struct app *app, const struct folder *folder));
void app_take_folder(struct app *app, const struct notice *notice);
void app_complete(void *app, const char *folder);

/* app_start.c */
void app_start(struct app *app); /* nothing was given: the current folder, or the menu */
void app_start_menu(struct app *app);
void app_open_demo(struct app *app);     /* draws the flowers if need be */
void app_demo_settings(struct app *app); /* where the open folder is the demo's: its settings, unless others are set */
void app_remember_data(const char *folder);
void app_start_done(struct app *app);

#endif
