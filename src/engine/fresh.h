/* A new training run, for the jobs that start one.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_ENGINE_FRESH_H
#define FL_ENGINE_FRESH_H

#include "engine/trainer.h"

/* Trains on the class folders of root. *folder (may be NULL) gets the run's folder once there is one; the caller frees it. */
enum err_code train_fresh(struct job *job, const char *root, const struct options *options, char **folder,
                          struct err *err);

/* The first steps of one, for a dry run: no folder yet. record's model, classes, recipe and options are set before train_build_net.
 * first_values: of the record's weight file, where it has one; false: a checkpoint gives all values, and that file need not be there. */
void trainer_init(struct trainer *t, struct job *job);
/* The weight file, or NULL for fresh weights (the caller frees it). Without one the default mode falls back to scratch, with a warning in the log; a
 * chosen mode does not. errors: NOT_FOUND, INVALID */
enum err_code train_choose_weights(const struct options *o, const struct arch *arch, enum mode *mode, char **path, struct err *err);
enum err_code train_split(struct trainer *t, const struct options *o, struct err *err); /* t->ds into t->split, as the options say */
/* libtorch, device and precision, into the record too. before: of a run that goes on, NULL none. */
enum err_code train_load_torch(struct trainer *t, const struct options *o, const struct trained_with *before, struct err *err);
enum err_code train_build_net(struct trainer *t, bool first_values, struct err *err);

/* Seconds a square: of a step, of the pass before the first block that trains, of a whole pass. */
struct speed {
    double step, frozen, forward;
};
enum features_use { FEATURES_NONE, FEATURES_COMPUTED, FEATURES_THERE }; /* THERE: since an earlier phase */
/* Seconds of a phase on so many pictures, those of the validation part in that many views. Features are computed in one pass, for later phases
 * with the same cut too; the steps then begin at the cut. */
double estimate_phase(int epochs, size_t n_train, size_t n_val, int views, const struct speed *speed, enum features_use features);

/* The same for a new run and one that goes on. */
enum err_code train_load_data(struct trainer *t, const char *root, const struct options *o, struct err *err);
void train_warn_of_missing(struct trainer *t, size_t missing, const char *split); /* told when the run begins: there is no log before */
void train_choose_scale(struct trainer *t); /* the scale of the loss is the precision's, and a run may go on on another kind of device */
void train_log_here(struct trainer *t);     /* from now on the log is the run's */
void train_open_to_viewers(struct trainer *t);
enum err_code train_prepared(struct trainer *t, const char *how, struct err *err); /* trains */

#endif
