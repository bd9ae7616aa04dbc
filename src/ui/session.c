/* Two processes for a screen that can be left.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/session.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ui/term.h"

#define SIGNAL_LEAVE SIGUSR1

static bool forked;
static pid_t waiting; /* the parent */

static int status_code(int status, const struct term_saved *saved)
{
    term_restore_saved(saved); /* where the child could not do it: killed, or ended by a checker */
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) /* it had no last words */
        fputs("flowerlab: it was killed, by hand or for want of memory; \"flowerlab runs\" lists what it trained, resume goes on\n", stderr);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* The shell sees the parent: it stops with the child and wakes it. */
static bool child_changed(pid_t child, int *status, const struct term_saved *saved)
{
    int now;
    pid_t pid = waitpid(child, &now, WNOHANG | WUNTRACED);
    if (pid != child)
        return false;
    if (WIFSTOPPED(now)) {
        raise(SIGSTOP);
        kill(child, SIGCONT);
        return false;
    }
    *status = status_code(now, saved);
    return true;
}

static int wait_for(pid_t child, const sigset_t *set, const struct term_saved *saved)
{
    int status = 0;
    for (;;) {
        int number = sigwaitinfo(set, NULL);
        if (number == SIGCHLD && child_changed(child, &status, saved))
            return status;
        if (number == SIGNAL_LEAVE)
            return 0;
        if (number > 0 && number != SIGCHLD)
            kill(child, number);
    }
}

bool session_fork(int *status)
{
    static const int passed[] = {SIGTERM, SIGINT, SIGHUP, SIGTSTP, SIGCONT, SIGCHLD, SIGNAL_LEAVE};
    sigset_t set, before;
    sigemptyset(&set);
    for (size_t i = 0; i < sizeof passed / sizeof *passed; i++)
        sigaddset(&set, passed[i]);
    sigprocmask(SIG_BLOCK, &set, &before);
    struct term_saved *saved = term_save();
    pid_t parent = getpid(), child = fork();
    if (child > 0) {
        *status = wait_for(child, &set, saved);
        sigprocmask(SIG_SETMASK, &before, NULL);
        free(saved);
        return false;
    }
    forked = child == 0;
    waiting = parent;
    if (forked) { /* without its parent it has lost the terminal */
        prctl(PR_SET_PDEATHSIG, SIGHUP);
        if (getppid() != parent)
            raise(SIGHUP);
    }
    free(saved);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return true;
}

bool session_can_leave(void)
{
    return forked;
}

void session_leave(void)
{
    if (!forked)
        return;
    prctl(PR_SET_PDEATHSIG, 0);
    setsid();
    if (getppid() == waiting) /* else it has gone, and somebody else has taken this process in */
        kill(waiting, SIGNAL_LEAVE);
    forked = false;
}
