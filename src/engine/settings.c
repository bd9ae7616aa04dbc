/* What options mean to the engine's parts.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/settings.h"

#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "engine/engine.h"
#include "engine/memory.h"
#include "nn/arch.h"

enum { DAMAGED_SKIP, DAMAGED_KEEP };  /* as the option's choices */
enum { NORMALIZE_IMAGENET, NORMALIZE_NONE };

void settings_scan(struct scan_config *config, const struct options *o)
{
    *config = (struct scan_config){.max_pixels = (uint64_t)o->max_pixels,
                                   .keep_damaged = o->damaged == DAMAGED_KEEP,
                                   .own_split = !str_eq(o->split, "auto") && !str_eq(o->split, "folders"),
                                   .leaf_folders = o->leaf_folders,
                                   .runs_dir = o->runs_dir};
}

/* "3", "5,5": digits and commas. */
static enum err_code parse_epochs(struct recipe_request *r, const char *text, struct err *err)
{
    char copy[OPTION_TEXT_MAX], *rest = copy, *part;
    memcpy(copy, text, sizeof copy);
    while ((part = strsep(&rest, ","))) {
        int64_t v;
        if (r->n_epochs == RECIPE_PHASES || !num_parse_int(part, &v) || v < 1 || v > 1000000)
            return err_set(err, ERR_INVALID, "epochs: %s is not a list of numbers such as 5 or 5,5", text);
        r->epochs[r->n_epochs++] = (int)v;
    }
    return ERR_OK;
}

static bool set(const struct options *o, enum option_id id)
{
    return option_is_set(o, id);
}

static void request_training(struct recipe_request *r, const struct options *o)
{
    r->has_lr = set(o, OPTION_ID_lr), r->lr = o->lr;
    r->has_stem_lr = set(o, OPTION_ID_stem_lr), r->stem_lr = o->stem_lr;
    r->has_head_lr = set(o, OPTION_ID_head_lr), r->head_lr = o->head_lr;
    r->has_momentum = set(o, OPTION_ID_momentum), r->momentum = o->momentum;
    r->has_weight_decay = set(o, OPTION_ID_weight_decay), r->weight_decay = o->weight_decay;
    r->has_start_decay = set(o, OPTION_ID_start_decay), r->start_decay = o->start_decay;
    r->has_label_smoothing = set(o, OPTION_ID_label_smoothing), r->label_smoothing = o->label_smoothing;
    r->has_dropout = set(o, OPTION_ID_dropout), r->dropout = o->dropout;
    r->has_blend = set(o, OPTION_ID_blend), r->blend = o->blend;
    r->has_optimizer = set(o, OPTION_ID_optimizer), r->optimizer = (enum optimizer)o->optimizer;
    r->has_schedule = set(o, OPTION_ID_schedule), r->schedule = (enum schedule_kind)o->schedule;
    r->step_epochs = set(o, OPTION_ID_step_epochs) ? (int)o->step_epochs : 0;
    r->has_step_factor = set(o, OPTION_ID_step_factor), r->step_factor = o->step_factor;
    r->has_bn = set(o, OPTION_ID_bn), r->bn = (enum bn_mode)o->bn;
    r->has_batch_size = set(o, OPTION_ID_batch_size), r->batch_size = (int)o->batch_size;
    r->has_class_weights = set(o, OPTION_ID_class_weights), r->class_weights = o->class_weights;
    r->has_average = set(o, OPTION_ID_average), r->average = o->average;
    r->patience = (int)o->patience;
    if (set(o, OPTION_ID_train_from))
        snprintf(r->from, sizeof r->from, "%.*s", BLOCK_NAME - 1, o->train_from);
}

static void request_pictures(struct recipe_request *r, const struct options *o)
{
    r->has_normalize = set(o, OPTION_ID_normalize), r->imagenet_norm = o->normalize == NORMALIZE_IMAGENET;
    r->has_image_size = set(o, OPTION_ID_image_size), r->image_size = (int)o->image_size;
    r->has_resize = set(o, OPTION_ID_resize), r->resize = (enum resize_rule)o->resize;
    r->views = set(o, OPTION_ID_views) ? (int)o->views : 0;
    r->has_antialias = set(o, OPTION_ID_antialias), r->antialias = o->antialias;
    r->has_flip = set(o, OPTION_ID_flip), r->flip = o->flip;
    r->has_crop = set(o, OPTION_ID_crop), r->crop = o->crop;
    r->has_crop_min = set(o, OPTION_ID_crop_min), r->crop_min = o->crop_min;
    r->has_jitter = set(o, OPTION_ID_jitter), r->jitter = o->jitter;
}

/* The block that is named must be one of the model. An unknown model is another's to tell. */
enum err_code settings_check_block(const struct options *o, struct err *err)
{
    const struct arch *arch = arch_find(o->model);
    if (!set(o, OPTION_ID_train_from) || !o->train_from[0] || !arch)
        return ERR_OK;
    struct graph *g = arch_graph(arch, 2);
    enum err_code code = ERR_OK;
    if (graph_block(g, o->train_from) < 0) {
        struct str names = STR_INIT;
        for (size_t b = 0; b < g->n_blocks; b++)
            str_printf(&names, "%s%s", b ? ", " : "", g->blocks[b].name);
        code = err_set(err, ERR_INVALID, "train-from: %s has no block %s", arch->name, o->train_from);
        if (err)
            err_hint(err, "blocks: %.240s", names.s);
        str_done(&names);
    }
    graph_free(g);
    return code;
}

enum err_code settings_recipe(struct recipe *recipe, const struct options *o, enum mode mode, struct err *err)
{
    struct recipe_request r = {.mode = mode, .preset = (enum preset)o->preset};
    if (set(o, OPTION_ID_epochs) && o->epochs[0]) {
        enum err_code code = parse_epochs(&r, o->epochs, err);
        if (code != ERR_OK)
            return code;
    }
    enum err_code code = settings_check_block(o, err);
    if (code != ERR_OK)
        return code;
    request_training(&r, o);
    request_pictures(&r, o);
    return recipe_make(recipe, &r, err);
}

enum err_code engine_recipe(const struct options *options, struct recipe *recipe, struct err *err)
{
    return settings_recipe(recipe, options, (enum mode)options->mode, err);
}

void settings_brief(struct str *out, const struct options *o)
{
    for (int id = 0; id < OPTION_COUNT; id++) {
        const struct option_row *row = option_row((enum option_id)id);
        bool apart = id == OPTION_ID_mode || id == OPTION_ID_preset || id == OPTION_ID_model;
        if (apart || row->scope == SCOPE_SCREEN || row->scope == SCOPE_PROGRAM || !set(o, (enum option_id)id))
            continue;
        str_printf(out, "%s%s ", out->len ? ", " : "", row->name);
        option_get(out, o, (enum option_id)id);
    }
}

struct prep settings_prep(const struct recipe *recipe)
{
    return (struct prep){.size = recipe->image_size, .resize = recipe->resize, .antialias = recipe->antialias,
                         .imagenet_norm = recipe->imagenet_norm, .views = recipe_views(recipe),
                         .mirror_views = recipe_views(recipe) > 1 && recipe_flips(recipe)};
}

int prep_batch(const struct prep *prep, int batch_size)
{
    return (batch_size + prep->views - 1) / prep->views;
}

/* source: torchvision's published statistics of ImageNet's training pictures, RGB in 0..1 */
void prep_norm(const struct prep *prep, float mean[3], float std[3])
{
    static const float m[3] = {0.485f, 0.456f, 0.406f}, s[3] = {0.229f, 0.224f, 0.225f};
    for (int c = 0; c < 3; c++) {
        mean[c] = prep->imagenet_norm ? m[c] : 0;
        std[c] = prep->imagenet_norm ? s[c] : 1;
    }
}

uint64_t settings_cache(const struct options *o)
{
    return set(o, OPTION_ID_cache_memory) ? (uint64_t)o->cache_memory * 1000000u : memory_left() / 4;
}

struct loader_config settings_loader(const struct prep *prep, int batch_size, const struct options *o)
{
    return (struct loader_config){.size = prep->size,
                                  .crop_eval = prep->resize == RESIZE_CROP,
                                  .views = 1,
                                  .antialias = prep->antialias,
                                  .seed = (uint64_t)o->seed,
                                  .batch_size = batch_size,
                                  .prefetch = 3,
                                  .priority = POOL_TRAINING};
}

struct loader_config settings_views_loader(const struct prep *prep, int batch_size, const struct options *o)
{
    struct loader_config config = settings_loader(prep, prep_batch(prep, batch_size), o);
    config.views = prep->views;
    config.mirror_views = prep->mirror_views;
    return config;
}

enum fl_precision settings_precision(const char *name, const struct fl_device_info *device)
{
    if (strcmp(name, "bf16") == 0)
        return FL_AUTOCAST_BF16;
    if (strcmp(name, "fp16") == 0)
        return FL_AUTOCAST_FP16;
    if (strcmp(name, "fp32") == 0)
        return FL_FP32;
    if (device->bf16_fast)
        return FL_AUTOCAST_BF16;
    return device->index >= 0 && device->capability >= 53 ? FL_AUTOCAST_FP16 : FL_FP32;
}

const char *precision_name(enum fl_precision precision)
{
    static const char *const names[] = {[FL_FP32] = "fp32", [FL_AUTOCAST_BF16] = "bf16", [FL_AUTOCAST_FP16] = "fp16"};
    return names[precision];
}
