/* Paths as bytes.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_BASE_PATH_H
#define FL_BASE_PATH_H

#include <stdbool.h>

#include "base/err.h"

/* All returned strings are the caller's to free. */
char *path_join(const char *folder, const char *name); /* name alone when absolute or folder is "" */
char *path_expand(const char *path);                   /* a leading "~" or "~/" becomes the home folder */
char *path_absolute(const char *path);                 /* against the current folder; not resolved */
char *path_folder(const char *path);                   /* expanded, absolute, without '.' or '//' in it or '/' at its end */
const char *path_base(const char *path);               /* part after the last '/', borrowed */
const char *path_suffix(const char *path);             /* ".jpg" with its dot, or "", borrowed */

bool path_exists(const char *path);
bool path_is_folder(const char *path);
bool path_is_file(const char *path);

/* mkdir -p, mode 0777 less umask. errors: IO */
enum err_code path_make_folders(const char *path, struct err *err);

/* Whether path_make_folders and then something in the folder could succeed; makes nothing. errors: IO, NOT_FOUND */
enum err_code path_can_make(const char *path, struct err *err);

/* $HOME, else the home folder that the list of users has; NULL: none. */
char *path_user_home(void);

enum path_home { PATH_CONFIG, PATH_CACHE, PATH_DATA, PATH_STATE };

/* flowerlab's own folder of that kind: $XDG_CONFIG_HOME/flowerlab and so on, with the usual fallbacks below
 * the home folder; not created. Without one it names a place where nothing is and nothing can be made. Relative values of the variables are ignored, as the XDG rules say. */
char *path_home(enum path_home kind);
/* Whether something can be written there. errors: NOT_FOUND, IO, with the variable as the way out */
enum err_code path_home_check(enum path_home kind, struct err *err);

/* The folder of the running program (by /proc/self/exe), or NULL. */
char *path_program_folder(void);

/* What a shell calls the running program by, not yet quoted: "flowerlab" where PATH leads to it, else its absolute path. */
char *path_program(void);

#endif
