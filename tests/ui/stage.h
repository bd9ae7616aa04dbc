/* A screen in a world, drawn without a terminal and compared with golden texts. FL_GOLDEN_WRITE=1 writes them anew.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_TEST_STAGE_H
#define FL_TEST_STAGE_H

#include "ui/world.h"

/* A screen with its own state in a world. */
struct stage {
    struct world world;
    const struct screen_ops *ops;
    void *self;
};

void stage_open(struct stage *s, const struct screen_ops *ops);
void stage_close(struct stage *s);

void act(struct stage *s, enum action action);
/* As the app does it: title row above, status line and key bar below. The caller frees: canvas_done. */
void draw(struct stage *s, struct canvas *c, int cols, int rows, bool ascii);

/* A key as the app takes it: the text field first, then why not, then the action. Returns why not, or NULL. */
const char *stage_key(struct stage *s, const char *name);
/* The mouse on the first place of the text at 100 x 30, as the app takes it: what is to be opened is. Returns whether it was. */
bool stage_mouse(struct stage *s, const char *text, enum mouse_what what, bool modified);
/* The same on the first hit of the screen with an index. */
bool stage_mouse_index(struct stage *s, size_t index, enum mouse_what what, bool modified);
void stage_type(struct stage *s, const char *letters); /* keys of one letter each */
bool stage_shows(struct stage *s, const char *text);   /* at 100 x 30; prints the screen where it does not */

void golden_file(const char *name, const struct str *text); /* tests/ui/golden/NAME.txt */
void golden(struct stage *s, const char *name); /* text and roles at 80 x 24, text at 160 x 50 */
void golden_at(struct stage *s, const char *name, int cols, int rows, bool ascii);
void golden_sizes(struct stage *s, const char *name); /* as golden, and text at 20 x 5 */

/* What the app does when a job of the screen ends: hands its notices to the screen. bytes becomes the world's block. */
void answer(struct stage *s, enum cmd_kind command, enum block_kind kind, struct str *bytes, const char *text);
void refuse(struct stage *s, enum cmd_kind command, enum err_code code, const char *message, const char *hint);

/* What the app does between keys: the screen's work, to its end. Returns how many slices there were; each: called after one, or NULL. */
int stage_work(struct stage *s, void (*each)(void));

const char *why(struct stage *s, enum action action); /* not */
/* Each action of the screen's own in a state: something is asked for, or the screen changes, or there is a reason why not. opens: makes
 * the state anew. */
void answers_to_all(void (*opens)(struct stage *s));

#endif
