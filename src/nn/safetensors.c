/* safetensors: 8 bytes with the header's length, a header in JSON (name -> dtype, shape, data_offsets), the data.
 * source: the format's description in the safetensors repository's README
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "nn/weights_internal.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"

#define HEADER_LIMIT 100000000u /* the format's own limit */
#define META_KEY "__metadata__"

static const struct {
    const char *name;
    enum weight_dtype dtype;
} dtypes[] = {
    {"F32", W_F32}, {"F16", W_F16}, {"BF16", W_BF16}, {"F64", W_F64}, {"I64", W_I64},
    {"I32", W_I32}, {"I16", W_I16}, {"I8", W_I8},     {"U8", W_U8},   {"BOOL", W_BOOL},
};

#define N_DTYPES (sizeof dtypes / sizeof dtypes[0])

/* A tensor of the header with its range in the data. */
struct range {
    const char *name;
    size_t begin, end;
};

struct header {
    struct weight_file *file;
    const uint8_t *data;
    size_t n_data;
    struct range *ranges;
    size_t n_ranges;
    struct err *err;
};

/* --- reading ----------------------------------------------------------------------------------------------------- */

#define FAIL(h, code, hint, ...) weights_fail((h)->file, (h)->err, code, hint, __VA_ARGS__)

/* A whole number that a double holds exactly. */
static bool get_size(const cJSON *item, size_t *out)
{
    double v = cJSON_IsNumber(item) ? item->valuedouble : -1;
    if (!(v >= 0 && v <= 9007199254740992.0) || v != (double)(uint64_t)v)
        return false;
    *out = (size_t)v;
    return true;
}

static bool get_shape(const cJSON *shape, struct weight_entry *e)
{
    const cJSON *item;
    if (!cJSON_IsArray(shape) || cJSON_GetArraySize(shape) > 8)
        return false;
    cJSON_ArrayForEach(item, shape)
    {
        size_t n;
        if (!get_size(item, &n))
            return false;
        e->dims[e->n_dims++] = (int64_t)n;
    }
    return true;
}

static bool get_dtype(const cJSON *item, enum weight_dtype *dtype)
{
    for (size_t i = 0; cJSON_IsString(item) && i < N_DTYPES; i++) {
        if (str_eq(item->valuestring, dtypes[i].name)) {
            *dtype = dtypes[i].dtype;
            return true;
        }
    }
    return false;
}

static bool get_range(const cJSON *offsets, struct range *range)
{
    return cJSON_IsArray(offsets) && cJSON_GetArraySize(offsets) == 2 &&
           get_size(cJSON_GetArrayItem(offsets, 0), &range->begin) && get_size(cJSON_GetArrayItem(offsets, 1), &range->end) &&
           range->begin <= range->end;
}

static enum err_code read_tensor(struct header *h, const cJSON *item)
{
    char name[96];
    weights_safe(name, sizeof name, item->string);
    struct weight_entry e = {.name = item->string};
    struct range range = {.name = item->string};
    const cJSON *dtype = cJSON_GetObjectItemCaseSensitive(item, "dtype");
    if (!get_shape(cJSON_GetObjectItemCaseSensitive(item, "shape"), &e) ||
        !get_range(cJSON_GetObjectItemCaseSensitive(item, "data_offsets"), &range) || !cJSON_IsString(dtype))
        return FAIL(h, ERR_FORMAT, NULL, "header: %s: needs dtype, shape and data_offsets", name);
    if (!get_dtype(dtype, &e.dtype))
        return FAIL(h, ERR_UNSUPPORTED, NULL, "%s: numbers of type %.16s are not supported", name, dtype->valuestring);
    size_t n, n_bytes;
    if (!weight_elements(e.dims, e.n_dims, &n) || size_mul(n, weight_dtype_size(e.dtype), &n_bytes) != 0 ||
        n_bytes != range.end - range.begin)
        return FAIL(h, ERR_FORMAT, NULL, "header: %s: its shape does not fit its %zu bytes", name, range.end - range.begin);
    if (range.end > h->n_data)
        return FAIL(h, ERR_FORMAT, WEIGHTS_HINT_AGAIN, "is cut off: %s ends at byte %zu of the data, %zu bytes are there",
                    name, range.end, h->n_data);
    int64_t stride = 1; /* of an empty tensor they may be too large for a number, and nobody reads them */
    for (int d = e.n_dims; n > 0 && d-- > 0; stride *= e.dims[d])
        e.strides[d] = stride;
    e.data = h->data + range.begin;
    e.n_bytes = n_bytes;
    h->ranges[h->n_ranges++] = range;
    return weights_add(h->file, &e, h->err);
}

static enum err_code read_meta(struct header *h, const cJSON *meta)
{
    struct weight_file *file = h->file;
    const cJSON *item;
    if (!cJSON_IsObject(meta))
        return FAIL(h, ERR_FORMAT, NULL, "header: " META_KEY " is not a table of texts");
    if (file->meta)
        return FAIL(h, ERR_FORMAT, NULL, "header: " META_KEY " is there twice");
    file->meta = xcalloc((size_t)cJSON_GetArraySize(meta) + 1, sizeof *file->meta);
    cJSON_ArrayForEach(item, meta)
    {
        if (!cJSON_IsString(item))
            return FAIL(h, ERR_FORMAT, NULL, "header: " META_KEY " is not a table of texts");
        file->meta[file->n_meta][0] = xstrdup(item->string);
        file->meta[file->n_meta++][1] = xstrdup(item->valuestring);
    }
    return ERR_OK;
}

static int by_begin(const void *a, const void *b)
{
    const struct range *x = a, *y = b;
    if (x->begin != y->begin)
        return x->begin < y->begin ? -1 : 1;
    return x->end < y->end ? -1 : x->end > y->end;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct range *)a)->name, ((const struct range *)b)->name);
}

static enum err_code check_names(struct header *h)
{
    char name[96];
    qsort(h->ranges, h->n_ranges, sizeof *h->ranges, by_name);
    for (size_t i = 1; i < h->n_ranges; i++) {
        if (str_eq(h->ranges[i - 1].name, h->ranges[i].name))
            return FAIL(h, ERR_FORMAT, NULL, "header: %s is there twice", weights_safe(name, sizeof name, h->ranges[i].name));
    }
    return ERR_OK;
}

/* The format allows neither overlaps nor gaps nor anything after the last tensor. */
static enum err_code check_ranges(struct header *h)
{
    char name[96];
    size_t at = 0;
    qsort(h->ranges, h->n_ranges, sizeof *h->ranges, by_begin);
    for (size_t i = 0; i < h->n_ranges; i++) {
        const struct range *r = &h->ranges[i];
        weights_safe(name, sizeof name, r->name);
        if (r->begin < at)
            return FAIL(h, ERR_FORMAT, NULL, "%s overlaps the tensor before it by %zu bytes", name, at - r->begin);
        if (r->begin > at)
            return FAIL(h, ERR_FORMAT, NULL, "%zu bytes before %s belong to no tensor", r->begin - at, name);
        at = r->end;
    }
    if (at != h->n_data)
        return FAIL(h, ERR_FORMAT, NULL, "%zu bytes too many after the last tensor", h->n_data - at);
    return ERR_OK;
}

static enum err_code read_header(struct header *h, const cJSON *root)
{
    const cJSON *item;
    enum err_code code = ERR_OK;
    h->ranges = xcalloc((size_t)cJSON_GetArraySize(root) + 1, sizeof *h->ranges);
    cJSON_ArrayForEach(item, root)
    {
        code = str_eq(item->string, META_KEY) ? read_meta(h, item) : read_tensor(h, item);
        if (code != ERR_OK)
            return code;
    }
    code = check_names(h);
    return code == ERR_OK ? check_ranges(h) : code;
}

enum err_code safetensors_read(struct weight_file *file, struct err *err)
{
    struct header h = {.file = file, .err = err};
    struct reader r = reader_of(file->bytes, file->n_bytes);
    uint64_t n = get_u64(&r);
    file->kind = "safetensors";
    if (r.bad)
        return FAIL(&h, ERR_FORMAT, WEIGHTS_HINT_AGAIN, "is cut off: %zu bytes, the header is missing", file->n_bytes);
    if (n > HEADER_LIMIT)
        return FAIL(&h, ERR_FORMAT, NULL, "claims a header of %" PRIu64 " bytes, more than safetensors allows", n);
    if (n > file->n_bytes - 8)
        return FAIL(&h, ERR_FORMAT, WEIGHTS_HINT_AGAIN, "is cut off: the header needs %" PRIu64 " bytes, %zu are there", n,
                    file->n_bytes - 8);
    h.data = r.p + n;
    h.n_data = file->n_bytes - 8 - (size_t)n;
    cJSON *root = cJSON_ParseWithLength((const char *)r.p, (size_t)n);
    enum err_code code;
    if (!cJSON_IsObject(root))
        code = FAIL(&h, ERR_FORMAT, NULL, "the safetensors header is not JSON");
    else
        code = read_header(&h, root);
    cJSON_Delete(root);
    free(h.ranges);
    return code;
}

/* --- writing ----------------------------------------------------------------------------------------------------- */

static void add_json(struct str *s, const char *text)
{
    str_add_c(s, '"');
    for (const char *p = text; *p; p++) {
        if ((unsigned char)*p < 0x20)
            str_printf(s, "\\u%04x", (unsigned char)*p);
        else if (*p == '"' || *p == '\\')
            str_printf(s, "\\%c", *p);
        else
            str_add_c(s, *p);
    }
    str_add_c(s, '"');
}

static size_t out_bytes(const struct weight_out *t)
{
    size_t n = weight_dtype_size(t->dtype);
    for (int d = 0; d < t->n_dims; d++)
        n *= (size_t)t->dims[d];
    return n;
}

static void add_tensor(struct str *s, const struct weight_out *t, size_t at)
{
    const char *dtype = NULL;
    for (size_t i = 0; i < N_DTYPES; i++) {
        if (dtypes[i].dtype == t->dtype)
            dtype = dtypes[i].name;
    }
    add_json(s, t->name);
    str_printf(s, ":{\"dtype\":\"%s\",\"shape\":[", dtype);
    for (int d = 0; d < t->n_dims; d++)
        str_printf(s, "%s%" PRId64, d ? "," : "", t->dims[d]);
    str_printf(s, "],\"data_offsets\":[%zu,%zu]}", at, at + out_bytes(t));
}

static void make_header(struct str *s, const struct weight_out *tensors, size_t n, const char *const (*meta)[2], size_t n_meta)
{
    size_t at = 0;
    str_add_c(s, '{');
    if (n_meta)
        str_add(s, "\"" META_KEY "\":{");
    for (size_t i = 0; i < n_meta; i++) {
        str_add(s, i ? "," : "");
        add_json(s, meta[i][0]);
        str_add_c(s, ':');
        add_json(s, meta[i][1]);
    }
    if (n_meta)
        str_add_c(s, '}');
    for (size_t i = 0; i < n; i++) {
        str_add(s, i || n_meta ? "," : "");
        add_tensor(s, &tensors[i], at);
        at += out_bytes(&tensors[i]);
    }
    str_add_c(s, '}');
    while (s->len % 8)
        str_add_c(s, ' ');
}

enum err_code safetensors_write(const char *path, const struct weight_out *tensors, size_t n, const char *const (*meta)[2],
                                size_t n_meta, struct err *err)
{
    struct str header = STR_INIT, length = STR_INIT;
    struct file_writer *w;
    make_header(&header, tensors, n, meta, n_meta);
    put_u64(&length, header.len);
    enum err_code code = file_writer_open(&w, path, err);
    if (code == ERR_OK) {
        code = file_writer_write(w, length.s, length.len, err);
        if (code == ERR_OK)
            code = file_writer_write(w, header.s, header.len, err);
        for (size_t i = 0; code == ERR_OK && i < n; i++)
            code = file_writer_write(w, tensors[i].data, out_bytes(&tensors[i]), err);
        if (code == ERR_OK)
            code = file_writer_commit(w, err);
        else
            file_writer_abort(w);
    }
    str_done(&header);
    str_done(&length);
    return code;
}
