/* What the machine's own files and NVML say.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "engine/gauges.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"

char *gauges_text(const char *path)
{
    char *text;
    size_t n;
    return file_read(path, 1 << 20, &text, &n, NULL) == ERR_OK ? text : xstrdup("");
}

/* Columns of a line of /proc/stat: user nice system idle iowait irq softirq steal; source: proc(5). */
static bool add_processor(const char *line, double *busy, double *all)
{
    double v[8] = {0};
    int n = sscanf(line, "%lf %lf %lf %lf %lf %lf %lf %lf", &v[0], &v[1], &v[2], &v[3], &v[4], &v[5], &v[6], &v[7]);
    if (n < 4)
        return false;
    double sum = 0;
    for (int i = 0; i < 8; i++)
        sum += v[i];
    *all += sum;
    *busy += sum - v[3] - v[4];
    return true;
}

bool gauges_cpu(const char *stat, const bool *allowed, size_t n, double *busy, double *all)
{
    bool any = false;
    *busy = *all = 0;
    for (const char *line = stat; line && *line; line = strchr(line, '\n'), line += line != NULL) {
        unsigned number;
        int used = 0;
        if (sscanf(line, "cpu%u %n", &number, &used) == 1 && used > 0 && number < n && allowed[number])
            any |= add_processor(line + used, busy, all);
    }
    return any;
}

bool gauges_line(const char *text, const char *name, uint64_t *value)
{
    size_t n = strlen(name);
    for (const char *line = text; line && *line; line = strchr(line, '\n'), line += line != NULL) {
        char unit[4] = "";
        if (strncmp(line, name, n) != 0 || (line[n] != ' ' && line[n] != ':' && line[n] != '\t'))
            continue;
        if (sscanf(line + n + (line[n] == ':'), "%" SCNu64 " %3s", value, unit) < 1)
            return false;
        if (strcmp(unit, "kB") == 0)
            *value *= 1024;
        return true;
    }
    return false;
}

bool gauges_meminfo(const char *meminfo, uint64_t *used, uint64_t *total)
{
    uint64_t available;
    if (!gauges_line(meminfo, "MemTotal", total) || !gauges_line(meminfo, "MemAvailable", &available))
        return false;
    *used = available < *total ? *total - available : 0;
    return true;
}

/* Lines "name: bytes packets errs drop fifo frame compressed multicast bytes ..."; source: proc(5) */
bool gauges_net(const char *dev, uint64_t *in, uint64_t *out)
{
    bool any = false;
    *in = *out = 0;
    for (const char *line = dev; line && *line; line = strchr(line, '\n'), line += line != NULL) {
        char name[32];
        uint64_t came, went;
        if (sscanf(line, " %31[^: \n]: %" SCNu64 " %*u %*u %*u %*u %*u %*u %*u %" SCNu64, name, &came, &went) != 3 ||
            strcmp(name, "lo") == 0)
            continue;
        *in += came;
        *out += went;
        any = true;
    }
    return any;
}

void gauges_gpu_name(char out[96], const char *visible, int ordinal)
{
    if (!visible) {
        snprintf(out, 96, "%d", ordinal);
        return;
    }
    for (int i = 0; i < ordinal && visible; i++) {
        visible = strchr(visible, ',');
        visible += visible != NULL;
    }
    snprintf(out, 96, "%.*s", visible ? (int)strcspn(visible, ",") : 0, visible ? visible : "");
}

void gauges_gpu(struct gauges *g, const struct nvml *nvml, void *device)
{
    unsigned rates[2], value;
    unsigned long long bytes[3];
    g->gpu = g->gpu_temperature = g->gpu_power = g->gpu_power_limit = NAN;
    g->gpu_memory_used = g->gpu_memory_total = 0;
    if (nvml->utilization(device, rates) == 0)
        g->gpu = rates[0] / 100.0;
    if (nvml->memory(device, bytes) == 0) {
        g->gpu_memory_total = bytes[0];
        g->gpu_memory_used = bytes[2];
    }
    if (nvml->temperature(device, 0, &value) == 0)
        g->gpu_temperature = value;
    if (nvml->power(device, &value) == 0)
        g->gpu_power = value / 1000.0;
    if (nvml->power_limit(device, &value) == 0)
        g->gpu_power_limit = value / 1000.0;
}
