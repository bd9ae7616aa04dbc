/* A model as a safetensors file. The metadata holds what prediction needs, in forms that a script reads easily (JSON lists).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/model.h"

#include <cjson/cJSON.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "engine/ini.h"
#include "nn/weights.h"

#define FORMAT_NAME "1"

static size_t elements(const struct tensor_spec *spec)
{
    size_t n = 1;
    for (int d = 0; d < spec->n_dims; d++)
        n *= (size_t)spec->dims[d];
    return n;
}

/* --- writing ------------------------------------------------------------------------------------------------- */

static char *classes_text(const struct model *m)
{
    cJSON *list = cJSON_CreateArray();
    for (int k = 0; k < m->n_classes; k++) {
        struct str name = STR_INIT;
        ini_escape(&name, m->classes[k]);
        cJSON_AddItemToArray(list, cJSON_CreateString(name.s ? name.s : ""));
        str_done(&name);
    }
    char *text = cJSON_PrintUnformatted(list);
    cJSON_Delete(list);
    return text;
}

/* Six decimals: the float 0.485f is meant as 0.485. */
static void triple_text(char out[4 * NUM_TEXT], const float v[3])
{
    char text[3][NUM_TEXT];
    for (int c = 0; c < 3; c++)
        num_real(text[c], round((double)v[c] * 1e6) / 1e6);
    snprintf(out, 4 * NUM_TEXT, "[%s,%s,%s]", text[0], text[1], text[2]);
}

struct model_copy {
    int epoch;
    size_t n;
    struct weight_out *tensors;
};

enum err_code model_copy_save(const struct model *m, const struct model_copy *copy, const struct best *best, const char *path, struct err *err)
{
    float mean[3], std[3];
    char acc[NUM_TEXT] = "", loss[NUM_TEXT] = "";
    char size[NUM_TEXT], views[NUM_TEXT], epoch[NUM_TEXT], mean_text[4 * NUM_TEXT], std_text[4 * NUM_TEXT], *classes = classes_text(m);
    prep_norm(&m->prep, mean, std);
    triple_text(mean_text, mean);
    triple_text(std_text, std);
    snprintf(size, sizeof size, "%d", m->prep.size);
    snprintf(views, sizeof views, "%d", m->prep.views);
    snprintf(epoch, sizeof epoch, "%d", copy->epoch);
    if (best) {
        num_exact(acc, best->val_acc);
        num_exact(loss, best->val_loss);
    }
    const char *const meta[][2] = {
        {"format", "pt"},
        {"flowerlab", FORMAT_NAME},
        {"architecture", net_graph(m->net)->arch->name},
        {"classes", classes},
        {"image_size", size},
        {"resize", m->prep.resize == RESIZE_CROP ? "crop" : "stretch"},
        {"views", views},
        {"mirror_views", m->prep.mirror_views ? "on" : "off"},
        {"antialias", m->prep.antialias ? "on" : "off"},
        {"normalize", m->prep.imagenet_norm ? "imagenet" : "none"},
        {"mean", mean_text},
        {"std", std_text},
        {"epoch", epoch},
        {"val_acc", acc}, /* these two of the best */
        {"val_loss", loss},
    };
    size_t n_meta = sizeof meta / sizeof meta[0] - (best ? 0 : 2);
    enum err_code code = safetensors_write(path, copy->tensors, copy->n, meta, n_meta, err);
    cJSON_free(classes);
    return code;
}

void model_copy_free(struct model_copy *copy)
{
    for (size_t i = 0; copy && i < copy->n; i++)
        free((void *)copy->tensors[i].data);
    if (copy)
        free(copy->tensors);
    free(copy);
}

enum err_code model_copy(struct model_copy **out, const struct model *m, struct err *err)
{
    const struct graph *g = net_graph(m->net);
    struct model_copy *copy = xcalloc(1, sizeof *copy);
    *copy = (struct model_copy){.epoch = m->epoch, .n = g->n_tensors, .tensors = xcalloc(g->n_tensors, sizeof *copy->tensors)};
    enum err_code code = ERR_OK;
    for (size_t i = 0; code == ERR_OK && i < g->n_tensors; i++) {
        const struct tensor_spec *spec = &g->tensors[i];
        bool count = spec->role == ROLE_BN_COUNT;
        size_t bytes = elements(spec) * (count ? sizeof(int64_t) : sizeof(float));
        void *data = xmalloc(bytes);
        copy->tensors[i] = (struct weight_out){.name = spec->name, .dtype = count ? W_I64 : W_F32, .n_dims = spec->n_dims,
                                               .data = data};
        memcpy(copy->tensors[i].dims, spec->dims, sizeof copy->tensors[i].dims);
        code = net_get(m->net, i, data, bytes, err);
    }
    if (code == ERR_OK)
        *out = copy;
    else
        model_copy_free(copy);
    return code;
}

enum err_code model_save(const struct model *m, const char *path, struct err *err)
{
    struct model_copy *copy;
    enum err_code code = model_copy(&copy, m, err);
    if (code != ERR_OK)
        return code;
    code = model_copy_save(m, copy, NULL, path, err);
    model_copy_free(copy);
    return code;
}

/* --- reading ------------------------------------------------------------------------------------------------- */

static enum err_code bad_meta(struct err *err, const char *key)
{
    return err_set(err, ERR_FORMAT, "no weights of a flowerlab run: %s is missing or wrong", key);
}

static enum err_code read_classes(char ***names, int *n, const char *text, struct err *err)
{
    cJSON *list = text ? cJSON_Parse(text) : NULL, *item;
    *n = cJSON_IsArray(list) ? cJSON_GetArraySize(list) : 0;
    *names = xcalloc((size_t)*n + 1, sizeof **names);
    int k = 0;
    cJSON_ArrayForEach(item, list)
    {
        if (!cJSON_IsString(item))
            break;
        (*names)[k] = xstrdup(item->valuestring);
        ini_unescape((*names)[k++]);
    }
    cJSON_Delete(list);
    return k > 0 && k == *n ? ERR_OK : bad_meta(err, "classes");
}

static enum err_code read_prep(struct model *m, const struct weight_file *file, struct err *err)
{
    const char *size = weights_meta(file, "image_size"), *resize = weights_meta(file, "resize");
    const char *antialias = weights_meta(file, "antialias"), *norm = weights_meta(file, "normalize");
    const char *epoch = weights_meta(file, "epoch"), *views = weights_meta(file, "views"), *mirror = weights_meta(file, "mirror_views");
    int64_t v = 0, e = 0, n_views = 1; /* older files do not name them */
    if (!size || !num_parse_int(size, &v) || v < 1 || v > 65536)
        return bad_meta(err, "image_size");
    if (!resize || !antialias || !norm || !epoch || !num_parse_int(epoch, &e))
        return bad_meta(err, "the preprocessing");
    if (views && (!num_parse_int(views, &n_views) || n_views < 1 || n_views > RECIPE_VIEWS))
        return bad_meta(err, "views");
    m->epoch = (int)e;
    m->prep = (struct prep){.size = (int)v, .resize = str_eq(resize, "crop") ? RESIZE_CROP : RESIZE_STRETCH,
                            .antialias = str_eq(antialias, "on"), .imagenet_norm = str_eq(norm, "imagenet"), .views = (int)n_views,
                            .mirror_views = str_eq(mirror, "on")};
    return ERR_OK;
}

static enum err_code load_tensors(struct model *m, const struct weight_file *file, struct err *err)
{
    struct weight_match match;
    enum err_code code = weights_match(&match, file, net_graph(m->net), true, err);
    if (code != ERR_OK)
        return code;
    if (match.head_fresh)
        code = err_set(err, ERR_FORMAT, "the head has %lld outputs, but %d classes are named",
                       (long long)match.head_classes, m->n_classes);
    else
        code = net_load(m->net, file, &match, err);
    weight_match_done(&match);
    return code;
}

static enum err_code load_file(struct model *m, const struct weight_file *file, struct err *err)
{
    const char *name = weights_meta(file, "architecture");
    const struct arch *arch = name ? arch_find(name) : NULL;
    if (!arch)
        return bad_meta(err, "architecture");
    char **classes;
    int n;
    enum err_code code = read_classes(&classes, &n, weights_meta(file, "classes"), err);
    if (code == ERR_OK)
        code = read_prep(m, file, err);
    if (code == ERR_OK)
        code = model_new(m, arch, classes, n, err);
    if (code == ERR_OK)
        code = load_tensors(m, file, err);
    for (int k = 0; k < n; k++)
        free(classes[k]);
    free(classes);
    return code;
}

static double meta_real(const struct weight_file *file, const char *key)
{
    const char *text = weights_meta(file, key);
    double v;
    return text && num_parse_real(text, &v) ? v : NAN;
}

bool model_file_best(struct best *best, const char *path)
{
    struct weight_file *file;
    int64_t epoch = 0;
    if (weights_open(&file, path, NULL) != ERR_OK)
        return false;
    const char *text = weights_meta(file, "epoch");
    bool known = text && num_parse_int(text, &epoch) && epoch > 0 && epoch <= INT_MAX;
    *best = (struct best){(int)epoch, meta_real(file, "val_acc"), meta_real(file, "val_loss")};
    weights_close(file);
    return known;
}

enum err_code model_load(struct model *m, const char *path, struct err *err)
{
    struct weight_file *file;
    enum err_code code = weights_open(&file, path, err);
    if (code != ERR_OK)
        return code;
    code = load_file(m, file, err);
    weights_close(file);
    return code == ERR_OK || !err ? code : err_prefix(err, "%s", path);
}
