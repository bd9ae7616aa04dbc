/* Jobs beside training: drawn pictures, downloads, devices, pre-training.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"
#include "data/demo.h"
#include "engine/fresh.h"
#include "engine/hooks.h"
#include "engine/torch.h"
#include "nn/arch.h"
#include "nn/weights.h"

static void hand_over_text(struct job *job, const char *text)
{
    struct str bytes = STR_INIT;
    block_text(&bytes, text);
    job_result(job, BLOCK_TEXT, &bytes);
}

/* --- drawn pictures ------------------------------------------------------------------------------------------ */

#define FLOWERS_PER_CLASS 80
#define FLOWERS_SIZE 96
#define SHAPES_PER_CLASS 200
#define SHAPES_SIZE 64

static bool drawn(void *user, size_t done, size_t total)
{
    struct job *job = user;
    job_progress(job, done, total, 0);
    return !atomic_load(&job->cancel);
}

enum err_code job_demo(struct job *job, struct err *err)
{
    const struct cmd *c = &job->cmd;
    bool shapes = c->number == 1;
    char *given = path_expand(c->path), *folder = path_absolute(given);
    job_stage(job, "drawing", 0);
    struct demo_watch watch = {drawn, job};
    enum err_code code = demo_write(folder, shapes ? DEMO_SHAPES : DEMO_FLOWERS,
                                    shapes ? SHAPES_PER_CLASS : FLOWERS_PER_CLASS, shapes ? SHAPES_SIZE : FLOWERS_SIZE,
                                    (uint64_t)c->options->seed, job->engine->pool, &watch, err);
    char *cache = path_home(PATH_CACHE);
    if (code == ERR_IO || code == ERR_NOT_FOUND)
        err_hint(err, str_starts(folder, cache) ? "XDG_CACHE_HOME names another place for what is kept"
                                                : "--out FOLDER names another place for the demo");
    free(cache);
    if (code == ERR_OK) {
        hand_over_text(job, folder);
        job_say(job, "drawn pictures in %.200s", folder);
    }
    free(given);
    free(folder);
    return code;
}

static enum err_code copy_file(const char *from, const char *to, struct err *err)
{
    char *bytes;
    size_t n;
    enum err_code code = file_read(from, 0, &bytes, &n, err);
    if (code != ERR_OK)
        return code;
    code = file_replace(to, bytes, n, err);
    free(bytes);
    return code;
}

/* Scratch training on the shapes, in the cache; what the command sets stands. Many classes and few
 * epochs want wide windows: a shape's outline and the parts inside it must be seen together. */
static void pretrain_options(struct options *o, const struct cmd *cmd, const char *cache)
{
    static const struct {
        enum option_id id;
        const char *text;
    } defaults[] = {
        {OPTION_ID_model, "resnet10"}, {OPTION_ID_image_size, "64"}, {OPTION_ID_epochs, "5"},
        {OPTION_ID_crop_min, "0.6"},   {OPTION_ID_val_share, "0.1"},
    };
    *o = *cmd->options;
    option_set(o, OPTION_ID_mode, "scratch", SOURCE_SCREEN, NULL);
    for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++)
        option_set_if_unset(o, defaults[i].id, defaults[i].text, SOURCE_SCREEN);
    if (!option_is_set(o, OPTION_ID_run)) {
        char *runs = path_join(cache, "runs");
        option_set(o, OPTION_ID_runs_dir, runs, SOURCE_SCREEN, NULL);
        free(runs);
    }
}

static char *pretrained_path(const struct cmd *cmd, const char *model)
{
    if (cmd->path[0])
        return path_expand(cmd->path);
    char *name = xasprintf("%s.safetensors", model), *path = weights_cache_path(name);
    free(name);
    return path;
}

static enum err_code keep_weights(struct job *job, const char *run, const char *model, struct err *err)
{
    char *to = pretrained_path(&job->cmd, model), *from = path_join(run, "best.safetensors"), *folder = xstrdup(to);
    char *slash = strrchr(folder, '/');
    enum err_code code = ERR_OK;
    if (slash && slash != folder) {
        *slash = '\0';
        code = path_make_folders(folder, err);
    }
    if (code == ERR_OK)
        code = copy_file(from, to, err);
    if (code == ERR_OK) {
        hand_over_text(job, to);
        job_say(job, "pretrained %s in %.200s", model, to);
    }
    free(folder);
    free(from);
    free(to);
    return code;
}

enum err_code job_pretrain(struct job *job, struct err *err)
{
    struct options o;
    enum err_code code = path_home_check(PATH_CACHE, err);
    if (code != ERR_OK)
        return code;
    char *cache = path_home(PATH_CACHE), *run = NULL;
    pretrain_options(&o, &job->cmd, cache);
    int per_class = job->cmd.number > 0 ? (int)job->cmd.number : SHAPES_PER_CLASS;
    char *folder = xasprintf("%s/shapes-%lld-%d-%lld", cache, (long long)o.image_size, per_class, (long long)o.seed);
    job_stage(job, "drawing", 0);
    struct demo_watch watch = {drawn, job};
    code = demo_write(folder, DEMO_SHAPES, per_class, (int)o.image_size, (uint64_t)o.seed,
                                    job->engine->pool, &watch, err);
    if (code == ERR_OK)
        code = train_fresh(job, folder, &o, &run, err);
    if (code == ERR_OK)
        code = keep_weights(job, run, o.model, err);
    free(folder);
    free(cache);
    free(run);
    return code;
}

/* --- weights and devices ------------------------------------------------------------------------------------- */

struct fetch {
    struct job *job;
    double shown;
};

static bool fetch_progress(uint64_t got, uint64_t total, void *user)
{
    struct fetch *f = user;
    if (clock_now() - f->shown > 0.05 || got == total) {
        f->shown = clock_now();
        job_progress(f->job, got, total, 0);
    }
    return !atomic_load(&f->job->cancel);
}

enum err_code job_fetch(struct job *job, struct err *err)
{
    const struct arch *arch = arch_named(job->cmd.path, err);
    if (!arch)
        return ERR_INVALID;
    if (!arch->weights_url) {
        err_set(err, ERR_UNSUPPORTED, "%s: nobody publishes weights for it", arch->name);
        return err_hint(err, "flowerlab demo --pretrain makes some from drawn shapes");
    }
    enum err_code code = path_home_check(PATH_CACHE, err);
    if (code != ERR_OK)
        return code;
    struct fetch f = {.job = job};
    const char *base = getenv("FLOWERLAB_WEIGHTS_URL"), *prefix = hook_weights_sha256();
    char *url = base ? xasprintf("%s/%s", base, arch->weights_file) : xstrdup(arch->weights_url);
    char *path = weights_cache_path(arch->weights_file);
    job_stage(job, "downloading", 0);
    code = weights_fetch(url, path, prefix ? prefix : arch->weights_sha256_prefix, fetch_progress, &f,
                                       err);
    if (code == ERR_OK) {
        hand_over_text(job, path);
        job_say(job, "%s is in %.200s", arch->name, path);
    }
    free(url);
    free(path);
    return code;
}

enum err_code job_devices(struct job *job, struct err *err)
{
    const struct torch *torch;
    struct fl_device_info info[16];
    int n = 0;
    enum err_code code = torch_get(job->engine, 0, &torch, err);
    if (code == ERR_OK)
        code = torch->fl->devices(info, 16, &n, err);
    if (code != ERR_OK)
        return code;
    struct str text = STR_INIT;
    for (int i = 0; i < n && i < 16; i++)
        str_printf(&text, "%s%s %s", i ? "\n" : "", info[i].name, info[i].title);
    hand_over_text(job, text.s ? text.s : "");
    str_done(&text);
    return ERR_OK;
}
