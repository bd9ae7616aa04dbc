/* Lines to read in a box.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/w_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/layout.h"
#include "ui/parts.h"

#define GAP 2        /* cells between heads and words */
#define WORDS_MIN 24 /* narrower words go below their heads */
#define INDENT 2     /* there */

void text_box_add(struct text_box *t, enum role role, const char *head, const char *words)
{
    t->lines = xgrow(t->lines, &t->cap, t->n + 1, sizeof *t->lines);
    t->lines[t->n++] = (struct text_line){xstrdup(head), xstrdup(words), role};
}

void text_box_done(struct text_box *t)
{
    for (size_t i = 0; i < t->n; i++) {
        free(t->lines[i].head);
        free(t->lines[i].words);
    }
    free(t->lines);
    free(t->rows);
    *t = (struct text_box){0};
}

/* --- where rows lie -------------------------------------------------------------------------- */

struct columns {
    int heads;   /* widest head, 0: there is none */
    int words;   /* where words begin beside heads, */
    bool beside; /* or else below them */
};

static struct columns columns_in(const struct text_box *t, int width)
{
    struct columns k = {0};
    for (size_t i = 0; i < t->n; i++) {
        int w = text_width(t->lines[i].head);
        k.heads = w > k.heads ? w : k.heads;
    }
    k.words = k.heads ? k.heads + GAP : 0;
    k.beside = width - k.words >= WORDS_MIN || k.heads == 0;
    return k;
}

/* Where the words of a line begin. */
static int words_x(const struct text_line *line, const struct columns *k)
{
    return !*line->head ? 0 : k->beside ? k->words : INDENT;
}

static bool passes(const struct text_box *t, const struct text_line *line)
{
    const char *text = t->filter.edit.text;
    return !*text || strcasestr(line->head, text) || strcasestr(line->words, text);
}

/* What is done with each row: counted, or kept. */
struct laying {
    struct text_box *into; /* NULL: only counted */
    size_t n;
};

static void lay_row(struct laying *l, size_t line, size_t from, size_t bytes, bool head)
{
    struct text_box *t = l->into;
    if (t) {
        t->rows = xgrow(t->rows, &t->cap_rows, l->n + 1, sizeof *t->rows);
        t->rows[l->n] = (struct text_row){line, (int)from, (int)bytes, head};
    }
    l->n++;
}

static void lay_line(struct laying *l, const struct text_line *line, size_t i, int width,
                     const struct columns *k)
{
    bool head = *line->head != '\0';
    size_t from = 0, length = strlen(line->words);
    int room = width - words_x(line, k);
    if (head && !k->beside)
        lay_row(l, i, 0, 0, true);
    do {
        size_t n = parts_words(line->words + from, room > 0 ? room : 1);
        lay_row(l, i, from, n, head && k->beside && from == 0);
        from += n + strspn(line->words + from + n, " ");
    } while (from < length);
}

static void lay_out(struct text_box *t, int width)
{
    struct columns k = columns_in(t, width);
    struct laying l = {t, 0};
    for (size_t i = 0; i < t->n; i++) {
        if (passes(t, &t->lines[i]))
            lay_line(&l, &t->lines[i], i, width, &k);
    }
    t->n_rows = l.n;
}

void text_box_size(const struct text_box *t, int width, int *w, int *h)
{
    struct laying l = {0};
    width = t->most && width > t->most ? t->most : width;
    struct columns k = columns_in(t, width);
    *w = 0;
    for (size_t i = 0; i < t->n; i++) {
        int x = words_x(&t->lines[i], &k), end = x + text_width(t->lines[i].words);
        *w = end > *w ? end : *w;
        lay_line(&l, &t->lines[i], i, width, &k);
    }
    *w = *w > width ? width : *w;
    *h = l.n < 10000 ? (int)l.n : 10000;
}

/* --- keys ------------------------------------------------------------------------------------ */

void text_box_scroll(struct text_box *t, long rows)
{
    size_t last = t->n_rows > t->page ? t->n_rows - t->page : 0;
    long top = (long)t->top + rows;
    t->top = top < 0 ? 0 : (size_t)top > last ? last : (size_t)top;
}

bool text_box_key(struct text_box *t, const struct key_event *event)
{
    struct key key = event->key;
    enum filter_key did = filter_key(&t->filter, event);
    if (did == FILTER_CHANGED)
        t->top = 0;
    if (did != FILTER_NOT)
        return true;
    if (key.code == K_ESC && filter_shown(&t->filter)) {
        filter_clear(&t->filter);
        t->top = 0;
        return true;
    }
    if (key.code == K_CHAR && key.ch == '/') {
        filter_open(&t->filter);
        return true;
    }
    long by = key_moves(key, t->page);
    if (by)
        text_box_scroll(t, by);
    return by != 0;
}

/* --- drawing --------------------------------------------------------------------------------- */

/* Text with what the search looks for marked. */
static void put_marked(struct canvas *c, struct area a, int x, int y, enum role role,
                       const char *text, const char *find)
{
    canvas_put_cut(c, a, x, y, a.w - x, role, text, false);
    for (const char *at = text; *find && (at = strcasestr(at, find)); at += strlen(find)) {
        char *before = xstrndup(text, (size_t)(at - text)), *found = xstrndup(at, strlen(find));
        struct area mark = {a.x + x + text_width(before), a.y + y, text_width(found), 1};
        canvas_role(c, area_clip(mark, a), ROLE_SELECT);
        free(before);
        free(found);
    }
}

static void draw_row(const struct text_box *t, struct canvas *c, struct area a, int y,
                     const struct text_row *row, const struct columns *k)
{
    const struct text_line *line = &t->lines[row->line];
    const char *find = t->filter.edit.text;
    char *words = xstrndup(line->words + row->from, (size_t)row->bytes);
    if (row->head)
        put_marked(c, a, 0, y, line->role, line->head, find);
    if (*words)
        put_marked(c, a, words_x(line, k), y, *line->head ? ROLE_TEXT : line->role, words, find);
    free(words);
}

static void draw_filter(const struct text_box *t, struct canvas *c, struct area row)
{
    size_t fit = 0, all = 0;
    for (size_t i = 0; i < t->n; i++) {
        bool counts = *t->lines[i].head || *t->lines[i].words;
        fit += counts && passes(t, &t->lines[i]);
        all += counts;
    }
    filter_draw(&t->filter, c, row, "/", fit, all);
}

void text_box_draw(struct text_box *t, struct canvas *c, struct area a)
{
    if (filter_shown(&t->filter))
        draw_filter(t, c, area_cut_bottom(&a, a.h > 1));
    struct columns k = columns_in(t, a.w);
    t->page = a.h > 0 ? (size_t)a.h : 1;
    lay_out(t, a.w);
    text_box_scroll(t, 0);
    for (int y = 0; y < a.h && t->top + (size_t)y < t->n_rows; y++)
        draw_row(t, c, a, y, &t->rows[t->top + (size_t)y], &k);
    if (!t->n_rows && a.h > 0)
        canvas_put_cut(c, a, 0, 0, a.w, ROLE_DIM, "nothing here has these letters", false);
}
