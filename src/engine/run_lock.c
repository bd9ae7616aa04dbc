/* The lock of a run's folder. A lock of the open file, not of the process: another file of this process that is closed does not lose it, and
 * a look at it takes nothing.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/run_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/path.h"

static int lock_file(const char *folder, int flags)
{
    char *path = path_join(folder, RUN_LOCK);
    int fd = open(path, flags | O_CLOEXEC | O_NONBLOCK, 0666);
    free(path);
    return fd;
}

enum err_code run_lock(int *fd, const char *folder, struct err *err)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    *fd = lock_file(folder, O_RDWR | O_CREAT);
    if (*fd < 0 || fcntl(*fd, F_OFD_SETLK, &whole) == 0)
        return ERR_OK;
    bool held = errno == EAGAIN || errno == EACCES;
    close(*fd);
    *fd = -1;
    return held ? err_set(err, ERR_BUSY, "%s: another process is training it", folder) : ERR_OK;
}

enum run_lock_state run_lock_look(const char *folder)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int fd = lock_file(folder, O_RDONLY);
    if (fd < 0)
        return RUN_LOCK_NONE;
    bool asked = fcntl(fd, F_OFD_GETLK, &whole) == 0;
    close(fd);
    return !asked ? RUN_LOCK_NONE : whole.l_type == F_UNLCK ? RUN_LOCK_FREE : RUN_LOCK_HELD;
}
