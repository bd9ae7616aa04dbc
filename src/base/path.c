/* Paths as bytes.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "base/path.h"

#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"

char *path_join(const char *folder, const char *name)
{
    if (!*folder || *name == '/')
        return xstrdup(name);
    return xasprintf("%s%s%s", folder, str_ends(folder, "/") ? "" : "/", name);
}

/* The variable's value, or NULL where it names no folder. */
static const char *absolute_value(const char *variable)
{
    const char *value = getenv(variable);
    return value && *value == '/' ? value : NULL;
}

char *path_user_home(void)
{
    struct passwd entry, *found = NULL;
    char buffer[4096];
    const char *home = absolute_value("HOME");
    if (!home && getpwuid_r(getuid(), &entry, buffer, sizeof buffer, &found) == 0 && found && entry.pw_dir && *entry.pw_dir == '/')
        home = entry.pw_dir;
    return home ? xstrdup(home) : NULL;
}

char *path_expand(const char *path)
{
    char *home = path[0] == '~' && (!path[1] || path[1] == '/') ? path_user_home() : NULL;
    char *out = home ? xasprintf("%s%s", home, path + 1) : xstrdup(path);
    free(home);
    return out;
}

char *path_absolute(const char *path)
{
    if (*path == '/')
        return xstrdup(path);
    char *cwd = getcwd(NULL, 0);
    char *out = cwd ? path_join(cwd, path) : xstrdup(path);
    free(cwd);
    return out;
}

/* "/a//b/./c/." becomes "/a/b/c/". */
static void tidy(char *path)
{
    char *to = path;
    for (const char *at = path; *at; at++) {
        if (at[0] != '/' || at[1] != '/')
            *to++ = *at;
    }
    *to = '\0';
    for (char *at = path; (at = strstr(at, "/."));) {
        if (at[2] == '/' || !at[2])
            memmove(at + 1, at + 2 + (at[2] == '/'), strlen(at + 2 + (at[2] == '/')) + 1);
        else
            at += 2;
    }
}

char *path_folder(const char *path)
{
    char *expanded = path_expand(path), *out = path_absolute(expanded);
    tidy(out);
    size_t n = strlen(out);
    while (n > 1 && out[n - 1] == '/')
        out[--n] = '\0';
    free(expanded);
    return out;
}

const char *path_base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

const char *path_suffix(const char *path)
{
    const char *base = path_base(path);
    const char *dot = strrchr(base, '.');
    return dot && dot != base ? dot : base + strlen(base);
}

bool path_exists(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0;
}

bool path_is_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool path_is_file(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

enum err_code path_make_folders(const char *path, struct err *err)
{
    char *copy = xstrdup(path);
    enum err_code code = ERR_OK;
    for (char *p = copy + (*copy == '/'); code == ERR_OK; p++) {
        if (*p && *p != '/')
            continue;
        char c = *p;
        *p = '\0';
        if (*copy && mkdir(copy, 0777) != 0 && errno != EEXIST)
            code = err_sys(err, errno, "%s: cannot make the folder", copy);
        *p = c;
        if (!c)
            break;
    }
    if (code == ERR_OK && !path_is_folder(path))
        code = err_set(err, ERR_IO, "%s: is not a folder", path);
    free(copy);
    return code;
}

/* Goes up to what is there: that must be a folder to write in. */
enum err_code path_can_make(const char *path, struct err *err)
{
    char *at = path_absolute(path), *slash;
    struct stat st;
    while (stat(at, &st) != 0 && errno == ENOENT && at[1] && (slash = strrchr(at, '/')))
        slash[slash == at] = '\0';
    int errnum = stat(at, &st) != 0 ? errno : S_ISDIR(st.st_mode) ? 0 : ENOTDIR;
    if (!errnum && access(at, W_OK | X_OK) != 0)
        errnum = errno;
    free(at);
    return errnum ? err_sys(err, errnum, "%s", path) : ERR_OK;
}

static const struct {
    const char *variable, *fallback;
} homes[] = {
    [PATH_CONFIG] = {"XDG_CONFIG_HOME", ".config"},
    [PATH_CACHE] = {"XDG_CACHE_HOME", ".cache"},
    [PATH_DATA] = {"XDG_DATA_HOME", ".local/share"},
    [PATH_STATE] = {"XDG_STATE_HOME", ".local/state"},
};

#define NO_HOME "/dev/null" /* below it nothing is, and nothing can be made */

char *path_home(enum path_home kind)
{
    const char *value = absolute_value(homes[kind].variable);
    if (value)
        return path_join(value, "flowerlab");
    char *home = path_user_home(), *out = xasprintf("%s/%s/flowerlab", home ? home : NO_HOME, homes[kind].fallback);
    free(home);
    return out;
}

enum err_code path_home_check(enum path_home kind, struct err *err)
{
    const char *variable = homes[kind].variable;
    char *path = path_home(kind), *home = path_user_home();
    enum err_code code = absolute_value(variable) || home
                             ? path_can_make(path, err)
                             : err_set(err, ERR_NOT_FOUND, "neither HOME nor %s names a folder", variable);
    free(path);
    free(home);
    if (code != ERR_OK)
        err_hint(err, "%s names the place for what is kept", variable);
    return code;
}

static bool program_path(char buffer[PATH_MAX])
{
    ssize_t n = readlink("/proc/self/exe", buffer, PATH_MAX - 1);
    buffer[n > 0 ? n : 0] = '\0';
    return strchr(buffer, '/') != NULL;
}

char *path_program_folder(void)
{
    char buffer[PATH_MAX];
    if (!program_path(buffer))
        return NULL;
    *strrchr(buffer, '/') = '\0';
    return xstrdup(*buffer ? buffer : "/");
}

/* Whether the first program called name in PATH is the file at path. */
static bool found_in_path(const char *name, const char *path)
{
    const char *left = getenv("PATH");
    while (left && *left) {
        size_t n = strcspn(left, ":");
        char *folder = xstrndup(left, n), *file = path_join(folder, name), real[PATH_MAX];
        bool there = path_is_file(file) && access(file, X_OK) == 0;
        bool same = there && realpath(file, real) && str_eq(real, path);
        free(file);
        free(folder);
        if (there)
            return same;
        left += n + (left[n] == ':');
    }
    return false;
}

char *path_program(void)
{
    char path[PATH_MAX];
    bool known = program_path(path) && str_eq(path_base(path), PACKAGE);
    return xstrdup(known && !found_in_path(PACKAGE, path) ? path : PACKAGE);
}
