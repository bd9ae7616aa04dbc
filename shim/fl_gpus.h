/* What CUDA and NVML tell of the GPUs, by their plain functions, looked up by name: libtorch brings
 * CUDA's runtime along, also where this build knows nothing of it. Nothing of libtorch is used.
 *
 * A context on a GPU takes some hundred MB there and may be forbidden: only where it is said does a
 * call make one. A call that fails leaves no error behind in the runtime, where libtorch would find
 * it behind its next kernel. GPUs are counted as CUDA does. thread: the engine thread
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_GPUS_H
#define FL_GPUS_H

#include "fl_torch.h"

#ifdef __cplusplus
extern "C" {
#endif

#define FL_NVML "libnvidia-ml.so.1"

/* All of GPU index but the memory, which becomes 0: unknown. */
void fl_gpus_describe(struct fl_device_info *out, int index);

/* Bytes free and in all of the thread's current GPU, with a context on it. 0: unknown. */
void fl_gpus_memory_here(uint64_t *free, uint64_t *total);

/* memory_free and memory_total of n described GPUs, from nvml, a library to be opened (NULL: the
 * program itself). Where it is not there, from CUDA, with a context on each, the last one becoming
 * the current. */
void fl_gpus_memory(struct fl_device_info *list, int n, const char *nvml);

/* The GPU with most free memory of n, 1 or more, that this process can have; it becomes the current
 * one. Of one GPU nothing is asked. Where none can be had the one with most: using it tells why. */
int fl_gpus_freest(int n, const char *nvml);

#ifdef __cplusplus
}
#endif
#endif
