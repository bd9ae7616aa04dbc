/* How charts are looked at, and what a history gathers: by numbers. SPDX-License-Identifier:
 * GPL-3.0-or-later */
#include "unit/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/chart_view.h"

/* --- windows --------------------------------------------------------------------------------- */

static void expect_window(const struct chart_view *v, const struct chart_span *span, double lo,
                          double hi)
{
    double x0, x1;
    chart_window(v, span, &x0, &x1);
    assert_float_equal(x0, lo, 1e-9);
    assert_float_equal(x1, hi, 1e-9);
}

static void zooming(void **state)
{
    struct chart_view v;
    struct chart_span span = {.now = 8, .end = 10, .least = 0.5};
    (void)state;
    chart_view_default(&v);
    expect_window(&v, &span, 0, 10);
    chart_zoom(&v, &span, 0.5); /* about the newest, which stays where it was: at 80 % */
    expect_window(&v, &span, 4, 9);
    assert_true(v.follow);
    chart_zoom(&v, &span, 2);
    expect_window(&v, &span, 0, 10);
    assert_false(chart_zoomed(&v));
    for (int i = 0; i < 20; i++)
        chart_zoom(&v, &span, 0.5);
    assert_true(fabs(v.x1 - v.x0 - 0.5) < 1e-9); /* no narrower than this */
    for (int i = 0; i < 20; i++)
        chart_zoom(&v, &span, 2);
    assert_false(chart_zoomed(&v));
    v.cursor_on = true;
    v.cursor = 2;
    chart_zoom(&v, &span, 0.5); /* about the cursor */
    expect_window(&v, &span, 1, 6);
    assert_false(v.follow);
}

/* The wheel: what is under the pointer stays there, unless the axis ends. */
static void zooming_about_a_place(void **state)
{
    struct chart_view v;
    struct chart_span span = {.now = 8, .end = 10, .least = 0.5};
    double x0, x1, share = 0.3, worst = 0;
    (void)state;
    chart_view_default(&v);
    for (int i = 0; i < 12; i++) {
        chart_window(&v, &span, &x0, &x1);
        double at = x0 + share * (x1 - x0);
        chart_zoom_at(&v, &span, 0.8, at);
        chart_window(&v, &span, &x0, &x1);
        worst = fmax(worst, fabs(x0 + share * (x1 - x0) - at));
    }
    print_message("# moved by %g at most\n", worst);
    assert_true(worst < 1e-9);
    assert_false(v.follow);
    for (int i = 0; i < 30; i++)
        chart_zoom_at(&v, &span, 0.8, x0);
    assert_true(fabs(v.x1 - v.x0 - 0.5) < 1e-9); /* no narrower than this */
    for (int i = 0; i < 40; i++)
        chart_zoom_at(&v, &span, 1.25, x0);
    assert_false(chart_zoomed(&v)); /* and no wider than all */
    assert_true(v.follow);
    span.now = span.end = 9.5;
    chart_zoom_at(&v, &span, 0.5, 9.5); /* at the newest: it goes on following */
    assert_true(v.follow);
    expect_window(&v, &span, 4.75, 9.5);
}

static void panning(void **state)
{
    struct chart_view v;
    struct chart_span span = {.now = 8, .end = 10, .least = 0.5};
    (void)state;
    chart_view_default(&v);
    v.x0 = 4, v.x1 = 8;
    chart_pan(&v, &span, -0.5);
    expect_window(&v, &span, 2, 6);
    assert_false(v.follow);
    for (int i = 0; i < 9; i++)
        chart_pan(&v, &span, -0.5);
    expect_window(&v, &span, 0, 4); /* not below the begin */
    for (int i = 0; i < 9; i++)
        chart_pan(&v, &span, 0.5);
    expect_window(&v, &span, 6, 10); /* nor beyond the end */
    assert_true(v.follow);
}

/* A following window stands still until the newest point leaves it, then moves by an eighth at
 * least. */
static void following(void **state)
{
    struct chart_view v;
    struct chart_span span = {.now = 8, .end = 100, .least = 0.5};
    (void)state;
    chart_view_default(&v);
    v.x0 = 0, v.x1 = 8;
    expect_window(&v, &span, 0, 8);
    span.now = 8.2;
    expect_window(&v, &span, 1, 9);
    span.now = 8.9;
    expect_window(&v, &span, 1, 9);
    span.now = 50.5;
    expect_window(&v, &span, 43, 51);
    v.follow = false;
    expect_window(&v, &span, 0, 8);
}

static void cursors(void **state)
{
    struct chart_view v;
    struct chart_span span = {.now = 8, .end = 10, .least = 0.5};
    (void)state;
    chart_view_default(&v);
    chart_cursor(&v, &span, -1, 101);
    assert_true(v.cursor_on);
    assert_float_equal(v.cursor, 8, 0); /* the newest first */
    chart_cursor(&v, &span, -1, 101);
    assert_float_equal(v.cursor, 7.9, 1e-9);
    chart_cursor(&v, &span, 100, 101);
    assert_float_equal(v.cursor, 8, 0); /* not beyond the newest */
    chart_cursor(&v, &span, -1000, 101);
    assert_float_equal(v.cursor, 0, 0);
    v.x0 = 2, v.x1 = 4, v.cursor = 2;
    chart_cursor(&v, &span, -5, 101); /* the window comes along */
    assert_float_equal(v.cursor, 1.9, 1e-9);
    expect_window(&v, &span, 1.65, 3.65);
    assert_false(v.follow);
}

static void values(void **state)
{
    struct chart_view v;
    struct plot_range r = {1, 3, 0.5, false, 0}, log = {-2, 0, 1, true, 0};
    (void)state;
    chart_view_default(&v);
    chart_zoom_y(&v, CHART_LOSS, &r, 0.5);
    assert_float_equal(v.y[CHART_LOSS].lo, 1.5, 1e-12);
    assert_float_equal(v.y[CHART_LOSS].hi, 2.5, 1e-12);
    chart_zoom_y(&v, CHART_LOSS, &r, 4); /* not below 0 */
    assert_float_equal(v.y[CHART_LOSS].lo, 0, 0);
    assert_float_equal(v.y[CHART_LOSS].hi, 8, 1e-12);
    chart_pan_y(&v, CHART_LOSS, &r, -0.25);
    assert_float_equal(v.y[CHART_LOSS].lo, 0.5, 1e-12);
    chart_pan_y(&v, CHART_LOSS, &r, -5);
    assert_float_equal(v.y[CHART_LOSS].lo, 0, 1e-12);
    assert_float_equal(v.y[CHART_LOSS].hi, 2, 1e-12);
    chart_zoom_y(&v, CHART_RATE, &log, 2); /* powers of ten may be negative */
    assert_float_equal(v.y[CHART_RATE].lo, -3, 1e-12);
    chart_zoom_y_at(&v, CHART_LOSS, &(struct plot_range){1, 3, 0.5, false, 0}, 0.5, 1.4);
    assert_float_equal(v.y[CHART_LOSS].lo, 1.2, 1e-12); /* 1.4 stays at a fifth of the height */
    assert_float_equal(v.y[CHART_LOSS].hi, 2.2, 1e-12);
    chart_zoom_y_at(&v, CHART_LOSS, &(struct plot_range){0, 2, 0.5, false, 0}, 2, 1);
    assert_float_equal(v.y[CHART_LOSS].lo, 0, 0); /* not below 0 */
    assert_float_equal(v.y[CHART_LOSS].hi, 4, 1e-12);
    chart_zoom_y(&v, CHART_LOSS, &(struct plot_range){1, 3, 0.5, false, 0}, 0.5);
    for (int i = 0; i < 3000; i++) { /* any number of keys */
        r = (struct plot_range){v.y[CHART_LOSS].lo, v.y[CHART_LOSS].hi, 1, false, 0};
        chart_zoom_y(&v, CHART_LOSS, &r, i < 1500 ? 2 : 0.5);
    }
    assert_true(v.y[CHART_LOSS].lo < v.y[CHART_LOSS].hi && isfinite(v.y[CHART_LOSS].hi));
}

static void smoothing_steps(void **state)
{
    (void)state;
    assert_float_equal(chart_next_smoothing(0), 0.6, 0);
    assert_float_equal(chart_next_smoothing(0.6), 0.9, 0);
    assert_float_equal(chart_next_smoothing(0.9), 0.99, 0);
    assert_float_equal(chart_next_smoothing(0.99), 0, 0);
}

/* --- which charts ---------------------------------------------------------------------------- */

static void choosing(void **state)
{
    bool has[CHART_COUNT] = {0};
    enum chart_id chosen[CHART_COUNT];
    struct err err = {0};
    (void)state;
    has[CHART_LOSS] = has[CHART_ACCURACY] = has[CHART_RATE] = has[CHART_GPU] = true;
    assert_int_equal(chart_choose(chosen, "", has), 4);
    assert_int_equal(chart_choose(chosen, "^(loss|RATE)$", has), 2);
    assert_true(chosen[0] == CHART_LOSS && chosen[1] == CHART_RATE);
    assert_int_equal(chart_choose(chosen, "gpu", has), 1); /* gpu-power has nothing to show */
    assert_int_equal(chart_choose(chosen, "accuracy.", has), 0);
    assert_int_equal(chart_choose(chosen, "(", has), 4);
    assert_int_equal(chart_pattern_check("gpu.*|loss", &err), ERR_OK);
    assert_int_equal(chart_pattern_check("(", &err), ERR_INVALID);
    print_message("# %s\n", err.message);
    assert_int_equal(chart_pattern_check("volume", &err), ERR_INVALID);
    assert_string_equal(err.message, "\"volume\": no chart has such a name");
    for (int i = 0; i < CHART_COUNT; i++)
        assert_int_equal(chart_find(chart_row((enum chart_id)i)->name), i);
    assert_int_equal(chart_find("volume"), -1);
}

/* --- view.ini -------------------------------------------------------------------------------- */

static void written_and_read(void **state)
{
    (void)state;
    struct chart_view v, back;
    struct str text = STR_INIT, again = STR_INIT;
    chart_view_default(&v);
    v.axis = AXIS_TIME;
    v.x0 = 12.5, v.x1 = 80.25;
    v.follow = false, v.large = true, v.coarse = true;
    v.smoothing = 0.99;
    v.count = 7;
    v.focus = CHART_SPEED;
    strcpy(v.pattern, "^loss|images/s = 3");
    v.y[CHART_LOSS].log = true;
    v.y[CHART_LOSS].lo = -2, v.y[CHART_LOSS].hi = 0.5;
    chart_view_write(&text, &v);
    chart_view_default(&back);
    chart_view_read(&back, text.s);
    chart_view_write(&again, &back);
    assert_string_equal(text.s, again.s);
    assert_true(back.axis == AXIS_TIME && back.count == 7 && back.focus == CHART_SPEED &&
                back.y[CHART_LOSS].log);
    chart_view_default(&back); /* nonsense is left alone */
    struct chart_view before = back;
    chart_view_read(&back,
                    "axis = sideways\ncharts = 12\nsmoothing = 1\npattern = (\nchart = volume\n"
                    "range = loss 3 1\nrange = loss nan 1\nrange = volume 1 2\nlog = \n\n=\n"
                    "from = nan\nto\nfrom = 3x\nto = 4 5\ncharts = 7a\nsmoothing = 0.6.\n[view]\nmoon = full");
    assert_memory_equal(&back, &before, sizeof back);
    str_done(&text);
    str_done(&again);
}

/* --- history --------------------------------------------------------------------------------- */

static struct snapshot *made(uint64_t job, int64_t steps_in_epoch)
{
    struct snapshot *snap = xcalloc(1, sizeof *snap);
    snap->train.job = job;
    snap->train.live = true;
    snap->train.steps_in_epoch = steps_in_epoch;
    snap->train.n_train = 16 * steps_in_epoch;
    snap->train.n_epochs = 10;
    return snap;
}

static void add_step(struct snapshot *snap, float loss)
{
    struct train_view *t = &snap->train;
    t->step++;
    t->seconds = 2 * (double)t->step;
    t->steps[t->steps_seen++ % SNAP_STEPS] = (struct step_point){
        .step = t->step, .loss = loss, .acc = 0.5f, .lr = 1e-3f, .seconds = t->seconds};
}

static void add_epoch(struct snapshot *snap, int epoch)
{
    struct train_view *t = &snap->train;
    t->epochs[t->epochs_seen++ % SNAP_EPOCHS] = (struct epoch_metrics){
        .epoch = epoch, .train_loss = 1.0 / epoch, .val_loss = 2.0 / epoch, .seconds = 20};
}

/* A run of more steps than a snapshot keeps, looked at often: nothing is lost, and the mean is that
 * of all of it. */
static void every_step_is_kept(void **state)
{
    enum { N = 3 * SNAP_STEPS + 7 };
    (void)state;
    struct history h = {0};
    struct snapshot *snap = made(3, 10);
    double *y = xmalloc(N * sizeof *y), *smooth = xmalloc(N * sizeof *smooth), largest = 0;
    history_smooth(&h, 0.9);
    for (int i = 0; i < N; i++) {
        y[i] = i % 977 == 5 ? NAN : sin(i * 0.01) + 0.001 * (i % 13);
        add_step(snap, (float)y[i]);
        if (i % 1000 == 0)
            history_take(&h, snap);
    }
    history_take(&h, snap);
    history_take(&h, snap); /* once more: nothing new */
    assert_int_equal(h.raw[LINE_TRAIN_LOSS].n, N);
    plot_smooth(smooth, y, N, 0.9);
    for (int i = 0; i < N; i++) {
        double got = (double)h.smooth[LINE_TRAIN_LOSS].y[i];
        assert_int_equal(isnan(got), isnan(smooth[i]));
        largest = isnan(got) ? largest : fmax(largest, fabs(got - smooth[i]));
    }
    print_message("# %d steps, smoothed: largest difference %g\n", N, largest);
    assert_true(largest < 1e-6);
    history_smooth(&h, 0);
    assert_float_equal((double)h.smooth[LINE_TRAIN_LOSS].y[N - 1], y[N - 1], 1e-6);
    history_done(&h);
    free(snap);
    free(y);
    free(smooth);
}

/* Steps that left the snapshot before anybody looked are stood for by their epochs. */
static void epochs_stand_for_lost_steps(void **state)
{
    (void)state;
    struct history h = {0};
    struct snapshot *snap = made(3, 1000);
    for (int epoch = 1; epoch <= 12; epoch++) {
        for (int i = 0; i < 1000; i++)
            add_step(snap, 0.5f);
        add_epoch(snap, epoch);
    }
    history_take(&h, snap);
    const struct track *t = &h.tracks[TRACK_STEPS];
    assert_int_equal(h.n_old, 3);
    assert_int_equal(t->n, 3 + SNAP_STEPS);
    for (int i = 0; i < 3; i++) {
        assert_float_equal(t->step[i], 1000 * (i + 1), 0);
        assert_float_equal((double)h.raw[LINE_TRAIN_LOSS].y[i], 1.0 / (i + 1), 1e-6);
    }
    assert_float_equal(t->step[3], 12000 - SNAP_STEPS + 1, 0);
    assert_int_equal(h.raw[LINE_VAL_LOSS].n, 12);
    history_done(&h);
    free(snap);
}

static void axes(void **state)
{
    (void)state;
    struct history h = {0};
    struct snapshot *snap = made(3, 10);
    double scale;
    for (int i = 0; i < 25; i++)
        add_step(snap, 0.5f);
    add_epoch(snap, 1);
    add_epoch(snap, 2);
    history_take(&h, snap);
    const struct train_view *t = &snap->train;
    assert_float_equal(history_now(&h, t, AXIS_EPOCH), 2.5, 1e-12);
    assert_float_equal(history_now(&h, t, AXIS_STEP), 25, 0);
    assert_float_equal(history_now(&h, t, AXIS_TIME), 50, 0);
    assert_float_equal(history_now(&h, t, AXIS_IMAGES), 400, 1e-9);
    assert_float_equal(history_end(&h, t, AXIS_EPOCH), 10, 0);
    assert_float_equal(history_end(&h, t, AXIS_STEP), 100, 1e-9);
    assert_float_equal(history_end(&h, t, AXIS_TIME), 50, 1e-9);
    assert_float_equal(history_end(&h, t, AXIS_IMAGES), 1600, 1e-9);
    assert_float_equal(history_place(&h, AXIS_TIME, 20), 40, 0);
    assert_float_equal(history_place(&h, AXIS_IMAGES, 20), 320, 1e-9);
    assert_true(isnan(history_place(&h, AXIS_TIME, 90)));
    const double *x = history_x(&h, TRACK_EPOCHS, AXIS_TIME, &scale);
    assert_float_equal(x[1] * scale, 40, 0);
    struct chart_view v;
    chart_view_default(&v);
    v.x0 = 1, v.x1 = 2, v.cursor = 1.5; /* epochs: steps 10 to 20 */
    chart_axis(&v, &h, AXIS_TIME);
    assert_float_equal(v.x0, 20, 1e-9);
    assert_float_equal(v.x1, 40, 1e-9);
    assert_float_equal(v.cursor, 30, 1e-9);
    chart_axis(&v, &h, AXIS_IMAGES);
    assert_float_equal(v.x1, 320, 1e-9);
    history_done(&h);
    free(snap);
}

static void another_run_begins_anew(void **state)
{
    (void)state;
    struct history h = {0};
    struct snapshot *snap = made(3, 10), *next = made(4, 20);
    for (int i = 0; i < 25; i++)
        add_step(snap, 0.5f);
    snap->gauges = (struct gauges){.seen = 1,
                                   .cores = 0.5,
                                   .memory_used = 3,
                                   .memory_total = 4,
                                   .gpu = NAN,
                                   .gpu_temperature = NAN,
                                   .gpu_power = NAN};
    history_take(&h, snap);
    history_take(&h, snap);
    assert_int_equal(h.tracks[TRACK_GAUGES].n, 1);
    assert_float_equal((double)h.raw[LINE_MEMORY].y[0], 0.75, 1e-6);
    assert_true(history_has(&h, CHART_CORES) && history_has(&h, CHART_LOSS));
    assert_false(history_has(&h, CHART_GPU) || history_has(&h, CHART_POWER));
    history_take(&h, next);
    assert_int_equal(h.raw[LINE_TRAIN_LOSS].n, 0);
    assert_false(history_has(&h, CHART_LOSS));
    assert_float_equal(history_end(&h, &next->train, AXIS_STEP), 200, 1e-9);
    history_done(&h);
    free(snap);
    free(next);
}

/* A clock that goes back, or none at all: places never fall. */
static void odd_clocks(void **state)
{
    (void)state;
    struct history h = {0};
    struct snapshot *snap = made(3, 10);
    const double times[] = {NAN, 1, NAN, 0.5, 3};
    for (int i = 0; i < 5; i++) {
        add_step(snap, 1);
        snap->train.steps[i].seconds = times[i];
    }
    history_take(&h, snap);
    const double expected[] = {0, 1, 1, 1, 3};
    for (int i = 0; i < 5; i++)
        assert_float_equal(h.tracks[TRACK_STEPS].time[i], expected[i], 0);
    history_done(&h);
    free(snap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zooming),
        cmocka_unit_test(zooming_about_a_place), cmocka_unit_test(panning),
        cmocka_unit_test(following),
        cmocka_unit_test(cursors),
        cmocka_unit_test(values),
        cmocka_unit_test(smoothing_steps),
        cmocka_unit_test(choosing),
        cmocka_unit_test(written_and_read),
        cmocka_unit_test(axes),
        cmocka_unit_test(every_step_is_kept),
        cmocka_unit_test(odd_clocks),
        cmocka_unit_test(epochs_stand_for_lost_steps),
        cmocka_unit_test(another_run_begins_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
