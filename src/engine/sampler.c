/* Reading the gauges.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/gauges.h"

#include <dlfcn.h>
#include <math.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/num.h"
#include "engine/memory.h"

#define PERIOD 1 /* seconds */

enum flow { DISK_READ, DISK_WRITE, NET_IN, NET_OUT, N_FLOWS }; /* counters of bytes */

struct sampler {
    struct engine *engine;
    double read_at; /* clock_now of the last reading */
    bool allowed[CPU_SETSIZE];
    int n_allowed;
    double busy, all, own, at; /* of the reading before; at 0: none */
    uint64_t moved[N_FLOWS];
    bool counted[N_FLOWS];
    void *library;             /* NVML; opened with the first run on a GPU */
    bool looked;
    struct nvml nvml;
    void *device;
    int gpu; /* that device is of */
};

/* --- the machine -------------------------------------------------------------------------------------------------- */

static void find_allowed(struct sampler *s)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return;
    for (int i = 0; i < CPU_SETSIZE; i++)
        s->n_allowed += s->allowed[i] = CPU_ISSET(i, &set);
}

static double own_seconds(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)u.ru_utime.tv_sec + (double)u.ru_stime.tv_sec +
           1e-6 * ((double)u.ru_utime.tv_usec + (double)u.ru_stime.tv_usec);
}

static double share(double part, double whole)
{
    return whole > 0 ? fmin(1, fmax(0, part / whole)) : NAN;
}

/* Bytes a second since the reading before, "seconds" ago (0: there was none). */
static double flow(struct sampler *s, enum flow which, bool known, uint64_t bytes, double seconds)
{
    bool second = known && s->counted[which] && seconds > 0 && bytes >= s->moved[which];
    double rate = second ? (double)(bytes - s->moved[which]) / seconds : NAN;
    s->moved[which] = bytes;
    s->counted[which] = known;
    return rate;
}

static void read_flows(struct sampler *s, struct gauges *g, double seconds)
{
    char *io = gauges_text("/proc/self/io"), *dev = gauges_text("/proc/net/dev");
    uint64_t read = 0, written = 0, in, out;
    bool disk = gauges_line(io, "read_bytes", &read) && gauges_line(io, "write_bytes", &written), net = gauges_net(dev, &in, &out);
    free(io);
    free(dev);
    g->disk_read = flow(s, DISK_READ, disk, read, seconds);
    g->disk_write = flow(s, DISK_WRITE, disk, written, seconds);
    g->net_in = flow(s, NET_IN, net, in, seconds);
    g->net_out = flow(s, NET_OUT, net, out, seconds);
}

/* Shares are of the time since the reading before; the first one gives none. */
static bool read_cores(struct sampler *s, struct gauges *g)
{
    char *stat = gauges_text("/proc/stat");
    double busy, all, own = own_seconds(), now = clock_now();
    bool known = gauges_cpu(stat, s->allowed, CPU_SETSIZE, &busy, &all), second = s->at > 0;
    free(stat);
    g->cores = known && second ? share(busy - s->busy, all - s->all) : NAN;
    read_flows(s, g, second ? now - s->at : 0);
    g->own_cores = second && s->n_allowed ? share(own - s->own, (now - s->at) * s->n_allowed) : NAN;
    s->busy = busy, s->all = all, s->own = own, s->at = now;
    return second;
}

static void read_memory(struct gauges *g)
{
    char *status = gauges_text("/proc/self/status");
    memory_read("", &g->memory_used, &g->memory_total);
    gauges_line(status, "VmRSS", &g->own_memory);
    free(status);
}

/* --- the GPU ------------------------------------------------------------------------------------------------------ */

static bool find(void *library, const char *name, void *to)
{
    void *at = dlsym(library, name);
    memcpy(to, &at, sizeof at); /* POSIX: a function's address travels as a pointer to data */
    return at != NULL;
}

static bool open_library(struct sampler *s)
{
    struct nvml *n = &s->nvml;
    s->looked = true;
    s->library = dlopen("libnvidia-ml.so.1", RTLD_NOW | RTLD_LOCAL);
    void *l = s->library;
    return l && find(l, "nvmlInit_v2", &n->init) && find(l, "nvmlShutdown", &n->shutdown) &&
           find(l, "nvmlDeviceGetHandleByIndex_v2", &n->by_index) && find(l, "nvmlDeviceGetHandleByUUID", &n->by_uuid) &&
           find(l, "nvmlDeviceGetUtilizationRates", &n->utilization) &&
           find(l, "nvmlDeviceGetMemoryInfo", &n->memory) && find(l, "nvmlDeviceGetTemperature", &n->temperature) &&
           find(l, "nvmlDeviceGetPowerUsage", &n->power) &&
           find(l, "nvmlDeviceGetEnforcedPowerLimit", &n->power_limit) && n->init() == 0;
}

static void close_library(struct sampler *s)
{
    if (s->library)
        dlclose(s->library);
    s->library = NULL;
}

static void *find_device(struct sampler *s, int gpu)
{
    char name[96];
    uint64_t index;
    void *device = NULL;
    gauges_gpu_name(name, getenv("CUDA_VISIBLE_DEVICES"), gpu);
    bool numbered = num_parse_uint(name, &index);
    int failed = numbered ? s->nvml.by_index((unsigned)index, &device) : s->nvml.by_uuid(name, &device);
    return failed ? NULL : device;
}

static void read_gpu(struct sampler *s, struct gauges *g, int gpu)
{
    if (gpu >= 0 && !s->looked && !open_library(s))
        close_library(s);
    if (gpu >= 0 && s->library && (gpu != s->gpu || !s->device))
        s->device = find_device(s, s->gpu = gpu);
    if (gpu >= 0 && s->library && s->device)
        gauges_gpu(g, &s->nvml, s->device);
    else
        g->gpu = g->gpu_temperature = g->gpu_power = g->gpu_power_limit = NAN;
}

/* --- a reading ---------------------------------------------------------------------------------------------------- */

/* The GPU of the run that trains, -1 for the processor; false: none trains. */
static bool run_trains(struct engine *e, int *gpu)
{
    pthread_mutex_lock(&e->lock);
    bool trains = e->current && e->current->ops->steered && e->current->ops->kind != CMD_ATTACH && e->snap->train.live;
    *gpu = e->gpu;
    pthread_mutex_unlock(&e->lock);
    return trains;
}

static void sample(struct sampler *s)
{
    struct gauges g = {0};
    int gpu;
    if (!run_trains(s->engine, &gpu)) {
        s->at = 0; /* the time between is nobody's */
        return;
    }
    if (!read_cores(s, &g))
        return;
    read_memory(&g);
    read_gpu(s, &g, gpu);
    struct snapshot *snap = snapshot_begin(s->engine);
    g.seen = snap->gauges.seen + 1;
    snap->gauges = g;
    snapshot_end(s->engine);
}

double sampler_read(struct sampler *s)
{
    double due = s->read_at + PERIOD - clock_now();
    if (due > 0)
        return due;
    s->read_at = clock_now();
    sample(s);
    return PERIOD;
}

struct sampler *sampler_new(struct engine *e)
{
    struct sampler *s = xcalloc(1, sizeof *s);
    s->engine = e;
    s->gpu = -1;
    find_allowed(s);
    return s;
}

void sampler_free(struct sampler *s)
{
    if (!s)
        return;
    if (s->library)
        s->nvml.shutdown();
    close_library(s);
    free(s);
}
