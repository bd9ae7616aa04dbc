/* Copies of commands; the byte forms themselves are public.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_ENGINE_WIRE_H
#define FL_ENGINE_WIRE_H

#include "engine/engine.h"

/* A deep copy whose options are never NULL; cmd_done frees what it owns. */
void cmd_copy(struct cmd *to, const struct cmd *from);

#endif
