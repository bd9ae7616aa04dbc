/* Backends for pictures: which one is taken, and the very bytes they send.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "image/decode.h"
#include "ui/gfx.h"
#include "ui/link.h"

#ifdef HAVE_CHAFA /* what half blocks are replaced by where libchafa is */
#define FINEST "blocks"
#define FINEST_WHY "libchafa's blocks"
#else
#define FINEST "half-blocks"
#define FINEST_WHY "half blocks"
#endif

/* --- choosing ------------------------------------------------------------------------------- */

static const struct {
    const char *want, *why; /* name of the backend or NULL; how the reason begins */
    struct gfx_facts facts;
} choices[] = {
    {"sixel", "sixel: ", {.option = "auto", .utf8 = true, .colors = 256, .sixel = true}},
    {"kitty", "kitty's protocol: ", {.option = "auto", .utf8 = true, .colors = 256, .kitty = true}},
    {"sixel", "sixel: ", {.option = "auto", .sixel = true, .kitty = true}},
    {"sixel", "sixel: ", {.option = "auto", .colors = 256, .sixel = true, .tmux = true}},
    /* Konsole: pictures of sixel stay behind; kitty's protocol is answered by newer ones */
    {"kitty", "kitty's", {.option = "auto", .sixel = true, .kitty = true, .konsole = true}},
    {FINEST,
     FINEST_WHY ": Konsole",
     {.option = "auto", .utf8 = true, .colors = 256, .sixel = true, .konsole = true}},
    {FINEST,
     FINEST_WHY ": zellij",
     {.option = "auto", .utf8 = true, .colors = 256, .sixel = true, .zellij = true}},
    {FINEST,
     FINEST_WHY ": this tmux",
     {.option = "auto", .utf8 = true, .colors = 256, .tmux = true}},
    /* a name that was answered counts, the environment only where none was */
    {"iterm2",
     "iTerm2's protocol: the terminal answers",
     {.option = "auto", .sixel = true, .version = "iTerm2 3.5.0"}},
    {"iterm2",
     "iTerm2's protocol: the terminal answers",
     {.option = "auto", .sixel = true, .kitty = true, .version = "WezTerm 20240203"}},
    {"iterm2", "iTerm2's protocol: the env", {.option = "auto", .program = "iTerm.app"}},
    {"iterm2", "iTerm2's protocol: the env", {.option = "auto", .over_ssh = "iTerm2"}},
    {"sixel",
     "sixel: ",
     {.option = "auto", .sixel = true, .version = "XTerm(379)", .program = "iTerm.app"}},
    {FINEST,
     FINEST_WHY ": this tmux",
     {.option = "auto", .utf8 = true, .colors = 256, .over_ssh = "iTerm2", .tmux = true}},
    {"ascii",
     "characters",
     {.option = "auto", .utf8 = true, .colors = 8, .over_ssh = "iTerm2", .screen = true}},
    {"ascii", "characters: the terminal is not UTF-8", {.option = "auto", .colors = 256}},
    {"ascii", "characters: the terminal has fewer", {.option = "auto", .utf8 = true, .colors = 16}},
    /* the option stands above the answers, but blocks need colours */
    {"sixel", "as the option", {.option = "sixel"}},
    {"kitty", "as the option", {.option = "kitty", .sixel = true}},
    {"iterm2", "as the option", {.option = "iterm2", .sixel = true}},
    {"ascii", "as the option", {.option = "ascii", .sixel = true, .utf8 = true, .colors = 256}},
    {"ascii", "characters", {.option = "blocks", .sixel = true}},
    {"ascii", "characters", {.option = "half-blocks", .utf8 = true, .colors = 16}},
    {FINEST, FINEST_WHY, {.option = "blocks", .sixel = true, .utf8 = true, .colors = 256}},
    {"half-blocks", "half blocks", {.option = "half-blocks", .sixel = true, .utf8 = true, .colors = 256}},
    {NULL, "as the option", {.option = "none", .sixel = true}},
};

static void the_table_chooses(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof choices / sizeof *choices; i++) {
        struct gfx_facts facts = choices[i].facts;
        const char *why = NULL;
        facts.version = facts.version ? facts.version : "";
        facts.program = facts.program ? facts.program : "";
        facts.over_ssh = facts.over_ssh ? facts.over_ssh : "";
        const struct gfx_backend *b = gfx_choose(&facts, &why);
        if (!str_eq(b ? b->name : NULL, choices[i].want) || !str_starts(why, choices[i].why))
            print_message("# row %zu: %s, %s\n", i, b ? b->name : "none", why);
        assert_true(str_eq(b ? b->name : NULL, choices[i].want));
        assert_true(str_starts(why, choices[i].why));
    }
}

static void facts_come_from_answers_and_environment(void **state)
{
    (void)state;
    struct replies r;
    replies_init(&r);
    static const char *const names[] = {"TMUX",         "ZELLIJ",      "KONSOLE_VERSION",
                                        "TERM_PROGRAM", "LC_TERMINAL", "TERM"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unsetenv(names[i]);
    struct gfx_facts f = gfx_facts_of(&r, "auto", true, 256);
    assert_false(f.tmux || f.zellij || f.konsole || f.screen || f.sixel || f.kitty);
    snprintf(r.version, sizeof r.version, "tmux 3.4"); /* over ssh there is no TMUX */
    r.sixel = r.kitty = true;
    setenv("LC_TERMINAL", "iTerm2", 1);
    setenv("TERM", "screen-256color", 1);
    f = gfx_facts_of(&r, "auto", true, 256);
    assert_true(f.tmux && f.screen && f.sixel && f.kitty);
    assert_string_equal(f.over_ssh, "iTerm2");
    assert_string_equal(f.program, "");
}

/* --- kitty ---------------------------------------------------------------------------------- */

static struct gfx_out encode(const struct gfx_backend *b, int cols, int rows, int cell_w,
                             int cell_h, enum gfx_level level)
{
    struct gfx_pixels in = {.cols = cols, .rows = rows, .background = 0x102030, .level = level};
    struct gfx_out out;
    b->pixels(cols, rows, cell_w, cell_h, level, &in.width, &in.height);
    in.rgb = xmalloc((size_t)in.width * (size_t)in.height * 3);
    for (int i = 0; i < in.width * in.height; i++) { /* gradients, and a texture in blue */
        int x = i % in.width, y = i / in.width;
        in.rgb[3 * i] = (uint8_t)(x * 255 / in.width);
        in.rgb[3 * i + 1] = (uint8_t)(64 + y * 190 / in.height);
        in.rgb[3 * i + 2] = (uint8_t)(128 + (x / 2 * 7 + y * 13) % 64);
    }
    assert_int_equal(b->encode(&out, &in, NULL), ERR_OK);
    free(in.rgb);
    return out;
}

static void kitty_bytes(void **state)
{
    (void)state;
    struct str s = STR_INIT;
    struct gfx_out out = encode(&gfx_kitty, 2, 1, 1, 1, GFX_FULL);
    gfx_kitty.draw(&s, &out, 3, 5); /* 2 pixels: 0,64,128 and 127,64,128 */
    assert_string_equal(s.s, "\0337\033[6;4H"
                             "\033_Ga=T,q=2,C=1,f=24,s=2,v=1,c=2,r=1,i=1718359043,p=1,m=0;AECAf0CA"
                             "\033\\\0338");
    str_clear(&s);
    (gfx_kitty.erase)(&s, 3, 5);
    assert_string_equal(s.s, "\033_Ga=d,q=2,d=I,i=1718359043\033\\");
    assert_string_equal(gfx_kitty.finish, "\033_Ga=d,q=2,d=A\033\\");
    gfx_out_done(&out);
    str_done(&s);
}

/* Every command carries at most 4096 bytes; the last one, and only it, says that it is. */
static void kitty_cuts_into_chunks(void **state)
{
    (void)state;
    static const struct {
        int cols, n;
    } cases[] = {{31, 1}, {32, 1}, {33, 2}, {64, 2}, {100, 4}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct str s = STR_INIT;
        struct gfx_out out = encode(&gfx_kitty, cases[i].cols, 1, 1, 32, GFX_FULL);
        gfx_kitty.draw(&s, &out, 0, 0);
        int n = 0, last = 0;
        size_t payload = 0;
        for (const char *p = s.s; (p = strstr(p, "\033_G")); n++, p++) {
            const char *data = strchr(p, ';') + 1, *end = strstr(data, "\033\\");
            assert_true(end - data <= 4096 && (end - data) % 4 == 0);
            payload += (size_t)(end - data);
            last += data[-2] == '0';
            assert_true(data[-4] == 'm' && (data[-2] == '0') == !strstr(end, "\033_G"));
        }
        assert_int_equal(n, cases[i].n);
        assert_int_equal(last, 1);
        assert_int_equal(payload, cases[i].cols * 32 * 3 / 3 * 4);
        gfx_out_done(&out);
        str_done(&s);
    }
}

/* --- iTerm2 --------------------------------------------------------------------------------- */

static size_t base64_decode(const char *text, size_t n, uint8_t *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t length = 0;
    for (size_t i = 0; i < n; i += 4) {
        uint32_t bits = 0;
        int pad = (text[i + 2] == '=') + (text[i + 3] == '=');
        for (size_t k = 0; k < 4; k++)
            bits = bits << 6 |
                   (text[i + k] == '=' ? 0 : (uint32_t)(strchr(digits, text[i + k]) - digits));
        for (int k = 0; k < 3 - pad; k++)
            out[length++] = (uint8_t)(bits >> (16 - 8 * k));
    }
    return length;
}

/* The header byte for byte, then a JPEG of the pixels. */
static void iterm2_bytes(void **state)
{
    (void)state;
    struct str s = STR_INIT;
    struct gfx_out out = encode(&gfx_iterm2, 6, 3, 10, 20, GFX_FULL);
    gfx_iterm2.draw(&s, &out, 3, 5);
    const char *data = strchr(s.s, ':'), *end = strstr(s.s, "\a\0338");
    assert_true(data && end && end[3] == '\0');
    uint8_t *jpeg = xmalloc((size_t)(end - data));
    size_t n = base64_decode(data + 1, (size_t)(end - data - 1), jpeg);
    char *header = xasprintf("\0337\033[6;4H\033]1337;File=inline=1;size=%zu;width=6;height=3;"
                             "preserveAspectRatio=0;doNotMoveCursor=1:",
                             n);
    assert_memory_equal(s.s, header, strlen(header));
    assert_int_equal(strlen(header), data + 1 - s.s);
    static const struct image_limits limits = IMAGE_LIMITS_DEFAULT;
    struct image image;
    struct image_info info;
    assert_int_equal(image_decode(&image, jpeg, n, &limits, 0, &info, NULL), ERR_OK);
    assert_int_equal(image.width, 60);
    assert_int_equal(image.height, 60);
    int worst = 0;
    for (int x = 0; x < 60; x++)
        worst = abs(image.rgb[3 * (60 * 30 + x)] - x * 255 / 60) > worst
                    ? abs(image.rgb[3 * (60 * 30 + x)] - x * 255 / 60)
                    : worst;
    print_message("# %zu bytes of JPEG, largest difference %d\n", n, worst);
    assert_true(worst < 12);
    image_done(&image);
    free(header);
    free(jpeg);
    gfx_out_done(&out);
    str_done(&s);
}

/* --- sixel ---------------------------------------------------------------------------------- */

/* libsixel keeps five bits of a channel: white must not become grey for that. */
static void white_stays_white(void **state)
{
    (void)state;
    uint8_t rgb[20 * 12 * 3];
    struct gfx_pixels in = {.cols = 2, .rows = 1, .width = 20, .height = 12, .rgb = rgb};
    struct gfx_out out;
    memset(rgb, 255, sizeof rgb);
    memset(rgb, 0, 30);
    assert_int_equal(gfx_sixel.encode(&out, &in, NULL), ERR_OK);
    assert_non_null(strstr(out.bytes.s, ";2;100;100;100"));
    assert_non_null(strstr(out.bytes.s, ";2;0;0;0"));
    gfx_out_done(&out);
}

/* --- slow links ----------------------------------------------------------------------------- */

/* R38: the lean level costs well under half the bytes, for the same cells. */
static void lean_pictures_are_small(void **state)
{
    (void)state;
    static const struct gfx_backend *const backends[] = {&gfx_sixel, &gfx_kitty, &gfx_iterm2};
    for (size_t i = 0; i < 3; i++) {
        struct gfx_out full = encode(backends[i], 20, 8, 10, 20, GFX_FULL),
                       lean = encode(backends[i], 20, 8, 10, 20, GFX_LEAN);
        print_message("# %s: %zu bytes, lean %zu\n", backends[i]->name, full.bytes.len,
                      lean.bytes.len);
        assert_int_equal(lean.cols, 20);
        assert_int_equal(lean.rows, 8);
        assert_true(lean.bytes.len > 0 && lean.bytes.len * 2 < full.bytes.len);
        gfx_out_done(&full);
        gfx_out_done(&lean);
    }
}

/* One batch at a time, and less where it takes long. */
static void links(void **state)
{
    (void)state;
    struct link l = {0};
    assert_false(link_busy(&l, 10));
    link_sent(&l, 100000, 10);
    assert_true(link_busy(&l, 10.4));
    assert_false(link_busy(&l, 10.6)); /* no answer: on without one */
    link_answered(&l, 11.9);
    assert_false(link_busy(&l, 11.9));
    assert_int_equal(l.level, GFX_FULL);
    link_sent(&l, 100, 20); /* a long way, not a slow one */
    link_answered(&l, 25);
    assert_int_equal(l.level, GFX_FULL);
    for (int i = 0; i < 3; i++) {
        link_sent(&l, 50000, 30 + 5 * i);
        link_sent(&l, 50000, 30.6 + 5 * i);
        link_answered(&l, 32.5 + 5 * i);
        assert_int_equal(l.level, i == 0 ? GFX_LEAN : GFX_CELLS);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_chooses),
        cmocka_unit_test(facts_come_from_answers_and_environment),
        cmocka_unit_test(kitty_bytes),
        cmocka_unit_test(kitty_cuts_into_chunks),
        cmocka_unit_test(iterm2_bytes),
        cmocka_unit_test(white_stays_white),
        cmocka_unit_test(lean_pictures_are_small),
        cmocka_unit_test(links),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
