/* Inside of the Results screen, for screen_results.c and results_draw.c.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_RESULTS_SCREEN_H
#define FL_UI_RESULTS_SCREEN_H

#include "ui/results_classes.h"
#include "ui/results_newest.h"
#include "ui/results_pictures.h"
#include "ui/w_matrix.h"

enum part { PART_MATRIX, PART_CLASSES, PART_MISTAKES, PARTS };
enum over { OVER_NOTHING, OVER_CELL, OVER_ANSWERS };

/* A result that this screen asked for. */
struct own_result {
    const struct block *block;
    struct result_view view;
    char run[OPTION_TEXT_MAX];
};

struct results_screen {
    const struct ui_calls *calls;
    struct own_result own, answers;   /* of a run that was opened; of files to classify */
    struct newest newest;             /* while the session has no run */
    uint64_t job, answer_job;         /* under way, 0 none */
    bool evaluates;                   /* that is what job does */
    char asked[OPTION_TEXT_MAX];      /* run that job reads */
    char classifier[OPTION_TEXT_MAX]; /* run that files go to */
    char problem[1040];               /* why there is none */
    bool hopeless;                    /* an evaluation would not help */
    enum part part;
    enum over over;
    struct matrix matrix;
    struct classes classes;
    struct picks mistakes, cell, files;
    struct picks strip; /* the mistakes again, below a part that leaves room */
    struct picture_sizes sizes;
    const struct block *made_block; /* what the lists were made from */
    uint64_t made_version;
    uint64_t own_version;
};

/* The result on the screen. */
struct shown {
    const struct result_view *view; /* NULL: none */
    const struct block *block;
    uint64_t version;
    const char *root, *run;
};

struct shown results_shown(const struct results_screen *s, const struct ui_model *model);
/* The lists, made from what is shown. */
void results_refresh(struct results_screen *s, const struct shown *shown);
/* The pictures that have the keys, NULL: something else has them. */
struct picks *results_picks(struct results_screen *s);

/* results_draw.c */
void results_draw(void *self, struct canvas *c, struct area body, const struct ui_model *model);

#endif
