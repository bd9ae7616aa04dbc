/* Cells with a role and a character.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/canvas.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/path.h"
#include "ui/glyph.h"

static int min_int(int a, int b)
{
    return a < b ? a : b;
}

static int max_int(int a, int b)
{
    return a > b ? a : b;
}

void canvas_init(struct canvas *c, int cols, int rows)
{
    *c = (struct canvas){.cursor_x = -1, .cursor_y = -1};
    c->pictures = xcalloc(CANVAS_PICTURES, sizeof *c->pictures);
    canvas_resize(c, cols, rows);
}

void canvas_resize(struct canvas *c, int cols, int rows)
{
    assert(cols >= 1 && rows >= 1);
    c->cols = cols;
    c->rows = rows;
    c->cells = xrealloc(c->cells, (size_t)cols * (size_t)rows, sizeof *c->cells);
    canvas_clear(c);
}

void canvas_done(struct canvas *c)
{
    free(c->cells);
    free(c->pictures);
    free(c->hits);
    *c = (struct canvas){.cursor_x = -1, .cursor_y = -1};
}

void canvas_clear(struct canvas *c)
{
    const struct cell blank = {.ch = ' ', .role = ROLE_TEXT};
    for (int i = 0; i < c->cols * c->rows; i++)
        c->cells[i] = blank;
    c->n_pictures = 0;
    c->n_hits = 0;
    c->cursor_x = c->cursor_y = -1;
}

void canvas_hit(struct canvas *c, struct area a, enum hit_kind kind, const void *of, size_t index)
{
    c->hits = xgrow(c->hits, &c->cap_hits, c->n_hits + 1, sizeof *c->hits);
    c->hits[c->n_hits++] = (struct hit){area_clip(a, canvas_area(c)), kind, of, index};
}

const struct hit *canvas_hit_at(const struct canvas *c, int x, int y)
{
    for (size_t i = c->n_hits; i-- > 0;) {
        struct area a = c->hits[i].area;
        if (x >= a.x && x < a.x + a.w && y >= a.y && y < a.y + a.h)
            return &c->hits[i];
    }
    return NULL;
}

struct area canvas_area(const struct canvas *c)
{
    return (struct area){0, 0, c->cols, c->rows};
}

struct area area_clip(struct area a, struct area within)
{
    int x = max_int(a.x, within.x), y = max_int(a.y, within.y);
    int w = min_int(a.x + a.w, within.x + within.w) - x,
        h = min_int(a.y + a.h, within.y + within.h) - y;
    return (struct area){x, y, max_int(w, 0), max_int(h, 0)};
}

struct area area_inset(struct area a, int dx, int dy)
{
    return (struct area){a.x + dx, a.y + dy, max_int(a.w - 2 * dx, 0), max_int(a.h - 2 * dy, 0)};
}

bool area_empty(struct area a)
{
    return a.w <= 0 || a.h <= 0;
}

static struct cell *cell_at(struct canvas *c, int x, int y)
{
    return &c->cells[y * c->cols + x];
}

/* A wide character that loses one half loses the other too. */
static void break_wide(struct canvas *c, int x, int y)
{
    struct cell *cell = cell_at(c, x, y);
    if (cell->ch == 0 && x > 0)
        cell[-1].ch = ' ';
    if (x + 1 < c->cols && cell[1].ch == 0)
        cell[1].ch = ' ';
}

static void set_cell(struct canvas *c, int x, int y, enum role role, uint32_t ch)
{
    break_wide(c, x, y);
    *cell_at(c, x, y) = (struct cell){.ch = ch, .role = (uint8_t)role};
}

/* One character at canvas position (x, y); nothing when it is not wholly inside clip. */
static void put_glyph(struct canvas *c, struct area clip, int x, int y, enum role role, uint32_t ch,
                      int width)
{
    if (x < clip.x || x + width > clip.x + clip.w) {
        for (int i = max_int(x, clip.x); i < min_int(x + width, clip.x + clip.w); i++)
            set_cell(c, i, y, role, ' ');
        return;
    }
    if (c->ascii) {
        for (int i = 0; i < width; i++)
            set_cell(c, x + i, y, role, (unsigned char)glyph_ascii(ch));
        return;
    }
    set_cell(c, x, y, role, ch);
    if (width == 2) {
        set_cell(c, x + 1, y, role, ' ');
        *cell_at(c, x, y) = (struct cell){.ch = ch, .role = (uint8_t)role};
        cell_at(c, x + 1, y)->ch = 0;
    }
}

int canvas_put(struct canvas *c, struct area a, int x, int y, enum role role, const char *text)
{
    struct area clip = area_clip(a, canvas_area(c));
    int at = a.x + x, row = a.y + y;
    if (area_empty(clip) || row < clip.y || row >= clip.y + clip.h)
        return 0;
    struct str safe = STR_INIT;
    str_add_safe(&safe, text);
    int used = 0;
    const char *p = safe.s ? safe.s : "";
    for (uint32_t ch; at < clip.x + clip.w && (ch = utf8_next(&p));) {
        int width = glyph_width(ch);
        if (width == 0)
            continue;
        put_glyph(c, clip, at, row, role, ch, width);
        at += width;
        used += width;
    }
    str_done(&safe);
    return min_int(used, max_int(clip.x + clip.w - (a.x + x), 0));
}

int canvas_printf(struct canvas *c, struct area a, int x, int y, enum role role, const char *format,
                  ...)
{
    char text[2048];
    va_list ap;
    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    return canvas_put(c, a, x, y, role, text);
}

/* Cuts the safe text to width cells: head, ellipsis, tail. */
static void cut_text(struct str *out, const char *safe, int width, bool middle)
{
    int tail_cells = middle ? (width - 1) * 2 / 3 : 0, head_cells = width - 1 - tail_cells,
        used = 0;
    const char *p = safe, *before = p;
    for (uint32_t ch; (ch = utf8_next(&p)) && used + glyph_width(ch) <= head_cells; before = p) {
        used += glyph_width(ch);
        utf8_add(out, ch);
    }
    utf8_add(out, 0x2026);
    int left = text_width(before);
    for (p = before; left > tail_cells;)
        left -= glyph_width(utf8_next(&p));
    str_add(out, p);
}

/* Themes underline these, and mean the words. */
static bool is_underlined(enum role role)
{
    return role == ROLE_STATE_WARN || role == ROLE_STATE_FAIL || role == ROLE_CLASS_WRONG;
}

/* Blanks in the role of what they cover. */
static void blank(struct canvas *c, struct area field)
{
    struct area clip = area_clip(field, canvas_area(c));
    for (int x = clip.x; x < clip.x + clip.w && clip.h > 0; x++) {
        enum role under = (enum role)cell_at(c, x, clip.y)->role;
        set_cell(c, x, clip.y, under == ROLE_PICTURE ? ROLE_TEXT : under, ' ');
    }
}

int canvas_put_cut(struct canvas *c, struct area a, int x, int y, int width, enum role role,
                   const char *text, bool middle)
{
    if (width <= 0)
        return 0;
    struct str safe = STR_INIT, cut = STR_INIT;
    str_add_safe(&safe, text);
    const char *shown = safe.s ? safe.s : "";
    if (text_width(shown) > width) {
        cut_text(&cut, shown, width, middle);
        shown = cut.s;
    }
    struct area field = area_clip((struct area){a.x + x, a.y + y, width, 1}, a);
    if (is_underlined(role))
        blank(c, field);
    else
        canvas_fill(c, field, role, ' ');
    canvas_put(c, field, a.x + x - field.x, 0, role, shown);
    str_done(&safe);
    str_done(&cut);
    return field.w;
}

void canvas_put_right(struct canvas *c, struct area a, int right_x, int y, enum role role,
                      const char *text)
{
    canvas_put(c, a, right_x - text_width(text), y, role, text);
}

void canvas_ch(struct canvas *c, struct area a, int x, int y, enum role role, uint32_t ch)
{
    struct area clip = area_clip(a, canvas_area(c));
    int row = a.y + y;
    if (!area_empty(clip) && row >= clip.y && row < clip.y + clip.h)
        put_glyph(c, clip, a.x + x, row, role, ch, max_int(glyph_width(ch), 1));
}

void canvas_fill(struct canvas *c, struct area a, enum role role, uint32_t ch)
{
    struct area clip = area_clip(a, canvas_area(c));
    if (c->ascii)
        ch = (unsigned char)glyph_ascii(ch);
    for (int y = clip.y; y < clip.y + clip.h; y++) {
        for (int x = clip.x; x < clip.x + clip.w; x++)
            set_cell(c, x, y, role, ch);
    }
}

void canvas_role(struct canvas *c, struct area a, enum role role)
{
    struct area clip = area_clip(a, canvas_area(c));
    for (int y = clip.y; y < clip.y + clip.h; y++) {
        for (int x = clip.x; x < clip.x + clip.w; x++)
            cell_at(c, x, y)->role = (uint8_t)role;
    }
}

static void draw_border(struct canvas *c, struct area a, enum role role)
{
    for (int x = 1; x < a.w - 1; x++) {
        canvas_ch(c, a, x, 0, role, 0x2500);
        canvas_ch(c, a, x, a.h - 1, role, 0x2500);
    }
    for (int y = 1; y < a.h - 1; y++) {
        canvas_ch(c, a, 0, y, role, 0x2502);
        canvas_ch(c, a, a.w - 1, y, role, 0x2502);
    }
    canvas_ch(c, a, 0, 0, role, 0x250c);
    canvas_ch(c, a, a.w - 1, 0, role, 0x2510);
    canvas_ch(c, a, 0, a.h - 1, role, 0x2514);
    canvas_ch(c, a, a.w - 1, a.h - 1, role, 0x2518);
}

struct area canvas_box(struct canvas *c, struct area a, enum role border, enum role title_role,
                       const char *title)
{
    if (a.w < 2 || a.h < 2)
        return (struct area){a.x, a.y, 0, 0};
    draw_border(c, a, border);
    int room = a.w - 4;
    if (title && *title && room >= 3) {
        int width = min_int(text_width(title), room - 2);
        canvas_put(c, a, 2, 0, title_role, " ");
        canvas_put_cut(c, a, 3, 0, width, title_role, title, false);
        canvas_put(c, a, 3 + width, 0, title_role, " ");
    }
    return area_inset(a, 1, 1);
}

void canvas_bar(struct canvas *c, struct area a, int x, int y, int width, enum role role,
                double share)
{
    if (!(share > 0) || width <= 0)
        return;
    int eighths = (int)((share < 1 ? share : 1) * 8 * width + 0.5);
    if (c->ascii)
        eighths = (eighths + 4) / 8 * 8;
    for (int i = 0; i < eighths / 8; i++)
        canvas_ch(c, a, x + i, y, role, 0x2588);
    if (eighths % 8)
        canvas_ch(c, a, x + eighths / 8, y, role, 0x2590 - (uint32_t)(eighths % 8));
}

void canvas_picture(struct canvas *c, struct area a, const struct picture_want *want)
{
    struct area all = canvas_area(c);
    all.h--; /* a picture in the last row makes the terminal scroll */
    struct area clip = area_clip(a, all);
    if (area_empty(clip) || c->n_pictures == CANVAS_PICTURES)
        return;
    c->pictures[c->n_pictures++] = (struct canvas_picture){clip, *want};
    for (int y = clip.y; y < clip.y + clip.h; y++) {
        for (int x = clip.x; x < clip.x + clip.w; x++) {
            set_cell(c, x, y, ROLE_PICTURE, ' ');
            cell_at(c, x, y)->picture = (uint8_t)c->n_pictures;
        }
    }
}

int text_width(const char *text)
{
    struct str safe = STR_INIT;
    int width = 0;
    if (!str_is_safe(text)) {
        str_add_safe(&safe, text);
        text = safe.s;
    }
    for (uint32_t ch; (ch = utf8_next(&text));)
        width += glyph_width(ch);
    str_done(&safe);
    return width;
}

/* A picture's cell as text: the base name's characters in the first row, '#' elsewhere. */
static char picture_char(const struct canvas *c, const struct cell *cell, int x, int y)
{
    const struct canvas_picture *p = &c->pictures[cell->picture - 1];
    const char *name = path_base(p->want.path);
    size_t i = (size_t)(x - p->area.x);
    return y == p->area.y && i < strlen(name) && name[i] > ' ' && name[i] < 0x7f ? name[i] : '#';
}

static void end_row(struct str *out, size_t start)
{
    while (out->len > start && out->s[out->len - 1] == ' ')
        out->s[--out->len] = '\0';
    str_add_c(out, '\n');
}

void canvas_text(struct str *out, const struct canvas *c)
{
    for (int y = 0; y < c->rows; y++) {
        size_t start = out->len;
        for (int x = 0; x < c->cols; x++) {
            const struct cell *cell = &c->cells[y * c->cols + x];
            if (cell->picture)
                str_add_c(out, picture_char(c, cell, x, y));
            else if (cell->ch)
                utf8_add(out, cell->ch);
        }
        end_row(out, start);
    }
}

void canvas_roles(struct str *out, const struct canvas *c)
{
    static const char letters[] = {
#define ROLE(id, name, letter, ...) letter,
#include "ui/roles.def"
#undef ROLE
    };
    for (int y = 0; y < c->rows; y++) {
        size_t start = out->len;
        for (int x = 0; x < c->cols; x++) {
            const struct cell *cell = &c->cells[y * c->cols + x];
            bool blank = cell->role == ROLE_TEXT && cell->ch == ' ';
            str_add_c(out, blank ? ' ' : letters[cell->role]);
        }
        end_row(out, start);
    }
}
