/* Popups: help, menu, prompt, question.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/popup.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/parts.h"

#define PARAGRAPH_COLS 76
#define PROMPT_COLS 68
#define WHEEL_ROWS 3
#define HINT_MIN 24 /* cells of a box that says at its foot what keys do */

static void popup_done(struct popup *p)
{
    for (size_t i = 0; i < p->n; i++)
        free(p->items[i]);
    free(p->items);
    free(p->title);
    free(p->question);
    free(p->fitting);
    text_box_done(&p->text);
    *p = (struct popup){0};
}

static struct popup *push(struct popups *p, enum popup_kind kind, const char *title)
{
    if (p->n == POPUPS) {
        popup_done(&p->stack[0]);
        memmove(p->stack, p->stack + 1, (POPUPS - 1) * sizeof *p->stack);
        p->n--;
    }
    struct popup *popup = &p->stack[p->n++];
    *popup = (struct popup){.kind = kind, .title = xstrdup(title), .page = 1};
    return popup;
}

static void copy_items(struct popup *popup, const char *const *items, size_t n)
{
    popup->items = xcalloc(n ? n : 1, sizeof *popup->items);
    for (size_t i = 0; i < n; i++)
        popup->items[i] = xstrdup(items[i]);
    popup->n = n;
}

void popups_text(struct popups *p, const char *title, struct text_box *text)
{
    push(p, POPUP_TEXT, title)->text = *text;
    *text = (struct text_box){0};
}

void popups_paragraphs(struct popups *p, const char *title, const char *text)
{
    struct text_box box = {.most = PARAGRAPH_COLS};
    while (*text) {
        size_t n = strcspn(text, "\n");
        char *paragraph = xstrndup(text, n);
        text_box_add(&box, ROLE_TEXT, "", paragraph);
        free(paragraph);
        text += n + (text[n] == '\n');
    }
    popups_text(p, title, &box);
}

void popups_menu(struct popups *p, const char *title, const char *question,
                 const char *const *items, size_t n, size_t selected,
                 void (*chosen)(void *user, int choice), void *user)
{
    struct popup *popup = push(p, POPUP_MENU, title);
    copy_items(popup, items, n);
    popup->question = question ? xstrdup(question) : NULL;
    popup->selected = selected < n ? selected : 0;
    popup->chosen = chosen;
    popup->user = user;
}

void popups_watch(struct popups *p, void (*moved)(void *user, int item))
{
    p->stack[p->n - 1].moved = moved;
}

void popups_prompt(struct popups *p, const char *title, const char *text, bool path,
                   void (*typed)(void *user, const char *text), void *user)
{
    struct popup *popup = push(p, POPUP_PROMPT, title);
    edit_offer(&popup->edit, text ? text : "");
    popup->path = path;
    popup->typed = typed;
    popup->user = user;
}

void popups_done(struct popups *p)
{
    while (p->n > 0)
        popup_done(&p->stack[--p->n]);
}

/* Off the stack first: the callback may open another one. */
static void close_top(struct popups *p, int choice, bool accept)
{
    struct popup top = p->stack[--p->n];
    p->stack[p->n] = (struct popup){0};
    if (top.chosen)
        top.chosen(top.user, accept ? choice : -1);
    if (top.typed)
        top.typed(top.user, accept ? top.edit.text : NULL);
    popup_done(&top);
}

/* --- keys ----------------------------------------------------------------------------------- */

static void select_item(struct popup *p, size_t to)
{
    bool moves = p->selected != to;
    p->selected = to;
    if (moves && p->moved)
        p->moved(p->user, (int)to);
}

static void move_selection(struct popup *p, long by)
{
    long to = (long)p->selected + by;
    select_item(p, to < 0 || p->n == 0 ? 0 : (size_t)to >= p->n ? p->n - 1 : (size_t)to);
}

static void forget_fitting(struct popup *p)
{
    free(p->fitting);
    p->fitting = NULL;
}

static void ask_names(struct popups *p, const struct popup *top)
{
    char *folder = edit_folder(&top->edit);
    if (p->complete)
        p->complete(p->complete_user, folder);
    free(folder);
}

void popups_complete(struct popups *p, const char *folder, char *const *names, size_t n)
{
    struct popup *top = p->n ? &p->stack[p->n - 1] : NULL;
    struct str fitting = STR_INIT;
    if (!top || top->kind != POPUP_PROMPT || !top->path)
        return;
    char *now = edit_folder(&top->edit);
    forget_fitting(top);
    if (str_eq(now, folder) && !edit_complete(&top->edit, names, n, &fitting))
        top->fitting = str_take(&fitting);
    str_done(&fitting);
    free(now);
}

static void prompt_key(struct popups *p, struct popup *top, const struct key_event *event)
{
    forget_fitting(top);
    if (event->key.code == K_ENTER) {
        close_top(p, 0, true);
    } else if (event->key.code == K_TAB && top->path) {
        top->edit.offered = false;
        ask_names(p, top);
    } else {
        edit_key(&top->edit, event);
    }
}

static bool is_letter(struct key key, char letter)
{
    return key.code == K_CHAR && key.ch == (uint32_t)letter;
}

static void text_key(struct popups *p, struct popup *top, const struct key_event *event)
{
    struct key key = event->key;
    bool ends = key.code == K_ESC || key.code == K_ENTER || is_letter(key, 'q') || is_letter(key, '?');
    if (!text_box_key(&top->text, event) && ends)
        close_top(p, -1, false);
}

static void menu_key(struct popups *p, struct popup *top, struct key key)
{
    long by = key_moves(key, top->page);
    if (by)
        move_selection(top, by);
    else if (key.code == K_ENTER && top->n)
        close_top(p, (int)top->selected, true);
    else if (key.code == K_CHAR && key.ch >= '1' && key.ch < '1' + (top->n < 9 ? top->n : 9))
        close_top(p, (int)(key.ch - '1'), true);
}

bool popups_takes_text(const struct popups *p)
{
    const struct popup *top = p->n ? &p->stack[p->n - 1] : NULL;
    return top && (top->kind == POPUP_PROMPT || top->kind == POPUP_TEXT);
}

void popups_key(struct popups *p, const struct key_event *event)
{
    struct popup *top = &p->stack[p->n - 1];
    struct key key = event->key;
    if (key.code == K_CTRL && key.ch == 'c')
        close_top(p, -1, false);
    else if (top->kind == POPUP_TEXT)
        text_key(p, top, event);
    else if (key.code == K_ESC)
        close_top(p, -1, false);
    else if (top->kind == POPUP_PROMPT)
        prompt_key(p, top, event);
    else
        menu_key(p, top, key);
}

void popups_mouse(struct popups *p, const struct hit *hit, const struct mouse *m)
{
    struct popup *top = &p->stack[p->n - 1];
    int rows = m->what == MOUSE_WHEEL_UP ? -WHEEL_ROWS : WHEEL_ROWS;
    bool item = hit && hit->kind == HIT_POPUP && hit->of == top->title && hit->index < top->n;
    if (m->what != MOUSE_CLICK && top->kind == POPUP_TEXT)
        text_box_scroll(&top->text, rows);
    else if (m->what != MOUSE_CLICK && top->kind == POPUP_MENU)
        move_selection(top, rows < 0 ? -1 : 1);
    else if (m->what == MOUSE_CLICK && item && top->selected == hit->index)
        close_top(p, (int)hit->index, true);
    else if (m->what == MOUSE_CLICK && item)
        select_item(top, hit->index);
}

/* --- drawing -------------------------------------------------------------------------------- */

static int max_int(int a, int b)
{
    return a > b ? a : b;
}

static int min_int(int a, int b)
{
    return a < b ? a : b;
}

static int items_width(const struct popup *p)
{
    int width = p->question ? text_width(p->question) : 0;
    for (size_t i = 0; i < p->n; i++)
        width = max_int(width, text_width(p->items[i]));
    return width;
}

/* Rows of the question in width cells: words are wrapped, a path is cut. */
static int question_rows(const struct popup *p, int width)
{
    const char *rest = p->question ? p->question : "";
    int rows = 0;
    if (p->question && !strchr(rest, ' '))
        return 1;
    for (; *rest; rows++) {
        rest += parts_words(rest, width > 1 ? width : 1);
        rest += strspn(rest, " ");
    }
    return rows;
}

/* The size that the inside would like in at most width cells, without the cells at its sides. */
static void wish(const struct popup *p, int width, int *w, int *h)
{
    *w = items_width(p);
    *h = min_int((int)p->n, 1000) + (p->question ? question_rows(p, width + 4) + 1 : 0);
    if (p->kind == POPUP_TEXT)
        text_box_size(&p->text, width, w, h);
    else if (p->kind == POPUP_PROMPT) {
        *w = max_int(*w, PROMPT_COLS);
        *h = 1 + (p->fitting != NULL);
    }
}

/* What keys do, on the lower border of a menu. */
static const char *menu_hint(const struct popup *p)
{
    return p->kind != POPUP_MENU ? "" : p->n > 1 ? " Enter or a digit chooses " : " Enter chooses ";
}

static struct area popup_area(const struct popup *p, const struct canvas *canvas)
{
    int most = canvas->cols - (canvas->cols > 30 ? 4 : 0), sides = p->kind == POPUP_MENU ? 8 : 4;
    int w, h;
    wish(p, max_int(most - sides, 1), &w, &h);
    w = max_int(max_int(w + sides, text_width(p->title) + 6), text_width(menu_hint(p)) + 4);
    w = min_int(max_int(w, 24), most);
    h = min_int(h + 2, canvas->rows - (canvas->rows > 8 ? 2 : 0));
    return (struct area){(canvas->cols - w) / 2, (canvas->rows - h) / 2, w, h};
}

/* Keeps the selected item on the page, and the page full where there are items for it. */
static void keep_visible(struct popup *p)
{
    if (p->top + p->page > p->n)
        p->top = p->n > p->page ? p->n - p->page : 0;
    if (p->selected < p->top)
        p->top = p->selected;
    if (p->selected >= p->top + p->page)
        p->top = p->selected - p->page + 1;
}

static void draw_items(struct popup *p, struct canvas *canvas, struct area in)
{
    p->page = in.h > 0 ? (size_t)in.h : 1;
    keep_visible(p);
    for (int y = 0; y < in.h && p->top + (size_t)y < p->n; y++) {
        size_t i = p->top + (size_t)y;
        enum role role = i == p->selected ? ROLE_SELECT : ROLE_TEXT;
        canvas_fill(canvas, (struct area){in.x, in.y + y, in.w, 1}, role, ' ');
        if (i < 9)
            canvas_ch(canvas, in, 1, y, i == p->selected ? ROLE_SELECT : ROLE_DIM, '1' + (uint32_t)i);
        canvas_put_cut(canvas, in, 3, y, in.w - 4, role, p->items[i], false);
        canvas_hit(canvas, (struct area){in.x, in.y + y, in.w, 1}, HIT_POPUP, p->title, i);
    }
}

static void draw_more_marks(struct canvas *canvas, struct area box, bool above, bool below)
{
    if (above)
        canvas_ch(canvas, box, box.w - 3, 0, ROLE_BORDER_FOCUS, 0x25b2);
    if (below)
        canvas_ch(canvas, box, box.w - 3, box.h - 1, ROLE_BORDER_FOCUS, 0x25bc);
}

static void draw_hint(struct canvas *canvas, struct area box, const char *text)
{
    if (box.w >= HINT_MIN && text_width(text) + 4 <= box.w)
        canvas_put(canvas, box, 2, box.h - 1, ROLE_DIM, text);
}

static void draw_text(struct popup *p, struct canvas *canvas, struct area box, struct area in)
{
    struct text_box *t = &p->text;
    text_box_draw(t, canvas, area_inset(in, 1, 0));
    draw_more_marks(canvas, box, t->top > 0, t->top + t->page < t->n_rows);
    if (t->n_rows > t->page && !filter_shown(&t->filter))
        draw_hint(canvas, box, " / finds ");
}

static void draw_prompt(const struct popup *p, struct canvas *canvas, struct area box, struct area in)
{
    edit_draw(&p->edit, canvas, area_inset(in, 1, 0));
    if (p->path)
        draw_hint(canvas, box, " Tab completes ");
    if (p->fitting)
        canvas_put_cut(canvas, in, 1, 1, in.w - 2, ROLE_DIM,
                       *p->fitting ? p->fitting : "nothing begins like this", false);
}

/* Returns what is left for the items, of which three are seen before all of the question is. */
static struct area draw_question(const struct popup *p, struct canvas *canvas, struct area in)
{
    int items = min_int((int)p->n, 3), rows = question_rows(p, in.w - 2);
    rows = min_int(rows, max_int(in.h - items, 1));
    struct area a = {in.x + 1, in.y, in.w - 2, rows};
    if (strchr(p->question, ' '))
        parts_wrap(canvas, a, ROLE_STRONG, p->question);
    else
        canvas_put_cut(canvas, a, 0, 0, a.w, ROLE_STRONG, p->question, true);
    rows += in.h >= items + rows + 1; /* a blank one where there is room */
    return (struct area){in.x, in.y + rows, in.w, in.h - rows};
}

static void draw_menu(struct popup *p, struct canvas *canvas, struct area box, struct area in)
{
    if (p->question && in.h > 1)
        in = draw_question(p, canvas, in);
    draw_items(p, canvas, in);
    draw_hint(canvas, box, menu_hint(p));
    draw_more_marks(canvas, box, p->top > 0, p->top + p->page < p->n);
}

static void draw_one(struct popup *p, struct canvas *canvas)
{
    struct area box = popup_area(p, canvas);
    canvas_fill(canvas, box, ROLE_TEXT, ' ');
    struct area in = canvas_box(canvas, box, ROLE_BORDER_FOCUS, ROLE_TITLE, p->title);
    canvas_hit(canvas, box, HIT_POPUP, p->title, SIZE_MAX);
    if (p->kind == POPUP_PROMPT)
        draw_prompt(p, canvas, box, in);
    else if (p->kind == POPUP_TEXT)
        draw_text(p, canvas, box, in);
    else
        draw_menu(p, canvas, box, in);
}

void popups_draw(struct popups *p, struct canvas *canvas)
{
    for (int i = 0; i < p->n; i++)
        draw_one(&p->stack[i], canvas);
}
