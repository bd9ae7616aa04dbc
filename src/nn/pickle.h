/* A pickle stream as a tree of values. Nothing is looked up, called or built: a call is kept as the name of what it would call with
 * its arguments, and the reader of the tree decides which names it knows.
 * The opcodes are those of Python's pickletools, protocols 2 to 5.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_NN_PICKLE_H
#define FL_NN_PICKLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum pickle_kind {
    PICKLE_NONE,
    PICKLE_BOOL,
    PICKLE_INT,
    PICKLE_BIG,    /* an integer of more than 64 bits: its bytes, little-endian, in text */
    PICKLE_REAL,
    PICKLE_TEXT,   /* UTF-8 text or an old string */
    PICKLE_BYTES,
    PICKLE_LIST,
    PICKLE_TUPLE,
    PICKLE_SET,
    PICKLE_DICT,   /* items: key, value, key, value, ...; collections.OrderedDict is one */
    PICKLE_GLOBAL, /* text: "module.name" */
    PICKLE_CALL,   /* callee would be called, or made a new object of, with args; then state set and items added */
    PICKLE_PERSISTENT /* args: what the stream's owner finds the object by */
};

/* One value; lives as long as its stream. Shared and even circular where the stream says so. */
struct pickle_value {
    enum pickle_kind kind;
    int64_t i;                   /* BOOL, INT; CALL: 1 for a new object of a class, 0 for a function's result */
    double real;                 /* REAL */
    const char *text;            /* TEXT, BYTES, GLOBAL, BIG; NUL after the last byte */
    size_t n_text;
    struct pickle_value **items; /* LIST, TUPLE, SET, DICT; of a CALL: what was added to it */
    size_t n_items, cap_items;
    struct pickle_value *callee, *args, *state;
};

struct pickle; /* opaque */

/* Parses one stream at the beginning of bytes. *used: where it ended. errors: FORMAT */
enum err_code pickle_parse(struct pickle **out, const uint8_t *bytes, size_t n, size_t *used, struct err *err);
void pickle_free(struct pickle *pickle); /* NULL is fine */

const struct pickle_value *pickle_root(const struct pickle *pickle);

/* Every call, and every persistent id, in the order of the stream. */
size_t pickle_calls(const struct pickle *pickle);
const struct pickle_value *pickle_call(const struct pickle *pickle, size_t i);
size_t pickle_persistents(const struct pickle *pickle);
const struct pickle_value *pickle_persistent(const struct pickle *pickle, size_t i);

/* Value of a text key of a dict, or NULL. */
const struct pickle_value *pickle_dict_get(const struct pickle_value *dict, const char *key);

#endif
