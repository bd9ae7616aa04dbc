/* A shim whose processor passes for a GPU: what the engine does for one can be tested without.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_TESTS_FAKE_GPU_H
#define FL_TESTS_FAKE_GPU_H

#include "fl_torch.h"

/* What the test sets and sees; its symbol in the module is fake_gpu_state. */
struct fake_gpu {
    uint64_t memory_free, memory_total; /* that device_select tells, bytes */
    uint64_t peak;       /* that device_peak tells, bytes */
    int n_anew;          /* calls of device_peak that begin anew */
    int64_t no_room;     /* tensors with so many rows do not fit; 0: all do */
    int n_refused;       /* that did not fit */
    unsigned step_ms;    /* an update goes on for so long behind optim_step, as on a card */
    unsigned choosing_ms; /* the next convolution without gradients takes so much longer, once */
};

#define FAKE_GPU_SYMBOL "fake_gpu_state"

#endif
