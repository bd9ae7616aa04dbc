/* Small pieces that several screens draw.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_PARTS_H
#define FL_UI_PARTS_H

#include "engine/engine.h"
#include "ui/action.h"
#include "ui/canvas.h"
#include "ui/keymap.h"

/* First row of a: a heading, stronger when its part has the keys; right (or NULL) dim at the right
 * end. Returns the rows below. */
struct area parts_heading(struct canvas *c, struct area a, bool focus, const char *text,
                          const char *right);

/* A line through the whole area: vertical when it is one cell wide. */
/* A bar in its track, so that its length says of how much. */
void parts_gauge(struct canvas *c, struct area a, int x, int y, int width, enum role role, double share);
/* A message in its row; one that is longer begins above it, and covers what is there: its end often
 * says the way out. */
void parts_message(struct canvas *c, struct area row, enum role role, const char *text);
/* Behind the name of the column that a list is sorted by. */
const char *parts_sort_sign(const struct canvas *c, bool reverse);
void parts_line(struct canvas *c, struct area a);

/* Bytes of the first words of text that fit into width cells; one word at least. */
size_t parts_words(const char *text, int width);

/* Words of text over the rows of a, in role; the last row is cut where there is more. Returns the
 * rows used. */
int parts_wrap(struct canvas *c, struct area a, enum role role, const char *text);

/* Lines of text in the middle of the area; a line is cut where it does not fit. */
void parts_centre(struct canvas *c, struct area a, enum role role, const char *const *lines,
                  size_t n);

/* Text in the middle of a row, cut in its own middle where it is too long. */
void parts_middle(struct canvas *c, struct area a, int y, enum role role, const char *text);

/* The first key of an action, as the key bar shows it, for sentences; ":NAME" when none is left.
 * The defaults, until parts_use_keys tells what is in force. thread: the UI thread */
const char *parts_key(enum action action);

/* A sentence, for why_not; until the next one. */
const char *parts_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Why something cannot be done, and the way out: ACTION_OPEN_FOLDER or ACTION_DATA. Holds until the next call. */
const char *parts_no_data(enum action way);
void parts_use_keys(const struct keymap *map);

/* The training job in the engine's slot, or NULL. */
const struct job_view *parts_training(const struct snapshot *snap);
/* Why a run's best weights cannot be used now; saved: there are some. NULL: they can. */
const char *parts_no_weights(const struct snapshot *snap, bool saved);

/* "decoding 1234 of 4317 ████   3 skipped, 12 s" over the first row of a. */
void parts_job(struct canvas *c, struct area a, const struct job_view *job);

/* Width / height of a picture's place: its own, within bounds, or what most photos have while it is not known. */
double parts_aspect(int width, int height);

/* What is known of something: its name dim, then its value, cut in its middle where middle says so. */
void parts_fact(struct canvas *c, struct area a, int y, const char *name, enum role role, const char *value, bool middle);
/* The same over rows rows, of which the value takes two where it needs them and there are two. Returns those used. */
int parts_long_fact(struct canvas *c, struct area a, int y, int rows, const char *name, const char *value);

/* A class's own role: the same one everywhere, by its index. */
enum role parts_class_role(int cls);

/* The picture of a file, whose name counts from root unless it is absolute; false: its path is too
 * long to be asked for. */
bool parts_picture(struct picture_want *want, const char *root, const char *name);

#endif
