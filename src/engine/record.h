/* The record of a run: everything that run.ini holds.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_ENGINE_RECORD_H
#define FL_ENGINE_RECORD_H

#include "config/option.h"
#include "stats/metrics.h"
#include "stats/recipe.h"

/* Something that was done to a running run. */
struct tape_entry {
    int64_t step;  /* after this step of the run */
    int epoch;
    char text[64]; /* "rate x 0.1", "paused", "extended by 2" */
};

/* Fields may be read and set; texts belong to the record. */
struct record {
    /* how it stands */
    char state[16];        /* "running", "stopped", "done", "failed" */
    char *note;            /* why it ended */
    int epochs_done;
    struct best best;
    double nearest_mean;   /* accuracy of the class whose mean features are nearest, NaN unknown */
    double seconds;        /* of features and epochs, all sessions together */
    /* how it came about */
    char *command, *version, *commit, *host, *started, *updated;
    int64_t pid;
    char *socket;          /* where the process that trains it can be reached; "" nowhere */
    char *data;            /* absolute */
    uint64_t fingerprint;
    char mode[24], preset[16], model[32];
    char *weights, *match; /* "" without a file */
    char device[16], device_title[96], precision[8], torch[32];
    int threads;
    struct options options;
    struct recipe recipe;
    int n_classes;
    char **classes;
    size_t n_tape, cap_tape;
    struct tape_entry *tape;
};

void record_init(struct record *r);
void record_done(struct record *r);
void record_set(char **field, const char *text);        /* replaces a text */
void record_classes(struct record *r, char *const *names, int n);
void record_tape(struct record *r, int64_t step, int epoch, const char *text);

void record_write(struct str *out, const struct record *r);
/* errors: NOT_FOUND (no run folder: names what is missing), FORMAT */
enum err_code record_read(struct record *r, const char *folder, struct err *err);

/* Somebody trains it, this process included (whose number it has then). folder: of the run; its lock knows. Without one what counts is whether
 * the record's process is there on this machine. */
bool record_alive(const struct record *r, const char *folder);
bool record_process(const struct record *r); /* the process that it names is there on this machine, whatever it does now */

#endif
