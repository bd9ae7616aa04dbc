/* The lines of the command prompt: what one means, and what it could go on with. Pure, but for the
 * names of themes, which are read from their folders. SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_COMMAND_H
#define FL_UI_COMMAND_H

#include "base/err.h"
#include "config/option.h"
#include "ui/action.h"

enum command_kind { COMMAND_NOTHING, COMMAND_ROW, COMMAND_MOVE, COMMAND_ACTION, COMMAND_SHOW, COMMAND_SET };

struct command {
    enum command_kind kind;
    int64_t number; /* ROW: from 1 on; MOVE: rows down */
    enum action action;
    enum option_id option;
    char value[OPTION_TEXT_MAX]; /* SET */
};

/* "20", "$", "+5", "-5", "ACTION", "[set] OPTION [=] VALUE", "[set] OPTION". A word that begins just
 * one name stands for it; what is an action and an option is the option where a value follows.
 * errors: INVALID (no such name, not on this screen, several fit, no value) */
enum err_code command_parse(struct command *out, const char *line, unsigned context, struct err *err);

/* What the word before the cursor could become. Zeros are nothing. */
struct candidates {
    struct candidate {
        char *text;
        const char *help; /* of the tables, or "" */
    } *list;
    size_t n, cap;
    size_t from;           /* byte of the line that they begin at */
    bool value;            /* they are values of option */
    bool path;             /* of a path: command_names adds what lies in folder */
    enum option_id option;
    char *folder;          /* as it is typed, "" the current one; NULL without path */
};

/* For the line's bytes before at: names of the context's actions and of all options, or values.
 * Those that begin with the word, else those that have it within. */
void command_complete(struct candidates *out, const char *line, size_t at, unsigned context);
/* Adds the names of the folder that fit the word; hidden ones only where it begins with a point. */
void command_names(struct candidates *out, const char *line, size_t at, char *const *names, size_t n);
void candidates_done(struct candidates *k);

/* Bytes that all have in common. */
size_t candidates_common(const struct candidates *k);

#endif
