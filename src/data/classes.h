/* From folders to classes: the first level or the leaves, below the root or below train, val and test.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_DATA_CLASSES_H
#define FL_DATA_CLASSES_H

#include "data/dataset.h"

/* A folder that was met; name relative to the root, "" the root itself. n_files, n_folders: directly in it. */
struct folder {
    char *name;
    size_t n_files, n_folders;
};

struct folder_list {
    struct folder *list;
    size_t n, cap;
};

size_t folder_list_add(struct folder_list *folders, const char *name); /* its index */
void folder_list_done(struct folder_list *folders);

/* Fills ds->classes from the folders, gives each file its class and part, and sorts the files. Pending files without a
 * class become FILE_LOOSE or FILE_UNKNOWN_CLASS. */
void classes_assign(struct dataset *ds, struct folder_list *folders, const struct scan_config *config);

#endif
