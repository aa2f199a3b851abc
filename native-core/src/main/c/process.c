/* SPDX-License-Identifier: Apache-2.0 */
/* java.lang: this process, others by their numbers, the environment. */
#include "natives.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

JNIEXPORT void JNICALL Java_java_lang_Shutdown_halt0(JNIEnv *env, jclass class, jint code) {
    _exit(code);
}

/* Nothing is waited for and nothing started by these. */
JNIEXPORT void JNICALL Java_java_lang_ProcessHandleImpl_initNative(JNIEnv *env, jclass class) {}
JNIEXPORT void JNICALL Java_java_lang_ProcessImpl_init(JNIEnv *env, jclass class) {}

JNIEXPORT jlong JNICALL Java_java_lang_ProcessHandleImpl_getCurrentPid0(JNIEnv *env, jclass class) {
    return getpid();
}

/*
 * When a process began: milliseconds since 1970, from the 22nd field of /proc/PID/stat, in clock
 * ticks since boot, and the time of boot in /proc/stat; 0 if that cannot be told, -1 if there is no
 * such process: proc(5).
 */
JNIEXPORT jlong JNICALL Java_java_lang_ProcessHandleImpl_isAlive0(JNIEnv *env, jclass class,
                                                                  jlong pid) {
    char path[64], text[1024], line[128];
    unsigned long long ticks = 0, boot = 0;
    snprintf(path, sizeof path, "/proc/%lld/stat", (long long)pid);
    FILE *file = fopen(path, "re");
    if (!file) return -1;
    size_t size = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[size] = 0;
    char *at = strrchr(text, ')'); /* a name may have anything in it */
    for (int field = 2; at && field < 22; field++) at = strchr(at + 1, ' ');
    if (!at || sscanf(at, " %llu", &ticks) != 1) return 0;
    file = fopen("/proc/stat", "re");
    while (file && boot == 0 && fgets(line, sizeof line, file)) sscanf(line, "btime %llu", &boot);
    if (file) fclose(file);
    if (boot == 0) return 0;
    return (jlong)(boot * 1000 + ticks * 1000 / (unsigned long long)sysconf(_SC_CLK_TCK));
}

/* Name, value, name, value, ...; what has no name is passed over. */
JNIEXPORT jobjectArray JNICALL Java_java_lang_ProcessEnvironment_environ(JNIEnv *env,
                                                                         jclass class) {
    jsize count = 0, at = 0;
    for (char **each = environ; each && *each; each++) count += strchr(*each + 1, '=') != NULL;
    jclass bytes = (*env)->FindClass(env, "[B");
    jobjectArray all = bytes ? (*env)->NewObjectArray(env, count * 2, bytes, NULL) : NULL;
    for (char **each = environ; all && each && *each; each++) {
        const char *equals = **each ? strchr(*each + 1, '=') : NULL;
        if (!equals) continue;
        jbyteArray name = new_bytes(env, *each, (size_t)(equals - *each));
        jbyteArray value = new_bytes(env, equals + 1, strlen(equals + 1));
        if (!name || !value) return NULL;
        (*env)->SetObjectArrayElement(env, all, at++, name);
        (*env)->SetObjectArrayElement(env, all, at++, value);
        (*env)->DeleteLocalRef(env, name);
        (*env)->DeleteLocalRef(env, value);
    }
    return all;
}

JNIEXPORT jint JNICALL Java_java_io_Console_ttyStatus(JNIEnv *env, jclass class) {
    return (isatty(0) ? 1 : 0) | (isatty(1) ? 2 : 0);
}

/* jrun writes times as UTC. */
JNIEXPORT jstring JNICALL Java_java_util_TimeZone_getSystemGMTOffsetID(JNIEnv *env, jclass class) {
    return (*env)->NewStringUTF(env, "GMT");
}
