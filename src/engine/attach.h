/* The viewer's side of a run's socket: reaching it, and what it says.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_ENGINE_ATTACH_H
#define FL_ENGINE_ATTACH_H

#include "engine/channel.h"
#include "engine/engine.h"

struct attach_welcome {
    uint64_t pid, job;
    enum cmd_kind command;
    char run[OPTION_TEXT_MAX]; /* its folder */
};

/* Connects to a socket's file, checks the user at the other end, and exchanges greetings, within a few seconds. The channel is open only on
 * success. errors: those of meet_connect and channel_check_user; UNSUPPORTED (another version), FORMAT, IO (no answer) */
enum err_code attach_open(struct channel *c, struct attach_welcome *w, const char *socket, struct err *err);

/* The same for a run folder, by its record. errors also: INVALID (it does not run; says how it stands and what to do) */
enum err_code attach_run(struct channel *c, struct attach_welcome *w, const char *run, struct err *err);

#endif
