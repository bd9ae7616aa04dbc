/* A growable list of texts.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_BASE_NAMES_H
#define FL_BASE_NAMES_H

#include <stddef.h>

/* Zeros are an empty one. Fields may be read; list may be taken over whole. */
struct names {
    char **list;
    size_t n, cap;
};

void names_add(struct names *names, const char *name);  /* a copy */
void names_own(struct names *names, char *name);        /* the name itself, freed with the list */
void names_sort(struct names *names);                   /* in byte order, equal ones once */
void names_done(struct names *names);                   /* empty again */

#endif
