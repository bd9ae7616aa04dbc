/* Copies of commands, and the byte form of what changes; the whole forms are public.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_ENGINE_WIRE_H
#define FL_ENGINE_WIRE_H

#include "engine/engine.h"

/* A deep copy whose options are never NULL; cmd_done frees what it owns. */
void cmd_copy(struct cmd *to, const struct cmd *from);

/* What of the rings the other side has: of which run, and how many were seen. Zeros: nothing. */
struct wire_known {
    uint64_t job, steps, epochs;
};

/* The snapshot without the entries of the rings that are known; known is brought up to date. */
void snapshot_encode_after(struct str *out, const struct snapshot *snap, struct wire_known *known);
/* Onto the snapshot as it was decoded last (zeros at first). On failure snap is half made, but its counts are good.
 * errors: FORMAT */
enum err_code snapshot_decode_after(struct snapshot *snap, struct reader *r, struct err *err);

/* A number that is another one whenever the byte forms are: fields, sizes of rings, commands and options have a part in it. */
uint64_t wire_form(void);

#endif
