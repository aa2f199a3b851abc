/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For tests of crashes, in builds with JRUN_FAULTS only: JRUN_FAULT=front:N, init:N or core:N kills
 * that process before the N-th instruction; the core's are counted by the front.
 */
#ifdef JRUN_FAULTS
#include "kernel.h"

static char *variable;
static char who;
static uint64_t countdown;

char *fault_variable(void) { return variable; }

void fault_arm(char **envp) {
    static const char name[] = "JRUN_FAULT=";
    const char *text = environment(envp, name);
    if (!text) return;
    variable = (char *)text - (sizeof name - 1);
    who = *text;
    while (*text && *text++ != ':')
        ;
    for (countdown = 0; *text >= '0' && *text <= '9'; text++)
        countdown = countdown * 10 + (uint64_t)(*text - '0');
}

void fault_point(struct machine *m) {
    if (who != (m->origin == ORIGIN_INIT ? 'i' : 'f') && !(who == 'c' && m->origin == ORIGIN_FRONT))
        return;
    if (countdown == 0 || --countdown > 0) return;
    if (who == 'c') {
        if (m->core > 0) sys(__NR_kill, m->core, SIGKILL);
        return;
    }
    sys(__NR_kill, sys(__NR_getpid), SIGKILL);
    leave(128 + SIGKILL); /* the first of a pid namespace cannot kill itself */
}
#else
typedef int no_faults;
#endif
