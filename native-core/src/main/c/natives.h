/* SPDX-License-Identifier: Apache-2.0 */
/*
 * C functions that a native core is linked with: the native methods of the JDK that it reaches, and
 * the small helpers of the builder. They are written from the Java declarations (javap -s) and the
 * manual pages alone; the JDK's own C and the builder's are under another licence and have not been
 * looked at. Only what is reachable is here: whatever else the linker finds missing fails the
 * build.
 *
 * Functions fail as Java expects it of them: an exception with the kernel's words, or a number.
 */
#ifndef NATIVES_H
#define NATIVES_H

#include <errno.h>
#include <jni.h>
#include <stdint.h>

/* Waits until a call was not interrupted by a signal. */
#define RETRY(result, call) \
    do (result) = (call);   \
    while ((result) < 0 && errno == EINTR)

/* What Java's sun.nio.ch.IOStatus names; a result that is not negative is a count. */
enum { STATUS_EOF = -1, STATUS_UNAVAILABLE = -2, STATUS_INTERRUPTED = -3, STATUS_THROWN = -5 };

/* Bytes that a stream copies through the stack; more are copied through memory of their own. */
#define STREAM_ROOM 8192

/* What an error is called, whichever C library this is linked with. */
const char *words_of(int number);

/* Throws an exception of a class by its name, if none is pending. */
void throw_new(JNIEnv *env, const char *class_name, const char *message);

/* Throws java.io.IOException with the words of an errno. */
void throw_io(JNIEnv *env, int number);

/* Throws an exception with the words of an errno. */
void throw_errno(JNIEnv *env, const char *class_name, int number);

/* Throws sun.nio.fs.UnixException with an errno. */
void throw_unix(JNIEnv *env, int number);

/* The number in a java.io.FileDescriptor; -1 if it is closed or null. */
int descriptor(JNIEnv *env, jobject file_descriptor);
void set_descriptor(JNIEnv *env, jobject file_descriptor, int number);

/* The number in the field fd, a FileDescriptor, of a stream. */
int stream_descriptor(JNIEnv *env, jobject stream);

/* A new byte[] with these bytes; null, with an exception pending, if there is no memory. */
jbyteArray new_bytes(JNIEnv *env, const void *bytes, size_t size);

/*
 * A number of an object's field. Both do nothing but leave an exception if there is no such field.
 * Each place in the C is for objects of one class: what the field is, is asked once.
 */
#define set_int(env, object, field, value)            \
    do {                                              \
        static jfieldID known;                        \
        put_int(env, object, &known, (field), value); \
    } while (0)
#define set_long(env, object, field, value)            \
    do {                                               \
        static jfieldID known;                         \
        put_long(env, object, &known, (field), value); \
    } while (0)
void put_int(JNIEnv *env, jobject object, jfieldID *known, const char *field, jint value);
void put_long(JNIEnv *env, jobject object, jfieldID *known, const char *field, jlong value);

/*
 * A Java string as it stands in a path: UTF-8. To be freed; null, with an exception pending, if
 * there is no memory.
 */
char *path_of(JNIEnv *env, jstring text);

/* An address that Java keeps as a long. */
static inline void *at(jlong address) { return (void *)(uintptr_t)address; }

/* What read(2) and the like gave, in Java's numbers: count, end, would block, interrupted, thrown.
 */
jlong io_result(JNIEnv *env, ssize_t result, int reading);

#endif
