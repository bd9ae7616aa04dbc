/* base: errors, strings, numbers, CSV, byte form, random numbers, pool, files.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "unit/test.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/csv.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/names.h"
#include "base/num.h"
#include "base/path.h"
#include "base/pool.h"
#include "base/rng.h"
#include "base/sigactions.h"
#include "base/str.h"

static void error_texts(void **state)
{
    (void)state;
    struct err err = {0};
    assert_int_equal(err_sys(&err, ENOENT, "%s", "a.jpg"), ERR_NOT_FOUND);
    assert_string_equal(err.message, "a.jpg: No such file or directory");
    err_hint(&err, "look in %s", "b");
    err_prefix(&err, "run 14");
    assert_string_equal(err.message, "run 14: a.jpg: No such file or directory");
    assert_string_equal(err.hint, "look in b");
    assert_int_equal(err_set(NULL, ERR_IO, "x"), ERR_IO);
    for (int c = 0; c < ERR_CODE_COUNT; c++)
        assert_non_null(err_name((enum err_code)c));
}

static void safe_text(void **state)
{
    (void)state;
    struct str s = STR_INIT;
    str_add_safe(&s, "a\x1b[31m\n\tBl\xc3\xbcte\xff\xc2\x9b\xe2\x80\xae");
    assert_string_equal(s.s, "a\\x1b[31m\\n\\tBl\xc3\xbcte\\xff\\xc2\\x9b\\xe2\\x80\\xae");
    str_clear(&s);
    str_add_shell(&s, "it's a 'rose'");
    assert_string_equal(s.s, "'it'\\''s a '\\''rose'\\'''");
    str_done(&s);
    assert_int_equal(str_distance("epochs", "epoch"), 1);
    assert_int_equal(str_distance("", "abc"), 3);
}

static void numbers_ignore_the_locale(void **state)
{
    (void)state;
    setlocale(LC_ALL, "de_DE.UTF-8");
    char text[NUM_TEXT];
    assert_string_equal(num_real(text, 0.001), "0.001");
    double v = 0;
    assert_true(num_parse_real("0.001", &v));
    assert_float_equal(v, 0.001, 0);
    assert_false(num_parse_real("0,001", &v));
    assert_true(num_parse_real_typed("0,001", &v));
    assert_float_equal(v, 0.001, 0);
    setlocale(LC_ALL, "C");
    static const float floats[] = {0.1f * 3, 1000.00006f}; /* the second needs all nine digits */
    for (size_t k = 0; k < sizeof floats / sizeof *floats; k++) {
        assert_true(num_parse_real(num_real(text, floats[k]), &v));
        print_message("# %s reads back as %.9g\n", text, v);
        assert_true((float)v == floats[k]);
    }
    int64_t i;
    assert_false(num_parse_int("99999999999999999999", &i));
    assert_false(num_parse_int(" 1", &i));
    assert_false(num_parse_int("", &i));
    assert_true(num_parse_int("-7", &i) && i == -7);
}

static void csv_round_trip(void **state)
{
    (void)state;
    struct str s = STR_INIT;
    csv_add(&s, "file");
    csv_add(&s, "a \"b\", c\n");
    csv_add(&s, "");
    csv_end(&s);
    csv_add_real(&s, 0.5);
    csv_add_int(&s, -3);
    csv_end(&s);
    str_add(&s, "cut o");
    struct csv csv;
    assert_int_equal(csv_parse(&csv, s.s, s.len, NULL), ERR_OK);
    assert_int_equal(csv.n_rows, 2);
    assert_int_equal(csv.n_fields[0], 3);
    assert_string_equal(csv.rows[0][1], "a \"b\", c\n");
    assert_string_equal(csv.rows[0][2], "");
    assert_string_equal(csv.rows[1][0], "0.5");
    assert_string_equal(csv.rows[1][1], "-3");
    assert_int_equal(csv.dropped, 5);
    assert_int_equal(csv_column(&csv, "file"), 0);
    assert_int_equal(csv_column(&csv, "none"), -1);
    csv_done(&csv);
    str_done(&s);
    struct err err;
    assert_int_equal(csv_parse(&csv, "a\nb\"c\n", 6, &err), ERR_FORMAT);
    assert_string_equal(err.message, "line 2: quote inside an unquoted field");
}

/* Each text as the first, the middle and the last field of a row. */
static void csv_keeps_every_text(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "a\rb", "a\r", "\n", "\r\n", "\"", "a\"", ",", " a ", "\xff\x1f"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct str s = STR_INIT;
        for (int row = 0; row < 3; row++) {
            for (int column = 0; column < 3; column++)
                csv_add(&s, column == row ? texts[i] : "x");
            csv_end(&s);
        }
        struct csv csv;
        assert_int_equal(csv_parse(&csv, s.s, s.len, NULL), ERR_OK);
        assert_int_equal(csv.n_rows, 3);
        for (int row = 0; row < 3; row++) {
            assert_int_equal(csv.n_fields[row], 3);
            for (int column = 0; column < 3; column++)
                assert_string_equal(csv.rows[row][column], column == row ? texts[i] : "x");
        }
        csv_done(&csv);
        str_done(&s);
    }
}

static void byte_form(void **state)
{
    (void)state;
    struct str s = STR_INIT;
    put_u8(&s, 7);
    put_u32(&s, 0xdeadbeef);
    put_f64(&s, -0.25);
    put_text(&s, "ä");
    put_bytes(&s, "xyz", 3);
    struct reader r = reader_of(s.s, s.len);
    assert_int_equal(get_u8(&r), 7);
    assert_int_equal(get_u32(&r), 0xdeadbeef);
    assert_true(get_f64(&r) == -0.25);
    char *t = get_text(&r);
    assert_string_equal(t, "ä");
    free(t);
    size_t n;
    assert_memory_equal(get_bytes(&r, &n), "xyz", 3);
    assert_int_equal(n, 3);
    assert_false(r.bad);
    assert_int_equal(get_u64(&r), 0);
    assert_true(r.bad);
    r = reader_of("\xff\xff\xff\xff\xff\xff\xff\xff", 8);
    assert_null(get_bytes(&r, &n));
    assert_true(r.bad);
    str_done(&s);
}

static void random_numbers(void **state)
{
    (void)state;
    struct rng a = rng_at(1, RNG_AUGMENT, 2, 3), b = rng_at(1, RNG_AUGMENT, 2, 3), c = rng_at(1, RNG_AUGMENT, 3, 2);
    uint64_t x = rng_u64(&a);
    assert_true(x == rng_u64(&b));
    assert_true(x != rng_u64(&c));
    double sum = 0, square = 0;
    for (int i = 0; i < 10000; i++) {
        double v = rng_normal(&a);
        sum += v;
        square += v * v;
    }
    print_message("# normal: mean %.4f variance %.4f\n", sum / 1e4, square / 1e4);
    assert_true(fabs(sum / 1e4) < 0.05 && fabs(square / 1e4 - 1) < 0.05);
    uint32_t items[100];
    for (uint32_t i = 0; i < 100; i++)
        items[i] = i;
    rng_shuffle(&a, items, 100);
    uint64_t seen = 0;
    for (int i = 0; i < 100; i++)
        seen += items[i];
    assert_int_equal(seen, 4950);
}

static void add_one(size_t i, void *arg)
{
    atomic_fetch_add((atomic_size_t *)arg, i + 1);
}

struct nested {
    struct pool *pool;
    atomic_size_t sum;
};

static void nested_for(size_t i, void *arg)
{
    (void)i;
    struct nested *n = arg;
    pool_for(n->pool, POOL_TRAINING, 10, add_one, &n->sum, NULL);
}

static void pool_runs_everything(void **state)
{
    (void)state;
    for (int threads = 1; threads <= 3; threads++) {
        struct pool *pool = pool_new(threads);
        atomic_size_t sum = 0;
        pool_for(pool, POOL_BROWSING, 1000, add_one, &sum, NULL);
        assert_int_equal(sum, 500500);
        struct nested n = {.pool = pool};
        pool_for(pool, POOL_TRAINING, 20, nested_for, &n, NULL);
        assert_int_equal(n.sum, 20 * 55);
        pool_for(pool, POOL_TRAINING, 0, add_one, &sum, NULL);
        pool_free(pool);
    }
    assert_true(pool_cores() >= 1);
}

static char hooked[256];

static void hook(const char *path)
{
    snprintf(hooked, sizeof hooked, "%s", path);
    assert_false(path_exists(path));
}

static void files_are_replaced_whole(void **state)
{
    (void)state;
    char folder[] = "/tmp/flowerlab-base-XXXXXX";
    assert_non_null(mkdtemp(folder));
    char *path = path_join(folder, "a.txt");
    file_commit_hook = hook;
    assert_int_equal(file_replace(path, "hello", 5, NULL), ERR_OK);
    file_commit_hook = NULL;
    assert_string_equal(hooked, path);
    assert_int_equal(file_append(path, "!\n", 2, NULL), ERR_OK);
    char *text;
    size_t n;
    assert_int_equal(file_read(path, 0, &text, &n, NULL), ERR_OK);
    assert_string_equal(text, "hello!\n");
    free(text);
    struct err err;
    assert_int_equal(file_read(path, 3, &text, &n, &err), ERR_INVALID);
    assert_int_equal(file_read(folder, 0, &text, &n, &err), ERR_INVALID);
    assert_int_equal(file_replace("/proc/none/x", "", 0, &err), ERR_NOT_FOUND);
    struct rlimit old, limit; /* a disk that fills up within a line: the line is not there at all */
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    limit = old;
    limit.rlim_cur = 10;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    enum err_code code = file_append(path, "a line\n", 7, &err);
    setrlimit(RLIMIT_FSIZE, &old);
    assert_int_equal(code, ERR_IO);
    assert_int_equal(file_append(path, "x\n", 2, NULL), ERR_OK);
    assert_int_equal(file_read(path, 0, &text, &n, NULL), ERR_OK);
    assert_string_equal(text, "hello!\nx\n");
    free(text);
    char *stale = path_join(folder, "b.tmp-flowerlab");
    assert_int_equal(file_append(stale, "x", 1, NULL), ERR_OK);
    file_remove_stale(folder);
    assert_false(path_exists(stale));
    unlink(path);
    rmdir(folder);
    free(stale);
    free(path);
}

/* What reaches the disk, in order, by the linker's --wrap: f a file, d a folder is synced; r a file is renamed. */
static char reached[16];
int __real_fsync(int fd);
int __real_rename(const char *from, const char *to);
int __wrap_fsync(int fd);
int __wrap_rename(const char *from, const char *to);

static void note_reached(char what)
{
    size_t n = strlen(reached);
    if (n + 1 < sizeof reached)
        reached[n] = what;
}

int __wrap_fsync(int fd)
{
    struct stat st;
    note_reached(fstat(fd, &st) == 0 && S_ISDIR(st.st_mode) ? 'd' : 'f');
    return __real_fsync(fd);
}

int __wrap_rename(const char *from, const char *to)
{
    note_reached('r');
    return __real_rename(from, to);
}

/* A crash leaves the old file or the new one, whole: its bytes are on the disk before it has its name, and the name then. */
static void replaced_files_reach_the_disk(void **state)
{
    (void)state;
    static const struct {
        enum err_code (*replace)(const char *path, const void *bytes, size_t n, struct err *err);
        const char *reached;
    } cases[] = {{file_replace, "frd"}, {file_replace_quick, "r"}};
    char folder[] = "/tmp/flowerlab-base-XXXXXX";
    assert_non_null(mkdtemp(folder));
    char *path = path_join(folder, "a.txt");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        memset(reached, 0, sizeof reached);
        assert_int_equal(cases[i].replace(path, "hello", 5, NULL), ERR_OK);
        assert_string_equal(reached, cases[i].reached);
    }
    unlink(path);
    rmdir(folder);
    free(path);
}

static void folders_have_one_name(void **state)
{
    (void)state;
    static const char *const table[][2] = {
        {"/a/b", "/a/b"},   {"/a/b//", "/a/b"}, {"//a//.//b", "/a/b"},       {"/a/./b/.", "/a/b"}, {"/./a", "/a"},
        {"/.", "/"},        {"/a/.b/..c", "/a/.b/..c"}, {"/a/../b", "/a/../b"}, {"/", "/"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char *folder = path_folder(table[i][0]);
        assert_string_equal(folder, table[i][1]);
        free(folder);
    }
    char *here = path_folder("."), *inside = path_folder("./x"), *want = path_join(here, "x");
    assert_string_equal(inside, want);
    free(here), free(inside), free(want);
}

static void lists_of_names(void **state)
{
    (void)state;
    struct names names = {0};
    names_sort(&names); /* nothing is fine */
    static const char *const given[] = {"b", "", "a", "B", "a", "\xc3\xa4", "a"}, *const sorted[] = {"", "B", "a", "b", "\xc3\xa4"};
    for (size_t i = 0; i < sizeof given / sizeof *given; i++)
        names_add(&names, given[i]);
    names_own(&names, xstrdup("b"));
    assert_int_equal(names.n, 8);
    names_sort(&names);
    assert_int_equal(names.n, 5);
    for (size_t i = 0; i < names.n; i++)
        assert_string_equal(names.list[i], sorted[i]);
    names_done(&names);
    assert_true(!names.list && !names.n && !names.cap);
}

static volatile sig_atomic_t ours, theirs;

static void our_handler(int number)
{
    ours += number;
}

static void their_handler(int number)
{
    theirs += number;
}

/* As a library's constructor takes them. */
static void signals_are_given_back(void **state)
{
    (void)state;
    struct sigactions kept;
    struct sigaction now;
    signal(SIGHUP, our_handler);
    signal(SIGUSR2, SIG_IGN);
    sigactions_save(&kept);
    signal(SIGHUP, their_handler);
    signal(SIGUSR2, their_handler);
    signal(SIGUSR1, their_handler);
    sigactions_restore(&kept);
    raise(SIGHUP);
    raise(SIGUSR2);
    assert_int_equal(ours, SIGHUP);
    assert_int_equal(theirs, 0);
    assert_int_equal(sigaction(SIGUSR1, NULL, &now), 0);
    assert_true(now.sa_handler == SIG_DFL);
}

/* A name that is cut ends with a whole character, in messages too; what is no UTF-8 is cut anywhere. */
static void cut_between_characters(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t most;
        int n;
    } cases[] = {{"abc", 5, 3}, {"abc", 2, 2}, {"a\xc3\xa9", 2, 1}, {"a\xc3\xa9", 3, 3}, {"\xe2\x82\xac\xe2\x82\xac", 5, 3}, {"\xe2\x82\xac", 2, 0},
                 {"\xf0\x9f\x8c\xbb!", 3, 0}, {"\xf0\x9f\x8c\xbb!", 4, 4}, {"\x80\x80\x80\x80\x80", 3, 3}, {"", 0, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(str_within(cases[i].text, cases[i].most), cases[i].n);
    struct err err;
    struct str name = STR_INIT;
    for (size_t i = 0; i < sizeof err.message; i++)
        str_add(&name, "\xc3\xa9");
    for (int odd = 0; odd < 2; odd++) {
        err_set(&err, ERR_IO, "%s%s", odd ? "x" : "", name.s);
        print_message("# %zu bytes of message\n", strlen(err.message));
        assert_true(strlen(err.message) >= sizeof err.message - 2 && str_is_safe(err.message));
        err_prefix(&err, "%s", odd ? "x" : "xy");
        assert_true(str_is_safe(err.message));
    }
    str_done(&name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cut_between_characters),
        cmocka_unit_test(error_texts),
        cmocka_unit_test(safe_text),
        cmocka_unit_test(numbers_ignore_the_locale),
        cmocka_unit_test(csv_round_trip),
        cmocka_unit_test(csv_keeps_every_text),
        cmocka_unit_test(byte_form),
        cmocka_unit_test(random_numbers),
        cmocka_unit_test(pool_runs_everything),
        cmocka_unit_test(files_are_replaced_whole),
        cmocka_unit_test(replaced_files_reach_the_disk),
        cmocka_unit_test(lists_of_names), cmocka_unit_test(folders_have_one_name), cmocka_unit_test(signals_are_given_back),
    };
    return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
