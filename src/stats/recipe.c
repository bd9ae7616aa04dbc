/* Recipes: presets, a user's wishes on top, phases.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "stats/recipe.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

static const struct recipe presets[PRESET_COUNT] = {
#define PRESET(preset, ...) [PRESET_##preset] = {__VA_ARGS__},
#define VIEW(preset, mode, image_size, resize)
#define PHASE(preset, mode, ...)
#include "stats/presets.def"
#undef PRESET
#undef VIEW
#undef PHASE
};

static const struct view {
    int image_size; /* 0: the preset's view is the mode's */
    enum resize_rule resize;
} views[PRESET_COUNT][MODE_COUNT] = {
#define PRESET(preset, ...)
#define VIEW(preset, mode, ...) [PRESET_##preset][MODE_##mode] = {__VA_ARGS__},
#define PHASE(preset, mode, ...)
#include "stats/presets.def"
#undef PRESET
#undef VIEW
#undef PHASE
};

static const struct preset_phase {
    enum preset preset;
    enum mode mode;
    struct phase phase;
} preset_phases[] = {
#define PRESET(preset, ...)
#define VIEW(preset, mode, image_size, resize)
#define PHASE(p, m, ...) {PRESET_##p, MODE_##m, {__VA_ARGS__}},
#include "stats/presets.def"
#undef PRESET
#undef VIEW
#undef PHASE
};

static const struct {
    const char *name, *help;
} modes[MODE_COUNT] = {
    [MODE_SCRATCH] = {"scratch", "random weights, every layer trains"},
    [MODE_FROZEN] = {"frozen", "pretrained backbone kept as it is, only a new head trains"},
    [MODE_FINE_TUNE] = {"fine-tune", "pretrained, every layer trains"},
    [MODE_STAGED] = {"staged", "first frozen, then every layer at a lower rate"},
    [MODE_DISCRIMINATIVE] =
        {"discriminative",
         "pretrained, every layer trains, the backbone at a lower rate than the head"},
};

const char *mode_name(enum mode mode)
{
    assert((unsigned)mode < MODE_COUNT);
    return modes[mode].name;
}

const char *mode_help(enum mode mode)
{
    assert((unsigned)mode < MODE_COUNT);
    return modes[mode].help;
}

const char *preset_name(enum preset preset)
{
    assert((unsigned)preset < PRESET_COUNT);
    return preset == PRESET_CLASSIC ? "classic" : "best";
}

bool mode_needs_weights(enum mode mode)
{
    return mode != MODE_SCRATCH;
}

static enum err_code add_mode(const char *word, size_t length, enum mode *list, int *n,
                              struct err *err)
{
    for (int m = 0; m < MODE_COUNT; m++) {
        if (strlen(mode_name((enum mode)m)) != length || strncmp(word, mode_name((enum mode)m), length))
            continue;
        for (int i = 0; i < *n; i++) {
            if (list[i] == (enum mode)m)
                return err_set(err, ERR_INVALID, "mode: %s is named twice", mode_name(list[i]));
        }
        list[(*n)++] = (enum mode)m;
        return ERR_OK;
    }
    err_set(err, ERR_INVALID, "mode: unknown choice \"%.*s\"", (int)length, word);
    return err ? err_hint(err, "all, or some of: scratch, frozen, fine-tune, staged, discriminative")
               : ERR_INVALID;
}

enum err_code modes_parse(const char *text, enum mode list[MODE_COUNT], int *n, struct err *err)
{
    enum err_code code = ERR_OK;
    *n = 0;
    if (str_eq(text, "all")) {
        while (*n < MODE_COUNT) {
            list[*n] = (enum mode)*n;
            ++*n;
        }
        return ERR_OK;
    }
    for (const char *word = text; code == ERR_OK; word++) {
        size_t length = strcspn(word, ",");
        code = add_mode(word, length, list, n, err);
        word += length;
        if (!*word)
            break;
    }
    return code;
}

bool recipe_keeps_start(const struct recipe *recipe)
{
    bool any = false;
    for (int i = 0; i < recipe->n_phases; i++)
        any |= recipe->phases[i].blend > 0 || recipe->phases[i].start_decay > 0;
    return any;
}

bool recipe_averages(const struct recipe *recipe)
{
    bool any = false;
    for (int i = 0; i < recipe->n_phases; i++)
        any |= recipe->phases[i].average;
    return any;
}

bool recipe_flips(const struct recipe *recipe)
{
    bool any = false;
    for (int i = 0; i < recipe->n_phases; i++)
        any |= recipe->phases[i].augment.flip;
    return any;
}

int recipe_views(const struct recipe *recipe)
{
    return recipe->resize == RESIZE_CROP ? recipe->views : 1;
}

double phase_lr(const struct phase *phase, int block, int n_blocks)
{
    int last = n_blocks - 2;
    if (block > last)
        return phase->lr_head;
    if (block == last || phase->lr_stem == phase->lr_backbone) /* to the last bit */
        return phase->lr_backbone;
    double depth = (double)block / last;
    return pow(phase->lr_stem, 1 - depth) * pow(phase->lr_backbone, depth);
}

const char *phase_title(const struct phase *phase)
{
    return !phase->backbone_trains ? "frozen" : *phase->from ? "upper layers" : "all layers";
}

static void take_preset(struct recipe *recipe, enum preset preset, enum mode mode)
{
    *recipe = presets[preset];
    const struct view *view = &views[preset][mode];
    if (view->image_size) {
        recipe->image_size = view->image_size;
        recipe->resize = view->resize;
    }
    for (size_t i = 0; i < sizeof preset_phases / sizeof *preset_phases; i++) {
        if (preset_phases[i].preset != preset || preset_phases[i].mode != mode)
            continue;
        struct phase *phase = &recipe->phases[recipe->n_phases++];
        *phase = preset_phases[i].phase;
        if (phase->lr_stem == 0)
            phase->lr_stem = phase->lr_backbone;
    }
    assert(recipe->n_phases >= 1 && recipe->n_phases <= RECIPE_PHASES);
}

static enum err_code apply_epochs(struct recipe *recipe, const struct recipe_request *request,
                                  struct err *err)
{
    if (request->n_epochs > recipe->n_phases)
        return err_set(err, ERR_INVALID, "epochs: %d numbers, but mode %s has %d phase%s",
                       request->n_epochs, mode_name(request->mode), recipe->n_phases,
                       recipe->n_phases == 1 ? "" : "s");
    for (int i = 0; i < recipe->n_phases && request->n_epochs; i++)
        recipe->phases[i].epochs =
            request->epochs[i < request->n_epochs ? i : request->n_epochs - 1];
    return ERR_OK;
}

static void apply_rates(struct recipe *recipe, const struct recipe_request *request)
{
    double first = recipe->phases[0].lr_backbone;
    for (int i = 0; i < recipe->n_phases; i++) {
        struct phase *phase = &recipe->phases[i];
        if (request->has_lr) {
            phase->lr_stem = request->lr * (phase->lr_stem / first);
            phase->lr_backbone = request->lr * (phase->lr_backbone / first);
            phase->lr_head = request->lr * (phase->lr_head / first);
        }
        if (request->has_stem_lr && phase->backbone_trains)
            phase->lr_stem = request->stem_lr;
        if (request->has_head_lr)
            phase->lr_head = request->head_lr;
    }
}

static void apply_schedule(struct phase *phase, const struct recipe_request *request)
{
    struct schedule *s = &phase->schedule;
    if (request->has_schedule)
        s->kind = request->schedule;
    s->step_epochs = request->step_epochs ? request->step_epochs : (phase->epochs + 2) / 3;
    s->gamma = request->has_step_factor ? request->step_factor : 0.1;
    s->warmup = 0.3;
    s->div = 25;
    s->final_div = 1e4;
}

/* crop_min is 0 exactly where nothing is cropped: a spec of zeros means fixed input. */
static void apply_augment(struct augment_spec *spec, const struct recipe_request *request)
{
    if (request->has_flip)
        spec->flip = request->flip;
    if (request->has_crop)
        spec->crop = request->crop;
    if (request->has_crop_min)
        spec->crop_min = request->crop_min;
    if (request->has_jitter)
        spec->jitter = request->jitter;
    if (!spec->crop)
        spec->crop_min = 0;
    else if (spec->crop_min <= 0)
        spec->crop_min = 0.35;
}

/* A preset's pull is for steps of Adam's size: sgd's are as small as its gradients, and the backbone would stay where it is. */
static void apply_optimizer(struct phase *phase, enum optimizer optimizer)
{
    if ((optimizer == OPT_SGD) != (phase->optimizer == OPT_SGD))
        phase->start_decay = 0;
    phase->optimizer = optimizer;
}

static void apply_phase(struct phase *phase, const struct recipe_request *request)
{
    if (request->has_optimizer)
        apply_optimizer(phase, request->optimizer);
    if (request->has_momentum)
        phase->momentum = request->momentum;
    if (request->has_weight_decay)
        phase->weight_decay = request->weight_decay;
    if (request->has_start_decay && phase->backbone_trains)
        phase->start_decay = request->start_decay;
    if (request->has_label_smoothing)
        phase->label_smoothing = request->label_smoothing;
    if (request->has_dropout)
        phase->dropout = request->dropout;
    if (request->has_blend && phase->backbone_trains)
        phase->blend = request->blend;
    if (request->has_average)
        phase->average = request->average;
    if (request->has_bn)
        phase->bn = request->bn;
    if (phase->backbone_trains)
        memcpy(phase->from, request->from, sizeof phase->from);
    apply_schedule(phase, request);
    apply_augment(&phase->augment, request);
}

static void apply_whole(struct recipe *recipe, const struct recipe_request *request)
{
    if (request->has_batch_size)
        recipe->batch_size = request->batch_size;
    if (request->has_image_size)
        recipe->image_size = request->image_size;
    if (request->has_normalize)
        recipe->imagenet_norm = request->imagenet_norm;
    if (request->has_resize)
        recipe->resize = request->resize;
    if (request->views)
        recipe->views = request->views;
    if (request->has_antialias)
        recipe->antialias = request->antialias;
    if (request->has_class_weights)
        recipe->class_weights = request->class_weights;
    recipe->patience = request->patience;
}

enum err_code recipe_make(struct recipe *recipe, const struct recipe_request *request,
                          struct err *err)
{
    take_preset(recipe, request->preset, request->mode);
    enum err_code code = apply_epochs(recipe, request, err);
    if (code != ERR_OK)
        return code;
    bool wants_blend = request->has_blend && request->blend > 0, wants_start = request->has_start_decay && request->start_decay > 0;
    if ((wants_blend || wants_start) && !mode_needs_weights(request->mode))
        return err_set(err, ERR_INVALID, "%s: mode %s has no pretrained weights to keep", wants_blend ? "blend" : "start-decay",
                       mode_name(request->mode));
    apply_rates(recipe, request);
    for (int i = 0; i < recipe->n_phases; i++)
        apply_phase(&recipe->phases[i], request);
    apply_whole(recipe, request);
    return recipe_check(recipe, err);
}

/* --- checks ----------------------------------------------------------------------------------- */

static bool within(double v, double low, double high)
{
    return v >= low && v <= high;
}

/* Name of the first field of a phase that is out of its range, or NULL. */
static const char *bad_field(const struct phase *p)
{
    const struct schedule *s = &p->schedule;
    const struct {
        bool good;
        const char *name;
    } checks[] = {
        {p->epochs >= 1 && p->epochs <= 1000000, "epochs"},
        {within(p->lr_stem, 0, 1e3), "stem-lr"},
        {within(p->lr_backbone, 0, 1e3), "lr"},
        {within(p->lr_head, 0, 1e3), "head-lr"},
        {within(p->momentum, 0, 0.9999), "momentum"},
        {within(p->weight_decay, 0, 1e3), "weight-decay"},
        {within(p->start_decay, 0, 1e3), "start-decay"},
        {within(p->label_smoothing, 0, 0.9999), "label-smoothing"},
        {within(p->dropout, 0, 0.9999), "dropout"},
        {within(p->blend, 0, 1), "blend"},
        {within(p->augment.crop_min, 0, 1) && (!p->augment.crop || p->augment.crop_min > 0),
         "crop-min"},
        {within(p->augment.jitter, 0, 1), "jitter"},
        {s->kind != SCHEDULE_STEP || (s->step_epochs >= 1 && within(s->gamma, 0, 1)),
         "step-epochs or step-factor"},
        {s->kind != SCHEDULE_ONE_CYCLE ||
             (within(s->warmup, 0, 1) && within(s->div, 1, 1e9) && within(s->final_div, 1, 1e12)),
         "the one-cycle numbers"},
    };
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
        if (!checks[i].good)
            return checks[i].name;
    }
    return NULL;
}

static bool uses_batch_statistics(const struct phase *phase)
{
    return phase->bn == BN_BATCH || (phase->bn == BN_AUTO && phase->backbone_trains);
}

enum err_code recipe_check(const struct recipe *recipe, struct err *err)
{
    if (recipe->n_phases < 1 || recipe->n_phases > RECIPE_PHASES)
        return err_set(err, ERR_INVALID, "recipe: %d phases, 1 to %d are possible",
                       recipe->n_phases, RECIPE_PHASES);
    if (recipe->batch_size < 1)
        return err_set(err, ERR_INVALID, "batch-size: %d is below 1", recipe->batch_size);
    if (recipe->image_size < 1 || recipe->image_size > 4096)
        return err_set(err, ERR_INVALID, "image-size: %d is outside 1 to 4096", recipe->image_size);
    if (recipe->views < 1 || recipe->views > RECIPE_VIEWS)
        return err_set(err, ERR_INVALID, "views: %d is outside 1 to %d", recipe->views, RECIPE_VIEWS);
    if (recipe->patience < 0 || !within(recipe->average_from, 0, 1) || !within(recipe->average_decay, 0, 1))
        return err_set(err, ERR_INVALID, "recipe: patience, average-from or average-decay is out of range");
    for (int i = 0; i < recipe->n_phases; i++) {
        const char *bad = bad_field(&recipe->phases[i]);
        if (bad)
            return err_set(err, ERR_INVALID, "phase %d: %s is out of range", i + 1, bad);
        if (recipe->batch_size == 1 && uses_batch_statistics(&recipe->phases[i])) {
            err_set(err, ERR_INVALID,
                    "phase %d: batch norm needs batches of 2 pictures or more, batch-size is 1",
                    i + 1);
            return err ? err_hint(err, "a larger batch-size, or bn fixed") : ERR_INVALID;
        }
    }
    return ERR_OK;
}

/* --- epochs and phases ------------------------------------------------------------------------ */

/* A phase at the rate where the last one ends. */
static void add_tail(struct recipe *recipe, int epochs, int64_t steps_per_epoch)
{
    const struct phase *last = &recipe->phases[recipe->n_phases - 1];
    struct phase *tail = &recipe->phases[recipe->n_phases++];
    *tail = *last;
    tail->epochs = epochs;
    int64_t steps = steps_per_epoch * last->epochs;
    double *const rates[] = {&tail->lr_stem, &tail->lr_backbone, &tail->lr_head};
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++)
        *rates[i] = schedule_tail(&last->schedule, *rates[i], steps, steps_per_epoch);
    tail->schedule.kind = SCHEDULE_CONSTANT;
    tail->fresh_optimizer = false;
}

enum err_code recipe_extend(struct recipe *recipe, int64_t epochs, int64_t steps_per_epoch, struct err *err)
{
    struct recipe longer = *recipe; /* nothing changes where it is refused */
    struct phase *last = &longer.phases[longer.n_phases - 1];
    if (epochs < 1 || epochs > 1000000)
        return err_set(err, ERR_INVALID, "epochs: %" PRId64 " more is out of range", epochs);
    if (last->schedule.kind == SCHEDULE_CONSTANT)
        last->epochs += (int)epochs;
    else if (longer.n_phases < RECIPE_PHASES)
        add_tail(&longer, (int)epochs, steps_per_epoch);
    else
        return err_set(err, ERR_INVALID,
                       "a run has at most %d phases, there is no room for another", RECIPE_PHASES);
    enum err_code code = recipe_check(&longer, err);
    if (code == ERR_OK)
        *recipe = longer;
    return code;
}

bool recipe_is_extension(const struct recipe *longer, const struct recipe *shorter)
{
    struct recipe begin = *longer;
    struct str a = STR_INIT, b = STR_INIT;
    if (longer->n_phases < shorter->n_phases || recipe_epochs(longer) <= recipe_epochs(shorter))
        return false;
    begin.n_phases = shorter->n_phases;
    begin.phases[begin.n_phases - 1].epochs = shorter->phases[begin.n_phases - 1].epochs;
    recipe_write(&a, &begin);
    recipe_write(&b, shorter);
    bool same = str_eq(a.s, b.s);
    str_done(&a);
    str_done(&b);
    return same;
}

int recipe_epochs(const struct recipe *recipe)
{
    int n = 0;
    for (int i = 0; i < recipe->n_phases; i++)
        n += recipe->phases[i].epochs;
    return n;
}

int recipe_phase_of(const struct recipe *recipe, int epoch, int *epoch_in_phase)
{
    assert(epoch >= 1 && recipe->n_phases >= 1);
    int i = 0, rest = epoch - 1;
    while (i < recipe->n_phases - 1 && rest >= recipe->phases[i].epochs)
        rest -= recipe->phases[i++].epochs;
    if (epoch_in_phase)
        *epoch_in_phase = rest;
    return i;
}
