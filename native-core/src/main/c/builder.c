/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The builder's own helpers, from its Java declarations: classes com.oracle.svm.core.*LibCHelper,
 * CSunMiscSignal, LocaleCHelper, Jvm, PosixVMThreads (javap).
 */
#include "natives.h"
#include "svm_locale.h"

#if defined __x86_64__
#include "amd64cpufeatures.h"
#elif defined __aarch64__
#include "aarch64cpufeatures.h"
#endif

#include <fcntl.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * The image is built for the oldest processor of its architecture and asks for no more: what
 * another has besides is not used.
 */
void determineCPUFeatures(CPUFeatures *features) {
    memset(features, 0, sizeof *features);
#if defined __x86_64__
    features->fCX8 = features->fCMOV = features->fFXSR = features->fMMX = true;
    features->fSSE = features->fSSE2 = features->fTSC = true;
#elif defined __aarch64__
    features->fFP = features->fASIMD = true;
#endif
}

int checkCPUFeatures(const char *required) { return 0; }
int checkCPUFeaturesOrExit(const char *required, const char *message) { return 0; }

int getThreadId(void) { return (int)syscall(SYS_gettid); }

int openSII(const char *path, int flags, int mode) { return open(path, flags, mode); }

void *mremapP(void *old, size_t old_size, size_t new_size, int flags, void *address) {
    return mremap(old, old_size, new_size, flags, address);
}

/* The format is the builder's: one text and one number. */
int fprintfSD(FILE *file, const char *format, char *text, int number) {
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    return fprintf(file, format, text, number);
}

/* jrun words everything in one language. */
int svm_initialize_locale(void) { return SVM_LOCALE_INITIALIZATION_SUCCEEDED; }

const svm_locale_props_t *svm_get_locale(void) {
    static const svm_locale_props_t english = {.display_language = "en", .format_language = "en"};
    return &english;
}

/* jrun writes times as UTC. */
char *SVM_FindJavaTZmd(const char *mappings, int length) { return strdup("UTC"); }

/* com.oracle.svm.core.jdk.Jvm: nothing of a virtual machine is there to be made ready. */
void initialize(void) {}

int JVM_ActiveProcessorCount(void) {
    cpu_set_t allowed;
    int count = sched_getaffinity(0, sizeof allowed, &allowed) == 0 ? CPU_COUNT(&allowed) : 0;
    return count > 0 ? count : (int)sysconf(_SC_NPROCESSORS_ONLN);
}

/* The encoding of file names, as it was told at build time; ours is UTF-8 always: path_of. */
void InitializeEncoding(JNIEnv *env, const char *name) {}

JNIEXPORT jint JNICALL JNI_OnLoad_java(JavaVM *vm, void *reserved) { return JNI_VERSION_1_8; }
JNIEXPORT jint JNICALL JNI_OnLoad_net(JavaVM *vm, void *reserved) { return JNI_VERSION_1_8; }
JNIEXPORT jint JNICALL JNI_OnLoad_nio(JavaVM *vm, void *reserved) { return JNI_VERSION_1_8; }
JNIEXPORT jint JNICALL JNI_OnLoad_zip(JavaVM *vm, void *reserved) { return JNI_VERSION_1_8; }
JNIEXPORT jint JNICALL JNI_OnLoad_extnet(JavaVM *vm, void *reserved) { return JNI_VERSION_1_8; }

/*
 * Signals that Java handles: the handler counts, a thread of Java's waits for the semaphore and
 * asks which. Opened once in a process.
 */
static sem_t arrived;
static int opened;
static int pending[NSIG];

static void count_signal(int number) {
    int before = errno;
    __atomic_fetch_add(&pending[number], 1, __ATOMIC_SEQ_CST);
    sem_post(&arrived);
    errno = before;
}

int cSunMiscSignal_open(void) {
    if (__atomic_exchange_n(&opened, 1, __ATOMIC_SEQ_CST)) {
        errno = EBUSY;
        return -1;
    }
    return sem_init(&arrived, 0, 0);
}

int cSunMiscSignal_close(void) {
    __atomic_store_n(&opened, 0, __ATOMIC_SEQ_CST);
    return sem_destroy(&arrived);
}

int cSunMiscSignal_awaitSemaphore(void) {
    int result;
    RETRY(result, sem_wait(&arrived));
    return result;
}

int cSunMiscSignal_signalSemaphore(void) { return sem_post(&arrived); }

int cSunMiscSignal_signalRangeCheck(int number) { return number > 0 && number < NSIG; }

/* The lowest number that has arrived and was not asked for yet; -1 if there is none. */
int cSunMiscSignal_checkPendingSignal(void) {
    for (int number = 1; number < NSIG; number++) {
        int count = __atomic_load_n(&pending[number], __ATOMIC_SEQ_CST);
        while (count > 0)
            if (__atomic_compare_exchange_n(&pending[number], &count, count - 1, 0,
                                            __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
                return number;
    }
    return -1;
}

void (*cSunMiscSignal_signalHandlerFunctionPointer(void))(int) { return count_signal; }
