/* Inside of the engine: the engine's state and what a job may do with it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_ENGINE_INTERNAL_H
#define FL_ENGINE_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/pool.h"
#include "engine/block.h"
#include "engine/engine.h"
#include "engine/queue.h"

#define CONTROLS_MAX 32

/* A control command on its way to a job. */
struct control {
    enum cmd_kind kind;
    uint64_t job;    /* CMD_QUEUE_*: of the run that waits, by the numbers of where it waits */
    int64_t number;
    double real;
    struct cmd *run; /* CMD_QUEUE_ADD: all of it; else NULL */
};
void control_done(struct control *control);

struct job;

/* A row for every command kind that is a job. */
struct job_ops {
    enum cmd_kind kind;
    bool engine_thread; /* false: a thread of its own, beside everything else */
    bool while_paused;  /* accepted while a training run is paused */
    bool steered;       /* takes pause, rate, ... */
    bool announces;     /* sends its own STARTED notice once it knows more; else it is sent at once */
    enum err_code (*run)(struct job *job, struct err *err);
};

struct job {
    struct engine *engine;
    const struct job_ops *ops;
    uint64_t number;
    struct cmd cmd;        /* own copy; cmd.options is never NULL */
    int slot;              /* index into snapshot.jobs */
    double began;          /* clock_now */
    atomic_bool cancel;    /* stop at the next opportunity; loaders look at it too */
    uint64_t block;        /* result */
    char text[256];        /* sentence of the last notice */
    /* guarded by engine->lock */
    struct control controls[CONTROLS_MAX];
    int n_controls;
    bool announced, taken; /* taken: a data job that has a thread */
    enum cmd_kind as;      /* what it is in notices and in the snapshot: ops->kind, or the command of the run that it watches */
    int wake;              /* descriptor that a control command writes to (eventfd), -1 none */
    struct job *next;      /* data jobs */
};

/* A run that waits for the engine. */
struct waiting {
    uint64_t number;
    struct cmd cmd;
};

struct engine {
    int n_threads, niceness;
    char *shim;
    struct pool *pool;
    const struct job_ops *table;
    size_t n_table;
    struct torch *torch;   /* engine thread; NULL until loaded */
    struct server *server; /* engine thread; of the run, or of the one before; NULL none */
    pthread_mutex_t lock;  /* guards all below */
    pthread_cond_t work;   /* something for the engine thread: a job, a control, quit */
    pthread_t thread;
    bool thread_runs, quit;
    uint64_t last_job;
    uint64_t unseen;       /* job whose end the client must see before the next one's numbers come, 0 none ... */
    bool unseen_read;      /* ... it has read the notice, but not the numbers after it */
    struct job *current, *nested; /* engine thread's job; the one that runs while it is paused */
    struct job *data_jobs; /* newest first */
    pthread_t data[SNAP_JOBS]; /* threads for them, as many as there ever were at once */
    int n_data;
    struct queue queue;
    struct waiting waiting[QUEUE_RUNS];
    size_t n_waiting;
    struct snapshot *snap;
    int gpu;               /* that the run computes on; -1 none */
    struct block_store blocks;
};

/* --- engine.c --- */

void job_run(struct job *job, struct err *err);
void job_end(struct job *job, const struct err *err); /* the last notice is sent, and the job out of the snapshot; lock held */
void job_free(struct job *job);

/* --- data_threads.c --- */

/* At least n threads for data jobs, up to SNAP_JOBS. Lock held. */
bool data_threads(struct engine *e, int n);
/* Gives the job to one of them; every data job has its own. Lock held. */
bool data_start(struct engine *e, struct job *job);

/* --- waiting.c; the lock is held --- */

/* A queue command. *number: of the run that was added, else the target. */
enum err_code waiting_command(struct engine *e, const struct cmd *cmd, uint64_t *number, struct err *err);
/* Takes the next run out of the queue. False: none waits. */
bool waiting_next(struct engine *e, struct waiting *next);
void waiting_done(struct engine *e);

/* As engine_new with another table of jobs; for tests. table must outlive the engine. */
struct engine *engine_new_with(const struct engine_config *config, const struct job_ops *table, size_t n);

/* --- for jobs; each takes the lock itself ----------------------------------------------------------------------- */

void job_announce(struct job *job, const char *format, ...) __attribute__((format(printf, 2, 3))); /* once */
void job_stage(struct job *job, const char *stage, uint64_t total); /* done back to 0 */
void job_progress(struct job *job, uint64_t done, uint64_t total, uint64_t bad);
void job_say(struct job *job, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Hands a block over; its id becomes the job's result. */
void job_result(struct job *job, enum block_kind kind, struct str *bytes);

/* The next control command; false when there is none. */
bool job_control(struct job *job, struct control *control);

/* For a job that waits for a descriptor: written to when there is a control command, a job for the pause, or the end of the engine. -1 takes it
 * back. */
void job_wake_by(struct job *job, int fd);
void job_run_nested(struct job *job); /* runs a job that came for the pause, if there is one */
bool job_left(struct job *job); /* the engine is about to end */

/* The notice of a job's end. */
struct notice job_last_notice(const struct job *job, const struct err *err);

/* A control or queue command from another thread than the client's. errors: as engine_submit */
enum err_code engine_steer(struct engine *e, const struct cmd *cmd, struct err *err);
bool cmd_is_control(enum cmd_kind kind);
bool cmd_is_queue(enum cmd_kind kind);

/* For a job that watches runs elsewhere: the one it watched has ended that way, and another begins. The job is that one's from now on, with
 * a number of its own, and no control commands yet. False: the client does not read its notices, there is no room for more; nothing happens. */
bool job_renew(struct job *job, enum cmd_kind as, const struct err *err);

/* Blocks until there is a control command, and runs eval and predict jobs meanwhile. The job shows as paused. False: quit. */
bool job_wait_paused(struct job *job, struct control *control);

enum err_code job_cancelled(const struct job *job, struct err *err); /* CANCELLED once cancel is set */

/* The snapshot, locked; snapshot_end marks it changed and wakes the client. Short sections only. */
struct snapshot *snapshot_begin(struct engine *e);
void snapshot_end(struct engine *e);
/* As engine_snapshot, for other threads than the client's. */
bool snapshot_copy(struct engine *e, struct snapshot *snap);

#endif
