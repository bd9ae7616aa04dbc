/* A run of another process as if it were this engine's own.
 *
 * The job shows the far run in this engine's snapshot, with blocks of its own; control commands to the job go over the socket.
 * So screens and batch need not know that the run is elsewhere, and data jobs, an evaluation in a pause, and all that follows the run are done
 * here: same user, same machine, same files.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/job.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/path.h"
#include "engine/attach.h"
#include "engine/internal.h"
#include "engine/wire.h"

/* A block of the far engine, and its copy here. */
struct copied {
    uint64_t far, here;
};

struct watch {
    struct job *job;
    struct channel channel;
    struct attach_welcome welcome;
    struct snapshot *far;
    struct copied dataset, result;
    struct copied *asked;       /* the copy that is on its way, NULL none */
    uint64_t asked_id;
    enum block_kind asked_kind;
    struct str bytes;           /* what of it has come */
    bool ended;                 /* last is there */
    struct notice last;
    uint64_t next;              /* the far job of the run that follows, 0 none */
    struct copied before;       /* the job of the run before, there and here */
};

/* --- what the run says ----------------------------------------------------------------------------------------- */

static void show_job(struct job_view *view, const struct watch *w)
{
    const struct job_view *far = &w->far->jobs[0];
    if (far->job != w->welcome.job) /* it has just ended: the notice is on its way */
        return;
    view->command = w->job->as;
    if (far->state >= JOB_RUNNING && far->state <= JOB_STOPPING)
        view->state = far->state;
    memcpy(view->stage, far->stage, sizeof view->stage);
    view->done = far->done;
    view->total = far->total;
    view->bad = far->bad;
    view->asked = far->asked;
    w->job->began = clock_now() - far->seconds;
}

/* The job here of a far one whose numbers are shown. */
static uint64_t job_here(const struct watch *w, uint64_t far)
{
    return far == w->welcome.job ? w->job->number : far == w->before.far ? w->before.here : 0;
}

/* The far numbers in this engine's snapshot. */
static void show(struct watch *w)
{
    const struct train_view *t = &w->far->train;
    if (t->job == w->welcome.job && *t->run)
        snprintf(w->welcome.run, sizeof w->welcome.run, "%s", t->run);
    struct snapshot *snap = snapshot_begin(w->job->engine);
    snap->train = *t;
    snap->train.job = job_here(w, t->job);
    snap->train.dataset = w->dataset.here;
    snap->train.result = w->result.here;
    snap->memory_used = w->far->memory_used;
    snap->memory_total = w->far->memory_total;
    snap->gauges = w->far->gauges;
    snap->viewers = w->far->viewers;
    snap->n_queue = w->far->n_queue;
    memcpy(snap->queue, w->far->queue, sizeof snap->queue);
    show_job(&snap->jobs[w->job->slot], w);
    snapshot_end(w->job->engine);
}

/* The run is not there any more. */
static void show_gone(struct watch *w, const char *text)
{
    struct snapshot *snap = snapshot_begin(w->job->engine);
    snap->viewers = snap->n_queue = 0;
    snap->train.live = snap->train.validating = false;
    if (!*snap->train.end)
        snprintf(snap->train.end, sizeof snap->train.end, "%s", text);
    snapshot_end(w->job->engine);
}

static void have_block(struct watch *w)
{
    struct engine *e = w->job->engine;
    w->asked->far = w->asked_id;
    w->asked->here = 0;
    if (w->bytes.len > 0) {
        const struct block *block = block_new(w->asked_kind, &w->bytes);
        snapshot_begin(e);
        w->asked->here = block_store_add(&e->blocks, block);
        snapshot_end(e);
    }
    str_clear(&w->bytes);
    w->asked = NULL;
    show(w);
}

static enum err_code take_block(struct watch *w, struct reader *r, struct err *err)
{
    uint64_t id = get_u64(r);
    uint32_t kind = get_u32(r);
    uint64_t size = get_u64(r), at = get_u64(r), n = (uint64_t)(r->end - r->p);
    if (r->bad || !w->asked || id != w->asked_id || kind >= BLOCK_KINDS || size > BLOCK_MOST || at != w->bytes.len ||
        n > size - at || (size > 0 && n == 0))
        return err_set(err, ERR_FORMAT, "a block is malformed");
    w->asked_kind = (enum block_kind)kind;
    str_add_n(&w->bytes, r->p, (size_t)n);
    if (w->bytes.len == size)
        have_block(w);
    return ERR_OK;
}

static void take_refusal(struct reader *r)
{
    struct err err;
    err.code = (enum err_code)get_u32(r);
    get_text_to(r, err.message, sizeof err.message);
    get_text_to(r, err.hint, sizeof err.hint);
    log_line(LOG_WARN, "the run did not take a command: %s", err.message);
}

static enum err_code take_frame(struct watch *w, enum frame kind, struct reader *r, struct err *err)
{
    enum err_code code = ERR_OK;
    switch (kind) {
    case FRAME_SNAPSHOT:
        code = snapshot_decode_after(w->far, r, err);
        if (code == ERR_OK)
            show(w);
        return code;
    case FRAME_BLOCK:
        return take_block(w, r, err);
    case FRAME_REFUSED:
        take_refusal(r);
        return ERR_OK;
    case FRAME_NOTICE:
        code = notice_decode(&w->last, r, err);
        w->next = get_u64(r);
        w->ended = code == ERR_OK && !r->bad;
        return code == ERR_OK && r->bad ? err_set(err, ERR_FORMAT, "a notice is cut off") : code;
    default:
        return err_set(err, ERR_FORMAT, "frame %d is not known", (int)kind);
    }
}

/* Asks for the blocks that the numbers name, one after the other. */
static void ask(struct watch *w)
{
    const struct train_view *t = &w->far->train;
    if (w->asked)
        return;
    if (w->result.far != t->result) {
        w->asked = &w->result;
        w->asked_id = t->result;
    } else if (w->dataset.far != t->dataset) {
        w->asked = &w->dataset;
        w->asked_id = t->dataset;
    } else {
        return;
    }
    if (!w->asked_id) { /* there is none now */
        have_block(w);
        return;
    }
    channel_begin(&w->channel, FRAME_GET);
    put_u64(&w->channel.out, w->asked_id);
    channel_end(&w->channel);
}

static enum err_code hear(struct watch *w, struct err *err)
{
    enum frame kind;
    struct reader r;
    int got;
    while ((got = channel_next(&w->channel, &kind, &r)) == 1) {
        enum err_code code = take_frame(w, kind, &r, err);
        if (code != ERR_OK)
            return code;
    }
    return got < 0 ? err_set(err, ERR_FORMAT, "a frame is too long") : ERR_OK;
}

/* --- steering -------------------------------------------------------------------------------------------------- */

static void forward(struct watch *w)
{
    struct control c;
    while (job_control(w->job, &c)) {
        struct cmd cmd = {.kind = c.kind, .job = c.job, .number = c.number, .real = c.real};
        if (cmd_is_control(c.kind))
            cmd.job = w->welcome.job;
        channel_begin(&w->channel, FRAME_COMMAND);
        cmd_encode(&w->channel.out, c.run ? c.run : &cmd);
        channel_end(&w->channel);
        control_done(&c);
    }
}

/* --- the loop -------------------------------------------------------------------------------------------------- */

static enum err_code gone(struct watch *w, struct err *err)
{
    if (!*w->welcome.run)
        return err_set(err, ERR_IO, "the next run: its process ended before it began");
    err_set(err, ERR_IO, "%s: its process ended without a word", w->welcome.run);
    return err_hint(err, "flowerlab resume %s goes on from its last checkpoint", w->welcome.run);
}

/* How the run ended is how this job ends. */
static enum err_code end(struct watch *w, struct err *err)
{
    job_say(w->job, "%s", w->last.text);
    w->job->block = w->result.here;
    if (w->last.kind == NOTICE_FINISHED)
        return ERR_OK;
    *err = w->last.err;
    if (w->last.kind == NOTICE_CANCELLED)
        return ERR_CANCELLED;
    return err->code > ERR_OK && err->code < ERR_CODE_COUNT && err->code != ERR_CANCELLED ? err->code : ERR_INTERNAL;
}

static bool over(const struct watch *w)
{
    return w->ended && !w->asked && w->result.far == w->far->train.result;
}

static enum err_code follow(struct watch *w, int wake, struct err *err)
{
    while (!over(w)) {
        uint64_t count;
        forward(w);
        ask(w);
        if (!channel_flush(&w->channel))
            return w->ended ? end(w, err) : gone(w, err);
        struct pollfd fds[2] = {{.fd = w->channel.fd, .events = POLLIN}, {.fd = wake, .events = POLLIN}};
        if (!channel_idle(&w->channel))
            fds[0].events |= POLLOUT;
        poll(fds, 2, -1);
        if (job_left(w->job))
            return err_set(err, ERR_CANCELLED, "left; the run goes on");
        if (fds[1].revents && read(wake, &count, sizeof count) < 0 && errno != EAGAIN)
            return err_sys(err, errno, "wake descriptor");
        job_run_nested(w->job);
        bool here = !fds[0].revents || channel_read(&w->channel);
        enum err_code code = hear(w, err); /* also what came before the end */
        if (code != ERR_OK)
            return err_prefix(err, "%s", w->welcome.run);
        if (!here && !over(w))
            return w->ended ? end(w, err) : gone(w, err);
    }
    return end(w, err);
}

/* The watched run has ended, and its process begins another. False: that is not shown. */
static bool go_on(struct watch *w, struct err *err)
{
    uint64_t here = w->job->number;
    if (!w->ended || !w->next || !job_renew(w->job, CMD_TRAIN, err))
        return false;
    w->before = (struct copied){w->welcome.job, here};
    w->welcome.job = w->next;
    w->welcome.run[0] = '\0';
    w->ended = false;
    channel_begin(&w->channel, FRAME_NEXT);
    channel_end(&w->channel);
    err_clear(err);
    return true;
}

static enum err_code follow_all(struct watch *w, int wake, struct err *err)
{
    enum err_code code;
    do {
        job_announce(w->job, "process %llu trains %.200s", (unsigned long long)w->welcome.pid,
                     *w->welcome.run ? w->welcome.run : "the next run of its queue");
        code = follow(w, wake, err);
        err->code = code;
    } while (go_on(w, err));
    return code;
}

static enum err_code watch_run(struct watch *w, struct err *err)
{
    int wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (wake < 0)
        return err_sys(err, errno, "wake descriptor");
    w->job->as = w->welcome.command;
    job_wake_by(w->job, wake);
    enum err_code code = follow_all(w, wake, err);
    job_wake_by(w->job, -1);
    close(wake);
    show_gone(w, code == ERR_CANCELLED ? "left" : "its process ended without a word");
    return code;
}

enum err_code job_attach(struct job *job, struct err *err)
{
    struct watch w = {.job = job};
    char *run = path_expand(job->cmd.path);
    job_stage(job, "attaching", 0);
    enum err_code code = attach_run(&w.channel, &w.welcome, run, err);
    free(run);
    if (code != ERR_OK)
        return code;
    w.far = xcalloc(1, sizeof *w.far);
    code = watch_run(&w, err);
    channel_done(&w.channel);
    str_done(&w.bytes);
    free(w.far);
    return code;
}
