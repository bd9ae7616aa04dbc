/* A pickle stream as a tree of values.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "nn/pickle.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

#define CHUNK 65536
#define MEMORY_LIMIT ((size_t)1 << 30) /* a state_dict of a thousand tensors takes less than one MB */

struct list {
    struct pickle_value **v;
    size_t n, cap;
};

struct pickle {
    void **chunks; /* values, texts and item arrays are handed out from these and freed together */
    size_t n_chunks, cap_chunks, chunk_left, taken;
    char *chunk_at;
    struct list stack, memo, calls, persistents;
    size_t *marks;
    size_t n_marks, cap_marks;
    const uint8_t *p, *start, *end;
    bool stopped;
};

/* --- memory ------------------------------------------------------------------------------------------------------ */

static void *take(struct pickle *k, size_t size)
{
    size = (size + 15) & ~(size_t)15;
    if (size > k->chunk_left) {
        size_t chunk = size > CHUNK ? size : CHUNK;
        k->chunks = xgrow(k->chunks, &k->cap_chunks, k->n_chunks + 1, sizeof *k->chunks);
        k->chunk_at = k->chunks[k->n_chunks++] = xcalloc(1, chunk);
        k->chunk_left = chunk;
        k->taken += chunk;
    }
    void *p = k->chunk_at;
    k->chunk_at += size;
    k->chunk_left -= size;
    return p;
}

static struct pickle_value *value(struct pickle *k, enum pickle_kind kind)
{
    struct pickle_value *v = take(k, sizeof *v);
    v->kind = kind;
    return v;
}

static void list_add(struct list *list, struct pickle_value *v)
{
    list->v = xgrow(list->v, &list->cap, list->n + 1, sizeof *list->v);
    list->v[list->n++] = v;
}

static void add_items(struct pickle *k, struct pickle_value *to, struct pickle_value *const *items, size_t n)
{
    if (n == 0)
        return;
    if (to->n_items + n > to->cap_items) {
        size_t cap = 2 * to->cap_items > to->n_items + n ? 2 * to->cap_items : to->n_items + n;
        struct pickle_value **grown = take(k, cap * sizeof *grown);
        if (to->n_items)
            memcpy(grown, to->items, to->n_items * sizeof *grown);
        to->items = grown;
        to->cap_items = cap;
    }
    memcpy(to->items + to->n_items, items, n * sizeof *items);
    to->n_items += n;
}

/* --- the stream -------------------------------------------------------------------------------------------------- */

static enum err_code broken(const struct pickle *k, struct err *err, const char *what)
{
    return err_set(err, ERR_FORMAT, "pickle: %s at byte %zu", what, (size_t)(k->p - k->start));
}

static bool number(struct pickle *k, size_t n_bytes, uint64_t *out)
{
    if ((size_t)(k->end - k->p) < n_bytes)
        return false;
    *out = 0;
    for (size_t i = 0; i < n_bytes; i++)
        *out |= (uint64_t)k->p[i] << (8 * i);
    k->p += n_bytes;
    return true;
}

static void push(struct pickle *k, struct pickle_value *v)
{
    list_add(&k->stack, v);
}

/* What lies above the last mark may be taken, not the mark's floor. */
static size_t floor_of(const struct pickle *k)
{
    return k->n_marks ? k->marks[k->n_marks - 1] : 0;
}

static struct pickle_value *pop(struct pickle *k)
{
    return k->stack.n > floor_of(k) ? k->stack.v[--k->stack.n] : NULL;
}

static struct pickle_value *top(const struct pickle *k)
{
    return k->stack.n > floor_of(k) ? k->stack.v[k->stack.n - 1] : NULL;
}

/* Takes everything above the last mark, and the mark. The items stay readable until the next push. */
static bool pop_mark(struct pickle *k, struct pickle_value ***items, size_t *n)
{
    if (k->n_marks == 0)
        return false;
    size_t at = k->marks[--k->n_marks];
    *items = k->stack.v + at;
    *n = k->stack.n - at;
    k->stack.n = at;
    return true;
}

static bool push_text(struct pickle *k, enum pickle_kind kind, size_t n_length)
{
    uint64_t n;
    if (!number(k, n_length, &n) || n > (uint64_t)(k->end - k->p))
        return false;
    struct pickle_value *v = value(k, kind);
    char *text = take(k, (size_t)n + 1);
    memcpy(text, k->p, (size_t)n);
    v->text = text;
    v->n_text = (size_t)n;
    k->p += n;
    push(k, v);
    return true;
}

static void push_int(struct pickle *k, enum pickle_kind kind, int64_t i)
{
    struct pickle_value *v = value(k, kind);
    v->i = i;
    push(k, v);
}

static bool push_long(struct pickle *k, size_t n_length)
{
    if (!push_text(k, PICKLE_BIG, n_length))
        return false;
    struct pickle_value *v = top(k);
    if (v->n_text > 8)
        return true;
    bool negative = v->n_text > 0 && (v->text[v->n_text - 1] & 0x80);
    uint64_t u = negative ? UINT64_MAX : 0;
    for (size_t i = v->n_text; i-- > 0;)
        u = u << 8 | (uint8_t)v->text[i];
    v->kind = PICKLE_INT;
    v->i = (int64_t)u;
    return true;
}

static bool push_real(struct pickle *k)
{
    uint64_t u = 0;
    if (k->end - k->p < 8)
        return false;
    for (int i = 0; i < 8; i++) /* the one number that is big-endian */
        u = u << 8 | *k->p++;
    struct pickle_value *v = value(k, PICKLE_REAL);
    memcpy(&v->real, &u, sizeof u);
    push(k, v);
    return true;
}

static bool push_global(struct pickle *k, const char *module, size_t n_module, const char *name, size_t n_name)
{
    struct pickle_value *v = value(k, PICKLE_GLOBAL);
    char *text = take(k, n_module + n_name + 2);
    memcpy(text, module, n_module);
    text[n_module] = '.';
    memcpy(text + n_module + 1, name, n_name);
    v->text = text;
    v->n_text = n_module + 1 + n_name;
    push(k, v);
    return true;
}

static bool line(struct pickle *k, const char **text, size_t *n)
{
    const uint8_t *end = memchr(k->p, '\n', (size_t)(k->end - k->p));
    if (!end)
        return false;
    *text = (const char *)k->p;
    *n = (size_t)(end - k->p);
    k->p = end + 1;
    return true;
}

static bool global_lines(struct pickle *k)
{
    const char *module, *name;
    size_t n_module, n_name;
    return line(k, &module, &n_module) && line(k, &name, &n_name) && push_global(k, module, n_module, name, n_name);
}

static bool global_stacked(struct pickle *k)
{
    const struct pickle_value *name = pop(k), *module = pop(k);
    if (!module || name->kind != PICKLE_TEXT || module->kind != PICKLE_TEXT)
        return false;
    return push_global(k, module->text, module->n_text, name->text, name->n_text);
}

static bool push_items(struct pickle *k, enum pickle_kind kind)
{
    struct pickle_value **items, *v = value(k, kind);
    size_t n;
    if (!pop_mark(k, &items, &n) || (kind == PICKLE_DICT && n % 2))
        return false;
    add_items(k, v, items, n);
    push(k, v);
    return true;
}

static bool push_tuple(struct pickle *k, size_t n)
{
    if (k->stack.n < floor_of(k) + n)
        return false;
    struct pickle_value *v = value(k, PICKLE_TUPLE);
    add_items(k, v, k->stack.v + k->stack.n - n, n);
    k->stack.n -= n;
    push(k, v);
    return true;
}

/* APPEND, SETITEM: n values go to the container below them. */
static bool add_some(struct pickle *k, size_t n)
{
    if (k->stack.n < floor_of(k) + n + 1)
        return false;
    k->stack.n -= n;
    add_items(k, top(k), k->stack.v + k->stack.n, n);
    return true;
}

static bool add_marked(struct pickle *k, bool pairs)
{
    struct pickle_value **items;
    size_t n;
    if (!pop_mark(k, &items, &n) || (pairs && n % 2) || !top(k))
        return false;
    add_items(k, top(k), items, n);
    return true;
}

/* --- calls ------------------------------------------------------------------------------------------------------- */

/* Python 2 wrote an OrderedDict as a call with a list of pairs. */
static void take_pairs(struct pickle *k, struct pickle_value *dict, const struct pickle_value *args)
{
    if (args->n_items != 1 || args->items[0]->kind != PICKLE_LIST)
        return;
    for (size_t i = 0; i < args->items[0]->n_items; i++) {
        const struct pickle_value *pair = args->items[0]->items[i];
        if ((pair->kind == PICKLE_LIST || pair->kind == PICKLE_TUPLE) && pair->n_items == 2)
            add_items(k, dict, pair->items, 2);
    }
}

enum call_kind { CALL_FUNCTION, CALL_NEW, CALL_NEW_KEYWORDS };

static bool call(struct pickle *k, enum call_kind kind)
{
    if (kind == CALL_NEW_KEYWORDS && !pop(k))
        return false;
    struct pickle_value *args = pop(k), *callee = pop(k);
    if (!callee || args->kind != PICKLE_TUPLE)
        return false;
    bool dict = callee->kind == PICKLE_GLOBAL && strcmp(callee->text, "collections.OrderedDict") == 0;
    struct pickle_value *v = value(k, dict ? PICKLE_DICT : PICKLE_CALL);
    if (dict) {
        take_pairs(k, v, args);
    } else {
        v->callee = callee;
        v->args = args;
        v->i = kind != CALL_FUNCTION;
        list_add(&k->calls, v);
    }
    push(k, v);
    return true;
}

static bool build(struct pickle *k)
{
    struct pickle_value *state = pop(k), *v = top(k);
    if (!v)
        return false;
    v->state = state; /* of a dict: attributes such as _metadata, which nobody reads */
    return true;
}

static bool persistent(struct pickle *k)
{
    struct pickle_value *id = pop(k);
    if (!id)
        return false;
    struct pickle_value *v = value(k, PICKLE_PERSISTENT);
    v->args = id;
    list_add(&k->persistents, v);
    push(k, v);
    return true;
}

/* --- memo -------------------------------------------------------------------------------------------------------- */

static bool memo_put(struct pickle *k, size_t n_index)
{
    uint64_t i = k->memo.n;
    if ((n_index && !number(k, n_index, &i)) || !top(k) || i > (uint64_t)(k->p - k->start))
        return false; /* each entry costs a byte at least, so an index above the bytes read is made up */
    k->memo.v = xgrow(k->memo.v, &k->memo.cap, (size_t)i + 1, sizeof *k->memo.v);
    while (k->memo.n <= i)
        k->memo.v[k->memo.n++] = NULL;
    k->memo.v[i] = top(k);
    return true;
}

static bool memo_get(struct pickle *k, size_t n_index)
{
    uint64_t i;
    if (!number(k, n_index, &i) || i >= k->memo.n || !k->memo.v[i])
        return false;
    push(k, k->memo.v[i]);
    return true;
}

/* --- opcodes ----------------------------------------------------------------------------------------------------- */

static bool skip(struct pickle *k, size_t n)
{
    uint64_t unused;
    return number(k, n, &unused);
}

static bool int_op(struct pickle *k, size_t n)
{
    uint64_t u;
    if (!number(k, n, &u))
        return false;
    push_int(k, PICKLE_INT, n == 4 ? (int32_t)(uint32_t)u : (int64_t)u);
    return true;
}

static bool simple(struct pickle *k, enum pickle_kind kind, int64_t i)
{
    push_int(k, kind, i);
    return true;
}

static bool mark(struct pickle *k)
{
    k->marks = xgrow(k->marks, &k->cap_marks, k->n_marks + 1, sizeof *k->marks);
    k->marks[k->n_marks++] = k->stack.n;
    return true;
}

static bool drop_mark(struct pickle *k)
{
    struct pickle_value **items;
    size_t n;
    return pop_mark(k, &items, &n);
}

static bool duplicate(struct pickle *k)
{
    struct pickle_value *v = top(k);
    if (v)
        push(k, v);
    return v != NULL;
}

static bool stop(struct pickle *k)
{
    k->stopped = true;
    return k->stack.n > 0 && k->n_marks == 0;
}

/* true: done; false with *known: the stream is broken there. */
static bool step(struct pickle *k, uint8_t op, bool *known)
{
    *known = true;
    // clang-format off
    switch (op) {
    case 0x80: return skip(k, 1); /* PROTO */
    case 0x95: return skip(k, 8); /* FRAME */
    case '.': return stop(k);
    case '(': return mark(k);
    case '0': return k->n_marks && k->stack.n == floor_of(k) ? drop_mark(k) : pop(k) != NULL;
    case '1': return drop_mark(k);
    case '2': return duplicate(k);
    case 'N': return simple(k, PICKLE_NONE, 0);
    case 0x88: return simple(k, PICKLE_BOOL, 1);
    case 0x89: return simple(k, PICKLE_BOOL, 0);
    case 'J': return int_op(k, 4);
    case 'K': return int_op(k, 1);
    case 'M': return int_op(k, 2);
    case 0x8a: return push_long(k, 1);
    case 0x8b: return push_long(k, 4);
    case 'G': return push_real(k);
    case 'X': return push_text(k, PICKLE_TEXT, 4);
    case 0x8c: return push_text(k, PICKLE_TEXT, 1);
    case 0x8d: return push_text(k, PICKLE_TEXT, 8);
    case 'U': return push_text(k, PICKLE_TEXT, 1);
    case 'T': return push_text(k, PICKLE_TEXT, 4);
    case 'C': return push_text(k, PICKLE_BYTES, 1);
    case 'B': return push_text(k, PICKLE_BYTES, 4);
    case 0x8e: return push_text(k, PICKLE_BYTES, 8);
    case 0x96: return push_text(k, PICKLE_BYTES, 8); /* BYTEARRAY8 */
    case ']': return simple(k, PICKLE_LIST, 0);
    case ')': return simple(k, PICKLE_TUPLE, 0);
    case '}': return simple(k, PICKLE_DICT, 0);
    case 0x8f: return simple(k, PICKLE_SET, 0);
    case 'l': return push_items(k, PICKLE_LIST);
    case 't': return push_items(k, PICKLE_TUPLE);
    case 'd': return push_items(k, PICKLE_DICT);
    case 0x91: return push_items(k, PICKLE_SET); /* FROZENSET */
    case 0x85: return push_tuple(k, 1);
    case 0x86: return push_tuple(k, 2);
    case 0x87: return push_tuple(k, 3);
    case 'a': return add_some(k, 1);
    case 's': return add_some(k, 2);
    case 'e': return add_marked(k, false);
    case 0x90: return add_marked(k, false); /* ADDITEMS */
    case 'u': return add_marked(k, true);
    case 'c': return global_lines(k);
    case 0x93: return global_stacked(k);
    case 'R': return call(k, CALL_FUNCTION);
    case 0x81: return call(k, CALL_NEW);
    case 0x92: return call(k, CALL_NEW_KEYWORDS);
    case 'b': return build(k);
    case 'Q': return persistent(k);
    case 'q': return memo_put(k, 1);
    case 'r': return memo_put(k, 4);
    case 0x94: return memo_put(k, 0); /* MEMOIZE */
    case 'h': return memo_get(k, 1);
    case 'j': return memo_get(k, 4);
    default: return *known = false;
    }
    // clang-format on
}

static enum err_code run(struct pickle *k, struct err *err)
{
    while (!k->stopped) {
        bool known;
        if (k->p == k->end)
            return broken(k, err, "ends too early");
        if (k->taken > MEMORY_LIMIT)
            return broken(k, err, "holds too many values");
        uint8_t op = *k->p++;
        if (step(k, op, &known))
            continue;
        if (!known)
            return err_set(err, ERR_FORMAT, "pickle: unknown opcode 0x%02x at byte %zu", op, (size_t)(k->p - 1 - k->start));
        return broken(k, err, "is cut off or broken");
    }
    return ERR_OK;
}

enum err_code pickle_parse(struct pickle **out, const uint8_t *bytes, size_t n, size_t *used, struct err *err)
{
    struct pickle *k = xcalloc(1, sizeof *k);
    k->p = k->start = bytes;
    k->end = bytes + n;
    enum err_code code = run(k, err);
    if (code != ERR_OK) {
        pickle_free(k);
        return code;
    }
    if (used)
        *used = (size_t)(k->p - k->start);
    *out = k;
    return ERR_OK;
}

void pickle_free(struct pickle *k)
{
    if (!k)
        return;
    for (size_t i = 0; i < k->n_chunks; i++)
        free(k->chunks[i]);
    free(k->chunks);
    free(k->stack.v);
    free(k->memo.v);
    free(k->calls.v);
    free(k->persistents.v);
    free(k->marks);
    free(k);
}

const struct pickle_value *pickle_root(const struct pickle *k)
{
    return k->stack.v[k->stack.n - 1];
}

size_t pickle_calls(const struct pickle *k)
{
    return k->calls.n;
}

const struct pickle_value *pickle_call(const struct pickle *k, size_t i)
{
    return k->calls.v[i];
}

size_t pickle_persistents(const struct pickle *k)
{
    return k->persistents.n;
}

const struct pickle_value *pickle_persistent(const struct pickle *k, size_t i)
{
    return k->persistents.v[i];
}

const struct pickle_value *pickle_dict_get(const struct pickle_value *dict, const char *key)
{
    for (size_t i = 0; dict->kind == PICKLE_DICT && i + 1 < dict->n_items; i += 2) {
        if (dict->items[i]->kind == PICKLE_TEXT && str_eq(dict->items[i]->text, key))
            return dict->items[i + 1];
    }
    return NULL;
}
