/* Host memory for large tensors: on huge pages, kept and used again.
 * Every step of a training run maps and unmaps hundreds of megabytes of maps of activations; page faults were half of the time of a
 * MobileNetV2 step. Any thread.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_MEMORY_H
#define FL_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FL_MEMORY_ALIGN 64 /* bytes: a cache line, and the widest vector */

/* n_bytes > 0, not cleared, aligned to FL_MEMORY_ALIGN; fl_memory_put frees it. NULL: out of memory. */
void *fl_memory_get(size_t n_bytes);
void fl_memory_put(void *memory);

/* Gives what is kept and not in use back to the system. */
void fl_memory_release(void);

/* Bytes of large blocks: in use, and kept for the next request. Sum <= 1.25 * the most ever in use since the last release. */
void fl_memory_state(size_t *used, size_t *kept);

#ifdef __cplusplus
}
#endif

#endif
