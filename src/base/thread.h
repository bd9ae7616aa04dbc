/* Threads that take no signals.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_BASE_THREAD_H
#define FL_BASE_THREAD_H

#include <pthread.h>
#include <stdbool.h>

/* As pthread_create. Signals go to other threads, but those of a fault of the thread itself: they have to reach who gives the terminal back.
 * False: there can be no more threads. */
bool thread_start(pthread_t *thread, void *(*body)(void *), void *arg);

#endif
