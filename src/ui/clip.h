/* Text for the clipboard of the person's own machine, through any number of ssh connections.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_CLIP_H
#define FL_UI_CLIP_H

#include "base/str.h"

#define CLIP_MAX 70000 /* bytes; terminals drop sequences of more than about 100 kB */

/* Appends the sequence that sets the clipboard: OSC 52, its text in base 64 (RFC 4648, section 4).
 * False, and nothing appended: the text is too long. source: XTerm Control Sequences, OSC Ps 52 */
bool clip_sequence(struct str *out, const char *text);

#endif
