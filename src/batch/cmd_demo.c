/* The screens and the demo: what must be done before, or instead of, the screens.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "batch/command.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/path.h"

/* --- screens ---------------------------------------------------------------------------------- */

static int open_screens(struct batch *b, const char *folder)
{
    struct err err = {0};
    if (!isatty(STDIN_FILENO) || !b->result.terminal) {
        err_set(&err, ERR_UNSUPPORTED, "the screens need a terminal as input and output");
        err_hint(&err, "without one: %s",
                 *b->command->name ? "flowerlab demo --no-screen" : "flowerlab train DIR");
        return report_usage(b, &err);
    }
    if (put_path(b->screens->folder, folder, &err) != ERR_OK)
        return report_usage(b, &err);
    if (check_options(b, true) != EXIT_DONE)
        return EXIT_USAGE;
    b->screens->wanted = true;
    b->screens->start = b->flags & FLAG_START;
    b->screens->options = b->options;
    return EXIT_DONE;
}

int cmd_screens(struct batch *b)
{
    return open_screens(b, b->n_words ? b->words[0] : "");
}

/* --- demo ------------------------------------------------------------------------------------- */

/* Of its run from scratch without the screens: 320 pictures want a lower rate and larger windows
 * than real sets do. */
static const struct {
    enum option_id id;
    const char *text;
} scratch_settings[] = {
    {OPTION_ID_lr, "1e-3"},
    {OPTION_ID_crop_min, "0.6"},
};

static int draw_flowers(struct batch *b, const char *folder)
{
    struct cmd cmd = {.kind = CMD_DEMO, .options = &b->options};
    struct err err = {0};
    struct job_end end;
    if (put_path(cmd.path, folder, &err) != ERR_OK)
        return report_usage(b, &err);
    int code = run_job(b, &cmd, watch_stage, NULL, &end);
    job_end_done(&end);
    return code;
}

/* What the demo's pre-training takes from the command line: where to compute, not how long to train
 * afterwards. */
static void pretrain_options(struct options *out, const struct options *from)
{
    static const enum option_id taken[] = {OPTION_ID_model,     OPTION_ID_image_size,
                                           OPTION_ID_seed,      OPTION_ID_device,
                                           OPTION_ID_precision, OPTION_ID_threads};
    options_default(out);
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
        struct str text = STR_INIT;
        option_get(&text, from, taken[i]);
        if (option_is_set(from, taken[i]))
            option_set(out, taken[i], text.s, SOURCE_COMMAND_LINE, NULL);
        str_done(&text);
    }
}

static int pretrain(struct batch *b)
{
    struct options options;
    struct cmd cmd = {.kind = CMD_PRETRAIN, .options = &options};
    struct job_end end;
    pretrain_options(&options, &b->options);
    int code = run_job(b, &cmd, watch_stage, NULL, &end);
    if (code == EXIT_DONE && end.block)
        say(b, "pretrained on drawn shapes: %s", text_view(end.block));
    job_end_done(&end);
    return code;
}

static int prepare(struct batch *b, const char *flowers)
{
    int code = draw_flowers(b, flowers);
    if (code == EXIT_DONE)
        say(b, "the pictures of the demo are drawn by the program, they are no photos: %s",
            flowers);
    return code == EXIT_DONE && b->flags & FLAG_PRETRAIN ? pretrain(b) : code;
}

static pid_t preparing;

/* The keyboard's signals reach both. */
static void pass_on(int number, siginfo_t *info, void *context)
{
    (void)context;
    if (info->si_code != SI_KERNEL || number == SIGHUP)
        kill(preparing, number);
}

/* What asks this process to end is for the other one to answer: it ends soon, and so does this. */
static int wait_for(pid_t child)
{
    static const int passed[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction before[3], now = {.sa_sigaction = pass_on, .sa_flags = SA_SIGINFO | SA_RESTART};
    int status;
    preparing = child;
    sigemptyset(&now.sa_mask);
    for (int i = 0; i < 3; i++) {
        sigaction(passed[i], NULL, &before[i]);
        if (before[i].sa_handler != SIG_IGN)
            sigaction(passed[i], &now, NULL);
    }
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    for (int i = 0; i < 3; i++)
        sigaction(passed[i], &before[i], NULL);
    return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_INTERRUPTED;
}

/* The preparation in a process of its own: libtorch's threads must not be there when the screens fork. It is for the screens: without
 * their terminal nobody waits for it. */
static int prepare_apart(struct batch *b, const char *flowers)
{
    pid_t parent = getpid(), child = fork();
    if (child > 0)
        return wait_for(child);
    if (child < 0)
        return prepare(b, flowers);
    prctl(PR_SET_PDEATHSIG, SIGHUP);
    b->hangup_stops = true;
    int code = getppid() == parent ? prepare(b, flowers) : EXIT_INTERRUPTED;
    session_close(b);
    _exit(code);
}

static void demo_options(struct batch *b, const char *folder, bool screens)
{
    char *weights;
    bool own_recipe = option_is_set(&b->options, OPTION_ID_mode) || option_is_set(&b->options, OPTION_ID_preset);
    bool pretrain = b->flags & FLAG_PRETRAIN;
    engine_demo_settings(&b->options, folder, pretrain, &weights);
    for (size_t i = 0; !own_recipe && !screens && !pretrain && !weights &&
                       i < sizeof scratch_settings / sizeof *scratch_settings;
         i++)
        option_set_if_unset(&b->options, scratch_settings[i].id, scratch_settings[i].text,
                            SOURCE_COMMAND_LINE);
    if (weights)
        snprintf(b->screens->message, sizeof b->screens->message, "fine-tune begins with the weights %.400s", weights);
    if (weights)
        say(b, "%s; --mode scratch goes without", b->screens->message);
    free(weights);
}

static int run_demo(struct batch *b, const char *flowers, bool screens)
{
    int code = screens ? open_screens(b, flowers) : EXIT_DONE;
    if (code == EXIT_DONE)
        code = screens ? prepare_apart(b, flowers) : prepare(b, flowers);
    if (code == EXIT_DONE && !screens)
        code = train_folder(b, flowers);
    if (screens && code != EXIT_DONE)
        b->screens->wanted = false;
    return code;
}

/* Pictures and runs lie in folder, weights from --pretrain always in the cache. */
static enum err_code check_places(const struct batch *b, const char *folder, struct err *err)
{
    enum err_code code = !b->out || b->flags & FLAG_PRETRAIN ? path_home_check(PATH_CACHE, err) : ERR_OK;
    if (code != ERR_OK && !b->out)
        err_hint(err, "--out FOLDER names a place for the demo, XDG_CACHE_HOME one for all that is kept");
    if (code == ERR_OK && (code = path_can_make(folder, err)) != ERR_OK)
        err_hint(err, "--out FOLDER names another place for the demo");
    return code;
}

int cmd_demo(struct batch *b)
{
    struct err err = {0};
    if (check_options(b, !(b->flags & FLAG_NO_SCREEN)) != EXIT_DONE)
        return EXIT_USAGE;
    char *home = path_home(PATH_CACHE), *own = path_join(home, "demo");
    char *folder = path_absolute(b->out ? b->out : own);
    char *flowers = path_join(folder, "flowers");
    bool screens = !(b->flags & FLAG_NO_SCREEN);
    int code = EXIT_DONE;
    if (check_places(b, folder, &err) == ERR_OK)
        demo_options(b, folder, screens);
    else
        code = report(b, &err);
    if (code == EXIT_DONE)
        code = run_demo(b, flowers, screens);
    free(flowers);
    free(folder);
    free(own);
    free(home);
    return code;
}
