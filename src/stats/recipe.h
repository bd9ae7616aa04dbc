/* Recipes: a mode and a preset become a list of phases. The trainer knows only phases.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_STATS_RECIPE_H
#define FL_STATS_RECIPE_H

#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"
#include "stats/schedule.h"

enum mode { MODE_SCRATCH, MODE_FROZEN, MODE_FINE_TUNE, MODE_STAGED, MODE_DISCRIMINATIVE, MODE_COUNT };
enum preset { PRESET_CLASSIC, PRESET_BEST, PRESET_COUNT };
enum bn_mode { BN_AUTO, BN_FIXED, BN_BATCH };
enum optimizer { OPT_SGD, OPT_ADAM, OPT_ADAMW };
enum resize_rule { RESIZE_STRETCH, RESIZE_CROP }; /* to the square; or short side to 256/224 of it, then centre crop (training: by the
                                                     augmentation) */

const char *mode_name(enum mode mode);   /* "scratch", "frozen", "fine-tune", "staged", "discriminative" */
const char *mode_help(enum mode mode);   /* one sentence */
const char *preset_name(enum preset preset);
bool mode_needs_weights(enum mode mode); /* all but scratch */
/* "frozen,fine-tune": the modes in that order, or "all". *n of them, each once. errors: INVALID (names the word) */
enum err_code modes_parse(const char *text, enum mode list[MODE_COUNT], int *n, struct err *err);

/* What happens to training pictures at random. All zero: nothing, the input is fixed. */
struct augment_spec {
    bool flip;
    bool crop;               /* random-resized-crop */
    double crop_min;         /* least share of the area, 0.08..1 */
    double jitter;           /* colour jitter: factors within 1 - jitter .. 1 + jitter; 0 none */
};

#define BLOCK_NAME 24 /* with the NUL; as struct block_spec of nn/arch.h */

struct phase {
    int epochs;              /* 1 or more */
    bool backbone_trains;    /* false: every block but the head is frozen */
    char from[BLOCK_NAME];   /* first block of the backbone that trains; "" all */
    double lr_stem, lr_backbone, lr_head; /* of the backbone's first and last block, and of the head; see phase_lr */
    enum optimizer optimizer;
    double momentum, weight_decay;
    double start_decay;      /* of the backbone towards the weights that the run started from; see engine/anchor.h */
    bool decay_bn_bias;      /* weight decay also on batch norm and bias (PyTorch's plain behaviour) */
    struct schedule schedule; /* over this phase's steps */
    enum bn_mode bn;
    double label_smoothing;
    double dropout;          /* before the head */
    double blend;            /* share of the pretrained backbone in the weights that are validated and kept; 0: the trained ones */
    bool average;            /* the mean of the weights over the phase's last steps is validated and kept; a fresh optimiser begins a new one */
    struct augment_spec augment;
    bool fresh_optimizer;    /* false: goes on with the moments of the phase before */
};

#define RECIPE_PHASES 8
#define RECIPE_VIEWS 9

struct recipe {
    int n_phases;
    struct phase phases[RECIPE_PHASES];
    int batch_size;
    int image_size;
    bool imagenet_norm;      /* false: values / 255 only */
    enum resize_rule resize;
    int views;               /* squares of a picture that validation and prediction take together where resize is RESIZE_CROP, 1 to RECIPE_VIEWS */
    bool antialias;          /* resize with antialias; false: plain bilinear */
    bool class_weights;      /* loss weighted by inverse class frequency */
    int patience;            /* epochs without a new best before stopping; 0 off */
    double average_from;     /* share of a phase's steps before the mean of its weights begins, 0..1 */
    double average_decay;    /* of that mean once 1 / (1 - decay) steps are in it; until then it is the plain one */
};

/* What a user set beside mode and preset; has_X false: the preset's value stands. */
struct recipe_request {
    enum mode mode;
    enum preset preset;
    int n_epochs, epochs[RECIPE_PHASES]; /* 0 entries: the preset's; fewer entries than phases: the last counts for the rest */
    bool has_lr, has_stem_lr, has_head_lr, has_momentum, has_weight_decay, has_start_decay, has_label_smoothing, has_dropout,
        has_blend;
    double lr, stem_lr, head_lr, momentum, weight_decay, start_decay, label_smoothing, dropout, blend; /* lr: for staged, the first phase's; the second keeps the preset's ratio */
    bool has_optimizer, has_schedule, has_bn, has_normalize, has_batch_size, has_image_size, has_resize;
    enum optimizer optimizer;
    enum schedule_kind schedule;
    enum bn_mode bn;
    bool imagenet_norm;
    int batch_size, image_size, views; /* views 0: the preset's */
    enum resize_rule resize;
    bool has_flip, flip, has_crop, crop, has_jitter;
    double jitter;
    bool has_class_weights, class_weights;
    int patience;
    bool has_crop_min, has_antialias, antialias, has_average, average;
    double crop_min;
    int step_epochs;         /* of SCHEDULE_STEP; 0: a third of the phase's epochs, rounded up */
    bool has_step_factor;
    double step_factor;      /* else 0.1 */
    char from[BLOCK_NAME];   /* of the phases that train the backbone; "" all of it */
};

/* The rows of presets.def with the request on top. lr scales every rate by its ratio to the first phase's backbone rate (frozen phases have one
 * rate), stem_lr and head_lr then replace the rates of stem and head in all phases that train them; augmentation, optimiser and the rest count
 * for all phases.
 * errors: INVALID (more epoch entries than phases, and what recipe_check finds) */
enum err_code recipe_make(struct recipe *recipe, const struct recipe_request *request, struct err *err);

/* Whether it can be trained: numbers in their ranges, batches of two or more where batch norm uses the batch's statistics.
 * errors: INVALID */
enum err_code recipe_check(const struct recipe *recipe, struct err *err);

/* Adds epochs to the end at constant rates, those of schedule_tail for the last phase: a phase like it that keeps the optimiser's
 * moments, or a longer last phase where that is constant already (so 2 epochs and 2 more are the recipe of 4).
 * errors: INVALID (epochs outside 1 to 1e6, no room for another phase) */
enum err_code recipe_extend(struct recipe *recipe, int64_t epochs, int64_t steps_per_epoch, struct err *err);

/* longer is shorter with epochs added by recipe_extend, once or more often. */
bool recipe_is_extension(const struct recipe *longer, const struct recipe *shorter);
int recipe_epochs(const struct recipe *recipe);                      /* of all phases */
/* epoch counts from 1; both results from 0. Epochs beyond the end are in the last phase. epoch_in_phase may be NULL. */
int recipe_phase_of(const struct recipe *recipe, int epoch, int *epoch_in_phase);

/* Whether a phase needs the weights that the run started from (blend, start_decay); whether one keeps the mean of its weights. */
bool recipe_keeps_start(const struct recipe *recipe);
bool recipe_averages(const struct recipe *recipe);

/* Squares of a picture that validation and prediction take together: 1 where the whole picture is in one. */
int recipe_views(const struct recipe *recipe);
bool recipe_flips(const struct recipe *recipe); /* a phase trains on mirrored pictures too */

/* Highest rate of a block, 0-based, of n_blocks, the last of which is the head: the backbone's blocks lie evenly between stem and last block
 * on a logarithmic scale, whether they train or not. source: layer-wise rate decay, Howard, Ruder, arXiv 1801.06146, 3.2 */
double phase_lr(const struct phase *phase, int block, int n_blocks);

/* "frozen", "upper layers", "all layers": a title for charts and logs. */
const char *phase_title(const struct phase *phase);

/* Text form, "key = value" lines below [recipe] and [phase 1] ...; reads back exactly (a round-trip test). Part of run.ini.
 * recipe_set: section without brackets; start with zeros; phases may come in any order, their number is the highest seen; recipe_check at the end.
 * errors: INVALID (unknown section, key, or value; names them) */
void recipe_write(struct str *s, const struct recipe *recipe);
enum err_code recipe_set(struct recipe *recipe, const char *section, const char *key, const char *value, struct err *err);

#endif
