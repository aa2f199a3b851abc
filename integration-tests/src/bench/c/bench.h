/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of the benchmark's driver share, in reading order: a lane is one runtime as it is
 * called; a command is timed from before its spawn to after its end, with the processor time of
 * everything it caused; samples of a figure are kept until the report.
 */
#ifndef BENCH_H
#define BENCH_H

#include <sys/types.h>

#define LANES 16
#define WORDS 32

/* One line of the lanes file: NAME oci|run DAEMON [VAR=VALUE...] COMMAND... */
struct lane {
    char *name;
    int is_oci;           /* takes the verbs of an OCI runtime; else it is a whole command */
    pid_t daemon;         /* whose processor time is the lane's too; 0 for none */
    char *env[WORDS];     /* the whole environment of the command */
    char *command[WORDS]; /* its first words */
    double daemon_ms;     /* the daemon's processor time when last looked at */
};

extern struct lane lanes[LANES];
extern int lane_count;

void lanes_read(const char *path);
struct lane *lane_named(const char *name);

struct cost {
    double ms;  /* by the clock */
    double cpu; /* of the command, what it waited for, its orphans, and the lane's daemon */
    double mb;  /* resident at most, of the largest of the processes that it waited for */
};

double now_ms(void);
double process_cpu_ms(pid_t pid);

/* Starts a command: the lane's words, then these up to NULL. Its stderr goes to a file. */
pid_t command_start(const struct lane *lane, const char *const *words);
/* Starts, waits, waits for orphans but for inits, fails on failure. */
struct cost command_run(struct lane *lane, const char *const *words);
/* Waits for the end of an init; gives its processor time. */
double init_wait(pid_t pid);
pid_t pid_read(const char *path);

/* Ends everything with a message: a benchmark with failures in it says nothing. */
void fail(const char *what, const char *detail) __attribute__((noreturn));

/* A container of a lane's: its id, where its pid is written, and init's pid once that is known. */
struct container {
    char id[64], pid_file[512];
    pid_t pid;
};

struct container container_named(const struct lane *lane);
/* A shuffled list of the lanes that are wanted; gives their number. */
int shuffle(struct lane **order, int oci_only);
/* One of the verbs that take an id and nothing else; kill sends SIGKILL. */
struct cost act(struct lane *lane, const char *verb, const struct container *c);

/* The stages about many containers at once. */
void scale(int containers, int rounds);
void probe(int containers, int rounds);

void sample(const char *figure, const char *lane, double value);
/* One line for each figure and lane: figure, lane, median, quartiles, mean, number of samples. */
void samples_print(void);

#endif
