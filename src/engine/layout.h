/* Sizes of the records in blocks, in bytes: what block.c writes and views.c reads.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_ENGINE_LAYOUT_H
#define FL_ENGINE_LAYOUT_H

#define DS_HEADER (4 + 5 * 8 + 1 + 8 + 16 * 8 + 2 * 8)
#define DS_CLASS (4 + 4 * 8)
#define DS_FILE (3 * 4 + 4 + 2 * 4 + 1 + 8 + 2 * 4)
#define DS_NOTE (4 + 1)
#define DS_PAIR (2 * 8 + 1)

#define DS_NO_TWIN UINT32_MAX

#define RESULT_HEADER (2 * 4 + 8 + 3 * 8 + 2 * 4 + 2 * 8)
#define RESULT_NUMBERS (3 * 8 + 4 + 8)
#define RESULT_ROW (4 * 4 + 8)
#define RESULT_TOP_ENTRY (4 + 8)

#define RUN_TEXTS 10
#define RUN_ROW (RUN_TEXTS * 4 + 2 * 4 + 3 * 8 + 2 * 4) /* the last four bytes are zero: rows keep f64 aligned */

#define COMPARE_HEADER (3 * 8)
#define COMPARE_RUN (3 * 4 + 8)
#define COMPARE_EPOCH (4 + 2 * 8)

#endif
