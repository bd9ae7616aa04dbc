/* A program on a pseudo terminal: processes and waiting. pty_screen.c is the terminal.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/pty.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "ui/glyph.h"
#include "ui/pty_screen.h"

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void set_environment(const char *home)
{
    static const char *const gone[] = {
        "NO_COLOR", "TMUX",    "ZELLIJ", "KONSOLE_VERSION", "FLOWERLAB_GRAPHICS", "VTE_VERSION",
        "LINES",    "COLUMNS", "LANG",   "LC_CTYPE",        "TERM_PROGRAM",       "LC_TERMINAL"};
    for (size_t i = 0; i < sizeof gone / sizeof *gone; i++)
        unsetenv(gone[i]);
    signal(SIGHUP, SIG_DFL); /* the tests may run under nohup, a terminal's programs do not */
    setenv("TERM", "xterm-256color", 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    if (!home)
        return;
    setenv("HOME", home, 1);
    setenv("XDG_CONFIG_HOME", home, 1);
    setenv("XDG_STATE_HOME", home, 1);
    setenv("XDG_CACHE_HOME", home, 1);
    setenv("XDG_RUNTIME_DIR", home, 1);
    setenv("FLOWERLAB_TEST_RUNTIME_ONLY", "1", 1);
}

static void exec_program(struct pty *p, const char *home, char *const argv[])
{
    setsid();
    ioctl(p->slave, TIOCSCTTY, 0);
    for (int i = 0; i < 3; i++)
        dup2(p->slave, i);
    signal(SIGPIPE, SIG_DFL);
    close(p->fd);
    if (p->slave > 2)
        close(p->slave);
    set_environment(home);
    execvp(argv[0], argv);
    perror(argv[0]);
    _exit(127);
}

struct pty *pty_start(int cols, int rows, enum pty_kind kind, const char *home, char *const argv[])
{
    struct winsize size = {.ws_col = (unsigned short)cols, .ws_row = (unsigned short)rows};
    struct pty *p = xcalloc(1, sizeof *p);
    p->kind = kind;
    if (openpty(&p->fd, &p->slave, NULL, NULL, &size) != 0) {
        perror("openpty");
        exit(99);
    }
    fcntl(p->fd, F_SETFD, FD_CLOEXEC);
    screen_init(p, cols, rows);
    tcgetattr(p->slave, &p->before);
    p->pid = fork();
    if (p->pid == 0)
        exec_program(p, home, argv);
    return p;
}

bool pty_pump(struct pty *p, int milliseconds)
{
    char bytes[65536];
    struct pollfd fd = {.fd = p->fd, .events = POLLIN};
    if (p->ended || poll(&fd, 1, milliseconds) <= 0)
        return false;
    ssize_t n = read(p->fd, bytes, sizeof bytes);
    if (n <= 0) {
        p->ended = !(n < 0 && errno == EINTR);
        return false;
    }
    p->log = xgrow(p->log, &p->cap_log, p->n_bytes + (size_t)n, 1);
    memcpy(p->log + p->n_bytes, bytes, (size_t)n);
    p->n_bytes += (size_t)n;
    screen_feed(p, bytes, (size_t)n);
    return true;
}

bool pty_wait(struct pty *p, bool (*done)(struct pty *p, void *user), void *user)
{
    double until = now() + PTY_PATIENCE;
    while (!done(p, user)) {
        if (p->ended || now() > until) {
            char *text = pty_screen(p);
            fprintf(stderr, "# waited in vain; the screen:\n%s\n", text);
            free(text);
            return false;
        }
        pty_pump(p, 50);
    }
    return true;
}

static bool has(struct pty *p, void *text)
{
    return !p->in_sync && pty_has(p, text);
}

static bool has_not(struct pty *p, void *text)
{
    return !p->in_sync && !pty_has(p, text);
}

static bool has_pictures(struct pty *p, void *n)
{
    return !p->in_sync && p->n_pictures >= *(size_t *)n;
}

size_t pty_visible(const struct pty *p)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n_pictures; i++)
        n += !p->pictures[i].removed;
    return n;
}

bool pty_wait_text(struct pty *p, const char *text)
{
    return pty_wait(p, has, (void *)(uintptr_t)text);
}

bool pty_wait_gone(struct pty *p, const char *text)
{
    return pty_wait(p, has_not, (void *)(uintptr_t)text);
}

bool pty_wait_pictures(struct pty *p, size_t n)
{
    return pty_wait(p, has_pictures, &n);
}

char *pty_screen(const struct pty *p)
{
    struct str s = STR_INIT;
    for (int i = 0; i < p->cols * p->rows; i++) {
        if (p->cells[i])
            utf8_add(&s, p->cells[i]);
        if (i % p->cols == p->cols - 1)
            str_add_c(&s, '\n');
    }
    return str_take(&s);
}

bool pty_has(const struct pty *p, const char *text)
{
    char *all = pty_screen(p);
    bool found = strstr(all, text) != NULL;
    free(all);
    return found;
}

void pty_send(struct pty *p, const char *keys)
{
    size_t n = strlen(keys);
    while (n > 0) {
        ssize_t k = write(p->fd, keys, n);
        if (k <= 0)
            return;
        keys += k;
        n -= (size_t)k;
    }
}

void pty_answer_late(struct pty *p, size_t step)
{
    for (size_t at = 0; at < p->n_late; at += step) {
        ssize_t n = write(p->fd, p->late + at, p->n_late - at < step ? p->n_late - at : step);
        (void)n;
        pty_pump(p, 1);
    }
    p->n_late = 0;
}

void pty_resize(struct pty *p, int cols, int rows)
{
    pty_resize_pixels(p, cols, rows, 0, 0);
}

void pty_resize_pixels(struct pty *p, int cols, int rows, int width, int height)
{
    struct winsize size = {.ws_col = (unsigned short)cols,
                           .ws_row = (unsigned short)rows,
                           .ws_xpixel = (unsigned short)width,
                           .ws_ypixel = (unsigned short)height};
    screen_resize(p, cols, rows);
    ioctl(p->fd, TIOCSWINSZ, &size);
}

pid_t pty_child(const struct pty *p)
{
    char path[64];
    int child = 0;
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)p->pid, (int)p->pid);
    FILE *f = fopen(path, "re");
    if (f && fscanf(f, "%d", &child) != 1)
        child = 0;
    if (f)
        fclose(f);
    return child;
}

void pty_forget_screen(struct pty *p)
{
    screen_resize(p, p->cols, p->rows);
}

bool pty_modes_restored(const struct pty *p)
{
    struct termios now_modes;
    return tcgetattr(p->slave, &now_modes) == 0 && now_modes.c_iflag == p->before.c_iflag &&
           now_modes.c_oflag == p->before.c_oflag && now_modes.c_cflag == p->before.c_cflag &&
           now_modes.c_lflag == p->before.c_lflag &&
           memcmp(now_modes.c_cc, p->before.c_cc, sizeof p->before.c_cc) == 0;
}

int pty_wait_end(struct pty *p)
{
    double until = now() + PTY_PATIENCE;
    int status = -1;
    while (now() < until) {
        if (waitpid(p->pid, &status, WNOHANG) == p->pid) {
            p->pid = 0;
            while (pty_pump(p, 20))
                ;
            return status;
        }
        pty_pump(p, 20);
    }
    return -1;
}

void pty_free(struct pty *p)
{
    pid_t child = p->pid > 0 ? pty_child(p) : 0;
    if (child > 0)
        kill(child, SIGKILL);
    if (p->pid > 0) {
        kill(p->pid, SIGKILL);
        waitpid(p->pid, NULL, 0);
    }
    close(p->fd);
    close(p->slave);
    screen_done(p);
    free(p->log);
    free(p);
}
