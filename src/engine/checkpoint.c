/* last.ckpt: "flowerlab checkpoint 1\n", the body, its length and its XXH3. Written beside, synced and renamed, so that the one before
 * stays until the new one is whole.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/trainer.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/file.h"
#include "base/mem.h"
#include "engine/ini.h"

static const char magic[] = "flowerlab checkpoint 1\n";
#define MAGIC_BYTES (sizeof magic - 1)
#define TRAILER_BYTES 16

/* --- writing ------------------------------------------------------------------------------------------------- */

struct out {
    struct file_writer *file;
    XXH3_state_t *hash;
    uint64_t n;
    struct str buffer;
    enum err_code code;
    struct err *err;
};

static void flush(struct out *o)
{
    if (o->code == ERR_OK && o->buffer.len)
        o->code = file_writer_write(o->file, o->buffer.s, o->buffer.len, o->err);
    if (o->buffer.len)
        XXH3_64bits_update(o->hash, o->buffer.s, o->buffer.len);
    o->n += o->buffer.len;
    str_clear(&o->buffer);
}

static void put_metrics(struct str *s, const struct epoch_metrics *m)
{
    const double reals[] = {m->train_loss, m->train_acc, m->val_loss, m->val_acc, m->lr, m->lr_head, m->images_per_s,
                            m->seconds, m->grad_norm};
    put_u32(s, (uint32_t)m->epoch);
    put_u32(s, (uint32_t)m->phase);
    for (size_t i = 0; i < sizeof reals / sizeof reals[0]; i++)
        put_f64(s, reals[i]);
}

static void put_state(struct str *s, const struct trainer *t)
{
    const struct record *r = &t->run.record;
    struct str recipe = STR_INIT;
    recipe_write(&recipe, &r->recipe);
    put_text(s, recipe.s);
    str_done(&recipe);
    put_text(s, net_graph(t->model.net)->arch->name);
    put_u32(s, (uint32_t)t->phase);
    put_u32(s, (uint32_t)t->epoch);
    put_u64(s, (uint64_t)t->step);
    put_u32(s, (uint32_t)t->parts);
    put_u32(s, (uint32_t)t->good_steps);
    put_f64(s, t->scale);
    put_f64(s, t->rate);
    put_u32(s, (uint32_t)r->best.epoch);
    put_f64(s, r->best.val_acc);
    put_f64(s, r->best.val_loss);
    put_f64(s, r->seconds);
    put_u64(s, run_steps_size(&t->run));
    put_bytes(s, t->best_result.s, t->best_result.len);
    put_u64(s, t->run.n_metrics);
    for (size_t i = 0; i < t->run.n_metrics; i++)
        put_metrics(s, &t->run.metrics[i]);
    put_u64(s, r->n_tape);
    for (size_t i = 0; i < r->n_tape; i++) {
        put_u64(s, (uint64_t)r->tape[i].step);
        put_u32(s, (uint32_t)r->tape[i].epoch);
        put_text(s, r->tape[i].text);
    }
}

static void put_net(struct out *o, const struct trainer *t)
{
    const struct graph *g = net_graph(t->model.net);
    put_u64(&o->buffer, g->n_tensors);
    for (size_t i = 0; i < g->n_tensors && o->code == ERR_OK; i++) {
        size_t n = tensor_bytes(&g->tensors[i]);
        void *data = xmalloc(n);
        o->code = net_get(t->model.net, i, data, n, o->err);
        put_text(&o->buffer, g->tensors[i].name);
        put_bytes(&o->buffer, data, n);
        free(data);
        flush(o);
    }
}

static void put_optimiser(struct out *o, const struct trainer *t)
{
    const struct graph *g = net_graph(t->model.net);
    put_u64(&o->buffer, t->n_params);
    for (size_t i = 0; i < t->n_params && o->code == ERR_OK; i++) {
        fl_tensor *state[2];
        int n = 0;
        int64_t steps = 0;
        o->code = t->fl->optim_state(t->optim, i, state, &n, &steps, o->err);
        put_u32(&o->buffer, (uint32_t)n);
        put_u64(&o->buffer, (uint64_t)steps);
        size_t bytes = tensor_bytes(&g->tensors[t->param[i]]);
        for (int k = 0; k < n && o->code == ERR_OK; k++) {
            void *data = xmalloc(bytes);
            o->code = t->fl->tensor_read(state[k], data, bytes, o->err);
            put_bytes(&o->buffer, data, bytes);
            free(data);
        }
        flush(o);
    }
}

static void put_floats(struct out *o, size_t n, float *const *values, const size_t *elements)
{
    for (size_t i = 0; i < n; i++) {
        put_bytes(&o->buffer, values[i], elements[i] * sizeof(float));
        flush(o);
    }
}

static void put_average(struct out *o, const struct average *a, const struct graph *g)
{
    put_u64(&o->buffer, a->n);
    put_u64(&o->buffer, (uint64_t)a->steps);
    for (size_t i = 0; i < a->n && o->code == ERR_OK; i++) {
        size_t bytes = a->mean[i] ? tensor_bytes(&g->tensors[i]) : 0;
        void *data = xmalloc(bytes + 1);
        if (bytes)
            o->code = a->fl->tensor_read(a->mean[i], data, bytes, o->err);
        put_bytes(&o->buffer, data, bytes);
        free(data);
        flush(o);
    }
}

static void put_all(struct out *o, const struct trainer *t)
{
    put_state(&o->buffer, t);
    flush(o);
    put_net(o, t);
    put_optimiser(o, t);
    put_average(o, &t->average, net_graph(t->model.net));
    put_floats(o, t->blend.n, t->blend.start, t->blend.elements); /* nothing where the recipe does not need it */
    flush(o);
    struct str trailer = STR_INIT;
    put_u64(&trailer, o->n);
    put_u64(&trailer, XXH3_64bits_digest(o->hash));
    if (o->code == ERR_OK)
        o->code = file_writer_write(o->file, trailer.s, trailer.len, o->err);
    str_done(&trailer);
}

enum err_code checkpoint_save(const struct trainer *t, struct err *err)
{
    struct out o = {.err = err};
    char *path = run_path(&t->run, "last.ckpt");
    o.code = file_writer_open(&o.file, path, err);
    free(path);
    if (o.code != ERR_OK)
        return o.code;
    o.hash = XXH3_createState();
    XXH3_64bits_reset(o.hash);
    o.code = file_writer_write(o.file, magic, MAGIC_BYTES, err);
    put_all(&o, t);
    XXH3_freeState(o.hash);
    str_done(&o.buffer);
    if (o.code == ERR_OK)
        return file_writer_commit(o.file, err);
    file_writer_abort(o.file);
    return o.code;
}

/* --- reading ------------------------------------------------------------------------------------------------- */

static enum err_code damaged(struct err *err, const char *what)
{
    return err_set(err, ERR_FORMAT, "last.ckpt: %s", what);
}

static enum err_code set_recipe(const char *section, const char *key, const char *value, void *user, struct err *err)
{
    return recipe_set(user, section, key, value, err);
}

static enum err_code get_recipe(struct trainer *t, struct reader *r, struct err *err)
{
    char *text = get_text(r);
    struct recipe recipe = {0};
    enum err_code code = ini_parse(text, set_recipe, &recipe, err);
    free(text);
    if (code == ERR_OK)
        code = recipe_check(&recipe, err);
    if (code == ERR_OK)
        *trainer_recipe(t) = recipe;
    return code;
}

static struct epoch_metrics get_metrics(struct reader *r)
{
    struct epoch_metrics m = {0};
    double *const reals[] = {&m.train_loss, &m.train_acc, &m.val_loss, &m.val_acc, &m.lr, &m.lr_head, &m.images_per_s,
                             &m.seconds, &m.grad_norm};
    m.epoch = (int)get_u32(r);
    m.phase = (int)get_u32(r);
    for (size_t i = 0; i < sizeof reals / sizeof reals[0]; i++)
        *reals[i] = get_f64(r);
    return m;
}

static void get_tables(struct trainer *t, struct reader *r)
{
    size_t n;
    run_cut_steps(&t->run, get_u64(r));
    const void *block = get_bytes(r, &n);
    str_clear(&t->best_result);
    str_add_n(&t->best_result, block, n);
    for (uint64_t left = get_u64(r); left > 0 && !r->bad; left--) {
        struct epoch_metrics m = get_metrics(r);
        run_add_metrics(&t->run, &m);
    }
    t->run.record.n_tape = 0;
    for (uint64_t left = get_u64(r); left > 0 && !r->bad; left--) {
        int64_t step = (int64_t)get_u64(r);
        int epoch = (int)get_u32(r);
        char *text = get_text(r);
        record_tape(&t->run.record, step, epoch, text);
        free(text);
    }
}

static enum err_code get_state(struct trainer *t, struct reader *r, int *phase, struct err *err)
{
    struct record *rec = &t->run.record;
    enum err_code code = get_recipe(t, r, err);
    if (code != ERR_OK)
        return code;
    char *arch = get_text(r);
    bool same = str_eq(arch, net_graph(t->model.net)->arch->name);
    free(arch);
    if (!same)
        return damaged(err, "of another network");
    *phase = (int)get_u32(r);
    t->epoch = rec->epochs_done = (int)get_u32(r);
    t->step = (int64_t)get_u64(r);
    t->parts = (int)get_u32(r);
    t->good_steps = (int)get_u32(r);
    t->scale = get_f64(r);
    t->rate = get_f64(r);
    rec->best.epoch = (int)get_u32(r);
    rec->best.val_acc = get_f64(r);
    rec->best.val_loss = get_f64(r);
    rec->seconds = get_f64(r);
    get_tables(t, r);
    bool sane = *phase >= 0 && *phase < rec->recipe.n_phases && t->parts >= 1;
    return sane && !r->bad ? ERR_OK : damaged(err, "malformed");
}

static enum err_code get_net(struct trainer *t, struct reader *r, struct err *err)
{
    const struct graph *g = net_graph(t->model.net);
    if (get_u64(r) != g->n_tensors)
        return damaged(err, "of another network");
    for (size_t i = 0; i < g->n_tensors; i++) {
        char *name = get_text(r);
        size_t n;
        const void *data = get_bytes(r, &n);
        bool same = !r->bad && str_eq(name, g->tensors[i].name);
        free(name);
        enum err_code code = same ? net_set(t->model.net, i, data, n, err) : damaged(err, "of another network");
        if (code != ERR_OK)
            return code;
    }
    return ERR_OK;
}

static enum err_code get_parameter(struct trainer *t, size_t i, struct reader *r, struct err *err)
{
    size_t want = tensor_bytes(&net_graph(t->model.net)->tensors[t->param[i]]), n[2] = {want, want};
    uint32_t count = get_u32(r);
    int64_t steps = (int64_t)get_u64(r);
    float *data[2] = {NULL, NULL};
    for (uint32_t k = 0; k < count && k < 2; k++) {
        const void *p = get_bytes(r, &n[k]);
        data[k] = xmemdup(p ? p : "", p ? n[k] : 1); /* aligned for floats */
    }
    enum err_code code = ERR_OK;
    if (r->bad || count > 2 || n[0] != want || n[1] != want)
        code = damaged(err, "malformed");
    else if (count || steps)
        code = t->fl->optim_restore(t->optim, i, (const float *const *)data, (int)count, steps, err);
    free(data[0]);
    free(data[1]);
    return code;
}

static enum err_code get_optimiser(struct trainer *t, struct reader *r, struct err *err)
{
    if (get_u64(r) != t->n_params)
        return damaged(err, "of another network");
    enum err_code code = ERR_OK;
    for (size_t i = 0; code == ERR_OK && i < t->n_params; i++)
        code = get_parameter(t, i, r, err);
    return code;
}

static enum err_code get_floats(size_t n, float *const *values, const size_t *elements, struct reader *r, struct err *err)
{
    for (size_t i = 0; i < n; i++) {
        size_t bytes;
        const void *p = get_bytes(r, &bytes);
        if (r->bad || bytes != elements[i] * sizeof(float))
            return damaged(err, "malformed");
        if (bytes)
            memcpy(values[i], p, bytes);
    }
    return ERR_OK;
}

static enum err_code get_average(struct trainer *t, struct reader *r, struct err *err)
{
    struct average *a = &t->average;
    uint64_t n = get_u64(r);
    a->steps = (int64_t)get_u64(r);
    if (n != a->n)
        return damaged(err, "of other settings");
    enum err_code code = ERR_OK;
    for (size_t i = 0; code == ERR_OK && i < n; i++) {
        size_t bytes;
        const void *p = get_bytes(r, &bytes);
        if (r->bad || (!a->mean[i] && bytes))
            return damaged(err, "malformed");
        if (a->mean[i])
            code = a->fl->tensor_write(a->mean[i], p, bytes, err);
    }
    return code;
}

static enum err_code get_all(struct trainer *t, struct reader *r, struct err *err)
{
    int phase = 0;
    enum err_code code = get_state(t, r, &phase, err);
    if (code == ERR_OK)
        code = get_net(t, r, err);
    if (code == ERR_OK)
        code = trainer_optimiser(t, phase, err);
    if (code == ERR_OK)
        code = get_optimiser(t, r, err);
    if (code == ERR_OK)
        code = get_average(t, r, err);
    if (code == ERR_OK)
        code = get_floats(t->blend.n, t->blend.start, t->blend.elements, r, err);
    if (code == ERR_OK && (r->bad || r->p != r->end))
        code = damaged(err, "malformed");
    return code;
}

/* The body between magic and trailer, checked. */
static enum err_code check(const char *bytes, size_t n, struct reader *r, struct err *err)
{
    if (n < MAGIC_BYTES + TRAILER_BYTES || memcmp(bytes, magic, MAGIC_BYTES) != 0)
        return damaged(err, "no checkpoint");
    size_t body = n - MAGIC_BYTES - TRAILER_BYTES;
    struct reader trailer = reader_of(bytes + n - TRAILER_BYTES, TRAILER_BYTES);
    if (get_u64(&trailer) != body)
        return damaged(err, "cut off");
    if (get_u64(&trailer) != XXH3_64bits(bytes + MAGIC_BYTES, body))
        return damaged(err, "checksum is wrong");
    *r = reader_of(bytes + MAGIC_BYTES, body);
    return ERR_OK;
}

enum err_code checkpoint_load(struct trainer *t, struct err *err)
{
    char *path = run_path(&t->run, "last.ckpt"), *bytes = NULL;
    size_t n;
    struct reader r;
    enum err_code code = file_read(path, 0, &bytes, &n, err);
    if (code == ERR_OK)
        code = check(bytes, n, &r, err);
    if (code == ERR_OK)
        code = get_all(t, &r, err);
    free(bytes);
    free(path);
    return code;
}
