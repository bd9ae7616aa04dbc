/* Tensors out of the pickle of torch.save: which names are known, what they mean, and where a state_dict hides.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "nn/weights_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "base/str.h"

#define MAX_DEPTH 32          /* of modules in modules, wrappers in wrappers */
#define MAX_ENTRIES 1000000

struct collect {
    struct weight_file *file;
    const struct storage_source *source; /* NULL while only counting */
    size_t n, n_modules;                 /* tensors and modules met */
    struct err *err;
};

/* --- names ------------------------------------------------------------------------------------------------------- */

static bool is_call(const struct pickle_value *v, const char *name)
{
    return v->kind == PICKLE_CALL && v->callee->kind == PICKLE_GLOBAL && str_eq(v->callee->text, name);
}

static const char *const tensor_functions[] = {
    "torch._utils._rebuild_tensor_v2",
    "torch._utils._rebuild_tensor",
    "torch._utils._rebuild_parameter",
    "torch._utils._rebuild_parameter_with_state",
    "torch._tensor._rebuild_from_type_v2",
};

/* Functions that make plain data beside weights. Their results are not needed, so that they stay as unmade as all others; a file is
 * not refused for naming them. */
static const char *const data_functions[] = {
    "_codecs.encode", "builtins.bytearray", "builtins.complex", "builtins.frozenset", "builtins.set", "__builtin__.set",
    "collections.Counter", "collections.defaultdict", "collections.deque", "copy_reg._reconstructor",
    "copyreg._reconstructor", "datetime.datetime", "functools.partial", "numpy._core.multiarray._reconstruct",
    "numpy._core.multiarray.scalar", "numpy.core.multiarray._reconstruct", "numpy.core.multiarray.scalar", "numpy.dtype",
    "pathlib.PosixPath", "torch.Size", "torch.device", "torch.serialization._get_layout",
};

static bool listed(const char *name, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (str_eq(name, list[i]))
            return true;
    }
    return false;
}

#define LISTED(name, list) listed(name, list, sizeof(list) / sizeof(list)[0])

static const char *callee_name(const struct pickle_value *call)
{
    const struct pickle_value *callee = call->callee;
    if (callee->kind == PICKLE_PERSISTENT && callee->args->kind == PICKLE_TUPLE && callee->args->n_items > 1)
        callee = callee->args->items[1]; /* old streams of whole modules: ('module', class, file, source) */
    return callee->kind == PICKLE_GLOBAL ? callee->text : "a computed function";
}

static void add_name(struct str *s, const char *name, int *n)
{
    char safe[96];
    weights_safe(safe, sizeof safe, name);
    if (s->s && strstr(s->s, safe))
        return;
    if (++*n <= 4)
        str_printf(s, "%s%s", *n > 1 ? ", " : "", safe);
    else if (*n == 5)
        str_add(s, ", ...");
}

/* Function calls outside the lists: nothing of such a file is used. */
static enum err_code refuse_calls(const struct weight_file *file, const struct pickle *pickle, struct err *err)
{
    struct str names = STR_INIT;
    int n = 0;
    for (size_t i = 0; i < pickle_calls(pickle); i++) {
        const struct pickle_value *call = pickle_call(pickle, i);
        const char *name = callee_name(call);
        if (!call->i && !LISTED(name, tensor_functions) && !LISTED(name, data_functions))
            add_name(&names, name, &n);
    }
    enum err_code code = ERR_OK;
    if (n)
        code = weights_fail(file, err, ERR_FORMAT, WEIGHTS_HINT_RESAVE,
                            "wants to call %s: refused, nothing in it was run", names.s);
    str_done(&names);
    return code;
}

static enum err_code no_tensors(const struct weight_file *file, const struct pickle *pickle, struct err *err)
{
    const struct pickle_value *root = pickle_root(pickle);
    struct str names = STR_INIT;
    int n = 0;
    for (size_t i = 0; i < pickle_calls(pickle); i++) {
        if (pickle_call(pickle, i)->i)
            add_name(&names, callee_name(pickle_call(pickle, i)), &n);
    }
    bool classes = n > 0;
    for (size_t i = 0; !classes && root->kind == PICKLE_DICT && i + 1 < root->n_items; i += 2) {
        if (root->items[i]->kind == PICKLE_TEXT)
            add_name(&names, root->items[i]->text, &n);
    }
    const char *what = classes ? ", but objects of foreign classes: " : n ? "; its keys: " : "";
    enum err_code code = weights_fail(file, err, ERR_FORMAT, WEIGHTS_HINT_RESAVE, "holds no state_dict of tensors%s%s", what,
                                      n ? names.s : "");
    str_done(&names);
    return code;
}

/* --- one tensor -------------------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    enum weight_dtype dtype;
} storage_types[] = {
    {"FloatStorage", W_F32}, {"HalfStorage", W_F16}, {"BFloat16Storage", W_BF16}, {"DoubleStorage", W_F64},
    {"LongStorage", W_I64}, {"IntStorage", W_I32}, {"ShortStorage", W_I16}, {"CharStorage", W_I8},
    {"ByteStorage", W_U8}, {"BoolStorage", W_BOOL}, {"UntypedStorage", W_U8},
};

static bool storage_dtype(const struct pickle_value *type, enum weight_dtype *dtype)
{
    if (type->kind != PICKLE_GLOBAL || !str_starts(type->text, "torch."))
        return false;
    const char *name = strrchr(type->text, '.') + 1; /* "torch.FloatStorage", "torch.cuda.FloatStorage" */
    for (size_t i = 0; i < sizeof storage_types / sizeof storage_types[0]; i++) {
        if (str_eq(name, storage_types[i].name)) {
            *dtype = storage_types[i].dtype;
            return true;
        }
    }
    return false;
}

static bool is_size(const struct pickle_value *v)
{
    return v->kind == PICKLE_INT && v->i >= 0;
}

/* ('storage', type, key, location, elements) and, in old streams, None or (key, offset, elements) of a view. */
enum err_code pth_storage_id(const struct weight_file *file, const struct pickle_value *persistent, struct storage_id *id,
                             struct err *err)
{
    const struct pickle_value *args = persistent->args;
    struct pickle_value *const *v = args->items;
    if (persistent->kind != PICKLE_PERSISTENT || args->kind != PICKLE_TUPLE || args->n_items < 5 ||
        v[0]->kind != PICKLE_TEXT || !str_eq(v[0]->text, "storage") || v[2]->kind != PICKLE_TEXT || !is_size(v[4]))
        return weights_fail(file, err, ERR_FORMAT, WEIGHTS_HINT_RESAVE, "a tensor's storage is not described as torch.save does");
    *id = (struct storage_id){.key = v[2]->text, .n = (size_t)v[4]->i};
    if (!storage_dtype(v[1], &id->dtype)) {
        char name[96];
        weights_safe(name, sizeof name, v[1]->kind == PICKLE_GLOBAL ? v[1]->text : "unknown");
        return weights_fail(file, err, ERR_UNSUPPORTED, WEIGHTS_HINT_RESAVE, "numbers of type %s are not supported", name);
    }
    if (args->n_items < 6 || v[5]->kind != PICKLE_TUPLE)
        return ERR_OK;
    const struct pickle_value *view = v[5];
    if (view->n_items != 3 || !is_size(view->items[1]) || !is_size(view->items[2]))
        return weights_fail(file, err, ERR_FORMAT, WEIGHTS_HINT_RESAVE, "a view of a storage is not described as torch.save does");
    id->offset = (size_t)view->items[1]->i;
    id->n = (size_t)view->items[2]->i;
    return ERR_OK;
}

/* The call of _rebuild_tensor* inside a value: through Parameter and through subclasses of Tensor; *args its arguments. */
static bool tensor_args(const struct pickle_value *v, const struct pickle_value **args)
{
    for (int depth = 0; depth < 4; depth++) {
        bool parameter = is_call(v, tensor_functions[2]) || is_call(v, tensor_functions[3]);
        if (is_call(v, tensor_functions[0]) || is_call(v, tensor_functions[1])) {
            *args = v->args;
            return v->args->n_items >= 4;
        }
        if (is_call(v, tensor_functions[4]) && v->args->n_items >= 3) {
            *args = v->args->items[2];
            return v->args->items[0]->kind == PICKLE_GLOBAL && str_eq(v->args->items[0]->text, tensor_functions[0]) &&
                   (*args)->kind == PICKLE_TUPLE && (*args)->n_items >= 4;
        }
        if (!parameter || v->args->n_items < 1)
            return false;
        v = v->args->items[0];
    }
    return false;
}

static bool get_sizes(const struct pickle_value *tuple, int64_t out[8])
{
    if (is_call(tuple, "torch.Size") && tuple->args->n_items == 1)
        tuple = tuple->args->items[0];
    if ((tuple->kind != PICKLE_TUPLE && tuple->kind != PICKLE_LIST) || tuple->n_items > 8)
        return false;
    for (size_t i = 0; i < tuple->n_items; i++) {
        if (!is_size(tuple->items[i]))
            return false;
        out[i] = tuple->items[i]->i;
    }
    return true;
}

static enum err_code add_tensor(struct collect *c, const char *name, const struct pickle_value *args)
{
    struct pickle_value *const *v = args->items; /* storage, offset, size, stride, ... */
    char safe[96];
    weights_safe(safe, sizeof safe, name);
    struct weight_entry e = {.name = name, .n_dims = (int)v[2]->n_items};
    if (is_call(v[2], "torch.Size") && v[2]->args->n_items == 1)
        e.n_dims = (int)v[2]->args->items[0]->n_items;
    if (v[0]->kind != PICKLE_PERSISTENT || !is_size(v[1]) || !get_sizes(v[2], e.dims) || !get_sizes(v[3], e.strides) ||
        (int)v[3]->n_items != e.n_dims)
        return weights_fail(c->file, c->err, ERR_FORMAT, WEIGHTS_HINT_RESAVE, "%s: not described as torch.save does", safe);
    struct storage_id id;
    enum err_code code = pth_storage_id(c->file, v[0], &id, c->err);
    if (code != ERR_OK)
        return code;
    size_t size = weight_dtype_size(id.dtype), offset = (size_t)v[1]->i, n_bytes;
    const uint8_t *data = NULL;
    if (offset > id.n || size_mul(id.n, size, &n_bytes) != 0 || id.offset > SIZE_MAX / size - id.n)
        return weights_fail(c->file, c->err, ERR_FORMAT, NULL, "%s: reaches beyond its storage", safe);
    code = c->source->find(c->source->user, id.key, (id.offset + id.n) * size, &data, c->err);
    if (code != ERR_OK)
        return code;
    e.dtype = id.dtype;
    e.data = data + (id.offset + offset) * size;
    e.n_bytes = n_bytes - offset * size;
    return weights_add(c->file, &e, c->err);
}

/* Counts, and takes when there is a source, a value that is a tensor. */
static enum err_code meet(struct collect *c, const char *prefix, const struct pickle_value *key,
                          const struct pickle_value *v)
{
    const struct pickle_value *args;
    if (key->kind != PICKLE_TEXT || strlen(key->text) != key->n_text || !tensor_args(v, &args))
        return ERR_OK;
    if (++c->n > MAX_ENTRIES)
        return weights_fail(c->file, c->err, ERR_FORMAT, NULL, "holds too many tensors");
    if (!c->source)
        return ERR_OK;
    char *name = xasprintf("%s%s", prefix, key->text);
    enum err_code code = add_tensor(c, name, args);
    free(name);
    return code;
}

/* --- dicts and whole modules ------------------------------------------------------------------------------------- */

static enum err_code walk_dict(struct collect *c, const char *prefix, const struct pickle_value *dict)
{
    enum err_code code = ERR_OK;
    for (size_t i = 0; code == ERR_OK && i + 1 < dict->n_items; i += 2)
        code = meet(c, prefix, dict->items[i], dict->items[i + 1]);
    return code;
}

static const struct pickle_value *module_part(const struct pickle_value *module, const char *part)
{
    const struct pickle_value *v = module->state ? pickle_dict_get(module->state, part) : NULL;
    return v && v->kind == PICKLE_DICT ? v : NULL;
}

static bool is_module(const struct pickle_value *v)
{
    return v->kind == PICKLE_CALL && v->i && module_part(v, "_parameters") && module_part(v, "_modules");
}

/* A pickled nn.Module keeps its tensors in plain dicts, so they can be had without knowing its class. */
static enum err_code walk_module(struct collect *c, const char *prefix, const struct pickle_value *module, int depth)
{
    if (depth > MAX_DEPTH || ++c->n_modules > MAX_ENTRIES)
        return weights_fail(c->file, c->err, ERR_FORMAT, NULL, "modules are nested too deep");
    enum err_code code = walk_dict(c, prefix, module_part(module, "_parameters"));
    const struct pickle_value *buffers = module_part(module, "_buffers"), *inner = module_part(module, "_modules");
    if (code == ERR_OK && buffers)
        code = walk_dict(c, prefix, buffers);
    for (size_t i = 0; code == ERR_OK && i + 1 < inner->n_items; i += 2) {
        if (inner->items[i]->kind != PICKLE_TEXT || !is_module(inner->items[i + 1]))
            continue;
        char *name = xasprintf("%s%s.", prefix, inner->items[i]->text);
        code = walk_module(c, name, inner->items[i + 1], depth + 1);
        free(name);
    }
    return code;
}

static enum err_code walk(struct collect *c, const struct pickle_value *v)
{
    if (v->kind == PICKLE_DICT)
        return walk_dict(c, "", v);
    return is_module(v) ? walk_module(c, "", v, 0) : ERR_OK;
}

/* --- wrappers ---------------------------------------------------------------------------------------------------- */

static const char *const wrappers[] = {"state_dict", "model", "model_state_dict", "net", "ema"};

struct found {
    const struct pickle_value *v;
    size_t n;
    char where[96];
};

/* The value with most tensors: v itself, or what lies under one of the usual keys; the first of equals. */
static enum err_code search(struct collect *c, struct found *best, const struct pickle_value *v, const char *where, int depth)
{
    c->n = 0;
    enum err_code code = walk(c, v);
    if (code != ERR_OK)
        return code;
    if (c->n > best->n) {
        *best = (struct found){.v = v, .n = c->n};
        if (is_module(v))
            snprintf(best->where, sizeof best->where, "%s%swhole model of class %s", where, *where ? ", " : "", callee_name(v));
        else
            snprintf(best->where, sizeof best->where, "%s", where);
    }
    for (size_t i = 0; depth < 3 && i < sizeof wrappers / sizeof wrappers[0]; i++) {
        const struct pickle_value *inner = pickle_dict_get(v, wrappers[i]);
        char path[96];
        if (!inner)
            continue;
        snprintf(path, sizeof path, "%s%s%s", where, *where ? "." : "", wrappers[i]);
        code = search(c, best, inner, path, depth + 1);
        if (code != ERR_OK)
            return code;
    }
    return ERR_OK;
}

/* --- texts beside the tensors ------------------------------------------------------------------------------------ */

static char *text_of(const struct pickle_value *v)
{
    if (v->kind == PICKLE_TEXT)
        return xstrdup(v->text);
    if (v->kind == PICKLE_INT || v->kind == PICKLE_BOOL)
        return xasprintf("%" PRId64, v->i);
    char number[NUM_TEXT];
    return v->kind == PICKLE_REAL ? xstrdup(num_real(number, v->real)) : NULL;
}

static void add_texts(struct weight_file *file, const char *key, const struct pickle_value *v)
{
    bool list = v->kind == PICKLE_LIST || v->kind == PICKLE_TUPLE;
    struct weight_texts texts = {.n = list ? v->n_items : 1};
    texts.texts = xcalloc(texts.n + 1, sizeof *texts.texts);
    for (size_t i = 0; i < texts.n; i++) {
        texts.texts[i] = text_of(list ? v->items[i] : v);
        if (texts.texts[i])
            continue;
        while (i > 0)
            free(texts.texts[--i]);
        free(texts.texts);
        return; /* not a flat list */
    }
    texts.key = xstrdup(key);
    file->texts = xrealloc(file->texts, file->n_texts + 1, sizeof *file->texts);
    file->texts[file->n_texts++] = texts;
}

static void collect_texts(struct weight_file *file, const struct pickle_value *root)
{
    for (size_t i = 0; root->kind == PICKLE_DICT && i + 1 < root->n_items; i += 2) {
        if (root->items[i]->kind == PICKLE_TEXT)
            add_texts(file, root->items[i]->text, root->items[i + 1]);
    }
}

enum err_code pth_collect(struct weight_file *file, const struct pickle *pickle, const struct storage_source *source,
                          struct err *err)
{
    struct collect c = {.file = file, .err = err};
    struct found best = {.n = 0};
    enum err_code code = refuse_calls(file, pickle, err);
    if (code == ERR_OK)
        code = search(&c, &best, pickle_root(pickle), "", 0);
    if (code != ERR_OK)
        return code;
    if (best.n == 0)
        return no_tensors(file, pickle, err);
    c = (struct collect){.file = file, .source = source, .err = err};
    code = walk(&c, best.v);
    if (code != ERR_OK)
        return code;
    file->wrapper = xstrdup(best.where);
    collect_texts(file, pickle_root(pickle));
    return ERR_OK;
}
