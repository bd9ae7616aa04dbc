/* Where runs and viewers meet: one socket a run in a folder that only its user can enter. Run folders have long names and may lie on any file
 * system; sockets are named by a hash, and reached through the open folder, so that no name is too long.
 *
 * The folder is $XDG_RUNTIME_DIR/flowerlab, else /tmp/flowerlab-UID; mode 0700 and owner are checked each time.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_ENGINE_MEET_H
#define FL_ENGINE_MEET_H

#include "base/err.h"

/* Listens for the run of that folder. *path is the socket's file, the caller frees it. Sockets that a killed process left are removed.
 * errors: IO, INVALID (the folder is not this user's alone), BUSY (another process listens for that run) */
enum err_code meet_listen(int *fd, char **path, const char *run, struct err *err);
void meet_leave(const char *path); /* removes the file */

/* errors: NOT_FOUND (no file, or nobody listens), INVALID (not this user's), IO */
enum err_code meet_connect(int *fd, const char *path, struct err *err);

/* Calls each with the file of every socket of this user that somebody listens on; removes those that nobody does. */
void meet_each(void (*each)(const char *path, void *user), void *user);

#endif
