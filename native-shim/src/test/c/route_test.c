/* SPDX-License-Identifier: Apache-2.0 */
/* What the front makes of a command line: which core is wanted, what may be stored. */
#include "harness.h"

static void the_wanted_core_is_read_as_the_core_reads_it(void) {
    static char *none[] = {NULL}, *warm[] = {"A=b", "JRUN_CORE=warm", NULL};
    static char *odd[] = {"JRUN_CORE=tepid", NULL}, *empty[] = {"JRUN_CORE=", NULL};
    static const struct {
        char *argv[8], **envp;
        enum core_kind kind;
    } cases[] = {
        {{NULL}, none, CORE_ANY},
        {{"jrun", NULL}, none, CORE_ANY},
        {{"jrun", "list", NULL}, warm, CORE_WARM},
        {{"jrun", "list", NULL}, odd, CORE_ANY},
        {{"jrun", "list", NULL}, empty, CORE_ANY},
        {{"jrun", "--core=cold", "list", NULL}, warm, CORE_COLD},
        {{"jrun", "--core=auto", "list", NULL}, warm, CORE_ANY},
        {{"jrun", "--core", "warm", "list", NULL}, none, CORE_WARM},
        {{"jrun", "-core", "warm", "list", NULL}, none, CORE_WARM},
        {{"jrun", "-core=warm", "list", NULL}, none, CORE_WARM},
        {{"jrun", "--root", "/x", "--core=cold", "list", NULL}, none, CORE_COLD},
        {{"jrun", "--root=/x", "--core=cold", "list", NULL}, none, CORE_COLD},
        {{"jrun", "--log", "--core=cold", "list", NULL}, none, CORE_ANY},
        {{"jrun", "--core=cold", "--core=warm", "list", NULL}, none, CORE_WARM},
        {{"jrun", "list", "--core=cold", NULL}, none, CORE_ANY},
        {{"jrun", "--", "--core=cold", NULL}, none, CORE_ANY},
        {{"jrun", "--core", NULL}, none, CORE_ANY},
        {{"jrun", "--root", NULL}, warm, CORE_WARM},
        {{"jrun", "--core=", "list", NULL}, none, CORE_ANY},
        {{"jrun", "-", "--core=cold", NULL}, none, CORE_ANY},
        {{"jrun", "--cgroup-manager", "cgroupfs", "--core=warm", "list", NULL}, none, CORE_WARM},
        {{"jrun", "-cgroup-manager=x", "--core=warm", "list", NULL}, none, CORE_WARM},
        {{"jrun", "--debug", "--core=warm", "list", NULL}, none, CORE_WARM},
        {{"jrun", "--cgroup-managers", "--core=warm", "list", NULL}, none, CORE_WARM},
    };
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++) {
        struct route route;
        route_read(&route, (char **)cases[n].argv, cases[n].envp);
        CHECK_EQUAL(route.core, cases[n].kind);
    }
}

/* The verb, how many ids, the argument; 0: left to a core. */
static void commands_are_told_by_their_words(void) {
    static char *none[] = {NULL};
    static const struct {
        char *argv[10];
        uint32_t verb;
        int count;
        int64_t argument;
    } cases[] = {
        {{"jrun", "start", "a", NULL}, VERB_START, 1, 0},
        {{"jrun", "state", "a", NULL}, VERB_STATE, 1, 0},
        {{"jrun", "pause", "a", NULL}, VERB_FREEZE, 1, 1},
        {{"jrun", "resume", "a", NULL}, VERB_FREEZE, 1, 0},
        {{"jrun", "kill", "a", NULL}, VERB_KILL, 1, 15},
        {{"jrun", "kill", "a", "0", NULL}, VERB_KILL, 1, 0},
        {{"jrun", "kill", "a", "KILL", NULL}, VERB_KILL, 1, 9},
        {{"jrun", "kill", "a", "SIGKILL", NULL}, VERB_KILL, 1, 9},
        {{"jrun", "kill", "a", "sigusr1", NULL}, VERB_KILL, 1, 10},
        {{"jrun", "kill", "-s", "TERM", "a", NULL}, VERB_KILL, 1, 15},
        {{"jrun", "kill", "--signal", "9", "a", NULL}, VERB_KILL, 1, 9},
        {{"jrun", "kill", "--signal=RTMIN+3", "a", NULL}, VERB_KILL, 1, 37},
        {{"jrun", "kill", "a", "NOPE", NULL}, 0, 0, 0},
        {{"jrun", "kill", "a", "9", "9", NULL}, 0, 0, 0},
        {{"jrun", "kill", "-s", "9", "a", "9", NULL}, 0, 0, 0},
        {{"jrun", "kill", "-s", NULL}, 0, 0, 0},
        {{"jrun", "kill", "-a", "a", NULL}, 0, 0, 0},
        {{"jrun", "kill", "a", "-s", NULL}, 0, 0, 0},
        {{"jrun", "kill", NULL}, 0, 0, 0},
        {{"jrun", "delete", "a", NULL}, VERB_DELETE, 1, 0},
        {{"jrun", "delete", "-f", "a", NULL}, VERB_DESTROY, 1, 1},
        {{"jrun", "delete", "--force", "a", NULL}, VERB_DESTROY, 1, 1},
        {{"jrun", "delete", "-force", "a", NULL}, VERB_DESTROY, 1, 1},
        {{"jrun", "delete", "a", "-f", NULL}, VERB_DESTROY, 1, 1},
        {{"jrun", "delete", "-f", "a", "b", "c", NULL}, VERB_DESTROY, 3, 1},
        {{"jrun", "delete", "a", "b", "-f", NULL}, VERB_DESTROY, 2, 1},
        {{"jrun", "delete", "a", "b", NULL}, 0, 0, 0},
        {{"jrun", "delete", "a", "-f", "b", NULL}, 0, 0, 0},
        {{"jrun", "delete", "--force=false", "a", NULL}, 0, 0, 0},
        {{"jrun", "delete", "-f", NULL}, 0, 0, 0},
        {{"jrun", "delete", "--", "a", NULL}, 0, 0, 0},
        {{"jrun", "state", "a", "b", NULL}, 0, 0, 0},
        {{"jrun", "state", "-f", "a", NULL}, 0, 0, 0},
        {{"jrun", "start", "--trace-calls", "a", NULL}, 0, 0, 0},
        {{"jrun", "state", "../a", NULL}, 0, 0, 0},
        {{"jrun", "state", NULL}, 0, 0, 0},
        {{"jrun", "list", "a", NULL}, 0, 0, 0},
        {{"jrun", NULL}, 0, 0, 0},
        {{"jrun", "--root", "/r", "--log", "/l", "--log-format=json", "state", "a", NULL},
         VERB_STATE,
         1,
         0},
        {{"jrun", "-root=/r", "--systemd-cgroup", "state", "a", NULL}, VERB_STATE, 1, 0},
        {{"jrun", "--cgroup-manager", "systemd", "state", "a", NULL}, VERB_STATE, 1, 0},
        {{"jrun", "--cgroup-manager=none", "state", "a", NULL}, 0, 0, 0},
        {{"jrun", "--log-format", "xml", "state", "a", NULL}, 0, 0, 0},
        {{"jrun", "--root", "", "state", "a", NULL}, 0, 0, 0},
        {{"jrun", "--core", "auto", "state", "a", NULL}, 0, 0, 0},
        {{"jrun", "--debug", "state", "a", NULL}, 0, 0, 0},
        {{"jrun", "--", "state", "a", NULL}, 0, 0, 0},
        {{"jrun", "--root", NULL}, 0, 0, 0},
    };
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++) {
        struct route route;
        route_read(&route, (char **)cases[n].argv, none);
        CHECK_EQUAL(route.is_stored, cases[n].verb != 0);
        if (!route.is_stored) continue;
        struct command c = route.command;
        CHECK_EQUAL(c.verb, cases[n].verb);
        CHECK_EQUAL(c.count, cases[n].count);
        CHECK_EQUAL(c.argument, cases[n].argument);
        CHECK_EQUAL(c.ids[0][0], 'a');
    }
}

/* As SignalTest has it of the core. */
static void signals_are_read_as_the_core_reads_them(void) {
    static const struct {
        const char *word;
        int number;
    } cases[] = {
        {"0", 0},          {"9", 9},         {"64", 64},
        {"65", -1},        {"009", 9},       {"0009", -1},
        {"", -1},          {"-9", -1},       {"SIG", -1},
        {"SIGSIGHUP", -1}, {"hup", 1},       {"SigHup", 1},
        {"SYS", 31},       {"POLL", 29},     {"sigiot", 6},
        {"CLD", 17},       {"RTMIN", 34},    {"RTMIN+0", 34},
        {"RTMIN+3", 37},   {"RTMIN+30", 64}, {"RTMIN+31", -1},
        {"RTMIN-1", -1},   {"RTMAX", 64},    {"RTMAX-1", 63},
        {"RTMAX-30", 34},  {"RTMAX-31", -1}, {"RTMIN+", -1},
        {"RTMIN+003", -1}, {"KILL ", -1},    {"SIGRTMIN+1234567890", -1},
    };
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++)
        CHECK_EQUAL(signal_of(cases[n].word), cases[n].number);
}

void route_tests(void) {
    RUN(the_wanted_core_is_read_as_the_core_reads_it);
    RUN(commands_are_told_by_their_words);
    RUN(signals_are_read_as_the_core_reads_them);
}
