/* Reading a data file: never waits for a FIFO, tries again when a network share hiccups.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "data/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"

int (*data_read_hook)(const char *path);

/* Fills bytes up to want; returns errno. */
static int read_some(int fd, uint8_t *bytes, size_t want, size_t *n)
{
    while (*n < want) {
        ssize_t got = read(fd, bytes + *n, want - *n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return errno;
        if (got == 0)
            break;
        *n += (size_t)got;
    }
    return 0;
}

static int read_open(int fd, size_t head_only, uint8_t **bytes, size_t *n)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return errno;
    if (!S_ISREG(st.st_mode))
        return EMEDIUMTYPE;
    uint64_t want = (uint64_t)st.st_size;
    if (head_only && want > head_only)
        want = head_only;
    if (want > DATA_FILE_LIMIT)
        return EFBIG;
    *bytes = xmalloc((size_t)want + 1);
    *n = 0;
    int errnum = read_some(fd, *bytes, (size_t)want, n);
    if (errnum) {
        free(*bytes);
        *bytes = NULL;
    }
    return errnum;
}

static int read_once(const char *path, size_t head_only, uint8_t **bytes, size_t *n)
{
    int errnum = data_read_hook ? data_read_hook(path) : 0;
    if (errnum)
        return errnum;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return errno;
    errnum = read_open(fd, head_only, bytes, n);
    close(fd);
    return errnum;
}

int data_read(const char *path, size_t head_only, uint8_t **bytes, size_t *n)
{
    *bytes = NULL;
    *n = 0;
    /* 50, 150 and 450 ms: longer troubles are for the caller, who sees more than one file. */
    long pause_ms = 50;
    for (int attempt = 0;; attempt++) {
        int errnum = read_once(path, head_only, bytes, n);
        bool hiccup = errnum == ESTALE || errnum == EIO || errnum == ETIMEDOUT || errnum == EAGAIN;
        if (!hiccup || attempt == 3)
            return errnum;
        nanosleep(&(struct timespec){0, pause_ms * 1000000}, NULL);
        pause_ms *= 3;
    }
}
