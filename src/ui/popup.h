/* Popups: help, menu, prompt, question. A small stack; the top one has the keys.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_POPUP_H
#define FL_UI_POPUP_H

#include "ui/edit.h"

#define POPUPS 4

enum popup_kind { POPUP_TEXT, POPUP_MENU, POPUP_PROMPT };

struct popup {
    enum popup_kind kind;
    char *title;
    char *question; /* above the items, may be NULL */
    char **items;
    size_t n, selected, top, page; /* top: first shown item; page: items shown last */
    struct edit edit;
    bool path;
    void (*chosen)(void *user, int choice);
    void (*typed)(void *user, const char *text);
    void *user;
};

struct popups {
    int n;
    struct popup stack[POPUPS];
};

/* Texts are copied. A new popup over a full stack closes the oldest without telling. */
void popups_text(struct popups *p, const char *title, const char *const *lines, size_t n);
void popups_menu(struct popups *p, const char *title, const char *question,
                 const char *const *items, size_t n, size_t selected,
                 void (*chosen)(void *user, int choice), void *user); /* -1: closed */
void popups_prompt(struct popups *p, const char *title, const char *text, bool path,
                   void (*typed)(void *user, const char *text), void *user); /* NULL: closed */
void popups_done(struct popups *p);

/* The top popup takes the key: Esc, C-c close, Enter chooses; calls the callback after it is gone
 * from the stack. */
void popups_key(struct popups *p, const struct key_event *event);
void popups_draw(struct popups *p, struct canvas *canvas);

#endif
