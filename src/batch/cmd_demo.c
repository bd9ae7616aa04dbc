/* The screens and the demo: what must be done before, or instead of, the screens.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "batch/command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

/* Settings of the demo, unless something else was asked for. */
static const struct setting {
    enum option_id id;
    const char *text;
} demo_settings[] = {
    {OPTION_ID_model, "resnet10"},
    {OPTION_ID_image_size, "64"},
    {OPTION_ID_batch_size, "16"},
};

/* Of its run from scratch without the screens: 320 pictures want a lower rate and larger windows
 * than real sets do. */
static const struct setting scratch_settings[] = {
    {OPTION_ID_lr, "1e-3"},
    {OPTION_ID_crop_min, "0.6"},
};

static void demo_default(struct batch *b, enum option_id id, const char *text)
{
    if (!option_is_set(&b->options, id))
        option_set(&b->options, id, text, SOURCE_COMMAND_LINE, NULL);
}

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

/* The preparation in a process of its own: libtorch's threads must not be there when the screens
 * fork. */
static int prepare_apart(struct batch *b, const char *flowers)
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        int code = prepare(b, flowers);
        session_close(b);
        _exit(code);
    }
    if (child < 0)
        return prepare(b, flowers);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_INTERRUPTED;
}

static void demo_options(struct batch *b, const char *runs, bool screens)
{
    bool own_recipe =
        option_is_set(&b->options, OPTION_ID_mode) || option_is_set(&b->options, OPTION_ID_preset);
    bool pretrained = b->flags & FLAG_PRETRAIN;
    for (size_t i = 0; i < sizeof demo_settings / sizeof *demo_settings; i++)
        demo_default(b, demo_settings[i].id, demo_settings[i].text);
    for (size_t i = 0; !own_recipe && !screens && !pretrained &&
                       i < sizeof scratch_settings / sizeof *scratch_settings;
         i++)
        demo_default(b, scratch_settings[i].id, scratch_settings[i].text);
    demo_default(b, OPTION_ID_runs_dir, runs);
    if (!pretrained)
        demo_default(b, OPTION_ID_mode, "scratch");
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

int cmd_demo(struct batch *b)
{
    char *home = path_home(PATH_CACHE), *own = path_join(home, "demo");
    char *folder = path_absolute(b->out ? b->out : own);
    char *flowers = path_join(folder, "flowers"), *runs = path_join(folder, "runs");
    bool screens = !(b->flags & FLAG_NO_SCREEN);
    demo_options(b, runs, screens);
    int code = run_demo(b, flowers, screens);
    free(runs);
    free(flowers);
    free(folder);
    free(own);
    free(home);
    return code;
}
