/* A made-up data set, run and result.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "ui/world.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "data/dataset.h"
#include "engine/block.h"

#define CLASSES 5
#define STEPS 46 /* an epoch */

static const struct {
    const char *name;
    size_t n;
} classes[CLASSES] = {
    {"daisy", 633}, {"dandelion", 898}, {"roses", 641}, {"sunflowers", 699}, {"tulips", 799}};

/* Some of everything that can be wrong, by a plain rule. */
static void spoil(struct ds_file *f, size_t i)
{
    static const struct {
        enum file_status status;
        const char *detail;
    } kinds[] = {{FILE_DAMAGED, "premature end of JPEG file"},
                 {FILE_OTHER_FORMAT, "WebP picture"},
                 {FILE_HIDDEN, ""},
                 {FILE_NOT_PICTURE, "HTML text"}};
    size_t k = i / 136 % 4;
    f->status = kinds[k].status;
    if (f->status != FILE_DAMAGED)
        f->width = f->height = 0;
    snprintf(f->detail, sizeof f->detail, "%s", kinds[k].detail);
}

static void make_file(struct ds_file *f, size_t cls, size_t i)
{
    static const int widths[] = {320, 500, 240, 333};
    f->name = xasprintf("%s/%09zu_%06zx_n.jpg", classes[cls].name, 100080576 + i * 7919,
                        i * 104729 % 0xffffff);
    f->cls = (int)cls;
    f->kind = KIND_JPEG;
    f->width = widths[i % 4];
    f->height = 240 + (int)(i * 37 % 200);
    f->orientation = i % 50 == 7 ? 6 : 1;
    f->bytes = 21000 + i * 7321 % 90000;
    if (i % 136 == 3)
        spoil(f, i);
}

static struct dataset *make_dataset(void)
{
    struct dataset *ds = xcalloc(1, sizeof *ds);
    size_t at = 0;
    ds->root = xstrdup("/data/flowers");
    ds->n_classes = CLASSES;
    ds->classes = xcalloc(CLASSES, sizeof *ds->classes);
    ds->files = xcalloc(3670, sizeof *ds->files);
    for (size_t k = 0; k < CLASSES; k++) {
        struct ds_class *cls = &ds->classes[k];
        cls->name = xstrdup(classes[k].name);
        cls->n_files = classes[k].n;
        for (size_t i = 0; i < cls->n_files; i++, at++) {
            make_file(&ds->files[at], k, at);
            ds->by_status[ds->files[at].status]++;
            cls->n_used += ds->files[at].status == FILE_USED;
            cls->bytes += ds->files[at].bytes;
        }
    }
    ds->n_files = at;
    ds->n_notes = 2;
    ds->notes = xcalloc(2, sizeof *ds->notes);
    ds->notes[0].text = xstrdup("LICENSE.txt: not in a class folder, ignored");
    ds->notes[1] = (struct ds_note){true, xstrdup("roses, Roses: names differ in case only")};
    ds->n_pairs = 2;
    ds->pairs = xcalloc(2, sizeof *ds->pairs);
    ds->pairs[0] = (struct ds_pair){10, 12, false, false};
    ds->pairs[1] = (struct ds_pair){20, 1600, true, false};
    return ds;
}

/* What a rescan finds when the first class went, and the first files of the others. */
static void take_away(struct dataset *ds, size_t files)
{
    size_t n = 0, at = 0;
    for (size_t k = 0; k < ds->n_classes; k++) {
        struct ds_class *cls = &ds->classes[k];
        size_t all = cls->n_files, gone = k ? files : all;
        for (size_t i = 0; i < all; i++, at++) {
            struct ds_file *f = &ds->files[at];
            if (i >= gone) {
                f->cls--;
                ds->files[n++] = *f;
                continue;
            }
            ds->by_status[f->status]--;
            cls->n_used -= f->status == FILE_USED;
            cls->bytes -= f->bytes;
            free(f->name);
        }
        cls->n_files -= gone;
    }
    free(ds->classes[0].name);
    memmove(ds->classes, ds->classes + 1, --ds->n_classes * sizeof *ds->classes);
    ds->n_files = n;
    ds->n_pairs = 0;
}

static void take_dataset(struct world *w, bool listing_only, size_t gone)
{
    struct dataset *ds = make_dataset();
    struct str bytes = STR_INIT;
    if (gone)
        take_away(ds, gone);
    for (size_t i = 0; listing_only && i < ds->n_files; i++)
        ds->files[i].width = ds->files[i].height = 0;
    block_dataset(&bytes, ds, listing_only);
    block_release(w->model.dataset);
    w->model.dataset = block_from_bytes(BLOCK_DATASET, bytes.s, bytes.len);
    if (ds_view_open(&w->model.ds, w->model.dataset, NULL))
        abort();
    w->model.dataset_version++;
    str_done(&bytes);
    dataset_free(ds);
}

/* --- the app's side ------------------------------------------------------------------------ */

static void note(void *app, const char *what, const char *text)
{
    struct asked *a = &((struct world *)app)->asked;
    ((struct world *)app)->asked_before = *a;
    *a = (struct asked){0};
    snprintf(a->what, sizeof a->what, "%s", what);
    snprintf(a->text, sizeof a->text, "%s", text);
}

static enum err_code call_submit(void *app, const struct cmd *cmd, uint64_t *job, struct err *err)
{
    (void)err;
    note(app, "submit", "");
    struct asked *a = &((struct world *)app)->asked;
    a->command = cmd->kind;
    a->job = cmd->job;
    a->mode = cmd->options ? cmd->options->mode : -1;
    a->views = cmd->options && option_is_set(cmd->options, OPTION_ID_views);
    ((struct world *)app)->submitted++;
    a->number = cmd->number;
    snprintf(a->path, sizeof a->path, "%s", cmd->path);
    if (cmd->n_list)
        snprintf(a->text, sizeof a->text, "%s", cmd->list[0]);
    a->n_list = cmd->n_list;
    snprintf(a->path2, sizeof a->path2, "%s", cmd->path2);
    a->real = cmd->real;
    if (cmd->kind == CMD_VIEW && cmd->n_list)
        snprintf(((struct world *)app)->view, sizeof ((struct world *)app)->view, "%s",
                 cmd->list[0]);
    if (job)
        *job = cmd->job ? cmd->job : 99;
    return ERR_OK;
}

static void call_status(void *app, enum role role, const char *format, ...)
{
    (void)role;
    char text[OPTION_TEXT_MAX];
    va_list ap;
    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    note(app, "status", text);
}

static void call_go(void *app, const char *screen)
{
    note(app, "go", screen);
}

static void call_menu(void *app, const char *title, const char *const *items, size_t n,
                      size_t selected, void (*done)(void *user, int choice), void *user)
{
    note(app, "menu", title);
    struct asked *a = &((struct world *)app)->asked;
    snprintf(a->text, sizeof a->text, "%s: %s", title, items[selected]);
    a->n_items = n;
    a->chosen = done;
    a->user = user;
}

static void call_prompt(void *app, const char *title, const char *text, bool path,
                        void (*done)(void *user, const char *text), void *user)
{
    (void)path;
    note(app, "prompt", title);
    struct asked *a = &((struct world *)app)->asked;
    snprintf(a->text, sizeof a->text, "%s [%s]", title, text);
    a->typed = done;
    a->user = user;
}

static void call_confirm(void *app, const char *question, const char *const *answers, size_t n,
                         void (*done)(void *user, int answer), void *user)
{
    call_menu(app, question, answers, n, 0, done, user);
    snprintf(((struct world *)app)->asked.what, sizeof((struct asked *)0)->what, "confirm");
}

static void call_text(void *app, const char *title, const char *text)
{
    (void)title;
    note(app, "text", text);
}

static void call_copy(void *app, const char *text)
{
    note(app, "copy", text);
}

static void call_open(void *app, const char *folder)
{
    note(app, "open", folder);
}

static const struct block *call_block(void *app, uint64_t id)
{
    const struct block *block = ((struct world *)app)->block;
    (void)id;
    return block ? block_from_bytes(block->kind, block->bytes, block->n_bytes) : NULL;
}

static void call_open_run(void *app, const char *folder, const char *data)
{
    (void)data;
    note(app, "run", folder);
}

static void call_demo(void *app)
{
    note(app, "demo", "");
}

static void call_start(void *app)
{
    note(app, "start", "");
}

void world_init(struct world *w)
{
    *w = (struct world){0};
    options_default(&w->options);
    w->snap = xcalloc(1, sizeof *w->snap);
    w->model = (struct ui_model){.snap = w->snap,
                                 .options = &w->options,
                                 .data = "/data/flowers",
                                 .cell_w = 8,
                                 .cell_h = 16,
                                 .pictures = true};
    w->calls = (struct ui_calls){.app = w,
                                 .submit = call_submit,
                                 .status = call_status,
                                 .go = call_go,
                                 .menu = call_menu,
                                 .prompt = call_prompt,
                                 .confirm = call_confirm,
                                 .text = call_text,
                                 .copy = call_copy,
                                 .open_data = call_open,
                                 .demo = call_demo,
                                 .start_run = call_start,
                                 .block = call_block,
                                 .open_run = call_open_run};
    take_dataset(w, false, 0);
}

void world_done(struct world *w)
{
    block_release(w->model.dataset);
    block_release(w->model.result);
    block_release(w->block);
    free(w->snap);
}

void world_no_data(struct world *w)
{
    block_release(w->model.dataset);
    w->model.dataset = NULL;
    *w->model.data = '\0';
}

void world_rescanned(struct world *w)
{
    take_dataset(w, false, 40);
}

void world_scanning(struct world *w)
{
    take_dataset(w, true, 0);
    w->snap->jobs[1] = (struct job_view){.job = 3,
                                         .command = CMD_SCAN,
                                         .state = JOB_RUNNING,
                                         .stage = "decoding",
                                         .done = 1223,
                                         .total = 3670,
                                         .seconds = 4.2,
                                         .bad = 9};
}

/* --- the run ------------------------------------------------------------------------------- */

static void start_run(struct world *w)
{
    struct train_view *t = &w->snap->train;
    *t = (struct train_view){.job = 7,
                             .live = true,
                             .run = "/data/runs/20261125-143000-staged-resnet18",
                             .data = "/data/flowers",
                             .mode = "staged",
                             .preset = "classic",
                             .model = "resnet18",
                             .device = "cpu",
                             .precision = "fp32",
                             .n_classes = CLASSES,
                             .n_train = 2915,
                             .n_val = 728,
                             .n_phases = 2,
                             .n_epochs = 10,
                             .steps_in_epoch = STEPS,
                             .n_steps = 10 * STEPS,
                             .eta = NAN,
                             .nearest_mean = NAN,
                             .majority = 0.2445,
                             .n_marks = 2,
                             .s_libtorch = NAN,
                             .s_weights = NAN,
                             .s_scan = NAN,
                             .s_features = NAN,
                             .s_first_step = NAN};
    t->marks[0] = (struct phase_mark){1, "head"};
    t->marks[1] = (struct phase_mark){6, "all layers"};
    w->snap->jobs[0] = (struct job_view){
        .job = 7, .command = CMD_TRAIN, .state = JOB_RUNNING, .stage = "training"};
}

void world_loading(struct world *w)
{
    start_run(w);
    snprintf(w->snap->jobs[0].stage, sizeof w->snap->jobs[0].stage, "weights");
    w->snap->jobs[0].seconds = 1.7;
    w->snap->train.s_libtorch = 1.24;
}

/* A number in -1..1 that looks random. */
static double noise(int64_t i)
{
    return (double)((uint64_t)i * 2654435761u % 2001) / 1000.0 - 1;
}

static double loss_at(double epoch)
{
    return 0.25 + 1.35 * exp(-epoch / 1.7) - 0.1 * fmin(1, fmax(0, (epoch - 5) / 3));
}

static void add_epoch(struct train_view *t, int epoch)
{
    struct epoch_metrics *m = &t->epochs[t->epochs_seen++ % SNAP_EPOCHS];
    double loss = loss_at(epoch - 0.5), val = loss_at(epoch) + 0.08 + 0.02 * noise(epoch);
    *m = (struct epoch_metrics){epoch,
                                loss,
                                1 - loss / 2,
                                val,
                                1 - val / 2.1,
                                epoch > 5 ? 1e-4 : 0.01,
                                epoch > 5 ? 1e-4 : 0.01,
                                epoch > 5 ? 35.2 : 108.6,
                                epoch > 5 ? 83.4 : 27.1,
                                1.5,
                                epoch > 5 ? 2 : 1};
    best_update(&t->best, m);
}

static void run_to(struct world *w, int64_t steps)
{
    struct train_view *t = &w->snap->train;
    for (int64_t i = 1; i <= steps; i++) {
        double loss = loss_at((double)i / STEPS) + 0.12 * noise(i);
        t->steps[t->steps_seen++ % SNAP_STEPS] = (struct step_point){
            i, (float)loss, (float)fmin(1, 1 - loss / 2), 0.01f, 0.01f, 108, 1.5f, 0.9 * (double)i};
        if (i % STEPS == 0)
            add_epoch(t, (int)(i / STEPS));
    }
    t->step = steps;
    t->epoch = (int)((steps - 1) / STEPS) + 1;
    t->step_in_epoch = steps - (t->epoch - 1) * STEPS;
    t->phase = t->epoch > 5 ? 2 : 1;
    t->s_libtorch = 1.24;
    t->s_weights = 0.31;
    t->s_scan = 3.9;
    t->s_features = 12.44;
    t->s_first_step = 2.16;
}

static void add_result(struct world *w, int epoch)
{
    static const int64_t counts[CLASSES * CLASSES] = {
        120, 2, 1, 2, 1, 4, 170, 1, 3, 0, 2, 1, 106, 1, 17, 1, 3, 2, 131, 2, 3, 2, 22, 4, 127};
    const char *names[CLASSES];
    struct prediction_row rows[3670];
    struct str bytes = STR_INIT;
    for (int k = 0; k < CLASSES; k++)
        names[k] = classes[k].name;
    size_t n = 0;
    for (size_t i = 0; i < w->model.ds.n_files; i++) {
        struct ds_file_row f = ds_view_file(&w->model.ds, i);
        if (i % 2 == 0 && f.status == 0)
            rows[n++] =
                (struct prediction_row){f.name, f.cls, i % 7 == 0 ? (f.cls + 2) % CLASSES : f.cls,
                                        0.5 + 0.49 * fabs(noise((int64_t)i)), ""};
    }
    struct result r = {.n_classes = CLASSES,
                       .epoch = epoch,
                       .classes = names,
                       .what = "validation part",
                       .loss = 0.215,
                       .acc = 0.8976,
                       .balanced = 0.8952,
                       .counts = counts,
                       .n = n,
                       .rows = rows};
    block_result(&bytes, &r);
    w->model.result = block_from_bytes(BLOCK_RESULT, bytes.s, bytes.len);
    if (result_view_open(&w->model.res, w->model.result, NULL))
        abort();
    w->model.result_version++;
    str_done(&bytes);
}

void world_running(struct world *w)
{
    struct train_view *t = &w->snap->train;
    start_run(w);
    run_to(w, 6 * STEPS + 31);
    t->images_per_s = 35.2;
    t->seconds = 276;
    t->eta = 279;
    t->loader_wait = 0.12;
    t->n_events = 1;
    t->events[0] = (struct event_mark){5 * STEPS + 10, 6, "rate x 0.5"};
    w->snap->memory_used = 2100000000;
    w->snap->memory_total = 8200000000;
}

void world_queue(struct world *w)
{
    static const struct queue_entry entries[] = {
        {11, "frozen", "best", "resnet18", "", "/data/flowers"},
        {12, "discriminative", "classic", "mobilenet_v2", "epochs 3, lr 0.02, jitter 0.3", "/data/flowers"},
        {15, "scratch", "best", "resnet50", "seed 7", "/data/some/other/pictures"},
    };
    w->snap->n_queue = 3;
    for (int i = 0; i < 3; i++)
        w->snap->queue[i] = entries[i];
}

void world_gauges(struct world *w)
{
    w->snap->train.nearest_mean = 0.62;
    w->snap->gauges = (struct gauges){.seen = 1,
                                      .cores = 0.97,
                                      .own_cores = 0.81,
                                      .memory_used = 9100000000,
                                      .memory_total = 25300000000,
                                      .own_memory = 2200000000,
                                      .gpu = 0.93,
                                      .gpu_temperature = 65,
                                      .gpu_power = 180,
                                      .gpu_power_limit = 300,
                                      .gpu_memory_used = 6100000000,
                                      .gpu_memory_total = 8200000000,
                                      .disk_read = 31.5e6,
                                      .disk_write = 2.25e6,
                                      .net_in = 118e6,
                                      .net_out = 0.4e6};
}

void world_resumed(struct world *w)
{
    struct train_view *t = &w->snap->train;
    world_running(w);
    uint64_t before = 5 * STEPS; /* steps of the first session are not known, its epochs are */
    t->steps_seen -= before;
    memmove(t->steps, t->steps + before, t->steps_seen * sizeof *t->steps);
}

void world_long(struct world *w)
{
    struct train_view *t = &w->snap->train;
    start_run(w);
    t->n_epochs = 300;
    t->n_steps = 300 * STEPS;
    run_to(w, 200 * STEPS);
    t->images_per_s = 35.2;
    t->eta = 83 * 100;
}

void world_done_run(struct world *w)
{
    struct train_view *t = &w->snap->train;
    start_run(w);
    run_to(w, 10 * STEPS);
    w->snap->jobs[0] = (struct job_view){0};
    t->live = false;
    t->seconds = 552;
    snprintf(t->end, sizeof t->end, "done");
    add_result(w, t->best.epoch);
    w->snap->train.result = 4;
}
