/* Popups: help, menu, prompt, question. A small stack; the top one has the keys.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_POPUP_H
#define FL_UI_POPUP_H

#include "ui/w_text.h"

#define POPUPS 4

enum popup_kind { POPUP_TEXT, POPUP_MENU, POPUP_PROMPT };

struct popup {
    enum popup_kind kind;
    char *title;
    char *question; /* above the items, may be NULL */
    char **items; /* of a menu */
    size_t n, selected, top, page; /* top: first shown item; page: items shown last */
    struct text_box text;
    struct edit edit;
    bool path;
    char *fitting; /* names that a path could go on with, or NULL */
    void (*chosen)(void *user, int choice);
    void (*moved)(void *user, int item); /* another item is selected; may be NULL */
    void (*typed)(void *user, const char *text);
    void *user;
};

struct popups {
    int n;
    struct popup stack[POPUPS];
    void (*complete)(void *user, const char *folder); /* Tab in a path: wants popups_complete soon */
    void *complete_user;
};

/* Texts are copied. A new popup over a full stack closes the oldest without telling. */
void popups_text(struct popups *p, const char *title, struct text_box *text); /* takes what is in it */
void popups_paragraphs(struct popups *p, const char *title, const char *text); /* "\n" between */
void popups_menu(struct popups *p, const char *title, const char *question,
                 const char *const *items, size_t n, size_t selected,
                 void (*chosen)(void *user, int choice), void *user); /* -1: closed */
/* text is an answer to take or to write over (edit_offer), or NULL. */
/* The menu just opened tells of every item that is selected, so that it can be shown what it would do. */
void popups_watch(struct popups *p, void (*moved)(void *user, int item));
void popups_prompt(struct popups *p, const char *title, const char *text, bool path,
                   void (*typed)(void *user, const char *text), void *user); /* NULL: closed */
void popups_done(struct popups *p);

/* The names of a folder have come: the path that is typed goes on with them, if it still lies in
 * that folder. */
void popups_complete(struct popups *p, const char *folder, char *const *names, size_t n);

/* The top popup has letters as its own: a field, or a text with its search. */
bool popups_takes_text(const struct popups *p);

/* The top popup takes the key: Esc, C-c close (Esc first the search in a text), Enter chooses; calls the callback after it is gone
 * from the stack. */
void popups_key(struct popups *p, const struct key_event *event);
/* The mouse on a hit of the top popup (NULL: elsewhere): the wheel moves, a click selects an item, one
 * on the selected item chooses it. */
void popups_mouse(struct popups *p, const struct hit *hit, const struct mouse *m);
void popups_draw(struct popups *p, struct canvas *canvas);

#endif
