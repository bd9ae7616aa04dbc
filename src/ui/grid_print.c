/* Labelled pictures printed on a plain terminal. They are laid out on a canvas as on the screens;
 * then each row of pictures is written as text, which also makes room for it, and pictures of bytes
 * are put over their place.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/grid_print.h"

#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/num.h"
#include "ui/ask.h"
#include "ui/glyph.h"
#include "ui/parts.h"
#include "ui/picture.h"
#include "ui/term_type.h"
#include "ui/theme.h"
#include "ui/w_grid.h"

#define ANSWER_SECONDS 1.0
#define TILE_COLS 6      /* least width of a picture */
#define PLAIN_COLS 80    /* where nobody says how wide */
#define DIRECT (1 << 24) /* colours of a terminal that takes any */

/* Where the pictures go. */
struct sheet {
    bool terminal, utf8;
    int colors;
    struct winsize size;
    struct replies replies;
    const struct gfx_backend *gfx;
    struct pictures_config config;
    int cols, tile_w; /* tiles in a row; cells of one */
    int w, h;         /* cells of a picture */
    struct canvas canvas;
    struct picture_shown shown[CANVAS_PICTURES];
};

/* --- what the terminal can ------------------------------------------------------------------ */

static int colors_of(const struct options *options, bool terminal)
{
    const char *color = option_row(OPTION_ID_color)->choices[options->color];
    const char *direct = getenv("COLORTERM"), *type = getenv("TERM");
    int colors = type ? term_type_colors(type) : 0;
    if (str_eq(color, "never") || (!terminal && !str_eq(color, "always")))
        return 0;
    if (direct && (str_eq(direct, "truecolor") || str_eq(direct, "24bit")))
        return DIRECT;
    return str_eq(color, "always") && colors < 256 ? 256 : colors;
}

static void find_size(struct sheet *s, int fd)
{
    const char *columns = getenv("COLUMNS");
    int64_t wish = 0;
    if (ioctl(fd, TIOCGWINSZ, &s->size) != 0 || s->size.ws_col == 0)
        s->size = (struct winsize){.ws_col = PLAIN_COLS, .ws_row = 24};
    if (!s->terminal && columns && num_parse_int(columns, &wish) && wish >= 1 && wish <= 1000)
        s->size.ws_col = (unsigned short)wish;
    s->size.ws_row = s->size.ws_row ? s->size.ws_row : 24;
}

/* Only a terminal is asked, and a pipe gets no bytes that nobody named. */
static void choose(struct sheet *s, const struct options *options, int fd)
{
    const char *option = option_row(OPTION_ID_graphics)->choices[options->graphics];
    const char *type = getenv("TERM");
    bool automatic = str_eq(option, "auto");
    s->terminal = isatty(fd);
    s->utf8 = strcasecmp(nl_langinfo(CODESET), "UTF-8") == 0;
    s->colors = colors_of(options, s->terminal);
    find_size(s, fd);
    replies_init(&s->replies);
    if (s->terminal && type && !str_eq(type, "dumb"))
        ask_terminal(&s->replies, type, ANSWER_SECONDS);
    struct gfx_facts facts = gfx_facts_of(
        &s->replies, automatic && !s->terminal ? "blocks" : option, s->utf8, s->colors);
    s->gfx = gfx_choose(&facts, NULL);
    s->config = (struct pictures_config){
        .backend = s->gfx,
        .background = s->replies.background >= 0 ? (uint32_t)s->replies.background : 0,
        .colors = s->colors,
        .page_colors =
            s->replies.registers > 1 && s->replies.registers < 128 ? s->replies.registers : 0};
    if (!ask_cell_option(options->cell, &s->config.cell_w, &s->config.cell_h))
        ask_cell(&s->replies, &s->size, &s->config.cell_w, &s->config.cell_h);
    ask_limit(&s->replies, &s->config.max_w, &s->config.max_h);
}

/* --- layout --------------------------------------------------------------------------------- */

/* Places are all of one size, as on Samples; a high one is as high as its tile is wide, and a row
 * fits on the terminal. */
static void shape(struct sheet *s, const int (*sizes)[2], int n)
{
    const struct pictures_config *c = &s->config;
    int rows = (s->tile_w * c->cell_w + c->cell_h / 2) / c->cell_h, room = s->size.ws_row - 2;
    struct area a = {0, 0, s->tile_w, (s->terminal && rows > room ? room : rows) + 1};
    for (int i = 0; i < n; i++) {
        struct tile t = {.aspect = parts_aspect(sizes[i][0], sizes[i][1])};
        tile_place(&t, a, c->cell_w, c->cell_h, &s->w, &s->h);
    }
    s->h = !s->gfx ? 0 : s->h > 1 ? s->h : 1;
}

static void place(struct sheet *s, const char *const (*tiles)[2], const int (*sizes)[2], int n,
                  int cols)
{
    int most = (s->size.ws_col + 1) / (TILE_COLS + 1);
    cols = cols < most ? cols : most > 1 ? most : 1;
    s->cols = cols < n ? cols : n;
    s->tile_w = (s->size.ws_col + 1) / cols - 1;
    s->tile_w = s->tile_w > TILE_COLS ? s->tile_w : TILE_COLS;
    s->tile_w = s->tile_w < s->size.ws_col ? s->tile_w : s->size.ws_col;
    shape(s, sizes, n);
    int rows = (n + s->cols - 1) / s->cols;
    canvas_init(&s->canvas, s->size.ws_col, rows * (s->h + 1) + 1);
    s->canvas.ascii = !s->utf8;
    for (int i = 0; i < n; i++) {
        struct area a = {i % s->cols * (s->tile_w + 1), i / s->cols * (s->h + 1), s->tile_w, s->h};
        struct area picture = {a.x + (a.w - s->w) / 2, a.y, s->w, s->h};
        struct picture_want want = {.fit = PICTURE_CONTAIN, .page = true};
        int width = text_width(tiles[i][1]);
        if (s->gfx &&
            snprintf(want.path, sizeof want.path, "%s", tiles[i][0]) < (int)sizeof want.path)
            canvas_picture(&s->canvas, picture, &want);
        width = width < a.w ? width : a.w;
        canvas_put_cut(&s->canvas, canvas_area(&s->canvas), a.x + (a.w - width) / 2, a.y + a.h,
                       width, ROLE_TEXT, tiles[i][1], true);
    }
}

/* --- writing -------------------------------------------------------------------------------- */

static void add_color(const struct sheet *s, struct str *out, int ground, uint32_t rgb)
{
    if (s->colors >= DIRECT)
        str_printf(out, "\033[%d;2;%d;%d;%dm", ground, (int)(rgb >> 16), (int)(rgb >> 8 & 255),
                   (int)(rgb & 255));
    else
        str_printf(out, "\033[%d;5;%dm", ground, color_nearest_256(rgb));
}

/* A row of the canvas, without blanks at its end. */
static void add_row(const struct sheet *s, struct str *out, int y)
{
    const struct cell *row = s->canvas.cells + y * s->canvas.cols;
    int end = s->canvas.cols;
    bool colored = false;
    while (end > 0 && row[end - 1].ch == ' ' && !row[end - 1].rgb)
        end--;
    for (int x = 0; x < end; x++) {
        bool same = x && row[x].rgb && row[x - 1].rgb && row[x].fg == row[x - 1].fg &&
                    row[x].bg == row[x - 1].bg;
        if (row[x].rgb && !same) {
            add_color(s, out, 38, row[x].fg);
            add_color(s, out, 48, row[x].bg);
        } else if (!row[x].rgb && colored) {
            str_add(out, "\033[0m");
        }
        colored = row[x].rgb;
        if (row[x].ch)
            utf8_add(out, row[x].ch);
    }
    str_add(out, colored ? "\033[0m\n" : "\n");
}

/* Pictures of bytes whose corner is in row y; the cursor is at that row's begin, and again after.
 */
static void add_pictures(const struct sheet *s, struct str *out, int y, int top)
{
    for (int i = 0; i < s->canvas.n_pictures; i++) {
        const struct picture_shown *p = &s->shown[i];
        if (!p->out || !p->out->bytes.len || s->canvas.pictures[i].area.y != top || p->area.y != y)
            continue;
        s->gfx->draw(out, p->out, p->area.x, GFX_HERE);
    }
}

static void add_tiles(const struct sheet *s, struct str *out, int top)
{
    for (int y = top; y <= top + s->h; y++)
        add_row(s, out, y);
    if (!s->gfx || !s->gfx->draw)
        return;
    str_printf(out, "\033[%dA", s->h + 1);
    for (int y = top; y <= top + s->h; y++) {
        add_pictures(s, out, y, top);
        str_add(out, "\n"); /* never scrolls: the room is there */
    }
}

enum err_code grid_print(struct str *out, const struct options *options,
                         const char *const (*tiles)[2], const int (*sizes)[2], int n, int cols,
                         int fd, bool (*stop)(void), struct err *err)
{
    struct sheet *s = xcalloc(1, sizeof *s);
    choose(s, options, fd);
    place(s, tiles, sizes, n, cols);
    struct pictures *pictures = pictures_new(&s->config);
    bool stopped = false;
    pictures_frame(pictures, &s->canvas, s->shown);
    while (!(stopped = stop()) && !pictures_wait(pictures, 1))
        ;
    if (!stopped) {
        pictures_frame(pictures, &s->canvas, s->shown);
        pictures_draw(&s->canvas, s->shown);
        for (int top = 0; top + 1 < s->canvas.rows; top += s->h + 1)
            add_tiles(s, out, top);
    }
    pictures_free(pictures);
    canvas_done(&s->canvas);
    free(s);
    return stopped ? err_set(err, ERR_CANCELLED, "grid: stopped") : ERR_OK;
}
