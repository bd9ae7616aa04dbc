/* A network with what it takes to use it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/model.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/score.h"

/* "cpu", "cud": the number of a card is no matter. */
static bool same_kind(const char *a, const char *b)
{
    return strncmp(a, b, 3) == 0;
}

enum err_code model_device(struct model *m, const struct fl_table *fl, const char *device, const char *wish, const struct trained_with *before,
                           struct err *err)
{
    m->fl = fl;
    torch_take_warning(m->device_warning);
    enum err_code code = fl->device_select(&m->device, device, err);
    torch_take_warning(m->device_warning);
    if (code != ERR_OK && m->device_warning[0]) /* "the driver is too old" tells more than "no CUDA device" */
        err_hint(err, "%s", m->device_warning);
    if (code != ERR_OK)
        return code;
    bool again = before && same_kind(before->device, m->device.name);
    m->precision = settings_precision(again ? before->precision : wish, &m->device);
    if (m->precision == FL_AUTOCAST_FP16 && m->device.index < 0) {
        err_set(err, ERR_UNSUPPORTED, "precision: fp16 needs a GPU");
        return err_hint(err, "bf16 and fp32 run on the processor too; auto chooses");
    }
    return ERR_OK;
}

enum err_code model_new(struct model *m, const struct arch *arch, char *const *classes, int n_classes, struct err *err)
{
    m->classes = xcalloc((size_t)n_classes, sizeof *m->classes);
    for (int k = 0; k < n_classes; k++)
        m->classes[k] = xstrdup(classes[k]);
    m->n_classes = n_classes;
    return net_new(&m->net, arch_graph(arch, n_classes), m->fl, err);
}

void model_done(struct model *m)
{
    net_free(m->net);
    for (int k = 0; k < m->n_classes; k++)
        free(m->classes[k]);
    free(m->classes);
    memset(m, 0, sizeof *m);
}

int model_head_block(const struct model *m)
{
    return (int)net_graph(m->net)->n_blocks - 1;
}

/* --- passes without gradients -------------------------------------------------------------------------------- */

/* Where a pass takes its input and which blocks it runs. */
struct forward {
    struct model *model;
    const uint8_t *rgb;        /* pictures, or NULL */
    const fl_tensor *features; /* rows of these */
    size_t first;
    int from, to, width;       /* width of a row of the result */
};

/* n rows from first on; a row alone comes twice. */
static enum err_code input(const struct forward *f, size_t first, size_t n, fl_tensor **x, fl_scope *scope,
                           struct err *err)
{
    struct model *m = f->model;
    size_t lone = n == 1;
    enum err_code code;
    if (f->rgb) {
        float mean[3], std[3];
        prep_norm(&m->prep, mean, std);
        int64_t size = m->prep.size;
        size_t bytes = (size_t)(size * size * 3);
        const uint8_t *at = f->rgb + first * bytes;
        uint8_t *twice = xmalloc(lone ? 2 * bytes : 1);
        for (size_t i = 0; i < 2 * lone; i++)
            memcpy(twice + i * bytes, at, bytes);
        code = m->fl->pixels(x, lone ? twice : at, (int64_t)(n + lone), size, size, NULL, mean, std, scope, err);
        free(twice);
        return code;
    }
    int64_t *rows = xcalloc(n + lone, sizeof *rows);
    for (size_t i = 0; i < n + lone; i++)
        rows[i] = (int64_t)(f->first + first + (lone ? 0 : i));
    code = m->fl->tensor_rows(x, f->features, rows, n + lone, scope, err);
    free(rows);
    return code;
}

/* libtorch takes other ways through a batch of one, with other last bits; run as two, a picture gets the same result alone and in
 * company. */
static enum err_code read_rows(const struct forward *f, const fl_tensor *y, size_t n, float *out, struct err *err)
{
    size_t width = (size_t)f->width;
    if (n > 1)
        return f->model->fl->tensor_read(y, out, n * width * sizeof *out, err);
    float *twice = xcalloc(2 * width, sizeof *twice);
    enum err_code code = f->model->fl->tensor_read(y, twice, 2 * width * sizeof *twice, err);
    if (code == ERR_OK)
        memcpy(out, twice, width * sizeof *out);
    free(twice);
    return code;
}

static enum err_code forward_once(const struct forward *f, size_t first, size_t n, float *out, struct err *err)
{
    struct model *m = f->model;
    const struct fl_table *fl = m->fl;
    fl_scope *scope = fl->scope_new();
    fl_tensor *x, *y, *y32;
    struct net_pass pass = {.from = f->from, .to = f->to, .fold = true};
    fl->grad_enable(false);
    enum err_code code = input(f, first, n, &x, scope, err);
    fl->precision_set(m->precision);
    if (code == ERR_OK)
        code = net_forward(m->net, &y, x, &pass, scope, err);
    fl->precision_set(FL_FP32);
    if (code == ERR_OK)
        code = fl->tensor_cast(&y32, y, FL_F32, scope, err);
    if (code == ERR_OK)
        code = read_rows(f, y32, n, out, err);
    fl->grad_enable(true);
    fl->scope_close(scope);
    return code;
}

/* Halves what does not fit; everything of the failed attempt is gone by then. */
static enum err_code forward(const struct forward *f, size_t first, size_t n, float *out, struct err *err)
{
    enum err_code code = forward_once(f, first, n, out, err);
    if (code != ERR_DEVICE_MEMORY || n < 2)
        return code;
    f->model->fl->empty_cache();
    size_t half = n / 2;
    code = forward(f, first, half, out, err);
    return code == ERR_OK ? forward(f, first + half, n - half, out + half * (size_t)f->width, err) : code;
}

/* n pictures of several views each; f gives logits. */
static enum err_code forward_views(const struct forward *f, size_t n, float *logits, struct err *err)
{
    int views = f->model->prep.views;
    if (views == 1)
        return forward(f, 0, n, logits, err);
    size_t rows = n * (size_t)views;
    float *each = xcalloc(rows * (size_t)f->width + 1, sizeof *each);
    enum err_code code = forward(f, 0, rows, each, err);
    if (code == ERR_OK)
        score_views(logits, each, n, views, f->width);
    free(each);
    return code;
}

enum err_code model_logits(struct model *m, const uint8_t *rgb, size_t n, float *logits, struct err *err)
{
    struct forward f = {.model = m, .rgb = rgb, .from = 0, .to = model_head_block(m), .width = m->n_classes};
    return forward_views(&f, n, logits, err);
}

enum err_code model_features(struct model *m, int from, int width, const uint8_t *rgb, size_t n, float *features,
                             struct err *err)
{
    struct forward f = {.model = m, .rgb = rgb, .from = 0, .to = from - 1, .width = width};
    return forward(&f, 0, n, features, err);
}

enum err_code model_rest(struct model *m, int from, const fl_tensor *features, size_t first, size_t n, float *logits,
                         struct err *err)
{
    struct forward f = {.model = m, .features = features, .first = first * (size_t)m->prep.views, .from = from, .to = model_head_block(m),
                        .width = m->n_classes};
    return forward_views(&f, n, logits, err);
}
