/* Real folders that a walk has met: links may lead to one twice, or make a circle.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_DATA_FOLDER_SET_H
#define FL_DATA_FOLDER_SET_H

#include <stddef.h>
#include <sys/types.h>

/* Zeroed is empty. One thread. */
struct folder_set {
    struct met {
        dev_t dev;
        ino_t ino;
        char *name; /* NULL: free place */
    } *list;        /* open addressing, a power of two */
    size_t n, cap;
};

/* Takes a folder in under a name (copied). Returns the name under which it was met before, the set's until the next call, or NULL when it is new. */
const char *folder_set_add(struct folder_set *set, dev_t dev, ino_t ino, const char *name);
void folder_set_done(struct folder_set *set);

#endif
