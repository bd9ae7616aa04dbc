/* A program on a pseudo terminal with a small terminal behind it, for tests. Waits are for texts
 * and events, never for times.
 *
 *     struct pty *p = pty_start(80, 24, PTY_SIXEL, (char *const[]){"./flowerlab", "DIR", NULL});
 *     assert_true(pty_wait_text(p, "Classes"));
 *     pty_send(p, "2");
 *     assert_true(pty_wait_pictures(p, 15));
 *     assert_int_equal(pty_finish(p), 0);
 *
 * The terminal understands what curses writes for xterm-256color, answers the program's questions
 * as its kind says, and keeps texts and pictures. Each wait reads what the program writes and
 * gives up after PTY_PATIENCE seconds, then prints the screen. SPDX-License-Identifier:
 * GPL-3.0-or-later */
#ifndef FL_TESTS_UI_PTY_H
#define FL_TESTS_UI_PTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <termios.h>

#define PTY_PATIENCE 30

/* What it says it is; cells of 10 x 20 pixels. PLAIN has no pictures, SILENT never answers, SLOW is
 * SIXEL behind a link on which every picture takes its time, LATE is SIXEL whose answers come when
 * the test says so. TMUX is one with sixel: what is written into the lines of a picture removes all
 * of it, and it keeps ten. OLD_TMUX has no sixel and turns sizes around. XTERM answers as an xterm
 * 379 with a VT340's number and without window operations, cells of 6 x 13; WINDOWS as Windows
 * Terminal 1.22, whose cells are 10 x 20 whatever the font. */
enum pty_kind {
    PTY_PLAIN,
    PTY_SIXEL,
    PTY_SILENT,
    PTY_KITTY,
    PTY_ITERM2,
    PTY_TMUX,
    PTY_SLOW,
    PTY_LATE,
    PTY_OLD_TMUX,
    PTY_XTERM,
    PTY_WINDOWS
};

struct pty_picture {
    int x, y, width, height; /* cell it was placed at; pixels that its sender says it covers */
    long id;                 /* kitty's, -1 none */
    bool removed;            /* by a command of kitty's */
    size_t n_bytes;
    char *bytes; /* the sequence; kitty's without later chunks */
};

struct pty {
    int fd;    /* the terminal's side */
    int slave; /* the program's side, kept open to look at its modes */
    pid_t pid; /* the program (the parent of its two processes) */
    enum pty_kind kind;
    int cols, rows, x, y, saved_x, saved_y, top, bottom; /* top, bottom: scrolling region */
    uint32_t *cells;                                     /* characters */
    bool *pixels; /* a sixel shows in the cell: only a character takes it away, an erasure may not (VTE) */
    struct termios before;                               /* modes at the start */
    struct pty_picture *pictures;                        /* all that arrived, in order */
    size_t n_pictures, n_bytes;                          /* bytes written by the program */
    char *log;                                           /* these bytes */
    size_t cap_log;
    size_t bells, frames, colors; /* frames: synchronized ones; colors: times one was set */
    char *late; /* answers of LATE that were not sent yet */
    size_t n_late;
    bool more;                                           /* chunks of kitty's last one follow */
    bool screen_mode, synchronized, in_sync, ended, bracketed;
    bool mouse, mouse_sgr; /* it is to report the mouse; as decimal numbers */
    size_t mouse_ons, mouse_offs;
    bool saved; /* the cursor, and not restored yet */
    int errors; /* unpaired 2026 or ESC 7 and 8, pictures over the edge or in the last row, unknown
                   sequences */
    char last_error[128];
    /* parser */
    char *pending;
    size_t n_pending, cap_pending;
    uint32_t last; /* for REP */
};

/* Environment of the program: TERM=xterm-256color, LC_ALL=C.UTF-8; HOME and the XDG folders below
 * home when that is not NULL. New session: the pty is its controlling terminal. */
struct pty *pty_start(int cols, int rows, enum pty_kind kind, const char *home, char *const argv[]);

size_t pty_visible(const struct pty *p); /* pictures that no command removed */
bool pty_pump(struct pty *p,
              int milliseconds); /* reads once; false: nothing came in that time, or the end */
bool pty_wait_text(struct pty *p,
                   const char *text); /* until the text is on the screen (in one row) */
bool pty_wait_gone(struct pty *p, const char *text);
bool pty_wait_pictures(struct pty *p, size_t n); /* until n have arrived since the start */
bool pty_wait(struct pty *p, bool (*done)(struct pty *p, void *user), void *user);
bool pty_has(const struct pty *p, const char *text);
char *pty_screen(const struct pty *p); /* all rows; the caller frees it */
void pty_send(struct pty *p, const char *keys);
void pty_resize(struct pty *p, int cols, int rows); /* with SIGWINCH */
void pty_resize_pixels(struct pty *p, int cols, int rows, int width, int height);
void pty_answer_late(struct pty *p, size_t step); /* in pieces of step bytes */
pid_t pty_child(const struct pty *p);               /* the working process: child of pid, or 0 */
bool pty_modes_restored(const struct pty *p);       /* termios equal to those before */

void pty_forget_screen(struct pty *p); /* blanks what we believe to see */

/* Reads until the program ends; its exit status as of waitpid, or -1 when it does not end. Frees
 * nothing. */
int pty_wait_end(struct pty *p);
void pty_free(struct pty *p); /* kills what still runs */

#endif
