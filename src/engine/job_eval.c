/* Jobs that use a trained model: evaluation of a part or a folder, predictions for files.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/job.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/names.h"
#include "base/path.h"
#include "data/folder_set.h"
#include "data/split.h"
#include "engine/internal.h"
#include "engine/model.h"
#include "engine/record.h"
#include "engine/scan.h"
#include "engine/score.h"
#include "engine/torch.h"

/* A run's weights, ready to use. */
struct use {
    struct job *job;
    char *folder;
    struct record record;
    struct model model;
    struct score score;
};

/* The precision of the run, unless the command says another. */
static enum err_code use_device(struct use *u, struct err *err)
{
    const struct options *o = u->job->cmd.options;
    const struct torch *torch;
    int threads = option_is_set(o, OPTION_ID_threads) ? (int)o->threads : u->record.threads;
    job_stage(u->job, "loading libtorch", 0);
    enum err_code code = torch_get(u->job->engine, threads, &torch, err);
    if (code != ERR_OK)
        return code;
    bool own = option_is_set(o, OPTION_ID_precision);
    const char *wish = own ? option_row(OPTION_ID_precision)->choices[o->precision] : "auto";
    const struct trained_with before = {u->record.device, u->record.precision};
    return model_device(&u->model, torch->fl, o->device, wish, own ? NULL : &before, err);
}

/* Those of the run, unless the command says others. */
static enum err_code use_views(struct use *u, struct err *err)
{
    const struct options *o = u->job->cmd.options;
    struct prep *prep = &u->model.prep;
    if (o->source[OPTION_ID_views] != SOURCE_COMMAND_LINE)
        return ERR_OK;
    if (prep->resize != RESIZE_CROP)
        return err_set(err, ERR_INVALID, "views: the run has resize stretch, its network sees the whole picture in one square");
    prep->views = (int)o->views;
    prep->mirror_views = prep->views > 1 && recipe_flips(&u->record.recipe);
    return ERR_OK;
}

static enum err_code use_open(struct use *u, struct job *job, struct err *err)
{
    memset(u, 0, sizeof *u);
    u->job = job;
    u->folder = path_expand(job->cmd.path);
    enum err_code code = record_read(&u->record, u->folder, err);
    if (code == ERR_OK)
        code = use_device(u, err);
    else
        record_init(&u->record);
    char *path = path_join(u->folder, job->cmd.number == 1 ? "last.safetensors" : "best.safetensors");
    if (code == ERR_OK)
        code = model_load(&u->model, path, err);
    if (code == ERR_NOT_FOUND && u->record.epochs_done == 0)
        err_hint(err, "no epoch of the run is done yet; flowerlab resume goes on with it");
    if (code == ERR_OK)
        code = use_views(u, err);
    if (code == ERR_OK)
        score_init(&u->score, u->model.n_classes);
    free(path);
    return code;
}

static void use_done(struct use *u)
{
    score_done(&u->score);
    model_done(&u->model);
    record_done(&u->record);
    free(u->folder);
}

static void hand_over(struct use *u, enum block_kind kind, const char *what)
{
    struct result r = score_result(&u->score, (const char *const *)u->model.classes, what, u->model.epoch);
    struct str bytes = STR_INIT;
    block_result(&bytes, &r);
    job_result(u->job, kind, &bytes);
}

/* --- eval ---------------------------------------------------------------------------------------------------- */

static int class_of_name(const struct model *m, const char *name)
{
    for (int k = 0; k < m->n_classes; k++) {
        if (str_eq(m->classes[k], name))
            return k;
    }
    return -1;
}

static enum err_code eval_batch(struct use *u, const struct dataset *ds, const struct batch *batch, const int *classes,
                                struct err *err)
{
    int k = u->model.n_classes;
    float *logits = xcalloc((size_t)batch->n * (size_t)k + 1, sizeof *logits);
    enum err_code code = batch->n ? model_logits(&u->model, batch->rgb, (size_t)batch->n, logits, err) : ERR_OK;
    for (int i = 0; code == ERR_OK && i < batch->n; i++)
        score_add(&u->score, ds->files[batch->items[i].file].name, classes[batch->items[i].label],
                  logits + (size_t)i * (size_t)k);
    if (batch->n_failed)
        log_line(LOG_WARN, "%zu pictures skipped, %s", batch->n_failed, batch->failed);
    free(logits);
    return code;
}

/* The same order, batches and arithmetic as validation during the run. classes: the model's class of each of the data set's. */
static enum err_code eval_files(struct use *u, const struct dataset *ds, const uint32_t *files, size_t n,
                                const int *classes, struct err *err)
{
    struct loader_config config = settings_views_loader(&u->model.prep, u->record.recipe.batch_size, u->job->cmd.options);
    struct loader *loader = loader_new(ds, u->job->engine->pool, &config);
    const struct batch *batch = NULL;
    enum err_code code;
    loader_cancel_flag(loader, &u->job->cancel);
    loader_start(loader, files, n, 0);
    job_stage(u->job, "validation", n);
    do {
        code = loader_next(loader, &batch, NULL, err);
        if (code == ERR_OK && batch)
            code = eval_batch(u, ds, batch, classes, err);
        job_progress(u->job, u->score.n, n, 0);
    } while (code == ERR_OK && batch);
    loader_free(loader);
    return code;
}

#define NAMED 3 /* unknown folders that are told by name */

/* unknown: what to say of folders that the model does not know, "" when there are none. */
static int *match_classes(const struct use *u, const struct dataset *ds, char *unknown, size_t size)
{
    int *classes = xcalloc(ds->n_classes, sizeof *classes);
    struct str names = STR_INIT;
    size_t n = 0;
    for (size_t k = 0; k < ds->n_classes; k++) {
        classes[k] = class_of_name(&u->model, ds->classes[k].name);
        if (classes[k] < 0 && n++ < NAMED)
            str_printf(&names, "%s%.*s", n > 1 ? ", " : "", str_within(ds->classes[k].name, 40), ds->classes[k].name);
    }
    if (n > NAMED)
        str_printf(&names, " and %zu more", n - NAMED);
    if (n > 0)
        snprintf(unknown, size, "; folder%s %s %s and %s skipped", n == 1 ? "" : "s", names.s,
                 n == 1 ? "is no class of the model" : "are no classes of the model", n == 1 ? "is" : "are");
    str_done(&names);
    return classes;
}

/* Files of a folder whose class the model knows. */
static size_t known_files(uint32_t *out, const struct dataset *ds, const int *classes)
{
    size_t n = 0;
    for (size_t i = 0; i < ds->n_files; i++) {
        const struct ds_file *f = &ds->files[i];
        if (f->status == FILE_USED && f->cls >= 0 && classes[f->cls] >= 0)
            out[n++] = (uint32_t)i;
    }
    return n;
}

/* A data set that is laid out as parts was perhaps not meant as a whole. */
static void tell_parts(const struct dataset *ds, const uint32_t *files, size_t n, char *but, size_t size)
{
    bool there[PART_TEST + 1] = {false};
    struct str names = STR_INIT;
    size_t n_parts = 0, len = strlen(but);
    for (size_t i = 0; i < n; i++)
        there[ds->files[files[i]].given] = true;
    for (enum part p = PART_TRAIN; p <= PART_TEST; p++)
        if (there[p])
            str_printf(&names, "%s%s", n_parts++ ? ", " : "", part_name(p));
    if (n_parts > 1)
        snprintf(but + len, size - len, "; the parts %s are scored together, DIR/%s is one of them", names.s,
                 part_name(there[PART_TEST] ? PART_TEST : PART_VAL));
    str_done(&names);
}

static enum err_code eval_folder(struct use *u, const struct dataset *ds, const char *what, char *unknown, size_t size,
                                 const int *classes, struct err *err)
{
    uint32_t *files = xcalloc(ds->n_files + 1, sizeof *files);
    size_t n = known_files(files, ds, classes);
    tell_parts(ds, files, n, unknown, size);
    enum err_code code = n ? eval_files(u, ds, files, n, classes, err)
                           : err_set(err, ERR_INVALID, "%s: no pictures in folders named as the run's classes%s", what,
                                     unknown);
    free(files);
    return code;
}

static enum err_code eval_part(struct use *u, const struct dataset *ds, const int *classes, char *gone, size_t size, struct err *err)
{
    struct split split;
    size_t missing = 0;
    char *path = path_join(u->folder, "split.csv");
    enum err_code code = split_read(&split, ds, path, &missing, err);
    free(path);
    if (code != ERR_OK)
        return code;
    if (missing)
        snprintf(gone, size, "; %zu picture%s of the run's split %s gone", missing, missing == 1 ? "" : "s", missing == 1 ? "is" : "are");
    code = eval_files(u, ds, split.val, split.n_val, classes, err);
    split_done(&split);
    return code;
}

/* Another folder is looked at as the run's own was, unless these options are set now. The caller frees it. */
static struct options *options_for_folder(const struct use *u)
{
    const struct options *now = u->job->cmd.options, *then = &u->record.options;
    struct options *o = xmemdup(now, sizeof *now);
    for (int id = 0; id < OPTION_COUNT; id++) {
        struct str value = STR_INIT;
        if (option_row((enum option_id)id)->scope == SCOPE_DATA && !option_is_set(now, (enum option_id)id)) {
            option_get(&value, then, (enum option_id)id);
            option_set(o, (enum option_id)id, value.s ? value.s : "", SOURCE_RUN, NULL);
        }
        str_done(&value);
    }
    return o;
}

static enum err_code eval(struct use *u, struct err *err)
{
    const char *given = u->job->cmd.path2;
    struct options *o = given[0] ? options_for_folder(u) : xmemdup(&u->record.options, sizeof u->record.options);
    char *root = given[0] ? path_expand(given) : xstrdup(u->record.data), unknown[240] = "";
    struct dataset *ds = NULL;
    enum err_code code = scan_dataset(&ds, u->job, root, o, POOL_TRAINING, err);
    free(o);
    if (code == ERR_NOT_FOUND && !given[0])
        err_hint(err, "where the pictures were moved: flowerlab eval RUN DIR takes a folder");
    if (code == ERR_OK) {
        int *classes = match_classes(u, ds, unknown, sizeof unknown);
        code = given[0] ? eval_folder(u, ds, root, unknown, sizeof unknown, classes, err) : eval_part(u, ds, classes, unknown, sizeof unknown, err);
        free(classes);
    }
    if (code == ERR_OK) {
        hand_over(u, BLOCK_RESULT, given[0] ? root : "validation part");
        job_say(u->job, "%.1f %% of %zu pictures right, loss %.4f%s", 100 * tally_acc(&u->score.tally), u->score.n,
                tally_loss(&u->score.tally), unknown);
    }
    dataset_free(ds);
    free(root);
    return code;
}

enum err_code job_eval(struct job *job, struct err *err)
{
    struct use u;
    enum err_code code = use_open(&u, job, err);
    if (code == ERR_OK)
        code = eval(&u, err);
    use_done(&u);
    return code;
}

/* --- predict ------------------------------------------------------------------------------------------------- */

/* One that cannot be opened may be a picture: its row says why it is none. */
static bool may_be_picture(const char *path)
{
    uint8_t bytes[64];
    if (!path_is_file(path))
        return false;
    FILE *f = fopen(path, "re");
    if (!f)
        return true;
    size_t n = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    return n > 0 && image_kind_is_picture(image_sniff(bytes, n));
}

/* A walk through folders, which links may make a circle of: each folder is taken once. */
struct walk {
    struct job *job;
    struct names *names;
    struct folder_set met;
};

/* One that cannot be looked at is new: its row tells why. */
static bool is_new(struct walk *w, const char *folder)
{
    struct stat st;
    return stat(folder, &st) != 0 || !folder_set_add(&w->met, st.st_dev, st.st_ino, folder);
}

/* Pictures below a folder, in byte order; what is hidden or no picture is passed over. A folder that cannot be read has a row as a file has. */
static enum err_code add_folder(struct walk *w, const char *folder, struct err *err)
{
    struct dirent **entries;
    enum err_code code = job_cancelled(w->job, err);
    if (code != ERR_OK || !is_new(w, folder))
        return code;
    int n = scandir(folder, &entries, NULL, NULL);
    struct names here = {0};
    if (n < 0)
        names_add(w->names, folder);
    for (int i = 0; i < n; i++) {
        if (entries[i]->d_name[0] != '.')
            names_add(&here, entries[i]->d_name);
        free(entries[i]);
    }
    if (n > 0)
        free(entries);
    names_sort(&here);
    for (size_t i = 0; code == ERR_OK && i < here.n; i++) {
        char *path = path_join(folder, here.list[i]);
        if (path_is_folder(path))
            code = add_folder(w, path, err);
        else if (may_be_picture(path))
            names_add(w->names, path);
        free(path);
    }
    names_done(&here);
    return code;
}

/* One that was named has a row of its own where it has nothing else to show. */
static enum err_code add_whole_folder(struct walk *w, const char *folder, struct err *err)
{
    size_t before = w->names->n;
    enum err_code code = add_folder(w, folder, err);
    if (code == ERR_OK && w->names->n == before)
        names_add(w->names, folder);
    return code;
}

/* What was named, files as they are. */
static enum err_code add_named(struct job *job, struct names *names, struct err *err)
{
    enum err_code code = ERR_OK;
    for (size_t i = 0; code == ERR_OK && i < job->cmd.n_list; i++) {
        struct walk w = {.job = job, .names = names};
        if (path_is_folder(job->cmd.list[i]))
            code = add_whole_folder(&w, job->cmd.list[i], err);
        else
            names_add(names, job->cmd.list[i]);
        folder_set_done(&w.met);
    }
    return code;
}

/* A batch of files on its way through the pool. */
struct squares {
    const struct loader_config *config;
    char **names;
    uint8_t *rgb;
    size_t bytes;          /* of one file */
    char (*problems)[200]; /* "" when fine */
};

static void make_square(size_t i, void *arg)
{
    struct squares *s = arg;
    struct image_info info;
    struct err err = {0};
    if (loader_square(s->rgb + i * s->bytes, s->names[i], s->config, &info, &err) != ERR_OK) {
        const char *message = err.message;
        size_t prefix = strlen(s->names[i]);
        if (str_starts(message, s->names[i]) && message[prefix] == ':') /* the row names the file already */
            message += prefix + 1 + (message[prefix + 1] == ' ');
        if (path_is_folder(s->names[i]) && access(s->names[i], R_OK | X_OK) == 0)
            message = "no pictures in it";
        snprintf(s->problems[i], sizeof s->problems[i], "%.199s", message[0] ? message : "cannot be read");
    }
}

/* Rows in the order of the files; the good squares are packed together for the net. */
static enum err_code predict_batch(struct use *u, struct squares *s, size_t n, float *logits, struct err *err)
{
    size_t good = 0;
    pool_for(u->job->engine->pool, POOL_TRAINING, n, make_square, s, &u->job->cancel);
    if (job_cancelled(u->job, err) != ERR_OK)
        return ERR_CANCELLED;
    for (size_t i = 0; i < n; i++) {
        if (!s->problems[i][0])
            memmove(s->rgb + good++ * s->bytes, s->rgb + i * s->bytes, s->bytes);
    }
    enum err_code code = good ? model_logits(&u->model, s->rgb, good, logits, err) : ERR_OK;
    good = 0;
    for (size_t i = 0; code == ERR_OK && i < n; i++) {
        if (s->problems[i][0])
            score_problem(&u->score, s->names[i], -1, s->problems[i]);
        else
            score_add(&u->score, s->names[i], -1, logits + good++ * (size_t)u->model.n_classes);
    }
    return code;
}

/* One file's answer in a sentence; of many only their number. */
static void say_predictions(struct job *job, const struct use *u)
{
    const struct prediction_row *row = u->score.rows;
    if (u->score.n != 1)
        job_say(job, "%zu files", u->score.n);
    else if (row->predicted < 0)
        job_say(job, "%s: %s", path_base(row->file), row->problem);
    else
        job_say(job, "%s: %s, %.1f %%", path_base(row->file), u->model.classes[row->predicted], 100 * row->probability);
}

static enum err_code predict_all(struct use *u, struct names *names, char (*problems)[200], struct err *err)
{
    struct loader_config config = settings_views_loader(&u->model.prep, u->record.recipe.batch_size, u->job->cmd.options);
    size_t batch = (size_t)config.batch_size;
    struct squares s = {.config = &config, .bytes = loader_picture_bytes(&config)};
    float *logits = xcalloc(batch * (size_t)u->model.n_classes, sizeof *logits);
    enum err_code code = ERR_OK;
    s.rgb = xmalloc(batch * s.bytes);
    job_stage(u->job, "predicting", names->n);
    for (size_t i = 0; code == ERR_OK && i < names->n; i += batch) {
        s.names = names->list + i;
        s.problems = problems + i;
        code = predict_batch(u, &s, names->n - i < batch ? names->n - i : batch, logits, err);
        job_progress(u->job, u->score.n, names->n, 0);
    }
    free(s.rgb);
    free(logits);
    return code;
}

enum err_code job_predict(struct job *job, struct err *err)
{
    struct use u;
    struct names names = {0};
    enum err_code code = use_open(&u, job, err);
    if (code == ERR_OK)
        code = add_named(job, &names, err);
    if (code == ERR_OK && names.n == 0)
        code = err_set(err, ERR_INVALID, "%s: no pictures", job->cmd.n_list ? job->cmd.list[0] : "no file given");
    if (code == ERR_OK)
        score_keep_top(&u.score);
    char(*problems)[200] = xcalloc(names.n + 1, sizeof *problems);
    if (code == ERR_OK)
        code = predict_all(&u, &names, problems, err);
    if (code == ERR_OK) {
        hand_over(&u, BLOCK_PREDICTIONS, "files");
        say_predictions(job, &u);
    }
    use_done(&u);
    free(problems);
    names_done(&names);
    return code;
}
