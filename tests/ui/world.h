/* A made-up data set, run and result, the same at every call, for tests of screens.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_TEST_WORLD_H
#define FL_TEST_WORLD_H

#include "ui/screen.h"

/* What screens asked the app for. */
struct asked {
    char what[64], text[4 * OPTION_TEXT_MAX];
    enum cmd_kind command; /* submitted: with its number, its path, and list[0] as text */
    int64_t number;
    double real;
    char path[OPTION_TEXT_MAX], path2[OPTION_TEXT_MAX];
    size_t n_items, n_list;
    uint64_t job;
    int mode; /* of its options; -1 none */
    bool views; /* they say how many */
    void (*chosen)(void *user, int choice);
    void (*typed)(void *user, const char *text);
    void *user;
};

struct world {
    struct ui_model model;
    struct ui_calls calls;
    struct options options;
    struct snapshot *snap;
    struct asked asked, asked_before;
    const struct block *block; /* what the app gives for every id; the world's */
    int submitted; /* commands so far */
    char view[OPTION_TEXT_MAX]; /* the view that the run's folder keeps */
};

/* 3,670 pictures of five classes, 27 of them skipped; no run yet. */
void world_init(struct world *w);
void world_done(struct world *w);

void world_no_data(struct world *w);
void world_rescanned(struct world *w); /* without the first class, and without the first 40 files of the others */
void world_scanning(struct world *w); /* the listing only, and a scan job at a third */
void world_loading(struct world *w);  /* a run that loads libtorch */
void world_running(struct world *w);  /* staged, 5 + 5 epochs, in the middle of epoch 7 */
void world_done_run(struct world *w); /* the same at its end, with a result */

void world_queue(struct world *w);   /* three runs wait */
void world_gauges(struct world *w);   /* readings of a machine with a GPU beside it */

void world_resumed(struct world *w); /* the same, gone on after 5 epochs in a new session */
void world_long(struct world *w);    /* 200 of 300 epochs: more steps than the snapshot keeps */

#endif
