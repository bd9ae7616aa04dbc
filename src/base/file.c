/* Whole files: read, atomic replace, whole-line append.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"

void (*file_commit_hook)(const char *path);

struct file_writer {
    char *path, *tmp;
    int fd;
    bool no_sync;
};

static enum err_code read_all(int fd, const char *path, size_t limit, struct str *s, struct err *err)
{
    for (;;) {
        s->s = xgrow(s->s, &s->cap, s->len + 65537, 1);
        ssize_t n = read(fd, s->s + s->len, 65536);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_sys(err, errno, "%s", path);
        if (n == 0)
            break;
        s->len += (size_t)n;
        if (limit && s->len > limit)
            return err_set(err, ERR_INVALID, "%s: more than %zu bytes", path, limit);
    }
    s->s[s->len] = '\0';
    return ERR_OK;
}

enum err_code file_read(const char *path, size_t limit, char **bytes, size_t *length, struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return err_sys(err, errno, "%s", path);
    struct stat st;
    struct str s = STR_INIT;
    enum err_code code;
    if (fstat(fd, &st) != 0)
        code = err_sys(err, errno, "%s", path);
    else if (!S_ISREG(st.st_mode))
        code = err_set(err, ERR_INVALID, "%s: %s", path, S_ISDIR(st.st_mode) ? "is a folder" : "is not a regular file");
    else if (limit && (uint64_t)st.st_size > limit)
        code = err_set(err, ERR_INVALID, "%s: more than %zu bytes", path, limit);
    else {
        s.s = xgrow(s.s, &s.cap, (size_t)st.st_size + 65537, 1);
        code = read_all(fd, path, limit, &s, err);
    }
    close(fd);
    if (code != ERR_OK) {
        str_done(&s);
        return code;
    }
    *length = s.len;
    *bytes = str_take(&s);
    return ERR_OK;
}

enum err_code file_writer_open(struct file_writer **out, const char *path, struct err *err)
{
    char *tmp = xasprintf("%s" FILE_STALE, path);
    int fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0) {
        enum err_code code = err_sys(err, errno, "%s", path);
        free(tmp);
        return code;
    }
    struct file_writer *w = xcalloc(1, sizeof *w);
    w->path = xstrdup(path);
    w->tmp = tmp;
    w->fd = fd;
    *out = w;
    return ERR_OK;
}

static int write_all(int fd, const void *bytes, size_t n)
{
    const char *p = bytes;
    while (n > 0) {
        ssize_t k = write(fd, p, n);
        if (k < 0 && errno == EINTR)
            continue;
        if (k < 0)
            return -1;
        p += k;
        n -= (size_t)k;
    }
    return 0;
}

enum err_code file_writer_write(struct file_writer *w, const void *bytes, size_t n, struct err *err)
{
    return write_all(w->fd, bytes, n) == 0 ? ERR_OK : err_sys(err, errno, "%s", w->path);
}

static void writer_free(struct file_writer *w)
{
    if (w->fd >= 0)
        close(w->fd);
    free(w->path);
    free(w->tmp);
    free(w);
}

void file_writer_abort(struct file_writer *w)
{
    if (!w)
        return;
    unlink(w->tmp);
    writer_free(w);
}

static void sync_folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash ? xstrndup(path, slash == path ? 1 : (size_t)(slash - path)) : xstrdup(".");
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        fsync(fd); /* best effort: some file systems refuse it on folders */
        close(fd);
    }
    free(folder);
}

enum err_code file_writer_commit(struct file_writer *w, struct err *err)
{
    int failed = !w->no_sync && fsync(w->fd) != 0 ? errno : 0;
    if (close(w->fd) != 0 && !failed)
        failed = errno;
    w->fd = -1;
    if (file_commit_hook)
        file_commit_hook(w->path);
    if (!failed && rename(w->tmp, w->path) != 0)
        failed = errno;
    enum err_code code = ERR_OK;
    if (failed) {
        code = err_sys(err, failed, "%s", w->path);
        unlink(w->tmp);
    } else if (!w->no_sync) {
        sync_folder_of(w->path);
    }
    writer_free(w);
    return code;
}

static enum err_code replace(const char *path, const void *bytes, size_t n, bool sync, struct err *err)
{
    struct file_writer *w;
    enum err_code code = file_writer_open(&w, path, err);
    if (code != ERR_OK)
        return code;
    w->no_sync = !sync;
    code = file_writer_write(w, bytes, n, err);
    if (code != ERR_OK) {
        file_writer_abort(w);
        return code;
    }
    return file_writer_commit(w, err);
}

enum err_code file_replace(const char *path, const void *bytes, size_t n, struct err *err)
{
    return replace(path, bytes, n, true, err);
}

enum err_code file_replace_quick(const char *path, const void *bytes, size_t n, struct err *err)
{
    return replace(path, bytes, n, false, err);
}

enum err_code file_append(const char *path, const char *text, size_t n, struct err *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (fd < 0)
        return err_sys(err, errno, "%s", path);
    struct stat st;
    bool known = fstat(fd, &st) == 0;
    enum err_code code = write_all(fd, text, n) == 0 ? ERR_OK : err_sys(err, errno, "%s", path);
    if (code != ERR_OK && known && ftruncate(fd, st.st_size) != 0) /* half a line would spoil the next one too */
        err_prefix(err, "half written");
    if (close(fd) != 0 && code == ERR_OK)
        code = err_sys(err, errno, "%s", path);
    return code;
}

void file_remove_stale(const char *folder)
{
    DIR *d = opendir(folder);
    if (!d)
        return;
    struct dirent *e;
    while ((e = readdir(d))) {
        if (str_ends(e->d_name, FILE_STALE))
            unlinkat(dirfd(d), e->d_name, 0);
    }
    closedir(d);
}
