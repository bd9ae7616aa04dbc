/* The terminal behind a pty: as much of an xterm as curses uses.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/pty_screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "ui/glyph.h"

static void complain(struct pty *p, const char *what, const char *text, size_t n)
{
    p->errors++;
    snprintf(p->last_error, sizeof p->last_error, "%s %.*s", what, (int)(n < 40 ? n : 40), text);
}

void screen_init(struct pty *p, int cols, int rows)
{
    screen_resize(p, cols, rows);
}

void screen_resize(struct pty *p, int cols, int rows)
{
    p->cols = cols;
    p->rows = rows;
    p->top = 0;
    p->bottom = rows - 1;
    p->x = p->x < cols ? p->x : cols - 1;
    p->y = p->y < rows ? p->y : rows - 1;
    p->cells = xrealloc(p->cells, (size_t)cols * (size_t)rows, sizeof *p->cells);
    for (int i = 0; i < cols * rows; i++)
        p->cells[i] = ' ';
    free(p->pixels);
    p->pixels = xcalloc((size_t)cols * (size_t)rows, sizeof *p->pixels);
}

void screen_done(struct pty *p)
{
    for (size_t i = 0; i < p->n_pictures; i++)
        free(p->pictures[i].bytes);
    free(p->pictures);
    free(p->cells);
    free(p->pixels);
    free(p->pending);
    free(p->late);
}

static void answer(struct pty *p, const char *text)
{
    size_t n = strlen(text);
    if (p->kind == PTY_LATE) {
        p->late = xrealloc(p->late, p->n_late + n, 1);
        memcpy(p->late + p->n_late, text, n);
        p->n_late += n;
    } else if (p->kind != PTY_SILENT) {
        pty_send(p, text);
    }
}

static void blank(struct pty *p, int from, int to)
{
    for (int i = from < 0 ? 0 : from; i < to && i < p->cols * p->rows; i++)
        p->cells[i] = ' ';
}

/* Rows top..bottom move by n lines, up when n is positive. */
static void scroll_rows(struct pty *p, int top, int bottom, int n)
{
    for (; n > 0; n--) {
        memmove(p->cells + top * p->cols, p->cells + (top + 1) * p->cols,
                (size_t)(bottom - top) * (size_t)p->cols * sizeof *p->cells);
        blank(p, bottom * p->cols, (bottom + 1) * p->cols);
    }
    for (; n < 0; n++) {
        memmove(p->cells + (top + 1) * p->cols, p->cells + top * p->cols,
                (size_t)(bottom - top) * (size_t)p->cols * sizeof *p->cells);
        blank(p, top * p->cols, (top + 1) * p->cols);
    }
}

/* tmux: text in the lines of a picture removes it. */
static void written(struct pty *p)
{
    for (size_t i = 0; i < p->n_pictures; i++) {
        struct pty_picture *a = &p->pictures[i];
        if (p->y >= a->y && p->y * 20 < a->y * 20 + a->height)
            a->removed = true;
    }
}

static void put(struct pty *p, uint32_t ch)
{
    if (p->kind == PTY_TMUX)
        written(p);
    int width = glyph_width(ch);
    if (width == 0)
        return;
    if (p->x + width > p->cols) { /* the wrap that was pending */
        p->x = 0;
        p->y = p->y + 1 < p->rows ? p->y + 1 : p->y;
    }
    p->cells[p->y * p->cols + p->x] = ch;
    p->pixels[p->y * p->cols + p->x] = false;
    if (width == 2 && p->x + 1 < p->cols) {
        p->cells[p->y * p->cols + p->x + 1] = 0;
        p->pixels[p->y * p->cols + p->x + 1] = false;
    }
    p->x += width;
    p->last = ch;
}

static int clamp(int v, int low, int high)
{
    return v < low ? low : v > high ? high : v;
}

static void go(struct pty *p, int x, int y)
{
    p->x = clamp(x, 0, p->cols - 1);
    p->y = clamp(y, 0, p->rows - 1);
}

static void erase_line(struct pty *p, int how)
{
    int row = p->y * p->cols;
    blank(p, how == 0 ? row + p->x : row, how == 1 ? row + p->x + 1 : row + p->cols);
}

static void erase_screen(struct pty *p, int how)
{
    int here = p->y * p->cols + p->x;
    blank(p, how == 0 ? here : 0, how == 1 ? here + 1 : p->cols * p->rows);
    if (how >= 2)
        memset(p->pixels, 0, (size_t)(p->cols * p->rows) * sizeof *p->pixels);
}

/* Characters are deleted (n > 0) or inserted (n < 0) at the cursor. */
static void shift_line(struct pty *p, int n)
{
    uint32_t *row = p->cells + p->y * p->cols;
    for (; n > 0; n--) {
        memmove(row + p->x, row + p->x + 1, (size_t)(p->cols - p->x - 1) * sizeof *row);
        row[p->cols - 1] = ' ';
    }
    for (; n < 0; n++) {
        memmove(row + p->x + 1, row + p->x, (size_t)(p->cols - p->x - 1) * sizeof *row);
        row[p->x] = ' ';
    }
}

static void private_mode(struct pty *p, int mode, bool on)
{
    if (mode == 1049) {
        p->screen_mode = on;
        blank(p, 0, p->cols * p->rows);
    } else if (mode == 2026) {
        if (on == p->in_sync && on)
            complain(p, "update begun twice", "", 0);
        p->in_sync = on;
        p->frames += on;
    } else if (mode == 2004) {
        p->bracketed = on;
    } else if (mode == 1000) {
        p->mouse = on;
        p->mouse_ons += on;
        p->mouse_offs += !on;
    } else if (mode == 1006) {
        p->mouse_sgr = on;
    }
}

/* What the kinds answer; NULL: nothing. max: largest picture; 0: the window, as xterm. */
static const struct kind {
    const char *version, *device, *registers;
    bool synchronized, window; /* window: sizes of a cell and the window */
    int cell_w, cell_h, max;
} kinds[] = {
    [PTY_PLAIN] = {"fake(1)", "\033[?62;22c", "\033[?1;3;0S", false, true, 10, 20, -1},
    [PTY_SIXEL] = {"fake(1)", "\033[?62;4;22c", "\033[?1;0;256S", true, true, 10, 20, 2000},
    [PTY_SILENT] = {NULL, NULL, NULL, false, false, 10, 20, -1},
    [PTY_KITTY] = {"kitty(0.35)", "\033[?62c", NULL, true, true, 10, 20, -1},
    [PTY_ITERM2] = {"iTerm2 3.5.0", "\033[?62;4c", "\033[?1;0;256S", true, true, 10, 20, 2000},
    [PTY_TMUX] = {"tmux 3.4", "\033[?1;2;4c", NULL, false, true, 10, 20, -1},
    [PTY_SLOW] = {"fake(1)", "\033[?62;4;22c", "\033[?1;0;256S", true, true, 10, 20, 2000},
    [PTY_LATE] = {"fake(1)", "\033[?62;4;22c", "\033[?1;0;256S", true, true, 10, 20, 2000},
    [PTY_OLD_TMUX] = {"tmux 3.3a", "\033[?1;2c", NULL, false, true, 10, 20, -1},
    [PTY_XTERM] = {"XTerm(379)", "\033[?63;1;2;4;6;9;15;16;22;28c", "\033[?1;0;1024S", false, false,
                   6, 13, 0},
    [PTY_WINDOWS] = {NULL, "\033[?61;4;6;7;14;21;22;23;24;28;32;42c", "\033[?1;0;256S", true, true,
                     10, 20, 10000},
};

int screen_cell_w(const struct pty *p)
{
    return kinds[p->kind].cell_w;
}

int screen_cell_h(const struct pty *p)
{
    return kinds[p->kind].cell_h;
}

static void answer_size(struct pty *p, const char *format, int a, int b)
{
    char text[64];
    snprintf(text, sizeof text, format, a, b);
    answer(p, text);
}

static void question(struct pty *p, char final, int a)
{
    const struct kind *k = &kinds[p->kind];
    int w = p->cols * k->cell_w, h = p->rows * k->cell_h;
    if (final == 'c' && k->device)
        answer(p, k->device);
    else if (final == 'n' && a == 5) {
        if (p->kind == PTY_SLOW)
            usleep(2200 * 1000); /* longer than a link may take that is not slow */
        answer(p, "\033[0n");
    } else if (final == 't' && a == 16 && k->window)
        answer_size(p, "\033[6;%d;%dt", k->cell_h, k->cell_w);
    else if (final == 't' && a == 14 && k->window)
        answer_size(p, "\033[4;%d;%dt", h, w);
    else if (final == 'S' && a == 1 && k->registers)
        answer(p, k->registers);
    else if (final == 'S' && a == 2 && k->max >= 0)
        answer_size(p, "\033[?2;0;%d;%dS", k->max ? k->max : w, k->max ? k->max : h);
    else if (final == 'S' && a == 2 && p->kind == PTY_PLAIN)
        answer(p, "\033[?2;3;0S");
}

/* Colours among the attributes. */
static void attributes(struct pty *p, const char *body, size_t n)
{
    const char *end = body + n;
    while (body < end) {
        int v = atoi(body);
        p->colors += (v >= 30 && v <= 38) || (v >= 40 && v <= 48) || (v >= 90 && v <= 107);
        if (v == 38 || v == 48) /* the rest says which */
            return;
        body += strspn(body, "0123456789");
        body += body < end;
    }
}

static void plain_csi(struct pty *p, char final, int a, int b)
{
    int n = a > 0 ? a : 1;
    switch (final) {
    case 'A':
        go(p, p->x, p->y - n);
        break;
    case 'B':
        go(p, p->x, p->y + n);
        break;
    case 'C':
        go(p, p->x + n, p->y);
        break;
    case 'D':
        go(p, p->x - n, p->y);
        break;
    case 'G':
        go(p, n - 1, p->y);
        break;
    case 'd':
        go(p, p->x, n - 1);
        break;
    case 'H':
        go(p, (b > 0 ? b : 1) - 1, n - 1);
        break;
    case 'J':
        erase_screen(p, a > 0 ? a : 0);
        break;
    case 'K':
        erase_line(p, a > 0 ? a : 0);
        break;
    case 'X':
        blank(p, p->y * p->cols + p->x, p->y * p->cols + clamp(p->x + n, 0, p->cols));
        break;
    case 'P':
        shift_line(p, n);
        break;
    case '@':
        shift_line(p, -n);
        break;
    case 'L':
        scroll_rows(p, p->y, p->rows - 1, -n);
        break;
    case 'M':
        scroll_rows(p, p->y, p->rows - 1, n);
        break;
    case 'S':
    case 'T':
        scroll_rows(p, p->top, p->bottom, final == 'S' ? n : -n);
        if (p->n_pictures)
            complain(p, "scrolled, pictures move along", &final, 1);
        break;
    case 'r':
        p->top = n - 1;
        p->bottom = (b > 0 ? b : p->rows) - 1;
        go(p, 0, 0);
        break;
    case 'b':
        for (int i = 0; i < n && p->last; i++)
            put(p, p->last);
        break;
    case 'h':
    case 'l':
        break;
    case 'c':
    case 'n':
    case 't':
        question(p, final, a);
        break;
    default:
        complain(p, "unknown CSI", &final, 1);
        break;
    }
}

/* body: parameters and intermediates of n bytes, then the final byte. */
static void csi(struct pty *p, const char *body, size_t n)
{
    char final = body[n], first = n ? body[0] : 0;
    int v[2] = {-1, -1};
    sscanf(body + (first == '?' || first == '>'), "%d;%d", &v[0], &v[1]);
    if (first == '>' && final == 'q' && kinds[p->kind].version) {
        char text[64];
        snprintf(text, sizeof text, "\033P>|%s\033\\", kinds[p->kind].version);
        answer(p, text);
    } else if (first == '?' && final == 'p' && kinds[p->kind].synchronized)
        answer(p, "\033[?2026;2$y");
    else if (first == '?' && (final == 'h' || final == 'l'))
        private_mode(p, v[0], final == 'h');
    else if (first == '?' && final == 'S')
        question(p, 'S', v[0]);
    else if (first != '?' && first != '>' && final == 'm')
        attributes(p, body, n);
    else if (first != '?' && first != '>')
        plain_csi(p, final, v[0], v[1]);
}

/* A picture is remembered with its place; one that leaves its rows or the screen's last one is an
 * error. */
static struct pty_picture *keep_picture(struct pty *p, int w, int h, const char *bytes, size_t n)
{
    int cell_w = screen_cell_w(p), cell_h = screen_cell_h(p);
    if (w < 1 || h < 1)
        complain(p, "picture without size", bytes + 1, n);
    if (p->x * cell_w + w > p->cols * cell_w || p->y * cell_h + h > (p->rows - 1) * cell_h)
        complain(p, "picture over the edge", "", 0);
    if (!p->saved)
        complain(p, "the cursor was not saved", "", 0);
    p->pictures = xrealloc(p->pictures, p->n_pictures + 1, sizeof *p->pictures);
    p->pictures[p->n_pictures++] =
        (struct pty_picture){p->x, p->y, w, h, 0, false, n, xmemdup(bytes, n)};
    return &p->pictures[p->n_pictures - 1];
}

static void sixel(struct pty *p, const char *bytes, size_t n)
{
    const char *raster = memchr(bytes, '"', n < 64 ? n : 64);
    int w = 0, h = 0;
    if (kinds[p->kind].device && !strchr(kinds[p->kind].device, '4'))
        complain(p, "sixel where there is none", "", 0);
    if (raster)
        sscanf(raster, "\"%*d;%*d;%d;%d", &w, &h);
    if (p->kind == PTY_TMUX)
        written(p);
    if (p->kind == PTY_TMUX && pty_visible(p) >= 10)
        complain(p, "more pictures than tmux keeps", "", 0);
    keep_picture(p, w, h, bytes, n);
    for (int y = p->y; y * screen_cell_h(p) < p->y * screen_cell_h(p) + h && y < p->rows; y++) {
        for (int x = p->x; x * screen_cell_w(p) < p->x * screen_cell_w(p) + w && x < p->cols; x++)
            p->pixels[y * p->cols + x] = true;
    }
}

/* Value of a key in "a=T,q=2,...;" or -1. */
static long kitty_key(const char *keys, char key)
{
    for (const char *at = keys; at && *at != ';'; at = strpbrk(at, ",;")) {
        at += *at == ',';
        if (at[0] == key && at[1] == '=')
            return at[2] >= '0' && at[2] <= '9' ? strtol(at + 2, NULL, 10) : at[2];
    }
    return -1;
}

static void kitty_remove(struct pty *p, const char *keys)
{
    bool all = kitty_key(keys, 'd') == 'A';
    long id = kitty_key(keys, 'i'); /* -1: a picture without a number, which none removes */
    for (size_t i = 0; i < p->n_pictures; i++) {
        if (all || (id >= 0 && p->pictures[i].id == id))
            p->pictures[i].removed = true;
    }
}

/* ESC _ G keys ; payload ESC \ */
static void kitty(struct pty *p, const char *bytes, size_t n)
{
    char keys[256];
    size_t length = strcspn(bytes + 3, ";\033");
    snprintf(keys, sizeof keys, "%.*s;", (int)length, bytes + 3);
    if (p->kind != PTY_KITTY)
        return;
    if (n > 4096 + 256)
        complain(p, "long chunk", keys, length);
    if (p->more) { /* the next chunk of the picture */
        p->more = kitty_key(keys, 'm') == 1;
    } else if (kitty_key(keys, 'a') == 'q') {
        answer(p, "\033_Gi=31;OK\033\\");
    } else if (kitty_key(keys, 'a') == 'd') {
        kitty_remove(p, keys);
    } else if (kitty_key(keys, 'a') == 'T') {
        kitty_remove(p, keys); /* of the same number */
        keep_picture(p, (int)kitty_key(keys, 'c') * 10, (int)kitty_key(keys, 'r') * 20, bytes, n)
            ->id = kitty_key(keys, 'i');
        p->more = kitty_key(keys, 'm') == 1;
    } else {
        complain(p, "unknown kitty command", keys, length);
    }
}

static void iterm2(struct pty *p, const char *bytes, size_t n)
{
    int w = 0, h = 0;
    if (p->kind != PTY_ITERM2)
        complain(p, "iTerm2 picture where there is none", "", 0);
    sscanf(bytes, "\033]1337;File=inline=1;size=%*d;width=%d;height=%d;", &w, &h);
    keep_picture(p, w * 10, h * 20, bytes, n);
}

static void string(struct pty *p, const char *bytes, size_t n)
{
    if (bytes[1] == 'P' && n > 4)
        sixel(p, bytes, n);
    else if (strncmp(bytes, "\033]11;?", 6) == 0)
        answer(p, "\033]11;rgb:1010/1414/1818\033\\");
    else if (strncmp(bytes, "\033]1337;", 7) == 0)
        iterm2(p, bytes, n);
    else if (strncmp(bytes, "\033_G", 3) == 0)
        kitty(p, bytes, n);
}

/* Bytes of one whole sequence at s, or 0 when it is not complete. */
static size_t string_length(const char *s, size_t n)
{
    for (size_t i = 2; i < n; i++) {
        if (s[i] == '\a' && s[1] == ']')
            return i + 1;
        if (s[i] == '\033' && i + 1 < n)
            return i + 2;
    }
    return 0;
}

static void save_cursor(struct pty *p, bool save)
{
    if (save == p->saved)
        complain(p, save ? "cursor saved twice" : "no cursor saved", "", 0);
    if (save)
        p->saved_x = p->x, p->saved_y = p->y;
    else
        go(p, p->saved_x, p->saved_y);
    p->saved = save;
}

static size_t escape(struct pty *p, const char *s, size_t n)
{
    size_t i = 2;
    if (n < 2)
        return 0;
    if (s[1] == '[') {
        while (i < n && s[i] >= 0x20 && s[i] < 0x40)
            i++;
        if (i == n)
            return 0;
        csi(p, s + 2, i - 2);
        return i + 1;
    }
    if (s[1] == 'P' || s[1] == ']' || s[1] == '_') {
        size_t length = string_length(s, n);
        if (length)
            string(p, s, length);
        return length;
    }
    if (s[1] == '(' || s[1] == ')')
        return n < 3 ? 0 : 3;
    if (s[1] == '7' || s[1] == '8')
        save_cursor(p, s[1] == '7');
    else if (s[1] == 'M')
        p->y != p->top ? (void)p->y-- : scroll_rows(p, p->top, p->bottom, -1);
    else if (!strchr("=>\\", s[1]))
        complain(p, "unknown escape", s + 1, 1);
    return 2;
}

static void control(struct pty *p, char c)
{
    if (c == '\r')
        p->x = 0;
    else if (c == '\a')
        p->bells++;
    else if (c == '\b')
        go(p, p->x - 1, p->y);
    else if (c == '\t')
        go(p, (p->x / 8 + 1) * 8, p->y);
    else if (c == '\n' && p->y != p->bottom)
        go(p, p->x, p->y + 1);
    else if (c == '\n')
        scroll_rows(p, p->top, p->bottom, 1);
}

static size_t one(struct pty *p, const char *s, size_t n)
{
    unsigned char c = (unsigned char)s[0];
    size_t need = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc2 ? 2 : 1;
    const char *next = s;
    if (c == 033)
        return escape(p, s, n);
    if (c < 0x20) {
        control(p, s[0]);
        return 1;
    }
    if (n < need)
        return 0;
    put(p, utf8_next(&next));
    return (size_t)(next - s);
}

void screen_feed(struct pty *p, const char *bytes, size_t n)
{
    size_t at = 0, used;
    p->pending = xgrow(p->pending, &p->cap_pending, p->n_pending + n + 1, 1);
    memcpy(p->pending + p->n_pending, bytes, n);
    p->n_pending += n;
    p->pending[p->n_pending] = '\0';
    while (at < p->n_pending && (used = one(p, p->pending + at, p->n_pending - at)))
        at += used;
    memmove(p->pending, p->pending + at, p->n_pending - at);
    p->n_pending -= at;
}
