/* The terminal's modes come back when the process dies.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/guard.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

/* What a signal handler may touch: fixed memory, written before armed is set. */
static struct {
    int fd;
    struct termios modes;
    char bytes[512];
    size_t n;
} guard;
static atomic_bool armed;

/* Only async-signal-safe calls. */
static void restore(void)
{
    if (!atomic_exchange(&armed, false))
        return;
    for (size_t at = 0; at < guard.n;) {
        ssize_t n = write(guard.fd, guard.bytes + at, guard.n - at);
        if (n <= 0)
            break;
        at += (size_t)n;
    }
    tcsetattr(guard.fd, TCSANOW, &guard.modes);
}

/* The default action follows, so that the exit code and the core are right. */
static void die(int number)
{
    restore();
    signal(number, SIG_DFL);
    raise(number);
}

static void install(void)
{
    static const int fatal[] = {SIGSEGV, SIGBUS, SIGFPE,  SIGILL, SIGABRT,
                                SIGQUIT, SIGSYS, SIGTRAP, SIGXCPU};
    static char stack[65536]; /* also when the stack overflowed */
    stack_t alternative = {.ss_sp = stack, .ss_size = sizeof stack};
    sigaltstack(&alternative, NULL);
    struct sigaction action = {.sa_handler = die, .sa_flags = SA_ONSTACK | SA_NODEFER};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++) {
        struct sigaction old;
        if (sigaction(fatal[i], NULL, &old) == 0 &&
            old.sa_handler == SIG_DFL) /* a sanitizer's stays */
            sigaction(fatal[i], &action, NULL);
    }
    atexit(restore);
    mem_set_last_words(restore);
}

void guard_arm(int fd, const struct termios *modes, const char *bytes, size_t n)
{
    static bool installed;
    atomic_store(&armed, false);
    guard.fd = fd;
    guard.modes = *modes;
    guard.n = n < sizeof guard.bytes ? n : sizeof guard.bytes;
    memcpy(guard.bytes, bytes, guard.n);
    if (!installed)
        install();
    installed = true;
    atomic_store(&armed, true);
}

void guard_disarm(void)
{
    atomic_store(&armed, false);
}
