/* Leaving a screen while its run goes on, and taking a run that goes on elsewhere onto a screen.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/app_private.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/path.h"
#include "ui/session.h"
#include "ui/signals.h"

/* --- leaving ---------------------------------------------------------------------------------- */

/* How to come back: the command stands alone, as a shell takes it. */
static void say_way_back(struct app *app)
{
    const struct job_view *job = &app->snap.jobs[0];
    struct str s = STR_INIT;
    str_printf(&s, "the run %s; come back with:\n  ",
               job->state == JOB_PAUSED ? "stays paused" : "goes on without this screen");
    char *program = path_program();
    str_add_shell(&s, program);
    str_add(&s, " attach ");
    str_add_shell(&s, app->snap.train.run);
    free(program);
    snprintf(app->last_words, sizeof app->last_words, "%s", s.s);
    str_done(&s);
}

void app_detach(struct app *app)
{
    if (!app_trains(app)) {
        app_status(app, ROLE_STATE_WARN, "no run is going on; q quits");
    } else if (!*app->snap.train.run || app->snap.train.job != app->train_job) {
        app_status(app, ROLE_STATE_WARN, "the run has not begun yet; detach when it has its folder");
    } else if (!app->attached && !session_can_leave()) {
        app_status(app, ROLE_STATE_WARN, "this screen cannot be left while its run goes on");
    } else {
        say_way_back(app);
        app->detach = true;
    }
}

/* The terminal goes back to the shell as if the program had ended. */
static void give_terminal_back(struct app *app)
{
    term_close(app->term);
    fprintf(stderr, "flowerlab: %s\n", app->last_words);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int i = 0; i < 3 && null >= 0; i++)
        dup2(null, i);
    if (null > 2)
        close(null);
}

/* With those of the queue. TERM and INT stop the run with a save. */
static void run_headless(struct app *app)
{
    while ((app_trains(app) || app->snap.n_queue) && app->exit_code == 0) {
        struct pollfd fds[2] = {{.fd = engine_event_fd(app->engine), .events = POLLIN},
                                {.fd = signals_fd(), .events = POLLIN}};
        poll(fds, 2, -1);
        for (int number; (number = signals_next());) {
            if (number == SIGTERM || number == SIGINT)
                app->exit_code = 130;
        }
        app_take_events(app);
    }
}

void app_leave(struct app *app)
{
    bool goes_on = app_trains(app) && !app->attached;
    if (app->hung_up)
        term_abandon(app->term);
    else if (app->detach && goes_on)
        give_terminal_back(app);
    else
        return;
    app->term = NULL;
    if (!goes_on)
        return;
    session_leave();
    log_line(LOG_WARN, "%s, the run goes on", app->hung_up ? "connection lost" : "detached");
    run_headless(app);
}

/* --- coming back -------------------------------------------------------------------------------- */

void app_attach(struct app *app, const char *run)
{
    struct err err = {0};
    struct cmd cmd = {.kind = CMD_ATTACH, .options = &app->options};
    snprintf(cmd.path, sizeof cmd.path, "%s", run);
    if (app_submit(app, &cmd, NULL, &err) == ERR_OK)
        app_go(app, "train");
    else
        app_error(app, &err);
}

void app_say_attached(struct app *app)
{
    app_status(app, ROLE_STATE_RUN, "attached; all who watch may steer, D leaves and the run goes on");
}
