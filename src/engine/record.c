/* The record of a run: run.ini.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/record.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/path.h"
#include "engine/ini.h"
#include "engine/run_lock.h"

void record_init(struct record *r)
{
    memset(r, 0, sizeof *r);
    r->best.val_acc = r->best.val_loss = r->nearest_mean = NAN;
    options_default(&r->options);
    char **const texts[] = {&r->note, &r->command, &r->version, &r->commit, &r->host,
                            &r->started, &r->updated, &r->data, &r->weights, &r->match, &r->socket};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        *texts[i] = xstrdup("");
}

void record_done(struct record *r)
{
    char *texts[] = {r->note, r->command, r->version, r->commit, r->host,
                     r->started, r->updated, r->data, r->weights, r->match, r->socket};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        free(texts[i]);
    for (int k = 0; k < r->n_classes; k++)
        free(r->classes[k]);
    free(r->classes);
    free(r->tape);
    memset(r, 0, sizeof *r);
}

void record_set(char **field, const char *text)
{
    char *copy = xstrdup(text);
    free(*field);
    *field = copy;
}

void record_classes(struct record *r, char *const *names, int n)
{
    r->classes = xcalloc((size_t)n, sizeof *r->classes);
    for (int k = 0; k < n; k++)
        r->classes[k] = xstrdup(names[k]);
    r->n_classes = n;
}

void record_tape(struct record *r, int64_t step, int epoch, const char *text)
{
    r->tape = xgrow(r->tape, &r->cap_tape, r->n_tape + 1, sizeof *r->tape);
    struct tape_entry *t = &r->tape[r->n_tape++];
    *t = (struct tape_entry){.step = step, .epoch = epoch};
    snprintf(t->text, sizeof t->text, "%s", text);
}

/* --- fields that are plain texts or numbers, one list for both directions ------------------------------------- */

enum kind { TEXT, CHARS, INT, INT64, HEX, REAL };

struct field {
    const char *section, *key;
    enum kind kind;
    size_t at, size;
};

#define FIELD(section, key, kind, f) {section, key, kind, offsetof(struct record, f), sizeof(((struct record *)0)->f)}

static const struct field fields[] = {
    FIELD("run", "state", CHARS, state),
    FIELD("run", "note", TEXT, note),
    FIELD("run", "mode", CHARS, mode),
    FIELD("run", "preset", CHARS, preset),
    FIELD("run", "command", TEXT, command),
    FIELD("run", "version", TEXT, version),
    FIELD("run", "commit", TEXT, commit),
    FIELD("run", "started", TEXT, started),
    FIELD("run", "updated", TEXT, updated),
    FIELD("run", "seconds", REAL, seconds),
    FIELD("result", "epochs", INT, epochs_done),
    FIELD("result", "best-epoch", INT, best.epoch),
    FIELD("result", "best-val-acc", REAL, best.val_acc),
    FIELD("result", "best-val-loss", REAL, best.val_loss),
    FIELD("result", "nearest-mean", REAL, nearest_mean),
    FIELD("data", "folder", TEXT, data),
    FIELD("data", "fingerprint", HEX, fingerprint),
    FIELD("model", "architecture", CHARS, model),
    FIELD("model", "weights", TEXT, weights),
    FIELD("model", "match", TEXT, match),
    FIELD("machine", "host", TEXT, host),
    FIELD("machine", "pid", INT64, pid),
    FIELD("machine", "socket", TEXT, socket),
    FIELD("machine", "device", CHARS, device),
    FIELD("machine", "device-name", CHARS, device_title),
    FIELD("machine", "precision", CHARS, precision),
    FIELD("machine", "libtorch", CHARS, torch),
    FIELD("machine", "threads", INT, threads),
};

static void write_field(struct str *out, const struct field *f, const char *base)
{
    const char *p = base + f->at;
    char hex[NUM_TEXT];
    switch (f->kind) {
    case TEXT: ini_put(out, f->key, *(char *const *)p); break;
    case CHARS: ini_put(out, f->key, p); break;
    case INT: ini_put_int(out, f->key, *(const int *)p); break;
    case INT64: ini_put_int(out, f->key, *(const int64_t *)p); break;
    case REAL: ini_put_real(out, f->key, *(const double *)p); break;
    case HEX:
        snprintf(hex, sizeof hex, "%016" PRIx64, *(const uint64_t *)p);
        ini_put(out, f->key, hex);
        break;
    }
}

static bool read_field(const struct field *f, char *base, const char *value)
{
    char *p = base + f->at, *end;
    int64_t v = 0;
    switch (f->kind) {
    case TEXT: record_set((char **)p, value); return true;
    case CHARS: snprintf(p, f->size, "%s", value); return true;
    case INT: return num_parse_int(value, &v) && v >= INT_MIN && v <= INT_MAX && (*(int *)p = (int)v, true);
    case INT64: return num_parse_int(value, (int64_t *)p);
    case REAL: return num_parse_real(value, (double *)p);
    case HEX: *(uint64_t *)p = strtoull(value, &end, 16); return *value && *end == '\0';
    }
    return false;
}

/* --- writing ------------------------------------------------------------------------------------------------- */

static void write_sections(struct str *out, const struct record *r)
{
    const char *section = "";
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (!str_eq(section, fields[i].section))
            ini_section(out, section = fields[i].section);
        write_field(out, &fields[i], (const char *)r);
    }
}

static void write_options(struct str *out, const struct options *o)
{
    ini_section(out, "options");
    for (int id = 0; id < OPTION_COUNT; id++) {
        if (!option_is_set(o, (enum option_id)id) || option_row((enum option_id)id)->scope == SCOPE_PROGRAM)
            continue;
        struct str value = STR_INIT;
        option_get(&value, o, (enum option_id)id);
        ini_put(out, option_row((enum option_id)id)->name, value.s);
        str_done(&value);
    }
}

void record_write(struct str *out, const struct record *r)
{
    write_sections(out, r);
    write_options(out, &r->options);
    str_add_c(out, '\n');
    recipe_write(out, &r->recipe);
    ini_section(out, "classes");
    for (int k = 0; k < r->n_classes; k++) {
        char key[NUM_TEXT];
        snprintf(key, sizeof key, "%d", k);
        ini_put(out, key, r->classes[k]);
    }
    ini_section(out, "tape");
    for (size_t i = 0; i < r->n_tape; i++) {
        char key[64];
        snprintf(key, sizeof key, "step %" PRId64 " epoch %d", r->tape[i].step, r->tape[i].epoch);
        ini_put(out, key, r->tape[i].text);
    }
}

/* --- reading ------------------------------------------------------------------------------------------------- */

static enum err_code read_class(struct record *r, const char *key, const char *value, struct err *err)
{
    int64_t k;
    if (!num_parse_int(key, &k) || k != r->n_classes)
        return err_set(err, ERR_FORMAT, "class %s is out of order", key);
    r->classes = xrealloc(r->classes, (size_t)k + 1, sizeof *r->classes);
    r->classes[r->n_classes++] = xstrdup(value);
    return ERR_OK;
}

static enum err_code read_other(struct record *r, const char *section, const char *key, const char *value,
                                struct err *err)
{
    if (str_eq(section, "options")) {
        int id = option_find(key);
        return id < 0 ? err_set(err, ERR_FORMAT, "unknown option %s", key)
                      : option_set(&r->options, (enum option_id)id, value, SOURCE_RUN, err);
    }
    if (str_eq(section, "classes"))
        return read_class(r, key, value, err);
    if (str_eq(section, "tape")) {
        int64_t step;
        int epoch;
        if (sscanf(key, "step %" SCNd64 " epoch %d", &step, &epoch) != 2)
            return err_set(err, ERR_FORMAT, "tape: %s is no moment", key);
        record_tape(r, step, epoch, value);
        return ERR_OK;
    }
    if (str_eq(section, "recipe") || str_starts(section, "phase"))
        return recipe_set(&r->recipe, section, key, value, err);
    return ERR_OK; /* of a later version */
}

static enum err_code read_pair(const char *section, const char *key, const char *value, void *user, struct err *err)
{
    struct record *r = user;
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        const struct field *f = &fields[i];
        if (!str_eq(f->section, section) || !str_eq(f->key, key))
            continue;
        return read_field(f, (char *)r, value) ? ERR_OK
                                               : err_set(err, ERR_FORMAT, "%s: %s is no number", key, value);
    }
    return read_other(r, section, key, value, err);
}

enum err_code record_read(struct record *r, const char *folder, struct err *err)
{
    record_init(r);
    char *path = path_join(folder, "run.ini"), *text = NULL;
    size_t n;
    enum err_code code = file_read(path, 1 << 24, &text, &n, err);
    if (code == ERR_NOT_FOUND)
        code = err_set(err, code, "%s: not a run folder (no run.ini in it)", folder);
    if (code == ERR_OK) {
        code = ini_parse(text, read_pair, r, err);
        if (code == ERR_OK)
            code = recipe_check(&r->recipe, err);
        if (code != ERR_OK && err)
            code = err_prefix(err, "%s", path);
    }
    free(text);
    free(path);
    if (code != ERR_OK)
        record_done(r);
    return code;
}

bool record_process(const struct record *r)
{
    char host[256] = "";
    gethostname(host, sizeof host - 1);
    return str_eq(r->host, host) && r->pid > 0 && (kill((pid_t)r->pid, 0) == 0 || errno == EPERM);
}

bool record_alive(const struct record *r, const char *folder)
{
    enum run_lock_state lock = run_lock_look(folder);
    if (lock != RUN_LOCK_NONE)
        return lock == RUN_LOCK_HELD;
    return str_eq(r->state, "running") && record_process(r);
}
