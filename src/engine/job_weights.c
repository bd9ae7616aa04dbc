/* Weight files: what there is of every architecture, and what a file holds.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/job.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/path.h"
#include "engine/internal.h"
#include "nn/weights.h"

#define IMAGENET_CLASSES 1000

static void add_record(struct str *s, const char *key, const char *value)
{
    str_printf(s, "%s\t", key);
    str_add_safe(s, value);
    str_add_c(s, '\n');
}

static void add_number(struct str *s, const char *key, int64_t value)
{
    str_printf(s, "%s\t%" PRId64 "\n", key, value);
}

static void add_arch(struct str *s, const struct arch *arch)
{
    struct graph *graph = arch_graph(arch, IMAGENET_CLASSES);
    char *path = NULL;
    struct err err;
    add_record(s, "name", arch->name);
    add_record(s, "title", arch->title);
    add_number(s, "parameters", graph_params(graph, -1));
    bool there = weights_find(&path, NULL, arch, &err) == ERR_OK;
    add_record(s, "state", there ? "here" : arch->weights_url ? "to get" : "not published");
    if (there)
        add_record(s, "file", path);
    str_add_c(s, '\n');
    free(path);
    graph_free(graph);
}

/* What the file holds, without what a run would make of it. */
static void add_contents(struct str *s, const struct weight_match *m)
{
    str_printf(s, "match\tbody %zu of %zu tensors, ", m->n_body_loaded, m->n_body);
    if (m->head_classes)
        str_printf(s, "head for %" PRId64 " class%s\n", m->head_classes, m->head_classes == 1 ? "" : "es");
    else
        str_add(s, "no head\n");
}

/* What a training run would take of the file. */
static enum err_code add_match(struct str *s, const struct weight_file *file,
                               const struct arch *arch, struct err *err)
{
    struct weight_match match = {0};
    struct graph *graph = arch_graph(arch, IMAGENET_CLASSES);
    enum err_code code = weights_match(&match, file, graph, false, err);
    if (code == ERR_OK) {
        add_number(s, "classes", match.head_classes);
        add_record(s, "prefix", match.prefix);
        add_contents(s, &match);
    }
    weight_match_done(&match);
    graph_free(graph);
    return code;
}

static enum err_code check_file(struct str *s, const char *path, struct err *err)
{
    struct weight_file *file;
    enum err_code code = weights_open(&file, path, err);
    if (code != ERR_OK)
        return code;
    const char *name = weights_guess(file);
    add_record(s, "file", path);
    add_record(s, "kind", weights_kind(file));
    add_record(s, "wrapper", weights_wrapper(file));
    add_number(s, "tensors", (int64_t)weights_count(file));
    add_record(s, "architecture", name ? name : "unknown");
    code = name ? add_match(s, file, arch_find(name), err)
                : err_set(err, ERR_UNSUPPORTED, "%s: its %zu tensors fit none of the architectures",
                          path, weights_count(file));
    weights_close(file);
    return code;
}

enum err_code job_weights(struct job *job, struct err *err)
{
    struct str text = STR_INIT;
    enum err_code code = ERR_OK;
    if (*job->cmd.path) {
        char *path = path_expand(job->cmd.path);
        code = check_file(&text, path, err);
        free(path);
    } else {
        for (size_t i = 0; i < arch_count(); i++)
            add_arch(&text, arch_at(i));
    }
    if (code == ERR_OK) {
        str_add_c(&text, '\0');
        job_result(job, BLOCK_TEXT, &text);
    }
    str_done(&text);
    return code;
}
