/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the front and the core both have to know though it never crosses a channel: how a command
 * line is read, where things are. The core decides; what the front makes of these only chooses who
 * is asked. SharedFactsTest compares each with the core's own.
 */
#ifndef JRUN_FACTS_H
#define JRUN_FACTS_H

/* The state root: root's; and what is added to the user's runtime directory for all others. */
#define ROOT_OF_ROOT "/run/jrun"
#define ROOT_IN_RUNTIME_DIRECTORY "/jrun"

/* Inode of the host's first user namespace: PROC_USER_INIT_INO of linux/proc_ns.h. */
#define FIRST_USER_NAMESPACE 0xeffffffdu

/* An id: so many letters, digits and these, the first no dot. */
#define ID_MAX 240
#define ID_MORE "_+.-"

/* Options before the command, by whether the next word is their value. */
#define OPTIONS_WITH_VALUE \
    { "root", "log", "log-format", "log-level", "cgroup-manager", "rootless", "core" }
#define OPTIONS_WITHOUT_VALUE \
    { "debug", "systemd-cgroup", "help", "h", "version", "v" }
#define LOG_FORMATS \
    { "text", "json" }
#define CGROUP_MANAGERS \
    { "cgroupfs", "systemd", "disabled" }
#define CORES \
    { "auto", "warm", "cold" }

/* Of delete, and of kill: the latter takes a value. */
#define FORCE_OPTIONS \
    { "force", "f" }
#define SIGNAL_OPTIONS \
    { "signal", "s" }

/* Signals by their numbers, other names of some, and the ones that have none. */
#define SIGNAL_DEFAULT 15
#define SIGNAL_MAX 64
#define SIGNAL_RT_MIN 34
#define SIGNALS_BY_NUMBER                                                                      \
    {                                                                                          \
        "", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", \
            "USR2", "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN",  \
            "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS"       \
    }
#define SIGNALS_BY_OTHER_NAMES \
    { "POLL", "IOT", "CLD" }
#define SIGNALS_OF_OTHER_NAMES \
    { 29, 6, 17 }

/* Where a warm core listens, in /run or the user's runtime directory; how one is handed over. */
#define SOCKET_OF_ROOT "/run"
#define SOCKET_PLACE "/jrund/core.sock"
#define SOCKET_VARIABLE "JRUN_SOCKET"
#define CORE_VARIABLE "JRUN_CORE"
#define RUNTIME_DIRECTORY_VARIABLE "XDG_RUNTIME_DIR"
#define ACTIVATED_PID_VARIABLE "LISTEN_PID"
#define ACTIVATED_COUNT_VARIABLE "LISTEN_FDS"

/* How long a warm core may say nothing; one that is demanded may just be started by systemd. */
#define FIRST_ANSWER_MS 1000
#define DEMANDED_ANSWER_MS 10000

/* What a core needs: files that may be open, bytes of stack, of data and of address space. The
 * native one has its heap's room and 36 MiB besides: the executable, stacks, malloc's. */
#define CORE_FILES_WANTED 64
#define CORE_STACK_WANTED 8388608
#define CORE_STACK_MIN 131072
#define NATIVE_FILES_MIN 6
#define NATIVE_SPACE_MIN 306184192
#define NATIVE_DATA_MIN 33554432
#define JVM_FILES_MIN 12
#define JVM_DATA_MIN 134217728
#define JVM_SPACE_MIN 1638400000

/* The file of stored programs in a state directory, and the registers they find things in. */
#define STORED_FILE "verbs"
#define STORED_ARGUMENT 0 /* of kill the signal; of pause and resume 1 and 0 */
#define STORED_PID 1
#define STORED_START 2

#endif
