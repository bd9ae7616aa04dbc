/* The screens alone, for tests on a pseudo terminal: screens_main [--graphics G] [--start]
 * [FOLDER]. SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "ui/app.h"

int main(int argc, char **argv)
{
    struct options options;
    struct err err;
    const char *folder = NULL;
    bool start = false;
    options_default(&options);
    for (int i = 1; i < argc; i++) {
        bool taken = false;
        if (strcmp(argv[i], "--start") == 0) {
            start = true;
            continue;
        }
        if (argv[i][0] != '-') {
            folder = argv[i];
            continue;
        }
        if (cli_option(&options, argc, argv, &i, &taken, &err) != ERR_OK || !taken) {
            fprintf(stderr, "%s: %s\n", argv[i], err.message);
            return 2;
        }
    }
    return ui_main(&(struct ui_start){.options = &options, .folder = folder, .start = start});
}
