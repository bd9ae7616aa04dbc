/* A run's folder: its record and its tables. Everything is written beside, synced and renamed; steps.csv grows by whole lines.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_ENGINE_RUN_H
#define FL_ENGINE_RUN_H

#include "engine/block.h"
#include "engine/record.h"

struct run {
    char *folder;                  /* absolute; NULL: no run */
    int lock;                      /* of the folder, for as long as the run trains; -1: without one */
    bool made;                     /* the folder was made for this run */
    struct record record;
    struct epoch_metrics *metrics; /* of the epochs done */
    size_t n_metrics, cap_metrics;
    struct str steps;              /* lines not yet in steps.csv */
    double steps_flushed;          /* clock_now */
    struct str predictions, confusion; /* the best epoch's tables, while they are not yet written */
    bool grumbled, told;           /* steps.csv could not be written: the log says so, the run's events too */
};

/* Makes and locks the folder: option run, else runs-dir/YYYYMMDD-HHMMSS-MODE-MODEL, with -2, -3 if taken. The record is initialised, nothing is written yet.
 * errors: INVALID (a folder that is not empty: names resume), BUSY, IO */
enum err_code run_create(struct run *run, const struct options *options, const char *mode, const char *model,
                         struct err *err);
/* Whether option run can be the folder of a new run. errors: INVALID, IO, NOT_FOUND */
enum err_code run_check_folder(const char *given, struct err *err);
/* An existing folder: reads the record, locks it, removes leftovers. errors: NOT_FOUND, FORMAT, BUSY (another process trains it) */
enum err_code run_open(struct run *run, const char *folder, struct err *err);
/* A run that never began: its folder goes when it was made for it and nothing is in it. */
void run_discard(const struct run *run);
void run_done(struct run *run);

char *run_path(const struct run *run, const char *name); /* the caller frees it */
enum err_code run_write(const struct run *run, const char *name, const struct str *text, struct err *err);
enum err_code run_save_record(struct run *run, struct err *err); /* run.ini */

/* The program's part of the record: versions, host, time. command: for a new run, NULL for one that goes on. */
void run_describe(struct record *r, const char *command);

void run_add_metrics(struct run *run, const struct epoch_metrics *m);
void run_metrics_text(struct str *out, const struct run *run);
enum err_code run_save_metrics(const struct run *run, struct err *err);

/* Step lines: gathered, and appended to steps.csv about once a second; flush writes the rest. A failure is logged once and does
 * not stop the run; the lines are kept for the next time, some thousands of them. */
void run_add_step(struct run *run, const struct step_point *p, int epoch);
void run_flush_steps(struct run *run);
/* The last lines of steps.csv, max at most, into out; what cannot be read is not there. Returns how many. */
size_t run_read_steps(const struct run *run, struct step_point *out, size_t max);
uint64_t run_steps_size(const struct run *run);                /* bytes of steps.csv */
void run_cut_steps(const struct run *run, uint64_t size);      /* back to a checkpoint's length */

/* predictions.csv and confusion.csv: gathered, and written by flush, which keeps what could not be written for the next time. */
void run_keep_result(struct run *run, const struct result_view *result);
enum err_code run_flush_result(struct run *run, struct err *err);

#endif
