/* Signals as bytes in a pipe.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "batch/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

/* A handler has no argument of ours. */
static int ends[2] = {-1, -1};

static void handler(int number)
{
    int saved = errno;
    unsigned char byte = (unsigned char)number;
    ssize_t written = write(ends[1], &byte, 1); /* a full pipe holds signals enough */
    (void)written;
    errno = saved;
}

static void catch_unless_ignored(int number)
{
    struct sigaction old, own = {.sa_handler = handler, .sa_flags = SA_RESTART};
    sigemptyset(&own.sa_mask);
    if (sigaction(number, NULL, &old) == 0 && old.sa_handler != SIG_IGN)
        sigaction(number, &own, NULL);
}

void batch_signals_catch(void)
{
    if (ends[0] >= 0 || pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
        return;
    catch_unless_ignored(SIGINT);
    catch_unless_ignored(SIGTERM);
    catch_unless_ignored(SIGHUP);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a limit of file sizes is an error of write, like a full disk */
}

int batch_signals_fd(void)
{
    return ends[0];
}

int batch_signals_next(void)
{
    unsigned char byte;
    return ends[0] >= 0 && read(ends[0], &byte, 1) == 1 ? byte : 0;
}
