/* What goes over the socket between a run and those who watch it: frames, each a length, a kind and the byte form of design.md 2.1.
 *
 *     u32 bytes of what follows | u8 kind | payload
 *
 * Viewer: HELLO, then any of COMMAND and GET. Run: WELCOME, then SNAPSHOT (only what changed), BLOCK and REFUSED as answers, and NOTICE,
 * the last one, when the run has ended; but when that names a run that follows, the viewer says NEXT and it all goes on with that one. HELLO and WELCOME begin with magic, protocol, form of the program (wire_form) and its version; that
 * much stays the same in all versions, so that two programs of different age can say so.
 *
 * Both sides distrust each other: every length is bounded, all descriptors are non-blocking.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_ENGINE_CHANNEL_H
#define FL_ENGINE_CHANNEL_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/bytes.h"
#include "base/err.h"

#define PROTOCOL 2
#define FRAME_FROM_VIEWER (1u << 14) /* bytes; options of a command may come along */
#define FRAME_TO_VIEWER (1u << 20)   /* a whole snapshot is about half of it */
#define BLOCK_PIECE (1u << 16)
#define BLOCK_MOST (1u << 30)

enum frame {
    FRAME_HELLO = 1, /* head */
    FRAME_WELCOME,   /* head; when both are of one form also u64 process, text run folder, u64 job, u32 command */
    FRAME_COMMAND,   /* cmd_encode; control and queue commands only */
    FRAME_GET,       /* u64 block */
    FRAME_SNAPSHOT,  /* snapshot_encode_after */
    FRAME_BLOCK,     /* u64 block, u32 kind, u64 whole size, u64 offset, bytes; size 0: there is no such block */
    FRAME_REFUSED,   /* u32 err_code, text message, text hint: a command was not taken */
    FRAME_NOTICE,    /* notice_encode, then u64 the job of the run that follows, 0 none */
    FRAME_NEXT       /* after such a notice: the viewer has all it wants of the run that ended; snapshots of the next may come */
};

/* One end. Fields may be read. */
struct channel {
    int fd;          /* -1: closed */
    size_t most;     /* longest frame that is taken */
    struct str in, out;
    size_t in_at, out_at, frame_at;
};

/* Takes fd over and makes it non-blocking. */
void channel_init(struct channel *c, int fd, size_t most);
void channel_done(struct channel *c);

/* Reads once what is there. False: the other side has closed, or failed. */
bool channel_read(struct channel *c);
/* The next whole frame; what r reads is borrowed until the next channel_read. 1: got one, 0: none yet, -1: longer than allowed, or empty. */
int channel_next(struct channel *c, enum frame *kind, struct reader *r);

/* Between the two the caller appends the payload to c->out. */
void channel_begin(struct channel *c, enum frame kind);
void channel_end(struct channel *c);
/* Writes what the socket takes. False: the other side is gone. */
bool channel_flush(struct channel *c);
bool channel_idle(const struct channel *c); /* everything is written */

/* The head of HELLO and WELCOME. */
struct channel_head {
    uint32_t protocol;
    uint64_t form;
    char version[32];
};
void head_put(struct str *out);                                 /* this program's */
bool head_get(struct channel_head *head, struct reader *r);     /* false: not from flowerlab */
bool head_fits(const struct channel_head *head);

/* The user at the other end is this one. errors: IO, INVALID (another user, or it cannot be told) */
enum err_code channel_check_user(int fd, struct err *err);

#endif
