/* What a test asks of the emulated card. Device memory is host memory here, with a page behind it
 * that must not be touched.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_TEST_EMULATED_H
#define FL_TEST_EMULATED_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum emulated_order { EMULATED_FORWARD, EMULATED_BACKWARD, EMULATED_SHUFFLED };

/* What has been asked of the card since emulated_reset. */
struct emulated_state {
    int device;          /* set last; -1 none */
    int n_calls;         /* of the runtime, launches with them */
    int n_after_failure; /* of these after one had failed */
    int n_other_stream;  /* on another stream than the one expected */
    int n_no_device;     /* before a device was set */
    int n_copies, n_kernels;
    int n_split_barriers; /* blocks whose threads did not all come to each __syncthreads */
};

/* Forgets all that waits; work is then expected on stream. fail_at: the call (from 1) that fails
 * with CUDA's error number; 0 none. */
void emulated_reset(const void *stream, int fail_at, int error);
/* Does what waits in the stream, blocks and threads in this order: a right kernel gives the same in
 * each. One that does not end ends the process, with a line that says so. */
void emulated_sync(enum emulated_order order);
struct emulated_state emulated_seen(void);

/* n bytes that end at the page that must not be touched, align being their alignment; filled with
 * 0xa5. */
void *emulated_alloc(size_t n, size_t align);
/* Nothing outside the n bytes was written to. */
int emulated_intact(const void *memory);
void emulated_free(void *memory);

#ifdef __cplusplus
}
#endif
#endif
