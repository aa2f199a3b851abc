/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The benchmark's driver: bench LANES STAGE..., in a directory of its own that holds the bundles
 * `true` and `sleep`. Whatever is compared is interleaved: in every round each command is given to
 * all lanes, one after the other, in a new random order. Stages:
 *
 *   commands:ROUNDS            run true; create, start, state, kill, delete of a sleep
 *   exec:ROUNDS                true in a sleep that runs already, in the foreground
 *   profiles:ROUNDS            run true with a profile of system calls never seen before: the
 *                              bundles profile/0, profile/1, ..., two more than rounds
 *   forms:ROUNDS               kill by a signal's name, delete by force
 *   updown:CONTAINERS:ROUNDS   that many up (create, start), then down (kill, delete)
 *   parallel:RUNS:ROUNDS       that many runs of true at once
 *   scale:CONTAINERS:ROUNDS    what commands cost beside that many containers: scale.c
 *   probe:CONTAINERS:ROUNDS    true in each of that many containers, a round a second: scale.c
 *   requests:LANE:NUMBER       that many runs through the lane's daemon, and its memory then
 *   idle:LANE:SECONDS          the processor time of the lane's daemon when nobody asks for
 * anything
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

#define TOGETHER 1024

static int serial;
static char here[256]; /* a peer that goes to the bundle first would write a relative path there */

struct container container_named(const struct lane *lane) {
    struct container c = {.pid = 0};
    snprintf(c.id, sizeof c.id, "%s-%d", lane->name, ++serial);
    snprintf(c.pid_file, sizeof c.pid_file, "%s/%s.pid", here, c.id);
    return c;
}

int shuffle(struct lane **order, int oci_only) {
    int count = 0;
    for (int n = 0; n < lane_count; n++)
        if (lanes[n].is_oci || !oci_only) order[count++] = &lanes[n];
    for (int n = count - 1; n > 0; n--) {
        int other = (int)(random() % (n + 1));
        struct lane *kept = order[n];
        order[n] = order[other];
        order[other] = kept;
    }
    return count;
}

static struct cost create(struct lane *lane, struct container *c) {
    const char *words[] = {"create", "--bundle", "sleep", "--pid-file", c->pid_file, c->id, NULL};
    struct cost cost = command_run(lane, words);
    c->pid = pid_read(c->pid_file);
    unlink(c->pid_file);
    return cost;
}

struct cost act(struct lane *lane, const char *verb, const struct container *c) {
    const char *words[] = {verb, c->id, strcmp(verb, "kill") == 0 ? "9" : NULL, NULL};
    return command_run(lane, words);
}

static struct cost kill_named(struct lane *lane, const struct container *c) {
    const char *words[] = {"kill", c->id, "KILL", NULL};
    return command_run(lane, words);
}

static struct cost delete_forced(struct lane *lane, const struct container *c) {
    const char *words[] = {"delete", "--force", c->id, NULL};
    return command_run(lane, words);
}

/* The words that make a lane run true. */
static const char *const *run_words(const struct lane *lane, const struct container *c,
                                    const char *words[8]) {
    const char *oci[] = {"run", "--bundle", "true", c->id, NULL};
    words[0] = NULL;
    if (lane->is_oci) memcpy(words, oci, sizeof oci);
    return words;
}

static double pss_kb(pid_t pid) {
    char path[64], line[256];
    double kb = -1;
    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", pid);
    FILE *file = fopen(path, "r");
    while (file && kb < 0 && fgets(line, sizeof line, file))
        if (sscanf(line, "Pss: %lf", &kb) != 1) kb = -1;
    if (file) fclose(file);
    if (kb < 0) fail(path, "holds no Pss");
    return kb;
}

static void keep(const char *verb, const struct lane *lane, struct cost cost) {
    char figure[64];
    sample(verb, lane->name, cost.ms);
    snprintf(figure, sizeof figure, "cpu-%s", verb);
    sample(figure, lane->name, cost.cpu);
}

static void commands(int rounds) {
    static const char *const verbs[] = {"create", "start", "state", "kill", "delete"};
    struct lane *order[LANES];
    struct container live[LANES];
    for (int round = -2; round < rounds; round++) { /* the first two warm the caches up */
        double life[LANES] = {0};
        int count = shuffle(order, 0);
        for (int n = 0; n < count; n++) {
            const char *words[8];
            struct container c = container_named(order[n]);
            struct cost cost = command_run(order[n], run_words(order[n], &c, words));
            if (round < 0) continue;
            keep("run", order[n], cost);
            sample("peak", order[n]->name, cost.mb);
        }
        for (int verb = 0; verb < 5; verb++) {
            count = shuffle(order, 1);
            for (int n = 0; n < count; n++) {
                long at = order[n] - lanes;
                if (verb == 0) live[at] = container_named(order[n]);
                struct cost cost =
                    verb == 0 ? create(order[n], &live[at]) : act(order[n], verbs[verb], &live[at]);
                if (verb == 0 || verb == 1 || verb == 4) life[at] += cost.cpu;
                if (verb == 0 && round >= 0) sample("pss", order[n]->name, pss_kb(live[at].pid));
                if (verb == 3) life[at] += init_wait(live[at].pid);
                if (round >= 0) keep(verbs[verb], order[n], cost);
                if (verb == 4 && round >= 0) sample("cpu-life", order[n]->name, life[at]);
            }
        }
    }
}

static void exec_true(int rounds) {
    struct lane *order[LANES];
    struct container live[LANES];
    for (int n = 0; n < lane_count; n++) {
        if (!lanes[n].is_oci) continue;
        live[n] = container_named(&lanes[n]);
        create(&lanes[n], &live[n]);
        act(&lanes[n], "start", &live[n]);
    }
    for (int round = -2; round < rounds; round++) {
        int count = shuffle(order, 1);
        for (int n = 0; n < count; n++) {
            const char *words[] = {"exec", live[order[n] - lanes].id, "true", NULL};
            struct cost cost = command_run(order[n], words);
            if (round >= 0) keep("exec", order[n], cost);
        }
    }
    for (int n = 0; n < lane_count; n++) {
        if (!lanes[n].is_oci) continue;
        act(&lanes[n], "kill", &live[n]);
        init_wait(live[n].pid);
        act(&lanes[n], "delete", &live[n]);
    }
}

static void profiles(int rounds) {
    struct lane *order[LANES];
    for (int round = -2; round < rounds; round++) {
        char bundle[64];
        snprintf(bundle, sizeof bundle, "profile/%d", round + 2);
        int count = shuffle(order, 1);
        for (int n = 0; n < count; n++) {
            struct container c = container_named(order[n]);
            const char *words[] = {"run", "--bundle", bundle, c.id, NULL};
            struct cost cost = command_run(order[n], words);
            if (round >= 0) keep("profile", order[n], cost);
        }
    }
}

static void forms(int rounds) {
    struct lane *order[LANES];
    for (int round = -2; round < rounds; round++) {
        int count = shuffle(order, 1);
        for (int n = 0; n < count; n++) {
            struct container running = container_named(order[n]), other = container_named(order[n]);
            create(order[n], &running);
            act(order[n], "start", &running);
            struct cost killed = kill_named(order[n], &running);
            init_wait(running.pid);
            act(order[n], "delete", &running);
            create(order[n], &other);
            struct cost deleted = delete_forced(order[n], &other);
            init_wait(other.pid);
            if (round < 0) continue;
            keep("kill-name", order[n], killed);
            keep("delete-force", order[n], deleted);
        }
    }
}

static void updown(int containers, int rounds) {
    struct lane *order[LANES];
    struct container *c = calloc((size_t)containers, sizeof *c);
    if (!c) fail("updown", "out of memory");
    for (int round = 0; round < rounds; round++) {
        int count = shuffle(order, 1);
        for (int lane = 0; lane < count; lane++) {
            double sum = 0; /* of the commands: the accounting between them is the driver's */
            for (int n = 0; n < containers; n++) {
                c[n] = container_named(order[lane]);
                sum += create(order[lane], &c[n]).ms;
                sum += act(order[lane], "start", &c[n]).ms;
            }
            for (int n = 0; n < containers; n++) {
                sum += act(order[lane], "kill", &c[n]).ms;
                init_wait(c[n].pid);
                sum += act(order[lane], "delete", &c[n]).ms;
            }
            sample("updown", order[lane]->name, sum);
        }
    }
    free(c);
}

static void parallel(int runs, int rounds) {
    struct lane *order[LANES];
    pid_t pids[TOGETHER];
    if (runs > TOGETHER) fail("parallel", "too many");
    for (int round = 0; round < rounds; round++) {
        int count = shuffle(order, 0);
        for (int lane = 0; lane < count; lane++) {
            int status;
            double from = now_ms();
            for (int n = 0; n < runs; n++) {
                const char *words[8];
                struct container c = container_named(order[lane]);
                pids[n] = command_start(order[lane], run_words(order[lane], &c, words));
            }
            for (int n = 0; n < runs; n++)
                if (waitpid(pids[n], &status, 0) != pids[n] || status != 0)
                    fail(order[lane]->name, "one of the parallel runs failed");
            sample("parallel", order[lane]->name, now_ms() - from);
        }
    }
}

static double resident_mb(pid_t pid) {
    char path[64], line[256];
    double kb = -1;
    snprintf(path, sizeof path, "/proc/%d/status", pid);
    FILE *file = fopen(path, "r");
    while (file && kb < 0 && fgets(line, sizeof line, file))
        if (sscanf(line, "VmRSS: %lf", &kb) != 1) kb = -1;
    if (file) fclose(file);
    return kb / 1024;
}

static void requests(struct lane *lane, int number) {
    for (int n = 0; n < number; n++) {
        const char *words[8];
        struct container c = container_named(lane);
        command_run(lane, run_words(lane, &c, words));
    }
    char figure[64];
    snprintf(figure, sizeof figure, "rss-%d", number);
    sample(figure, lane->name, resident_mb(lane->daemon));
}

static void idle(struct lane *lane, int seconds) {
    struct timespec pause = {seconds, 0};
    double before = process_cpu_ms(lane->daemon);
    nanosleep(&pause, NULL);
    sample("idle", lane->name, (process_cpu_ms(lane->daemon) - before) / seconds);
}

static void stage(char *text) {
    char *rest = NULL, *name = strtok_r(text, ":", &rest), *first = strtok_r(NULL, ":", &rest),
         *second = strtok_r(NULL, ":", &rest);
    fprintf(stderr, "bench: %s %s %s\n", name ? name : "", first ? first : "",
            second ? second : "");
    if (!name || !first)
        fail("stage", "too short");
    else if (strcmp(name, "commands") == 0)
        commands(atoi(first));
    else if (strcmp(name, "exec") == 0)
        exec_true(atoi(first));
    else if (strcmp(name, "profiles") == 0)
        profiles(atoi(first));
    else if (strcmp(name, "forms") == 0)
        forms(atoi(first));
    else if (!second)
        fail("stage", "too short");
    else if (strcmp(name, "updown") == 0)
        updown(atoi(first), atoi(second));
    else if (strcmp(name, "parallel") == 0)
        parallel(atoi(first), atoi(second));
    else if (strcmp(name, "scale") == 0)
        scale(atoi(first), atoi(second));
    else if (strcmp(name, "probe") == 0)
        probe(atoi(first), atoi(second));
    else if (strcmp(name, "requests") == 0)
        requests(lane_named(first), atoi(second));
    else if (strcmp(name, "idle") == 0)
        idle(lane_named(first), atoi(second));
    else
        fail(name, "no such stage");
}

int main(int argc, char **argv) {
    if (argc < 3) {
        fprintf(stderr, "usage: bench LANES STAGE...\n");
        return 2;
    }
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    srandom((unsigned)time(NULL) ^ (unsigned)getpid());
    if (!getcwd(here, sizeof here)) fail("getcwd", strerror(errno));
    lanes_read(argv[1]);
    for (int n = 2; n < argc; n++) stage(argv[n]);
    samples_print();
    return 0;
}
