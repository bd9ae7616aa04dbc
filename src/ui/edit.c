/* A line of text being edited.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/edit.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/path.h"
#include "ui/glyph.h"

void edit_set(struct edit *e, const char *text)
{
    snprintf(e->text, sizeof e->text, "%s", text);
    e->at = strlen(e->text);
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

/* Shortens common to what it shares with name. */
static void share(char *common, const char *name, bool first)
{
    if (first) {
        snprintf(common, 256, "%s", name);
        return;
    }
    size_t i = 0;
    while (common[i] && common[i] == name[i])
        i++;
    common[i] = '\0';
}

/* The common beginning of the folder's names that begin with prefix; how many there are. */
static int common_name(const char *folder, const char *prefix, char common[256])
{
    DIR *dir = opendir(*folder ? folder : ".");
    int n = 0;
    for (struct dirent *d; dir && (d = readdir(dir));) {
        bool hidden = d->d_name[0] == '.' && prefix[0] != '.';
        if (hidden || !str_starts(d->d_name, prefix) || str_eq(d->d_name, ".") ||
            str_eq(d->d_name, ".."))
            continue;
        share(common, d->d_name, n++ == 0);
    }
    if (dir)
        closedir(dir);
    return n;
}

bool edit_complete_path(struct edit *e)
{
    char common[256] = "", typed[EDIT_MAX];
    snprintf(typed, sizeof typed, "%.*s", (int)e->at, e->text);
    char *path = path_expand(typed);
    const char *prefix = path_base(path);
    char *folder = xstrndup(path, (size_t)(prefix - path));
    int n = common_name(folder, prefix, common);
    size_t have = strlen(prefix), before_at = e->at;
    if (n > 0)
        insert(e, common + have, strlen(common) - have);
    char *full = path_join(folder, common);
    if (n == 1 && path_is_folder(full) && e->text[e->at] != '/')
        insert(e, "/", 1);
    free(full);
    free(folder);
    free(path);
    return e->at != before_at;
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
    canvas_put(canvas, area, -shift, 0, ROLE_INPUT, e->text);
    canvas->cursor_x = area.x + cells - shift;
    canvas->cursor_y = area.y;
    str_done(&left);
}
