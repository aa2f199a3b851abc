/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The first process of the place in which the integration tests run. It starts the command it is
 * given, reaps every orphan at once (a zombie that nobody reaps still counts as a member of its
 * cgroup), hands SIGINT, SIGTERM and SIGHUP on, and ends with the command's exit code, or 128 +
 * signal. When it ends, so does its pid namespace: nothing a test started outlives the tests.
 * Outside a pid namespace of its own it is a subreaper.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t start(char **command, const sigset_t *mask) {
    pid_t pid = fork();
    if (pid != 0) return pid;
    sigprocmask(SIG_SETMASK, mask, NULL);
    execvp(command[0], command);
    fprintf(stderr, "reaper: %s: %s\n", command[0], strerror(errno));
    _exit(127);
}

int main(int argc, char **argv) {
    if (argc < 2) {
        fprintf(stderr, "usage: reaper COMMAND [ARG...]\n");
        return 2;
    }
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);

    sigset_t signals, before;
    sigemptyset(&signals);
    sigaddset(&signals, SIGCHLD);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    sigprocmask(SIG_BLOCK, &signals, &before);

    pid_t child = start(argv + 1, &before);
    if (child < 0) {
        perror("reaper: fork");
        return 1;
    }
    for (;;) {
        int signal = sigwaitinfo(&signals, NULL);
        if (signal > 0 && signal != SIGCHLD) kill(child, signal);
        int status;
        pid_t pid;
        while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
            if (pid == child)
                return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    }
}
