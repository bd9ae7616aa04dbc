/* Bytes of the terminal to keys and to answers: two pure machines that share one stream.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_KEYS_H
#define FL_UI_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

/* A key is a code and, for the first three, a character: K_CTRL with 'c' is Control-C. */
enum key_code {
    K_CHAR,
    K_CTRL,
    K_ALT,
    K_ENTER,
    K_ESC,
    K_TAB,
    K_BACKTAB,
    K_BACKSPACE,
    K_DELETE,
    K_INSERT,
    K_UP,
    K_DOWN,
    K_LEFT,
    K_RIGHT,
    K_HOME,
    K_END,
    K_PAGE_UP,
    K_PAGE_DOWN,
    K_F1,
    K_F2,
    K_F3,
    K_F4,
    K_F5,
    K_F6,
    K_F7,
    K_F8,
    K_F9,
    K_F10,
    K_F11,
    K_F12,
    K_PASTE, /* a bracketed paste: its text is in the event */
    K_MOUSE, /* a click of the left button, or the wheel: where is in the event */
    K_COUNT
};

struct key {
    int code;    /* enum key_code */
    uint32_t ch; /* Unicode for K_CHAR, K_CTRL (lower case), K_ALT; else 0 */
};

bool key_same(struct key a, struct key b);

/* How far a key moves in a popup's list or text of which page rows are seen: rows, a million for the
 * ends; 0 for other keys. */
long key_moves(struct key key, size_t page);

/* Key from its name and back: "r", "Enter", "C-c", "M-x", "PgDn", "F1", "Space". The names are
 * those of actions.def and bind lines. */
bool key_parse(const char *name, struct key *key);
void key_write(struct str *out, struct key key);

/* --- answers -------------------------------------------------------------------------------- */

/* What the terminal said so far. Numbers are -1 while unknown. */
struct replies {
    bool device;                /* DA1 arrived: the fence */
    bool sixel;                 /* DA1 has the token 4 */
    int registers;              /* XTSMGRAPHICS colour registers */
    int graphics_w, graphics_h; /* XTSMGRAPHICS geometry: largest sixel, pixels */
    int cell_w, cell_h;         /* CSI 16 t */
    int window_w, window_h;     /* CSI 14 t */
    uint64_t sizes;             /* answers that told of the window or the largest picture */
    int sized_cols, sized_rows; /* cells of the window at the last of them; whoever reads sets it,
                                   0: the window never changes */
    bool synchronized;          /* DECRQM 2026: usable */
    bool kitty;                 /* said OK to a picture in kitty's protocol */
    uint64_t fences;            /* DSR 5 answers: everything before the question was shown */
    char version[64];           /* XTVERSION */
    int64_t background;         /* OSC 11 as 0xRRGGBB */
    uint64_t count;             /* answers seen */
};
void replies_init(struct replies *replies);

/* The questions, ending with DA1, as one text to be written. Without a type that may be asked
 * ("linux") only DA1. kitty's is left out where it would become text or a title: in old VTE and in
 * multiplexers, by environment. */
const char *replies_questions(const char *terminal_type);

/* What must be asked again when the window has another size; NULL where nothing of it was answered. */
const char *replies_size_questions(const struct replies *replies);

/* --- decoder -------------------------------------------------------------------------------- */

enum mouse_what { MOUSE_CLICK, MOUSE_WHEEL_UP, MOUSE_WHEEL_DOWN };

struct mouse {
    enum mouse_what what;
    int x, y;      /* cell, from 0 */
    bool modified; /* with Shift, Alt or Control */
};

struct key_event {
    struct key key;
    const char *text;   /* K_PASTE: borrowed until the next call */
    struct mouse mouse; /* K_MOUSE */
};

/* Opaque. Bytes go in as they come, in pieces of any size; keys come out, answers go to replies and
 * never become keys. */
struct decoder;
struct decoder *decoder_new(struct replies *replies); /* replies is borrowed */
void decoder_free(struct decoder *d);
void decoder_feed(struct decoder *d, const void *bytes, size_t n);
/* Next key; false: none, or more bytes are needed. */
bool decoder_next(struct decoder *d, struct key_event *event);
/* An incomplete sequence waits for more bytes. When nothing came for that many seconds after the last one the caller
 * says so: a lone ESC becomes the key Escape, other beginnings are dropped. A lone ESC waits a moment only, a key is
 * behind it; a slow link may tear what has begun, so that waits longer. The rest of an answer
 * that comes later than its ESC is still recognised and never becomes keys. Negative: nothing waits. */
double decoder_patience(const struct decoder *d);
void decoder_timeout(struct decoder *d);
/* While answers are expected, beginnings of two bytes and more wait without limit (decoder_patience is
 * negative for them). So do always those of a report of the mouse, which nobody types. */
void decoder_expect(struct decoder *d, bool answers);

#endif
