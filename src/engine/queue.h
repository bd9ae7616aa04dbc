/* The bounded queue of notices and its wake pipe. Not locked: the engine's lock guards it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_ENGINE_QUEUE_H
#define FL_ENGINE_QUEUE_H

#include "engine/engine.h"

#define QUEUE_MAX 64

struct queue {
    struct notice items[QUEUE_MAX];
    size_t head, n;
    size_t reserved;   /* room promised to accepted jobs */
    bool progress;     /* "the snapshot changed" is pending; at most one */
    bool woken;        /* a byte lies in the pipe */
    int pipe[2];       /* both ends non-blocking */
};

enum err_code queue_init(struct queue *q, struct err *err);
void queue_done(struct queue *q);

/* Promises room for n notices; false when there is none. */
bool queue_reserve(struct queue *q, size_t n);
/* Uses up one promise. */
void queue_push(struct queue *q, const struct notice *notice);
void queue_progress(struct queue *q);
/* Notices in order, then a pending progress; false empties the pipe. */
bool queue_pop(struct queue *q, struct notice *notice);

#endif
