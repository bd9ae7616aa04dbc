/* Who trains a run: the process that holds the lock of its folder, the file .lock in it. The kernel lets go of it when the process ends in any
 * way, so that neither a killed process nor a number that another one got since looks alive. Thread-safe.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_ENGINE_RUN_LOCK_H
#define FL_ENGINE_RUN_LOCK_H

#include "base/err.h"

#define RUN_LOCK ".lock"

/* Takes the lock of a folder; *fd is the caller's to close, which lets go of it. Where there can be no lock (a file system without them, a
 * folder that cannot be written) *fd is -1 and the run goes on without. errors: BUSY (somebody has it, this process included) */
enum err_code run_lock(int *fd, const char *folder, struct err *err);

enum run_lock_state {
    RUN_LOCK_NONE, /* there is none, or it cannot be asked: a run of an older version, or a file system without locks */
    RUN_LOCK_FREE,
    RUN_LOCK_HELD, /* by any process on this machine, this one too; on network file systems that share locks, on any machine */
};
enum run_lock_state run_lock_look(const char *folder);

#endif
