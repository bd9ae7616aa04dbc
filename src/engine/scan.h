/* The scan as jobs run it: with progress in the snapshot, stopped by the job's cancel.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_ENGINE_SCAN_H
#define FL_ENGINE_SCAN_H

#include "data/dataset.h"
#include "engine/internal.h"

/* The caller frees *out. errors: those of dataset_scan. thread: any but a pool thread */
enum err_code scan_dataset(struct dataset **out, struct job *job, const char *root, const struct options *options,
                           enum pool_priority priority, struct err *err);

#endif
