/* Signals as bytes in a pipe.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/time.h>
#include <termios.h>
#include <unistd.h>

static int ends[2] = {-1, -1};
static volatile sig_atomic_t ending, output = -1;

static void watch(bool on)
{
    struct itimerval timer = {{0, 0}, {0, 0}};
    if (on) {
        timer.it_value.tv_sec = 1;
        timer.it_interval.tv_usec = 50000;
    }
    setitimer(ITIMER_REAL, &timer, NULL);
}

static void make_room(int number)
{
    int saved = errno;
    (void)number;
    if (output >= 0)
        tcflush(output, TCOFLUSH);
    errno = saved;
}

int signals_output_begin(int fd)
{
    int before = output;
    output = fd;
    if (ending && before < 0)
        watch(true);
    return before;
}

void signals_output_end(int before)
{
    output = before;
    if (ending && before < 0)
        watch(false);
}

static void catch (int number)
{
    int saved = errno;
    unsigned char byte = (unsigned char)number;
    bool ends_it = number == SIGTERM || number == SIGINT || number == SIGHUP;
    if (ends_it && !ending && output >= 0)
        watch(true);
    ending = ending || ends_it;
    ssize_t n = write(ends[1], &byte, 1);
    (void)n; /* a full pipe holds the same signals already */
    errno = saved;
}

/* Those that end it interrupt a write to a terminal that takes nothing. */
static void set(int number, void (*handler)(int))
{
    bool ends_it = number == SIGTERM || number == SIGINT || number == SIGHUP;
    struct sigaction action = {.sa_handler = handler, .sa_flags = ends_it ? 0 : SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, NULL);
}

enum err_code signals_open(struct err *err)
{
    static const int caught[] = {SIGWINCH, SIGTERM, SIGINT, SIGHUP, SIGTSTP, SIGCONT};
    if (ends[0] < 0 && pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
        return err_sys(err, errno, "signal pipe");
    for (size_t i = 0; i < sizeof caught / sizeof *caught; i++)
        set(caught[i], catch);
    set(SIGALRM, make_room);
    set(SIGPIPE, SIG_IGN);
    set(SIGTTOU, SIG_IGN); /* mode changes in the background must not stop it again */
    return ERR_OK;
}

int signals_fd(void)
{
    return ends[0];
}

int signals_next(void)
{
    unsigned char byte;
    return read(ends[0], &byte, 1) == 1 ? byte : 0;
}

bool signals_ending(void)
{
    return ending;
}

void signals_stop_self(void)
{
    set(SIGTSTP, SIG_DFL);
    raise(SIGTSTP);
    set(SIGTSTP, catch);
}
