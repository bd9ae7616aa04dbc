/* Weight files to the byte: the header that is written, and archives and pickles that are small on the disk and large in memory.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "unit/weight_files.h"

#include <stdlib.h>
#include <string.h>

#include <zip.h>

#include "base/file.h"
#include "base/path.h"
#include "base/str.h"
#include "nn/pickle.h"
#include "nn/weights.h"

/* JSON allows no control byte as it is, whatever a lenient reader takes. */
static void header_is_json(void **state)
{
    (void)state;
    struct str all = STR_INIT;
    struct err err;
    for (char c = 1; c < 0x20; c++)
        str_add_c(&all, c);
    str_add(&all, "\"\\");
    const char *const meta[][2] = {{"classes", all.s}};
    static const uint8_t byte[] = {7};
    const struct weight_out out[] = {{"b", W_U8, 1, {1}, byte}};
    char *path = path_join(folder, "meta.safetensors"), *bytes;
    size_t n;
    uint64_t header;
    assert_int_equal(safetensors_write(path, out, 1, meta, 1, &err), ERR_OK);
    assert_int_equal(file_read(path, 0, &bytes, &n, &err), ERR_OK);
    memcpy(&header, bytes, sizeof header);
    for (size_t i = 8; i < 8 + header; i++) {
        if ((uint8_t)bytes[i] < 0x20)
            fail_msg("byte 0x%02x in the header", bytes[i]);
    }
    assert_non_null(memmem(bytes + 8, header, "\\u001e\\u001f\\\"\\\\", 16));
    struct weight_file *file;
    assert_int_equal(weights_open(&file, path, &err), ERR_OK);
    assert_string_equal(weights_meta(file, "classes"), all.s);
    weights_close(file);
    str_done(&all);
    free(bytes);
    free(path);
}

/* torch.save never compresses: a member that is may grow without bounds. */
static void compressed_members_are_refused(void **state)
{
    (void)state;
    static const char *const members[] = {"w-zip/data.pkl", "w-zip/data/0"};
    size_t n;
    char *bytes = read_data("w-zip.pth", &n);
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        char *path = make_file("deflated.pth", bytes, n);
        zip_t *zip = zip_open(path, 0, NULL);
        assert_non_null(zip);
        zip_int64_t at = zip_name_locate(zip, members[i], 0);
        assert_true(at >= 0);
        assert_int_equal(zip_set_file_compression(zip, (zip_uint64_t)at, ZIP_CM_DEFLATE, 9), 0);
        assert_int_equal(zip_close(zip), 0);
        struct str message = STR_INIT;
        str_printf(&message, "%s is compressed, which torch.save never does", members[i]);
        refused(path, ERR_UNSUPPORTED, message.s);
        str_done(&message);
        free(path);
    }
    free(bytes);
}

/* An OrderedDict made of a list of pairs copies the list; here it is made again and again of one list, five bytes a time. */
static void pickle_bomb(struct str *s, int n_pairs, int n_dicts)
{
    static const char begin[] = "\x80\x02" "ccollections\nOrderedDict\nq\0" "0NN\x86q\1" "0(";
    str_add_n(s, begin, sizeof begin - 1);
    for (int i = 0; i < n_pairs; i++)
        str_add(s, "h\1");
    str_add_n(s, "l\x85q\2" "0", 5);
    for (int i = 0; i < n_dicts; i++)
        str_add_n(s, "h\0h\2R", 5);
    str_add(s, ".");
}

static void small_pickles_stay_small(void **state)
{
    (void)state;
    enum { PAIRS = 32769 }; /* more than a power of two: each dict takes 2 MB */
    static const int n_dicts[] = {1, 700};
    for (size_t i = 0; i < 2; i++) {
        struct str s = STR_INIT;
        struct pickle *pickle = NULL;
        struct err err = {0};
        pickle_bomb(&s, PAIRS, n_dicts[i]);
        enum err_code code = pickle_parse(&pickle, (const uint8_t *)s.s, s.len, NULL, &err);
        print_message("# %d dicts, %zu bytes: %s\n", n_dicts[i], s.len, code == ERR_OK ? "parsed" : err.message);
        assert_int_equal(code, i ? ERR_FORMAT : ERR_OK);
        assert_true(i ? str_starts(err.message, "pickle: holds too many values at byte ") : pickle_root(pickle)->n_items == 2 * PAIRS);
        pickle_free(pickle);
        str_done(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(header_is_json),
        cmocka_unit_test(compressed_members_are_refused),
        cmocka_unit_test(small_pickles_stay_small),
    };
    return cmocka_run_group_tests_name("weight bytes", tests, weight_files_setup, weight_files_teardown);
}
