/* Helper of the command line tests.
 *   tool draw FOLDER N SIZE       N drawn flowers a class, SIZE pixels wide
 *   tool json EVENT KEY... <FILE  every line must be an object with an event; prints the values of those of EVENT, tabs between
 *   tool default WORD...          runs a command with INT, TERM and HUP as they are in a terminal (a shell ignores INT for its background jobs)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include "data/demo.h"

static int draw(char **words)
{
    struct err err = {0};
    struct pool *pool = pool_new(2);
    if (demo_write(words[0], DEMO_FLOWERS, atoi(words[1]), atoi(words[2]), 1, pool, &err) != ERR_OK)
        fprintf(stderr, "%s\n", err.message);
    pool_free(pool);
    return err.code != ERR_OK;
}

static void print_value(const cJSON *value, const char *key)
{
    if (!value) {
        printf("missing:%s", key);
    } else if (cJSON_IsString(value)) {
        fputs(value->valuestring, stdout);
    } else {
        char *text = cJSON_PrintUnformatted(value);
        fputs(text, stdout);
        cJSON_free(text);
    }
}

static int json(int n_keys, char **keys)
{
    char *line = NULL;
    size_t cap = 0;
    int bad = 0;
    while (getline(&line, &cap, stdin) > 0) {
        cJSON *object = cJSON_ParseWithOpts(line, NULL, 0);
        const char *event = cJSON_GetStringValue(cJSON_GetObjectItem(object, "event"));
        if (!event || line[strlen(line) - 1] != '\n') {
            fprintf(stderr, "not an event: %s\n", line);
            bad = 1;
        } else if (strcmp(event, keys[0]) == 0) {
            for (int i = 1; i < n_keys; i++) {
                print_value(cJSON_GetObjectItemCaseSensitive(object, keys[i]), keys[i]);
                putchar(i + 1 < n_keys ? '\t' : '\n');
            }
        }
        cJSON_Delete(object);
    }
    free(line);
    return bad;
}

static int with_default_signals(char **words)
{
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    signal(SIGHUP, SIG_DFL);
    execv(words[0], words);
    perror(words[0]);
    return 127;
}

int main(int argc, char **argv)
{
    if (argc >= 3 && strcmp(argv[1], "default") == 0)
        return with_default_signals(argv + 2);
    if (argc == 5 && strcmp(argv[1], "draw") == 0)
        return draw(argv + 2);
    if (argc >= 4 && strcmp(argv[1], "json") == 0)
        return json(argc - 2, argv + 2);
    fputs("usage: tool draw FOLDER N SIZE | tool json EVENT KEY... | tool default WORD...\n", stderr);
    return 2;
}
