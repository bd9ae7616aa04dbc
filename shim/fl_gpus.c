/* What CUDA and NVML tell of the GPUs.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fl_gpus.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#define MOST 64 /* GPUs that are compared */

/* POSIX: a function's address travels as a pointer to data. */
static bool find(void *library, const char *name, void *function)
{
    void *at = dlsym(library, name);
    memcpy(function, &at, sizeof at);
    return at != NULL;
}

static bool cuda_function(const char *name, void *function)
{
    return find(RTLD_DEFAULT, name, function);
}

/* Takes the error of a failed call out of the runtime. */
static bool worked(int status)
{
    int (*last_error)(void);
    if (status != 0 && cuda_function("cudaGetLastError", &last_error))
        last_error();
    return status == 0;
}

/* Since CUDA 12 with a context. */
static bool make_current(int index)
{
    int (*set_device)(int);
    return cuda_function("cudaSetDevice", &set_device) && worked(set_device(index));
}

/* --- what it is --------------------------------------------------------------------------- */

static int capability(int index)
{
    enum { MAJOR = 75, MINOR = 76 }; /* cudaDevAttrComputeCapability... */
    int (*attribute)(int *, int, int), major = 0, minor = 0;
    if (!cuda_function("cudaDeviceGetAttribute", &attribute) ||
        !worked(attribute(&major, MAJOR, index)) || !worked(attribute(&minor, MINOR, index)))
        return 0;
    return 10 * major + minor;
}

static void describe_title(char *title, size_t size, int index)
{
    /* cudaDeviceProp differs from version to version, but begins with char name[256] */
    _Alignas(16) char properties[16384] = "";
    int (*get)(void *, int);
    bool there = cuda_function("cudaGetDeviceProperties_v2", &get) ||
                 cuda_function("cudaGetDeviceProperties", &get);
    bool known = there && worked(get(properties, index));
    properties[255] = 0;
    snprintf(title, size, "%s", known && properties[0] ? properties : "NVIDIA GPU");
}

void fl_gpus_describe(struct fl_device_info *out, int index)
{
    *out = (struct fl_device_info){.index = index};
    snprintf(out->name, sizeof out->name, "cuda:%d", index);
    describe_title(out->title, sizeof out->title, index);
    out->capability = capability(index);
    out->bf16_fast = out->capability >= 80;
}

/* --- its memory --------------------------------------------------------------------------- */

void fl_gpus_memory_here(uint64_t *free, uint64_t *total)
{
    int (*memory)(size_t *, size_t *);
    size_t f = 0, t = 0;
    bool known = cuda_function("cudaMemGetInfo", &memory) && worked(memory(&f, &t));
    *free = known ? f : 0;
    *total = known ? t : 0;
}

/* Of libnvidia-ml; all return 0 when they succeed. */
struct nvml {
    void *library;
    int (*init)(void);
    int (*shutdown)(void);
    int (*by_bus)(const char *bus, void **device);
    int (*memory)(void *device, unsigned long long bytes[3]); /* total, free, used */
};

static bool nvml_open(struct nvml *n, const char *name)
{
    void *l = n->library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (l && find(l, "nvmlInit_v2", &n->init) && find(l, "nvmlShutdown", &n->shutdown) &&
        find(l, "nvmlDeviceGetHandleByPciBusId_v2", &n->by_bus) &&
        find(l, "nvmlDeviceGetMemoryInfo", &n->memory) && n->init() == 0)
        return true;
    if (l)
        dlclose(l);
    return false;
}

static void nvml_close(struct nvml *n)
{
    n->shutdown();
    dlclose(n->library);
}

/* The two count GPUs each in its own way: they agree on the place in the machine. */
static bool nvml_memory(const struct nvml *n, struct fl_device_info *gpu)
{
    int (*bus_of)(char *, int, int);
    char bus[32] = "";
    void *device = NULL;
    unsigned long long bytes[3];
    if (!cuda_function("cudaDeviceGetPCIBusId", &bus_of) ||
        !worked(bus_of(bus, sizeof bus, gpu->index)) || n->by_bus(bus, &device) != 0 ||
        n->memory(device, bytes) != 0)
        return false;
    gpu->memory_total = bytes[0];
    gpu->memory_free = bytes[1];
    return true;
}

static bool all_from_nvml(struct fl_device_info *list, int n, const char *name)
{
    struct nvml nvml;
    if (!nvml_open(&nvml, name))
        return false;
    int known = 0;
    while (known < n && nvml_memory(&nvml, &list[known]))
        known++;
    nvml_close(&nvml);
    return known == n;
}

void fl_gpus_memory(struct fl_device_info *list, int n, const char *nvml)
{
    if (all_from_nvml(list, n, nvml))
        return;
    for (int i = 0; i < n; i++) {
        list[i].memory_free = list[i].memory_total = 0;
        if (make_current(list[i].index))
            fl_gpus_memory_here(&list[i].memory_free, &list[i].memory_total);
    }
}

/* --- which one ---------------------------------------------------------------------------- */

static int most_free(const struct fl_device_info *list, int n, const bool *refused)
{
    int best = -1;
    for (int i = 0; i < n; i++)
        if (!refused[i] && (best < 0 || list[i].memory_free > list[best].memory_free))
            best = i;
    return best;
}

int fl_gpus_freest(int n, const char *nvml)
{
    struct fl_device_info list[MOST] = {{.index = 0}};
    bool refused[MOST] = {false};
    if (n == 1)
        return 0;
    n = n < MOST ? n : MOST;
    for (int i = 0; i < n; i++)
        list[i].index = i;
    fl_gpus_memory(list, n, nvml);
    int best = most_free(list, n, refused);
    for (int i = best; i >= 0; i = most_free(list, n, refused)) {
        if (make_current(i))
            return i;
        refused[i] = true;
    }
    return best;
}
