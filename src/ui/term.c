/* The terminal: taking it, giving it back, reading it. term_draw.c shows canvases.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/term.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "ui/ask.h"
#include "ui/guard.h"
#include "ui/signals.h"
#include "ui/term_private.h"
#include "ui/term_type.h"

#define PRIVATE_FD 10 /* private descriptors begin here */
#define MOUSE_ON "\033[?1000h\033[?1006h" /* presses and the wheel, as decimal numbers */
#define MOUSE_OFF "\033[?1006l\033[?1000l"
#define PIECE 4096    /* bytes of pictures between two looks at the signals */

struct term_saved {
    struct termios modes;
};

struct term_saved *term_save(void)
{
    struct term_saved *saved = xcalloc(1, sizeof *saved);
    if (tcgetattr(0, &saved->modes) == 0)
        return saved;
    free(saved);
    return NULL;
}

void term_restore_saved(const struct term_saved *saved)
{
    static const char bytes[] = "\033\\\033[?2026l\033[?2004l" MOUSE_OFF "\033[0m\033[?1049l\033[?25h\r\n";
    struct termios now;
    if (!saved || !isatty(1) || tcgetattr(0, &now) != 0 || now.c_lflag == saved->modes.c_lflag)
        return; /* they were given back */
    ssize_t n = write(1, bytes, sizeof bytes - 1);
    (void)n;
    tcsetattr(0, TCSADRAIN, &saved->modes);
}

/* Some of it; 0: try again. */
static size_t write_some(struct terminal *t, const char *bytes, size_t n)
{
    ssize_t k = write(t->fd, bytes, n);
    if (k >= 0)
        return (size_t)k;
    if (errno == EAGAIN) {
        struct pollfd p = {.fd = t->fd, .events = POLLOUT};
        poll(&p, 1, 1000);
    } else if (errno != EINTR) {
        t->gone = true;
    }
    return 0;
}

bool term_write(struct terminal *t, const char *bytes, size_t n)
{
    int before = signals_output_begin(t->fd);
    for (size_t at = 0; at < n && !t->gone;)
        at += write_some(t, bytes + at, n - at);
    signals_output_end(before);
    return !t->gone;
}

bool term_write_pictures(struct terminal *t, const char *bytes, size_t n)
{
    for (size_t at = 0; at < n && !t->gone;) {
        if (signals_ending()) {
            t->broken = true;
            return true;
        }
        at += write_some(t, bytes + at, n - at < PIECE ? n - at : PIECE);
    }
    return !t->gone;
}

/* --- taking --------------------------------------------------------------------------------- */

/* A capability without its padding "$<5>". */
static void add_capability(struct str *out, const char *name)
{
    const char *s = tigetstr(name);
    if (!s || s == (char *)-1)
        return;
    while (*s) {
        const char *end = s[0] == '$' && s[1] == '<' ? strchr(s, '>') : NULL;
        if (end)
            s = end + 1;
        else
            str_add_c(out, *s++);
    }
}

/* Ends a half-sent picture and a held frame, then takes pictures off that text does not erase. */
static void add_way_out(const struct terminal *t, struct str *s)
{
    str_add(s, "\033\\\033[?2026l\033[?2004l");
    str_add(s, t->mouse ? MOUSE_OFF : "");
    if (t->gfx && t->gfx->finish)
        str_add(s, t->gfx->finish);
}

/* What gives the screen back. */
static void arm_guard(struct terminal *t)
{
    struct str s = STR_INIT;
    add_way_out(t, &s);
    add_capability(&s, "sgr0");
    add_capability(&s, "cnorm");
    add_capability(&s, "rmcup");
    str_add(&s, "\r\n");
    guard_arm(t->fd, &t->modes, s.s, s.len);
    str_done(&s);
}

/* Tries the terminal's own type, then common ones: a type that is unknown here is usually close to
 * xterm. */
static enum err_code start_curses(struct terminal *t, struct err *err)
{
    const char *own = getenv("TERM");
    const char *types[] = {own && *own ? own : NULL, "xterm-256color", "xterm", "vt100"};
    use_env(FALSE); /* the window's size is the window's, whatever LINES and COLUMNS say */
    use_tioctl(TRUE);
    for (size_t i = 0; i < sizeof types / sizeof *types && !t->screen; i++) {
        t->screen = types[i] && term_type_known(types[i]) ? newterm(types[i], t->out, t->in) : NULL;
        if (t->screen && i > 0)
            log_line(LOG_WARN, "terminal type %s is not known here, using %s",
                     own && *own ? own : "(none)", types[i]);
        if (t->screen)
            t->type = xstrdup(types[i]);
    }
    if (!t->screen)
        return err_set(err, ERR_UNSUPPORTED, "terminal type %s: no description",
                       own && *own ? own : "(none)");
    const char *cup = tigetstr("cup");
    if (cup && cup != (char *)-1)
        return ERR_OK;
    err_set(err, ERR_UNSUPPORTED, "terminal type %s cannot place text", t->type);
    return err_hint(err, "use the batch commands: flowerlab train, scan, eval");
}

static void start_colors(struct terminal *t, const char *color)
{
    t->depth = DEPTH_MONO;
    if (str_eq(color, "never") || !has_colors() || start_color() != OK || COLORS < 8)
        return;
    t->default_colors = use_default_colors() == OK;
    t->depth = COLORS >= 1 << 24 ? DEPTH_DIRECT
               : COLORS >= 256   ? DEPTH_256
               : COLORS >= 16    ? DEPTH_16
                                 : DEPTH_8;
}

static void set_modes(struct terminal *t)
{
    raw();
    noecho();
    nonl();
    idlok(stdscr, FALSE);
    idcok(stdscr, FALSE);
    scrollok(stdscr, FALSE);
    leaveok(stdscr, FALSE);
    typeahead(-1); /* an update broken off for a key would leave pictures half covered */
    t->cursor_stays = curs_set(0) == ERR;
    def_prog_mode();
}

/* What others print while the screen is up lands in a pipe. */
static void catch_strays(struct terminal *t)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
        return;
    fflush(stdout);
    fflush(stderr);
    dup2(ends[1], 1);
    dup2(ends[1], 2);
    close(ends[1]);
    t->stray = ends[0];
}

static void release_strays(struct terminal *t)
{
    fflush(stdout);
    fflush(stderr);
    if (t->stray < 0)
        return;
    dup2(t->kept[1], 1);
    dup2(t->kept[2], 2);
    close(t->stray);
    t->stray = -1;
}

static enum err_code open_descriptors(struct terminal *t, struct err *err)
{
    if (!isatty(0) || !isatty(1)) {
        err_set(err, ERR_UNSUPPORTED, "the screens need a terminal on standard input and output");
        return err_hint(err, "without one use the batch commands: flowerlab train, scan, eval");
    }
    t->fd = fcntl(1, F_DUPFD_CLOEXEC, PRIVATE_FD);
    for (int i = 0; i < 3; i++)
        t->kept[i] = fcntl(i, F_DUPFD_CLOEXEC, PRIVATE_FD);
    int out = fcntl(1, F_DUPFD_CLOEXEC, PRIVATE_FD), in = fcntl(0, F_DUPFD_CLOEXEC, PRIVATE_FD);
    t->out = out >= 0 ? fdopen(out, "w") : NULL;
    t->in = in >= 0 ? fdopen(in, "r") : NULL;
    if (t->fd < 0 || !t->out || !t->in || tcgetattr(t->fd, &t->modes) != 0)
        return err_sys(err, errno, "terminal");
    return ERR_OK;
}

static void free_term(struct terminal *t)
{
    if (t->out)
        fclose(t->out);
    if (t->in)
        fclose(t->in);
    for (int i = 0; i < 3; i++) {
        if (t->kept[i] >= 0)
            close(t->kept[i]);
    }
    if (t->fd >= 0)
        close(t->fd);
    decoder_free(t->decoder);
    damage_done(&t->damage);
    free(t->next);
    free(t->type);
    free(t);
}

static bool locale_is_utf8(void)
{
    const char *codeset = nl_langinfo(CODESET);
    return strcasecmp(codeset, "UTF-8") == 0 || strcasecmp(codeset, "utf8") == 0;
}

static void ask(struct terminal *t)
{
    const char *text = replies_questions(t->type);
    term_write(t, text, strlen(text));
    decoder_expect(t->decoder, true);
}

enum err_code term_open(struct terminal **term, const char *color, struct err *err)
{
    struct terminal *t = xcalloc(1, sizeof *t);
    t->fd = t->stray = t->kept[0] = t->kept[1] = t->kept[2] = -1;
    t->utf8 = locale_is_utf8();
    replies_init(&t->replies);
    t->decoder = decoder_new(&t->replies);
    damage_init(&t->damage);
    enum err_code code = open_descriptors(t, err);
    if (code == ERR_OK)
        code = start_curses(t, err);
    if (code != ERR_OK) {
        if (t->screen) {
            endwin();
            delscreen(t->screen);
        }
        free_term(t);
        return code;
    }
    arm_guard(t);
    start_colors(t, color);
    set_modes(t);
    term_resized(t);
    catch_strays(t);
    term_write(t, "\033[?2004h", 8);
    ask(t);
    *term = t;
    return ERR_OK;
}

void term_graphics(struct terminal *t, const struct gfx_backend *backend, bool by_lines)
{
    t->damage.by_lines = by_lines;
    if (t->gfx == backend)
        return;
    if (t->gfx && t->gfx->finish)
        term_write(t, t->gfx->finish, strlen(t->gfx->finish));
    t->gfx = backend;
    t->damage.layered = backend && backend->erase;
    arm_guard(t);
    term_repaint(t);
}

/* The way out knows of it before the terminal does. */
void term_mouse(struct terminal *t, bool on)
{
    if (t->mouse == on)
        return;
    if (!on)
        term_write(t, MOUSE_OFF, strlen(MOUSE_OFF));
    t->mouse = on;
    arm_guard(t);
    if (on)
        term_write(t, MOUSE_ON, strlen(MOUSE_ON));
}

enum gfx_level term_level(struct terminal *t, bool forget)
{
    if (forget)
        t->link.level = GFX_FULL;
    return t->link.level;
}

double term_held_until(const struct terminal *t)
{
    return t->held ? t->link.sent_at + LINK_PATIENCE : -1;
}

/* --- giving back ---------------------------------------------------------------------------- */

/* Order matters: close a half-sent picture and the held frame, erase pictures by text, leave, drop
 * late answers. What a terminal has not taken of a broken picture would stand before all that. */
static void leave_screen(struct terminal *t)
{
    struct str first = STR_INIT;
    if (t->left)
        return;
    if (t->broken)
        tcflush(t->fd, TCOFLUSH);
    add_way_out(t, &first);
    term_write(t, first.s, first.len);
    str_done(&first);
    werase(stdscr);
    wnoutrefresh(stdscr);
    if (!t->gone)
        doupdate();
    endwin();
    tcflush(t->fd, TCIFLUSH);
}

void term_close(struct terminal *t)
{
    if (!t)
        return;
    int before = signals_output_begin(t->fd);
    term_calm(t);
    leave_screen(t);
    guard_disarm();
    tcsetattr(t->fd, TCSADRAIN, &t->modes);
    signals_output_end(before);
    release_strays(t);
    delscreen(t->screen);
    free_term(t);
}

void term_suspend(struct terminal *t)
{
    term_calm(t);
    leave_screen(t);
    t->left = true;
    guard_disarm();
    tcsetattr(t->fd, TCSADRAIN, &t->modes);
}

void term_resume(struct terminal *t)
{
    t->left = false;
    endwin(); /* so that the next update enters screen mode again */
    reset_prog_mode();
    arm_guard(t);
    term_write(t, "\033[?2004h", 8);
    if (t->mouse)
        term_write(t, MOUSE_ON, strlen(MOUSE_ON));
    term_resized(t);
    term_repaint(t);
}

void term_abandon(struct terminal *t)
{
    t->gone = true; /* no more drawing */
    guard_disarm();
    tcsetattr(t->fd, TCSANOW, &t->modes);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int i = 0; i < 3 && null >= 0; i++)
        dup2(null, i);
    if (null > 2)
        close(null);
    if (t->stray >= 0)
        close(t->stray);
    delscreen(t->screen);
    free_term(t);
}

/* --- reading -------------------------------------------------------------------------------- */

bool term_is_ours(const struct terminal *t)
{
    pid_t group = tcgetpgrp(t->fd);
    return group < 0 || group == getpgrp();
}

int term_fd(const struct terminal *t)
{
    return t->fd;
}

int term_stray_fd(const struct terminal *t)
{
    return t->stray;
}

bool term_read(struct terminal *t)
{
    char bytes[4096];
    ssize_t n = read(t->fd, bytes, sizeof bytes);
    if (n > 0)
        decoder_feed(t->decoder, bytes, (size_t)n);
    else if (!(n < 0 && (errno == EINTR || errno == EAGAIN)))
        t->gone = true;
    return !t->gone;
}

bool term_key(struct terminal *t, struct key_event *event)
{
    bool key = decoder_next(t->decoder, event);
    if (t->sizes != t->replies.sizes) {
        t->sizes = t->replies.sizes;
        t->replies.sized_cols = t->cols;
        t->replies.sized_rows = t->rows;
    }
    if (t->fences != t->replies.fences)
        link_answered(&t->link, clock_now());
    t->fences = t->replies.fences;
    return key;
}

double term_key_patience(const struct terminal *t)
{
    return decoder_patience(t->decoder);
}

void term_key_timeout(struct terminal *t)
{
    decoder_timeout(t->decoder);
}

void term_expect_answers(struct terminal *t, bool expect)
{
    decoder_expect(t->decoder, expect);
}

/* --- facts ---------------------------------------------------------------------------------- */

void term_size(const struct terminal *t, int *cols, int *rows)
{
    *cols = t->cols;
    *rows = t->rows;
}

int term_colors(const struct terminal *t)
{
    return t->depth == DEPTH_MONO ? 0 : COLORS;
}

bool term_utf8(const struct terminal *t)
{
    return t->utf8;
}

const struct replies *term_replies(const struct terminal *t)
{
    return &t->replies;
}

void term_cell(const struct terminal *t, int *cell_w, int *cell_h)
{
    struct winsize size = {0};
    ioctl(t->fd, TIOCGWINSZ, &size);
    size.ws_col = (unsigned short)t->cols;
    size.ws_row = (unsigned short)t->rows;
    ask_cell(&t->replies, &size, cell_w, cell_h);
}

bool term_resized(struct terminal *t)
{
    struct winsize size = {0};
    int cols = 80, rows = 24;
    if (ioctl(t->fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0) {
        cols = size.ws_col;
        rows = size.ws_row;
    }
    bool changed = cols != t->cols || rows != t->rows;
    if (cols != COLS || rows != LINES)
        resize_term(rows, cols);
    t->cols = cols;
    t->rows = rows;
    const char *ask = changed ? replies_size_questions(&t->replies) : NULL;
    if (ask) /* an xterm's largest picture is its window */
        term_write(t, ask, strlen(ask));
    if (changed)
        term_repaint(t);
    return changed;
}
