/* A line of text being edited.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/edit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/glyph.h"

void edit_set(struct edit *e, const char *text)
{
    snprintf(e->text, sizeof e->text, "%s", text);
    e->at = strlen(e->text);
    e->offered = false;
}

void edit_offer(struct edit *e, const char *text)
{
    edit_set(e, text);
    e->offered = e->at > 0 && e->text[e->at - 1] != '/';
}

static void insert(struct edit *e, const char *text, size_t n)
{
    size_t len = strlen(e->text);
    if (len + n >= sizeof e->text)
        return;
    memmove(e->text + e->at + n, e->text + e->at, len - e->at + 1);
    memcpy(e->text + e->at, text, n);
    e->at += n;
}

static void cut(struct edit *e, size_t from, size_t to)
{
    memmove(e->text + from, e->text + to, strlen(e->text + to) + 1);
    e->at = from;
}

static size_t before(const struct edit *e)
{
    size_t i = e->at;
    while (i > 0 && ((unsigned char)e->text[--i] & 0xc0) == 0x80)
        ;
    return i;
}

static size_t after(const struct edit *e)
{
    const char *p = e->text + e->at;
    utf8_next(&p);
    return (size_t)(p - e->text);
}

/* Start of the word before the cursor: blanks and '/' end words. */
static size_t word_start(const struct edit *e)
{
    size_t i = e->at;
    while (i > 0 && strchr(" /", e->text[i - 1]))
        i--;
    while (i > 0 && !strchr(" /", e->text[i - 1]))
        i--;
    return i;
}

static void insert_paste(struct edit *e, const char *text)
{
    for (; *text; text++) {
        char c = (unsigned char)*text < 0x20 ? ' ' : *text;
        insert(e, &c, 1);
    }
}

static bool control_key(struct edit *e, uint32_t ch)
{
    switch (ch) {
    case 'a':
        e->at = 0;
        return true;
    case 'e':
        e->at = strlen(e->text);
        return true;
    case 'u':
        cut(e, 0, e->at);
        return true;
    case 'k':
        e->text[e->at] = '\0';
        return true;
    case 'w':
        cut(e, word_start(e), e->at);
        return true;
    default:
        return false;
    }
}

bool edit_key(struct edit *e, const struct key_event *event)
{
    struct str s = STR_INIT;
    if (e->offered && (event->key.code == K_CHAR || event->key.code == K_PASTE))
        edit_set(e, "");
    e->offered = false;
    switch (event->key.code) {
    case K_CHAR:
        utf8_add(&s, event->key.ch);
        insert(e, s.s, s.len);
        str_done(&s);
        return true;
    case K_CTRL:
        return control_key(e, event->key.ch);
    case K_PASTE:
        insert_paste(e, event->text);
        return true;
    case K_BACKSPACE:
        cut(e, before(e), e->at);
        return true;
    case K_DELETE:
        cut(e, e->at, after(e));
        return true;
    case K_LEFT:
        e->at = before(e);
        return true;
    case K_RIGHT:
        e->at = after(e);
        return true;
    case K_HOME:
        e->at = 0;
        return true;
    case K_END:
        e->at = strlen(e->text);
        return true;
    default:
        return false;
    }
}

/* The part of the path before the cursor that is being completed. */
static size_t name_start(const struct edit *e)
{
    size_t i = e->at;
    while (i > 0 && e->text[i - 1] != '/')
        i--;
    return i;
}

char *edit_folder(const struct edit *e)
{
    return xstrndup(e->text, name_start(e));
}

static bool fits(const char *name, const char *typed, size_t n)
{
    return strncmp(name, typed, n) == 0 && (name[0] != '.' || (n > 0 && typed[0] == '.'));
}

static size_t shared(const char *a, const char *b, size_t n)
{
    size_t i = 0;
    while (i < n && a[i] && a[i] == b[i])
        i++;
    return i;
}

bool edit_complete(struct edit *e, char *const *names, size_t n, struct str *fitting)
{
    const char *typed = e->text + name_start(e), *common = NULL;
    size_t have = strlen(typed) - strlen(e->text + e->at), length = 0;
    for (size_t i = 0; i < n; i++) {
        if (!fits(names[i], typed, have))
            continue;
        length = common ? shared(common, names[i], length) : strlen(names[i]);
        common = names[i];
        if (fitting)
            str_printf(fitting, "%s%s", fitting->len ? " " : "", names[i]);
    }
    if (length > have && common[length - 1] == '/' && e->text[e->at] == '/')
        length--;
    if (length <= have)
        return false;
    e->offered = false;
    insert(e, common + have, length - have);
    return true;
}

void edit_replace(struct edit *e, size_t from, const char *text)
{
    cut(e, from < e->at ? from : e->at, e->at);
    insert(e, text, strlen(text));
}

void edit_draw(const struct edit *e, struct canvas *canvas, struct area area)
{
    if (area_empty(area))
        return;
    struct str left = STR_INIT;
    char head[EDIT_MAX];
    snprintf(head, sizeof head, "%.*s", (int)e->at, e->text);
    str_add_safe(&left, head);
    int cells = text_width(left.s ? left.s : ""), shift = cells >= area.w ? cells - area.w + 1 : 0;
    canvas_fill(canvas, (struct area){area.x, area.y, area.w, 1}, ROLE_INPUT, ' ');
    canvas_put(canvas, area, -shift, 0, e->offered ? ROLE_SELECT : ROLE_INPUT, e->text);
    canvas->cursor_x = area.x + cells - shift;
    canvas->cursor_y = area.y;
    str_done(&left);
}
