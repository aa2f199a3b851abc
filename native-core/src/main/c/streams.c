/* SPDX-License-Identifier: Apache-2.0 */
/* java.io: streams of bytes from and to descriptors, and the file system of java.io.File. */
#include "natives.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Fields are looked up when they are used. */
JNIEXPORT void JNICALL Java_java_io_FileDescriptor_initIDs(JNIEnv *env, jclass class) {}
JNIEXPORT void JNICALL Java_java_io_FileInputStream_initIDs(JNIEnv *env, jclass class) {}
JNIEXPORT void JNICALL Java_java_io_FileOutputStream_initIDs(JNIEnv *env, jclass class) {}
JNIEXPORT void JNICALL Java_java_io_UnixFileSystem_initIDs(JNIEnv *env, jclass class) {}

/* 0, 1 and 2 stay open, so that nothing opened later gets their number. */
static void close_number(JNIEnv *env, int number) {
    if (number < 0) return;
    int result = 0;
    if (number <= 2) {
        int null = open("/dev/null", O_RDWR | O_CLOEXEC);
        result = null < 0 ? null : dup3(null, number, 0);
        if (null >= 0) close(null);
    } else {
        result = close(number);
    }
    if (result < 0 && errno != EINTR) throw_io(env, errno);
}

/* Of another system. */
JNIEXPORT jlong JNICALL Java_java_io_FileDescriptor_getHandle(JNIEnv *env, jclass class,
                                                              jint number) {
    return -1;
}

JNIEXPORT jboolean JNICALL Java_java_io_FileDescriptor_getAppend(JNIEnv *env, jclass class,
                                                                 jint number) {
    int flags = fcntl(number, F_GETFL);
    return flags >= 0 && (flags & O_APPEND) != 0;
}

JNIEXPORT void JNICALL Java_java_io_FileDescriptor_close0(JNIEnv *env, jobject this) {
    int number = descriptor(env, this);
    set_descriptor(env, this, -1);
    close_number(env, number);
}

JNIEXPORT void JNICALL Java_java_io_FileCleanable_cleanupClose0(JNIEnv *env, jclass class,
                                                                jint number, jlong handle) {
    close_number(env, number);
}

static void throw_not_found(JNIEnv *env, const char *path, int number) {
    char message[PATH_MAX + 256];
    const char *reason = words_of(number);
    size_t length = strnlen(path, PATH_MAX), rest = strlen(reason);
    memcpy(message, path, length);
    memcpy(message + length, " (", 2);
    memcpy(message + length + 2, reason, rest);
    memcpy(message + length + 2 + rest, ")", 2);
    throw_new(env, "java/io/FileNotFoundException", message);
}

static void open_stream(JNIEnv *env, jobject this, jstring name, int flags) {
    struct stat found;
    int number;
    char *path = path_of(env, name);
    if (!path) return;
    RETRY(number, open(path, flags | O_CLOEXEC, 0666));
    if (number >= 0 && fstat(number, &found) == 0 && S_ISDIR(found.st_mode)) {
        close(number);
        number = -1;
        errno = EISDIR;
    }
    if (number < 0) {
        throw_not_found(env, path, errno);
    } else {
        jclass class = (*env)->GetObjectClass(env, this);
        jfieldID field = (*env)->GetFieldID(env, class, "fd", "Ljava/io/FileDescriptor;");
        jobject own = field ? (*env)->GetObjectField(env, this, field) : NULL;
        if (own) set_descriptor(env, own, number);
    }
    free(path);
}

JNIEXPORT void JNICALL Java_java_io_FileInputStream_open0(JNIEnv *env, jobject this, jstring name) {
    open_stream(env, this, name, O_RDONLY);
}

JNIEXPORT void JNICALL Java_java_io_FileOutputStream_open0(JNIEnv *env, jobject this, jstring name,
                                                           jboolean append) {
    open_stream(env, this, name, O_WRONLY | O_CREAT | (append ? O_APPEND : O_TRUNC));
}

/* The descriptor of a stream; -1 with an exception pending if it is closed. */
static int opened(JNIEnv *env, jobject stream) {
    int number = stream_descriptor(env, stream);
    if (number < 0) throw_new(env, "java/io/IOException", "Stream Closed");
    return number;
}

/* Whether a part of an array lies in it; if not, an exception is pending. */
static int inside(JNIEnv *env, jbyteArray array, jint offset, jint length) {
    if (!array) {
        throw_new(env, "java/lang/NullPointerException", NULL);
        return 0;
    }
    if (offset < 0 || length < 0 || (*env)->GetArrayLength(env, array) - offset < length) {
        throw_new(env, "java/lang/IndexOutOfBoundsException", NULL);
        return 0;
    }
    return 1;
}

JNIEXPORT jint JNICALL Java_java_io_FileInputStream_read0(JNIEnv *env, jobject this) {
    unsigned char byte;
    ssize_t count;
    int number = opened(env, this);
    if (number < 0) return -1;
    RETRY(count, read(number, &byte, 1));
    if (count < 0) throw_io(env, errno);
    return count == 1 ? byte : -1;
}

JNIEXPORT jint JNICALL Java_java_io_FileInputStream_readBytes(JNIEnv *env, jobject this,
                                                              jbyteArray into, jint offset,
                                                              jint length) {
    char room[STREAM_ROOM], *buffer = room;
    ssize_t count = -1;
    if (!inside(env, into, offset, length)) return -1;
    if (length == 0) return 0;
    int number = opened(env, this);
    if (number < 0) return -1;
    if (length > STREAM_ROOM && !(buffer = malloc((size_t)length))) {
        buffer = room; /* less is no error */
        length = STREAM_ROOM;
    }
    RETRY(count, read(number, buffer, (size_t)length));
    if (count < 0) throw_io(env, errno);
    if (count > 0) (*env)->SetByteArrayRegion(env, into, offset, (jsize)count, (jbyte *)buffer);
    if (buffer != room) free(buffer);
    return count > 0 ? (jint)count : -1;
}

static void write_whole(JNIEnv *env, int number, const char *bytes, size_t size) {
    while (size > 0) {
        ssize_t count;
        RETRY(count, write(number, bytes, size));
        if (count < 0) {
            throw_io(env, errno);
            return;
        }
        bytes += count;
        size -= (size_t)count;
    }
}

JNIEXPORT void JNICALL Java_java_io_FileOutputStream_writeBytes(JNIEnv *env, jobject this,
                                                                jbyteArray from, jint offset,
                                                                jint length, jboolean append) {
    char room[STREAM_ROOM];
    if (!inside(env, from, offset, length) || length == 0) return;
    int number = opened(env, this);
    while (number >= 0 && length > 0 && !(*env)->ExceptionCheck(env)) {
        jint part = length < STREAM_ROOM ? length : STREAM_ROOM;
        (*env)->GetByteArrayRegion(env, from, offset, part, (jbyte *)room);
        write_whole(env, number, room, (size_t)part);
        offset += part;
        length -= part;
    }
}

JNIEXPORT void JNICALL Java_java_io_FileOutputStream_write(JNIEnv *env, jobject this, jint byte,
                                                           jboolean append) {
    char one = (char)byte;
    int number = opened(env, this);
    if (number >= 0) write_whole(env, number, &one, 1);
}

/* What can be read without waiting: all of a file's rest, or what a pipe or socket has. */
static int available(int number, jlong *count) {
    struct stat found;
    int waiting;
    if (fstat(number, &found) < 0) return -1;
    if (!S_ISREG(found.st_mode)) {
        *count = ioctl(number, FIONREAD, &waiting) == 0 ? waiting : 0;
        return 0;
    }
    off_t position = lseek(number, 0, SEEK_CUR);
    if (position < 0) return -1;
    *count = found.st_size > position ? found.st_size - position : 0;
    return 0;
}

JNIEXPORT jint JNICALL Java_java_io_FileInputStream_available0(JNIEnv *env, jobject this) {
    jlong count = 0;
    int number = opened(env, this);
    if (number >= 0 && available(number, &count) < 0) throw_io(env, errno);
    return count > INT_MAX ? INT_MAX : (jint)count;
}

JNIEXPORT jboolean JNICALL Java_java_io_FileInputStream_isRegularFile0(JNIEnv *env, jobject this,
                                                                       jobject fd) {
    struct stat found;
    return fstat(descriptor(env, fd), &found) == 0 && S_ISREG(found.st_mode);
}

JNIEXPORT jlong JNICALL Java_java_io_FileInputStream_length0(JNIEnv *env, jobject this) {
    struct stat found = {0};
    int number = opened(env, this);
    if (number >= 0 && fstat(number, &found) < 0) throw_io(env, errno);
    return found.st_size;
}

JNIEXPORT jlong JNICALL Java_java_io_FileInputStream_position0(JNIEnv *env, jobject this) {
    int number = opened(env, this);
    off_t position = number < 0 ? 0 : lseek(number, 0, SEEK_CUR);
    if (position < 0) throw_io(env, errno);
    return position;
}

JNIEXPORT jlong JNICALL Java_java_io_FileInputStream_skip0(JNIEnv *env, jobject this, jlong count) {
    int number = opened(env, this);
    if (number < 0) return 0;
    off_t from = lseek(number, 0, SEEK_CUR), to = from < 0 ? from : lseek(number, count, SEEK_CUR);
    if (to < 0) throw_io(env, errno);
    return to - from;
}

/* The path in a java.io.File; to be freed. */
static char *file_path(JNIEnv *env, jobject file) {
    jclass class = (*env)->GetObjectClass(env, file);
    jfieldID field = (*env)->GetFieldID(env, class, "path", "Ljava/lang/String;");
    jstring path = field ? (*env)->GetObjectField(env, file, field) : NULL;
    return path ? path_of(env, path) : NULL;
}

JNIEXPORT jint JNICALL Java_java_io_UnixFileSystem_getBooleanAttributes0(JNIEnv *env, jobject this,
                                                                         jobject file) {
    enum { EXISTS = 1, REGULAR = 2, DIRECTORY = 4 };
    struct stat found;
    char *path = file_path(env, file);
    int there = path && stat(path, &found) == 0;
    free(path);
    if (!there) return 0;
    return EXISTS | (S_ISREG(found.st_mode) ? REGULAR : 0) |
           (S_ISDIR(found.st_mode) ? DIRECTORY : 0);
}

JNIEXPORT jboolean JNICALL Java_java_io_UnixFileSystem_checkAccess0(JNIEnv *env, jobject this,
                                                                    jobject file, jint mode) {
    char *path = file_path(env, file);
    int allowed = path && access(path, mode) == 0; /* 4, 2 and 1 in Java as in C */
    free(path);
    return (jboolean)allowed;
}

JNIEXPORT jlong JNICALL Java_java_io_UnixFileSystem_getLength0(JNIEnv *env, jobject this,
                                                               jobject file) {
    struct stat found;
    char *path = file_path(env, file);
    int there = path && stat(path, &found) == 0;
    free(path);
    return there ? found.st_size : 0;
}

JNIEXPORT jlong JNICALL Java_java_io_UnixFileSystem_getLastModifiedTime0(JNIEnv *env, jobject this,
                                                                         jobject file) {
    struct stat found;
    char *path = file_path(env, file);
    int there = path && stat(path, &found) == 0;
    free(path);
    return there ? (jlong)found.st_mtim.tv_sec * 1000 + found.st_mtim.tv_nsec / 1000000 : 0;
}

/* Absolute, without links as far as it exists; what does not exist stays as it is written. */
JNIEXPORT jstring JNICALL Java_java_io_UnixFileSystem_canonicalize0(JNIEnv *env, jobject this,
                                                                    jstring name) {
    char *path = path_of(env, name);
    if (!path) return NULL;
    char *real = realpath(path, NULL);
    jstring result = real ? (*env)->NewStringUTF(env, real) : name;
    free(real);
    free(path);
    return result;
}

JNIEXPORT jobjectArray JNICALL Java_java_io_UnixFileSystem_list0(JNIEnv *env, jobject this,
                                                                 jobject file) {
    char *path = file_path(env, file);
    DIR *directory = path ? opendir(path) : NULL;
    jclass text = directory ? (*env)->FindClass(env, "java/lang/String") : NULL;
    jsize count = 0, room = 16;
    jobjectArray names = text ? (*env)->NewObjectArray(env, room, text, NULL) : NULL;
    free(path);
    for (struct dirent *entry; names && (entry = readdir(directory));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        if (count == room) {
            jobjectArray more = (*env)->NewObjectArray(env, room *= 2, text, NULL);
            for (jsize i = 0; more && i < count; i++)
                (*env)->SetObjectArrayElement(env, more, i,
                                              (*env)->GetObjectArrayElement(env, names, i));
            if (!(names = more)) break;
        }
        jstring name = (*env)->NewStringUTF(env, entry->d_name);
        (*env)->SetObjectArrayElement(env, names, count++, name);
        (*env)->DeleteLocalRef(env, name);
    }
    if (directory) closedir(directory);
    jobjectArray exact = names ? (*env)->NewObjectArray(env, count, text, NULL) : NULL;
    for (jsize i = 0; exact && i < count; i++)
        (*env)->SetObjectArrayElement(env, exact, i, (*env)->GetObjectArrayElement(env, names, i));
    return exact;
}
