/* SPDX-License-Identifier: Apache-2.0 */
/* The executable's way into the image; no part of the C tests, which have a main of their own. */
#include <string.h>

/*
 * A cold core lives for some milliseconds: it is built to start no thread of its own, and never to
 * collect what is young. One that stays has what is to be done after a collection done, ends when
 * it is told to, and uses the same young pages again and again.
 */
int __real_main(int count, char **words);
int __wrap_main(int count, char **words);

int __wrap_main(int count, char **words) {
    static char signals[] = "-XX:+EnableSignalHandling";
    static char references[] = "-XX:+AutomaticReferenceHandling";
    static char young[] = "-XX:MaxNewSize=4194304", kept[] = "-XX:MaxHeapFree=8388608";
    static char *resident[] = {signals, references, young, kept};
    char *all[64] = {NULL};
    if (count < 2 || count > 48 || strcmp(words[1], "daemon") != 0)
        return __real_main(count, words);
    memcpy(all, words, 2 * sizeof *all);
    memcpy(all + 2, resident, sizeof resident);
    memcpy(all + 6, words + 2, (size_t)(count - 2) * sizeof *all);
    return __real_main(count + 4, all);
}
