/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The route of a command, chosen once from its words and its environment: whether a stored program
 * may do it, and which core is asked where none does. A core reads the same words again, and all
 * that is unusual is left to it.
 */
#include "kernel.h"

#define NAME_MAX_SIZE 16

typedef const char name[NAME_MAX_SIZE];

/* An option: its name without dashes, and its value if that is of the same word. */
struct option {
    char name[NAME_MAX_SIZE]; /* empty if it is too long to be any */
    const char *value;
};

#define is_among(text, ...) is_one_of(text, (name[])__VA_ARGS__, sizeof((name[])__VA_ARGS__))

static int is_one_of(const char *text, const name *names, size_t size) {
    for (size_t n = 0; n < size / sizeof *names; n++)
        if (is_same(text, names[n])) return 1;
    return 0;
}

/* Whether a word is an option; one dash does for a long name, as in Go's flag package. */
static int read_option(const char *word, struct option *o) {
    *o = (struct option){"", NULL};
    if (!word || word[0] != '-' || word[1] == 0) return 0;
    word += word[1] == '-' ? 2 : 1;
    if (*word == 0) return 0; /* "--": what follows is no option */
    size_t size = 0;
    while (word[size] && word[size] != '=') size++;
    if (word[size]) o->value = word + size + 1;
    if (size < sizeof o->name) memcpy(o->name, word, size);
    return 1;
}

static const char *or_else(const char *value, char ***word) {
    return value ? value : *++*word ? **word : NULL;
}

/*
 * Which core is wanted, and whether stack traces are. Among the options before the command the last
 * one counts, and any before the environment.
 */
static void read_choice(struct route *route, char **word, const char *kind) {
    struct option o;
    for (; read_option(*word, &o); word++) {
        if (is_same(o.name, "debug")) route->debug = 1;
        if (!is_among(o.name, OPTIONS_WITH_VALUE)) continue;
        const char *value = or_else(o.value, &word);
        if (!value) break;
        if (is_same(o.name, "core")) kind = value;
    }
    route->core = !kind                   ? CORE_ANY
                  : is_same(kind, "warm") ? CORE_WARM
                  : is_same(kind, "cold") ? CORE_COLD
                                          : CORE_ANY;
}

static int is_id(const char *id) {
    static const char more[] = ID_MORE;
    size_t size = strlen(id);
    if (size == 0 || size > ID_MAX || *id == '.' || *id == '-') return 0;
    for (; *id; id++) {
        int plain =
            (*id >= 'a' && *id <= 'z') || (*id >= 'A' && *id <= 'Z') || (*id >= '0' && *id <= '9');
        for (size_t n = 0; n < sizeof more - 1; n++) plain |= *id == more[n];
        if (!plain) return 0;
    }
    return 1;
}

static uint32_t verb_of(const char *word) {
    return is_same(word, "start")    ? VERB_START
           : is_same(word, "state")  ? VERB_STATE
           : is_same(word, "kill")   ? VERB_KILL
           : is_same(word, "delete") ? VERB_DELETE
           : is_same(word, "pause")  ? VERB_FREEZE
           : is_same(word, "resume") ? VERB_FREEZE
                                     : 0;
}

/* An option before the command that changes nothing of what a stored program does, or says where.
 */
static int take_global(struct command *c, const struct option *o, char ***word) {
    if (is_same(o->name, "systemd-cgroup")) return !o->value;
    if (!is_among(o->name, OPTIONS_WITH_VALUE)) return 0;
    const char *value = or_else(o->value, word);
    if (!value || !*value) return 0;
    if (is_same(o->name, "root")) c->root = value;
    if (is_same(o->name, "log")) c->log = value;
    if (is_same(o->name, "log-format")) return is_among(value, LOG_FORMATS);
    if (is_same(o->name, "cgroup-manager")) return is_among(value, CGROUP_MANAGERS);
    return is_same(o->name, "root") || is_same(o->name, "log");
}

/* kill [--signal SIGNAL] ID, or kill ID [SIGNAL]; options behind the id are left to the core. */
static int take_kill(struct command *c, char **word) {
    const char *signal = NULL;
    struct option o;
    for (; read_option(*word, &o); word++) {
        if (signal || !is_among(o.name, SIGNAL_OPTIONS)) return 0;
        signal = or_else(o.value, &word);
        if (!signal) return 0;
    }
    if (!*word || !is_id(*word)) return 0;
    c->ids = word++;
    c->count = 1;
    if (*word && signal) return 0;
    if (*word) signal = *word++;
    c->argument = signal ? signal_of(signal) : SIGNAL_DEFAULT;
    return !*word && c->argument >= 0;
}

/* Options of delete, of which there is one; NULL: there is another. */
static char **take_force(struct command *c, char **word) {
    struct option o;
    for (; (c->verb == VERB_DELETE || c->verb == VERB_DESTROY) && read_option(*word, &o); word++) {
        if (o.value || !is_among(o.name, FORCE_OPTIONS)) return NULL;
        c->verb = VERB_DESTROY;
        c->argument = 1;
    }
    return word;
}

/* One id, or of delete by force several, with its option before or after them. */
static int take_ids(struct command *c, char **word) {
    word = take_force(c, word);
    if (!word) return 0;
    for (c->ids = word; *word && is_id(*word); word++) c->count++;
    word = take_force(c, word);
    return word && !*word && (c->count == 1 || (c->count > 1 && c->verb == VERB_DESTROY));
}

/* Whether it may be one of the stored ones. */
static int read_command(struct command *c, char **word) {
    struct option o;
    for (; read_option(*word, &o); word++)
        if (!take_global(c, &o, &word)) return 0;
    if (!*word) return 0;
    c->argument = is_same(*word, "pause");
    c->verb = verb_of(*word++);
    return c->verb && (c->verb == VERB_KILL ? take_kill(c, word) : take_ids(c, word));
}

void route_read(struct route *route, char **argv, char **envp) {
    const char *kind = environment(envp, CORE_VARIABLE "=");
    *route = (struct route){.core = CORE_ANY};
    if (!*argv) return;
    read_choice(route, argv + 1, kind);
    route->is_stored = read_command(&route->command, argv + 1) && !kind;
}
