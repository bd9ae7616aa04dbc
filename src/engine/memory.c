/* Memory out of /proc/meminfo and the control groups.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/memory.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/num.h"
#include "base/str.h"
#include "engine/gauges.h"

/* The two versions of control groups: where they are mounted, and their files. */
static const struct version {
    const char *controller; /* in /proc/self/cgroup */
    const char *mount, *limit, *current, *cached;
} versions[] = {
    {"", "/sys/fs/cgroup", "memory.max", "memory.current", "inactive_file"},
    {"memory", "/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"},
};

/* The file's text, "" where there is none; the caller frees it. */
static char *text_of(const char *root, const char *folder, const char *name)
{
    char *path = xasprintf("%s%s/%s", root, folder, name), *text = gauges_text(path);
    free(path);
    return text;
}

static bool number_of(const char *root, const char *folder, const char *name, uint64_t *value)
{
    char *text = text_of(root, folder, name);
    text[strcspn(text, "\n")] = '\0';
    bool good = num_parse_uint(text, value); /* "max" is none */
    free(text);
    return good;
}

/* Takes over the numbers of a group that has less left. */
static void look_at_group(const char *root, const struct version *v, const char *folder, uint64_t *used, uint64_t *total)
{
    uint64_t limit, current, cached = 0;
    if (!number_of(root, folder, v->limit, &limit) || !number_of(root, folder, v->current, &current))
        return;
    char *stat = text_of(root, folder, "memory.stat");
    gauges_line(stat, v->cached, &cached);
    free(stat);
    current = current > cached ? current - cached : 0;
    uint64_t left = limit > current ? limit - current : 0;
    if (limit < *total && left < *total - *used) {
        *used = limit - left;
        *total = limit;
    }
}

/* The group of the process and those around it: any of them may have a limit. In a container the path may name what is outside: its own mount
 * is looked at in any case. */
static void look_at_groups(const char *root, const struct version *v, const char *group, uint64_t *used, uint64_t *total)
{
    char *folder = xasprintf("%s%s", v->mount, group);
    for (size_t n = strlen(folder); n >= strlen(v->mount); n--) {
        if (folder[n] != '/' && folder[n])
            continue;
        folder[n] = '\0';
        look_at_group(root, v, folder, used, total);
    }
    free(folder);
}

/* A line of /proc/self/cgroup, "number:controllers:/path". Returns the path when the line is of that version. */
static const char *group_of(char *line, const struct version *v)
{
    char *controllers = strchr(line, ':'), *path = controllers ? strchr(controllers + 1, ':') : NULL;
    if (!path)
        return NULL;
    *path = '\0';
    for (char *rest = controllers + 1, *name; (name = strsep(&rest, ","));) {
        if (str_eq(name, v->controller))
            return path + 1;
    }
    return NULL;
}

bool memory_read(const char *root, uint64_t *used, uint64_t *total)
{
    char *meminfo = text_of(root, "/proc", "meminfo");
    bool known = gauges_meminfo(meminfo, used, total);
    free(meminfo);
    for (size_t i = 0; known && i < sizeof versions / sizeof *versions; i++) {
        char *groups = text_of(root, "/proc/self", "cgroup");
        for (char *rest = groups, *line; (line = strsep(&rest, "\n"));) {
            const char *group = group_of(line, &versions[i]);
            if (group)
                look_at_groups(root, &versions[i], str_eq(group, "/") ? "" : group, used, total);
        }
        free(groups);
    }
    return known;
}

uint64_t memory_left(void)
{
    uint64_t used, total;
    return memory_read("", &used, &total) ? total - used : 0;
}
