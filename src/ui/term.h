/* The terminal: the only place that knows curses. Draws canvases, reads keys, gives the terminal
 * back on every way out. thread: the UI thread only. SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_TERM_H
#define FL_UI_TERM_H

#include <sys/types.h>

#include "ui/attention.h"
#include "ui/canvas.h"
#include "ui/keys.h"
#include "ui/picture.h"
#include "ui/theme.h"

struct terminal; /* opaque; at most one at a time */

/* Takes the terminal of descriptors 0 and 1, which must be one, into screen mode, and sends the
 * questions about it; their answers are read as they come. Descriptors 1 and 2 go to a pipe from
 * now on (term_stray_fd). color: "auto", "always", "never". errors: UNSUPPORTED (no terminal, or
 * one that cannot place text), IO */
enum err_code term_open(struct terminal **term, const char *color, struct err *err);
/* Gives the terminal back; NULL is fine. */
void term_close(struct terminal *term);

/* For another process that has the same terminal: the modes now, and giving them back when they
 * are not as they were. */
struct term_saved;
struct term_saved *term_save(void); /* NULL when 0 is no terminal */
void term_restore_saved(const struct term_saved *saved);

bool term_is_ours(const struct terminal *term); /* this process is in the foreground of it, or nobody is */
int term_fd(const struct terminal *term);       /* readable when there are bytes */
int term_stray_fd(const struct terminal *term); /* what libraries print, to be logged */

void term_size(const struct terminal *term, int *cols, int *rows);
int term_colors(const struct terminal *term); /* 0: none */
bool term_utf8(const struct terminal *term);
const struct replies *term_replies(const struct terminal *term);
void term_expect_answers(struct terminal *term,
                         bool expect); /* false: time-out, stop waiting for the rest of answers */
void term_cell(const struct terminal *term, int *cell_w, int *cell_h); /* see ask_cell */

/* Reads what is there. false: the terminal is gone. */
bool term_read(struct terminal *term);
bool term_key(struct terminal *term, struct key_event *event);
double term_key_patience(const struct terminal *term); /* an ESC waits for company: call term_key_timeout after that
                                                          many seconds without bytes; negative: none does */
void term_key_timeout(struct terminal *term);

void term_theme(struct terminal *term, const struct theme *theme);

/* How pictures get onto the terminal; NULL: none do. Borrowed. by_lines: text in the lines of a
 * picture removes it, as in tmux. */
void term_graphics(struct terminal *term, const struct gfx_backend *backend, bool by_lines);

/* What the link to the terminal takes, by how long pictures needed; true forgets that. Seconds of
 * clock_now when held back pictures should be shown though no answer came; negative: none are. */
enum gfx_level term_level(struct terminal *term, bool forget);
double term_held_until(const struct terminal *term);

/* Shows the canvas and its pictures; writes nothing when nothing changed. with_pixels false holds
 * pictures of bytes back. False: the terminal is gone. */
bool term_show(struct terminal *term, const struct canvas *canvas,
               const struct picture_shown *shown, bool with_pixels);
/* Text for the clipboard. False: too long for terminals. */
bool term_copy(struct terminal *term, const char *text);
/* Calls for attention with a line of text; term_calm gives the window its title back. */
void term_attention(struct terminal *term, enum attention how, const char *text);
void term_calm(struct terminal *term);
/* Reports of the mouse (SGR), as keys; off at first, and on every way out. */
void term_mouse(struct terminal *term, bool on);
void term_repaint(struct terminal *term); /* the next show writes everything */
bool term_resized(struct terminal *term); /* after SIGWINCH: reads the size; true when it changed */

/* Around a stop: gives the terminal back and takes it again. */
void term_suspend(struct terminal *term);
void term_resume(struct terminal *term);

/* Hang-up: gives it back as far as possible and lets go of all descriptors; 0 to 2 are /dev/null
 * then. The term is freed. */
void term_abandon(struct terminal *term);

#endif
