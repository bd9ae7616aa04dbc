/* Jobs that read what runs left: the comparison of several, the stored result of one.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/job.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/path.h"
#include "engine/compare.h"
#include "engine/internal.h"
#include "engine/stored.h"

enum err_code job_compare(struct job *job, struct err *err)
{
    const struct cmd *cmd = &job->cmd;
    if (cmd->n_list < 1 || cmd->n_list > COMPARE_RUNS)
        return err_set(err, ERR_INVALID, "%zu runs: 1 to %d can be compared", cmd->n_list, COMPARE_RUNS);
    struct comparison *c = xcalloc(1, sizeof *c);
    enum err_code code = ERR_OK;
    if (cmd->n_list > 1) /* a single one is a preview's: not worth a word */
        job_stage(job, "reading runs", cmd->n_list);
    for (; code == ERR_OK && c->n_runs < cmd->n_list; c->n_runs++) {
        compared_read(&c->runs[c->n_runs], cmd->list[c->n_runs]);
        job_progress(job, c->n_runs + 1, cmd->n_list, 0);
        code = job_cancelled(job, err);
    }
    if (code == ERR_OK) {
        struct str bytes = STR_INIT;
        comparison_differ(c);
        block_compare(&bytes, c);
        job_result(job, BLOCK_COMPARE, &bytes);
        job_say(job, "%zu runs, %zu settings differ", c->n_runs, c->n_settings);
    }
    comparison_done(c);
    free(c);
    return code;
}

enum err_code job_stored(struct job *job, struct err *err)
{
    struct stored s;
    char *folder = path_folder(job->cmd.path);
    job_stage(job, "reading the result", 0);
    enum err_code code = stored_read(&s, folder, err);
    if (code == ERR_OK) {
        struct str bytes = STR_INIT;
        block_result(&bytes, &s.result);
        job_result(job, BLOCK_RESULT, &bytes);
        job_say(job, "%.1f %% of %lld pictures right%s%s", 100 * s.result.acc, (long long)s.n_pictures,
                *s.warning ? "; " : "", s.warning);
        stored_done(&s);
    }
    free(folder);
    return code;
}
