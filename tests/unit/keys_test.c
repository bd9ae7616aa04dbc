/* Keys and answers out of byte streams, in pieces. SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "ui/keys.h"

/* Feeds text in pieces of step bytes and gives the names of the keys, blanks between; a pause after
 * the text. */
static void decode(struct str *out, struct replies *r, const char *text, size_t n, size_t step,
                   bool expect)
{
    struct decoder *d = decoder_new(r);
    struct key_event e;
    decoder_expect(d, expect);
    for (size_t i = 0; i < n; i += step) {
        decoder_feed(d, text + i, n - i < step ? n - i : step);
        while (decoder_next(d, &e)) {
            key_write(out, e.key);
            str_add_c(out, ' ');
            if (e.text)
                str_printf(out, "{%s} ", e.text);
            if (e.key.code == K_MOUSE)
                str_printf(out, "{%s %d %d%s} ", (const char *[]){"click", "up", "down"}[e.mouse.what], e.mouse.x,
                           e.mouse.y, e.mouse.modified ? " modified" : "");
        }
    }
    while (decoder_patience(d) >= 0) {
        decoder_timeout(d);
        while (decoder_next(d, &e)) {
            key_write(out, e.key);
            str_add_c(out, ' ');
        }
    }
    decoder_free(d);
}

static void expect_keys(const char *text, const char *want)
{
    for (size_t step = 1; step < 40; step++) {
        struct replies r;
        struct str s = STR_INIT;
        replies_init(&r);
        decode(&s, &r, text, strlen(text), step, false);
        str_add(&s, "");
        assert_string_equal(s.s, want);
        str_done(&s);
    }
}

static void keys(void **state)
{
    (void)state;
    expect_keys("ab C", "a b Space C ");
    expect_keys("\r\n\t\177\b", "Enter Enter Tab Backspace Backspace ");
    expect_keys("\003\014\032", "C-c C-l C-z ");
    expect_keys("\033[A\033OB\033[1;5C\033[D", "Up Down Right Left ");
    expect_keys("\033[5~\033[6~\033[1~\033[4~\033[H\033OF\033[3~\033[2~",
                "PgUp PgDn Home End Home End Del Ins ");
    expect_keys("\033OP\033[11~\033[[A\033[24~\033[Z", "F1 F1 F1 F12 S-Tab ");
    expect_keys("\033x", "M-x ");
    expect_keys("\033", "Esc ");
    expect_keys("\033\033[A", "Esc Up ");
    expect_keys("\303\251\350\212\261", "\303\251 \350\212\261 ");
    expect_keys("\033[200~dq\033[A\ny\033[201~x", "? {dq\033[A\ny} x ");
    expect_keys("\377\300a", "a ");
    struct str long_paste = STR_INIT;
    str_add(&long_paste, "\033[200~");
    for (int i = 0; i < 2 << 20; i++)
        str_add_c(&long_paste, 'q');
    str_add(&long_paste, "\033[201~x");
    for (size_t step = 4093; step < 65536; step *= 2) { /* what is too long is cut, and no key */
        struct replies r;
        struct str s = STR_INIT;
        replies_init(&r);
        decode(&s, &r, long_paste.s, long_paste.len, step, false);
        assert_in_range(s.len, (1 << 20) - 16, (1 << 20) + step + 16);
        assert_string_equal(s.s + s.len - 4, "} x ");
        str_done(&s);
    }
    str_done(&long_paste);
    expect_keys("\033[99~\033[1;2;3x\033[Ia", "a ");
    expect_keys("\033[1\001q", "C-a q ");
}

/* Reports in pieces of any size, with a pause between none or all; what is no press is nothing. */
static void mouse_reports(void **state)
{
    (void)state;
    expect_keys("\033[<0;1;1Ma", "? {click 0 0} a ");
    expect_keys("\033[<64;120;40M\033[<65;3;2M", "? {up 119 39} ? {down 2 1} ");
    expect_keys("\033[<68;3;2M\033[<81;3;2M\033[<8;300;200M",
                "? {up 2 1 modified} ? {down 2 1 modified} ? {click 299 199 modified} ");
    expect_keys("\033[<0;1;1mx", "x ");              /* a release */
    expect_keys("\033[<35;4;4Mx\033[<32;4;4My", "x y "); /* motions */
    expect_keys("\033[<1;4;4M\033[<2;4;4M\033[<66;4;4Mx", "x ");
    expect_keys("\033[<0;0;4M\033[<0;4M\033[<M\033[<;;M\033[<0;1;1;1Mx", "x ");
}

/* A report that stops in the middle is no key, whenever the rest comes. */
static void late_mouse_reports(void **state)
{
    (void)state;
    static const char report[] = "\033[<0;12;3M";
    for (size_t cut = 3; cut < sizeof report - 1; cut++) {
        struct replies r;
        struct key_event e;
        replies_init(&r);
        struct decoder *d = decoder_new(&r);
        decoder_feed(d, report, cut);
        assert_false(decoder_next(d, &e));
        assert_true(decoder_patience(d) < 0); /* for no time */
        decoder_feed(d, report + cut, sizeof report - 1 - cut);
        assert_true(decoder_next(d, &e));
        assert_int_equal(e.key.code, K_MOUSE);
        assert_int_equal(e.mouse.x, 11);
        assert_false(decoder_next(d, &e));
        decoder_free(d);
    }
}

static void names_read_back(void **state)
{
    (void)state;
    static const char *const all[] = {"a",   "G",   "?",     "C-c", "M-x",  "Enter",
                                      "Esc", "Tab", "S-Tab", "F10", "PgDn", "Space"};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct key k;
        struct str s = STR_INIT;
        assert_true(key_parse(all[i], &k));
        key_write(&s, k);
        assert_string_equal(s.s, all[i]);
        str_done(&s);
    }
    struct key k;
    assert_false(key_parse("Entr", &k));
    assert_false(key_parse("", &k));
    assert_false(key_parse("C-", &k));
}

/* An answer in pieces of any size gives no key and these values. */
static struct replies answers(const char *text)
{
    struct replies r;
    for (size_t step = 1; step < 30; step++) {
        struct str s = STR_INIT;
        replies_init(&r);
        decode(&s, &r, text, strlen(text), step, step % 2);
        str_add(&s, "");
        assert_string_equal(s.s, "");
        str_done(&s);
    }
    return r;
}

/* T2: answers, in pieces, wrong, late, or rubbish. */
static void device_answers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool device, sixel;
    } table[] = {
        {"\033[?62;4c", true, true},       {"\033[?63;1;2;4;6;9;15;22c", true, true},
        {"\033[?62;52;c", true, false},    {"\033[?64;42;14c", true, false},
        {"\033[?4c", true, false},         {"\033[?1;2c", true, false},
        {"\033[?62;4;c", true, true},      {"\033[?c", true, false},
        {"\033[>41;379;0c", false, false}, {"\033[0n", false, false},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct replies r = answers(table[i].text);
        assert_int_equal(r.device, table[i].device);
        assert_int_equal(r.sixel, table[i].sixel);
    }
}

static void size_answers(void **state)
{
    (void)state;
    struct replies r = answers("\033[6;20;10t\033[4;480;800t\033[?1;0;256S\033[?2;0;800;480S");
    assert_int_equal(r.cell_w, 10);
    assert_int_equal(r.cell_h, 20);
    assert_int_equal(r.window_w, 800);
    assert_int_equal(r.window_h, 480);
    assert_int_equal(r.registers, 256);
    assert_int_equal(r.graphics_w, 800);
    assert_int_equal(r.graphics_h, 480);
    r = answers(
        "\033[6;0;0t\033[4;0;0t\033[?1;3;0S\033[?2;3;0S"); /* implausible, or status "failure" */
    assert_int_equal(r.cell_w, -1);
    assert_int_equal(r.window_w, -1);
    assert_int_equal(r.registers, -1);
    assert_int_equal(r.graphics_w, -1);
    assert_int_equal(r.count, 4);
}

static void other_answers(void **state)
{
    (void)state;
    struct replies r =
        answers("\033P>|XTerm(379)\033\\\033[?2026;2$y\033]11;rgb:1e1e/2020/ffff\033\\");
    assert_string_equal(r.version, "XTerm(379)");
    assert_true(r.synchronized);
    assert_int_equal(r.background, 0x1e20ff);
    r = answers("\033[?2026;0$y\033]11;rgb:zz/00/00\a");
    assert_false(r.synchronized);
    assert_int_equal(r.background, -1);
}

/* Which questions may be asked where. */
static void questions(void **state)
{
    (void)state;
    static const char *const names[] = {"TMUX", "ZELLIJ", "VTE_VERSION"};
    for (size_t i = 0; i < 3; i++)
        unsetenv(names[i]);
    assert_non_null(strstr(replies_questions("xterm-256color"), "\033_Gi=31,"));
    assert_string_equal(replies_questions("linux"), "\033[c");
    assert_null(strstr(replies_questions("screen-256color"), "\033_G"));
    for (size_t i = 0; i < 3; i++) {
        setenv(names[i], "1", 1);
        assert_null(strstr(replies_questions("xterm"), "\033_G"));
        assert_true(str_ends(replies_questions("xterm"), "\033[c")); /* the fence is the last */
        unsetenv(names[i]);
    }
}

static void kitty_and_fence_answers(void **state)
{
    (void)state;
    assert_true(answers("\033_Gi=31;OK\033\\").kitty);
    assert_false(answers("\033_Gi=31;ENOTSUPPORTED:no\033\\").kitty);
    assert_false(answers("\033_Gi=3;OK\033\\").kitty);
    struct replies r = answers("\033[0n\033[0n\033[3n");
    assert_int_equal(r.fences, 2);
    assert_int_equal(r.count, 3);
}

/* The ESC was taken for the key because the link was slow: its rest still is no text. */
static void late_rest_of_an_answer(void **state)
{
    (void)state;
    static const char *const rests[] = {"[?62;4c", "]11;rgb:00/00/00\a", "P>|foot\033\\", "[A",
                                        "_Gi=31;OK\033\\"};
    for (size_t i = 0; i < sizeof rests / sizeof *rests; i++) {
        struct replies r;
        struct key_event e;
        replies_init(&r);
        struct decoder *d = decoder_new(&r);
        decoder_feed(d, "\033", 1);
        assert_false(decoder_next(d, &e));
        assert_true(decoder_patience(d) >= 0);
        decoder_timeout(d);
        assert_true(decoder_next(d, &e));
        assert_int_equal(e.key.code, K_ESC);
        decoder_feed(d, rests[i], strlen(rests[i]));
        assert_false(decoder_next(d, &e));
        assert_true(decoder_patience(d) < 0);
        decoder_feed(d, "[", 1); /* and a '[' of one's own is a character, soon */
        if (!decoder_next(d, &e)) {
            assert_true(decoder_patience(d) >= 0);
            decoder_timeout(d);
            assert_true(decoder_next(d, &e));
        }
        assert_int_equal(e.key.ch, '[');
        decoder_free(d);
    }
}

/* A link may tear a sequence: what has begun waits longer than a key that is one. */
static void torn_sequences_wait_longer(void **state)
{
    (void)state;
    static const char *const beginnings[] = {"\033[", "\033[1;", "\033O", "\033]11;"};
    struct replies r;
    struct key_event e;
    replies_init(&r);
    struct decoder *d = decoder_new(&r);
    decoder_feed(d, "\033", 1);
    double alone = decoder_patience(d);
    decoder_free(d);
    print_message("# ESC alone waits %g s\n", alone);
    assert_true(alone > 0 && alone <= 0.05);
    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++) {
        d = decoder_new(&r);
        decoder_feed(d, beginnings[i], strlen(beginnings[i]));
        assert_false(decoder_next(d, &e));
        assert_true(decoder_patience(d) >= 0.2);
        decoder_timeout(d);
        assert_false(decoder_next(d, &e));
        decoder_free(d);
    }
}

static void expected_answers_wait(void **state)
{
    (void)state;
    struct replies r;
    struct key_event e;
    replies_init(&r);
    struct decoder *d = decoder_new(&r);
    decoder_expect(d, true);
    decoder_feed(d, "\033[?6", 4);
    assert_false(decoder_next(d, &e));
    assert_true(decoder_patience(d) < 0);
    decoder_feed(d, "2;4cq", 5);
    assert_true(decoder_next(d, &e));
    assert_int_equal(e.key.ch, 'q');
    assert_true(r.sixel);
    decoder_free(d);
}

static void rubbish_does_no_harm(void **state)
{
    (void)state;
    static const char alphabet[] = "\033\033\033[]P?O;0149~cStRx\\\a\377\302\r";
    struct rng g = rng_at(7, RNG_DEMO, 0, 0);
    size_t n_keys = 0;
    for (int round = 0; round < 2000; round++) {
        char bytes[64];
        struct replies r;
        struct str s = STR_INIT;
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = alphabet[rng_below(&g, sizeof alphabet - 1)];
        replies_init(&r);
        decode(&s, &r, bytes, sizeof bytes, 1 + rng_below(&g, 9), false);
        n_keys += s.len;
        str_done(&s);
    }
    print_message("# %zu bytes of key names from rubbish\n", n_keys);
    assert_true(n_keys > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys),
        cmocka_unit_test(mouse_reports),
        cmocka_unit_test(late_mouse_reports),
        cmocka_unit_test(names_read_back),
        cmocka_unit_test(device_answers),
        cmocka_unit_test(size_answers),
        cmocka_unit_test(other_answers),
        cmocka_unit_test(questions),
        cmocka_unit_test(kitty_and_fence_answers),
        cmocka_unit_test(late_rest_of_an_answer),
        cmocka_unit_test(torn_sequences_wait_longer),
        cmocka_unit_test(expected_answers_wait),
        cmocka_unit_test(rubbish_does_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
