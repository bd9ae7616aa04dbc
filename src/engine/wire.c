/* Byte forms of commands, notices and the snapshot. A struct is a list of fields; encoding and decoding walk the list.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/wire.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum field_type { F_BOOL, F_INT, F_U64, F_I64, F_REAL, F_FLOAT, F_TEXT };

struct field {
    enum field_type type;
    size_t at, size;
};

#define FIELD(type, s, f) {type, offsetof(struct s, f), sizeof(((struct s *)0)->f)}
#define N_FIELDS(list) (sizeof(list) / sizeof(list)[0])

static void put_field(struct str *out, const struct field *f, const char *base)
{
    const char *p = base + f->at;
    switch (f->type) {
    case F_BOOL: put_u8(out, *(const bool *)p); break;
    case F_INT: put_u32(out, (uint32_t)*(const int *)p); break;
    case F_U64: put_u64(out, *(const uint64_t *)p); break;
    case F_I64: put_u64(out, (uint64_t)*(const int64_t *)p); break;
    case F_REAL: put_f64(out, *(const double *)p); break;
    case F_FLOAT: put_f64(out, (double)*(const float *)p); break;
    case F_TEXT: put_text(out, p); break;
    }
}

static void get_field(struct reader *r, const struct field *f, char *base)
{
    char *p = base + f->at;
    switch (f->type) {
    case F_BOOL: *(bool *)p = get_u8(r) != 0; break;
    case F_INT: *(int *)p = (int)get_u32(r); break;
    case F_U64: *(uint64_t *)p = get_u64(r); break;
    case F_I64: *(int64_t *)p = (int64_t)get_u64(r); break;
    case F_REAL: *(double *)p = get_f64(r); break;
    case F_FLOAT: *(float *)p = (float)get_f64(r); break;
    case F_TEXT: get_text_to(r, p, f->size); break;
    }
}

static void put_fields(struct str *out, const struct field *list, size_t n, const void *base)
{
    for (size_t i = 0; i < n; i++)
        put_field(out, &list[i], base);
}

static void get_fields(struct reader *r, const struct field *list, size_t n, void *base)
{
    for (size_t i = 0; i < n; i++)
        get_field(r, &list[i], base);
}

static enum err_code finish(const struct reader *r, const char *what, struct err *err)
{
    return r->bad ? err_set(err, ERR_FORMAT, "%s: cut off", what) : ERR_OK;
}

/* --- command ------------------------------------------------------------------------------------------------- */

_Static_assert(sizeof(enum cmd_kind) == sizeof(int), "enums travel as int");

static const struct field cmd_fields[] = {
    FIELD(F_INT, cmd, kind), FIELD(F_U64, cmd, job),    FIELD(F_TEXT, cmd, path),
    FIELD(F_TEXT, cmd, path2), FIELD(F_I64, cmd, number), FIELD(F_REAL, cmd, real),
};

static void put_options(struct str *out, const struct options *o)
{
    uint32_t n = 0;
    for (int id = 0; o && id < OPTION_COUNT; id++)
        n += option_is_set(o, (enum option_id)id);
    put_u32(out, n);
    for (int id = 0; n && id < OPTION_COUNT; id++) {
        if (!option_is_set(o, (enum option_id)id))
            continue;
        struct str value = STR_INIT;
        option_get(&value, o, (enum option_id)id);
        put_text(out, option_row((enum option_id)id)->name);
        put_text(out, value.s);
        put_u8(out, o->source[id]);
        str_done(&value);
    }
}

static enum err_code get_options(struct reader *r, struct options *o, struct err *err)
{
    options_default(o);
    uint32_t n = get_u32(r);
    for (uint32_t i = 0; i < n && !r->bad; i++) {
        char name[64], value[OPTION_TEXT_MAX];
        get_text_to(r, name, sizeof name);
        get_text_to(r, value, sizeof value);
        enum option_source source = (enum option_source)get_u8(r);
        int id = option_find(name);
        if (r->bad)
            break;
        if (id < 0 || source > SOURCE_RUN)
            return err_set(err, ERR_FORMAT, "command: unknown option %s", name);
        enum err_code code = option_set(o, (enum option_id)id, value, source, err);
        if (code != ERR_OK)
            return code;
    }
    return ERR_OK;
}

void cmd_encode(struct str *out, const struct cmd *cmd)
{
    put_fields(out, cmd_fields, N_FIELDS(cmd_fields), cmd);
    put_u64(out, cmd->n_list);
    for (size_t i = 0; i < cmd->n_list; i++)
        put_text(out, cmd->list[i]);
    put_options(out, cmd->options);
}

/* Grows as texts arrive: a length that lies cannot allocate more than its bytes. */
static void get_list(struct reader *r, struct cmd *cmd)
{
    uint64_t n = get_u64(r);
    size_t cap = 0;
    while (cmd->n_list < n && !r->bad) {
        cmd->list = xgrow((void *)cmd->list, &cap, cmd->n_list + 1, sizeof *cmd->list);
        cmd->list[cmd->n_list++] = get_text(r);
    }
}

enum err_code cmd_decode(struct cmd *cmd, struct reader *r, struct err *err)
{
    memset(cmd, 0, sizeof *cmd);
    get_fields(r, cmd_fields, N_FIELDS(cmd_fields), cmd);
    get_list(r, cmd);
    struct options *options = xmalloc(sizeof *options);
    cmd->options = options;
    enum err_code code = get_options(r, options, err);
    if (code == ERR_OK && (cmd->kind <= CMD_NONE || cmd->kind >= CMD_KIND_COUNT) && !r->bad)
        code = err_set(err, ERR_FORMAT, "command: unknown kind %d", (int)cmd->kind);
    if (code == ERR_OK)
        code = finish(r, "command", err);
    if (code != ERR_OK)
        cmd_done(cmd);
    return code;
}

void cmd_copy(struct cmd *to, const struct cmd *from)
{
    *to = *from;
    to->list = xcalloc(from->n_list ? from->n_list : 1, sizeof *to->list);
    for (size_t i = 0; i < from->n_list; i++)
        to->list[i] = xstrdup(from->list[i]);
    struct options *options = xmalloc(sizeof *options);
    if (from->options)
        *options = *from->options;
    else
        options_default(options);
    to->options = options;
}

void cmd_done(struct cmd *cmd)
{
    for (size_t i = 0; i < cmd->n_list; i++)
        free((char *)cmd->list[i]);
    free((void *)cmd->list);
    free((struct options *)cmd->options);
    memset(cmd, 0, sizeof *cmd);
}

/* --- notice -------------------------------------------------------------------------------------------------- */

static const struct field notice_fields[] = {
    FIELD(F_INT, notice, kind),      FIELD(F_U64, notice, job),          FIELD(F_INT, notice, command),
    FIELD(F_U64, notice, block),     FIELD(F_INT, notice, err.code),     FIELD(F_TEXT, notice, err.where),
    FIELD(F_TEXT, notice, err.message), FIELD(F_TEXT, notice, err.hint), FIELD(F_TEXT, notice, text),
};

bool notice_ends(const struct notice *notice)
{
    return notice->kind == NOTICE_FINISHED || notice->kind == NOTICE_FAILED || notice->kind == NOTICE_CANCELLED;
}

void notice_encode(struct str *out, const struct notice *notice)
{
    put_fields(out, notice_fields, N_FIELDS(notice_fields), notice);
}

enum err_code notice_decode(struct notice *notice, struct reader *r, struct err *err)
{
    memset(notice, 0, sizeof *notice);
    get_fields(r, notice_fields, N_FIELDS(notice_fields), notice);
    if (!r->bad && (notice->kind < NOTICE_STARTED || notice->kind > NOTICE_PROGRESS))
        return err_set(err, ERR_FORMAT, "notice: unknown kind %d", (int)notice->kind);
    return finish(r, "notice", err);
}

/* --- snapshot ------------------------------------------------------------------------------------------------ */

static const struct field job_fields[] = {
    FIELD(F_U64, job_view, job),   FIELD(F_INT, job_view, command), FIELD(F_INT, job_view, state),
    FIELD(F_TEXT, job_view, stage), FIELD(F_U64, job_view, done),   FIELD(F_U64, job_view, total),
    FIELD(F_REAL, job_view, seconds), FIELD(F_U64, job_view, bad),
    FIELD(F_U64, job_view, asked),
};

static const struct field step_fields[] = {
    FIELD(F_I64, step_point, step),      FIELD(F_FLOAT, step_point, loss),         FIELD(F_FLOAT, step_point, acc),
    FIELD(F_FLOAT, step_point, lr),      FIELD(F_FLOAT, step_point, lr_head),
    FIELD(F_FLOAT, step_point, images_per_s), FIELD(F_FLOAT, step_point, grad_norm),
    FIELD(F_REAL, step_point, seconds),
};

static const struct field epoch_fields[] = {
    FIELD(F_INT, epoch_metrics, epoch),      FIELD(F_REAL, epoch_metrics, train_loss),
    FIELD(F_REAL, epoch_metrics, train_acc), FIELD(F_REAL, epoch_metrics, val_loss),
    FIELD(F_REAL, epoch_metrics, val_acc),   FIELD(F_REAL, epoch_metrics, lr),
    FIELD(F_REAL, epoch_metrics, lr_head),   FIELD(F_REAL, epoch_metrics, images_per_s),
    FIELD(F_REAL, epoch_metrics, seconds),   FIELD(F_REAL, epoch_metrics, grad_norm),
    FIELD(F_INT, epoch_metrics, phase),
};

static const struct field mark_fields[] = {FIELD(F_INT, phase_mark, epoch), FIELD(F_TEXT, phase_mark, title)};

static const struct field event_fields[] = {
    FIELD(F_I64, event_mark, step), FIELD(F_INT, event_mark, epoch), FIELD(F_TEXT, event_mark, text),
};

static const struct field train_fields[] = {
    FIELD(F_U64, train_view, job),       FIELD(F_BOOL, train_view, live),      FIELD(F_TEXT, train_view, run),
    FIELD(F_TEXT, train_view, data),     FIELD(F_TEXT, train_view, mode),      FIELD(F_TEXT, train_view, preset),
    FIELD(F_TEXT, train_view, model),    FIELD(F_TEXT, train_view, device),    FIELD(F_TEXT, train_view, precision),
    FIELD(F_TEXT, train_view, weights),  FIELD(F_TEXT, train_view, match),     FIELD(F_INT, train_view, n_classes),
    FIELD(F_I64, train_view, n_train),   FIELD(F_I64, train_view, n_val),      FIELD(F_INT, train_view, phase),
    FIELD(F_INT, train_view, n_phases),  FIELD(F_INT, train_view, epoch),      FIELD(F_INT, train_view, n_epochs),
    FIELD(F_I64, train_view, step),      FIELD(F_I64, train_view, steps_in_epoch),
    FIELD(F_I64, train_view, step_in_epoch), FIELD(F_I64, train_view, n_steps),
    FIELD(F_REAL, train_view, images_per_s), FIELD(F_REAL, train_view, seconds), FIELD(F_REAL, train_view, eta),
    FIELD(F_REAL, train_view, loader_wait), FIELD(F_BOOL, train_view, validating), FIELD(F_BOOL, train_view, last_epoch),
    FIELD(F_REAL, train_view, majority), FIELD(F_REAL, train_view, nearest_mean), FIELD(F_U64, train_view, dataset), FIELD(F_INT, train_view, best.epoch),
    FIELD(F_REAL, train_view, best.val_acc), FIELD(F_REAL, train_view, best.val_loss),
    FIELD(F_U64, train_view, events_before), FIELD(F_U64, train_view, events_seen), FIELD(F_INT, train_view, n_marks),   FIELD(F_INT, train_view, n_events),
    FIELD(F_REAL, train_view, s_libtorch), FIELD(F_REAL, train_view, s_weights), FIELD(F_REAL, train_view, s_scan),
    FIELD(F_REAL, train_view, s_features), FIELD(F_REAL, train_view, s_first_step), FIELD(F_U64, train_view, steps_seen),
    FIELD(F_U64, train_view, epochs_seen), FIELD(F_U64, train_view, steps_before), FIELD(F_U64, train_view, result), FIELD(F_TEXT, train_view, end),
};

static const struct field gauge_fields[] = {
    FIELD(F_U64, gauges, seen),           FIELD(F_REAL, gauges, cores),         FIELD(F_REAL, gauges, own_cores),
    FIELD(F_U64, gauges, memory_used),    FIELD(F_U64, gauges, memory_total),   FIELD(F_U64, gauges, own_memory),
    FIELD(F_REAL, gauges, gpu),           FIELD(F_REAL, gauges, gpu_temperature), FIELD(F_REAL, gauges, gpu_power),
    FIELD(F_REAL, gauges, gpu_power_limit), FIELD(F_U64, gauges, gpu_memory_used), FIELD(F_U64, gauges, gpu_memory_total),
    FIELD(F_REAL, gauges, disk_read),     FIELD(F_REAL, gauges, disk_write),    FIELD(F_REAL, gauges, net_in),
    FIELD(F_REAL, gauges, net_out),
};

#define TRAIN_MARKS ((int)(sizeof ((struct train_view *)0)->marks / sizeof(struct phase_mark)))
#define TRAIN_EVENTS ((int)(sizeof ((struct train_view *)0)->events / sizeof(struct event_mark)))

/* The first entry that is sent: after those that the other side has, and no older than the ring holds. */
static uint64_t ring_from(uint64_t seen, uint64_t known, uint64_t size)
{
    uint64_t oldest = seen > size ? seen - size : 0;
    return known > oldest && known <= seen ? known : oldest;
}

static void put_train(struct str *out, const struct train_view *t, const struct wire_known *known)
{
    bool same = known->job == t->job && known->steps <= t->steps_seen && known->epochs <= t->epochs_seen;
    uint64_t step = ring_from(t->steps_seen, same ? known->steps : 0, SNAP_STEPS);
    uint64_t epoch = ring_from(t->epochs_seen, same ? known->epochs : 0, SNAP_EPOCHS);
    put_fields(out, train_fields, N_FIELDS(train_fields), t);
    put_u64(out, step);
    put_u64(out, epoch);
    for (int i = 0; i < t->n_marks; i++)
        put_fields(out, mark_fields, N_FIELDS(mark_fields), &t->marks[i]);
    for (int i = 0; i < t->n_events; i++)
        put_fields(out, event_fields, N_FIELDS(event_fields), &t->events[i]);
    for (; step < t->steps_seen; step++)
        put_fields(out, step_fields, N_FIELDS(step_fields), &t->steps[step % SNAP_STEPS]);
    for (; epoch < t->epochs_seen; epoch++)
        put_fields(out, epoch_fields, N_FIELDS(epoch_fields), &t->epochs[epoch % SNAP_EPOCHS]);
}

/* A ring's first entry fits behind what is known; what lies before it is kept, if it is of the same run. */
static bool ring_fits(uint64_t seen, uint64_t from, uint64_t known, uint64_t size)
{
    uint64_t oldest = seen > size ? seen - size : 0;
    return from >= oldest && from <= seen && (from <= known || from == oldest);
}

static enum err_code get_train(struct train_view *t, struct reader *r, struct err *err)
{
    struct wire_known known = {t->job, t->steps_seen, t->epochs_seen};
    get_fields(r, train_fields, N_FIELDS(train_fields), t);
    uint64_t step = get_u64(r), epoch = get_u64(r);
    if (t->job != known.job)
        known.steps = known.epochs = 0;
    if (t->n_marks < 0 || t->n_marks > TRAIN_MARKS || t->n_events < 0 || t->n_events > TRAIN_EVENTS) {
        t->n_marks = t->n_events = 0;
        return err_set(err, ERR_FORMAT, "snapshot: too many marks");
    }
    if (!r->bad && (!ring_fits(t->steps_seen, step, known.steps, SNAP_STEPS) ||
                    !ring_fits(t->epochs_seen, epoch, known.epochs, SNAP_EPOCHS)))
        return err_set(err, ERR_FORMAT, "snapshot: does not follow the one before");
    for (int i = 0; i < t->n_marks; i++)
        get_fields(r, mark_fields, N_FIELDS(mark_fields), &t->marks[i]);
    for (int i = 0; i < t->n_events; i++)
        get_fields(r, event_fields, N_FIELDS(event_fields), &t->events[i]);
    for (; step < t->steps_seen && !r->bad; step++)
        get_fields(r, step_fields, N_FIELDS(step_fields), &t->steps[step % SNAP_STEPS]);
    for (; epoch < t->epochs_seen && !r->bad; epoch++)
        get_fields(r, epoch_fields, N_FIELDS(epoch_fields), &t->epochs[epoch % SNAP_EPOCHS]);
    return ERR_OK;
}

static const struct field snap_fields[] = {
    FIELD(F_U64, snapshot, generation),   FIELD(F_U64, snapshot, memory_used),
    FIELD(F_U64, snapshot, memory_total), FIELD(F_U64, snapshot, viewers),
};

static const struct field queue_fields[] = {
    FIELD(F_U64, queue_entry, job),    FIELD(F_TEXT, queue_entry, mode),     FIELD(F_TEXT, queue_entry, preset),
    FIELD(F_TEXT, queue_entry, model), FIELD(F_TEXT, queue_entry, settings), FIELD(F_TEXT, queue_entry, data),
};

static void put_queue(struct str *out, const struct snapshot *snap)
{
    put_u64(out, snap->n_queue);
    for (uint64_t i = 0; i < snap->n_queue; i++)
        put_fields(out, queue_fields, N_FIELDS(queue_fields), &snap->queue[i]);
}

static enum err_code get_queue(struct snapshot *snap, struct reader *r, struct err *err)
{
    uint64_t n = get_u64(r);
    if (n > QUEUE_RUNS)
        return err_set(err, ERR_FORMAT, "snapshot: too many runs wait");
    for (uint64_t i = 0; i < n && !r->bad; i++)
        get_fields(r, queue_fields, N_FIELDS(queue_fields), &snap->queue[i]);
    snap->n_queue = n;
    return ERR_OK;
}

void snapshot_encode_after(struct str *out, const struct snapshot *snap, struct wire_known *known)
{
    const struct train_view *t = &snap->train;
    put_fields(out, snap_fields, N_FIELDS(snap_fields), snap);
    put_fields(out, gauge_fields, N_FIELDS(gauge_fields), &snap->gauges);
    for (int i = 0; i < SNAP_JOBS; i++)
        put_fields(out, job_fields, N_FIELDS(job_fields), &snap->jobs[i]);
    put_queue(out, snap);
    put_train(out, t, known);
    *known = (struct wire_known){t->job, t->steps_seen, t->epochs_seen};
}

enum err_code snapshot_decode_after(struct snapshot *snap, struct reader *r, struct err *err)
{
    get_fields(r, snap_fields, N_FIELDS(snap_fields), snap);
    get_fields(r, gauge_fields, N_FIELDS(gauge_fields), &snap->gauges);
    for (int i = 0; i < SNAP_JOBS; i++)
        get_fields(r, job_fields, N_FIELDS(job_fields), &snap->jobs[i]);
    enum err_code code = get_queue(snap, r, err);
    if (code == ERR_OK)
        code = get_train(&snap->train, r, err);
    return code == ERR_OK ? finish(r, "snapshot", err) : code;
}

void snapshot_encode(struct str *out, const struct snapshot *snap)
{
    snapshot_encode_after(out, snap, &(struct wire_known){0});
}

enum err_code snapshot_decode(struct snapshot *snap, struct reader *r, struct err *err)
{
    memset(snap, 0, sizeof *snap);
    return snapshot_decode_after(snap, r, err);
}

/* --- which form it is ------------------------------------------------------------------------------------------ */

static uint64_t mix(uint64_t hash, uint64_t value)
{
    return (hash ^ value) * 0x100000001b3; /* FNV-1a, a number a step */
}

static uint64_t mix_fields(uint64_t hash, const struct field *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        hash = mix(mix(hash, (uint64_t)list[i].type), list[i].size);
    return mix(hash, n);
}

uint64_t wire_form(void)
{
    uint64_t h = 0xcbf29ce484222325;
    h = mix_fields(h, cmd_fields, N_FIELDS(cmd_fields));
    h = mix_fields(h, notice_fields, N_FIELDS(notice_fields));
    h = mix_fields(h, snap_fields, N_FIELDS(snap_fields));
    h = mix_fields(h, gauge_fields, N_FIELDS(gauge_fields));
    h = mix_fields(h, job_fields, N_FIELDS(job_fields));
    h = mix_fields(h, queue_fields, N_FIELDS(queue_fields));
    h = mix_fields(h, train_fields, N_FIELDS(train_fields));
    h = mix_fields(h, mark_fields, N_FIELDS(mark_fields));
    h = mix_fields(h, event_fields, N_FIELDS(event_fields));
    h = mix_fields(h, step_fields, N_FIELDS(step_fields));
    h = mix_fields(h, epoch_fields, N_FIELDS(epoch_fields));
    const uint64_t sizes[] = {SNAP_STEPS, SNAP_EPOCHS, SNAP_JOBS, QUEUE_RUNS, CMD_KIND_COUNT, OPTION_COUNT, TRAIN_MARKS, TRAIN_EVENTS};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        h = mix(h, sizes[i]);
    return h;
}
