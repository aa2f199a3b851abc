/* SPDX-License-Identifier: Apache-2.0 */
/* Which core a caller asks for: the options before the command, then the environment. */
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
    };
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++)
        CHECK_EQUAL(core_wanted((char **)cases[n].argv, cases[n].envp), cases[n].kind);
}

void warm_tests(void) { RUN(the_wanted_core_is_read_as_the_core_reads_it); }
