/* A run that is watched and steered over its socket: a thread that shows the snapshot to viewers and hands their control commands to the run.
 * It also reads the gauges (gauges.h), with viewers or without.
 *
 * All viewers are equal: each may steer, as tmux does it, and so may the run's own screen. A viewer can neither slow nor harm the run: the
 * thread touches the engine as any client does, never waits for a viewer, keeps at most a snapshot and a piece of a block for each, and reads
 * so many frames a second. Who falls behind gets the newest snapshot when there is room again; who breaks the rules is let go.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_ENGINE_SERVE_H
#define FL_ENGINE_SERVE_H

#include "engine/internal.h"

struct server; /* opaque */

/* From now on the run of that folder, which job trains, is found at the socket *path (the caller frees it). *s is NULL or that of the job
 * before: when that one follows to this job, its viewers go on with it, else it ends first. errors: those of meet_listen, IO, MEMORY; then it
 * goes on without a socket, or *s is NULL. thread: engine, as all of them */
enum err_code server_open(struct server **s, const struct job *job, const char *run, char **path, struct err *err);

/* Its viewers are shown that job, which need not have a folder yet. s may be NULL. */
bool server_follows(const struct server *s, uint64_t job);

/* The job that it follows has ended: nobody new is let in before the next has begun, each viewer gets the last snapshot and the notice, and may still fetch blocks.
 *
 *   next  the run that begins now, and is followed from here on. Then waits until all viewers have what they want of the old one; those
 *         that give no sign for SERVER_LINGER seconds, or take SERVER_LINGER_MOST, are let go.
 *         0: none. Then does not wait; the thread ends when all viewers have gone, or after those times. */
#define SERVER_LINGER 1.0
#define SERVER_LINGER_MOST 10.0
void server_end(struct server *s, const struct notice *last, uint64_t next);
void server_free(struct server *s); /* waits for that end; without it, ends at once. NULL is fine */

#endif
