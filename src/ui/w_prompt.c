/* The command prompt.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/w_prompt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/engine.h"
#include "ui/layout.h"
#include "ui/option_values.h"

#define HISTORY_MAX 100
#define LIST_ROWS 8 /* or half of the screen, where that is more */
#define TEXT_MAX 30 /* cells of the names' column */

void prompt_open(struct prompt *p)
{
    p->open = true;
    p->listed = p->cycling = false;
    p->at = p->history.n;
    edit_set(&p->edit, "");
    candidates_done(&p->fit);
}

void prompt_done(struct prompt *p)
{
    candidates_done(&p->fit);
    names_done(&p->history);
}

/* --- completion ------------------------------------------------------------------------------ */

/* A number has nothing to go on with. */
static bool begins_a_name(const char *line)
{
    line += strspn(line, " :");
    return *line && !strchr("+-$0123456789", *line);
}

static void look(struct prompt *p, unsigned context)
{
    command_complete(&p->fit, p->edit.text, p->edit.at, context);
    p->cycling = false;
    p->chosen = p->top = 0;
}

/* Another text in the line: what it could become is shown. */
static void follow(struct prompt *p, unsigned context)
{
    look(p, context);
    p->listed = begins_a_name(p->edit.text) && (p->fit.n || p->fit.value);
}

static void choose(struct prompt *p, size_t i)
{
    edit_replace(&p->edit, p->fit.from, p->fit.list[i].text);
    p->chosen = i;
}

static void cycle(struct prompt *p, bool back)
{
    size_t n = p->fit.n, step = back ? n - 1 : 1;
    if (n)
        choose(p, p->cycling ? (p->chosen + step) % n : back ? n - 1 : 0);
    p->cycling = n > 0;
}

/* All that fit begin alike further than the line does. */
static bool grow(struct prompt *p)
{
    size_t common = candidates_common(&p->fit), from = p->fit.from, have = p->edit.at - from;
    if (common <= have || strncmp(p->edit.text + from, p->fit.list[0].text, have) != 0)
        return false;
    char *text = xstrndup(p->fit.list[0].text, common);
    edit_replace(&p->edit, from, text);
    free(text);
    return true;
}

/* The only one: whole, and ready for what follows it. */
static void finish(struct prompt *p, unsigned context)
{
    bool name = !p->fit.value;
    choose(p, 0);
    if (name && p->edit.text[p->edit.at] == '\0')
        edit_replace(&p->edit, p->edit.at, " ");
    follow(p, context);
}

static enum prompt_did tab(struct prompt *p, bool back, unsigned context)
{
    bool shown = p->listed;
    if (p->cycling) {
        cycle(p, back);
        return PROMPT_TAKEN;
    }
    if (!shown)
        look(p, context);
    if (p->fit.path && !p->fit.n)
        return PROMPT_FOLDER;
    p->listed = true;
    if (p->fit.n == 1)
        finish(p, context);
    else if (!grow(p) && shown)
        cycle(p, back);
    return PROMPT_TAKEN;
}

void prompt_names(struct prompt *p, const char *folder, char *const *names, size_t n)
{
    if (!p->open || !p->fit.path || !str_eq(p->fit.folder, folder) || p->fit.n)
        return;
    command_names(&p->fit, p->edit.text, p->edit.at, names, n);
    p->listed = true;
    if (p->fit.n == 1)
        choose(p, 0);
    else
        grow(p);
    if (p->fit.n == 1) { /* a folder goes on with its own names */
        candidates_done(&p->fit);
        p->listed = false;
    }
}

/* --- history --------------------------------------------------------------------------------- */

static void recall(struct prompt *p, bool back)
{
    size_t to = p->at, n = p->history.n;
    if (p->at == n)
        snprintf(p->typed, sizeof p->typed, "%s", p->edit.text);
    do {
        if (back ? to == 0 : to >= n)
            return;
        to += back ? (size_t)-1 : 1;
    } while (to < n && !str_starts(p->history.list[to], p->typed));
    p->at = to;
    edit_set(&p->edit, to < n ? p->history.list[to] : p->typed);
    candidates_done(&p->fit); /* they were of the other line */
    p->listed = p->cycling = false;
}

static void remember(struct prompt *p)
{
    struct names *h = &p->history;
    if (h->n && str_eq(h->list[h->n - 1], p->edit.text))
        return;
    if (h->n == HISTORY_MAX) {
        free(h->list[0]);
        memmove(h->list, h->list + 1, --h->n * sizeof *h->list);
    }
    names_add(h, p->edit.text);
}

/* --- keys ------------------------------------------------------------------------------------ */

static enum prompt_did leave(struct prompt *p, bool run)
{
    p->open = false;
    run = run && p->edit.text[strspn(p->edit.text, " :")];
    if (run)
        remember(p);
    return run ? PROMPT_RUN : PROMPT_LEFT;
}

enum prompt_did prompt_key(struct prompt *p, const struct key_event *event, unsigned context)
{
    struct key key = event->key;
    bool empty = !*p->edit.text;
    switch (key.code) {
    case K_ENTER:
        return leave(p, true);
    case K_ESC:
        return leave(p, false);
    case K_TAB:
    case K_BACKTAB:
        return tab(p, key.code == K_BACKTAB, context);
    case K_UP:
    case K_DOWN:
        recall(p, key.code == K_UP);
        return PROMPT_TAKEN;
    default:
        break;
    }
    if ((key.code == K_CTRL && key.ch == 'c') || (key.code == K_BACKSPACE && empty))
        return leave(p, false);
    if (edit_key(&p->edit, event)) {
        p->at = p->history.n;
        follow(p, context);
    }
    return PROMPT_TAKEN;
}

/* --- mouse ----------------------------------------------------------------------------------- */

enum prompt_did prompt_mouse(struct prompt *p, const struct hit *hit, const struct mouse *m)
{
    if (!p->listed || !p->fit.n)
        return PROMPT_TAKEN;
    if (m->what != MOUSE_CLICK) {
        cycle(p, m->what == MOUSE_WHEEL_UP);
    } else if (hit && hit->kind == HIT_PROMPT && hit->index < p->fit.n) {
        if (p->cycling && p->chosen == hit->index)
            return leave(p, true);
        choose(p, hit->index);
        p->cycling = true;
    }
    return PROMPT_TAKEN;
}

/* --- drawing --------------------------------------------------------------------------------- */

/* What is known of the option whose value is typed. */
static void hint(const struct prompt *p, const struct options *options, struct str *out)
{
    const struct option_row *row = option_row(p->fit.option);
    char range[96];
    struct recipe recipe;
    bool known = engine_recipe(options, &recipe, NULL) == ERR_OK;
    option_range(range, sizeof range, row);
    str_printf(out, "%s%s%s; now ", row->help, *range ? ", " : "", range);
    struct str now = STR_INIT;
    option_shown(&now, options, p->fit.option, known ? &recipe : NULL);
    str_add(out, str_eq(now.s, "-") ? "empty" : now.s);
    str_done(&now);
}

static void draw_candidates(const struct prompt *p, struct canvas *c, struct area a, int column)
{
    for (int y = 0; y < a.h && p->top + (size_t)y < p->fit.n; y++) {
        size_t i = p->top + (size_t)y;
        const struct candidate *k = &p->fit.list[i];
        canvas_put_cut(c, a, 1, y, column, ROLE_TEXT, k->text, false);
        canvas_put_cut(c, a, column + 3, y, a.w - column - 4, ROLE_DIM, k->help, false);
        struct area row = {a.x, a.y + y, a.w, 1};
        if (p->cycling && i == p->chosen)
            canvas_role(c, row, ROLE_SELECT);
        canvas_hit(c, row, HIT_PROMPT, p, i);
    }
}

/* Cells of the widest candidate and of the widest help. */
static void widths(const struct prompt *p, int *text, int *help)
{
    *text = *help = 0;
    for (size_t i = 0; i < p->fit.n; i++) {
        int t = text_width(p->fit.list[i].text), h = text_width(p->fit.list[i].help);
        *text = t > *text ? t : *text;
        *help = h > *help ? h : *help;
    }
    *text = *text > TEXT_MAX ? TEXT_MAX : *text;
}

static int min_int(int a, int b)
{
    return a < b ? a : b;
}

/* The box above the line; nothing where less than one row of it would be seen. */
static void draw_list(struct prompt *p, struct canvas *c, struct area row, const struct options *options)
{
    struct str about = STR_INIT;
    int text, help, room = row.y - 2;
    int most = room / 2 > LIST_ROWS ? room / 2 : LIST_ROWS, n = p->fit.n < (size_t)most ? (int)p->fit.n : most;
    widths(p, &text, &help);
    if (p->fit.value)
        hint(p, options, &about);
    int w = text + (help ? help + 2 : 0);
    w = about.s && text_width(about.s) > w ? text_width(about.s) : w;
    w = min_int((w > 20 ? w : 20) + 4, row.w);
    int h = min_int(n + p->fit.value, room);
    if (h > 0 && n + p->fit.value > 0) {
        struct area box = {row.x, row.y - h - 2, w, h + 2};
        canvas_fill(c, box, ROLE_TEXT, ' ');
        struct area in = canvas_box(c, box, ROLE_BORDER_FOCUS, ROLE_TITLE,
                                    p->fit.value ? option_row(p->fit.option)->name : "Commands");
        if (about.s)
            canvas_put_cut(c, area_cut_top(&in, 1), 1, 0, in.w - 2, ROLE_DIM, about.s, false);
        size_t rows = in.h > 0 ? (size_t)in.h : 0;
        if (p->chosen < p->top)
            p->top = p->chosen;
        if (rows && p->chosen >= p->top + rows)
            p->top = p->chosen - rows + 1;
        draw_candidates(p, c, in, text);
        if (p->top)
            canvas_ch(c, box, box.w - 3, 0, ROLE_BORDER_FOCUS, 0x25b2);
        if (p->top + rows < p->fit.n)
            canvas_ch(c, box, box.w - 3, box.h - 1, ROLE_BORDER_FOCUS, 0x25bc);
    }
    str_done(&about);
}

void prompt_draw(struct prompt *p, struct canvas *c, struct area row, const struct options *options)
{
    static const char about[] = "a row, an action or an option; Tab lists them";
    if (p->listed)
        draw_list(p, c, row, options);
    canvas_fill(c, row, ROLE_INPUT, ' ');
    canvas_put(c, row, 0, 0, ROLE_STRONG, ":");
    edit_draw(&p->edit, c, (struct area){row.x + 1, row.y, row.w - 1, 1});
    if (!*p->edit.text && row.w >= (int)sizeof about + 8)
        canvas_put_right(c, row, row.w, 0, ROLE_DIM, about);
}
