/* The folder of sockets.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/meet.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/mem.h"
#include "base/names.h"
#include "base/path.h"
#include "base/str.h"
#include "engine/hooks.h"

#define SUFFIX ".sock"
#define BACKLOG 16
#define FOLDERS 2

/* The places of the folder, best first; "" where there is none. The caller frees each. */
static void places(char *out[FOLDERS])
{
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    bool good = runtime && *runtime == '/' && path_is_folder(runtime);
    out[0] = good ? path_join(runtime, "flowerlab") : xstrdup("");
    out[1] = hook_runtime_only() ? xstrdup("") : xasprintf("/tmp/flowerlab-%ld", (long)geteuid());
}

/* Opens a folder that only this user can enter. */
static enum err_code open_folder(int *fd, const char *path, struct err *err)
{
    struct stat st;
    *fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (*fd < 0)
        return err_sys(err, errno, "%s", path);
    if (fstat(*fd, &st) == 0 && st.st_uid == geteuid() && (st.st_mode & 077) == 0)
        return ERR_OK;
    close(*fd);
    *fd = -1;
    return err_set(err, ERR_INVALID, "%s: is not a folder of this user alone", path);
}

static enum err_code make_folder(int *fd, char **path, struct err *err)
{
    char *list[FOLDERS];
    enum err_code code = ERR_NOT_FOUND;
    places(list);
    *path = NULL;
    for (int i = 0; i < FOLDERS; i++) {
        if (!*path && *list[i]) {
            if (mkdir(list[i], 0700) != 0 && errno != EEXIST)
                code = err_sys(err, errno, "%s", list[i]);
            else if ((code = open_folder(fd, list[i], err)) == ERR_OK)
                *path = xstrdup(list[i]);
        }
        free(list[i]);
    }
    return code;
}

/* --- sockets in an open folder ------------------------------------------------------------------------------- */

/* Through the folder's descriptor: short, and the folder that was checked. */
static void address(struct sockaddr_un *a, int folder, const char *name)
{
    *a = (struct sockaddr_un){.sun_family = AF_UNIX};
    snprintf(a->sun_path, sizeof a->sun_path, "/proc/self/fd/%d/%s", folder, name);
}

static int new_socket(void)
{
    return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

/* 0, or errno. */
static int reach(int *fd, int folder, const char *name)
{
    struct sockaddr_un a;
    address(&a, folder, name);
    *fd = new_socket();
    if (*fd >= 0 && connect(*fd, (struct sockaddr *)&a, sizeof a) == 0)
        return 0;
    int number = errno;
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
    return number;
}

/* Refused is dead; anything else may be ours (no more descriptors) or a full backlog. */
static bool is_alive(int folder, const char *name)
{
    int fd, number = reach(&fd, folder, name);
    if (fd >= 0)
        close(fd);
    return number != ECONNREFUSED && number != ENOENT;
}

/* Between bind and listen a socket looks as if nobody listened: who makes or removes one holds the folder's lock. */
static bool lock(int folder)
{
    for (int i = 0; i < 200; i++) {
        if (flock(folder, LOCK_EX | LOCK_NB) == 0)
            return true;
        poll(NULL, 0, 10);
    }
    return false;
}

/* Removes what nobody listens on; the names of the rest go to found, which may be NULL. */
static void sweep(int folder, struct names *found)
{
    int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = copy >= 0 ? fdopendir(copy) : NULL;
    bool locked = lock(folder);
    for (struct dirent *e; d && (e = readdir(d));) {
        if (!str_ends(e->d_name, SUFFIX))
            continue;
        if (!is_alive(folder, e->d_name)) {
            if (locked)
                unlinkat(folder, e->d_name, 0);
        } else if (found) {
            names_add(found, e->d_name);
        }
    }
    flock(folder, LOCK_UN);
    if (d)
        closedir(d);
}

static enum err_code bind_name(int *fd, int folder, const char *name, const char *run, struct err *err)
{
    struct sockaddr_un a;
    if (is_alive(folder, name))
        return err_set(err, ERR_BUSY, "%s: another process listens for it", run);
    unlinkat(folder, name, 0);
    address(&a, folder, name);
    *fd = new_socket();
    if (*fd >= 0 && bind(*fd, (struct sockaddr *)&a, sizeof a) == 0 && listen(*fd, BACKLOG) == 0)
        return ERR_OK;
    err_sys(err, errno, "socket %s", name);
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
    return ERR_IO;
}

enum err_code meet_listen(int *fd, char **path, const char *run, struct err *err)
{
    int folder;
    char *where, *real = realpath(run, NULL), name[32];
    enum err_code code = make_folder(&folder, &where, err);
    const char *known = real ? real : run;
    *fd = -1;
    *path = NULL;
    if (code == ERR_OK) {
        snprintf(name, sizeof name, "%016llx" SUFFIX, (unsigned long long)XXH3_64bits(known, strlen(known)));
        sweep(folder, NULL);
        lock(folder);
        code = bind_name(fd, folder, name, run, err);
        flock(folder, LOCK_UN);
        close(folder);
    }
    if (code == ERR_OK)
        *path = path_join(where, name);
    free(where);
    free(real);
    return code;
}

void meet_leave(const char *path)
{
    unlink(path);
}

enum err_code meet_connect(int *fd, const char *path, struct err *err)
{
    int folder;
    const char *name = path_base(path);
    size_t n = (size_t)(name - path);
    char *parent = xstrndup(path, n > 1 ? n - 1 : n); /* a slash at the end would follow a link */
    *fd = -1;
    enum err_code code = open_folder(&folder, *parent ? parent : ".", err);
    if (code == ERR_OK) {
        int number = reach(fd, folder, name);
        close(folder);
        if (number == ECONNREFUSED || number == ENOENT)
            code = err_set(err, ERR_NOT_FOUND, "%s: nobody listens", path);
        else if (number == EAGAIN)
            code = err_set(err, ERR_BUSY, "%s: is asked by too many at once", path);
        else if (number)
            code = err_sys(err, number, "%s", path);
    }
    free(parent);
    return code;
}

static void each_in(const char *path, void (*each)(const char *path, void *user), void *user)
{
    int folder;
    struct names found = {0};
    if (open_folder(&folder, path, NULL) != ERR_OK)
        return;
    sweep(folder, &found);
    close(folder);
    for (size_t i = 0; i < found.n; i++) {
        char *file = path_join(path, found.list[i]);
        each(file, user);
        free(file);
    }
    names_done(&found);
}

void meet_each(void (*each)(const char *path, void *user), void *user)
{
    char *list[FOLDERS];
    places(list);
    for (int i = 0; i < FOLDERS; i++) {
        if (*list[i])
            each_in(list[i], each, user);
        free(list[i]);
    }
}
