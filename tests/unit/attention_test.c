/* The bytes that call for attention. SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/test.h"

#include "ui/attention.h"

static void expect(enum attention how, bool osc, const char *text, const char *bytes)
{
    struct str s = STR_INIT;
    attention_sequence(&s, how, osc, text);
    assert_string_equal(s.s ? s.s : "", bytes);
    str_done(&s);
}

static void sequences(void **state)
{
    (void)state;
    expect(ATTENTION_OFF, true, "done", "");
    expect(ATTENTION_BELL, true, "done", "\a");
    expect(ATTENTION_TITLE, true, "done", "\033[22;0t\033]0;flowerlab: done\033\\");
    expect(ATTENTION_DESKTOP, true, "done",
           "\033]9;flowerlab: done\033\\\033]777;notify;flowerlab;done\033\\");
    expect(ATTENTION_ALL, true, "done",
           "\033[22;0t\033]0;flowerlab: done\033\\\033]9;flowerlab: done\033\\"
           "\033]777;notify;flowerlab;done\033\\\a");
}

/* A console without OSC has its bell only. */
static void without_osc(void **state)
{
    (void)state;
    for (int how = ATTENTION_BELL; how <= ATTENTION_ALL; how++)
        expect((enum attention)how, false, "done", "\a");
    expect(ATTENTION_OFF, false, "done", "");
    assert_false(attention_sets_title(ATTENTION_ALL, false));
    assert_true(attention_sets_title(ATTENTION_TITLE, true));
}

/* A text cannot break out of its sequence. */
static void hostile_text(void **state)
{
    (void)state;
    expect(ATTENTION_DESKTOP, true, "a;b\033]0;x\a\xc2\x9d",
           "\033]9;flowerlab: a,b\\x1b]0,x\\x07\\xc2\\x9d\033\\"
           "\033]777;notify;flowerlab;a,b\\x1b]0,x\\x07\\xc2\\x9d\033\\");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sequences),
        cmocka_unit_test(without_osc),
        cmocka_unit_test(hostile_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
