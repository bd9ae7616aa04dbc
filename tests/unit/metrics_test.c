/* metrics: sums over pictures (faults C03, C04, C05), best epochs (C14), baselines (C38).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "unit/test.h"

#include <math.h>

#include "stats/metrics.h"

/* C03, C04: 5 pictures; every way of cutting them into batches gives the same numbers. */
static void batches_do_not_change_the_result(void **state)
{
    (void)state;
    static const double loss[5] = {0.1, 2.5, 0.7, 4.0, 0.2};
    static const int right[5] = {1, 0, 1, 0, 1};
    double largest = 0;
    for (int size = 1; size <= 5; size++) {
        struct tally t = {0};
        for (int at = 0; at < 5; at += size) {
            int n = at + size > 5 ? 5 - at : size, correct = 0;
            double sum = 0;
            for (int i = at; i < at + n; i++) {
                sum += loss[i];
                correct += right[i];
            }
            tally_add(&t, sum / n, correct, n);
        }
        assert_int_equal(t.n, 5);
        largest = fmax(largest, fabs(tally_loss(&t) - 1.5));
        assert_true(tally_acc(&t) == 0.6);
    }
    print_message("# largest difference of the loss over batch sizes 1 to 5: %.3g\n", largest);
    assert_true(largest < 1e-12);
}

static void nothing_counted_is_unknown(void **state)
{
    (void)state;
    struct tally t = {0};
    assert_true(isnan(tally_loss(&t)) && isnan(tally_acc(&t)));
}

/* C05: class 2 has no pictures, class 1 is never predicted: "unknown", not 0. */
static void absent_classes_are_unknown(void **state)
{
    (void)state;
    struct confusion c;
    confusion_init(&c, 3);
    confusion_add(&c, 0, 0);
    confusion_add(&c, 0, 0);
    confusion_add(&c, 0, 2);
    confusion_add(&c, 1, 0);
    assert_int_equal(confusion_row(&c, 0), 3);
    assert_int_equal(confusion_column(&c, 0), 3);
    assert_true(confusion_recall(&c, 0) == 2.0 / 3);
    assert_true(confusion_precision(&c, 0) == 2.0 / 3);
    assert_true(fabs(confusion_f1(&c, 0) - 2.0 / 3) < 1e-15);
    assert_true(confusion_recall(&c, 1) == 0 && isnan(confusion_precision(&c, 1)));
    assert_true(isnan(confusion_recall(&c, 2)) && confusion_precision(&c, 2) == 0);
    assert_true(confusion_accuracy(&c) == 0.5);
    assert_true(fabs(confusion_balanced(&c) - 1.0 / 3) < 1e-15);
    confusion_done(&c);
}

static struct epoch_metrics epoch(int number, double acc, double loss)
{
    return (struct epoch_metrics){.epoch = number, .val_acc = acc, .val_loss = loss};
}

static bool offer(struct best *best, int number, double acc, double loss)
{
    struct epoch_metrics m = epoch(number, acc, loss);
    return best_update(best, &m);
}

/* C14: NaN and infinity are never the best, neither first nor later, and do not hide later good
 * ones. */
static void nan_is_never_best(void **state)
{
    (void)state;
    struct best best = {0};
    assert_false(offer(&best, 1, NAN, 1));
    assert_false(offer(&best, 2, 0.9, NAN));
    assert_false(offer(&best, 3, 0.9, INFINITY));
    assert_int_equal(best.epoch, 0);
    assert_true(offer(&best, 4, 0.5, 1));
    assert_false(offer(&best, 5, NAN, NAN));
    assert_int_equal(best.epoch, 4);
    assert_true(offer(&best, 6, 0.6, 2));
    assert_int_equal(best.epoch, 6);
}

static void ties_go_to_lower_loss_then_earlier(void **state)
{
    (void)state;
    struct best best = {0};
    assert_true(offer(&best, 1, 0.8, 0.5));
    assert_false(offer(&best, 2, 0.8, 0.5));
    assert_true(offer(&best, 3, 0.8, 0.4));
    assert_false(offer(&best, 4, 0.79, 0.1));
    assert_int_equal(best.epoch, 3);
    assert_true(best.val_acc == 0.8 && best.val_loss == 0.4);
}

/* C38: 94 + 6 pictures, everything answered with the large class. */
static void imbalance_is_seen(void **state)
{
    (void)state;
    static const int64_t counts[2] = {94, 6}, none[2] = {0, 0};
    struct confusion c;
    confusion_init(&c, 2);
    for (int i = 0; i < 100; i++)
        confusion_add(&c, i >= 94, 0);
    assert_true(confusion_accuracy(&c) == 0.94);
    assert_true(majority_accuracy(counts, 2) == 0.94);
    assert_true(confusion_balanced(&c) == 0.5);
    assert_true(isnan(majority_accuracy(none, 2)));
    confusion_done(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(batches_do_not_change_the_result),
        cmocka_unit_test(nothing_counted_is_unknown),
        cmocka_unit_test(absent_classes_are_unknown),
        cmocka_unit_test(nan_is_never_best),
        cmocka_unit_test(ties_go_to_lower_loss_then_earlier),
        cmocka_unit_test(imbalance_is_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
