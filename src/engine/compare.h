/* Several runs beside each other: what their folders say, and which settings differ. No engine needed.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_ENGINE_COMPARE_H
#define FL_ENGINE_COMPARE_H

#include "engine/engine.h"

struct setting {
    char *name, *value;
};

/* A run of a comparison. */
struct compared {
    char *folder;  /* absolute */
    char *problem; /* "" or why there is nothing, or not everything, of it */
    size_t n_epochs, cap_epochs;
    struct compare_epoch *epochs;
    size_t n_settings, cap_settings;
    struct setting *settings; /* each name once */
};

/* A setting that is not the same in all runs. */
struct difference {
    const char *name, *values[COMPARE_RUNS]; /* borrowed from the runs; "" when a run has none */
};

struct comparison {
    size_t n_runs;
    struct compared runs[COMPARE_RUNS];
    size_t n_settings, n_same;
    struct difference *settings; /* in the order of run.ini */
};

/* The settings in the text of a run.ini: options, recipe, data, model, machine, version; not how the run went. What an option
 * means in the end stands for the option. errors: FORMAT */
enum err_code compared_settings(struct compared *run, const char *ini, struct err *err);
/* The epochs of a metrics.csv. errors: FORMAT (no column epoch, val_loss or val_acc) */
enum err_code compared_epochs(struct compared *run, const char *csv, size_t n, struct err *err);
/* Both from a run's folder; what cannot be read is its problem. The run must be zeros. */
void compared_read(struct compared *run, const char *folder);

/* Fills the differences of the runs that are there. An option that only some runs set has its default in the others. */
void comparison_differ(struct comparison *c);
void comparison_done(struct comparison *c);

#endif
