/* PUBLIC: what screens and batch know of the engine. Commands in, notices and one snapshot out, large blocks by id.
 *
 * Two kinds of commands. Data commands (list, scan, demo, runs, compare, fetch, ...) go to the pool at once and run beside everything else.
 * Engine commands (train, resume, eval, predict, pretrain) run one at a time on the engine thread, the only one that touches
 * libtorch; while one runs another is refused with BUSY, except eval and predict while a training run is paused.
 * Control commands reach a running job between two steps.
 *
 * Nothing is shared: a command is copied when it is submitted, blocks are immutable.
 * thread: every function may be called from the one client thread (UI or batch), unless it says otherwise.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_ENGINE_H
#define FL_ENGINE_H

#include "base/bytes.h"
#include "base/err.h"
#include "config/option.h"
#include "stats/metrics.h"
#include "stats/recipe.h"

struct engine; /* opaque */

struct engine_config {
    int n_threads;           /* cores to use; 0: pool_cores() */
    const char *shim;        /* path of the module; NULL: beside the program, else pkglibdir */
    int niceness;            /* how far all threads of the engine give way to the caller's (nice value); 0: equal */
};

/* What libtorch reads out of the environment when it is loaded. thread: the main thread, before there is any other that may read it */
void engine_environment(void);
/* Starts the pool; the engine thread starts with the first engine command and only then libtorch is loaded. */
struct engine *engine_new(const struct engine_config *config);
/* Cancels what runs (a training run saves first), joins all threads. */
void engine_free(struct engine *e);

/* --- commands ------------------------------------------------------------------------------------------------ */

enum cmd_kind {
    CMD_NONE,
    /* data commands */
    CMD_LIST,      /* path: folder. Result: dataset block, names only */
    CMD_FOLDER,    /* path: any folder, "" the current one. Result: text block of lines: its real path, "dataset" or nothing, then its names in
                    * byte order, folders with '/' at their end; at most FOLDER_NAMES, none with control bytes */
    CMD_SCRIPT,    /* path: file; list[0]: text. Written as an executable file; number 1: also over one that is there, else INVALID */
    CMD_SIZES,     /* list: picture files. Result: text block, a line a file: its width and height in pixels, upright; zeros when unknown */
    CMD_SCAN,      /* path: folder; options: max-pixels, damaged, ... Result: dataset block */
    CMD_DEMO,      /* path: folder to fill; number: 0 flowers, 1 shapes; options: seed. Result: text block, the folder */
    CMD_RUNS,      /* path: folder of runs, "" option runs-dir. Result: runs block. Folders without run.ini are named in the notice */
    CMD_ALIVE,     /* path: run folder, or "" for all runs of this user that a process on this machine trains and that can be attached to.
                    * Result: runs block. A run that was named and is not alive: INVALID, says how it stands */
    CMD_FETCH,     /* path: architecture's name. Result: text block, the file */
    CMD_VIEW,      /* path: run folder; list[0]: how its charts are looked at, to be kept in view.ini; without a list nothing is written.
                    * Result: text block, what view.ini holds, "" without one */
    CMD_WEIGHTS,   /* path: weight file to look into, or "" to list the architectures and what there is of them. Result: text block, lines of
                    * KEY<TAB>VALUE (safe for terminals), an empty line between records */
    CMD_STORED,    /* path: run. Result: result block of its best epoch, as its folder keeps it; nothing is computed. INVALID: there is
                    * nothing to evaluate either: no epoch has ended yet, say */
    CMD_COMPARE,   /* list: runs, COMPARE_RUNS at most. Result: compare block. A run that cannot be read is in it with the reason */
    CMD_NOTE,      /* path: run; path2: the note, "" none. Kept in the run's folder as note.txt */
    CMD_TRASH,     /* list: runs; number: 0 into the folder RUNS_TRASH beside them, 1 back. Result: text block, a line a run: where it is now.
                    * A run that trains is refused (BUSY), a folder without run.ini too (INVALID); those before it in the list are moved */
    /* engine commands */
    CMD_TRAIN,     /* path: data folder; options. Result: result block of the best epoch */
    CMD_RESUME,    /* path: run folder; number: epochs to add, 0 none. Result: as CMD_TRAIN */
    CMD_EVAL,      /* path: run; path2: folder, or "" for the run's validation part; number: 1 for the last weights. Result: result block */
    CMD_PREDICT,   /* path: run; list: files and folders; number: 1 for the last weights. Result: predictions block */
    CMD_PRETRAIN,  /* options: seed, epochs, model ...; path: output weight file or "" for the cache. Result: text block, the file */
    CMD_ATTACH,    /* path: folder of a run that another process trains. From then on it is shown and steered as if it were trained here: its
                    * numbers are the snapshot's, notices and job carry its own command (CMD_TRAIN ...), control commands go to it, and the
                    * job ends as it ends. When its process begins another run at once (of its queue), that one follows as a job of its
                    * own, in the snapshot before the notice of the end comes. The end of this engine leaves it alone. Several may watch, and all may steer */
    CMD_ESTIMATE,  /* path: data folder; options. A step or two of each phase on real pictures, nothing is kept. number: no step begins after so
                    * many seconds, 0: 20. Result: text block of lines NAME<TAB>VALUE: seconds (of the whole run), memory and disk (bytes),
                    * basis (what was measured, a sentence) */
    CMD_DEVICES,   /* Result: text block, a line a device. Loads libtorch */
    /* queue commands: done at once, whatever runs. While a run elsewhere is watched (CMD_ATTACH) they go to the queue behind that run: the
     * snapshot shows it, job numbers are those it shows, and nothing is heard of the runs in it here before they begin.
     * A run in the queue has its job number already and ends with one notice as every job does */
    CMD_QUEUE_ADD, /* as CMD_TRAIN; begins when the engine is free and those before it have ended, and when the client has read the notice of
                    * the end before and taken a snapshot after it, or has not for 5 seconds. errors: INVALID (as engine_recipe, or its
                    * option run names the folder of a run before it), BUSY (QUEUE_RUNS wait) */
    CMD_QUEUE_REMOVE, /* job: of a waiting run, 0: of all. It ends as CANCELLED */
    CMD_QUEUE_MOVE,   /* job; number: so many places later, negative: earlier; at most to the end */
    /* control commands: job is the target */
    CMD_CANCEL,    /* data job or eval, predict: stop. Training: as CMD_STOP_NOW */
    CMD_STOP_NOW,  /* after this step; saves. The epoch in progress is repeated by resume */
    CMD_STOP_EPOCH,/* after this epoch, with its validation */
    CMD_PAUSE, CMD_GO_ON,
    CMD_RATE,      /* real: factor on all rates from the next step on; recorded */
    CMD_EXTEND,    /* number: epochs to add */
    CMD_KIND_COUNT
};

struct cmd {
    enum cmd_kind kind;
    uint64_t job;            /* control commands */
    char path[OPTION_TEXT_MAX], path2[OPTION_TEXT_MAX];
    int64_t number;
    double real;
    size_t n_list;
    const char **list;       /* borrowed by submit, which copies */
    const struct options *options; /* borrowed by submit, which copies; NULL: defaults */
};

/* Copies the command. *job gets its number, from 1 (control commands: the target's). Never blocks.
 * errors: BUSY, NOT_FOUND (control: no such job), INVALID */
enum err_code engine_submit(struct engine *e, const struct cmd *cmd, uint64_t *job, struct err *err);

/* Byte form. cmd_decode's result owns its texts: cmd_done. */
void cmd_encode(struct str *out, const struct cmd *cmd);
enum err_code cmd_decode(struct cmd *cmd, struct reader *r, struct err *err);
void cmd_done(struct cmd *cmd); /* only for decoded commands */

/* --- notices ------------------------------------------------------------------------------------------------- */

enum notice_kind { NOTICE_STARTED, NOTICE_FINISHED, NOTICE_FAILED, NOTICE_CANCELLED, NOTICE_PROGRESS };

struct notice {
    enum notice_kind kind;   /* PROGRESS: only "the snapshot changed", merged */
    uint64_t job;
    enum cmd_kind command;
    uint64_t block;          /* FINISHED (and CANCELLED training): result, 0 for none */
    struct err err;          /* FAILED */
    char text[256];          /* one sentence for people */
};

/* The last one of its job. */
bool notice_ends(const struct notice *notice);

int engine_event_fd(struct engine *e);                            /* readable when there are notices */
bool engine_next_event(struct engine *e, struct notice *notice);  /* false when none is left */
void notice_encode(struct str *out, const struct notice *notice);
enum err_code notice_decode(struct notice *notice, struct reader *r, struct err *err);

/* --- snapshot ------------------------------------------------------------------------------------------------ */

#define FOLDER_NAMES 20000

#define SNAP_STEPS 8192
#define SNAP_EPOCHS 1024
#define SNAP_JOBS 8

enum job_state { JOB_NONE, JOB_RUNNING, JOB_PAUSED, JOB_STOPPING };

struct job_view {
    uint64_t job;            /* 0: unused slot */
    enum cmd_kind command;
    enum job_state state;
    char stage[48];          /* "listing", "decoding", "loading libtorch", "features", "training", "validation", "saving" */
    uint64_t done, total;    /* within the stage: files, pictures, bytes; total 0 when unknown */
    double seconds;          /* since the job's start */
    uint64_t bad;            /* files skipped so far */
    uint64_t asked;          /* control commands that it has not taken yet */
};

struct step_point {
    int64_t step;            /* from 1 through the run */
    float loss, acc, lr, lr_head, images_per_s, grad_norm; /* of this step's batch; NaN when unknown */
    double seconds;          /* of the whole run, at its end; NaN when unknown */
};

struct phase_mark {
    int epoch;               /* first epoch of the phase, from 1 */
    char title[32];          /* "frozen", "all layers" */
};

struct event_mark {          /* steering and events on the time axis */
    int64_t step;
    int epoch;
    char text[40];           /* "rate x 0.1", "paused", "NaN" */
};

struct train_view {
    uint64_t job;            /* 0: no run yet in this session */
    bool live;               /* false: finished, stopped or failed; the numbers stay */
    char run[OPTION_TEXT_MAX], data[OPTION_TEXT_MAX];
    char mode[24], preset[16], model[32], device[96], precision[8], weights[OPTION_TEXT_MAX];
    char match[256];         /* one line: what the weight file gave, "body 122 of 122 tensors, head from the file (5 classes)", or "fresh weights" */
    int n_classes;
    int64_t n_train, n_val;
    int phase, n_phases, epoch, n_epochs; /* from 1; epoch 0 before the first */
    int64_t step, steps_in_epoch, step_in_epoch, n_steps; /* n_steps: of the whole run */
    double images_per_s, seconds, eta;  /* eta NaN when unknown */
    double loader_wait;      /* share of the time spent waiting for pictures, 0..1 */
    bool validating;
    bool last_epoch;         /* it was told to stop behind the epoch in progress */
    double majority;         /* accuracy of always answering the largest class */
    double nearest_mean;     /* of the class whose mean features are nearest; NaN until there are features of all pictures */
    uint64_t dataset;        /* block of the data set as this run's scan found it; 0 until then */
    uint64_t events_seen;                 /* the last n_events of them are in events */
    uint64_t steps_before, events_before; /* so many steps and events are of earlier sessions of the run */
    struct best best;
    int n_marks, n_events;
    struct phase_mark marks[RECIPE_PHASES];
    struct event_mark events[32];
    /* start-up, seconds, one after the other; NaN until known (s_features: where none are computed, too) */
    double s_libtorch, s_scan, s_weights, s_features, s_first_step;
    /* rings: entry i of n_seen lies at [i % SIZE] */
    uint64_t steps_seen, epochs_seen;
    struct step_point steps[SNAP_STEPS];
    struct epoch_metrics epochs[SNAP_EPOCHS];
    uint64_t result;         /* block of the best epoch so far, 0 none */
    char end[128];           /* how it ended: "done", "stopped by user", "stopped: loss is NaN at step 12" */
};

/* The machine while a run trains, about once a second. Shares 0..1; NaN and 0 where unknown. */
struct gauges {
    uint64_t seen;           /* readings so far; 0: the rest says nothing */
    double cores;            /* work of the cores that this process may use, by anybody */
    double own_cores;        /* by this process */
    uint64_t memory_used, memory_total; /* of the machine, or of this container where it has a limit */
    uint64_t own_memory;     /* resident */
    double gpu, gpu_temperature, gpu_power, gpu_power_limit; /* share, degrees C, W; of the GPU that the run uses */
    uint64_t gpu_memory_used, gpu_memory_total;
    double disk_read, disk_write;       /* bytes a second, by this process */
    double net_in, net_out;             /* bytes a second, over all of the machine's interfaces but the loopback */
};

#define QUEUE_RUNS 16

/* A run that waits. */
struct queue_entry {
    uint64_t job;
    char mode[24], preset[16], model[32];
    char settings[256];      /* the other options that are set: "epochs 3, lr 0.1" */
    char data[256];          /* the end of the folder's path */
};

struct snapshot {
    uint64_t generation;     /* changes when anything below changes */
    struct job_view jobs[SNAP_JOBS]; /* [0]: the engine command; the others: data commands */
    struct train_view train;
    uint64_t memory_used, memory_total; /* of the device, bytes, by this process; 0 unknown */
    struct gauges gauges;
    uint64_t viewers;        /* that are attached to the run over its socket */
    uint64_t n_queue;        /* runs that wait, the next one first */
    struct queue_entry queue[QUEUE_RUNS];
};

/* Copies when snap->generation differs; false: nothing changed, nothing copied. Start with generation 0. */
bool engine_snapshot(struct engine *e, struct snapshot *snap);
void snapshot_encode(struct str *out, const struct snapshot *snap);
enum err_code snapshot_decode(struct snapshot *snap, struct reader *r, struct err *err);

/* --- blocks -------------------------------------------------------------------------------------------------- */

enum block_kind { BLOCK_DATASET, BLOCK_RUNS, BLOCK_RESULT, BLOCK_PREDICTIONS, BLOCK_COMPARE, BLOCK_TEXT };

/* Immutable bytes with a reference count; the bytes are their own byte form (little-endian). */
struct block {
    uint64_t id;
    enum block_kind kind;
    size_t n_bytes;
    const uint8_t *bytes;
};
/* NULL when the id is unknown or dropped (the last 16 results are kept). Release each once. thread: any */
const struct block *engine_block(struct engine *e, uint64_t id);
const struct block *block_from_bytes(enum block_kind kind, const void *bytes, size_t n); /* copies; for tests and viewers */
void block_release(const struct block *block); /* NULL is fine */

/* Views into blocks: texts are borrowed from the block. Opening checks everything once (FORMAT), reading cannot fail. */

struct ds_view {
    const char *root;
    size_t n_classes, n_files, n_notes, n_pairs, n_used;
    size_t n_problems;        /* notes that are problems; they come first */
    size_t n_conflicts;       /* pairs under two classes; they come first */
    bool given_parts, incomplete, listing_only;
    uint64_t fingerprint;
    uint64_t by_status[16];   /* index: status number */
    const uint8_t *at_classes, *at_files, *at_notes, *at_pairs, *at_skipped, *at_texts; /* private */
};
struct ds_class_row {
    const char *name;
    size_t n_files, n_used, first_file; /* the class's files are first_file .. first_file + n_files - 1 */
    uint64_t bytes;
};
struct ds_file_row {
    const char *name, *detail; /* name relative to the root */
    int cls, status, part, kind, width, height, orientation; /* cls -1: none */
    bool other_suffix;
    uint64_t bytes;
    size_t twin, n_twins;     /* the first other file with the same content, and in how many pairs this one is; 0: none */
    bool conflict;            /* such a one has another class */
};
/* The view's numbers and texts are checked here (FORMAT), once for a block: what a job or another process gives was opened before it is
 * handed over, so that nobody who opens it later waits. */
enum err_code ds_view_open(struct ds_view *v, const struct block *block, struct err *err);
struct ds_class_row ds_view_class(const struct ds_view *v, size_t i);
struct ds_file_row ds_view_file(const struct ds_view *v, size_t i);
const char *ds_view_note(const struct ds_view *v, size_t i, bool *problem);
size_t ds_view_skipped(const struct ds_view *v, size_t i); /* the i-th of the n_files - n_used not used: by status, then as they are */
void ds_view_pair(const struct ds_view *v, size_t i, size_t *a, size_t *b, bool *conflict, bool *across_parts);
/* Samples: which files may be drawn, by whose numbers. */
struct ds_draw {
    uint64_t seed, draw;
    bool (*class_fits)(const void *user, size_t cls);       /* NULL: all classes */
    bool (*file_fits)(const void *user, const char *name);  /* NULL: all of their used files */
    const void *user;
};
/* Draws up to most different used files at random by (seed, draw); a later place does not change what stands in an earlier
 * one. Returns how many. */
size_t ds_view_draw(const struct ds_view *v, const struct ds_draw *draw, size_t *files, size_t most);
/* The same in pieces: looks at so many files, or a few more. n of them are drawn so far. True: it goes on. */
struct ds_drawing {
    size_t n;
    size_t at, looked; /* where luck has failed: files from at on are looked at one by one */
    bool searching;
};
bool ds_view_draw_more(const struct ds_view *v, const struct ds_draw *draw, struct ds_drawing *d, size_t *files, size_t most,
                       size_t looks);
const char *engine_status_name(int status);     /* "used", "damaged", ... */
const char *engine_kind_name(int kind);         /* "JPEG", ... */

#define RUNS_TRASH ".trash" /* name of the folder, beside the runs, that runs are moved to */

struct run_row {
    const char *folder, *name, *state, *mode, *preset, *model, *data, *started; /* state: done, stopped, failed, running, broken */
    const char *note;        /* why it ended, or what is broken */
    const char *remark;      /* the user's note */
    int epochs, best_epoch;
    double best_val_acc, best_val_loss, seconds;
    int planned;             /* epochs of its recipe, 0 unknown */
};
size_t runs_view_count(const struct block *block);
bool runs_view_at(const struct block *block, size_t i, struct run_row *row); /* newest first */

/* Several runs beside each other: their epochs, and the settings that are not the same in all. */
#define COMPARE_RUNS 8
struct compare_view {
    size_t n_runs, n_settings;
    size_t n_same;            /* settings that all runs share; they are not in the block */
    struct compare_run {
        const char *folder, *name, *problem; /* problem: "" or why there is nothing of it */
        size_t n_epochs;
        const uint8_t *at_epochs; /* private */
    } runs[COMPARE_RUNS];
    const uint8_t *at_settings, *at_texts; /* private */
};
struct compare_epoch {
    int epoch;
    double val_loss, val_acc;
};
enum err_code compare_view_open(struct compare_view *v, const struct block *block, struct err *err);
struct compare_epoch compare_view_epoch(const struct compare_view *v, size_t run, size_t i);
const char *compare_view_setting(const struct compare_view *v, size_t i);             /* its name: "lr", "phase 2: epochs", "commit" */
const char *compare_view_value(const struct compare_view *v, size_t i, size_t run);   /* "" when this run has none */

#define RESULT_TOP 5

/* Loss, accuracy, confusion and predictions of one pass over a part or a folder. */
struct result_view {
    int n_classes, epoch;     /* epoch of the weights */
    size_t n;                 /* pictures */
    double loss, acc, balanced;
    int n_top;                /* likeliest classes kept of each picture: RESULT_TOP at most in predictions, 0 in results */
    const char *what;         /* "validation part", or the folder */
    size_t n_mistakes, n_known; /* rows that are wrong; that have an answer and a true class */
    const uint8_t *at_names, *at_counts, *at_classes, *at_rows, *at_tops, *at_orders, *at_texts; /* private */
};
/* A class in numbers, out of the counts. */
struct result_class {
    int64_t n, predicted, right; /* pictures of it; answers that named it; those that were right */
    int64_t n_taken;             /* of its pictures that went to taken_for, the class that most wrong ones went to (the first of equals), -1 none */
    int taken_for;
};
struct prediction_row {
    const char *file;         /* as given, or relative to the data folder */
    int truth, predicted;     /* truth -1 unknown */
    double probability;       /* of the predicted class */
    const char *problem;      /* "" or why there is no prediction (predicted -1) */
};
enum err_code result_view_open(struct result_view *v, const struct block *block, struct err *err); /* RESULT or PREDICTIONS */
const char *result_view_class(const struct result_view *v, int k);
int64_t result_view_count(const struct result_view *v, int truth, int predicted);
struct prediction_row result_view_row(const struct result_view *v, size_t i);
struct result_class result_view_numbers(const struct result_view *v, int k);
bool result_view_find(const struct result_view *v, const char *file, size_t *i); /* the row of a file; false: none */
/* Rows in an order that the block has; rows without an answer, or without a true class, are in RESULT_ALL only. */
enum result_order {
    RESULT_ALL,      /* as they are */
    RESULT_MISTAKES, /* the wrong ones, the most confident first */
    RESULT_CLASS,    /* of one true class: the wrong ones first, of these and the others the most confident first */
    RESULT_CELL      /* of one true class and one answer, the most confident first */
};
struct result_rows {
    enum result_order order;
    size_t first, n;
};
struct result_rows result_view_select(const struct result_view *v, enum result_order order, int truth, int predicted);
size_t result_view_in(const struct result_view *v, const struct result_rows *rows, size_t i); /* the row in place i, below n */
/* The k-th likeliest class of picture i and its probability, k below n_top; -1 where there is no prediction. */
int result_view_top(const struct result_view *v, size_t i, int k, double *probability);

const char *text_view(const struct block *block); /* BLOCK_TEXT */
/* A line of what CMD_SIZES gives; zeros where there is none. Returns what is behind it. */
const char *text_next_size(const char *text, int *width, int *height);

/* --- pure helpers that need the engine's knowledge ------------------------------------------------------------ */

/* The recipe that these options give; the same function the training job uses. errors: INVALID */
enum err_code engine_recipe(const struct options *options, struct recipe *recipe, struct err *err);

/* Whether there is what option id names: the architecture, its block, the file of split or weights, a place for the run's folder. Looks at the
 * disk. errors: INVALID, IO and NOT_FOUND, in the form of option_set's */
enum err_code engine_check_option(const struct options *options, enum option_id id, struct err *err);

/* Settings of the demo in folder, where nothing else is set, with SOURCE_DEMO: a small network, runs beside the pictures, and mode scratch where there are no
 * weights for another one. Else *weights names them (the caller frees it), and what nothing is said to is fine-tune; NULL: none, or a mode
 * is set, or pretrain: there will be some. Looks into the folders of weights. */
void engine_demo_settings(struct options *options, const char *folder, bool pretrain, char **weights);

/* Folder path looks like a data set. */
bool engine_is_dataset(const char *path);

#endif
