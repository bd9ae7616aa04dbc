/* flowerlab: choose screens or batch, exit code; nothing else.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>

#include "base/str.h"
#include "batch/batch.h"
#include "engine/engine.h"
#include "ui/app.h"
#include "ui/grid_print.h"
#include "ui/keymap.h"
#include "ui/theme.h"

/* The manual's table of keys; the other lists belong to batch. */
static int dump_actions(void)
{
    struct str s = STR_INIT;
    actions_manual(&s);
    bool ok = fwrite(s.s, 1, s.len, stdout) == s.len && fflush(stdout) == 0;
    ok = ok || errno == EPIPE; /* who closes the pipe has read enough */
    str_done(&s);
    return ok ? 0 : 1;
}

int main(int argc, char **argv)
{
    static struct batch_screens screens;
    setlocale(LC_CTYPE, "");
    signal(SIGPIPE, SIG_IGN); /* a closed pipe ends an output, not the program */
    engine_environment();
    if (argc == 3 && str_eq(argv[1], "dump") && str_eq(argv[2], "actions-man"))
        return dump_actions();
    int code = batch_main(argc, argv, &screens, grid_print, theme_check, keymap_check);
    if (screens.wanted)
        code = ui_main(&(struct ui_start){
            .options = &screens.options,
            .folder = *screens.folder ? screens.folder : NULL,
            .start = screens.start,
            .message = screens.message,
            .attach = *screens.attach ? screens.attach : NULL,
        });
    return code;
}
