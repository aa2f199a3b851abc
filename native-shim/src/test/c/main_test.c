/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs every test and counts. The same executable plays two other parts: the fake core that an
 * installed jrun starts as its java, and the init that the spawn tests execute from a sealed copy.
 */
#include "harness.h"

#include <sys/wait.h>

int test_failed;
const char *faults_binary;
static int passed, failed;

void run_test(const char *name, void (*test)(void)) {
    test_failed = 0;
    test();
    while (waitpid(-1, NULL, 0) > 0) {
    } /* what a test started it need not wait for */
    if (test_failed) fprintf(stderr, "FAILED %s\n", name);
    *(test_failed ? &failed : &passed) += 1;
}

int main(int argc, char **argv) {
    const char *name = strrchr(argv[0], '/');
    if (name && strcmp(name, "/java") == 0) return fake_core();
    if (argc == 2 && strcmp(argv[0], "core") == 0 && strcmp(argv[1], "cold") == 0)
        return fake_core();
    if (strcmp(argv[0], INIT_NAME) == 0) return jrun(argc, argv, (char *[]){NULL});
    faults_binary = argc > 1 ? argv[1] : "target/jrun-faults";
    setbuf(stdout, NULL);
    survive_writes();
    program_tests();
    channel_tests();
    interp_tests();
    resolve_tests();
    copy_tests();
    clear_tests();
    lookup_tests();
    hook_tests();
    spawn_tests();
    route_tests();
    handover_tests();
    flow_tests();
    terminal_tests();
    front_tests();
    printf("%d passed, %d failed\n", passed, failed);
    return failed != 0 || passed == 0;
}
