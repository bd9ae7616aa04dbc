/* Which entry of a weight file each tensor of a graph gets: by whole names and shapes, after stripping a prefix.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "nn/weights.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "nn/weights_internal.h"

static const char *const prefixes[] = {"module.pre.", "module.", "backbone.", "model.", "_orig_mod."};

#define N_PREFIXES (sizeof prefixes / sizeof prefixes[0])

/* --- names ------------------------------------------------------------------------------------------------------- */

/* The entries in the order of their names, for bsearch. */
struct index {
    const struct weight_file *file;
    int *order;
    size_t n;
};

static int by_name(const void *a, const void *b, void *file)
{
    return strcmp(weights_at(file, (size_t)*(const int *)a)->name, weights_at(file, (size_t)*(const int *)b)->name);
}

static struct index index_new(const struct weight_file *file)
{
    struct index index = {.file = file, .n = weights_count(file)};
    index.order = xcalloc(index.n, sizeof *index.order);
    for (size_t i = 0; i < index.n; i++)
        index.order[i] = (int)i;
    qsort_r(index.order, index.n, sizeof *index.order, by_name, (void *)file);
    return index;
}

static int index_find(const struct index *index, const char *prefix, const char *name)
{
    char whole[128];
    if (snprintf(whole, sizeof whole, "%s%s", prefix, name) >= (int)sizeof whole)
        return -1;
    size_t low = 0, high = index->n;
    while (low < high) {
        size_t mid = (low + high) / 2;
        int order = strcmp(weights_at(index->file, (size_t)index->order[mid])->name, whole);
        if (order == 0)
            return index->order[mid];
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return -1;
}

/* How a file spells names: a prefix before all, and whether tensors have their old names. The old and the new names of MobileNetV2
 * overlap ("features.2.conv.3.weight" is either), so a file has one spelling for all. */
struct spelling {
    char prefix[32];
    bool old;
};

/* The entry of a tensor; -1 when there is none. */
static int find_tensor(const struct index *index, const struct spelling *spelling, const struct tensor_spec *t)
{
    return index_find(index, spelling->prefix, spelling->old && t->old_name[0] ? t->old_name : t->name);
}

static bool same_shape(const struct weight_entry *e, const struct tensor_spec *t)
{
    if (t->role == ROLE_BN_COUNT) { /* [] or [1], both were written */
        size_t n;
        return weight_elements(e->dims, e->n_dims, &n) && n == 1;
    }
    return e->n_dims == t->n_dims && memcmp(e->dims, t->dims, (size_t)t->n_dims * sizeof t->dims[0]) == 0;
}

static bool is_head(const struct graph *graph, const struct tensor_spec *t)
{
    return t->block == (int)graph->n_blocks - 1;
}

/* A tensor that a file must have: of the body, not a counter (older files lack those). */
static bool is_needed(const struct graph *graph, const struct tensor_spec *t)
{
    return !is_head(graph, t) && t->role != ROLE_BN_COUNT;
}

static size_t count_fitting(const struct index *index, const struct spelling *spelling, const struct graph *graph)
{
    size_t n = 0;
    for (size_t i = 0; i < graph->n_tensors; i++) {
        const struct tensor_spec *t = &graph->tensors[i];
        int at = is_needed(graph, t) ? find_tensor(index, spelling, t) : -1;
        n += at >= 0 && same_shape(weights_at(index->file, (size_t)at), t);
    }
    return n;
}

static bool has_old_names(const struct graph *graph)
{
    for (size_t i = 0; i < graph->n_tensors; i++) {
        if (graph->tensors[i].old_name[0])
            return true;
    }
    return false;
}

/* The spelling, with none, one or two of the known prefixes, under which most tensors fit; that number. */
static size_t best_spelling(const struct index *index, const struct graph *graph, struct spelling *out)
{
    size_t best = 0;
    int spellings = has_old_names(graph) ? 2 : 1;
    *out = (struct spelling){.old = false};
    for (size_t k = 0; k < (N_PREFIXES + 1) * (N_PREFIXES + 1) * (size_t)spellings; k++) {
        size_t pair = k / (size_t)spellings, a = pair / (N_PREFIXES + 1), b = pair % (N_PREFIXES + 1);
        struct spelling s = {.old = k % (size_t)spellings == 1};
        snprintf(s.prefix, sizeof s.prefix, "%s%s", a ? prefixes[a - 1] : "", b ? prefixes[b - 1] : "");
        size_t n = count_fitting(index, &s, graph);
        if (n > best) {
            best = n;
            *out = s;
        }
    }
    return best;
}

static size_t count_needed(const struct graph *graph)
{
    size_t n = 0;
    for (size_t i = 0; i < graph->n_tensors; i++)
        n += is_needed(graph, &graph->tensors[i]);
    return n;
}

/* --- other architectures ----------------------------------------------------------------------------------------- */

/* ResNet-18's names and shapes are all in a file of ResNet-34, so the largest net that fits wholly is the one. */
static const struct arch *guess(const struct index *index)
{
    const struct arch *best = NULL;
    size_t most = 0;
    for (size_t a = 0; a < arch_count(); a++) {
        struct graph *graph = arch_graph(arch_at(a), 1);
        struct spelling spelling;
        size_t n = best_spelling(index, graph, &spelling);
        if (n == count_needed(graph) && n > most) {
            most = n;
            best = arch_at(a);
        }
        graph_free(graph);
    }
    return best;
}

const char *weights_guess(const struct weight_file *file)
{
    struct index index = index_new(file);
    const struct arch *arch = guess(&index);
    free(index.order);
    return arch ? arch->name : NULL;
}

/* --- matching ---------------------------------------------------------------------------------------------------- */

struct matching {
    struct weight_match *match;
    const struct index *index;
    const struct graph *graph;
    struct spelling spelling;
    struct str wrong; /* names of what is missing or has another shape, ten at most */
    size_t n_wrong;
};

static void add_shape(struct str *s, const int64_t *dims, int n_dims)
{
    for (int d = 0; d < n_dims; d++)
        str_printf(s, "%s%" PRId64, d ? "x" : "", dims[d]);
    str_add(s, n_dims ? "" : "one number");
}

static void add_wrong(struct matching *m, const struct tensor_spec *t, const struct weight_entry *e)
{
    if (++m->n_wrong > 10)
        return;
    str_printf(&m->wrong, "%s%s", m->wrong.len ? ", " : "", t->name);
    if (!e)
        return;
    str_add(&m->wrong, " (");
    add_shape(&m->wrong, e->dims, e->n_dims);
    str_add(&m->wrong, " instead of ");
    add_shape(&m->wrong, t->dims, t->n_dims);
    str_add(&m->wrong, ")");
}

static void match_body(struct matching *m)
{
    for (size_t i = 0; i < m->graph->n_tensors; i++) {
        const struct tensor_spec *t = &m->graph->tensors[i];
        if (is_head(m->graph, t))
            continue;
        int at = find_tensor(m->index, &m->spelling, t);
        const struct weight_entry *e = at < 0 ? NULL : weights_at(m->index->file, (size_t)at);
        bool fits = e && same_shape(e, t);
        if (fits)
            m->match->entry[i] = at;
        if (is_needed(m->graph, t)) {
            m->match->n_body++;
            m->match->n_body_loaded += fits;
            if (!fits)
                add_wrong(m, t, e);
        }
    }
}

/* The head may lie outside the prefix that all other names share. */
static int find_head(const struct matching *m, const struct tensor_spec *t)
{
    int at = find_tensor(m->index, &m->spelling, t);
    return at < 0 ? index_find(m->index, "", t->name) : at;
}

static void match_head(struct matching *m, bool wanted)
{
    struct weight_match *match = m->match;
    size_t first = (size_t)m->graph->n_tensors - 2; /* the linear layer's weight and bias end the list */
    int weight = find_head(m, &m->graph->tensors[first]), bias = find_head(m, &m->graph->tensors[first + 1]);
    match->head_fresh = true;
    if (weight < 0)
        return;
    const struct weight_entry *w = weights_at(m->index->file, (size_t)weight);
    match->head_classes = w->n_dims > 0 ? w->dims[0] : 0;
    if (!wanted || bias < 0 || !same_shape(w, &m->graph->tensors[first]) ||
        !same_shape(weights_at(m->index->file, (size_t)bias), &m->graph->tensors[first + 1]))
        return;
    match->head_fresh = false;
    match->entry[first] = weight;
    match->entry[first + 1] = bias;
}

static void count_taken(struct matching *m)
{
    bool *used = xcalloc(m->index->n, sizeof *used);
    for (size_t i = 0; i < m->graph->n_tensors; i++) {
        if (m->match->entry[i] >= 0) {
            m->match->n_loaded++;
            used[m->match->entry[i]] = true;
        }
    }
    for (size_t i = 0; i < m->index->n; i++)
        m->match->n_unused += !used[i];
    free(used);
}

static void describe(struct weight_match *match, const struct graph *graph)
{
    char head[64];
    if (!match->head_fresh)
        snprintf(head, sizeof head, "head from the file (%d classes)", graph->n_classes);
    else if (match->head_classes)
        snprintf(head, sizeof head, "head new for %d classes (the file's is for %" PRId64 ")", graph->n_classes, match->head_classes);
    else
        snprintf(head, sizeof head, "head new for %d classes (the file has none)", graph->n_classes);
    snprintf(match->text, sizeof match->text, "body %zu of %zu tensors, %s%s%s%s", match->n_body_loaded, match->n_body, head,
             match->prefix[0] ? ", prefix \"" : "", match->prefix, match->prefix[0] ? "\" taken off" : "");
}

static enum err_code refuse(const struct matching *m, struct err *err)
{
    const struct weight_file *file = m->index->file;
    const struct arch *chosen = m->graph->arch, *other = guess(m->index);
    char fits[96];
    snprintf(fits, sizeof fits, "it fits model %s", other ? other->name : "");
    if (other && other != chosen)
        return weights_fail(file, err, ERR_INVALID, fits, "looks like %s, you chose %s", other->title, chosen->title);
    return weights_fail(file, err, ERR_INVALID, NULL, "%zu of %zu tensors fit %s; missing or of another shape: %s%s",
                        m->match->n_body_loaded, m->match->n_body, chosen->title, m->wrong.s, m->n_wrong > 10 ? ", ..." : "");
}

static enum err_code check_body(const struct matching *m, struct err *err)
{
    if (m->n_wrong)
        return refuse(m, err);
    /* A larger net of the same family has all our tensors and more. */
    const struct arch *other = m->match->n_unused ? guess(m->index) : m->graph->arch;
    return other == m->graph->arch ? ERR_OK : refuse(m, err);
}

enum err_code weights_match(struct weight_match *match, const struct weight_file *file, const struct graph *graph, bool want_head,
                            struct err *err)
{
    struct index index = index_new(file);
    struct matching m = {.match = match, .index = &index, .graph = graph};
    *match = (struct weight_match){.entry = xcalloc(graph->n_tensors, sizeof *match->entry)};
    for (size_t i = 0; i < graph->n_tensors; i++)
        match->entry[i] = -1;
    best_spelling(&index, graph, &m.spelling);
    memcpy(match->prefix, m.spelling.prefix, sizeof match->prefix);
    match_body(&m);
    match_head(&m, want_head);
    count_taken(&m);
    describe(match, graph);
    enum err_code code = check_body(&m, err);
    if (code != ERR_OK)
        weight_match_done(match);
    str_done(&m.wrong);
    free(index.order);
    return code;
}

void weight_match_done(struct weight_match *match)
{
    free(match->entry);
    match->entry = NULL;
}
