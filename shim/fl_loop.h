/* How the kernels in plain C are given threads.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_LOOP_H
#define FL_LOOP_H

#include <stdint.h>

/* How the caller runs units of work: body(job, 0..n_units-1, thread) each once, in any order, thread in 0..n_threads-1 and no two
 * units at a time with the same; returns when all have run. */
struct fl_loop {
    int n_threads;
    void (*run)(int n_threads, int64_t n_units, void (*body)(void *job, int64_t unit, int thread), void *job);
};

#endif
