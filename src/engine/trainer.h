/* The one training loop: phases, epochs, steps. It knows only phases; modes are recipes.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_ENGINE_TRAINER_H
#define FL_ENGINE_TRAINER_H

#include "data/loader.h"
#include "data/split.h"
#include "engine/anchor.h"
#include "engine/average.h"
#include "engine/blend.h"
#include "engine/internal.h"
#include "engine/model.h"
#include "engine/run.h"
#include "engine/score.h"

/* Features of a part behind the last frozen block, computed once. */
struct features {
    fl_tensor *x;      /* [n * views, as graph_cut_dims] float32 on the device; NULL: none */
    int views;         /* rows of a picture */
    int from;          /* block that gets them */
    size_t n;
    uint32_t *files;
    int64_t *labels;
};

#define TRAINER_SCALE_START 65536.0 /* of the loss in fp16, as PyTorch's GradScaler; else 1 */

/* Groups of the optimiser: each block's weights, and what it has of bias and batch norm. */
#define GROUPS_OF_BLOCK 2

struct trainer {
    struct job *job;
    const struct fl_table *fl;
    struct run run;
    struct model model;
    struct dataset *ds;
    struct split split;
    char split_warning[160];   /* how the pictures differ from those of the split that was read; "" not */
    float *class_weights;      /* NULL: none */

    /* the phase */
    int phase;                 /* -1: none yet */
    int first_trained;         /* block */
    bool *batch_stats;         /* a flag a block */
    struct loader *train, *val;
    struct augment_limits augment; /* of the train loader */
    struct features train_features, val_features;
    bool no_features;          /* the GPU had no room for them: not tried again in this session */
    fl_optim *optim;
    size_t n_params;
    size_t *param;             /* tensor of parameter i */

    /* where it stands */
    int epoch;                 /* done */
    int64_t step, step_in_phase, steps_in_epoch;
    uint64_t cache_bytes;      /* for decoded pictures */
    int parts;                 /* a batch is computed in so many parts (memory) */
    double scale;              /* of the loss, fp16 */
    int good_steps;            /* since the scale was changed */
    double rate;               /* factor on all rates */
    struct average average;    /* of the weights; empty when the recipe has none */
    struct blend blend;        /* the same */
    struct anchor anchor;      /* made by the first step that needs it */
    struct str best_result;    /* bytes of the result block at the best epoch */
    struct tally tally;        /* of the epoch in progress */
    size_t unread[2], told_unread[2]; /* pictures that could not be read in this pass, training and validation; what was last told */
    double grad_norm, wait;    /* last step's; seconds waited for pictures in this epoch */
    double session_began, epoch_began, paused;
    double lr, lr_head;        /* of the last step */
    struct model_copy *unsaved; /* the weights of the best epoch, until best.safetensors is written */
    struct best best_in_file;
    bool save_failed, resumed;
    bool patience_counts;      /* before the first epoch of this session too: the one before was cut off */
    struct step_point *old_steps; /* of earlier sessions, until the view has them */
    size_t n_old_steps;
    enum { GO_ON, STOP_AFTER_EPOCH, STOP_NOW } stop;
};

/* Trains from where it stands to the recipe's end. The record's state and note are set and saved; the job gets its sentence and result.
 * errors: CANCELLED (stopped by the user), INVALID (loss not finite), those of the parts */
enum err_code trainer_run(struct trainer *t, struct err *err);

/* Loaders, optimiser, flags of phase p (from 0). An optimiser of the same phase (from a checkpoint) is kept. */
enum err_code trainer_phase(struct trainer *t, int p, struct err *err);

/* The same without computing features. */
enum err_code trainer_phase_dry(struct trainer *t, int p, struct err *err);

/* The optimiser that phase p has, without state; for a checkpoint to fill. */
enum err_code trainer_optimiser(struct trainer *t, int p, struct err *err);

enum err_code trainer_train_epoch(struct trainer *t, struct err *err);
enum err_code trainer_step(struct trainer *t, const struct batch *batch, struct err *err);       /* pictures */
enum err_code trainer_step_rows(struct trainer *t, const uint32_t *rows, int n, struct err *err); /* features */
/* fp16: a step whose gradients overflow (not finite) is left out and the scale halved; many good ones in a row double it. */
void trainer_adapt_scale(struct trainer *t, bool finite);
enum err_code trainer_validate(struct trainer *t, struct score *score, struct err *err);
/* The weights that are validated and kept, averaged and blended as the recipe says, take the net's place; and the trained ones again. */
enum err_code trainer_kept_in(struct trainer *t, struct err *err);
enum err_code trainer_kept_out(struct trainer *t, struct err *err);
/* A part's pass over pictures has skipped those that cannot be read: the log names them. It has ended: the run's events tell how many, when
 * that has changed, and the next pass counts anew. */
enum { UNREAD_TRAIN, UNREAD_VAL };
void trainer_unread(struct trainer *t, int part, const struct batch *batch);
void trainer_tell_unread(struct trainer *t, int part);
/* All of the epochs done: best weights, tables, checkpoint, record. Until the best weights are written nothing else is but metrics.csv, so that
 * what the record calls the best is what lies in the file; they are kept for the next call. */
enum err_code trainer_save(struct trainer *t, struct err *err);
enum err_code trainer_save_best(struct trainer *t, struct err *err); /* of these the best weights and its tables */
void trainer_keep_tables(struct trainer *t); /* of the best epoch, to be written with the next save */
/* A run that was cut off behind its best weights, before the checkpoint, repeats that epoch. While no better one comes (or on a GPU never
 * does) what is in the file is the best that there is: the record says so. */
void trainer_own_best(struct trainer *t);
enum err_code trainer_close_epoch(struct trainer *t, const struct score *score, struct err *err);

/* Takes control commands; waits while paused. CANCELLED when the run must stop now. */
enum err_code trainer_steer(struct trainer *t, struct err *err);

/* Frozen blocks with fixed input, and room for what they give: that is computed once. Of the phase that trainer_phase has set. */
bool features_apply(const struct trainer *t);
/* errors: DEVICE_MEMORY, which asks for training from pictures; those of the parts */
enum err_code features_compute(struct features *f, struct trainer *t, struct loader *loader, const uint32_t *files,
                               size_t n, int views, struct err *err);
/* Share of the validation pictures that lie nearest to the mean of their own class's training features (Euclidean distance, the mean over
 * their views). */
enum err_code features_nearest_mean(double *share, const struct trainer *t, struct err *err);
void features_done(struct features *f, const struct fl_table *fl);

/* last.ckpt, the truth about a run: written after each epoch. */
enum err_code checkpoint_save(const struct trainer *t, struct err *err);
/* errors: NOT_FOUND, FORMAT (cut off, checksum, another net) */
enum err_code checkpoint_load(struct trainer *t, struct err *err);

/* The snapshot's view of the run. It begins before anything is loaded, in place of the run before. */
void show_begin(struct trainer *t, const char *data, const char *mode, const char *preset, const char *model);
void show_over(struct trainer *t, const struct err *err); /* nothing more comes; where it could not begin, that is why */
/* A time of the start-up; field: its offset in struct train_view. */
void show_seconds(struct trainer *t, size_t field, double seconds);
#define SHOW_SECONDS(t, field, began) show_seconds(t, offsetof(struct train_view, field), clock_now() - (began))
void show_run(struct trainer *t);                /* all that stays the same, marks */
void show_step(struct trainer *t, const struct step_point *p, int64_t step_in_epoch);
void show_epoch(struct trainer *t, const struct epoch_metrics *m);
void show_event(struct trainer *t, const char *text); /* also on the tape */
void show_end(struct trainer *t, const char *text);
void show_validating(struct trainer *t, bool on);

/* Adds epochs at the rate that the last phase ends with. errors: INVALID */
enum err_code trainer_extend(struct trainer *t, int64_t epochs, struct err *err);

const struct phase *trainer_phase_now(const struct trainer *t);
struct recipe *trainer_recipe(struct trainer *t);
int64_t trainer_steps_per_epoch(const struct trainer *t);
void trainer_done(struct trainer *t);

#endif
