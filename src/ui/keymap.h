/* Which key does what: the action table's defaults and the user's "bind" lines.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_KEYMAP_H
#define FL_UI_KEYMAP_H

#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"
#include "ui/action.h"
#include "ui/keys.h"

#define KEYMAP_KEYS 4
#define KEYMAP_MARK "*" /* before a key from a bind line */

struct keymap {
    struct {
        int n;
        struct key keys[KEYMAP_KEYS]; /* the user's first */
        bool user[KEYMAP_KEYS]; /* from a bind line */
    } of[ACTION_COUNT];
};

void keymap_default(struct keymap *map);

/* The defaults and the bind lines of the config file. report (may be NULL) is called for every line that is wrong, with file and line. */
typedef void keymap_report(const struct err *err, void *user);
void keymap_load(struct keymap *map, keymap_report *report, void *user);
void keymap_check(keymap_report *report, void *user); /* the same, for the reports alone */

/* "bind KEY ACTION" or "KEY ACTION". Takes the key from actions that have it by default in a common
 * context. errors: INVALID (unknown key or action, too many keys, another bind line took the key:
 * names both) */
enum err_code keymap_bind(struct keymap *map, const char *line, struct err *err);

/* The action of a key on a screen; ACTION_NONE when it has none. */
enum action keymap_find(const struct keymap *map, unsigned context, struct key key);

/* "*F5, r": the keys of an action. */
void keymap_names(struct str *out, const struct keymap *map, enum action action);

/* Two actions that share a key in a common context; false when there is no such pair. */
bool keymap_conflict(const struct keymap *map, enum action *a, enum action *b);

/* "Data, Runs", or "every screen". */
void contexts_names(struct str *out, unsigned contexts);

/* The manual's table of actions as troff (a tbl-free list of .TP items). */
void actions_manual(struct str *out);

#endif
