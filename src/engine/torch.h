/* libtorch, loaded when the first job needs it. thread: engine.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_ENGINE_TORCH_H
#define FL_ENGINE_TORCH_H

#include "engine/internal.h"
#include "fl_torch.h"

#define TORCH_WARNING 200 /* bytes of a warning */

struct torch {
    void *module;
    const struct fl_table *fl;
    int n_threads;
    double seconds; /* that loading took */
};

/* The table, loaded on the first call; n_threads 0: the engine's. The number of threads holds for the whole process from the first call on.
 * errors: UNSUPPORTED (no shim, no libtorch), with what to install; TORCH */
enum err_code torch_get(struct engine *e, int n_threads, const struct torch **out, struct err *err);
/* The last thing that libtorch warned of since the call before; "" nothing. Before a run has its log they would be lost. thread: any */
void torch_take_warning(char out[TORCH_WARNING]);
/* Between jobs: memory kept for the next step goes back. NULL is fine; engine thread. */
void torch_idle(const struct torch *torch);
void torch_free(struct torch *torch); /* the module stays: libtorch cannot be unloaded */

#endif
