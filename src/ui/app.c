/* The screens: start, loop, end.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/app.h"

#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/path.h"
#include "ui/app_private.h"
#include "ui/parts.h"
#include "ui/screens.h"
#include "ui/session.h"
#include "ui/signals.h"

#define AWAY_LOOK 0.25       /* seconds between looks at who has the terminal */
#define ANSWER_TIMEOUT 1.0
#define FRAME 0.033       /* at most 30 frames a second for keys */
#define NUMBERS_FRAME 0.25 /* and 4 when only numbers change: they cost the cores that train, */
#define NUMBERS_MOST 1.0   /* so fewer, but not under one, where a frame of them */
#define NUMBERS_SHARE 0.01 /* would take more than this of a core */
#define RESIZE_PAUSE 0.1
#define NICENESS 5 /* keys are answered while all cores compute */

/* --- start ---------------------------------------------------------------------------------- */

/* Of several mistakes of the config file the first is shown; the command config tells all. */
static void mistake(const struct err *err, void *user)
{
    struct app *app = user;
    const char *file = strrchr(err->message, '/');
    if (app->n_mistakes++ == 0)
        snprintf(app->mistake, sizeof app->mistake, "%.399s", file ? file + 1 : err->message);
    if (app->n_mistakes == 1)
        app_status(app, ROLE_STATE_WARN, "%s", app->mistake);
    else
        app_status(app, ROLE_STATE_WARN, "%s; flowerlab config tells %d more", app->mistake, app->n_mistakes - 1);
}

static void load_theme_and_keys(struct app *app)
{
    app_theme(app);
    if (*app->message) { /* that of the theme is the first */
        snprintf(app->mistake, sizeof app->mistake, "%.399s", app->message);
        app->n_mistakes = 1;
    }
    keymap_load(&app->keymap, mistake, app);
    parts_use_keys(&app->keymap);
}

static void init_screens(struct app *app)
{
    for (size_t i = 0; i < screen_count(); i++)
        app->screens[i] = screen_at(i)->init(&app->calls);
}

static enum err_code app_init(struct app *app, const struct options *options, struct err *err)
{
    app->options = *options;
    app->model.snap = &app->snap;
    app->model.options = &app->options;
    app->given = *options;
    app->model.given = &app->given;
    app->resized_at = -1000;
    enum err_code code = signals_open(err);
    if (code == ERR_OK)
        code = term_open(&app->term, option_row(OPTION_ID_color)->choices[options->color], err);
    if (code != ERR_OK)
        return code;
    signals_open(NULL); /* curses may have put its own in place */
    app->asked_at = clock_now();
    app->waiting_answers = true;
    app_calls_init(app);
    load_theme_and_keys(app);
    app_mouse(app);
    int cols, rows;
    term_size(app->term, &cols, &rows);
    canvas_init(&app->canvas, cols, rows);
    app->canvas.ascii = !term_utf8(app->term);
    app->pictures = pictures_new(&(struct pictures_config){0});
    init_screens(app);
    app_graphics(app);
    return ERR_OK;
}

/* The data folder of the first frame: the one given, or the current one. */
static void open_first(struct app *app, const char *folder)
{
    if (folder && *folder)
        app_open_data(app, folder);
    else
        app_start(app);
    if (folder && *folder && !*app->model.data)
        app_start_menu(app);
}

/* --- signals -------------------------------------------------------------------------------- */

/* Continued in the background the terminal is somebody else's: nothing is drawn or read until it is ours again. */
static void come_back(struct app *app)
{
    app->away = !term_is_ours(app->term);
    if (app->away)
        return;
    term_resume(app->term);
    app->urgent = true;
}

static void take_signal(struct app *app, int number)
{
    switch (number) {
    case SIGWINCH:
        term_resized(app->term);
        term_repaint(app->term); /* it may have been smaller for a moment */
        app->resized_at = clock_now();
        app_graphics(app); /* a cell may have another size now */
        break;
    case SIGCONT:
        come_back(app);
        break;
    case SIGTSTP:
        app->suspend = true;
        break;
    case SIGHUP:
        app->hung_up = true;
        break;
    case SIGTERM:
    case SIGINT:
        app->quit = true;
        app->exit_code = 130;
        break;
    default:
        break;
    }
}

static void suspend(struct app *app)
{
    app->suspend = false;
    if (!app->away)
        term_suspend(app->term);
    signals_stop_self();
    come_back(app);
    for (int number; (number = signals_next());) {
        if (number != SIGCONT && number != SIGTSTP) /* this stop's own; a shell's comes to both processes */
            take_signal(app, number);
    }
}

/* --- loop ----------------------------------------------------------------------------------- */

/* Lines that libraries printed go to the log. */
static void take_strays(struct app *app)
{
    char bytes[1024];
    ssize_t n;
    while ((n = read(term_stray_fd(app->term), bytes, sizeof bytes)) > 0)
        str_add_n(&app->stray, bytes, (size_t)n);
    for (char *end; app->stray.len && (end = strchr(app->stray.s, '\n'));) {
        *end = '\0';
        log_line(LOG_WARN, "printed: %s", app->stray.s);
        app->stray.len -= (size_t)(end + 1 - app->stray.s);
        memmove(app->stray.s, end + 1, app->stray.len + 1);
        app->strays++;
        app->dirty = true;
    }
    if (app->stray.len > 4096)
        str_clear(&app->stray);
}

static void take_answers(struct app *app)
{
    const struct replies *r = term_replies(app->term);
    bool late = clock_now() - app->asked_at > ANSWER_TIMEOUT;
    bool over = app->waiting_answers && (r->device || late);
    if (over) {
        app->waiting_answers = false;
        term_expect_answers(app->term, false);
    }
    if (over || (!app->waiting_answers && r->count != app->replies_seen))
        app_graphics(app);
    app->replies_seen = r->count;
}

static double sooner(double a, double b)
{
    return a < b ? a : b;
}

static double numbers_frame(const struct app *app)
{
    double pause = app->frame_cost / NUMBERS_SHARE;
    return pause < NUMBERS_FRAME ? NUMBERS_FRAME : sooner(pause, NUMBERS_MOST);
}

/* Seconds until something is due; negative: nothing is. */
static double next_due(const struct app *app)
{
    double now = clock_now(), due = 1e9;
    if (app->working)
        return 0;
    if (app->away)
        return AWAY_LOOK;
    if (app->urgent)
        due = sooner(due, app->drawn_at + FRAME);
    if (app->dirty)
        due = sooner(due, app->drawn_at + numbers_frame(app));
    if (term_key_patience(app->term) >= 0)
        due = sooner(due, app->read_at + term_key_patience(app->term));
    if (app->waiting_answers)
        due = sooner(due, app->asked_at + ANSWER_TIMEOUT + 0.001);
    if (app->resized_at > 0)
        due = sooner(due, app->resized_at + RESIZE_PAUSE);
    if (term_held_until(app->term) >= 0)
        due = sooner(due, term_held_until(app->term));
    return due >= 1e9 ? -1 : due > now ? due - now : 0;
}

/* While new numbers wait for their frame, more of them wake nobody: a run may make thousands of
 * steps a second. Nor do more pictures while a frame is due. */
static void wait_for_work(struct app *app)
{
    struct pollfd fds[5] = {
        {.fd = app->away ? -1 : term_fd(app->term), .events = POLLIN},
        {.fd = signals_fd(), .events = POLLIN},
        {.fd = app->engine && !app->dirty ? engine_event_fd(app->engine) : -1, .events = POLLIN},
        {.fd = app->urgent || app->away ? -1 : pictures_fd(app->pictures), .events = POLLIN},
        {.fd = term_stray_fd(app->term), .events = POLLIN},
    };
    double due = next_due(app);
    if (poll(fds, 5, due < 0 ? -1 : (int)(due * 1000 + 0.999)) < 0)
        return;
    if (fds[0].revents) {
        app->hung_up = !term_read(app->term) || app->hung_up;
        app->read_at = clock_now();
    }
    if (fds[3].revents)
        app->urgent = true;
    if (fds[4].revents)
        take_strays(app);
}

/* A slice of what the screen has to do; what is done of it is seen now and then, and at its end. */
static void work(struct app *app)
{
    const struct screen_ops *screen = screen_at(app->current);
    bool before = app->working;
    app->working = screen->work && screen->work(app->screens[app->current], &app->model);
    app->dirty = app->dirty || app->working;
    app->urgent = app->urgent || (before && !app->working);
}

static void draw_when_due(struct app *app)
{
    double since = clock_now() - app->drawn_at;
    bool after_resize = app->resized_at > 0 && clock_now() - app->resized_at >= RESIZE_PAUSE;
    double held = term_held_until(app->term);
    if ((held >= 0 && clock_now() >= held) || after_resize || (app->urgent && since >= FRAME) || (app->dirty && since >= numbers_frame(app)))
        app_draw(app);
}

static void loop(struct app *app)
{
    while (!app->quit && !app->hung_up && !app->detach) {
        wait_for_work(app);
        for (int number; (number = signals_next());)
            take_signal(app, number);
        double patience = term_key_patience(app->term);
        if (patience >= 0 && clock_now() - app->read_at >= patience)
            term_key_timeout(app->term);
        app_keys(app);
        take_answers(app); /* they came among the keys */
        app_take_events(app);
        work(app);
        if (app->suspend)
            suspend(app);
        if (app->away)
            come_back(app);
        if (!app->away && !app->quit && !app->hung_up && !app->detach)
            draw_when_due(app);
    }
}

/* --- end ------------------------------------------------------------------------------------ */

static void app_done(struct app *app)
{
    bool seen = app->term != NULL;
    term_close(app->term);
    if (seen && *app->last_words)
        fprintf(stderr, "flowerlab: %s\n", app->last_words);
    engine_free(app->engine);
    for (size_t i = 0; i < screen_count(); i++) {
        if (app->screens[i])
            screen_at(i)->free(app->screens[i]);
    }
    pictures_free(app->pictures);
    popups_done(&app->popups);
    prompt_done(&app->prompt);
    app_start_done(app);
    app_model_done(app);
    canvas_done(&app->canvas);
    str_done(&app->stray);
}

static void run(struct app *app, const struct ui_start *begin)
{
    struct engine_config config = {.n_threads =
                                       app->options.threads > 0 ? (int)app->options.threads : 0,
                                   .niceness = NICENESS};
    app_draw(app); /* before anything that could take time */
    app->engine = engine_new(&config);
    if (begin->attach)
        app_attach(app, begin->attach);
    else
        open_first(app, begin->folder);
    if (begin->message && *begin->message)
        app_status(app, ROLE_STATE_DONE, "%s", begin->message);
    if (begin->start)
        app_start_run(app);
    loop(app);
    app_leave(app);
}

int ui_main(const struct ui_start *begin)
{
    int code = 0;
    struct err err = {0};
    if (isatty(0) && isatty(1) && !session_fork(&code))
        return code;
    setlocale(LC_CTYPE, ""); /* numbers stay in C */
    struct app *app = xcalloc(1, sizeof *app);
    if (app_init(app, begin->options, &err) == ERR_OK) {
        run(app, begin);
        code = app->exit_code;
        app_done(app);
    } else {
        fprintf(stderr, "flowerlab: %s\n", err.message);
        if (*err.hint)
            fprintf(stderr, "flowerlab: %s\n", err.hint);
        code = 2;
    }
    free(app);
    return code;
}
