/* Opens the shim: where it lies, what must be set before libtorch is loaded.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/torch.h"

#include <dlfcn.h>
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/sigactions.h"
#include "base/str.h"

#define SHIM_NAME "fl_torch.so"

/* What the operators allocate beside tensors (the shim has its own memory for those) is mapped and unmapped in every step: keep it. */
static void tune_malloc(void)
{
    mallopt(M_MMAP_THRESHOLD, 32 << 20); /* the most that glibc takes */
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
    mallopt(M_TOP_PAD, 256 << 20);
}

static char *shim_path(const struct engine *e)
{
    if (e->shim)
        return xstrdup(e->shim);
    char *folder = path_program_folder();
    char *beside = xasprintf("%s/shim/" SHIM_NAME, folder ? folder : "");
    bool there = folder && path_is_file(beside);
    free(folder);
    if (there)
        return beside;
    free(beside);
    return xstrdup(PKGLIBDIR "/" SHIM_NAME);
}

static struct {
    pthread_mutex_t lock; /* libtorch has threads of its own */
    char text[TORCH_WARNING];
} last = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void warned(const char *text, void *user)
{
    (void)user;
    log_line(LOG_WARN, "libtorch: %s", text);
    pthread_mutex_lock(&last.lock);
    snprintf(last.text, sizeof last.text, "%.*s", str_within(text, sizeof last.text - 1), text);
    pthread_mutex_unlock(&last.lock);
}

void torch_take_warning(char out[TORCH_WARNING])
{
    pthread_mutex_lock(&last.lock);
    memcpy(out, last.text, sizeof last.text);
    last.text[0] = '\0';
    pthread_mutex_unlock(&last.lock);
}

void engine_environment(void)
{
    setenv("CUDA_MODULE_LOADING", "LAZY", 0);
    /* cuda:1 is then the GPU 1 of nvidia-smi and of NVML; CUDA's own order is the fastest first, which need not be the same. */
    setenv("CUDA_DEVICE_ORDER", "PCI_BUS_ID", 0);
    /* Equal runs give equal results only where cuBLAS has room to work that does not change. Read when its first product is computed. */
    setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", 0);
    /* Waiting threads sleep soon instead of spinning: the loader and the screen need the cores too. Read once, when libgomp is loaded. */
    setenv("GOMP_SPINCOUNT", "1000", 0);
}

static enum err_code missing(const char *path, struct err *err)
{
    err_set(err, ERR_UNSUPPORTED, "%s: training needs libtorch, and this module for it was not built", path);
    return err_hint(err, "install libtorch (Debian: apt-get install libtorch-dev) and build again, or run ./bootstrap");
}

static enum err_code open_module(struct torch *t, const char *path, struct err *err)
{
    if (!path_is_file(path))
        return missing(path, err);
    tune_malloc();
    t->module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!t->module) {
        const char *why = dlerror();
        err_set(err, ERR_UNSUPPORTED, "libtorch cannot be loaded: %s", why ? why : path);
        return err_hint(err, "install the libtorch that the program was built with, or build again with ./bootstrap");
    }
    fl_torch_table_fn *table;
    void *symbol = dlsym(t->module, FL_TORCH_SYMBOL);
    memcpy(&table, &symbol, sizeof table); /* ISO C has no cast from object to function */
    t->fl = symbol ? table() : NULL;
    if (!t->fl || t->fl->version != FL_TORCH_VERSION)
        return err_set(err, ERR_UNSUPPORTED, "%s: built for another version of the program", path);
    return ERR_OK;
}

static enum err_code load(struct engine *e, int n_threads, struct torch *t, struct err *err)
{
    char *path = shim_path(e);
    double began = clock_now();
    struct sigactions ours; /* UCX, which newer ones bring along, takes HUP for its trace */
    sigactions_save(&ours);
    enum err_code code = open_module(t, path, err);
    if (code == ERR_OK) {
        t->n_threads = n_threads > 0 ? n_threads : e->n_threads;
        struct fl_init init = {.n_threads = t->n_threads, .deterministic = true, .warn = warned};
        code = t->fl->init(&init, err);
    }
    sigactions_restore(&ours);
    if (code == ERR_OK) {
        t->seconds = clock_now() - began;
        log_line(LOG_INFO, "libtorch %s, %d threads, from %s", t->fl->torch_version, t->n_threads, path);
    }
    free(path);
    return code;
}

enum err_code torch_get(struct engine *e, int n_threads, const struct torch **out, struct err *err)
{
    if (!e->torch) {
        struct torch *t = xcalloc(1, sizeof *t);
        enum err_code code = load(e, n_threads, t, err);
        if (code != ERR_OK) {
            free(t);
            return code;
        }
        e->torch = t;
    }
    *out = e->torch;
    return ERR_OK;
}

void torch_idle(const struct torch *torch)
{
    if (torch)
        torch->fl->empty_cache();
}

void torch_free(struct torch *torch)
{
    free(torch);
}
