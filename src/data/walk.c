/* The walk over the folders of a data set: what is there, in byte order, each real folder once.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "data/internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "data/classes.h"
#include "data/folder_set.h"

/* Deeper folders are skipped, with a note: no picture collection is that deep, and paths would get
 * too long. */
enum { MAX_DEPTH = 40 };

struct walk {
    struct dataset *ds;
    struct ds_progress *progress;
    struct folder_list folders;
    size_t files_cap;
    struct folder_set met;
    char **links;   /* links to folders, visited after all real folders so that the real name wins */
    size_t n_links, links_cap;
    struct stat runs;
    bool has_runs;
};

/* One folder's entries, sorted by bytes. */
struct entries {
    struct dirent **list;
    int n;
};

static void note_named(struct walk *w, bool problem, const char *name, const char *what)
{
    char *quoted = data_quote(*name ? name : w->ds->root);
    data_note(w->ds, problem, "%s: %s", quoted, what);
    free(quoted);
}

static bool cancelled(const struct walk *w)
{
    return w->progress && atomic_load(&w->progress->cancel);
}

static bool is_litter(const char *name)
{
    return str_starts(name, "._") || str_eq(name, ".DS_Store") || strcasecmp(name, "Thumbs.db") == 0 ||
           strcasecmp(name, "ehthumbs.db") == 0 || strcasecmp(name, "desktop.ini") == 0;
}

static const char *ignored_folder(const char *name)
{
    if (name[0] == '.')
        return "hidden folder, ignored";
    if (str_eq(name, "__MACOSX"))
        return "side files of a Mac archive, ignored";
    if (str_eq(name, "lost+found"))
        return "belongs to the file system, ignored";
    return NULL;
}

/* name is handed over. st NULL: nothing is known (a dangling link). */
static void add_file(struct walk *w, char *name, const struct stat *st, const char *why)
{
    struct dataset *ds = w->ds;
    ds->files = xgrow(ds->files, &w->files_cap, ds->n_files + 1, sizeof *ds->files);
    struct ds_file *f = &ds->files[ds->n_files++];
    *f = (struct ds_file){.name = name, .cls = -1, .kind = KIND_UNKNOWN, .orientation = 1};
    const char *base = path_base(name);
    if (st) {
        f->bytes = (uint64_t)st->st_size;
        f->mtime = (int64_t)st->st_mtime;
    }
    if (why) {
        f->status = FILE_NOT_REGULAR;
        strncpy(f->detail, why, sizeof f->detail - 1);
    } else if (is_litter(base))
        f->status = FILE_LITTER;
    else if (base[0] == '.')
        f->status = FILE_HIDDEN;
    else if (f->bytes == 0) {
        f->status = FILE_EMPTY;
        f->kind = KIND_EMPTY;
    }
    if (w->progress)
        atomic_fetch_add(&w->progress->total, 1);
}

static const char *not_regular(const struct stat *st)
{
    switch (st->st_mode & S_IFMT) {
    case S_IFREG: return NULL;
    case S_IFIFO: return "is a FIFO";
    case S_IFSOCK: return "is a socket";
    default: return "is a device";
    }
}

/* Takes a file up at once; returns the name of a folder still to visit, else NULL. */
static char *take_entry(struct walk *w, int fd, const char *folder, const struct dirent *e)
{
    char *name = path_join(folder, e->d_name);
    struct stat st = {0};
    bool link = e->d_type == DT_LNK;
    if (e->d_type == DT_UNKNOWN && fstatat(fd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0)
        link = S_ISLNK(st.st_mode);
    int failed = e->d_type == DT_DIR ? 0 : fstatat(fd, e->d_name, &st, 0);
    if (failed) {
        if (link)
            add_file(w, name, NULL, errno == ELOOP ? "link in a circle" : "dangling link");
        else
            free(name); /* gone since readdir: never seen */
        return NULL;
    }
    if (e->d_type != DT_DIR && !S_ISDIR(st.st_mode)) {
        add_file(w, name, &st, not_regular(&st));
        return NULL;
    }
    const char *ignored = ignored_folder(e->d_name);
    if (ignored) {
        note_named(w, false, name, ignored);
        free(name);
        return NULL;
    }
    if (!link)
        return name;
    w->links = xgrow(w->links, &w->links_cap, w->n_links + 1, sizeof *w->links);
    w->links[w->n_links++] = name;
    return NULL;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int not_dots(const struct dirent *e)
{
    return strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
}

static void entries_done(struct entries *entries)
{
    for (int i = 0; i < entries->n; i++)
        free(entries->list[i]);
    free(entries->list);
}

static bool holds_runs(int fd, const struct entries *entries)
{
    for (int i = 0; i < entries->n; i++) {
        char *ini = path_join(entries->list[i]->d_name, "run.ini");
        bool run = faccessat(fd, ini, F_OK, 0) == 0;
        free(ini);
        if (run)
            return true;
    }
    return false;
}

/* Why an opened folder is nothing to take pictures from, or NULL. */
static const char *no_class(struct walk *w, int fd, const struct stat *st, const char *name,
                            const struct entries *entries)
{
    if (!*name)
        return NULL;
    if (faccessat(fd, "run.ini", F_OK, 0) == 0)
        return "a run folder, no class";
    if (w->has_runs && st->st_dev == w->runs.st_dev && st->st_ino == w->runs.st_ino)
        return "the folder of runs, no class";
    if (str_eq(path_base(name), "runs") && holds_runs(fd, entries))
        return "holds run folders, no class";
    return NULL;
}

static void visit(struct walk *w, const char *name, int depth);

static void visit_entries(struct walk *w, int fd, const char *name, const struct entries *entries,
                          int depth)
{
    size_t n_sub = 0, cap = 0, me = folder_list_add(&w->folders, name);
    char **sub = NULL;
    size_t files_before = w->ds->n_files, links_before = w->n_links;
    for (int i = 0; i < entries->n && !cancelled(w); i++) {
        char *folder = take_entry(w, fd, name, entries->list[i]);
        if (!folder)
            continue;
        sub = xgrow(sub, &cap, n_sub + 1, sizeof *sub);
        sub[n_sub++] = folder;
    }
    close(fd);
    for (size_t i = files_before; i < w->ds->n_files; i++) {
        enum file_status status = w->ds->files[i].status;
        w->folders.list[me].n_files += status != FILE_LITTER && status != FILE_HIDDEN;
    }
    w->folders.list[me].n_folders = n_sub + (w->n_links - links_before);
    for (size_t i = 0; i < n_sub; i++) {
        visit(w, sub[i], depth + 1);
        free(sub[i]);
    }
    free(sub);
}

/* The folder was met under another name before: said, skipped. */
static void note_same(struct walk *w, const char *name, const char *before)
{
    char *quoted = data_quote(name), *other = data_quote(*before ? before : ".");
    data_note(w->ds, false, "%s: the same folder as %s, taken once", quoted, other);
    free(quoted);
    free(other);
}

static void note_unreadable(struct walk *w, const char *name, int errnum)
{
    folder_list_add(&w->folders, name);
    w->ds->incomplete = true;
    note_named(w, true, name, strerror(errnum));
}

static void visit(struct walk *w, const char *name, int depth)
{
    if (cancelled(w))
        return;
    if (depth > MAX_DEPTH) {
        note_named(w, true, name, "too deep, skipped");
        return;
    }
    char *path = *name ? path_join(w->ds->root, name) : xstrdup(w->ds->root);
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK);
    free(path);
    struct stat st;
    struct entries entries = {0};
    const char *before = NULL, *why = NULL;
    if (fd < 0 || fstat(fd, &st) != 0 || (before = folder_set_add(&w->met, st.st_dev, st.st_ino, name)) ||
        (entries.n = scandirat(fd, ".", &entries.list, not_dots, by_bytes)) < 0) {
        if (before)
            note_same(w, name, before);
        else
            note_unreadable(w, name, errno);
        if (fd >= 0)
            close(fd);
        return;
    }
    if ((why = no_class(w, fd, &st, name, &entries))) {
        note_named(w, false, name, why);
        close(fd);
    } else
        visit_entries(w, fd, name, &entries, depth);
    entries_done(&entries);
}

static enum err_code check_root(const char *root, struct err *err)
{
    struct stat st;
    if (!*root)
        return err_set(err, ERR_INVALID, "no folder named");
    if (stat(root, &st) != 0)
        return err_sys(err, errno, "%s", root);
    if (!S_ISDIR(st.st_mode)) {
        err_set(err, ERR_INVALID, "%s: is a file, needed is a folder of class folders", root);
        return err_hint(err, "name the folder that holds the class folders");
    }
    int fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return err_sys(err, errno, "%s", root);
    close(fd);
    return ERR_OK;
}

static void walk_done(struct walk *w)
{
    folder_set_done(&w->met);
    for (size_t i = 0; i < w->n_links; i++)
        free(w->links[i]);
    free(w->links);
    folder_list_done(&w->folders);
}

enum err_code data_walk(struct dataset **out, const char *root, const struct scan_config *config,
                        struct ds_progress *progress, struct err *err)
{
    *out = NULL;
    enum err_code code = check_root(root, err);
    if (code != ERR_OK)
        return code;
    struct dataset *ds = xcalloc(1, sizeof *ds);
    ds->root = path_folder(root); /* "/a/b/." and "/a/b" are one root, in messages and records too */
    struct walk w = {.ds = ds, .progress = progress};
    char *runs = path_expand(config->runs_dir ? config->runs_dir : "");
    w.has_runs = *runs && stat(runs, &w.runs) == 0;
    free(runs);
    visit(&w, "", 0);
    /* Links may lead to folders with further links, so the list can grow on the way. */
    for (size_t i = 0; i < w.n_links; i++)
        visit(&w, w.links[i], 1);
    if (cancelled(&w)) {
        dataset_free(ds);
        code = err_set(err, ERR_CANCELLED, "%s: scan stopped", root);
    } else {
        classes_assign(ds, &w.folders, config);
        *out = ds;
    }
    walk_done(&w);
    return code;
}
