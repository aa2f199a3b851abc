/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which functions of the native core a command uses, in the order in which they are called first:
 * scripts/native-methods has it lie where the core lies. It executes core.real with its own
 * arguments, with a breakpoint at each function that core.symbols names (lines of "ADDRESS NAME",
 * in rising order); one that is met is told in a file of its own below the directory that is
 * compiled in, and taken away, so that a command takes some milliseconds longer and no more.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define FUNCTIONS_MAX (1 << 17)
#define BREAKPOINT 0xcc /* x86_64: one byte, and the next address is told */

static struct function {
    uintptr_t at;
    char name[256];
    uint8_t byte;
} functions[FUNCTIONS_MAX];

static size_t read_symbols(void) {
    size_t count = 0;
    FILE *symbols = fopen("core.symbols", "r");
    while (symbols && count < FUNCTIONS_MAX) {
        struct function *next = functions + count;
        if (fscanf(symbols, "%lx %255s", &next->at, next->name) != 2) break;
        if (count == 0 || next->at != next[-1].at) count++;
    }
    return count;
}

static struct function *find(size_t count, uintptr_t at) {
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (functions[middle].at < at)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && functions[low].at == at ? functions + low : NULL;
}

static void set_breakpoints(int memory, size_t count) {
    const uint8_t breakpoint = BREAKPOINT;
    for (size_t i = 0; i < count; i++) {
        off_t at = (off_t)functions[i].at;
        if (pread(memory, &functions[i].byte, 1, at) != 1 ||
            pwrite(memory, &breakpoint, 1, at) != 1)
            exit(1);
    }
}

/* Whether it was one of the breakpoints. */
static int meet(pid_t thread, int memory, size_t count, FILE *out) {
    struct user_regs_struct registers;
    if (ptrace(PTRACE_GETREGS, thread, NULL, &registers) < 0) return 0;
    struct function *met = find(count, registers.rip - 1);
    if (!met) return 0;
    fprintf(out, "%s\n", met->name);
    registers.rip = met->at;
    return pwrite(memory, &met->byte, 1, (off_t)met->at) == 1 &&
           ptrace(PTRACE_SETREGS, thread, NULL, &registers) == 0;
}

int main(int count, char **words) {
    int status;
    char path[4096];
    size_t found = read_symbols();
    if (count < 2 || found == 0) return 1;
    pid_t core = fork();
    if (core == 0) {
        ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        execv("core.real", words);
        _exit(127);
    }
    if (waitpid(core, &status, 0) != core || !WIFSTOPPED(status)) return 1;
    snprintf(path, sizeof path, "/proc/%d/mem", core);
    int memory = open(path, O_RDWR | O_CLOEXEC);
    snprintf(path, sizeof path, "%s/%d", FIRST_USE_DIRECTORY, core);
    FILE *out = fopen(path, "we");
    if (memory < 0 || !out) return 1;
    set_breakpoints(memory, found);
    ptrace(PTRACE_SETOPTIONS, core, NULL, PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL);
    ptrace(PTRACE_CONT, core, NULL, NULL);
    pid_t stopped;
    while ((stopped = waitpid(-1, &status, __WALL)) > 0) {
        if (stopped == core && !WIFSTOPPED(status)) break;
        if (!WIFSTOPPED(status)) continue;
        int signal = WSTOPSIG(status), own = status >> 16 != 0 || signal == SIGSTOP;
        if (!own && signal == SIGTRAP) own = meet(stopped, memory, found, out);
        ptrace(PTRACE_CONT, stopped, NULL, (void *)(uintptr_t)(own ? 0 : signal));
    }
    fclose(out);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
