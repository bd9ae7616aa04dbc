/* A small laboratory for tests of the engine: drawn pictures, an engine with the shim, runs that are waited for.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_TESTS_LAB_H
#define FL_TESTS_LAB_H

#include <dlfcn.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "unit/test.h"

#include "base/csv.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"
#include "data/demo.h"
#include "engine/engine.h"
#include "engine/hooks.h"
#include "engine/record.h"
#include "fl_torch.h"
#include "nn/weights.h"

#define SIZE 32          /* pixels */
#define PER_CLASS 8
#define MODEL "resnet10-quarter"

static char *lab, *flowers, *weights; /* folder of the test; drawn flowers; pretrained file */
static struct engine *engine;
static struct snapshot snap;

static char *in_lab(const char *name)
{
    return path_join(lab, name);
}

static char *shim_path(void)
{
    const char *folder = getenv("top_builddir");
    return xasprintf("%s/shim/fl_torch.so", folder ? folder : ".");
}

/* "name=value" pairs, NULL at the end, on top of settings that make runs small and repeatable. */
static struct options options_of(const char *const *pairs)
{
    struct options o;
    struct err err = {0};
    options_default(&o);
    static const char *const base[] = {"model=" MODEL, "image-size=32", "batch-size=16", "precision=fp32",
                                       "device=cpu", "preset=classic", NULL};
    for (int pass = 0; pass < 2; pass++) {
        for (const char *const *p = pass ? pairs : base; *p; p++) {
            char *name = xstrdup(*p), *value = strchr(name, '=');
            *value++ = '\0';
            int id = option_find(name);
            if (id < 0 || option_set(&o, (enum option_id)id, value, SOURCE_COMMAND_LINE, &err) != ERR_OK)
                fail_msg("%s: %s", *p, err.message);
            free(name);
        }
    }
    return o;
}

#define OPTIONS(...) options_of((const char *const[]){__VA_ARGS__, NULL})

/* Waits for the job's last notice. each: called on every change of the snapshot, may be NULL. */
static struct notice wait_for(uint64_t job, void (*each)(uint64_t job))
{
    struct notice n;
    for (;;) {
        if (!engine_next_event(engine, &n)) {
            poll(&(struct pollfd){.fd = engine_event_fd(engine), .events = POLLIN}, 1, 60000);
            continue;
        }
        if (n.kind == NOTICE_PROGRESS && each && engine_snapshot(engine, &snap))
            each(job);
        if (n.job == job && n.kind != NOTICE_STARTED && n.kind != NOTICE_PROGRESS)
            break;
    }
    engine_snapshot(engine, &snap);
    return n;
}

static struct notice do_cmd(struct cmd cmd, void (*each)(uint64_t job))
{
    uint64_t job = 0;
    struct err err = {0};
    if (engine_submit(engine, &cmd, &job, &err) != ERR_OK)
        fail_msg("not accepted: %s", err.message);
    return wait_for(job, each);
}

/* Trains in the lab's folder name; fails the test when that fails. */
static struct notice train_with(const char *name, struct options o, void (*each)(uint64_t job))
{
    struct cmd cmd = {.kind = CMD_TRAIN, .options = &o};
    char *folder = in_lab(name);
    snprintf(cmd.path, sizeof cmd.path, "%s", flowers);
    assert_int_equal(option_set(&o, OPTION_ID_run, folder, SOURCE_COMMAND_LINE, NULL), ERR_OK);
    free(folder);
    return do_cmd(cmd, each);
}

static inline void train(const char *name, struct options o)
{
    struct notice n = train_with(name, o, NULL);
    if (n.kind != NOTICE_FINISHED)
        fail_msg("%s: %s", name, n.err.message);
}

static struct notice command(enum cmd_kind kind, const char *run, const char *path2, int64_t number)
{
    struct options o = OPTIONS("seed=0");
    struct cmd cmd = {.kind = kind, .number = number, .options = &o};
    char *folder = in_lab(run);
    snprintf(cmd.path, sizeof cmd.path, "%s", folder);
    snprintf(cmd.path2, sizeof cmd.path2, "%s", path2);
    free(folder);
    return do_cmd(cmd, NULL);
}

static inline void resume(const char *run, int64_t more)
{
    struct notice n = command(CMD_RESUME, run, "", more);
    if (n.kind != NOTICE_FINISHED)
        fail_msg("resume %s: %s", run, n.err.message);
}

/* --- what is in a run folder --------------------------------------------------------------------------------- */

static char *run_file(const char *run, const char *name)
{
    char *folder = in_lab(run), *path = path_join(folder, name);
    free(folder);
    return path;
}

static struct csv table(const char *run, const char *name)
{
    struct csv csv;
    struct err err = {0};
    char *path = run_file(run, name);
    if (csv_read(&csv, path, &err) != ERR_OK)
        fail_msg("%s", err.message);
    free(path);
    return csv;
}

static inline double cell(const struct csv *csv, size_t row, const char *column)
{
    int c = csv_column(csv, column);
    assert_true(c >= 0 && row < csv->n_rows);
    return strcmp(csv->rows[row][c], "nan") == 0 ? NAN : strtod(csv->rows[row][c], NULL);
}

static inline double metric(const char *run, size_t epoch, const char *column)
{
    struct csv csv = table(run, "metrics.csv");
    double v = cell(&csv, epoch, column);
    csv_done(&csv);
    return v;
}

static inline struct record record_of(const char *run)
{
    struct record r;
    struct err err = {0};
    char *folder = in_lab(run);
    if (record_read(&r, folder, &err) != ERR_OK)
        fail_msg("%s", err.message);
    free(folder);
    return r;
}

static void same_file(const char *a, const char *b, const char *name)
{
    char *pa = run_file(a, name), *pb = run_file(b, name), *x, *y;
    size_t n, m;
    assert_int_equal(file_read(pa, 0, &x, &n, NULL), ERR_OK);
    assert_int_equal(file_read(pb, 0, &y, &m, NULL), ERR_OK);
    assert_int_equal(n, m);
    assert_memory_equal(x, y, n);
    free(pa), free(pb), free(x), free(y);
}

static inline struct weight_file *opened(const char *path)
{
    struct weight_file *file;
    assert_int_equal(weights_open(&file, path, NULL), ERR_OK);
    return file;
}

static inline struct weight_file *last_weights(const char *run)
{
    char *path = run_file(run, "last.safetensors");
    struct weight_file *file = opened(path);
    free(path);
    return file;
}

/* The columns of a table as text; NULL at the end. */
static inline void same_columns(const char *a, const char *b, const char *name, const char *const *columns)
{
    struct csv x = table(a, name), y = table(b, name);
    assert_int_equal(x.n_rows, y.n_rows);
    for (; *columns; columns++) {
        int c = csv_column(&x, *columns), d = csv_column(&y, *columns);
        assert_true(c >= 0 && d >= 0);
        for (size_t r = 0; r < x.n_rows; r++)
            assert_string_equal(x.rows[r][c], y.rows[r][d]);
    }
    csv_done(&x);
    csv_done(&y);
}

/* Equal runs: both weight files byte by byte, and what the tables say of the training, without its times. */
static inline void same_run(const char *a, const char *b)
{
    static const char *const epochs[] = {"epoch", "train_loss", "train_acc", "val_loss", "val_acc", "lr", "lr_head", "grad_norm", "phase", NULL};
    static const char *const steps[] = {"step", "epoch", "loss", "acc", "lr", "lr_head", "grad_norm", NULL};
    same_file(a, b, "best.safetensors");
    same_file(a, b, "last.safetensors");
    same_file(a, b, "predictions.csv");
    same_file(a, b, "confusion.csv");
    same_columns(a, b, "metrics.csv", epochs);
    same_columns(a, b, "steps.csv", steps);
}

/* --- sums of weights ----------------------------------------------------------------------------------------- */

struct term {
    double factor;
    const char *run; /* its last weights */
};

enum tensors { ALL_TENSORS, PARAMETERS, MATRICES, VECTORS }; /* matrices: of convolutions and the head; vectors: biases, batch norm's */

static inline bool counts_as(const struct weight_entry *e, enum tensors which)
{
    if (which == ALL_TENSORS)
        return !strstr(e->name, "num_batches_tracked");
    if (strstr(e->name, "running_") || strstr(e->name, "num_batches_tracked"))
        return false;
    return which == PARAMETERS || (e->n_dims > 1) == (which == MATRICES);
}

static inline double distance_of_tensor(const struct weight_entry *e, struct weight_file *const *files, const struct term *terms, int n)
{
    double off = 0, largest = 1e-30;
    for (size_t j = 0; j < e->n_bytes; j += sizeof(float)) {
        float v, w;
        double sum = 0;
        memcpy(&v, (const char *)e->data + j, sizeof v);
        for (int k = 0; k < n; k++) {
            memcpy(&w, (const char *)weights_get(files[k], e->name)->data + j, sizeof w);
            sum += terms[k].factor * (double)w;
        }
        off = fmax(off, fabs((double)v - sum));
        largest = fmax(largest, fabs((double)v));
    }
    return off / largest;
}

/* Largest distance of run's last weights from the sum of the terms, over the tensor's largest value. */
static inline double distance_from_sum(const char *run, const struct term *terms, int n, enum tensors which)
{
    struct weight_file *kept = last_weights(run), *files[8];
    double worst = 0;
    assert_true(n <= 8);
    for (int k = 0; k < n; k++)
        files[k] = last_weights(terms[k].run);
    for (size_t i = 0; i < weights_count(kept); i++) {
        if (counts_as(weights_at(kept, i), which))
            worst = fmax(worst, distance_of_tensor(weights_at(kept, i), files, terms, n));
    }
    for (int k = 0; k < n; k++)
        weights_close(files[k]);
    weights_close(kept);
    return worst;
}

#define TERMS(...) (const struct term[]){__VA_ARGS__}, (int)(sizeof((const struct term[]){__VA_ARGS__}) / sizeof(struct term))

/* --- parts of the drawn set ---------------------------------------------------------------------------------- */

static inline void add_rows(struct str *text, int cls, int first, int n, const char *part)
{
    const char *name = demo_class(DEMO_FLOWERS, cls);
    for (int i = first; i < first + n; i++)
        str_printf(text, "%s/%s-%04d.jpg,%s,%s\n", name, name, i + 1, name, part);
}

/* The option that trains on the first train[c] flowers of class c and validates on the val[c] behind them; to be freed. */
static inline char *parts_option(const char *name, const int train[5], const int val[5])
{
    struct str text = STR_INIT;
    char *path = in_lab(name), *option = xasprintf("split=%s", path);
    str_add(&text, "file,class,part\n");
    for (int c = 0; c < 5; c++) {
        add_rows(&text, c, 0, train[c], "train");
        add_rows(&text, c, train[c], val[c], "val");
    }
    assert_int_equal(file_replace(path, text.s, text.len, NULL), ERR_OK);
    str_done(&text);
    free(path);
    return option;
}

/* --- begin and end ------------------------------------------------------------------------------------------- */

static int lab_open(void **state)
{
    (void)state;
    char template[] = "/tmp/flowerlab-engine-XXXXXX", *shim = shim_path();
    lab = xstrdup(mkdtemp(template));
    setenv("XDG_CACHE_HOME", lab, 1);
    unsetenv("TORCH_HOME");
    setenv("HOME", lab, 1);
    flowers = in_lab("flowers");
    weights = in_lab("shapes.safetensors");
    engine = engine_new(&(struct engine_config){.n_threads = 1, .shim = shim});
    free(shim);
    struct pool *pool = pool_new(2);
    enum err_code code = demo_write(flowers, DEMO_FLOWERS, PER_CLASS, SIZE, 1, pool, NULL, NULL);
    pool_free(pool);
    return code == ERR_OK ? 0 : -1;
}

static int lab_close(void **state)
{
    (void)state;
    engine_free(engine);
    char *command_text = xasprintf("rm -rf '%s'", lab);
    int rc = system(command_text);
    free(command_text);
    free(lab), free(flowers), free(weights);
    return rc;
}

/* The functions of the shim that the engine uses. */
static inline const struct fl_table *shim_table(void)
{
    char *path = shim_path();
    void *module = dlopen(path, RTLD_NOW), *symbol = module ? dlsym(module, FL_TORCH_SYMBOL) : NULL;
    fl_torch_table_fn *table_fn;
    free(path);
    assert_non_null(symbol);
    memcpy(&table_fn, &symbol, sizeof table_fn);
    return table_fn();
}

/* The tests need a shim; a build without libtorch skips them and says so. */
static bool lab_has_shim(void)
{
    char *shim = shim_path();
    bool there = path_is_file(shim);
    free(shim);
    return there;
}

#endif
