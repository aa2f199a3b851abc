/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words: those of a command line and of the environment, compared and read, and those that this
 * program says itself.
 */
#include "kernel.h"

#define WORD_SIZE 16 /* of the name of a signal, with its end */

void say(const char *text) { write_all(2, text, strlen(text), NO_DEADLINE); }

char *decimal(char room[24], int64_t value) {
    uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;
    char *at = room + 23;
    *at = 0;
    do *--at = (char)('0' + rest % 10);
    while ((rest /= 10) > 0);
    if (value < 0) *--at = '-';
    return at;
}

const char *environment(char **envp, const char *name_and_equals) {
    size_t size = strlen(name_and_equals);
    for (; *envp; envp++)
        if (strlen(*envp) > size && memcmp(*envp, name_and_equals, size) == 0) return *envp + size;
    return NULL;
}

int is_same(const char *a, const char *b) {
    return strlen(a) == strlen(b) && memcmp(a, b, strlen(a)) == 0;
}

/* At most three digits, and nothing else; -1 for anything else. */
static int number_of(const char *text) {
    int number = 0, digits = 0;
    for (; *text >= '0' && *text <= '9' && digits < 3; text++, digits++)
        number = number * 10 + *text - '0';
    return *text || digits == 0 ? -1 : number;
}

/* "RTMIN", "RTMIN+3", "RTMAX-2": what follows the name is told by its sign. */
static int real_time(const char *rest, char sign, int from) {
    if (!*rest) return from;
    int by = *rest == sign && strlen(rest) <= 3 ? number_of(rest + 1) : -1;
    int number = sign == '+' ? from + by : from - by;
    return by < 0 || number < SIGNAL_RT_MIN ? -1 : number;
}

/* "TERM", "SIGTERM", "sigterm", "15", "RTMIN+3"; -1 if it is none. 0 only asks. */
int signal_of(const char *text) {
    static const char names[][WORD_SIZE] = SIGNALS_BY_NUMBER,
                      others[][WORD_SIZE] = SIGNALS_BY_OTHER_NAMES;
    static const uint8_t numbers[] = SIGNALS_OF_OTHER_NAMES;
    char word[WORD_SIZE] = "", *at = word;
    int number = number_of(text);
    if (number >= 0) return number <= SIGNAL_MAX ? number : -1;
    if (strlen(text) >= sizeof word) return -1;
    for (; *text; text++) *at++ = *text >= 'a' && *text <= 'z' ? *text - ('a' - 'A') : *text;
    at = memcmp(word, "SIG", 3) == 0 ? word + 3 : word;
    for (int n = 1; n < (int)(sizeof names / sizeof *names); n++)
        if (is_same(at, names[n])) return n;
    for (size_t n = 0; n < sizeof others / sizeof *others; n++)
        if (is_same(at, others[n])) return numbers[n];
    number = memcmp(at, "RTMIN", 5) == 0   ? real_time(at + 5, '+', SIGNAL_RT_MIN)
             : memcmp(at, "RTMAX", 5) == 0 ? real_time(at + 5, '-', SIGNAL_MAX)
                                           : -1;
    return number <= SIGNAL_MAX ? number : -1;
}
