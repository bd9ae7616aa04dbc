/* How the charts of a run are looked at: view.ini in its folder. The text is the client's own.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/job.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"
#include "engine/internal.h"

#define VIEW_MAX (1 << 16)

static enum err_code read_view(struct str *text, const char *path, struct err *err)
{
    char *stored = NULL;
    size_t n;
    enum err_code code = file_read(path, VIEW_MAX, &stored, &n, err);
    if (code == ERR_NOT_FOUND) { /* nobody has looked at it yet */
        err_clear(err);
        return ERR_OK;
    }
    if (code == ERR_OK)
        str_add(text, stored);
    free(stored);
    return code;
}

static enum err_code write_view(struct str *text, const char *path, const char *view, struct err *err)
{
    size_t n = strlen(view);
    if (n > VIEW_MAX)
        return err_set(err, ERR_INVALID, "%s: too long", path);
    str_add(text, view);
    return file_replace(path, view, n, err);
}

enum err_code job_view(struct job *job, struct err *err)
{
    char *folder = path_expand(job->cmd.path), *record = path_join(folder, "run.ini"),
         *path = path_join(folder, "view.ini");
    struct str text = STR_INIT;
    enum err_code code = ERR_OK;
    if (!path_exists(record))
        code = err_set(err, ERR_NOT_FOUND, "%s: not a run folder (no run.ini in it)", folder);
    else if (job->cmd.n_list > 0)
        code = write_view(&text, path, job->cmd.list[0], err);
    else
        code = read_view(&text, path, err);
    if (code == ERR_OK) {
        str_add_c(&text, '\0');
        job_result(job, BLOCK_TEXT, &text);
    }
    str_done(&text);
    free(folder);
    free(record);
    free(path);
    return code;
}
