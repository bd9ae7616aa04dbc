/* Test hooks.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/hooks.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"

enum err_code (*hook_step)(int64_t step, int n_pictures, struct err *err);
bool (*hook_peer_user)(int fd, uid_t *user);

static struct {
    char name[64];
    int which, seen;
    double seconds;
} hold;

static void hold_commit(const char *path)
{
    if (strcmp(path_base(path), hold.name) != 0 || ++hold.seen != hold.which)
        return;
    char *mark = xasprintf("%s.held", path);
    FILE *f = fopen(mark, "w");
    if (f)
        fclose(f);
    for (double left = hold.seconds; left > 0 && path_exists(mark); left -= 0.005)
        poll(NULL, 0, 5);
    free(mark);
}

void hooks_from_environment(void)
{
    const char *text = getenv("FLOWERLAB_TEST_HOLD_COMMIT");
    if (!text)
        return;
    hold.which = 1;
    if (sscanf(text, "%63[^@:]@%d:%lf", hold.name, &hold.which, &hold.seconds) == 3 ||
        sscanf(text, "%63[^@:]:%lf", hold.name, &hold.seconds) == 2)
        file_commit_hook = hold_commit;
}

bool hook_runtime_only(void)
{
    return getenv("FLOWERLAB_TEST_RUNTIME_ONLY") != NULL;
}

const char *hook_weights_sha256(void)
{
    return getenv("FLOWERLAB_TEST_WEIGHTS_SHA256");
}
