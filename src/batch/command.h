/* Commands: one row each, and what they share.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FL_BATCH_COMMAND_H
#define FL_BATCH_COMMAND_H

#include <cjson/cJSON.h>

#include "batch/batch.h"
#include "batch/output.h"
#include "engine/engine.h"

enum exit_code { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_INTERRUPTED = 130 };

/* Switches that are no options of the list. */
enum flag {
    FLAG_JSON = 1,
    FLAG_HELP = 2,
    FLAG_VERSION = 4,
    FLAG_START = 8,
    FLAG_LAST = 16,
    FLAG_NO_SCREEN = 32,
    FLAG_PRETRAIN = 64,
    FLAG_OUT = 128,  /* takes a value */
    FLAG_MORE = 256, /* --epochs +N of resume; takes a value */
    FLAG_STORED = 512,
    FLAG_MODES = 1024, /* --mode of train: that of the option, or several; takes a value */
    FLAG_ROWS = 2048, /* of grid; takes a value */
    FLAG_COLS = 4096,
    FLAG_DRY = 8192
};
/* What is special about a command, beside its switches in one word. */
enum trait {
    TRAIT_NO_SETTINGS = 1 << 16,   /* begins without the options: for tests and completion */
    TRAIT_SHOWS_FAULTS = 1 << 17,  /* tells the settings even where some are wrong */
    TRAIT_RUNS_GONE = 1 << 18      /* a RUN is a name in runs-dir even where no folder is */
};
#define FLAGS_EVERYWHERE (FLAG_JSON | FLAG_HELP | FLAG_VERSION)

struct flag_row {
    enum flag flag;
    const char *name;     /* without dashes */
    char short_flag;      /* or 0 */
    const char *argument; /* NULL: a switch */
    const char *help;
};
extern const struct flag_row flag_rows[];
extern const size_t n_flag_rows;

struct batch;

struct command {
    const char *name;      /* "" is the screens */
    const char *arguments; /* "RUN [DIR]" */
    const char *help;
    unsigned flags;        /* beside FLAGS_EVERYWHERE; traits */
    int min_words, max_words;
    const char *groups;    /* groups of options and single ones that it takes on its line, all that have an effect; NULL: none */
    int (*run)(struct batch *b);
};
extern const struct command commands[];
extern const size_t n_commands;
bool command_takes(const struct command *command, const struct option_row *row);

/* Everything a command has. */
struct batch {
    const struct command *command;
    struct options options;
    unsigned flags;        /* given */
    const char *out;       /* --out */
    int64_t more;          /* --epochs +N */
    int n_modes;           /* --mode M,M: 0, or two and more */
    enum mode modes[MODE_COUNT];
    uint64_t mode_jobs[MODE_COUNT]; /* their runs */
    const char *mode;      /* the one at work, named before errors; NULL: the only one */
    int64_t rows, cols;    /* --rows, --cols; 0: not given */
    int n_words;
    const char **words;    /* the arguments that are no options */
    char **found;          /* the folders of those that were names of runs */
    struct output result, messages; /* standard output, standard error */
    struct engine *engine; /* NULL until session_open */
    struct snapshot *snap;
    bool interrupted;      /* a signal stopped the job */
    bool hangup_stops;     /* HUP is such a signal: what is done is of use on that terminal only */
    struct batch_screens *screens;
    batch_grid *grid;
    batch_theme *theme;
    batch_keys *keys;
};

int cmd_screens(struct batch *b);
int cmd_demo(struct batch *b);
int cmd_scan(struct batch *b);
int cmd_grid(struct batch *b);
int cmd_train(struct batch *b);
int cmd_resume(struct batch *b);
int cmd_eval(struct batch *b);
int cmd_predict(struct batch *b);
int cmd_runs(struct batch *b);
int cmd_attach(struct batch *b);
int cmd_compare(struct batch *b);
int cmd_note(struct batch *b);
int cmd_trash(struct batch *b);
int cmd_restore(struct batch *b);
int cmd_weights(struct batch *b);
int cmd_config(struct batch *b);
int cmd_dump(struct batch *b);

/* A message for people on standard error, "flowerlab: ..." and the hint; with --json an error event too. Returns EXIT_FAILED. */
int report(struct batch *b, const struct err *err);
int report_usage(struct batch *b, const struct err *err); /* the same; EXIT_USAGE */

/* What the set options name must be there; typed: only those of the command line. Returns EXIT_DONE, or EXIT_USAGE after every error was reported. */
int check_keys(struct batch *b); /* the config file's bind lines; returns EXIT_DONE, or EXIT_USAGE after everything was reported */
int check_options(struct batch *b, bool typed);

/* A line for people on standard error, above the progress line. */
void say(struct batch *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Usage texts, to standard output. */
void help_program(struct output *out);
void help_command(struct output *out, const struct command *command);

/* Trains as cmd_train does, folder and options of b->options; for the demo. */
int train_folder(struct batch *b, const char *folder);
/* A run of any kind, told as it goes. */
int follow_run(struct batch *b, const struct cmd *cmd);

/* A row of a runs block as a line or an event. */
void run_report(struct batch *b, const struct run_row *row);

/* What a scan found: an event, every line, or at the start of training what a person should know. */
enum scan_style { SCAN_JSON, SCAN_FULL, SCAN_BRIEF };
void scan_report(struct output *out, const struct ds_view *ds, enum scan_style style);

/* --- running a job ------------------------------------------------------------------------------------------- */

/* How a job ended. */
struct job_end {
    enum notice_kind kind;      /* FINISHED, FAILED or CANCELLED */
    const struct block *block;  /* result, or NULL; released by job_end_done */
    struct err err;             /* FAILED */
    char text[256];
};
void job_end_done(struct job_end *end);

/* Called whenever the snapshot changed and at least five times a second. job: its number. */
typedef void watch_fn(struct batch *b, uint64_t job, void *user);

/* Starts the engine if need be, submits, and waits for the end. INT and TERM stop the job with a save (a second one ends the program), HUP ends
 * the output on a terminal. Returns EXIT_DONE, or the code after everything was reported: EXIT_FAILED, EXIT_INTERRUPTED. *end is filled in any case. */
int run_job(struct batch *b, const struct cmd *cmd, watch_fn *watch, void *user, struct job_end *end);
/* The same in two halves, for jobs that wait in the engine's queue. wait_job: EXIT_INTERRUPTED also when a signal came before. */
enum err_code start_job(struct batch *b, const struct cmd *cmd, uint64_t *job, struct err *err);
int wait_job(struct batch *b, enum cmd_kind kind, uint64_t job, watch_fn *watch, void *user, struct job_end *end);
uint64_t next_run(struct batch *b); /* the run of the queue that began when the last one ended; 0: none waited */
void session_close(struct batch *b);

/* The data set in the folder that the first word names, by CMD_SCAN or CMD_LIST. ds lives until job_end_done(end), which is owed in any case. */
int run_dataset(struct batch *b, enum cmd_kind kind, struct ds_view *ds, struct job_end *end);

/* The view of a job in the snapshot, or NULL. */
const struct job_view *find_job(const struct batch *b, uint64_t job);

/* cmd.path and the like; errors: INVALID when too long. */
enum err_code put_path(char out[OPTION_TEXT_MAX], const char *path, struct err *err);

/* --- JSON ---------------------------------------------------------------------------------------------------- */

/* A new object with its event field. */
cJSON *json_event(const char *event);
void json_text(cJSON *object, const char *key, const char *bytes); /* bytes that are no UTF-8 become \udcXX, as Python's surrogateescape */
void json_real(cJSON *object, const char *key, double v);          /* %.9g; NaN and infinity are null */
void json_int(cJSON *object, const char *key, int64_t v);
void json_bool(cJSON *object, const char *key, bool v);
/* Writes it as a line and frees it. */
void json_line(struct output *out, cJSON *object);

/* --- progress ------------------------------------------------------------------------------------------------ */

/* One line at the foot of a terminal, redrawn. text: without line end; NULL wipes it. Nothing happens when it is no terminal. */
void progress_line(struct output *out, const char *text);
/* "scan [=====     ] 12/40 text" */
void progress_bar(struct str *line, const char *title, uint64_t done, uint64_t total, const char *text);
/* A stage of any job: title, bar, count; for watch functions. */
void watch_stage(struct batch *b, uint64_t job, void *user);

#endif
