/* Numbers as screens show them, and words over rows. SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/test.h"

#include <locale.h>
#include <math.h>

#include "ui/fmt.h"
#include "ui/parts.h"

struct number {
    double v;
    const char *text;
};

static void expect(const struct number *numbers, size_t n,
                   char *(*fmt)(char out[NUM_TEXT], double v))
{
    char text[NUM_TEXT];
    for (size_t i = 0; i < n; i++)
        assert_string_equal(fmt(text, numbers[i].v), numbers[i].text);
}
#define EXPECT(numbers, fmt) expect(numbers, sizeof(numbers) / sizeof *(numbers), fmt)

static void numbers(void **state)
{
    static const struct number losses[] = {
        {0.41234, "0.4123"}, {12.3456, "12.346"}, {123.456, "123.46"}, {1e5, "1.0e5"},
        {NAN, "-"},          {INFINITY, "inf"},   {9.96e9, "1.0e10"}, {-INFINITY, "-inf"}, {1e308, "1.0e308"}};
    static const struct number rates[] = {
        {0.01, "0.01"},   {0.001, "1e-3"},     {0.002, "2e-3"}, {0.015, "0.015"},   {0.0015, "1.5e-3"},
        {1e-4, "1e-4"},   {2.5e-4, "2.5e-4"},  {0, "0"},        {9.999e-4, "1e-3"}, {1e-7, "1e-7"},
        {1e-10, "1e-10"}, {-0.002, "-2e-3"},   {0.9, "0.9"},    {1, "1"},           {100, "100"},
        {1000, "1e3"},    {12345, "1.23e4"},   {NAN, "-"}};
    static const struct number reals[] = {{0.002, "2e-3"}, {0.0123456, "0.0123456"}, {NAN, "-"}};
    static const struct number counts[] = {
        {0, "0"},           {633, "633"},         {9999, "9999"},
        {10000, "10.0 k"},  {74000, "74.0 k"},    {999499, "999 k"},
        {999900, "1.00 M"}, {11176512, "11.2 M"}, {1.82e9, "1.82 G"}};
    static const struct number shares[] = {{0.851, "85.1 %"}, {1, "100.0 %"}, {NAN, "-"}};
    static const struct number speeds[] = {
        {9.42, "9.4"}, {112.4, "112"}, {23456, "23.5 k"}, {NAN, "-"}};
    (void)state;
    EXPECT(losses, fmt_loss);
    EXPECT(rates, fmt_rate);
    EXPECT(reals, fmt_real);
    EXPECT(counts, fmt_count);
    EXPECT(shares, fmt_percent);
    EXPECT(speeds, fmt_speed);
    setlocale(LC_ALL, "de_DE.UTF-8"); /* where it exists, it has a comma */
    EXPECT(losses, fmt_loss);
    EXPECT(rates, fmt_rate);
    EXPECT(reals, fmt_real);
    setlocale(LC_ALL, "C");
}

static void words(void **state)
{
    (void)state;
    struct canvas c;
    struct str text = STR_INIT;
    canvas_init(&c, 9, 4);
    assert_int_equal(
        parts_wrap(&c, canvas_area(&c), ROLE_TEXT, "one two three incomprehensible end"), 4);
    canvas_text(&text, &c);
    assert_string_equal(text.s, "one two\nthree\nincompre\u2026\nend\n");
    canvas_clear(&c);
    str_clear(&text);
    assert_int_equal(parts_wrap(&c, (struct area){0, 0, 9, 2}, ROLE_TEXT, "one two three four"), 2);
    canvas_text(&text, &c);
    assert_string_equal(text.s, "one two\nthree fo\u2026\n\n\n");
    assert_int_equal(parts_wrap(&c, (struct area){0, 0, 0, 4}, ROLE_TEXT, "x"), 0);
    assert_int_equal(parts_wrap(&c, canvas_area(&c), ROLE_TEXT, ""), 0);
    str_done(&text);
    canvas_done(&c);
}

static void class_roles_repeat(void **state)
{
    (void)state;
    assert_int_equal(parts_class_role(0), ROLE_CLASS_0);
    assert_int_equal(parts_class_role(7), ROLE_CLASS_7);
    assert_int_equal(parts_class_role(8), ROLE_CLASS_0);
    assert_int_equal(parts_class_role(-1), ROLE_DIM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers),
        cmocka_unit_test(words),
        cmocka_unit_test(class_roles_repeat),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
