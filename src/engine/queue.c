/* The bounded queue of notices and its wake pipe.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/queue.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum err_code queue_init(struct queue *q, struct err *err)
{
    memset(q, 0, sizeof *q);
    if (pipe2(q->pipe, O_NONBLOCK | O_CLOEXEC) != 0) {
        q->pipe[0] = q->pipe[1] = -1;
        return err_sys(err, errno, "wake pipe");
    }
    return ERR_OK;
}

void queue_done(struct queue *q)
{
    for (int i = 0; i < 2; i++) {
        if (q->pipe[i] >= 0)
            close(q->pipe[i]);
    }
}

bool queue_reserve(struct queue *q, size_t n)
{
    if (q->n + q->reserved + n > QUEUE_MAX)
        return false;
    q->reserved += n;
    return true;
}

static void wake(struct queue *q)
{
    if (q->woken)
        return;
    /* A full pipe is fine: it wakes the reader just as well. */
    q->woken = write(q->pipe[1], "", 1) == 1 || errno == EAGAIN;
}

void queue_push(struct queue *q, const struct notice *notice)
{
    assert(q->reserved > 0 && q->n < QUEUE_MAX);
    q->reserved--;
    q->items[(q->head + q->n++) % QUEUE_MAX] = *notice;
    wake(q);
}

void queue_progress(struct queue *q)
{
    q->progress = true;
    wake(q);
}

static void drain(struct queue *q)
{
    char bytes[64];
    while (read(q->pipe[0], bytes, sizeof bytes) > 0)
        ;
    q->woken = false;
}

bool queue_pop(struct queue *q, struct notice *notice)
{
    if (q->n > 0) {
        *notice = q->items[q->head];
        q->head = (q->head + 1) % QUEUE_MAX;
        q->n--;
        return true;
    }
    if (q->progress) {
        q->progress = false;
        *notice = (struct notice){.kind = NOTICE_PROGRESS};
        return true;
    }
    drain(q);
    return false;
}
