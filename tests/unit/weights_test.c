/* Weight files: every container as PyTorch writes it, broken and foreign ones, matching, and writing.
 * The files data/w-*.pth come from data/make_weights.py; their values are 0, 1, 2, ... a tensor.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "unit/weight_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"
#include "nn/weights.h"

static struct weight_file *open_data(const char *name)
{
    struct err err = {0};
    struct weight_file *file = NULL;
    char *path = data_path(name);
    if (weights_open(&file, path, &err) != ERR_OK)
        fail_msg("%s", err.message);
    free(path);
    return file;
}

static void check_values(const struct weight_file *file, const char *name, size_t n, const float *want)
{
    float got[16];
    const struct weight_entry *e = weights_get(file, name);
    assert_non_null(e);
    assert_int_equal(weights_read_f32(e, got, n, NULL), ERR_OK);
    for (size_t i = 0; i < n; i++)
        assert_float_equal(got[i], want[i], 0);
}

static const float weight[] = {0, 1, 2, 3, 4, 5}, bias[] = {10, 11};

/* --- containers -------------------------------------------------------------------------------------------------- */

static void ordinary_state_dicts(void **state) /* D01, D02 */
{
    (void)state;
    static const char *const files[][2] = {
        {"w-zip.pth", "PyTorch zip"}, {"w-legacy.pth", "PyTorch legacy"}, {"w-protocol4.pth", "PyTorch zip"}};
    for (size_t i = 0; i < 3; i++) {
        struct weight_file *file = open_data(files[i][0]);
        assert_string_equal(weights_kind(file), files[i][1]);
        assert_string_equal(weights_wrapper(file), "");
        assert_int_equal(weights_count(file), 2);
        assert_int_equal(weights_at(file, 0)->dims[0], 2);
        assert_int_equal(weights_at(file, 0)->dims[1], 3);
        check_values(file, "weight", 6, weight);
        check_values(file, "bias", 2, bias);
        weights_close(file);
    }
}

static void views_and_parameters(void **state)
{
    (void)state;
    static const float turned[] = {0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11}, part[] = {6, 7, 10, 11};
    static const char *const files[] = {"w-views.pth", "w-views-legacy.pth"};
    for (size_t i = 0; i < 2; i++) {
        struct weight_file *file = open_data(files[i]);
        check_values(file, "t", 12, turned);
        check_values(file, "part", 4, part);
        check_values(file, "parameter", 2, bias);
        weights_close(file);
    }
}

static void number_types(void **state)
{
    (void)state;
    static const float want[] = {0, 1, 3};
    struct weight_file *file = open_data("w-types-legacy.pth");
    assert_int_equal(weights_count(file), 9);
    for (size_t i = 0; i < 9; i++) {
        const struct weight_entry *e = weights_at(file, i);
        float got[3];
        int64_t whole[3];
        assert_int_equal(weights_read_f32(e, got, 3, NULL), ERR_OK);
        assert_int_equal(weights_read_i64(e, whole, 3, NULL), ERR_OK);
        float last = e->dtype == W_BOOL ? 1 : want[2];
        assert_true(got[0] == want[0] && got[1] == want[1] && got[2] == last);
        assert_true(whole[0] == 0 && whole[1] == 1 && whole[2] == (int64_t)last);
        struct err err;
        assert_int_equal(weights_read_f32(e, got, 2, &err), ERR_INVALID);
    }
    weights_close(file);
}

static void wrapped_checkpoints(void **state) /* D05, D06 */
{
    (void)state;
    struct weight_file *file = open_data("w-wrapped.pth");
    assert_string_equal(weights_wrapper(file), "state_dict");
    assert_int_equal(weights_count(file), 2);
    check_values(file, "weight", 6, weight);
    size_t n;
    const char *const *texts = weights_texts(file, "files", &n);
    assert_int_equal(n, 2);
    assert_string_equal(texts[1], "b.jpg");
    assert_string_equal(weights_texts(file, "lr", &n)[0], "0.5");
    assert_string_equal(weights_texts(file, "epoch", &n)[0], "3");
    assert_null(weights_texts(file, "optimizer", &n));
    weights_close(file);

    file = open_data("w-whole.pth"); /* a pickled module: its tensors lie in plain dicts */
    assert_string_equal(weights_wrapper(file), "whole model of class torch.nn.modules.container.Sequential");
    check_values(file, "0.weight", 6, weight);
    check_values(file, "0.bias", 2, bias);
    weights_close(file);
}

static void foreign_objects(void **state) /* D05, D11 */
{
    (void)state;
    char *path = data_path("w-call.pth");
    refused(path, ERR_FORMAT, "wants to call posix.system: refused, nothing in it was run");
    assert_false(path_exists("CANARY"));
    free(path);
    path = data_path("w-foreign.pth");
    refused(path, ERR_FORMAT, "holds no state_dict of tensors, but objects of foreign classes: argparse.Namespace");
    free(path);
    path = data_path("w-nothing.pth");
    refused(path, ERR_FORMAT, "holds no state_dict of tensors; its keys: epoch");
    free(path);
}

/* --- what is no weight file -------------------------------------------------------------------------------------- */

static void strangers(void **state) /* D02, D14, D20 */
{
    (void)state;
    char tar[512] = "pickle";
    memcpy(tar + 257, "ustar", 5);
#define REFUSED(text, message) refused_bytes("x.pth", text, sizeof text - 1, ERR_FORMAT, message)
    REFUSED("", "is empty");
    REFUSED("\n <!DOCTYPE html><html>", "is a web page, not weights");
    REFUSED("version https://git-lfs.github.com/spec/v1\noid sha256:0", "is a pointer file, not the weights it stands for");
    REFUSED("\xff\xd8\xff\xe0\0\x10JFIF", "is a JPEG picture, not weights");
    REFUSED("\x89PNG\r\n\x1a\n", "is a PNG picture, not weights");
    REFUSED("hello, world", "is no weight file: neither safetensors nor of torch.save");
    REFUSED("\x80\x02K\x01.", "is a plain Python pickle, not a file of torch.save");
    refused_bytes("x.pth", tar, sizeof tar, ERR_UNSUPPORTED, "is a tar archive, PyTorch's format before 2017");
    struct weight_file *file;
    struct err err;
    assert_int_equal(weights_open(&file, "/nowhere/x.pth", &err), ERR_NOT_FOUND);
    assert_int_equal(weights_open(&file, folder, &err), ERR_INVALID);
}

/* Replaces one text by another of the same length, everywhere. */
static void replace_all(char *bytes, size_t n, const char *from, const char *to)
{
    for (size_t i = 0; i + strlen(from) <= n; i++) {
        if (memcmp(bytes + i, from, strlen(from)) == 0)
            memcpy(bytes + i, to, strlen(to));
    }
}

static void scripted_models(void **state) /* D04 */
{
    (void)state;
    size_t n;
    char *bytes = read_data("w-zip.pth", &n);
    replace_all(bytes, n, "w-zip/version", "w-zip/code/xy");
    refused_bytes("script.pt", bytes, n, ERR_FORMAT, "is a scripted model (TorchScript), not weights");
    replace_all(bytes, n, "w-zip/code/xy", "w-zip/version");
    replace_all(bytes, n, "data.pkl", "data.txt");
    refused_bytes("other.zip", bytes, n, ERR_FORMAT, "is a zip archive, but not one of torch.save (no data.pkl)");
    free(bytes);
}

/* --- broken files ------------------------------------------------------------------------------------------------ */

static size_t find_bytes(const char *bytes, size_t n, const void *what, size_t n_what)
{
    const char *p = memmem(bytes, n, what, n_what);
    assert_non_null(p);
    return (size_t)(p - bytes);
}

static void damaged_files(void **state) /* D12, D16 */
{
    (void)state;
    size_t n;
    char *bytes = read_data("w-zip.pth", &n), *message = xasprintf("is cut off: %zu bytes, the zip directory at the end is missing", n / 2);
    refused_bytes("cut.pth", bytes, n / 2, ERR_FORMAT, message);
    free(message);
    bytes[find_bytes(bytes, n, weight, sizeof weight) + 5] ^= 1;
    refused_bytes("flip.pth", bytes, n, ERR_FORMAT, "the checksum of w-zip/data/0 is wrong");
    free(bytes);

    bytes = read_data("w-legacy.pth", &n);
    struct err err;
    struct weight_file *file;
    size_t at = find_bytes(bytes, n, bias, sizeof bias);
    char *path = make_file("cut-legacy.pth", bytes, at + 4);
    assert_int_equal(weights_open(&file, path, &err), ERR_FORMAT);
    assert_non_null(strstr(err.message, "is cut off: storage "));
    assert_non_null(strstr(err.message, " needs 8 bytes, 4 are left"));
    free(path);
    for (size_t cut = 0; cut < n; cut++) { /* no cut is taken for a whole file, and none is read beyond */
        path = make_file("cut-legacy.pth", bytes, cut);
        assert_int_equal(weights_open(&file, path, &err), ERR_FORMAT);
        free(path);
    }
    at = find_bytes(bytes, n, weight, sizeof weight) - 8;
    uint64_t huge = (uint64_t)1 << 60;
    memcpy(bytes + at, &huge, sizeof huge);
    path = make_file("huge.pth", bytes, n);
    assert_int_equal(weights_open(&file, path, &err), ERR_FORMAT); /* nothing of that size is allocated */
    assert_non_null(strstr(err.message, "needs 4611686018427387904 bytes, 40 are left"));
    free(path);
    free(bytes);
}

/* Any byte changed: an error or tensors, never a crash or a read beyond (the sanitizers watch). */
static void flipped_bytes(void **state)
{
    (void)state;
    static const char *const files[] = {"w-legacy.pth", "w-views-legacy.pth"};
    size_t n, opened = 0, tried = 0;
    for (size_t f = 0; f < 2; f++) {
        char *bytes = read_data(files[f], &n);
        for (size_t i = 0; i < n; i++) {
            char old = bytes[i];
            bytes[i] = (char)(old ^ (1 << i % 8));
            char *path = make_file("flipped.pth", bytes, n);
            struct weight_file *file = NULL;
            struct err err;
            tried++;
            if (weights_open(&file, path, &err) == ERR_OK) {
                float out[16];
                for (size_t k = 0; k < weights_count(file); k++) /* 6, 2, 12 and 4 elements; others are refused */
                    for (size_t m = 1; m <= 12; m++)
                        (void)weights_read_f32(weights_at(file, k), out, m, NULL);
                opened++;
            }
            weights_close(file);
            free(path);
            bytes[i] = old;
        }
        free(bytes);
    }
    print_message("# %zu of %zu changed files still opened\n", opened, tried);
    assert_true(opened < tried);
}

/* --- safetensors ------------------------------------------------------------------------------------------------- */

static char *make_safetensors(const char *name, uint64_t length, const char *header, size_t n_data)
{
    struct str s = STR_INIT;
    put_u64(&s, length ? length : strlen(header));
    str_add(&s, header);
    for (size_t i = 0; i < n_data; i++)
        str_add_c(&s, (char)i);
    char *path = make_file(name, s.s, s.len);
    str_done(&s);
    return path;
}

static void safetensors_faults(void **state) /* D19 */
{
    (void)state;
#define ONE "{\"t\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]}"
    static const struct {
        uint64_t length;
        const char *header;
        size_t n_data;
        enum err_code code;
        const char *message;
    } cases[] = {
        {(uint64_t)1 << 40, ONE "}", 24, ERR_FORMAT, "claims a header of 1099511627776 bytes, more than safetensors allows"},
        {1000, ONE "}", 24, ERR_FORMAT, "is cut off: the header needs 1000 bytes, 81 are there"},
        {0, ONE "}", 14, ERR_FORMAT, "is cut off: t ends at byte 24 of the data, 14 bytes are there"},
        {0, ONE "}", 29, ERR_FORMAT, "5 bytes too many after the last tensor"},
        {0, ONE ",\"u\":{\"dtype\":\"U8\",\"shape\":[8],\"data_offsets\":[20,28]}}", 28, ERR_FORMAT,
         "u overlaps the tensor before it by 4 bytes"},
        {0, ONE ",\"u\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[26,28]}}", 28, ERR_FORMAT,
         "2 bytes before u belong to no tensor"},
        {0, ONE ",\"t\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[24,26]}}", 26, ERR_FORMAT, "header: t is there twice"},
        {0, "{\"t\":{\"dtype\":\"F32\",\"shape\":[2,4],\"data_offsets\":[0,24]}}", 24, ERR_FORMAT,
         "header: t: its shape does not fit its 24 bytes"},
        {0, "{\"t\":{\"dtype\":\"F8_E5M2\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1, ERR_UNSUPPORTED,
         "t: numbers of type F8_E5M2 are not supported"},
        {0, "{\"t\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", 4, ERR_FORMAT,
         "header: t: needs dtype, shape and data_offsets"},
        {0, "{\"__metadata__\":{\"a\":\"1\"},\"__metadata__\":{}}", 0, ERR_FORMAT, "header: __metadata__ is there twice"},
        {0, "{\"t\":", 0, ERR_FORMAT, "the safetensors header is not JSON"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *path = make_safetensors("x.safetensors", cases[i].length, cases[i].header, cases[i].n_data);
        refused(path, cases[i].code, cases[i].message);
        free(path);
    }
    refused_bytes("short.safetensors", "abc", 3, ERR_FORMAT, "is cut off: 3 bytes, the header is missing");
    char *path = make_safetensors("none.safetensors", 0, "{\"t\":{\"dtype\":\"F32\",\"shape\":[0,4503599627370496,4503599627370496],"
                                                         "\"data_offsets\":[0,0]}}", 0);
    struct weight_file *file;
    assert_int_equal(weights_open(&file, path, NULL), ERR_OK); /* nothing in it: no strides that could overflow */
    weights_close(file);
    free(path);
}

static void safetensors_round_trip(void **state) /* D22 */
{
    (void)state;
    static const int64_t count[] = {(int64_t)1 << 40};
    static const uint8_t byte[] = {7};
    static const char *const meta[][2] = {{"classes", "daisy \"1\"\n\\\xc3\xbc"}, {"format", "pt"}};
    const struct weight_out out[] = {{"b", W_U8, 1, {1}, byte}, /* puts the next ones at odd places */
                                     {"weight", W_F32, 2, {2, 3}, weight},
                                     {"count", W_I64, 0, {0}, count},
                                     {"none", W_F32, 2, {0, 3}, NULL}};
    char *path = path_join(folder, "round.safetensors"), *again = path_join(folder, "again.safetensors"), *a, *b;
    size_t n_a, n_b;
    struct err err;
    assert_int_equal(safetensors_write(path, out, 4, meta, 2, &err), ERR_OK);
    assert_int_equal(safetensors_write(again, out, 4, meta, 2, &err), ERR_OK);
    assert_int_equal(file_read(path, 0, &a, &n_a, &err), ERR_OK);
    assert_int_equal(file_read(again, 0, &b, &n_b, &err), ERR_OK);
    assert_int_equal(n_a, n_b);
    assert_memory_equal(a, b, n_a);
    uint64_t header;
    memcpy(&header, a, sizeof header);
    assert_int_equal(header % 8, 0);
    struct weight_file *file;
    assert_int_equal(weights_open(&file, path, &err), ERR_OK);
    assert_string_equal(weights_kind(file), "safetensors");
    assert_string_equal(weights_meta(file, "classes"), meta[0][1]);
    assert_null(weights_meta(file, "nothing"));
    assert_int_equal(weights_count(file), 4);
    assert_string_equal(weights_at(file, 1)->name, "weight"); /* in the order written */
    check_values(file, "weight", 6, weight);
    int64_t got;
    assert_int_equal(weights_read_i64(weights_get(file, "count"), &got, 1, &err), ERR_OK);
    assert_true(got == count[0]);
    weights_close(file);
    free(a);
    free(b);
    free(path);
    free(again);
}

/* --- matching ---------------------------------------------------------------------------------------------------- */

/* How a file for matching differs from the state_dict of its architecture. */
struct make {
    const char *prefix, *head_prefix;
    bool old_names, no_counters, no_head, half;
    const char *extra;
    int only; /* > 0: that many tensors */
    int bias_classes;
};

static void add_entry(struct str *header, size_t *at, const char *name, bool counter, int n_dims, const int64_t *dims)
{
    size_t n = counter ? 8 : 4;
    str_printf(header, "%s\"%s\":{\"dtype\":\"%s\",\"shape\":[", *at ? "," : "", name, counter ? "I64" : "F32");
    for (int d = 0; d < n_dims; n *= (size_t)dims[d++])
        str_printf(header, "%s%lld", d ? "," : "", (long long)dims[d]);
    str_printf(header, "],\"data_offsets\":[%zu,%zu]}", *at, *at + n);
    *at += n;
}

static void add_tensors(struct str *header, size_t *at, const struct graph *graph, struct make m)
{
    for (size_t i = 0, n = 0; i < graph->n_tensors && (!m.only || n < (size_t)m.only); i++) {
        const struct tensor_spec *t = &graph->tensors[i];
        bool counter = t->role == ROLE_BN_COUNT, head = t->block == (int)graph->n_blocks - 1;
        if ((counter && m.no_counters) || (head && m.no_head))
            continue;
        const char *prefix = head && m.head_prefix ? m.head_prefix : m.half && i % 2 ? "" : m.prefix ? m.prefix : "";
        char *name = xasprintf("%s%s", prefix, m.old_names && t->old_name[0] ? t->old_name : t->name);
        int64_t dims[4] = {t->dims[0], t->dims[1], t->dims[2], t->dims[3]};
        if (head && t->role == ROLE_BIAS && m.bias_classes)
            dims[0] = m.bias_classes;
        add_entry(header, at, name, counter, t->n_dims, dims);
        free(name);
        n++;
    }
}

/* A file with all tensors of an architecture; the zeros are a hole in it. */
static struct weight_file *make_weights(const char *arch, int classes, struct make m)
{
    struct graph *graph = arch_graph(arch_find(arch), classes);
    struct str header = STR_INIT, bytes = STR_INIT;
    size_t n_data = 0;
    str_add_c(&header, '{');
    add_tensors(&header, &n_data, graph, m);
    if (m.extra)
        add_entry(&header, &n_data, m.extra, false, 1, (int64_t[]){3});
    str_add_c(&header, '}');
    put_u64(&bytes, header.len);
    str_add_n(&bytes, header.s, header.len);
    char *path = make_file("net.safetensors", bytes.s, bytes.len);
    assert_int_equal(truncate(path, (off_t)(bytes.len + n_data)), 0);
    struct weight_file *file;
    struct err err = {0};
    if (weights_open(&file, path, &err) != ERR_OK)
        fail_msg("%s", err.message);
    str_done(&header);
    str_done(&bytes);
    free(path);
    graph_free(graph);
    return file;
}

/* Matches with an architecture of 5 classes; on success *match is to be given back. */
static enum err_code match_with(struct weight_match *match, struct weight_file *file, const char *arch, struct err *err)
{
    struct graph *graph = arch_graph(arch_find(arch), 5);
    enum err_code code = weights_match(match, file, graph, true, err);
    graph_free(graph);
    return code;
}

#define TINY "resnet10-quarter"
#define TINY_BODY "60" /* 12 convolutions and 12 batch norms of four tensors */

static void check_match(const char *arch, int classes, struct make m, const char *text)
{
    struct weight_file *file = make_weights(arch, classes, m);
    struct weight_match match;
    struct err err = {0};
    if (match_with(&match, file, arch, &err) != ERR_OK)
        fail_msg("%s", err.message);
    assert_string_equal(match.text, text);
    assert_int_equal(match.n_body, match.n_body_loaded);
    weight_match_done(&match);
    weights_close(file);
}

static void heads(void **state) /* D08 */
{
    (void)state;
    check_match(TINY, 1000, (struct make){0}, "body " TINY_BODY " of " TINY_BODY " tensors, head new for 5 classes (the file's is for 1000)");
    check_match(TINY, 5, (struct make){0}, "body " TINY_BODY " of " TINY_BODY " tensors, head from the file (5 classes)");
    check_match(TINY, 5, (struct make){.no_head = true}, "body " TINY_BODY " of " TINY_BODY " tensors, head new for 5 classes (the file has none)");
    check_match(TINY, 5, (struct make){.bias_classes = 7}, "body " TINY_BODY " of " TINY_BODY " tensors, head new for 5 classes (the file's is for 5)");
    check_match("mobilenet_v2", 1000, (struct make){0}, "body 260 of 260 tensors, head new for 5 classes (the file's is for 1000)");

    struct weight_file *file = make_weights(TINY, 5, (struct make){0});
    struct graph *graph = arch_graph(arch_find(TINY), 5);
    struct weight_match match;
    struct err err;
    assert_int_equal(weights_match(&match, file, graph, false, &err), ERR_OK); /* not wanted: fresh although it fits */
    assert_true(match.head_fresh);
    assert_int_equal(match.head_classes, 5);
    assert_int_equal(match.entry[graph->n_tensors - 1], -1);
    weight_match_done(&match);
    graph_free(graph);
    weights_close(file);
}

static void prefixes(void **state) /* D07 */
{
    (void)state;
    static const char *const names[] = {"module.", "module.pre.", "backbone.", "model.", "_orig_mod.", "_orig_mod.module."};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char *text = xasprintf("body " TINY_BODY " of " TINY_BODY " tensors, head from the file (5 classes), prefix \"%s\" taken off", names[i]);
        check_match(TINY, 5, (struct make){.prefix = names[i]}, text);
        check_match(TINY, 5, (struct make){.prefix = names[i], .head_prefix = ""}, text);
        free(text);
    }
    struct weight_file *file = make_weights(TINY, 5, (struct make){.prefix = "module.", .half = true});
    struct weight_match match;
    struct err err;
    assert_int_equal(match_with(&match, file, TINY, &err), ERR_INVALID); /* half with, half without: ambiguous */
    assert_non_null(strstr(err.message, " of " TINY_BODY " tensors fit ResNet-10, quarter width; missing or of another shape: "));
    weights_close(file);
}

static void old_names_and_counters(void **state) /* D17 */
{
    (void)state;
    check_match("mobilenet_v2", 5, (struct make){.old_names = true}, "body 260 of 260 tensors, head from the file (5 classes)");
    check_match("mobilenet_v2", 5, (struct make){.old_names = true, .prefix = "module."},
                "body 260 of 260 tensors, head from the file (5 classes), prefix \"module.\" taken off");
    check_match(TINY, 5, (struct make){.no_counters = true}, "body " TINY_BODY " of " TINY_BODY " tensors, head from the file (5 classes)");
}

static void other_architectures(void **state) /* D09, D10 */
{
    (void)state;
    static const char *const cases[][3] = {
        {"resnet34", "resnet18", "looks like ResNet-34, you chose ResNet-18"},
        {"resnet18", "resnet34", "looks like ResNet-18, you chose ResNet-34"},
        {"resnet50", "resnet18", "looks like ResNet-50, you chose ResNet-18"},
        {"mobilenet_v2", "resnet50", "looks like MobileNetV2, you chose ResNet-50"},
        {TINY, "resnet10", "looks like ResNet-10, quarter width, you chose ResNet-10"},
    };
    struct weight_match match;
    struct err err;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct weight_file *file = make_weights(cases[i][0], 5, (struct make){0});
        assert_string_equal(weights_guess(file), cases[i][0]);
        assert_int_equal(match_with(&match, file, cases[i][1], &err), ERR_INVALID);
        assert_true(str_ends(err.message, cases[i][2]));
        weights_close(file);
    }
    struct weight_file *file = make_weights(TINY, 5, (struct make){.only = 1});
    assert_null(weights_guess(file));
    assert_int_equal(match_with(&match, file, TINY, &err), ERR_INVALID);
    assert_non_null(strstr(err.message, ": 1 of " TINY_BODY " tensors fit ResNet-10, quarter width; missing or of another shape: bn1.weight, "));
    assert_true(str_ends(err.message, ", ...")); /* ten names, not pages */
    weights_close(file);
}

static void longer_names_are_others(void **state) /* D23 */
{
    (void)state;
    struct weight_file *file = make_weights(TINY, 5, (struct make){.extra = "conv1.weight.extra"});
    struct weight_match match;
    struct err err;
    assert_int_equal(match_with(&match, file, TINY, &err), ERR_OK);
    assert_string_equal(weights_at(file, (size_t)match.entry[0])->name, "conv1.weight");
    assert_int_equal(match.n_unused, 1);
    weight_match_done(&match);
    weights_close(file);
}

/* --- finding ----------------------------------------------------------------------------------------------------- */

static void hashes_in_names(void **state) /* D13 */
{
    (void)state;
    char hex[65];
    assert_true(weights_name_hash("/a/resnet18-f37072fd.pth", hex));
    assert_string_equal(hex, "f37072fd");
    assert_false(weights_name_hash("m-b0.pth", hex));
    assert_false(weights_name_hash("m.pth", hex));
    assert_false(weights_name_hash("deadbeef.pth", hex));
    char *path = make_file("m-deadbeef.pth", "abc", 3);
    assert_true(weights_name_hash(path, hex));
    assert_int_equal(weights_sha256(path, hex, NULL), ERR_OK); /* FIPS 180-2, appendix B.1 */
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    free(path);
}

static void expect_found(const char *arch, const char *want)
{
    char *path = NULL;
    struct err err = {0};
    if (weights_find(&path, NULL, arch_find(arch), &err) != ERR_OK)
        fail_msg("%s", err.message);
    assert_true(str_ends(path, want));
    free(path);
}

static void put(const char *below, const char *name)
{
    char *to = path_join(folder, below), *path = path_join(to, name);
    assert_int_equal(path_make_folders(to, NULL), ERR_OK);
    assert_int_equal(file_replace(path, "x", 1, NULL), ERR_OK);
    free(to);
    free(path);
}

static void places(void **state)
{
    (void)state;
    char *cache = path_join(folder, "xdg"), *torch = path_join(folder, "torch"), *home = path_join(folder, "home"), *path;
    struct err err;
    setenv("XDG_CACHE_HOME", cache, 1);
    setenv("TORCH_HOME", torch, 1);
    setenv("HOME", home, 1);
    assert_int_equal(weights_find(&path, NULL, arch_find("resnet18"), &err), ERR_NOT_FOUND);
    assert_string_equal(err.message, "no pretrained weights of ResNet-18 were found");
    assert_string_equal(err.hint, "run: flowerlab weights get resnet18; or give --weights FILE, or --mode scratch");
    assert_int_equal(weights_find(&path, "/nowhere/x.pth", arch_find("resnet18"), &err), ERR_NOT_FOUND);
    assert_string_equal(err.message, "weights /nowhere/x.pth: No such file or directory");
    assert_int_equal(weights_find(&path, NULL, arch_find("resnet10"), &err), ERR_NOT_FOUND);
    /* each is found before the ones put earlier */
    put("home/.cache/torch/hub/checkpoints", "resnet18-0123abcd.pth");
    expect_found("resnet18", "home/.cache/torch/hub/checkpoints/resnet18-0123abcd.pth");
    put("home/.cache/torch/hub/checkpoints", "resnet18-f37072fd.pth");
    expect_found("resnet18", "home/.cache/torch/hub/checkpoints/resnet18-f37072fd.pth");
    put("xdg/torch/hub/checkpoints", "resnet18-f37072fd.pth");
    expect_found("resnet18", "xdg/torch/hub/checkpoints/resnet18-f37072fd.pth");
    put("torch/hub/checkpoints", "resnet18-f37072fd.pth");
    expect_found("resnet18", "torch/hub/checkpoints/resnet18-f37072fd.pth");
    put("xdg/flowerlab/weights", "resnet18-f37072fd.pth");
    expect_found("resnet18", "xdg/flowerlab/weights/resnet18-f37072fd.pth");
    put("xdg/flowerlab/weights", "resnet10.safetensors");
    expect_found("resnet10", "xdg/flowerlab/weights/resnet10.safetensors");
    path = weights_cache_path("a.pth");
    assert_true(str_ends(path, "xdg/flowerlab/weights/a.pth"));
    free(path);
    free(cache);
    free(torch);
    free(home);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ordinary_state_dicts),
        cmocka_unit_test(views_and_parameters),
        cmocka_unit_test(number_types),
        cmocka_unit_test(wrapped_checkpoints),
        cmocka_unit_test(foreign_objects),
        cmocka_unit_test(strangers),
        cmocka_unit_test(scripted_models),
        cmocka_unit_test(damaged_files),
        cmocka_unit_test(flipped_bytes),
        cmocka_unit_test(safetensors_faults),
        cmocka_unit_test(safetensors_round_trip),
        cmocka_unit_test(heads),
        cmocka_unit_test(prefixes),
        cmocka_unit_test(old_names_and_counters),
        cmocka_unit_test(other_architectures),
        cmocka_unit_test(longer_names_are_others),
        cmocka_unit_test(hashes_in_names),
        cmocka_unit_test(places),
    };
    return cmocka_run_group_tests_name("weights", tests, weight_files_setup, weight_files_teardown);
}
