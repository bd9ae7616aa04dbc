/* The two containers of torch.save: the zip archive (since PyTorch 1.6) and the older stream of pickles with raw storages.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "nn/weights_internal.h"

#include <stdlib.h>
#include <string.h>
#include <zip.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "base/str.h"

/* A storage that was found: the bytes stay with the file. */
struct storage {
    char *key;
    const uint8_t *data;
    size_t n_bytes;
};

struct storages {
    struct storage *v;
    size_t n, cap;
};

static const struct storage *storage_get(const struct storages *s, const char *key)
{
    for (size_t i = 0; i < s->n; i++) {
        if (str_eq(s->v[i].key, key))
            return &s->v[i];
    }
    return NULL;
}

static const struct storage *storage_add(struct storages *s, const char *key, const uint8_t *data, size_t n_bytes)
{
    s->v = xgrow(s->v, &s->cap, s->n + 1, sizeof *s->v);
    s->v[s->n] = (struct storage){xstrdup(key), data, n_bytes};
    return &s->v[s->n++];
}

static void storages_done(struct storages *s)
{
    for (size_t i = 0; i < s->n; i++)
        free(s->v[i].key);
    free(s->v);
}

static enum err_code storage_take(const struct weight_file *file, const struct storage *storage, size_t n_bytes,
                                  const uint8_t **data, struct err *err)
{
    char key[64];
    if (storage->n_bytes < n_bytes)
        return weights_fail(file, err, ERR_FORMAT, WEIGHTS_HINT_AGAIN, "storage %s has %zu bytes, its tensors need %zu",
                            weights_safe(key, sizeof key, storage->key), storage->n_bytes, n_bytes);
    *data = storage->data;
    return ERR_OK;
}

/* --- zip: ROOT/data.pkl, ROOT/data/KEY, ROOT/byteorder ----------------------------------------------------------- */

struct archive {
    struct weight_file *file;
    zip_t *zip;
    char *root; /* "archive/" */
    struct storages storages;
    size_t n_taken; /* bytes of all members read: no more than the file has */
};

static enum err_code member_failed(const struct archive *a, const char *name, zip_error_t *error, struct err *err)
{
    char safe[96];
    weights_safe(safe, sizeof safe, name);
    bool checksum = error && zip_error_code_zip(error) == ZIP_ER_CRC;
    return weights_fail(a->file, err, ERR_FORMAT, WEIGHTS_HINT_AGAIN,
                        checksum ? "the checksum of %s is wrong" : "%s cannot be read from the zip archive", safe);
}

static enum err_code read_bytes(const struct archive *a, const char *name, uint8_t *bytes, size_t n, struct err *err)
{
    zip_file_t *f = zip_fopen(a->zip, name, 0);
    if (!f)
        return member_failed(a, name, zip_get_error(a->zip), err);
    uint8_t beyond; /* the checksum is compared when the end is seen */
    enum err_code code = ERR_OK;
    if (zip_fread(f, bytes, n) != (zip_int64_t)n || zip_fread(f, &beyond, 1) != 0)
        code = member_failed(a, name, zip_file_get_error(f), err);
    zip_fclose(f);
    return code;
}

/* A member in fresh memory with a NUL after it. */
static enum err_code read_member(struct archive *a, const char *name, uint8_t **bytes, size_t *n, struct err *err)
{
    char safe[96];
    zip_stat_t st;
    zip_stat_init(&st);
    if (zip_stat(a->zip, name, 0, &st) != 0)
        return weights_fail(a->file, err, ERR_FORMAT, WEIGHTS_HINT_AGAIN, "%s is missing in the zip archive",
                            weights_safe(safe, sizeof safe, name));
    if (st.comp_method != ZIP_CM_STORE)
        return weights_fail(a->file, err, ERR_UNSUPPORTED, WEIGHTS_HINT_RESAVE,
                            "%s is compressed, which torch.save never does", weights_safe(safe, sizeof safe, name));
    if (st.size > a->file->n_bytes - a->n_taken)
        return weights_fail(a->file, err, ERR_FORMAT, NULL, "%s claims more bytes than the file has",
                            weights_safe(safe, sizeof safe, name));
    *n = (size_t)st.size;
    a->n_taken += *n;
    *bytes = xcalloc(*n + 1, 1);
    enum err_code code = read_bytes(a, name, *bytes, *n, err);
    if (code != ERR_OK)
        free(*bytes);
    return code;
}

static enum err_code zip_find(void *user, const char *key, size_t n_bytes, const uint8_t **data, struct err *err)
{
    struct archive *a = user;
    const struct storage *storage = storage_get(&a->storages, key);
    if (!storage) {
        struct weight_file *file = a->file;
        char *name = xasprintf("%sdata/%s", a->root, key);
        uint8_t *bytes;
        size_t n;
        enum err_code code = read_member(a, name, &bytes, &n, err);
        free(name);
        if (code != ERR_OK)
            return code;
        file->blocks = xgrow(file->blocks, &file->cap_blocks, file->n_blocks + 1, sizeof *file->blocks);
        file->blocks[file->n_blocks++] = bytes;
        storage = storage_add(&a->storages, key, bytes, n);
    }
    return storage_take(a->file, storage, n_bytes, data, err);
}

/* Finds ROOT by "ROOT/data.pkl" and looks for what only a scripted model has. */
static enum err_code find_root(struct archive *a, struct err *err)
{
    bool scripted = false;
    for (zip_int64_t i = 0; i < zip_get_num_entries(a->zip, 0); i++) {
        const char *name = zip_get_name(a->zip, (zip_uint64_t)i, ZIP_FL_ENC_RAW);
        const char *inner = name ? strchr(name, '/') : NULL;
        if (!inner)
            inner = name;
        else
            inner++;
        if (inner && str_eq(inner, "data.pkl") && !a->root)
            a->root = xstrndup(name, (size_t)(inner - name));
        scripted |= inner && (str_eq(inner, "constants.pkl") || str_starts(inner, "code/"));
    }
    if (scripted)
        return weights_fail(a->file, err, ERR_FORMAT, WEIGHTS_HINT_RESAVE,
                            "is a scripted model (TorchScript), not weights");
    if (!a->root)
        return weights_fail(a->file, err, ERR_FORMAT, NULL, "is a zip archive, but not one of torch.save (no data.pkl)");
    return ERR_OK;
}

static enum err_code check_byte_order(struct archive *a, struct err *err)
{
    char *name = xasprintf("%sbyteorder", a->root);
    uint8_t *order = NULL;
    size_t n;
    enum err_code code = ERR_OK;
    if (zip_name_locate(a->zip, name, 0) >= 0) {
        code = read_member(a, name, &order, &n, err);
        if (code == ERR_OK && str_starts((const char *)order, "big"))
            code = weights_fail(a->file, err, ERR_UNSUPPORTED, WEIGHTS_HINT_RESAVE, "has big-endian numbers");
        if (code == ERR_OK || code == ERR_UNSUPPORTED)
            free(order);
    }
    free(name);
    return code;
}

static enum err_code read_archive(struct archive *a, struct err *err)
{
    enum err_code code = find_root(a, err);
    if (code == ERR_OK)
        code = check_byte_order(a, err);
    if (code != ERR_OK)
        return code;
    char *name = xasprintf("%sdata.pkl", a->root);
    uint8_t *bytes;
    size_t n;
    struct pickle *pickle = NULL;
    code = read_member(a, name, &bytes, &n, err);
    free(name);
    if (code != ERR_OK)
        return code;
    code = pickle_parse(&pickle, bytes, n, NULL, err);
    free(bytes);
    if (code == ERR_OK)
        code = pth_collect(a->file, pickle, &(struct storage_source){zip_find, a}, err);
    else
        err_prefix(err, "%s", a->file->path);
    pickle_free(pickle);
    return code;
}

enum err_code pth_read_zip(struct weight_file *file, struct err *err)
{
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t *source = zip_source_buffer_create(file->bytes, file->n_bytes, 0, &error);
    struct archive a = {.file = file};
    a.zip = source ? zip_open_from_source(source, ZIP_RDONLY, &error) : NULL;
    zip_error_fini(&error);
    if (!a.zip) {
        zip_source_free(source);
        return weights_fail(file, err, ERR_FORMAT, WEIGHTS_HINT_AGAIN,
                            "is cut off: %zu bytes, the zip directory at the end is missing", file->n_bytes);
    }
    file->kind = "PyTorch zip";
    enum err_code code = read_archive(&a, err);
    storages_done(&a.storages);
    free(a.root);
    zip_discard(a.zip);
    free(file->bytes); /* the storages were copied out */
    file->bytes = NULL;
    return code;
}

/* --- legacy: pickles of magic, version, system, object and storage keys; then the storages ----------------------- */

static const uint8_t legacy_magic[] = {0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19};
#define LEGACY_VERSION 1001

struct legacy {
    struct weight_file *file;
    size_t at;
    struct storages storages;
};

static enum err_code next_pickle(struct legacy *l, struct pickle **pickle, struct err *err)
{
    size_t used = 0;
    enum err_code code = pickle_parse(pickle, l->file->bytes + l->at, l->file->n_bytes - l->at, &used, err);
    if (code != ERR_OK) {
        err_prefix(err, "%s", l->file->path);
        err_hint(err, "%s", WEIGHTS_HINT_AGAIN);
        return code;
    }
    l->at += used;
    return ERR_OK;
}

static enum err_code check_magic(struct legacy *l, const struct pickle_value *v, struct err *err)
{
    if (v->kind == PICKLE_BIG && v->n_text == sizeof legacy_magic && memcmp(v->text, legacy_magic, v->n_text) == 0)
        return ERR_OK;
    return weights_fail(l->file, err, ERR_FORMAT, WEIGHTS_HINT_RESAVE, "is a plain Python pickle, not a file of torch.save");
}

static enum err_code check_system(struct legacy *l, const struct pickle_value *v, struct err *err)
{
    const struct pickle_value *little = pickle_dict_get(v, "little_endian");
    if (little && little->kind == PICKLE_BOOL && !little->i)
        return weights_fail(l->file, err, ERR_UNSUPPORTED, WEIGHTS_HINT_RESAVE, "has big-endian numbers");
    return ERR_OK;
}

static enum err_code check_version(struct legacy *l, const struct pickle_value *v, struct err *err)
{
    if (v->kind == PICKLE_INT && v->i == LEGACY_VERSION)
        return ERR_OK;
    return weights_fail(l->file, err, ERR_UNSUPPORTED, WEIGHTS_HINT_RESAVE, "has an unknown version of torch.save's old format");
}

static enum err_code read_heads(struct legacy *l, struct err *err)
{
    enum err_code (*const checks[])(struct legacy *, const struct pickle_value *, struct err *) = {check_magic, check_version,
                                                                                                   check_system};
    for (size_t i = 0; i < 3; i++) {
        struct pickle *pickle;
        enum err_code code = next_pickle(l, &pickle, err);
        if (code != ERR_OK)
            return code;
        code = checks[i](l, pickle_root(pickle), err);
        pickle_free(pickle);
        if (code != ERR_OK)
            return code;
    }
    return ERR_OK;
}

/* Element size of the storage with a key, by the first persistent id that names it; 0 when none does. */
static size_t element_size(const struct legacy *l, const struct pickle *object, const char *key)
{
    for (size_t i = 0; i < pickle_persistents(object); i++) {
        struct storage_id id;
        if (pth_storage_id(l->file, pickle_persistent(object, i), &id, NULL) == ERR_OK && str_eq(id.key, key))
            return weight_dtype_size(id.dtype);
    }
    return 0;
}

static enum err_code next_storage(struct legacy *l, const struct pickle *object, const char *key, struct err *err)
{
    char safe[64];
    weights_safe(safe, sizeof safe, key);
    size_t size = element_size(l, object, key), n_bytes;
    if (size == 0)
        return weights_fail(l->file, err, ERR_FORMAT, NULL, "storage %s belongs to no tensor", safe);
    struct reader r = reader_of(l->file->bytes + l->at, l->file->n_bytes - l->at);
    uint64_t n = get_u64(&r);
    size_t left = (size_t)(r.end - r.p);
    if (!r.bad && (n > SIZE_MAX || size_mul((size_t)n, size, &n_bytes) != 0))
        return weights_fail(l->file, err, ERR_FORMAT, NULL, "storage %s: impossible size", safe);
    if (r.bad || n_bytes > left)
        return weights_fail(l->file, err, ERR_FORMAT, WEIGHTS_HINT_AGAIN, "is cut off: storage %s needs %zu bytes, %zu are left",
                            safe, r.bad ? (size_t)8 : n_bytes, r.bad ? l->file->n_bytes - l->at : left);
    storage_add(&l->storages, key, r.p, n_bytes);
    l->at += 8 + n_bytes;
    return ERR_OK;
}

static enum err_code read_storages(struct legacy *l, const struct pickle *object, struct err *err)
{
    struct pickle *keys;
    enum err_code code = next_pickle(l, &keys, err);
    if (code != ERR_OK)
        return code;
    const struct pickle_value *list = pickle_root(keys);
    for (size_t i = 0; code == ERR_OK && i < list->n_items; i++) {
        if (list->items[i]->kind == PICKLE_TEXT)
            code = next_storage(l, object, list->items[i]->text, err);
    }
    pickle_free(keys);
    return code;
}

static enum err_code legacy_find(void *user, const char *key, size_t n_bytes, const uint8_t **data, struct err *err)
{
    struct legacy *l = user;
    char safe[64];
    const struct storage *storage = storage_get(&l->storages, key);
    if (!storage)
        return weights_fail(l->file, err, ERR_FORMAT, WEIGHTS_HINT_AGAIN, "storage %s is missing",
                            weights_safe(safe, sizeof safe, key));
    return storage_take(l->file, storage, n_bytes, data, err);
}

enum err_code pth_read_legacy(struct weight_file *file, struct err *err)
{
    struct legacy l = {.file = file};
    struct pickle *object = NULL;
    file->kind = "PyTorch legacy";
    enum err_code code = read_heads(&l, err);
    if (code == ERR_OK)
        code = next_pickle(&l, &object, err);
    if (code == ERR_OK)
        code = read_storages(&l, object, err);
    if (code == ERR_OK)
        code = pth_collect(file, object, &(struct storage_source){legacy_find, &l}, err);
    pickle_free(object);
    storages_done(&l.storages);
    return code;
}
