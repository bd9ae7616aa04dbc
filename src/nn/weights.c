/* Opening a weight file of any known container, and numbers out of its entries.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "nn/weights_internal.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "weight files are little-endian and their numbers are copied as they are"
#endif

#define SIZE_LIMIT ((size_t)8 << 30)

enum err_code weights_fail(const struct weight_file *file, struct err *err, enum err_code code, const char *hint,
                           const char *format, ...)
{
    char text[400];
    va_list ap;
    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    err_set(err, code, "%s: %s", file->path, text);
    if (hint)
        err_hint(err, "%s", hint);
    return code;
}

char *weights_safe(char *out, size_t size, const char *text)
{
    struct str s = STR_INIT;
    str_add_safe(&s, text);
    snprintf(out, size, "%s", s.s ? s.s : "");
    str_done(&s);
    return out;
}

/* --- what a file is ---------------------------------------------------------------------------------------------- */

static const struct {
    size_t at;
    const char *magic, *what, *hint;
} strangers[] = {
    {0, "version https://git-lfs", "is a pointer file, not the weights it stands for", "fetch the real file: git lfs pull"},
    {0, "\xff\xd8\xff", "is a JPEG picture, not weights", NULL},
    {0, "\x89PNG", "is a PNG picture, not weights", NULL},
    {0, "GIF8", "is a GIF picture, not weights", NULL},
    {8, "WEBP", "is a WebP picture, not weights", NULL},
    {0, "%PDF", "is a PDF document, not weights", NULL},
    {0, "\x89HDF", "is an HDF5 file (Keras?), not weights of PyTorch", NULL},
    {0, "\x1f\x8b", "is compressed by gzip", "unpack it first: gunzip"},
    {0, "BZh", "is compressed by bzip2", "unpack it first: bunzip2"},
    {0, "\xfd" "7zXZ", "is compressed by xz", "unpack it first: unxz"},
    {0, "\x7f" "ELF", "is a program, not weights", NULL},
    {0, "GGUF", "is a GGUF file, not weights of an image net", NULL},
};

static bool has_at(const struct weight_file *file, size_t at, const char *magic)
{
    size_t n = strlen(magic);
    return file->n_bytes >= at + n && memcmp(file->bytes + at, magic, n) == 0;
}

static bool is_web_page(const struct weight_file *file)
{
    size_t i = has_at(file, 0, "\xef\xbb\xbf") ? 3 : 0;
    while (i < file->n_bytes && isspace(file->bytes[i]))
        i++;
    return i < file->n_bytes && file->bytes[i] == '<';
}

static enum err_code name_stranger(const struct weight_file *file, struct err *err)
{
    for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++) {
        if (has_at(file, strangers[i].at, strangers[i].magic))
            return weights_fail(file, err, ERR_FORMAT, strangers[i].hint, "%s", strangers[i].what);
    }
    if (is_web_page(file))
        return weights_fail(file, err, ERR_FORMAT, "the download got an error page: fetch the file again",
                            "is a web page, not weights");
    if (has_at(file, 257, "ustar"))
        return weights_fail(file, err, ERR_UNSUPPORTED, "load it once in Python and save it again with torch.save",
                            "is a tar archive, PyTorch's format before 2017");
    return weights_fail(file, err, ERR_FORMAT, NULL, "is no weight file: neither safetensors nor of torch.save");
}

static enum err_code read_any(struct weight_file *file, struct err *err)
{
    if (file->n_bytes == 0)
        return weights_fail(file, err, ERR_FORMAT, WEIGHTS_HINT_AGAIN, "is empty");
    if (has_at(file, 0, "PK\x03\x04") || has_at(file, 0, "PK\x05\x06"))
        return pth_read_zip(file, err);
    if (file->bytes[0] == 0x80 && file->n_bytes > 1 && file->bytes[1] >= 2 && file->bytes[1] <= 5 && !has_at(file, 8, "{"))
        return pth_read_legacy(file, err);
    if (has_at(file, 8, "{") || str_ends(file->path, ".safetensors"))
        return safetensors_read(file, err);
    return name_stranger(file, err);
}

enum err_code weights_open(struct weight_file **out, const char *path, struct err *err)
{
    struct weight_file *file = xcalloc(1, sizeof *file);
    file->path = xstrdup(path);
    char *bytes;
    enum err_code code = file_read(path, SIZE_LIMIT, &bytes, &file->n_bytes, err);
    if (code == ERR_OK) {
        file->bytes = (uint8_t *)bytes;
        code = read_any(file, err);
    }
    if (code != ERR_OK) {
        weights_close(file);
        return code;
    }
    *out = file;
    return ERR_OK;
}

static void free_texts(struct weight_texts *texts)
{
    for (size_t i = 0; i < texts->n; i++)
        free(texts->texts[i]);
    free(texts->texts);
    free(texts->key);
}

void weights_close(struct weight_file *file)
{
    if (!file)
        return;
    for (size_t i = 0; i < file->n_entries; i++)
        free((char *)file->entries[i].name);
    for (size_t i = 0; i < file->n_blocks; i++)
        free(file->blocks[i]);
    for (size_t i = 0; i < file->n_meta; i++) {
        free(file->meta[i][0]);
        free(file->meta[i][1]);
    }
    for (size_t i = 0; i < file->n_texts; i++)
        free_texts(&file->texts[i]);
    free(file->entries);
    free(file->blocks);
    free(file->meta);
    free(file->texts);
    free(file->bytes);
    free(file->path);
    free(file->wrapper);
    free(file);
}

/* --- entries ----------------------------------------------------------------------------------------------------- */

size_t weight_dtype_size(enum weight_dtype dtype)
{
    static const size_t sizes[] = {[W_F32] = 4, [W_F16] = 2, [W_BF16] = 2, [W_F64] = 8, [W_I64] = 8,
                                   [W_I32] = 4, [W_I16] = 2, [W_I8] = 1,   [W_U8] = 1,  [W_BOOL] = 1};
    return sizes[dtype];
}

bool weight_elements(const int64_t *dims, int n_dims, size_t *n)
{
    *n = 1;
    for (int d = 0; d < n_dims; d++) {
        if (dims[d] < 0 || size_mul(*n, (size_t)dims[d], n) != 0)
            return false;
    }
    return true;
}

/* Elements from the first to the last one, inclusive; false on overflow. */
static bool reach_of(const struct weight_entry *e, size_t n_elements, size_t *reach)
{
    *reach = n_elements > 0;
    for (int d = 0; n_elements > 0 && d < e->n_dims; d++) {
        size_t step;
        if (e->strides[d] < 0 || size_mul((size_t)e->dims[d] - 1, (size_t)e->strides[d], &step) != 0 ||
            step > SIZE_MAX - *reach)
            return false;
        *reach += step;
    }
    return true;
}

enum err_code weights_add(struct weight_file *file, const struct weight_entry *entry, struct err *err)
{
    char safe[96];
    size_t n, reach, n_bytes;
    if (!weight_elements(entry->dims, entry->n_dims, &n) || !reach_of(entry, n, &reach) ||
        size_mul(reach, weight_dtype_size(entry->dtype), &n_bytes) != 0 || n_bytes > entry->n_bytes)
        return weights_fail(file, err, ERR_FORMAT, WEIGHTS_HINT_AGAIN, "%s: reaches beyond its storage",
                            weights_safe(safe, sizeof safe, entry->name));
    file->entries = xgrow(file->entries, &file->cap_entries, file->n_entries + 1, sizeof *file->entries);
    struct weight_entry *own = &file->entries[file->n_entries++];
    *own = *entry;
    own->name = xstrdup(entry->name);
    return ERR_OK;
}

size_t weights_count(const struct weight_file *file)
{
    return file->n_entries;
}

const struct weight_entry *weights_at(const struct weight_file *file, size_t i)
{
    return &file->entries[i];
}

const struct weight_entry *weights_get(const struct weight_file *file, const char *name)
{
    for (size_t i = 0; i < file->n_entries; i++) {
        if (str_eq(file->entries[i].name, name))
            return &file->entries[i];
    }
    return NULL;
}

const char *weights_kind(const struct weight_file *file)
{
    return file->kind;
}

const char *weights_wrapper(const struct weight_file *file)
{
    return file->wrapper ? file->wrapper : "";
}

const char *weights_meta(const struct weight_file *file, const char *key)
{
    for (size_t i = 0; i < file->n_meta; i++) {
        if (str_eq(file->meta[i][0], key))
            return file->meta[i][1];
    }
    return NULL;
}

const char *const *weights_texts(const struct weight_file *file, const char *key, size_t *n)
{
    for (size_t i = 0; i < file->n_texts; i++) {
        if (str_eq(file->texts[i].key, key)) {
            *n = file->texts[i].n;
            return (const char *const *)file->texts[i].texts;
        }
    }
    return NULL;
}

/* --- numbers ----------------------------------------------------------------------------------------------------- */

/* IEEE 754 binary16: sign, 5 bits of exponent, 10 of fraction. */
static float from_half(uint16_t h)
{
    int exponent = h >> 10 & 31, fraction = h & 1023;
    float v;
    if (exponent == 31)
        v = fraction ? NAN : INFINITY;
    else if (exponent == 0)
        v = ldexpf((float)fraction, -24);
    else
        v = ldexpf((float)(fraction + 1024), exponent - 25);
    return h & 0x8000 ? -v : v;
}

static float from_bf16(uint16_t b)
{
    uint32_t u = (uint32_t)b << 16;
    float v;
    memcpy(&v, &u, sizeof v);
    return v;
}

static float element_f32(enum weight_dtype dtype, const uint8_t *p)
{
    union {
        float f32;
        double f64;
        uint16_t u16;
        int64_t i64;
        int32_t i32;
        int16_t i16;
    } u = {.i64 = 0};
    memcpy(&u, p, weight_dtype_size(dtype)); /* entries need not be aligned */
    // clang-format off
    switch (dtype) {
    case W_F32: return u.f32;
    case W_F16: return from_half(u.u16);
    case W_BF16: return from_bf16(u.u16);
    case W_F64: return (float)u.f64;
    case W_I64: return (float)u.i64;
    case W_I32: return (float)u.i32;
    case W_I16: return u.i16;
    case W_I8: return (int8_t)*p;
    case W_U8: return *p;
    case W_BOOL: return *p != 0;
    }
    // clang-format on
    return 0;
}

static int64_t element_i64(enum weight_dtype dtype, const uint8_t *p)
{
    int64_t i64;
    if (dtype != W_I64)
        return (int64_t)element_f32(dtype, p);
    memcpy(&i64, p, sizeof i64);
    return i64;
}

/* The element after at in C order; returns its offset in elements. */
static size_t advance(const struct weight_entry *e, int64_t at[8], size_t offset)
{
    for (int d = e->n_dims; d-- > 0;) {
        offset += (size_t)e->strides[d];
        if (++at[d] < e->dims[d])
            return offset;
        offset -= (size_t)(e->strides[d] * e->dims[d]);
        at[d] = 0;
    }
    return offset;
}

static bool is_plain(const struct weight_entry *e)
{
    int64_t step = 1;
    for (int d = e->n_dims; d-- > 0; step *= e->dims[d]) {
        if (e->dims[d] != 1 && e->strides[d] != step)
            return false;
    }
    return true;
}

static enum err_code check_count(const struct weight_entry *e, size_t n, struct err *err)
{
    char safe[96];
    size_t have;
    if (weight_elements(e->dims, e->n_dims, &have) && have == n)
        return ERR_OK;
    return err_set(err, ERR_INVALID, "%s: has %zu elements, not %zu", weights_safe(safe, sizeof safe, e->name), have, n);
}

enum err_code weights_read_f32(const struct weight_entry *e, float *out, size_t n, struct err *err)
{
    enum err_code code = check_count(e, n, err);
    if (code != ERR_OK)
        return code;
    if (e->dtype == W_F32 && is_plain(e)) {
        memcpy(out, e->data, n * sizeof *out);
        return ERR_OK;
    }
    size_t size = weight_dtype_size(e->dtype), offset = 0;
    int64_t at[8] = {0};
    for (size_t i = 0; i < n; i++, offset = advance(e, at, offset))
        out[i] = element_f32(e->dtype, e->data + offset * size);
    return ERR_OK;
}

enum err_code weights_read_i64(const struct weight_entry *e, int64_t *out, size_t n, struct err *err)
{
    enum err_code code = check_count(e, n, err);
    if (code != ERR_OK)
        return code;
    size_t size = weight_dtype_size(e->dtype), offset = 0;
    int64_t at[8] = {0};
    for (size_t i = 0; i < n; i++, offset = advance(e, at, offset))
        out[i] = element_i64(e->dtype, e->data + offset * size);
    return ERR_OK;
}
