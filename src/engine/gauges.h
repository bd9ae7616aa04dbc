/* How busy the machine is: cores, memory, GPU, about once a second while a run trains.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_ENGINE_GAUGES_H
#define FL_ENGINE_GAUGES_H

#include "engine/internal.h"

struct sampler; /* opaque */

struct sampler *sampler_new(struct engine *e);
/* Reads into the snapshot, when that is due. Returns in how many seconds it is due again. thread: one, that of serve.c */
double sampler_read(struct sampler *s);
void sampler_free(struct sampler *s); /* NULL is fine */

/* Text of a small file of the system, under a MiB; "" where it cannot be read. The caller frees it. */
char *gauges_text(const char *path);

/* --- what it reads; pure, for tests ------------------------------------------------------------------------------ */

/* Clock ticks of the processors listed in allowed[n] (by number), out of /proc/stat: those spent working, and all. False: none found. */
bool gauges_cpu(const char *stat, const bool *allowed, size_t n, double *busy, double *all);

/* Bytes of the machine in use and in all, out of /proc/meminfo: total less available. */
bool gauges_meminfo(const char *meminfo, uint64_t *used, uint64_t *total);

/* The value of a "name value" line, as in memory.stat and /proc/self/status (kB: times 1024). False: no such line. */
bool gauges_line(const char *text, const char *name, uint64_t *value);

/* Bytes that came in and went out since the machine started, all interfaces but "lo", out of /proc/net/dev. False: no interface. */
bool gauges_net(const char *dev, uint64_t *in, uint64_t *out);

/* Which GPU of NVML the ordinal of CUDA is: the entry of CUDA_VISIBLE_DEVICES (NULL: not set), a number or "GPU-..." as it stands; ""
 * when it hides that one. NVML counts in the order of the bus, and CUDA too (engine_environment) unless the user set
 * CUDA_DEVICE_ORDER to another. */
void gauges_gpu_name(char out[96], const char *visible, int ordinal);

/* The functions of libnvidia-ml that are used, under their names without "nvml". All return 0 when they succeed.
 * source: NVML API reference, "NVML API" chapters Device Queries and Unit Queries */
struct nvml {
    int (*init)(void);
    int (*shutdown)(void);
    int (*by_index)(unsigned index, void **device);
    int (*by_uuid)(const char *uuid, void **device);
    int (*utilization)(void *device, unsigned rates[2]);                /* percent: GPU, memory */
    int (*memory)(void *device, unsigned long long bytes[3]);           /* total, free, used */
    int (*temperature)(void *device, int sensor, unsigned *celsius);    /* sensor 0: GPU */
    int (*power)(void *device, unsigned *milliwatts);
    int (*power_limit)(void *device, unsigned *milliwatts);
};

/* What the device tells; the rest becomes unknown. */
void gauges_gpu(struct gauges *g, const struct nvml *nvml, void *device);

#endif
