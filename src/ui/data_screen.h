/* Inside of the Data screen: screen_data.c has its keys, the data_*.c draw its views.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_UI_DATA_SCREEN_H
#define FL_UI_DATA_SCREEN_H

#include "base/num.h"
#include "ui/data_sizes.h"
#include "ui/order.h"
#include "ui/screen.h"
#include "ui/w_filter.h"
#include "ui/w_list.h"
#include "ui/zoom.h"

#define STATUS_USED 0
#define STATUSES 16

enum data_view { DATA_LISTS, DATA_PROBLEMS, DATA_SIZES, DATA_PICTURE };

/* Columns that classes and files are sorted by, by key. */
enum data_column { DATA_BY_NAME, DATA_BY_COUNT, DATA_BY_PROBLEMS, DATA_COLUMNS };


/* A list with its filter: [0] the classes, [1] the files of the selected class. */
struct data_rows {
    struct list list;
    struct order order;
    struct filter filter;
    enum data_column column;
    bool reverse;
    bool keeps;  /* row kept is selected once the order is made */
    size_t kept;
    char *name;  /* of the selected class or file, to find it again in another scan; NULL none */
};

enum entry_kind { ENTRY_NOTE, ENTRY_REASON, ENTRY_FILE, ENTRY_CONFLICTS, ENTRY_PAIRS, ENTRY_PAIR };

/* A line of the problem list. */
struct entry {
    enum entry_kind kind;
    size_t index;
};

struct data_screen {
    const struct ui_calls *calls;
    enum data_view view, below; /* below: what the picture's window covers */
    struct data_rows rows[2];
    bool in_files;           /* the files have the keys */
    uint64_t version;        /* of the data set that all below was made for */
    size_t files_of;         /* class whose files rows[1] orders */
    uint64_t bytes, largest; /* of all classes; pictures used of the largest class */
    int name_width;          /* cells of the longest class name */
    struct list problems;
    bool second; /* of the pair whose picture has the window */
    struct sizes *sizes; /* made when they are first shown */
    int sizes_of;        /* class, -1 all */
    char *sizes_name;    /* of that class; NULL all */
    struct zoom zoom;
    int room_w, room_h;  /* pixels of the picture's window at its last draw */
};

/* --- screen_data.c -------------------------------------------------------------------------- */

/* Brings the orders up to the data set and the selection. */
void data_sync(struct data_screen *s, const struct ui_model *model);
/* The selected class; n_classes: none. */
size_t data_class(const struct data_screen *s, const struct ds_view *ds);
/* The file that is selected in the view, or below the picture's window; false: none. */
bool data_file(const struct data_screen *s, const struct ds_view *ds, size_t *file);

/* --- data_lists.c: classes, files, preview, totals ------------------------------------------ */

void data_draw_lists(struct data_screen *s, struct canvas *c, struct area body,
                     const struct ui_model *model);
void data_draw_totals(struct canvas *c, struct area a, const struct data_screen *s,
                      const struct ui_model *model);
const struct job_view *data_scan_job(const struct snapshot *snap); /* also one that draws the demo; NULL: none runs */

/* --- data_facts.c: what is known of a file --------------------------------------------------- */

char *data_status_words(char out[NUM_TEXT], int status); /* "not picture" */
/* Facts, one a row. */
void data_draw_facts(struct canvas *c, struct area a, const struct ds_view *ds, size_t file);
/* The picture of a file in the middle of a; false: it cannot be shown. */
bool data_draw_picture(struct canvas *c, struct area a, const struct ui_model *model, size_t file,
                       const struct zoom_window *window);

/* --- data_problems.c: what was skipped, and identical files --------------------------------- */

void data_draw_problems(struct data_screen *s, struct canvas *c, struct area body,
                        const struct ui_model *model);
size_t data_entries(const struct ds_view *ds);
struct entry data_entry(const struct ds_view *ds, size_t i);
size_t data_first_pair(const struct ds_view *ds); /* heading of the pairs; data_entries: none */
bool data_next_heading(struct data_screen *s, const struct ds_view *ds, bool back);
/* The file of an entry; second: of a pair. False: it has none. */
bool data_entry_file(const struct ds_view *ds, size_t entry, bool second, size_t *file);

/* --- data_names.c: what is selected is found again in another scan, by its name --------------- */

void data_keep_names(struct data_screen *s, const struct ds_view *ds); /* of what is selected now */
void data_forget_names(struct data_screen *s);
/* Before an order is made: the class that was selected is selected in it, and that of the sizes is found; then the file, in the class files_of.
 * What is gone: its place stays selected. */
void data_find_class(struct data_screen *s, const struct ds_view *ds);
void data_find_file(struct data_screen *s, const struct ds_view *ds);

/* --- data_window.c: one picture in the whole window ------------------------------------------ */

void data_draw_window(struct data_screen *s, struct canvas *c, struct area body,
                      const struct ui_model *model);
bool data_window_action(struct data_screen *s, enum action action, const struct ui_model *model);

#endif
