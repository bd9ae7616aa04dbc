/* A run that is watched and steered over its socket: a thread that shows the snapshot to viewers and hands their control commands to the run.
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

/* Listens for the run of that folder, which job trains. errors: those of meet_listen, IO, MEMORY. thread: engine */
enum err_code server_start(struct server **s, const struct job *job, const char *run, struct err *err);
const char *server_path(const struct server *s); /* the socket's file; belongs to s */

/* The run has ended: nobody new is let in, each viewer gets the last snapshot and the notice, and may still fetch blocks. Does not wait; the
 * thread ends when all viewers have gone, after SERVER_LINGER seconds without a sign of them, or after SERVER_LINGER_MOST. */
#define SERVER_LINGER 1.0
#define SERVER_LINGER_MOST 10.0
void server_end(struct server *s, const struct notice *last);
void server_free(struct server *s); /* waits for that, after server_end; without it, ends at once. NULL is fine */

#endif
