/* Folders and small files for the client: its own thread never waits for a disk.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/job.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/names.h"
#include "base/path.h"
#include "engine/internal.h"
#include "image/decode.h"

#define HEAD_BYTES ((size_t)1 << 18) /* room for what cameras put before the size */

/* --- the names in a folder ------------------------------------------------------------------- */

static bool is_plain(const char *name)
{
    for (; *name; name++) {
        if ((unsigned char)*name < ' ')
            return false;
    }
    return true;
}

static void add_name(struct names *names, const char *folder, const struct dirent *d)
{
    bool is_folder = d->d_type == DT_DIR;
    if (d->d_type == DT_UNKNOWN || d->d_type == DT_LNK) {
        char *path = path_join(folder, d->d_name);
        is_folder = path_is_folder(path);
        free(path);
    }
    names_own(names, xasprintf("%s%s", d->d_name, is_folder ? "/" : ""));
}

static enum err_code read_names(struct names *names, struct job *job, const char *folder,
                                struct err *err)
{
    DIR *dir = opendir(folder);
    if (!dir)
        return err_sys(err, errno, "%s", folder);
    for (struct dirent *d; names->n < FOLDER_NAMES && !atomic_load(&job->cancel) &&
                           (d = readdir(dir));) {
        if (!str_eq(d->d_name, ".") && !str_eq(d->d_name, "..") && is_plain(d->d_name))
            add_name(names, folder, d);
    }
    closedir(dir);
    names_sort(names);
    return job_cancelled(job, err);
}

static void hand_over(struct job *job, const char *folder, const struct names *names)
{
    struct str text = STR_INIT, bytes = STR_INIT;
    char *real = realpath(folder, NULL);
    str_printf(&text, "%s\n%s\n", real ? real : folder, engine_is_dataset(folder) ? "dataset" : "");
    for (size_t i = 0; i < names->n; i++)
        str_printf(&text, "%s\n", names->list[i]);
    block_text(&bytes, text.s);
    job_result(job, BLOCK_TEXT, &bytes);
    str_done(&text);
    free(real);
}

enum err_code job_folder(struct job *job, struct err *err)
{
    struct names names = {0};
    char *folder = path_expand(job->cmd.path[0] ? job->cmd.path : ".");
    enum err_code code = read_names(&names, job, folder, err);
    if (code == ERR_OK)
        hand_over(job, folder, &names);
    names_done(&names);
    free(folder);
    return code;
}

/* --- a script -------------------------------------------------------------------------------- */

/* A file that is there stays as it is, also when it appears in this very moment. */
static enum err_code write_new(const char *path, const char *text, struct err *err)
{
    size_t n = strlen(text);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0777);
    if (fd < 0 && errno == EEXIST)
        return err_set(err, ERR_INVALID, "%s: is there already", path);
    if (fd < 0)
        return err_sys(err, errno, "%s", path);
    ssize_t written = write(fd, text, n);
    int number = written < 0 ? errno : ENOSPC;
    if (close(fd) == 0 && written == (ssize_t)n)
        return ERR_OK;
    unlink(path);
    return err_sys(err, number, "%s", path);
}

static enum err_code write_over(const char *path, const char *text, struct err *err)
{
    enum err_code code = file_replace(path, text, strlen(text), err);
    struct stat st;
    if (code == ERR_OK && (stat(path, &st) != 0 || chmod(path, st.st_mode | (st.st_mode & 0444) >> 2) != 0))
        code = err_sys(err, errno, "%s", path); /* who may read it may run it */
    return code;
}

enum err_code job_script(struct job *job, struct err *err)
{
    const struct cmd *c = &job->cmd;
    if (c->n_list != 1 || !c->path[0])
        return err_set(err, ERR_INVALID, "script: a name and a text are needed");
    char *path = path_expand(c->path);
    enum err_code code = c->number == 1 ? write_over(path, c->list[0], err)
                                        : write_new(path, c->list[0], err);
    if (code == ERR_OK)
        job_say(job, "written: %.200s", path);
    free(path);
    return code;
}

/* --- sizes of pictures ----------------------------------------------------------------------- */

static void add_size(struct str *out, const char *path, char *head)
{
    static const struct image_limits limits = IMAGE_LIMITS_DEFAULT;
    struct image_info info = {0};
    FILE *f = path_is_file(path) ? fopen(path, "re") : NULL;
    size_t n = f ? fread(head, 1, HEAD_BYTES, f) : 0;
    if (f)
        fclose(f);
    image_probe(head, n, &limits, &info, NULL);
    str_printf(out, "%d %d\n", info.width, info.height);
}

enum err_code job_sizes(struct job *job, struct err *err)
{
    struct str lines = STR_INIT, bytes = STR_INIT;
    char *head = xmalloc(HEAD_BYTES);
    enum err_code code = ERR_OK;
    for (size_t i = 0; code == ERR_OK && i < job->cmd.n_list; i++) {
        add_size(&lines, job->cmd.list[i], head);
        code = job_cancelled(job, err);
    }
    if (code == ERR_OK) {
        block_text(&bytes, lines.s ? lines.s : "");
        job_result(job, BLOCK_TEXT, &bytes);
    }
    free(head);
    str_done(&lines);
    return code;
}
