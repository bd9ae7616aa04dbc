/* Inside of Setup, for screen_setup.c and setup_*.c.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_SETUP_PRIVATE_H
#define FL_UI_SETUP_PRIVATE_H

#include "nn/arch.h"
#include "ui/queued.h"
#include "ui/screen.h"
#include "ui/w_filter.h"
#include "ui/w_list.h"

enum item_kind { ITEM_MODE, ITEM_PRESET, ITEM_HEADING, ITEM_OPTION };

/* A row that is listed: a choice of mode or preset, a group's heading, an option. */
struct item {
    enum item_kind kind;
    int index; /* mode, preset, or option id (heading: of its first option) */
};

#define CHOICES (MODE_COUNT + PRESET_COUNT)

struct setup_screen {
    const struct ui_calls *calls;
    struct ui_model *model; /* of the last action, for what menus and prompts hand back */
    struct item items[CHOICES + 2 * OPTION_COUNT];
    size_t n_items;
    size_t shown[CHOICES + 2 * OPTION_COUNT]; /* items that the filter lets through */
    size_t n_shown, selected;                 /* index into shown */
    size_t first;      /* of those shown, in the first row of the list of options */
    int mode;          /* the last one that was drawn, -1 none: another one has the selection that it had */
    struct filter filter;
    struct list options;
    int edited;          /* option that a menu or prompt is open for */
    struct graph *graph; /* of the model chosen, for the ladder */
    uint64_t script_job; /* writes script; 0 none */
    char script[OPTION_TEXT_MAX];
    uint64_t estimate_job;      /* runs; 0 none */
    bool start_behind;          /* a run begins when it has stopped */
    struct options *estimated;  /* the settings of the estimate, and what came of it; NULL none */
    char estimate[160];
    uint64_t weights_job;       /* looks for weights; 0 none */
    char *weights;              /* its answer; NULL: not known */
    struct list queue;   /* runs that wait */
    struct queued_pick queue_pick;
    bool queue_open;     /* they have the keys */
};

/* --- setup_items.c: which rows there are ------------------------------------------------------ */

void setup_items(struct setup_screen *s);
/* Shows what the filter lets through; the selected item stays selected when it is still there, else
 * the first option is. */
void setup_filter(struct setup_screen *s);
/* A mode that is selected stays the one that is chosen, also when it is chosen elsewhere. */
void setup_follow_mode(struct setup_screen *s, int mode);
const struct item *setup_selected(const struct setup_screen *s); /* NULL: nothing is shown */
enum option_id setup_option(const struct item *item);
size_t setup_shown_choices(const struct setup_screen *s); /* modes and presets come first */
bool setup_move(struct setup_screen *s, enum action action); /* headings are stepped over */
/* The rows that can be selected, or the runs that wait where these have the keys. */
struct ui_rows setup_rows(void *self, struct ui_model *model, const size_t *go);
bool setup_mouse(void *self, const struct hit *hit, const struct mouse *m, struct ui_model *model);

/* --- setup_text.c: what a row says ------------------------------------------------------------ */

const char *setup_help(const struct item *item); /* a sentence */
/* Everything about the row: what it does, range, value and where it came from, other ways to set it. */
void setup_explain(struct str *out, const struct item *item, const struct options *o,
                   const struct recipe *recipe);

/* --- setup_command.c: the settings as a command ----------------------------------------------- */

/* The command line of model's settings. */
void setup_command(struct str *out, const struct ui_model *model);
/* A script for sh that goes to folder and gives the command, with its own arguments behind. */
void setup_script(struct str *out, const struct ui_model *model, const char *folder);
void setup_copy(struct setup_screen *s);
void setup_ask_script(struct setup_screen *s);
void setup_script_event(struct setup_screen *s, const struct notice *notice);

/* --- setup_edit.c: changing values ------------------------------------------------------------ */

void setup_edit(struct setup_screen *s, const struct item *item);
/* The next or previous value: of a menu, or in the steps 1, 2, 5 of a number. False: it is typed. */
bool setup_cycle(struct setup_screen *s, enum option_id id, bool back);
/* The number after or before v in the series 1, 2, 5, 10, ..., within the row's bounds. */
double setup_step(const struct option_row *row, double v, bool back);
/* Moves the cut: option train-from. */
void setup_move_cut(struct setup_screen *s, bool later);
const char *setup_cut_why_not(const struct setup_screen *s, bool later, const struct ui_model *model);
void setup_back_to_default(struct setup_screen *s, enum option_id id);

/* --- setup_queue.c: runs that wait ------------------------------------------------------------- */

void setup_queue_ask(struct setup_screen *s); /* this run, or all modes? */
/* An action while the queue has the keys; false: none of its own. */
bool setup_queue_action(struct setup_screen *s, enum action action);
const char *setup_queue_why_not(const struct setup_screen *s, enum action action, const struct ui_model *model);
/* Takes rows off the bottom of *a for the runs that wait: all that fit when they have the keys, else a line. */
void setup_queue_draw(struct setup_screen *s, struct canvas *c, struct area *a, const struct snapshot *snap);

/* --- setup_estimate.c -------------------------------------------------------------------------- */

void setup_estimate(struct setup_screen *s); /* begins one, or stops the one that runs */
void setup_start(struct setup_screen *s);    /* a run, where an estimate runs behind that: it is stopped */
void setup_estimate_event(struct setup_screen *s, const struct notice *notice);
/* "estimate: 3 min 20 s, ..." at the right end of row. */
void setup_estimate_draw(const struct setup_screen *s, struct canvas *c, struct area row, const struct options *now);

/* --- setup_weights.c: pretrained weights on this machine ----------------------------------------- */

enum setup_weights { WEIGHTS_UNKNOWN, WEIGHTS_FOUND, WEIGHTS_NONE };

void setup_weights_ask(struct setup_screen *s);
void setup_weights_event(struct setup_screen *s, const struct notice *notice);
/* What a search comes to for the model; UNKNOWN also where a file is given. file: where they are, or "". */
enum setup_weights setup_weights(const struct setup_screen *s, const struct options *o, char *file, size_t size);
/* A model in the menu: its name, how large it is, and whether weights are here. */
#define MODEL_TEXT 80
void setup_model_text(char out[MODEL_TEXT], const struct setup_screen *s, const char *name);
/* The mode needs weights, and there are none. */
bool setup_weights_lack(const struct setup_screen *s, const struct options *o);
/* The file that was found, or where one can be had, on the rows that it matters to. False: nothing to say. */
bool setup_weights_words(char *out, size_t size, const struct setup_screen *s, const struct item *item,
                         const struct options *o);
/* As engine_recipe, of what a run started now would do: scratch where the default mode lacks weights. */
enum err_code setup_recipe(const struct setup_screen *s, const struct options *o, struct recipe *recipe, struct err *err);

/* --- setup_draw.c ----------------------------------------------------------------------------- */

void setup_draw(void *self, struct canvas *c, struct area body, const struct ui_model *model);

#endif
