/* A small laboratory for tests that press the real program's keys: drawn pictures, a run without a
 * screen to compare with, runs that stand still in a save. The current folder is the laboratory.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_TESTS_UI_KEYS_LAB_H
#define FL_TESTS_UI_KEYS_LAB_H

#include "unit/test.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "ui/pty.h"

#define EPOCHS "6"
#define OF_ALL " of " EPOCHS /* "epoch 3 of 20": a run trains */
#define SMALL                                                                                      \
    " flowers --model resnet10-quarter --image-size 32 --batch-size 16 --threads 1 --device cpu"   \
    " --precision fp32"
#define LONG " --mode scratch --epochs " EPOCHS

bool lab_find(void);           /* the program; false, and a skip is printed: it was built without libtorch */
int lab_open(void **state);    /* group setup: also trains the run "batch" */
int lab_close(void **state);
const char *lab_program(void); /* its path */

int lab_batch(const char *words); /* the program without a terminal, its output in the file out; its status */
struct pty *lab_pty(const char *words);  /* the program on a terminal of 120 x 40 */
struct pty *lab_start(const char *words); /* the same; a run stands still in its third save until lab_let_go */
struct pty *lab_start_run(char *run);    /* a run of EPOCHS epochs from scratch, once it stands still */
bool lab_is_held(const char *run);
bool lab_trains(struct pty *p, void *run); /* for pty_wait: on the screen, and held */
void lab_let_go(const char *run);

/* Ways for a terminal to go away, and what must be true after the end. */
void lab_hang_up(struct pty *p);
void lab_close_terminal(struct pty *p);
void lab_end_well(struct pty *p);    /* ends by itself with 0 and gives the terminal back */
void lab_wait_child(pid_t pid);      /* the working process, after its parent, ends with 0 */

/* What is in a run's folder; the caller frees texts. */
char *lab_text(const char *run, const char *name);
size_t lab_epochs(const char *run);
char *lab_numbers(const char *run); /* first five columns of metrics.csv */
void lab_check_state(const char *run, const char *state);
void lab_check_same(const char *run, const char *as); /* done; numbers and best weights equal */

#endif
