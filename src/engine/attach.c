/* Reaching a run.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/attach.h"

#include <poll.h>
#include <unistd.h>

#include "base/clock.h"
#include "engine/meet.h"
#include "engine/record.h"

#define ANSWER_WITHIN 5.0

static enum err_code other_version(const struct channel_head *head, struct err *err)
{
    if (head->protocol != PROTOCOL)
        err_set(err, ERR_UNSUPPORTED, "it speaks protocol %u (flowerlab %s), this program %u (%s)", head->protocol, head->version,
                PROTOCOL, PACKAGE_VERSION);
    else
        err_set(err, ERR_UNSUPPORTED, "it is of another build (flowerlab %s; this is %s)", head->version, PACKAGE_VERSION);
    return err_hint(err, "attach with the program that trains it");
}

static enum err_code read_welcome(struct attach_welcome *w, enum frame kind, struct reader *r, struct err *err)
{
    struct channel_head head;
    if (kind != FRAME_WELCOME || !head_get(&head, r))
        return err_set(err, ERR_FORMAT, "what answers is no run of flowerlab");
    if (!head_fits(&head))
        return other_version(&head, err);
    w->pid = get_u64(r);
    get_text_to(r, w->run, sizeof w->run);
    w->job = get_u64(r);
    w->command = (enum cmd_kind)get_u32(r);
    bool trains = w->command == CMD_TRAIN || w->command == CMD_RESUME || w->command == CMD_PRETRAIN;
    return r->bad || !trains ? err_set(err, ERR_FORMAT, "its greeting is malformed") : ERR_OK;
}

static enum err_code greet(struct channel *c, struct attach_welcome *w, struct err *err)
{
    double until = clock_now() + ANSWER_WITHIN;
    channel_begin(c, FRAME_HELLO);
    head_put(&c->out);
    channel_end(c);
    for (double left; (left = until - clock_now()) > 0;) {
        enum frame kind;
        struct reader r;
        if (!channel_flush(c))
            break;
        struct pollfd fd = {.fd = c->fd, .events = (short)(POLLIN | (channel_idle(c) ? 0 : POLLOUT))};
        poll(&fd, 1, (int)(left * 1000) + 1);
        if (!channel_read(c))
            return err_set(err, ERR_IO, "it closed the connection");
        int got = channel_next(c, &kind, &r);
        if (got)
            return got > 0 ? read_welcome(w, kind, &r, err) : err_set(err, ERR_FORMAT, "what answers is no run of flowerlab");
    }
    return err_set(err, ERR_IO, "it does not answer");
}

enum err_code attach_open(struct channel *c, struct attach_welcome *w, const char *socket, struct err *err)
{
    int fd;
    *w = (struct attach_welcome){0};
    enum err_code code = meet_connect(&fd, socket, err);
    if (code != ERR_OK)
        return code;
    channel_init(c, fd, FRAME_TO_VIEWER);
    code = channel_check_user(fd, err);
    if (code == ERR_OK)
        code = greet(c, w, err);
    if (code != ERR_OK)
        channel_done(c);
    return code;
}

/* Why the run of this record cannot be watched; OK when it can. */
static enum err_code check_record(const struct record *r, const char *run, struct err *err)
{
    char host[256] = "";
    gethostname(host, sizeof host - 1);
    bool running = str_eq(r->state, "running"), alive = running && record_alive(r, run);
    if (running && !str_eq(r->host, host))
        return err_set(err, ERR_INVALID, "it runs on %s", r->host);
    if (alive && r->pid == getpid()) /* a killed run's number may be ours, in a container it is */
        return err_set(err, ERR_INVALID, "it is trained here");
    if (alive)
        return *r->socket ? ERR_OK : err_set(err, ERR_INVALID, "its process %lld lets nobody attach", (long long)r->pid);
    if (running)
        err_set(err, ERR_INVALID, "it does not run any more: its process ended without a word");
    else
        err_set(err, ERR_INVALID, "it does not run: %s", r->state);
    return err_hint(err, "flowerlab resume %s%s goes on with it", run, str_eq(r->state, "done") ? " --epochs +N" : "");
}

enum err_code attach_run(struct channel *c, struct attach_welcome *w, const char *run, struct err *err)
{
    struct record r;
    enum err_code code = record_read(&r, run, err);
    if (code != ERR_OK)
        return code;
    code = check_record(&r, run, err);
    if (code == ERR_OK)
        code = attach_open(c, w, r.socket, err);
    record_done(&r);
    return code == ERR_OK ? ERR_OK : err_prefix(err, "%s", run);
}
