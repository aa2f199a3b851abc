/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many containers at once: how what a command costs grows with what else runs, what the kernel
 * keeps for a container, and what exec probes cost. One lane's containers run at a time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

static double run_detached(struct lane *lane, struct container *c) {
    const char *words[] = {"run",        "--detach",  "--bundle", "sleep",
                           "--pid-file", c->pid_file, c->id,      NULL};
    *c = container_named(lane);
    double ms = command_run(lane, words).ms;
    c->pid = pid_read(c->pid_file);
    unlink(c->pid_file);
    return ms;
}

static double destroy(struct lane *lane, const struct container *c) {
    const char *words[] = {"delete", "--force", c->id, NULL};
    double ms = command_run(lane, words).ms;
    init_wait(c->pid);
    return ms;
}

/*
 * What the kernel keeps and cannot take back, and what lies on tmpfs: proc(5). Stacks are among
 * what vmalloc gave. Of what processes have of their own a sleep has the same whoever made it, and
 * the machine's others have most.
 */
static double held_kb(void) {
    static const char *const names[] = {
        "SUnreclaim:", "PageTables:", "Percpu:", "VmallocUsed:", "Shmem:"};
    char line[256];
    double sum = 0;
    FILE *file = fopen("/proc/meminfo", "r");
    while (file && fgets(line, sizeof line, file))
        for (size_t n = 0; n < sizeof names / sizeof *names; n++)
            if (strncmp(line, names[n], strlen(names[n])) == 0)
                sum += strtod(line + strlen(names[n]), NULL);
    if (file) fclose(file);
    return sum;
}

/* The same once it has settled: what has ended is given back by and by. Three seconds at most. */
static double kept_kb(void) {
    struct timespec pause = {0, 200000000};
    double kb = held_kb(), before = kb + 1e3;
    for (int n = 0; n < 15 && before - kb > 200; n++) {
        nanosleep(&pause, NULL);
        before = kb;
        kb = held_kb();
    }
    return kb;
}

static void keep(const char *verb, int beside, const struct lane *lane, double value) {
    char figure[64];
    snprintf(figure, sizeof figure, "scale-%s-%d", verb, beside);
    sample(figure, lane->name, value);
}

static struct container *room_for(int containers) {
    struct container *all = calloc((size_t)containers + 1, sizeof *all);
    if (!all) fail("scale", "out of memory");
    return all;
}

/* One container more, through all of its life. */
static void one_more(struct lane *lane, int beside) {
    struct container c;
    keep("run", beside, lane, run_detached(lane, &c));
    const char *const commands[][4] = {
        {"state", c.id}, {"kill", c.id, "0"}, {"exec", c.id, "true"}, {"list"}};
    for (size_t n = 0; n < sizeof commands / sizeof *commands; n++) {
        keep(commands[n][0], beside, lane, command_run(lane, commands[n]).ms);
    }
    keep("delete", beside, lane, destroy(lane, &c));
}

void scale(int containers, int rounds) {
    struct lane *order[LANES];
    struct container *all = room_for(containers);
    int count = shuffle(order, 1);
    for (int n = 0; n < count; n++) {
        double up = 0, down = 0;
        const double before = kept_kb();
        for (int each = 0; each < containers; each++) up += run_detached(order[n], &all[each]);
        if (containers > 0) keep("kb", containers, order[n], (kept_kb() - before) / containers);
        for (int round = 0; round < rounds; round++) one_more(order[n], containers);
        for (int each = 0; each < containers; each++) down += destroy(order[n], &all[each]);
        keep("up", containers, order[n], up);
        keep("down", containers, order[n], down);
    }
    free(all);
}

/* The processor time of one round, which is that of a second where the rounds take no longer. */
void probe(int containers, int rounds) {
    struct lane *order[LANES];
    struct container *all = room_for(containers);
    int count = shuffle(order, 1);
    for (int n = 0; n < count; n++) {
        for (int each = 0; each < containers; each++) run_detached(order[n], &all[each]);
        for (int round = 0; round < rounds; round++) {
            double from = now_ms(), cpu = 0;
            for (int each = 0; each < containers; each++) {
                const char *words[] = {"exec", all[each].id, "true", NULL};
                cpu += command_run(order[n], words).cpu;
            }
            sample("probe-cpu", order[n]->name, cpu);
            double left = 1e3 - (now_ms() - from);
            struct timespec pause = {0, (long)(left * 1e6)};
            if (left > 0 && left < 1e3) nanosleep(&pause, NULL);
        }
        for (int each = 0; each < containers; each++) destroy(order[n], &all[each]);
    }
    free(all);
}
