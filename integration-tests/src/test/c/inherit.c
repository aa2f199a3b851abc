/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gives itself attributes that programs inherit, and becomes another program:
 *
 *   inherit NAME=VALUE... -- COMMAND...
 *
 * Numbers are as in C. Exits with 2 if one of them cannot be had.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static int give(const char *name, long value) {
    if (strcmp(name, "securebits") == 0) return prctl(PR_SET_SECUREBITS, value, 0, 0, 0);
    return -1;
}

int main(int argc, char **argv) {
    for (int n = 1; n < argc; n++) {
        if (strcmp(argv[n], "--") == 0 && n + 1 < argc) {
            execvp(argv[n + 1], argv + n + 1);
            perror(argv[n + 1]);
            return 2;
        }
        char *equals = strchr(argv[n], '=');
        if (!equals) return 2;
        *equals = 0;
        if (give(argv[n], strtol(equals + 1, NULL, 0)) != 0) {
            perror(argv[n]);
            return 2;
        }
    }
    return 2;
}
