/* Test hooks: how a test makes rare moments happen. NULL and unset in normal use.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_ENGINE_HOOKS_H
#define FL_ENGINE_HOOKS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

/* Called before the forward pass of a training step (each part of it); what it returns is taken for the result of the pass. */
extern enum err_code (*hook_step)(int64_t step, int n_pictures, struct err *err);

/* In place of what the system says about the user at the other end of a socket; false sets errno. */
extern bool (*hook_peer_user)(int fd, uid_t *user);

/* Environment variable FLOWERLAB_TEST_HOLD_COMMIT=NAME[@K]:SECONDS: the K-th save (default the first) of a file of that name waits between
 * writing and renaming, and says so by a file NAME.held beside it, for so long or until that file is removed. Installed by engine_new. */
void hooks_from_environment(void);

/* Environment variable FLOWERLAB_TEST_RUNTIME_ONLY: sockets lie in $XDG_RUNTIME_DIR only, so that a test does not see the runs of others. */
bool hook_runtime_only(void);

/* Environment variable FLOWERLAB_TEST_WEIGHTS_SHA256=PREFIX: what the hash of a download must begin with in place of the published one, so that
 * a small made file can come from the loopback. NULL: not set. */
const char *hook_weights_sha256(void);

#endif
