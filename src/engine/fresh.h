/* A new training run, for the jobs that start one.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_ENGINE_FRESH_H
#define FL_ENGINE_FRESH_H

#include "engine/internal.h"

/* Trains on the class folders of root. *folder (may be NULL) gets the run's folder once there is one; the caller frees it. */
enum err_code train_fresh(struct job *job, const char *root, const struct options *options, char **folder,
                          struct err *err);

#endif
