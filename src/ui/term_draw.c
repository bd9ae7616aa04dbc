/* Showing canvases: cells through curses, sixel pictures behind them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/signals.h"
#include "ui/term_private.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "base/clock.h"
#include "base/mem.h"
#include "ui/clip.h"
#include "ui/glyph.h"

/* --- colours -------------------------------------------------------------------------------- */

/* In direct colour the numbers below 8 (16 on some) still are the palette: near-black gets its
 * neighbour. */
static int direct_color(uint32_t rgb)
{
    return rgb < 16 ? 0x000100 * (rgb > 0) + (rgb ? 0 : 0x010101) : (int)rgb;
}

static int curses_color(const struct terminal *t, int32_t color, bool background)
{
    if (color == STYLE_DEFAULT)
        return t->default_colors ? -1 : background ? COLOR_BLACK : COLOR_WHITE;
    if (color & STYLE_RGB) {
        uint32_t rgb = (uint32_t)color & 0xffffff;
        return t->depth == DEPTH_DIRECT ? direct_color(rgb)
               : t->depth == DEPTH_256  ? color_nearest_256(rgb)
                                        : -1;
    }
    if (t->depth == DEPTH_DIRECT && color >= 16)
        return direct_color(color_of_256(color));
    if ((t->depth == DEPTH_DIRECT || t->depth == DEPTH_8) && color >= 8)
        return color & 7;
    return color < COLORS ? color : color & 7;
}

/* 0 is the terminal's own pair; also where there are no colours, where alloc_pair crashes. */
static int pair_of(const struct terminal *t, int32_t fg, int32_t bg)
{
    if (t->depth == DEPTH_MONO)
        return 0;
    int pair = alloc_pair(curses_color(t, fg, false), curses_color(t, bg, true));
    return pair > 0 ? pair : 0;
}

void term_theme(struct terminal *t, const struct theme *theme)
{
    static const attr_t attributes[] = {A_BOLD, A_DIM, A_UNDERLINE, A_REVERSE, A_ITALIC};
    for (int i = 0; i < ROLE_COUNT; i++) {
        const struct style *style = &theme->styles[i][t->depth];
        t->looks[i].attributes = A_NORMAL;
        for (size_t k = 0; k < sizeof attributes / sizeof *attributes; k++) {
            if (style->attributes & 1u << k)
                t->looks[i].attributes |= attributes[k];
        }
        t->looks[i].pair = pair_of(t, style->fg, style->bg);
    }
    damage_forget(&t->damage);
}

/* --- cells ---------------------------------------------------------------------------------- */

/* The character as the C library measures it; what it measures otherwise would shift the row. */
static wchar_t shown_char(const struct terminal *t, uint32_t ch)
{
    if (!t->utf8 && ch >= 0x80)
        return ch == SENTINEL ? L'.' : ch == SENTINEL_OTHER ? L',' : (wchar_t)glyph_ascii(ch);
    return ch < 0x80 || wcwidth((wchar_t)ch) == glyph_width(ch) ? (wchar_t)ch : L'?';
}

static void put_cell(struct terminal *t, int x, int y, const struct cell *cell)
{
    cchar_t out;
    wchar_t text[2] = {shown_char(t, cell->ch), 0};
    attr_t attributes = t->looks[cell->role].attributes;
    int pair = t->looks[cell->role].pair;
    if (cell->rgb) {
        attributes = A_NORMAL;
        pair = pair_of(t, STYLE_RGB | (int32_t)cell->fg, STYLE_RGB | (int32_t)cell->bg);
    }
    setcchar(&out, text, attributes, 0, &pair);
    mvadd_wch(y, x, &out);
    if (glyph_width(cell->ch) == 2 && text[0] == L'?')
        mvadd_wch(y, x + 1, &out);
}

static bool cell_changed(const struct terminal *t, int i)
{
    return t->next[i].ch != 0 && !(t->damage.valid && cell_same(&t->next[i], &t->damage.cells[i]));
}

/* Puts a row's changed cells into curses's window; whether there were any. */
static bool put_row(struct terminal *t, int y)
{
    bool changed = false;
    for (int x = 0; x < t->cols; x++) {
        if (!cell_changed(t, y * t->cols + x))
            continue;
        put_cell(t, x, y, &t->next[y * t->cols + x]);
        changed = true;
    }
    return changed;
}

/* A picture's cells of a row that become blank get the other sentinel first: curses may erase blanks,
 * and only a printed character takes pixels away everywhere. */
static bool put_over(struct terminal *t, int y)
{
    bool any = false;
    for (int i = y * t->cols; t->damage.valid && i < (y + 1) * t->cols; i++) {
        const struct cell *old = &t->damage.cells[i], *next = &t->next[i];
        if (!old->picture || next->picture || next->ch != ' ')
            continue;
        struct cell over = {.ch = old->ch == SENTINEL ? SENTINEL_OTHER : SENTINEL, .role = next->role};
        put_cell(t, i % t->cols, y, &over);
        any = true;
    }
    return any;
}

static void flush_row(void)
{
    wnoutrefresh(stdscr);
    doupdate();
}

static bool any_cell_changed(const struct terminal *t)
{
    for (int i = 0; i < t->cols * t->rows; i++) {
        if (cell_changed(t, i))
            return true;
    }
    return !t->damage.valid;
}

/* Once a picture was sent every row is updated by itself: given several rows at once curses may
 * find that lines moved and scroll a part of the screen (idlok does not prevent that), and the
 * pictures would move along. A single changed row is never taken for a move. */
static void update_rows(struct terminal *t)
{
    if (!t->damage.valid) {
        werase(stdscr);
        clearok(curscr, TRUE);
        if (t->gfx && t->gfx->finish)
            term_write(t, t->gfx->finish, strlen(t->gfx->finish));
        t->pixels = false;
    }
    for (int y = 0; y < t->rows; y++) {
        if (t->pixels && !t->damage.layered && put_over(t, y))
            flush_row();
        if (put_row(t, y) && t->pixels)
            flush_row();
    }
}

/* --- frames --------------------------------------------------------------------------------- */

/* Pictures as one text, each placed by cursor; the cursor is where curses believes it to be
 * afterwards. */
static void add_pictures(struct terminal *t, struct str *out, const struct canvas *canvas,
                         const struct picture_shown *shown, const bool *send)
{
    for (int i = 0; i < canvas->n_pictures; i++) {
        if (!send[i])
            continue;
        t->pixels = true;
        t->gfx->draw(out, shown[i].out, shown[i].area.x, shown[i].area.y);
    }
}

/* Pictures that something covers now, or that are gone. */
static void remove_pictures(struct terminal *t, const struct canvas *canvas,
                            const struct picture_shown *shown)
{
    struct area removed[CANVAS_PICTURES];
    struct str s = STR_INIT;
    int n = damage_removed(&t->damage, canvas, shown, t->next, removed);
    for (int i = 0; i < n; i++)
        (t->gfx->erase)(&s, removed[i].x, removed[i].y); /* erase is a macro of curses too */
    if (s.len)
        term_write(t, s.s, s.len);
    str_done(&s);
}

static bool any(const bool *flags, int n)
{
    for (int i = 0; i < n; i++) {
        if (flags[i])
            return true;
    }
    return false;
}

static void place_cursor(struct terminal *t, const struct canvas *canvas)
{
    bool show = canvas->cursor_x >= 0 && canvas->cursor_y >= 0;
    curs_set(show);
    if (show)
        wmove(stdscr, canvas->cursor_y, canvas->cursor_x);
    else if (t->cursor_stays)
        wmove(stdscr, t->rows - 1, t->cols - 1);
    t->cursor_x = canvas->cursor_x;
    t->cursor_y = canvas->cursor_y;
}

static void write_frame(struct terminal *t, const struct canvas *canvas,
                        const struct picture_shown *shown, const bool *send)
{
    struct str tail = STR_INIT;
    if (t->replies.synchronized)
        term_write(t, "\033[?2026h", 8);
    remove_pictures(t, canvas, shown);
    update_rows(t);
    place_cursor(t, canvas);
    wnoutrefresh(stdscr);
    doupdate();
    add_pictures(t, &tail, canvas, shown, send);
    if (tail.len && t->replies.device) { /* who answered that answers this too */
        link_sent(&t->link, tail.len, clock_now());
        str_add(&tail, LINK_FENCE);
    }
    if (t->replies.synchronized)
        str_add(&tail, "\033[?2026l");
    if (tail.len)
        term_write_pictures(t, tail.s, tail.len);
    str_done(&tail);
}

bool term_show(struct terminal *t, const struct canvas *canvas, const struct picture_shown *shown,
               bool with_pixels)
{
    bool send[CANVAS_PICTURES];
    if (t->gone || canvas->cols != t->cols || canvas->rows != t->rows)
        return !t->gone;
    t->next = xgrow(t->next, &t->next_cap, (size_t)t->cols * (size_t)t->rows, sizeof *t->next);
    bool busy = link_busy(&t->link, clock_now());
    with_pixels = with_pixels && t->gfx && t->gfx->draw;
    t->held = damage_plan(&t->damage, canvas, shown, with_pixels && !busy, t->next, send) && busy;
    bool moved = canvas->cursor_x != t->cursor_x || canvas->cursor_y != t->cursor_y;
    int before = signals_output_begin(t->fd);
    if (any_cell_changed(t) || moved || any(send, canvas->n_pictures))
        write_frame(t, canvas, shown, send);
    signals_output_end(before);
    damage_commit(&t->damage, canvas, shown, t->next, send);
    return !t->gone;
}

void term_repaint(struct terminal *t)
{
    damage_forget(&t->damage);
}

bool term_copy(struct terminal *t, const char *text)
{
    struct str s = STR_INIT;
    bool fits = clip_sequence(&s, text);
    if (fits)
        term_write(t, s.s, s.len);
    str_done(&s);
    return fits;
}

void term_attention(struct terminal *t, enum attention how, const char *text)
{
    struct str s = STR_INIT;
    bool osc = !str_starts(t->type, "linux");
    term_calm(t); /* one title aside is enough */
    attention_sequence(&s, how, osc, text);
    t->titled = attention_sets_title(how, osc);
    if (s.len)
        term_write(t, s.s, s.len);
    str_done(&s);
}

void term_calm(struct terminal *t)
{
    if (t->titled)
        term_write(t, attention_title_back, strlen(attention_title_back));
    t->titled = false;
}
