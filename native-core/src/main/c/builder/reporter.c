/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the builder asks while it runs, from the Java declarations of ProgressReporterCHelper
 * (javap). It is part of the build and not of the core.
 */
#include <jni.h>
#include <sys/ioctl.h>
#include <sys/resource.h>

/* The columns of the terminal; -1 if there is none. */
JNIEXPORT jint JNICALL Java_com_oracle_svm_hosted_ProgressReporterCHelper_getTerminalWindowColumns0(
    JNIEnv *env, jclass class) {
    struct winsize size;
    return ioctl(1, TIOCGWINSZ, &size) == 0 ? size.ws_col : -1;
}

/* Bytes of memory it had at most; -1 if that is not known. */
JNIEXPORT jlong JNICALL
Java_com_oracle_svm_hosted_ProgressReporterCHelper_getPeakRSS0(JNIEnv *env, jclass class) {
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) == 0 ? usage.ru_maxrss * 1024L : -1;
}
