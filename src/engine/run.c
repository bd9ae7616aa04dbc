/* A run's folder.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/run.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/csv.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/path.h"
#include "engine/commit.h"
#include "engine/run_lock.h"

#define STEPS_KEPT (1 << 20) /* bytes of lines that could not be written */

/* --- the folder ---------------------------------------------------------------------------------------------- */

/* What a run has written before its run.ini. */
static bool is_beginning(const char *name)
{
    static const char *const names[] = {"split.csv", "metrics.csv", "log.txt"};
    bool found = str_ends(name, FILE_STALE);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        found |= str_eq(name, names[i]);
    return found;
}

/* On a lock alone nothing depends; nor on what a run beside its lock wrote that was killed before it had a run.ini. */
static bool is_empty(const char *folder)
{
    DIR *d = opendir(folder);
    int n = 0, begun = 0, locks = 0;
    for (struct dirent *e; d && (e = readdir(d));) {
        bool dots = str_eq(e->d_name, ".") || str_eq(e->d_name, ".."), lock = str_eq(e->d_name, RUN_LOCK);
        locks += lock;
        begun += is_beginning(e->d_name);
        n += !dots && !lock;
    }
    if (d)
        closedir(d);
    return d && (n == 0 || (locks && n == begun));
}

enum err_code run_check_folder(const char *given, struct err *err)
{
    char *path = path_folder(given);
    enum err_code code = ERR_OK;
    if (path_exists(path) && !(path_is_folder(path) && is_empty(path))) {
        code = err_set(err, ERR_INVALID, "run: %s: is not an empty folder", given);
        err_hint(err, path_is_folder(path) ? "go on with a run by: flowerlab resume %s" : "name a new folder", given);
    } else if ((code = path_can_make(path, err)) != ERR_OK) {
        err_prefix(err, "run");
        err_hint(err, "name a folder, or a place where one can be made");
    }
    free(path);
    return code;
}

static enum err_code use_given(struct run *run, const char *given, struct err *err)
{
    enum err_code code = run_check_folder(given, err);
    if (code != ERR_OK)
        return code;
    char *path = path_folder(given);
    run->made = !path_exists(path);
    code = path_make_folders(path, err);
    if (code == ERR_OK)
        run->folder = path;
    else
        free(path);
    return code;
}

/* The first name that mkdir gets for itself: two runs of one second keep apart. */
static enum err_code use_fresh(struct run *run, const char *runs_dir, const char *mode, const char *model, struct err *err)
{
    char stamp[16];
    clock_stamp(stamp, clock_wall());
    char *parent = path_folder(runs_dir);
    enum err_code code = path_make_folders(parent, err);
    for (int k = 1; code == ERR_OK; k++) {
        char suffix[16] = "";
        if (k > 1)
            snprintf(suffix, sizeof suffix, "-%d", k);
        char *path = xasprintf("%s/%s-%s-%s%s", parent, stamp, mode, model, suffix);
        if (mkdir(path, 0777) == 0) {
            run->folder = path;
            run->made = true;
            break;
        }
        if (errno != EEXIST)
            code = err_sys(err, errno, "%s", path);
        free(path);
    }
    if (code != ERR_OK)
        err_hint(err, "the option runs-dir names another place for runs");
    free(parent);
    return code;
}

enum err_code run_create(struct run *run, const struct options *options, const char *mode, const char *model,
                         struct err *err)
{
    *run = (struct run){.lock = -1};
    enum err_code code = options->run[0] ? use_given(run, options->run, err) : use_fresh(run, options->runs_dir, mode, model, err);
    if (code == ERR_OK)
        code = run_lock(&run->lock, run->folder, err);
    if (code == ERR_OK && options->run[0])
        code = run_check_folder(options->run, err); /* once more: another process may have trained there meanwhile */
    if (code != ERR_OK) {
        if (run->lock >= 0)
            close(run->lock);
        free(run->folder);
        *run = (struct run){.lock = -1};
        return code;
    }
    record_init(&run->record);
    run->record.options = *options;
    return ERR_OK;
}

/* The process that the record names may be another that ended, or none yet. */
static enum err_code busy(const struct record *r, const char *path, struct err *err)
{
    bool known = str_eq(r->state, "running") && record_process(r);
    return known ? err_set(err, ERR_BUSY, "%s: process %lld is training it", path, (long long)r->pid)
                 : err_set(err, ERR_BUSY, "%s: another process is training it", path);
}

/* Read again under the lock: its process may have ended between. */
static enum err_code lock_record(struct run *run, const char *path, struct err *err)
{
    enum err_code code = run_lock(&run->lock, path, err);
    if (code != ERR_OK)
        return code;
    record_done(&run->record);
    return record_read(&run->record, path, err);
}

enum err_code run_open(struct run *run, const char *folder, struct err *err)
{
    *run = (struct run){.lock = -1};
    char *path = path_expand(folder); /* messages name it as it was given */
    enum err_code code = record_read(&run->record, path, err);
    if (code == ERR_OK && record_alive(&run->record, path))
        code = busy(&run->record, path, err);
    else if (code == ERR_OK)
        code = lock_record(run, path, err);
    if (code == ERR_BUSY)
        record_done(&run->record);
    if (code == ERR_OK) {
        run->folder = path_folder(path);
        file_remove_stale(run->folder);
    }
    free(path);
    return code;
}

void run_discard(const struct run *run)
{
    char *lock = run_path(run, RUN_LOCK);
    unlink(lock);
    free(lock);
    if (run->made)
        rmdir(run->folder); /* fails, as it should, when there is something in it */
}

void run_done(struct run *run)
{
    if (run->folder)
        record_done(&run->record);
    if (run->folder && run->lock >= 0)
        close(run->lock);
    free(run->folder);
    free(run->metrics);
    str_done(&run->steps);
    str_done(&run->predictions);
    str_done(&run->confusion);
    memset(run, 0, sizeof *run);
}

char *run_path(const struct run *run, const char *name)
{
    return path_join(run->folder, name);
}

enum err_code run_write(const struct run *run, const char *name, const struct str *text, struct err *err)
{
    char *path = run_path(run, name);
    enum err_code code = file_replace(path, text->s ? text->s : "", text->len, err);
    free(path);
    return code;
}

enum err_code run_save_record(struct run *run, struct err *err)
{
    char now[20];
    record_set(&run->record.updated, clock_text(now, clock_wall()));
    struct str text = STR_INIT;
    record_write(&text, &run->record);
    enum err_code code = run_write(run, "run.ini", &text, err);
    str_done(&text);
    return code;
}

void run_describe(struct record *r, const char *command)
{
    char host[256] = "", now[20];
    gethostname(host, sizeof host - 1);
    record_set(&r->host, host);
    r->pid = getpid();
    if (!command)
        return;
    record_set(&r->command, command);
    record_set(&r->version, PACKAGE_VERSION);
    record_set(&r->commit, FL_COMMIT);
    record_set(&r->started, clock_text(now, clock_wall()));
}

/* --- tables -------------------------------------------------------------------------------------------------- */

void run_add_metrics(struct run *run, const struct epoch_metrics *m)
{
    run->metrics = xgrow(run->metrics, &run->cap_metrics, run->n_metrics + 1, sizeof *m);
    run->metrics[run->n_metrics++] = *m;
}

void run_metrics_text(struct str *out, const struct run *run)
{
    str_add(out, "epoch,train_loss,train_acc,val_loss,val_acc,phase,lr,lr_head,grad_norm,images_per_s,seconds\n");
    for (size_t i = 0; i < run->n_metrics; i++) {
        const struct epoch_metrics *m = &run->metrics[i];
        csv_add_int(out, m->epoch);
        csv_add_real(out, m->train_loss);
        csv_add_real(out, m->train_acc);
        csv_add_real(out, m->val_loss);
        csv_add_real(out, m->val_acc);
        csv_add_int(out, m->phase);
        csv_add_real(out, m->lr);
        csv_add_real(out, m->lr_head);
        csv_add_real(out, m->grad_norm);
        csv_add_real(out, m->images_per_s);
        csv_add_real(out, m->seconds);
        csv_end(out);
    }
}

enum err_code run_save_metrics(const struct run *run, struct err *err)
{
    struct str text = STR_INIT;
    run_metrics_text(&text, run);
    enum err_code code = run_write(run, "metrics.csv", &text, err);
    str_done(&text);
    return code;
}

void run_flush_steps(struct run *run)
{
    run->steps_flushed = clock_now();
    if (run->steps.len == 0)
        return;
    char *path = run_path(run, "steps.csv");
    struct err err = {0};
    struct str text = STR_INIT;
    if (run_steps_size(run) == 0)
        str_add(&text, "step,epoch,loss,acc,lr,lr_head,grad_norm,images_per_s,seconds\n");
    str_add_n(&text, run->steps.s, run->steps.len);
    enum err_code code = file_append(path, text.s, text.len, &err);
    if (code != ERR_OK && !run->grumbled) {
        log_line(LOG_WARN, "%s; the run goes on without it", err.message);
        run->grumbled = true;
    }
    if (code == ERR_OK || run->steps.len > STEPS_KEPT)
        str_clear(&run->steps);
    str_done(&text);
    free(path);
}

void run_add_step(struct run *run, const struct step_point *p, int epoch)
{
    struct str *s = &run->steps;
    csv_add_int(s, p->step);
    csv_add_int(s, epoch);
    csv_add_real(s, (double)p->loss);
    csv_add_real(s, (double)p->acc);
    csv_add_real(s, (double)p->lr);
    csv_add_real(s, (double)p->lr_head);
    csv_add_real(s, (double)p->grad_norm);
    csv_add_real(s, (double)p->images_per_s);
    csv_add_real(s, p->seconds);
    csv_end(s);
    if (clock_now() - run->steps_flushed > 1)
        run_flush_steps(run);
}

uint64_t run_steps_size(const struct run *run)
{
    struct stat st;
    char *path = run_path(run, "steps.csv");
    uint64_t size = stat(path, &st) == 0 ? (uint64_t)st.st_size : 0;
    free(path);
    return size;
}

void run_cut_steps(const struct run *run, uint64_t size)
{
    char *path = run_path(run, "steps.csv");
    if (run_steps_size(run) > size && truncate(path, (off_t)size) != 0)
        log_line(LOG_WARN, "%s: lines of the interrupted epoch stay: %s", path, strerror(errno));
    free(path);
}

static void predictions_text(struct str *out, const struct result_view *r)
{
    str_add(out, "file,class,predicted,probability\n");
    for (size_t i = 0; i < r->n; i++) {
        struct prediction_row row = result_view_row(r, i);
        csv_add(out, row.file);
        csv_add(out, row.truth >= 0 ? result_view_class(r, row.truth) : "");
        csv_add(out, row.predicted >= 0 ? result_view_class(r, row.predicted) : "");
        csv_add_real(out, row.probability);
        csv_end(out);
    }
}

static void confusion_text(struct str *out, const struct result_view *r)
{
    csv_add(out, "class");
    for (int k = 0; k < r->n_classes; k++)
        csv_add(out, result_view_class(r, k));
    csv_end(out);
    for (int t = 0; t < r->n_classes; t++) {
        csv_add(out, result_view_class(r, t));
        for (int k = 0; k < r->n_classes; k++)
            csv_add_int(out, result_view_count(r, t, k));
        csv_end(out);
    }
}

void run_keep_result(struct run *run, const struct result_view *result)
{
    str_clear(&run->predictions);
    str_clear(&run->confusion);
    predictions_text(&run->predictions, result);
    confusion_text(&run->confusion, result);
}

static enum err_code flush_table(const struct run *run, const char *name, struct str *text, struct err *err)
{
    enum err_code code = text->len > 0 ? run_write(run, name, text, err) : ERR_OK;
    if (code == ERR_OK)
        str_clear(text);
    return code;
}

enum err_code run_flush_result(struct run *run, struct err *err)
{
    enum err_code code = flush_table(run, "predictions.csv", &run->predictions, err);
    enum err_code other = flush_table(run, "confusion.csv", &run->confusion, code == ERR_OK ? err : NULL);
    return code == ERR_OK ? other : code;
}
