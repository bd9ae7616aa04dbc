/* Whether there is what options name, before anything begins.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/engine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/path.h"
#include "engine/run.h"
#include "engine/settings.h"
#include "nn/arch.h"

/* A file that can be read. path: as it was typed */
static enum err_code check_file(const char *name, const char *path, struct err *err)
{
    char *real = path_expand(path);
    enum err_code code = ERR_OK;
    if (path_is_folder(real))
        code = err_set(err, ERR_INVALID, "%s: %s is a folder, no file", name, path);
    else if (access(real, R_OK) != 0 && (errno == ENOENT || errno == ENOTDIR))
        code = err_set(err, ERR_INVALID, "%s: there is no file %s", name, path);
    else if (access(real, R_OK) != 0)
        code = err_sys(err, errno, "%s: %s", name, path);
    free(real);
    return code;
}

/* A word without the marks of a path may be a slip in one of the choices. */
static enum err_code check_split(const char *split, struct err *err)
{
    static const char *const choices[] = {"auto", "random", "folders"};
    const char *near = NULL;
    size_t least = SIZE_MAX;
    for (size_t i = 0; i < sizeof choices / sizeof *choices; i++) {
        if (str_eq(split, choices[i]))
            return ERR_OK;
        if (str_nearer(split, choices[i], &least))
            near = choices[i];
    }
    enum err_code code = check_file("split", split, err);
    if (code == ERR_INVALID && near && !path_exists(split) && !strpbrk(split, "/."))
        code = err_choice(err, code, "split", split, near);
    return code == ERR_OK ? code : err_hint(err, "choices: auto, random, folders, or a file such as the split.csv of another run");
}

/* Mode scratch reads no file. */
static enum err_code check_weights(const struct options *o, struct err *err)
{
    bool read = !option_is_set(o, OPTION_ID_mode) || mode_needs_weights((enum mode)o->mode);
    enum err_code code = read && *o->weights ? check_file("weights", o->weights, err) : ERR_OK;
    return code == ERR_OK ? code : err_hint(err, "give the path of a .pth or .safetensors file");
}

static enum err_code check_runs_dir(const char *folder, struct err *err)
{
    char *path = path_folder(folder);
    enum err_code code = path_can_make(path, err);
    free(path);
    if (code == ERR_OK)
        return code;
    err_prefix(err, "runs-dir");
    return err_hint(err, "name a folder, or a place where one can be made");
}

enum err_code engine_check_option(const struct options *o, enum option_id id, struct err *err)
{
    switch ((int)id) {
    case OPTION_ID_model:
        return arch_named(o->model, err) ? ERR_OK : ERR_INVALID;
    case OPTION_ID_train_from:
        return settings_check_block(o, err);
    case OPTION_ID_split:
        return check_split(o->split, err);
    case OPTION_ID_weights:
        return check_weights(o, err);
    case OPTION_ID_runs_dir:
        return *o->run ? ERR_OK : check_runs_dir(o->runs_dir, err);
    case OPTION_ID_run:
        return *o->run ? run_check_folder(o->run, err) : ERR_OK;
    default:
        return ERR_OK;
    }
}
