/* SPDX-License-Identifier: Apache-2.0 */
/* What the native methods have in common: exceptions, descriptors, fields, texts. See natives.h. */
#include "natives.h"

#include <stdlib.h>
#include <string.h>

/* The words of io.jrun.linux.Errno: another C library says some of them in another way. */
const char *words_of(int number) {
    static const struct {
        int number;
        const char *words;
    } all[] = {
        {EIO, "Input/output error"},
        {ECHILD, "No child processes"},
        {ENOMEM, "Cannot allocate memory"},
        {EBUSY, "Device or resource busy"},
        {EXDEV, "Invalid cross-device link"},
        {EMFILE, "Too many open files"},
        {ENFILE, "Too many open files in system"},
        {ENOTTY, "Inappropriate ioctl for device"},
        {ESPIPE, "Illegal seek"},
        {ENAMETOOLONG, "File name too long"},
        {ELOOP, "Too many levels of symbolic links"},
        {EOVERFLOW, "Value too large for defined data type"},
        {ENOTSOCK, "Socket operation on non-socket"},
        {EOPNOTSUPP, "Operation not supported"},
        {ETIMEDOUT, "Connection timed out"},
        {EDQUOT, "Disk quota exceeded"},
    };
    for (size_t n = 0; n < sizeof all / sizeof all[0]; n++)
        if (all[n].number == number) return all[n].words;
    return strerror(number);
}

void throw_new(JNIEnv *env, const char *class_name, const char *message) {
    if ((*env)->ExceptionCheck(env)) return;
    jclass class = (*env)->FindClass(env, class_name);
    if (class) (*env)->ThrowNew(env, class, message);
}

void throw_errno(JNIEnv *env, const char *class_name, int number) {
    throw_new(env, class_name, words_of(number));
}

void throw_io(JNIEnv *env, int number) { throw_errno(env, "java/io/IOException", number); }

void throw_unix(JNIEnv *env, int number) {
    if ((*env)->ExceptionCheck(env)) return;
    jclass class = (*env)->FindClass(env, "sun/nio/fs/UnixException");
    jmethodID make = class ? (*env)->GetMethodID(env, class, "<init>", "(I)V") : NULL;
    jobject thrown = make ? (*env)->NewObject(env, class, make, (jint)number) : NULL;
    if (thrown) (*env)->Throw(env, thrown);
}

static jfieldID field_of(JNIEnv *env, jobject object, const char *name, const char *type) {
    jclass class = (*env)->GetObjectClass(env, object);
    jfieldID field = (*env)->GetFieldID(env, class, name, type);
    (*env)->DeleteLocalRef(env, class);
    return field;
}

int descriptor(JNIEnv *env, jobject file_descriptor) {
    static jfieldID field; /* of one final class: it is the same for ever */
    if (!file_descriptor) return -1;
    if (!field) field = field_of(env, file_descriptor, "fd", "I");
    return field ? (*env)->GetIntField(env, file_descriptor, field) : -1;
}

void set_descriptor(JNIEnv *env, jobject file_descriptor, int number) {
    set_int(env, file_descriptor, "fd", number);
}

int stream_descriptor(JNIEnv *env, jobject stream) {
    jfieldID field = field_of(env, stream, "fd", "Ljava/io/FileDescriptor;");
    if (!field) return -1;
    jobject own = (*env)->GetObjectField(env, stream, field);
    int number = descriptor(env, own);
    (*env)->DeleteLocalRef(env, own);
    return number;
}

jbyteArray new_bytes(JNIEnv *env, const void *bytes, size_t size) {
    jbyteArray array = (*env)->NewByteArray(env, (jsize)size);
    if (array) (*env)->SetByteArrayRegion(env, array, 0, (jsize)size, bytes);
    return array;
}

static int is_known(JNIEnv *env, jobject object, jfieldID *known, const char *field,
                    const char *type) {
    if (!*known) *known = field_of(env, object, field, type);
    return *known != NULL;
}

void put_int(JNIEnv *env, jobject object, jfieldID *known, const char *field, jint value) {
    if (is_known(env, object, known, field, "I")) (*env)->SetIntField(env, object, *known, value);
}

void put_long(JNIEnv *env, jobject object, jfieldID *known, const char *field, jlong value) {
    if (is_known(env, object, known, field, "J")) (*env)->SetLongField(env, object, *known, value);
}

/* One code point of UTF-16; a surrogate without its other half becomes a question mark. */
static uint32_t next_point(const jchar *text, jsize length, jsize *i) {
    uint32_t unit = text[(*i)++];
    if (unit < 0xd800 || unit > 0xdfff) return unit;
    if (unit > 0xdbff || *i == length || text[*i] < 0xdc00 || text[*i] > 0xdfff) return '?';
    return 0x10000 + ((unit - 0xd800) << 10) + (text[(*i)++] - 0xdc00u);
}

static char *put_point(char *to, uint32_t point) {
    if (point < 0x80) {
        *to++ = (char)point;
    } else if (point < 0x800) {
        *to++ = (char)(0xc0 | point >> 6);
        *to++ = (char)(0x80 | (point & 0x3f));
    } else if (point < 0x10000) {
        *to++ = (char)(0xe0 | point >> 12);
        *to++ = (char)(0x80 | (point >> 6 & 0x3f));
        *to++ = (char)(0x80 | (point & 0x3f));
    } else {
        *to++ = (char)(0xf0 | point >> 18);
        *to++ = (char)(0x80 | (point >> 12 & 0x3f));
        *to++ = (char)(0x80 | (point >> 6 & 0x3f));
        *to++ = (char)(0x80 | (point & 0x3f));
    }
    return to;
}

char *path_of(JNIEnv *env, jstring text) {
    jsize length = (*env)->GetStringLength(env, text);
    const jchar *units = (*env)->GetStringChars(env, text, NULL);
    char *path = units ? malloc((size_t)length * 3 + 1) : NULL, *to = path;
    for (jsize i = 0; path && i < length;) to = put_point(to, next_point(units, length, &i));
    if (path) *to = 0;
    if (units) (*env)->ReleaseStringChars(env, text, units);
    if (!path) throw_new(env, "java/lang/OutOfMemoryError", "a path");
    return path;
}

jlong io_result(JNIEnv *env, ssize_t result, int reading) {
    if (result > 0 || (result == 0 && !reading)) return result;
    if (result == 0) return STATUS_EOF;
    if (errno == EAGAIN || errno == EWOULDBLOCK) return STATUS_UNAVAILABLE;
    if (errno == EINTR) return STATUS_INTERRUPTED;
    throw_io(env, errno);
    return STATUS_THROWN;
}
