/* The thread beside a run: it serves viewers and reads the gauges.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/serve.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "engine/channel.h"
#include "engine/gauges.h"
#include "engine/meet.h"
#include "engine/wire.h"

#define VIEWERS 16
#define TICK 0.1        /* seconds between two looks at the snapshot */
#define HELLO_WITHIN 5.0
#define GETS 4          /* blocks that a viewer may ask for at once */
#define FRAMES_A_TICK 8 /* that are taken from a viewer ... */
#define FRAMES_SAVED 64 /* ... and as many, when it was quiet */
#define PIECES_A_TURN 16

struct viewer {
    struct channel channel;
    double since;              /* clock_now of the connection */
    bool welcome, over;        /* greeted; to be let go when everything is written */
    bool told, ready;          /* has the last notice; has all it wants of that run, and waits for the next */
    int budget;                /* frames that it may send now */
    uint64_t generation;       /* of the last snapshot sent */
    struct wire_known known;
    uint64_t gets[GETS];
    int n_gets;
    const struct block *block; /* on its way, NULL none */
    size_t block_at;
};

/* Where a run is found, and its data set: scans by its own screen may drive that out of the engine's store. */
struct place {
    char *run, *path; /* NULL: none yet */
    int listener;     /* -1 none */
    const struct block *dataset;
};

struct server {
    struct engine *engine;
    uint64_t job;
    enum cmd_kind command;
    struct place at;
    int wake;
    pthread_t thread;
    uint64_t serves;           /* the job that is not yet known to have ended, 0 none; the engine thread's */
    struct sampler *sampler;
    struct snapshot *snap;
    struct viewer viewers[VIEWERS];
    int n, n_shown, accepts;   /* accepts: connections that may be taken in this tick */
    double ticked, seen, until; /* seen: last sign of a viewer; until: the thread's end, after the run's */
    bool ending;
    /* guarded by lock */
    pthread_mutex_t lock;
    pthread_cond_t turned;     /* ended is false again */
    bool ended, quit;
    uint64_t next;             /* job that follows the one that ended, 0 none */
    struct notice last;
    struct place to;           /* of the next run, once it has one */
};

static void place_done(struct place *p)
{
    if (p->listener >= 0) {
        meet_leave(p->path);
        close(p->listener);
    }
    block_release(p->dataset);
    free(p->run);
    free(p->path);
    *p = (struct place){.listener = -1};
}

/* --- viewers come and go --------------------------------------------------------------------------------------- */

static void let_in(struct server *s)
{
    int fd = accept4(s->at.listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    struct err err = {0};
    s->accepts--;
    if (fd < 0)
        return;
    if (channel_check_user(fd, &err) != ERR_OK) {
        log_line(LOG_WARN, "a viewer was not let in: %s", err.message);
        close(fd);
        return;
    }
    struct viewer *v = &s->viewers[s->n++];
    *v = (struct viewer){.since = clock_now(), .budget = FRAMES_SAVED};
    channel_init(&v->channel, fd, FRAME_FROM_VIEWER);
}

static void let_go(struct server *s, int i)
{
    channel_done(&s->viewers[i].channel);
    block_release(s->viewers[i].block);
    s->viewers[i] = s->viewers[--s->n];
}

/* How many are attached is part of the snapshot. */
static void show_viewers(struct server *s)
{
    int n = 0;
    for (int i = 0; i < s->n; i++)
        n += s->viewers[i].welcome && !s->viewers[i].over;
    if (n == s->n_shown)
        return;
    s->n_shown = n;
    snapshot_begin(s->engine)->viewers = (uint64_t)n;
    snapshot_end(s->engine);
}

/* --- what viewers say ------------------------------------------------------------------------------------------ */

static bool take_hello(struct server *s, struct viewer *v, struct reader *r)
{
    struct channel_head head;
    if (v->welcome || !head_get(&head, r))
        return false;
    struct str *out = &v->channel.out;
    channel_begin(&v->channel, FRAME_WELCOME);
    head_put(out);
    v->welcome = head_fits(&head);
    v->over = !v->welcome; /* it reads our version and says so */
    if (v->welcome) {
        put_u64(out, (uint64_t)getpid());
        put_text(out, s->at.run ? s->at.run : "");
        put_u64(out, s->job);
        put_u32(out, (uint32_t)s->command);
    } else {
        log_line(LOG_WARN, "a viewer was not let in: it is of flowerlab %.31s", head.version);
    }
    channel_end(&v->channel);
    return true;
}

static bool take_command(struct server *s, struct viewer *v, struct reader *r)
{
    struct cmd cmd;
    struct err err = {0};
    if (cmd_decode(&cmd, r, NULL) != ERR_OK)
        return false;
    bool good = cmd_is_control(cmd.kind) || cmd_is_queue(cmd.kind);
    if (cmd_is_control(cmd.kind))
        cmd.job = s->job;
    if (good && engine_steer(s->engine, &cmd, &err) != ERR_OK) {
        channel_begin(&v->channel, FRAME_REFUSED);
        put_u32(&v->channel.out, (uint32_t)err.code);
        put_text(&v->channel.out, err.message);
        put_text(&v->channel.out, err.hint);
        channel_end(&v->channel);
    }
    cmd_done(&cmd);
    return good;
}

static bool take_get(struct viewer *v, struct reader *r)
{
    uint64_t id = get_u64(r);
    if (r->bad || v->n_gets == GETS)
        return false;
    v->gets[v->n_gets++] = id;
    return true;
}

static bool take_next(struct viewer *v)
{
    v->ready = true;
    return v->told;
}

static bool take_frame(struct server *s, struct viewer *v, enum frame kind, struct reader *r)
{
    if (v->over)
        return true;
    if (kind == FRAME_HELLO)
        return take_hello(s, v, r);
    if (!v->welcome)
        return false;
    switch (kind) {
    case FRAME_COMMAND:
        return take_command(s, v, r);
    case FRAME_GET:
        return take_get(v, r);
    case FRAME_NEXT:
        return take_next(v);
    default:
        return false;
    }
}

/* False: it has gone, or must go. */
static bool hear(struct server *s, struct viewer *v)
{
    enum frame kind;
    struct reader r;
    int got = 0;
    while (v->budget > 0 && (got = channel_next(&v->channel, &kind, &r)) == 1) {
        v->budget--;
        s->seen = clock_now();
        if (!take_frame(s, v, kind, &r))
            return false;
    }
    return got >= 0;
}

/* --- what viewers get ------------------------------------------------------------------------------------------ */

static void send_snapshot(struct server *s, struct viewer *v)
{
    channel_begin(&v->channel, FRAME_SNAPSHOT);
    snapshot_encode_after(&v->channel.out, s->snap, &v->known);
    channel_end(&v->channel);
    v->generation = s->snap->generation;
}

static void next_block(struct server *s, struct viewer *v)
{
    uint64_t id = v->gets[0];
    memmove(v->gets, v->gets + 1, (size_t)--v->n_gets * sizeof *v->gets);
    const struct block *dataset = s->at.dataset;
    v->block = dataset && dataset->id == id ? block_retain(dataset) : engine_block(s->engine, id);
    v->block_at = 0;
    if (v->block && v->block->n_bytes > 0 && v->block->n_bytes <= BLOCK_MOST)
        return;
    channel_begin(&v->channel, FRAME_BLOCK);
    put_u64(&v->channel.out, id);
    put_u32(&v->channel.out, 0);
    put_u64(&v->channel.out, 0);
    put_u64(&v->channel.out, 0);
    channel_end(&v->channel);
    block_release(v->block);
    v->block = NULL;
}

static void send_piece(struct viewer *v)
{
    const struct block *b = v->block;
    size_t left = b->n_bytes - v->block_at, n = left < BLOCK_PIECE ? left : BLOCK_PIECE;
    struct str *out = &v->channel.out;
    channel_begin(&v->channel, FRAME_BLOCK);
    put_u64(out, b->id);
    put_u32(out, (uint32_t)b->kind);
    put_u64(out, b->n_bytes);
    put_u64(out, v->block_at);
    str_add_n(out, b->bytes + v->block_at, n);
    channel_end(&v->channel);
    v->block_at += n;
    if (v->block_at < b->n_bytes)
        return;
    block_release(b);
    v->block = NULL;
}

/* The end is told after the last numbers. */
static void send_last(struct server *s, struct viewer *v)
{
    channel_begin(&v->channel, FRAME_NOTICE);
    notice_encode(&v->channel.out, &s->last);
    put_u64(&v->channel.out, s->next);
    channel_end(&v->channel);
    v->told = true;
}

/* Puts the next thing into an empty buffer. False: there is nothing to say. */
static bool say_more(struct server *s, struct viewer *v)
{
    if (!v->welcome || v->over || v->ready)
        return false;
    if (v->generation != s->snap->generation)
        send_snapshot(s, v);
    else if (v->block)
        send_piece(v);
    else if (v->n_gets > 0)
        next_block(s, v);
    else if (s->ending && !v->told)
        send_last(s, v);
    else
        return false;
    return true;
}

/* False: it has gone, or everything is said. */
static bool speak(struct server *s, struct viewer *v)
{
    for (int i = 0; i < PIECES_A_TURN; i++) {
        size_t before = v->channel.out_at;
        if (!channel_flush(&v->channel))
            return false;
        if (!channel_idle(&v->channel)) {
            s->seen = v->channel.out_at != before ? clock_now() : s->seen;
            return true;
        }
        if (!say_more(s, v))
            return !v->over;
    }
    return true;
}

/* --- the loop -------------------------------------------------------------------------------------------------- */

static void tick(struct server *s)
{
    s->ticked = clock_now();
    s->accepts = VIEWERS;
    snapshot_copy(s->engine, s->snap);
    for (int i = s->n - 1; i >= 0; i--) {
        struct viewer *v = &s->viewers[i];
        bool late = !v->welcome && s->ticked - v->since > HELLO_WITHIN;
        v->budget = v->budget + FRAMES_A_TICK < FRAMES_SAVED ? v->budget + FRAMES_A_TICK : FRAMES_SAVED;
        /* what waited for the budget comes first: more is read only behind it */
        if (late || !hear(s, v))
            let_go(s, i);
    }
}

/* Between two runs of a queue the old one's socket says that there is one: whoever comes then is greeted without a run's folder, and asks
 * again until the next one has its place. */
static void leave_place(struct server *s)
{
    if (!s->next) {
        place_done(&s->at);
        return;
    }
    block_release(s->at.dataset);
    free(s->at.run);
    s->at.dataset = NULL;
    s->at.run = NULL;
}

static void begin_end(struct server *s)
{
    s->ending = true;
    leave_place(s);
    s->seen = clock_now();
    s->until = s->seen + SERVER_LINGER_MOST;
    tick(s);
}

/* Time is left for viewers to take the end. */
static bool lingers(const struct server *s)
{
    return s->n > 0 && clock_now() < s->until && clock_now() < s->seen + SERVER_LINGER;
}

static bool all_ready(const struct server *s)
{
    for (int i = 0; i < s->n; i++) {
        if (!s->viewers[i].ready)
            return false;
    }
    return true;
}

/* To the next run with those who are ready for it; the engine may begin it. */
static void turn(struct server *s)
{
    for (int i = s->n - 1; i >= 0; i--) {
        struct viewer *v = &s->viewers[i];
        if (!v->ready)
            let_go(s, i);
        else
            v->ready = v->told = false, v->generation = 0;
    }
    s->job = s->next;
    s->command = CMD_TRAIN;
    s->ending = false;
    pthread_mutex_lock(&s->lock);
    s->ended = false;
    pthread_cond_signal(&s->turned);
    pthread_mutex_unlock(&s->lock);
}

/* What the engine's thread has told: a place for the run, its end, or the engine's. False: the end of this thread. */
static bool take_orders(struct server *s)
{
    uint64_t count;
    ssize_t n = read(s->wake, &count, sizeof count);
    (void)n;
    pthread_mutex_lock(&s->lock);
    bool ended = s->ended, quit = s->quit;
    if (s->to.run) {
        place_done(&s->at);
        s->at = s->to;
        s->to = (struct place){.listener = -1};
    }
    pthread_mutex_unlock(&s->lock);
    if (ended && !s->ending)
        begin_end(s);
    if (s->ending && s->next && (all_ready(s) || !lingers(s)))
        turn(s);
    return s->ending ? s->next || lingers(s) : !quit;
}

static void serve_all(struct server *s, const struct pollfd *fds, int n_fds)
{
    for (int i = n_fds - 1; i >= 0; i--) {
        struct viewer *v = &s->viewers[i];
        int gone = fds[i].revents & (POLLHUP | POLLERR);
        bool here = v->budget > 0 ? !(gone || fds[i].revents & POLLIN) || channel_read(&v->channel) : !gone;
        if (!here || !hear(s, v) || !speak(s, v))
            let_go(s, i);
    }
}

/* At most for so many seconds. */
static void wait_for_work(struct server *s, double most)
{
    struct pollfd fds[2 + VIEWERS] = {{.fd = s->wake, .events = POLLIN}, {.fd = -1, .events = POLLIN}};
    int n = s->n;
    if (n < VIEWERS && s->accepts > 0 && !s->ending)
        fds[1].fd = s->at.listener;
    for (int i = 0; i < n; i++) {
        const struct viewer *v = &s->viewers[i];
        bool busy = !channel_idle(&v->channel);
        fds[2 + i] = (struct pollfd){.fd = v->channel.fd};
        fds[2 + i].events = (short)((v->budget > 0 ? POLLIN : 0) | (busy ? POLLOUT : 0));
    }
    double due = s->ticked + TICK - clock_now();
    bool idle = n == 0 && s->accepts > 0;
    due = idle || due > most ? most : due;
    poll(fds, (nfds_t)(2 + n), due > 0 ? (int)(due * 1000) + 1 : 0);
    serve_all(s, fds + 2, n);
    if (fds[1].revents)
        let_in(s);
}

static void *server_main(void *arg)
{
    struct server *s = arg;
    while (take_orders(s)) {
        wait_for_work(s, sampler_read(s->sampler));
        if (clock_now() >= s->ticked + TICK)
            tick(s);
        show_viewers(s);
    }
    while (s->n > 0)
        let_go(s, 0);
    show_viewers(s);
    return NULL;
}

/* --- start and end --------------------------------------------------------------------------------------------- */

static void release(struct server *s)
{
    place_done(&s->at);
    place_done(&s->to);
    if (s->wake >= 0)
        close(s->wake);
    pthread_cond_destroy(&s->turned);
    pthread_mutex_destroy(&s->lock);
    sampler_free(s->sampler);
    free(s->snap);
    free(s);
}

static enum err_code place_open(struct place *p, struct engine *e, const char *run, struct err *err)
{
    *p = (struct place){.run = xstrdup(run), .listener = -1};
    enum err_code code = meet_listen(&p->listener, &p->path, run, err);
    if (code == ERR_OK) {
        uint64_t id = snapshot_begin(e)->train.dataset;
        p->dataset = block_store_get(&e->blocks, id);
        snapshot_end(e);
    } else {
        place_done(p);
    }
    return code;
}

static void wake_thread(struct server *s)
{
    ssize_t n = write(s->wake, &(uint64_t){1}, sizeof(uint64_t));
    (void)n; /* full: it is awake */
}

static enum err_code start(struct server **out, const struct job *job, struct place *at, struct err *err)
{
    struct server *s = xcalloc(1, sizeof *s);
    s->engine = job->engine;
    s->job = s->serves = job->number;
    s->command = job->as;
    s->at = *at;
    s->sampler = sampler_new(job->engine);
    s->snap = xcalloc(1, sizeof *s->snap);
    snapshot_copy(s->engine, s->snap);
    s->accepts = VIEWERS;
    s->to.listener = -1;
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->turned, NULL);
    s->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    enum err_code code = s->wake < 0 ? err_sys(err, errno, "wake descriptor") : ERR_OK;
    if (code == ERR_OK && !thread_start(&s->thread, server_main, s))
        code = err_set(err, ERR_MEMORY, "no thread for viewers");
    if (code == ERR_OK)
        *out = s;
    else
        release(s);
    return code;
}

static void move(struct server *s, struct place *to)
{
    pthread_mutex_lock(&s->lock);
    s->to = *to;
    pthread_mutex_unlock(&s->lock);
    wake_thread(s);
}

enum err_code server_open(struct server **s, const struct job *job, const char *run, char **path, struct err *err)
{
    struct place to;
    bool follows = server_follows(*s, job->number);
    if (!follows) {
        server_free(*s);
        *s = NULL;
    }
    enum err_code code = place_open(&to, job->engine, run, err);
    *path = code == ERR_OK ? xstrdup(to.path) : NULL;
    if (follows && code == ERR_OK)
        move(*s, &to);
    if (follows)
        return code;
    enum err_code started = start(s, job, &to, code == ERR_OK ? err : NULL); /* the gauges need no viewers */
    if (started != ERR_OK) {
        free(*path);
        *path = NULL;
    }
    return code == ERR_OK ? started : code;
}

bool server_follows(const struct server *s, uint64_t job)
{
    return s && s->serves == job;
}

void server_end(struct server *s, const struct notice *last, uint64_t next)
{
    pthread_mutex_lock(&s->lock);
    s->serves = next;
    s->last = *last;
    s->next = next;
    s->ended = true;
    wake_thread(s);
    while (next && s->ended)
        pthread_cond_wait(&s->turned, &s->lock);
    pthread_mutex_unlock(&s->lock);
}

void server_free(struct server *s)
{
    if (!s)
        return;
    pthread_mutex_lock(&s->lock);
    s->quit = true;
    pthread_mutex_unlock(&s->lock);
    wake_thread(s);
    pthread_join(s->thread, NULL);
    release(s);
}
