/* Bytes of the terminal to keys and to answers.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/glyph.h"

#define SEQUENCE_MAX 4096 /* an unfinished answer longer than this is rubbish */
#define PASTE_MAX (1 << 20)
#define MOUSE_MODIFIERS (4 | 8 | 16) /* Shift, Alt, Control */
#define ESCAPE_DELAY 0.025
#define TORN_DELAY 0.25 /* of a link with losses; nobody types that soon behind Alt-[ */

struct decoder {
    struct replies *replies;
    struct str bytes; /* not yet decoded */
    struct str paste; /* the text last handed out */
    bool expect, in_paste, paste_cut, late_escape;
    bool ghost; /* the ESC of what comes next was given out as a key */
};

static const char *const names[K_COUNT] = {
    [K_ENTER] = "Enter",
    [K_ESC] = "Esc",
    [K_TAB] = "Tab",
    [K_BACKTAB] = "S-Tab",
    [K_BACKSPACE] = "Backspace",
    [K_DELETE] = "Del",
    [K_INSERT] = "Ins",
    [K_UP] = "Up",
    [K_DOWN] = "Down",
    [K_LEFT] = "Left",
    [K_RIGHT] = "Right",
    [K_HOME] = "Home",
    [K_END] = "End",
    [K_PAGE_UP] = "PgUp",
    [K_PAGE_DOWN] = "PgDn",
    [K_F1] = "F1",
    [K_F2] = "F2",
    [K_F3] = "F3",
    [K_F4] = "F4",
    [K_F5] = "F5",
    [K_F6] = "F6",
    [K_F7] = "F7",
    [K_F8] = "F8",
    [K_F9] = "F9",
    [K_F10] = "F10",
    [K_F11] = "F11",
    [K_F12] = "F12",
};

bool key_same(struct key a, struct key b)
{
    return a.code == b.code && (a.code > K_ALT || a.ch == b.ch);
}

long key_moves(struct key key, size_t page)
{
    static const long far = 1000000;
    bool letter = key.code == K_CHAR;
    long by = page > 1 ? (long)page - 1 : 1;
    if (key.code == K_UP || (letter && key.ch == 'k'))
        return -1;
    if (key.code == K_DOWN || (letter && key.ch == 'j'))
        return 1;
    if (key.code == K_PAGE_UP || key.code == K_PAGE_DOWN)
        return key.code == K_PAGE_UP ? -by : by;
    return key.code == K_HOME ? -far : key.code == K_END ? far : 0;
}

static bool one_char(const char *text, uint32_t *ch)
{
    *ch = utf8_next(&text);
    return *ch >= 0x20 && *ch != 0xfffd && *text == '\0';
}

bool key_parse(const char *name, struct key *key)
{
    *key = (struct key){K_CHAR, 0};
    if (str_eq(name, "Space")) {
        key->ch = ' ';
        return true;
    }
    if (one_char(name, &key->ch))
        return true;
    if (str_starts(name, "C-") || str_starts(name, "M-")) {
        /* Of these some are other keys' bytes (C-i is Tab), some begin an answer of the terminal (M-[). */
        key->code = name[0] == 'C' ? K_CTRL : K_ALT;
        return one_char(name + 2, &key->ch) &&
               (key->code == K_ALT ? key->ch < 0x7f && !strchr("[OP]_^X", (int)key->ch)
                                   : key->ch >= 'a' && key->ch <= 'z' && !strchr("hijm", (int)key->ch));
    }
    key->ch = 0;
    for (int i = 0; i < K_COUNT; i++) {
        if (names[i] && str_eq(names[i], name)) {
            key->code = i;
            return true;
        }
    }
    return false;
}

void key_write(struct str *out, struct key key)
{
    if (key.code > K_ALT) {
        str_add(out, names[key.code] ? names[key.code] : "?");
        return;
    }
    str_add(out, key.code == K_CTRL ? "C-" : key.code == K_ALT ? "M-" : "");
    if (key.ch == ' ')
        str_add(out, "Space");
    else
        utf8_add(out, key.ch);
}

/* --- answers -------------------------------------------------------------------------------- */

void replies_init(struct replies *replies)
{
    *replies = (struct replies){.registers = -1,
                                .graphics_w = -1,
                                .graphics_h = -1,
                                .cell_w = -1,
                                .cell_h = -1,
                                .window_w = -1,
                                .window_h = -1,
                                .background = -1};
}

/* version, synchronized update, cell and window size, colour registers, largest picture,
 * background; last the fence */
#define SIZES "\033[16t\033[14t\033[?2;1;0S"
#define QUESTIONS "\033[>0q\033[?2026$p\033[?1;1;0S" SIZES "\033]11;?\033\\"
#define KITTY_QUESTION "\033_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\033\\"
#define FENCE "\033[c"

const char *replies_questions(const char *terminal_type)
{
    bool plain = getenv("VTE_VERSION") || getenv("TMUX") || getenv("ZELLIJ") ||
                 str_starts(terminal_type, "screen") || str_starts(terminal_type, "tmux");
    if (str_starts(terminal_type, "linux")) /* shows parts of long questions as text */
        return FENCE;
    return plain ? QUESTIONS FENCE : QUESTIONS KITTY_QUESTION FENCE;
}

const char *replies_size_questions(const struct replies *r)
{
    return r->cell_w > 0 || r->sizes ? SIZES : NULL;
}

/* Numbers of a parameter list; empty ones are -1. Returns how many. */
static int read_numbers(const char *text, size_t n, int *out, int max)
{
    int count = 0, value = -1;
    for (size_t i = 0; i <= n && count < max; i++) {
        if (i == n || text[i] == ';' || text[i] == ':') {
            out[count++] = value;
            value = -1;
        } else if (text[i] >= '0' && text[i] <= '9' && value < 1000000) {
            value = (value < 0 ? 0 : value * 10) + text[i] - '0';
        }
    }
    return count;
}

static void answer_device(struct replies *r, const int *v, int n)
{
    r->device = true;
    for (int i = 1; i < n; i++) /* the first number is the class */
        r->sixel = r->sixel || v[i] == 4;
}

static bool plausible(int w, int h)
{
    return w >= 2 && w <= 64 && h >= 4 && h <= 128;
}

static void answer_graphics(struct replies *r, const int *v, int n)
{
    if (n >= 3 && v[0] == 1 && v[1] == 0 && v[2] > 1) {
        r->registers = v[2];
    } else if (n >= 4 && v[0] == 2 && v[1] == 0 && v[2] > 0 && v[3] > 0) {
        r->graphics_w = v[2];
        r->graphics_h = v[3];
        r->sizes++;
    }
}

static void answer_size(struct replies *r, const int *v, int n)
{
    if (n >= 3 && v[0] == 6 && plausible(v[2], v[1])) {
        r->cell_h = v[1];
        r->cell_w = v[2];
    } else if (n >= 3 && v[0] == 4 && v[1] > 0 && v[2] > 0) {
        r->window_h = v[1];
        r->window_w = v[2];
        r->sizes++;
    }
}

/* True when the CSI with this prefix, these parameters and this end is an answer, known or not. */
static bool answer_csi(struct replies *r, const char *body, size_t n, char final)
{
    int v[32];
    bool question = n && body[0] == '?', more = n && (body[0] == '>' || body[0] == '=');
    size_t skip = question || more, tail = n && body[n - 1] == '$';
    int count = read_numbers(body + skip, n - skip - tail, v, 32);
    if (question && final == 'c')
        answer_device(r, v, count);
    else if (question && final == 'S')
        answer_graphics(r, v, count);
    else if (question && final == 'y' && tail && count >= 2)
        r->synchronized = r->synchronized || (v[0] == 2026 && (v[1] == 1 || v[1] == 2));
    else if (!question && final == 't')
        answer_size(r, v, count);
    else if (!question && !more && final == 'n')
        r->fences += v[0] == 0;
    else if (!question && !more)
        return false;
    r->count++;
    return true;
}

/* "rgb:1e1e/2020/ff" to 0xRRGGBB, or -1. */
static int64_t read_rgb(const char *text)
{
    uint32_t rgb = 0;
    if (!str_starts(text, "rgb:"))
        return -1;
    text += 4;
    for (int i = 0; i < 3; i++) {
        size_t digits = strspn(text, "0123456789abcdefABCDEF");
        if (digits < 1 || digits > 4 || (i < 2 && text[digits] != '/'))
            return -1;
        unsigned long v = strtoul(text, NULL, 16);
        rgb = rgb << 8 | (uint32_t)(v * 255 / ((1ul << 4 * digits) - 1));
        text += digits + 1;
    }
    return rgb;
}

static void answer_string(struct replies *r, char kind, const char *text)
{
    if (kind == 'P' && str_starts(text, ">|"))
        snprintf(r->version, sizeof r->version, "%s", text + 2);
    else if (kind == ']' && str_starts(text, "11;"))
        r->background = read_rgb(text + 3);
    else if (kind == '_' && str_starts(text, "Gi=31;OK"))
        r->kitty = true;
    r->count++;
}

/* --- decoder -------------------------------------------------------------------------------- */

struct decoder *decoder_new(struct replies *replies)
{
    struct decoder *d = xcalloc(1, sizeof *d);
    d->replies = replies;
    return d;
}

void decoder_free(struct decoder *d)
{
    if (!d)
        return;
    str_done(&d->bytes);
    str_done(&d->paste);
    free(d);
}

void decoder_feed(struct decoder *d, const void *bytes, size_t n)
{
    str_add_n(&d->bytes, bytes, n);
}

void decoder_expect(struct decoder *d, bool answers)
{
    d->expect = answers;
}

static void consume(struct decoder *d, size_t n)
{
    memmove(d->bytes.s, d->bytes.s + n, d->bytes.len - n + 1);
    d->bytes.len -= n;
}

/* What a step did: a key is in the event, bytes were used without a key, or more bytes are needed.
 */
enum step { STEP_KEY, STEP_USED, STEP_MORE };

static enum step give(struct decoder *d, struct key_event *event, int code, uint32_t ch,
                      size_t used)
{
    *event = (struct key_event){.key = {code, ch}};
    consume(d, used);
    return STEP_KEY;
}

static int tilde_key(int number)
{
    static const signed char keys[25] = {
        [1] = K_HOME,      [2] = K_INSERT, [3] = K_DELETE, [4] = K_END,  [5] = K_PAGE_UP,
        [6] = K_PAGE_DOWN, [7] = K_HOME,   [8] = K_END,    [11] = K_F1,  [12] = K_F2,
        [13] = K_F3,       [14] = K_F4,    [15] = K_F5,    [17] = K_F6,  [18] = K_F7,
        [19] = K_F8,       [20] = K_F9,    [21] = K_F10,   [23] = K_F11, [24] = K_F12,
    };
    return number >= 0 && number < 25 ? keys[number] : 0;
}

static int letter_key(char final)
{
    switch (final) {
    case 'A':
        return K_UP;
    case 'B':
        return K_DOWN;
    case 'C':
        return K_RIGHT;
    case 'D':
        return K_LEFT;
    case 'H':
        return K_HOME;
    case 'F':
        return K_END;
    case 'Z':
        return K_BACKTAB;
    case 'M':
        return K_ENTER; /* SS3 M: keypad */
    case 'P':
        return K_F1;
    case 'Q':
        return K_F2;
    case 'R':
        return K_F3;
    case 'S':
        return K_F4;
    default:
        return 0;
    }
}

/* SGR's report of the mouse: "<button;column;row", M for a press. False: a release, a motion, another
 * button. */
static bool mouse_report(const char *body, size_t n, char final, struct mouse *mouse)
{
    int v[4];
    if (final != 'M' || read_numbers(body + 1, n - 1, v, 4) != 3 || v[0] < 0 || v[1] < 1 || v[2] < 1)
        return false;
    int button = v[0] & ~MOUSE_MODIFIERS;
    *mouse = (struct mouse){button == 64   ? MOUSE_WHEEL_UP
                            : button == 65 ? MOUSE_WHEEL_DOWN
                                           : MOUSE_CLICK,
                            v[1] - 1, v[2] - 1, (v[0] & MOUSE_MODIFIERS) != 0};
    return button == 0 || button == 64 || button == 65;
}

/* A finished CSI of n parameter bytes at body. used: bytes with its beginning and end. */
static enum step end_csi(struct decoder *d, struct key_event *event, const char *body, size_t n,
                         size_t used)
{
    char final = body[n];
    int v[4] = {-1, -1, -1, -1};
    bool ghost = d->ghost;
    struct mouse mouse;
    d->ghost = false;
    if (n && body[0] == '<' && (final == 'M' || final == 'm')) {
        bool good = mouse_report(body, n, final, &mouse) && !ghost;
        consume(d, used);
        if (good)
            *event = (struct key_event){.key = {K_MOUSE, 0}, .mouse = mouse};
        return good ? STEP_KEY : STEP_USED;
    }
    if (answer_csi(d->replies, body, n, final)) {
        consume(d, used);
        return STEP_USED;
    }
    int count = read_numbers(body, n, v, 4);
    if (final == '~' && count && v[0] == 200) {
        d->in_paste = true;
        consume(d, used);
        return STEP_USED;
    }
    int code = final == '~'                          ? tilde_key(v[0])
               : final == 'M' || (final == 'R' && n) ? 0
                                                     : letter_key(final);
    if (code && !ghost)
        return give(d, event, code, 0, used);
    consume(d, used);
    return STEP_USED;
}

/* CSI at bytes[at - 1] == '['. */
static enum step step_csi(struct decoder *d, struct key_event *event, size_t at)
{
    const char *s = d->bytes.s;
    size_t len = d->bytes.len, i = at;
    if (i < len && s[i] == '[') { /* the Linux console's F1 to F5 */
        if (i + 1 >= len)
            return STEP_MORE;
        bool good = s[i + 1] >= 'A' && s[i + 1] <= 'E';
        if (good)
            return give(d, event, K_F1 + s[i + 1] - 'A', 0, i + 2);
        consume(d, i + 1);
        return STEP_USED;
    }
    while (i < len && s[i] >= 0x20 && s[i] <= 0x3f)
        i++;
    if (i - at > SEQUENCE_MAX || (i < len && (s[i] < 0x40 || s[i] > 0x7e))) {
        consume(d, i);
        d->ghost = false;
        return STEP_USED;
    }
    return i == len ? STEP_MORE : end_csi(d, event, s + at, i - at, i + 1);
}

/* DCS, OSC and their kin up to ST or BEL; bytes[at - 1] is the kind. */
static enum step step_string(struct decoder *d, size_t at)
{
    const char *s = d->bytes.s;
    size_t len = d->bytes.len;
    for (size_t i = at; i < len; i++) {
        bool st = s[i] == '\033' && i + 1 < len && s[i + 1] == '\\', bell = s[i] == '\a';
        bool broken = (s[i] == '\033' && i + 1 < len && !st) || i - at > SEQUENCE_MAX;
        if (!st && !bell && !broken)
            continue;
        if (!broken) {
            char *text = xstrndup(s + at, i - at);
            answer_string(d->replies, s[at - 1], text);
            free(text);
        }
        d->ghost = false;
        consume(d, broken ? i : i + 1 + st);
        return STEP_USED;
    }
    return STEP_MORE;
}

static bool is_string_start(char c)
{
    return c == 'P' || c == ']' || c == '_' || c == '^' || c == 'X';
}

static enum step step_escape(struct decoder *d, struct key_event *event)
{
    const char *s = d->bytes.s;
    if (d->bytes.len == 1)
        return STEP_MORE;
    if (s[1] == '[')
        return step_csi(d, event, 2);
    if (is_string_start(s[1]))
        return step_string(d, 2);
    if (s[1] == 'O') {
        if (d->bytes.len == 2)
            return STEP_MORE;
        int code = letter_key(s[2]);
        if (code)
            return give(d, event, code, 0, 3);
        consume(d, 3);
        return STEP_USED;
    }
    unsigned char c = (unsigned char)s[1];
    return c >= 0x20 && c < 0x7f ? give(d, event, K_ALT, c, 2) : give(d, event, K_ESC, 0, 1);
}

static enum step step_paste(struct decoder *d, struct key_event *event)
{
    static const char end[] = "\033[201~";
    char *stop = memmem(d->bytes.s, d->bytes.len, end, sizeof end - 1);
    if (!stop && d->bytes.len < PASTE_MAX)
        return STEP_MORE;
    size_t n = stop ? (size_t)(stop - d->bytes.s) : d->bytes.len - (sizeof end - 2); /* a part of the end may be there */
    bool more = d->paste_cut;
    if (!more) {
        str_clear(&d->paste);
        str_add_n(&d->paste, d->bytes.s, n);
    }
    d->in_paste = d->paste_cut = !stop; /* the rest of one that is too long is dropped */
    consume(d, stop ? n + sizeof end - 1 : n);
    if (more)
        return stop ? STEP_USED : STEP_MORE;
    *event = (struct key_event){.key = {K_PASTE, 0}, .text = d->paste.s};
    return STEP_KEY;
}

static enum step step_control(struct decoder *d, struct key_event *event, unsigned char c)
{
    if (c == '\r' || c == '\n')
        return give(d, event, K_ENTER, 0, 1);
    if (c == '\t')
        return give(d, event, K_TAB, 0, 1);
    if (c == 0x7f || c == 0x08)
        return give(d, event, K_BACKSPACE, 0, 1);
    if (c >= 1 && c <= 26)
        return give(d, event, K_CTRL, (uint32_t)(c - 1 + 'a'), 1);
    consume(d, 1);
    return STEP_USED;
}

/* The bytes at hand may be the beginning of a longer character. */
static bool utf8_begun(const struct str *bytes)
{
    unsigned char c = (unsigned char)bytes->s[0];
    size_t need = c > 0xf4 ? 1 : c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc2 ? 2 : 1;
    for (size_t i = 1; i < bytes->len && i < need; i++) {
        if (((unsigned char)bytes->s[i] & 0xc0) != 0x80)
            return false;
    }
    return bytes->len < need;
}

static enum step step_text(struct decoder *d, struct key_event *event)
{
    const char *p = d->bytes.s;
    if (utf8_begun(&d->bytes))
        return STEP_MORE;
    uint32_t ch = utf8_next(&p);
    if (ch != 0xfffd && !(ch >= 0x80 && ch < 0xa0))
        return give(d, event, K_CHAR, ch, (size_t)(p - d->bytes.s));
    consume(d, (size_t)(p - d->bytes.s));
    return STEP_USED;
}

static enum step step(struct decoder *d, struct key_event *event)
{
    unsigned char c = (unsigned char)d->bytes.s[0];
    if (d->in_paste)
        return step_paste(d, event);
    if (d->ghost && c == '[')
        return step_csi(d, event, 1);
    if (d->ghost && (c == ']' || c == 'P' || c == '_'))
        return step_string(d, 1);
    d->ghost = false;
    if (c == '\033')
        return step_escape(d, event);
    return c < 0x20 || c == 0x7f ? step_control(d, event, c) : step_text(d, event);
}

bool decoder_next(struct decoder *d, struct key_event *event)
{
    if (d->late_escape) {
        d->late_escape = false;
        d->ghost = true;
        *event = (struct key_event){.key = {K_ESC, 0}};
        return true;
    }
    while (d->bytes.len) {
        enum step result = step(d, event);
        if (result != STEP_USED)
            return result == STEP_KEY;
    }
    return false;
}

double decoder_patience(const struct decoder *d)
{
    if (!d->bytes.len || d->in_paste)
        return -1;
    if ((unsigned char)d->bytes.s[0] >= 0x80) /* the rest of a character comes, however late */
        return -1;
    bool begun = d->bytes.len > 1 || d->ghost;
    bool mouse = d->bytes.len > 2 && memcmp(d->bytes.s, "\033[<", 3) == 0;
    if ((begun && d->expect) || mouse)
        return -1;
    return d->bytes.len > 1 && !d->ghost ? TORN_DELAY : ESCAPE_DELAY;
}

void decoder_timeout(struct decoder *d)
{
    if (!d->bytes.len || d->in_paste)
        return;
    if (d->ghost) { /* no answer after all: typed characters */
        d->ghost = false;
        return;
    }
    d->late_escape = d->bytes.len == 1 && d->bytes.s[0] == '\033';
    consume(d, d->bytes.len);
}
