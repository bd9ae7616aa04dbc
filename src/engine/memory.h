/* How much memory there is: the machine's, or of the tightest container or batch job around the process.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_ENGINE_MEMORY_H
#define FL_ENGINE_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

/* Bytes in use and in all: of what counts, that with the least left. Files that are only cached are not in use. False: not known.
 * root: "", or a folder with proc and sys in it, for tests. source: proc(5), cgroups(7) and the kernel's cgroup-v1 and -v2 documents.
 * Thread-safe. */
bool memory_read(const char *root, uint64_t *used, uint64_t *total);

/* Bytes that are left; 0: not known. */
uint64_t memory_left(void);

#endif
