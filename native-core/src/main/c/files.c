/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sun.nio.fs: the calls below java.nio.file. A path is the address of its bytes, ended by a NUL,
 * and need be valid in no encoding. What fails throws UnixException with the errno.
 */
#include "natives.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#define NATIVE(type, name) JNIEXPORT type JNICALL Java_sun_nio_fs_UnixNativeDispatcher_##name

/* What this file system can do, in the bits of UnixNativeDispatcher. */
enum { SUPPORTS_OPENAT = 1 << 1, SUPPORTS_XATTR = 1 << 3 };

NATIVE(jint, init)(JNIEnv *env, jclass class) { return SUPPORTS_OPENAT | SUPPORTS_XATTR; }

NATIVE(jboolean, fchmodatNoFollowSupported0)(JNIEnv *env, jclass class) { return JNI_FALSE; }

/* Throws if a call has failed. */
static jint checked(JNIEnv *env, long result) {
    if (result < 0) throw_unix(env, errno);
    return (jint)result;
}

NATIVE(jbyteArray, getcwd)(JNIEnv *env, jclass class) {
    char path[PATH_MAX];
    if (getcwd(path, sizeof path)) return new_bytes(env, path, strlen(path));
    throw_unix(env, errno);
    return NULL;
}

NATIVE(jbyteArray, strerror)(JNIEnv *env, jclass class, jint number) {
    const char *words = words_of(number);
    return new_bytes(env, words, strlen(words));
}

NATIVE(jint, dup)(JNIEnv *env, jclass class, jint fd) {
    return checked(env, fcntl(fd, F_DUPFD_CLOEXEC, 0));
}

NATIVE(jint, open0)(JNIEnv *env, jclass class, jlong path, jint flags, jint mode) {
    int result;
    RETRY(result, open(at(path), flags | O_CLOEXEC, (mode_t)mode));
    return checked(env, result);
}

NATIVE(jint, openat0)
(JNIEnv *env, jclass class, jint directory, jlong path, jint flags, jint mode) {
    int result;
    RETRY(result, openat(directory, at(path), flags | O_CLOEXEC, (mode_t)mode));
    return checked(env, result);
}

/* After EINTR a descriptor is closed all the same: close(2). */
NATIVE(void, close0)(JNIEnv *env, jclass class, jint fd) {
    if (close(fd) < 0 && errno != EINTR) throw_unix(env, errno);
}

NATIVE(void, link0)(JNIEnv *env, jclass class, jlong existing, jlong path) {
    checked(env, link(at(existing), at(path)));
}

NATIVE(void, unlink0)(JNIEnv *env, jclass class, jlong path) { checked(env, unlink(at(path))); }

NATIVE(void, unlinkat0)(JNIEnv *env, jclass class, jint directory, jlong path, jint flags) {
    checked(env, unlinkat(directory, at(path), flags));
}

NATIVE(void, mknod0)(JNIEnv *env, jclass class, jlong path, jint mode, jlong device) {
    checked(env, mknod(at(path), (mode_t)mode, (dev_t)device));
}

NATIVE(void, rename0)(JNIEnv *env, jclass class, jlong from, jlong to) {
    checked(env, rename(at(from), at(to)));
}

NATIVE(void, renameat0)(JNIEnv *env, jclass class, jint from, jlong name, jint to, jlong newName) {
    checked(env, renameat(from, at(name), to, at(newName)));
}

NATIVE(void, mkdir0)(JNIEnv *env, jclass class, jlong path, jint mode) {
    checked(env, mkdir(at(path), (mode_t)mode));
}

NATIVE(void, rmdir0)(JNIEnv *env, jclass class, jlong path) { checked(env, rmdir(at(path))); }

NATIVE(void, symlink0)(JNIEnv *env, jclass class, jlong target, jlong path) {
    checked(env, symlink(at(target), at(path)));
}

/* A target can be as long as a path, without a NUL. */
NATIVE(jbyteArray, readlink0)(JNIEnv *env, jclass class, jlong path) {
    char target[PATH_MAX];
    ssize_t size = readlink(at(path), target, sizeof target);
    if (size < 0) throw_unix(env, errno);
    return size < 0 ? NULL : new_bytes(env, target, (size_t)size);
}

NATIVE(jbyteArray, realpath0)(JNIEnv *env, jclass class, jlong path) {
    char *real = realpath(at(path), NULL);
    jbyteArray bytes = real ? new_bytes(env, real, strlen(real)) : NULL;
    if (!real) throw_unix(env, errno);
    free(real);
    return bytes;
}

static void fill(JNIEnv *env, jobject attributes, const struct stat *from) {
    set_int(env, attributes, "st_mode", (jint)from->st_mode);
    set_long(env, attributes, "st_ino", (jlong)from->st_ino);
    set_long(env, attributes, "st_dev", (jlong)from->st_dev);
    set_long(env, attributes, "st_rdev", (jlong)from->st_rdev);
    set_int(env, attributes, "st_nlink", (jint)from->st_nlink);
    set_int(env, attributes, "st_uid", (jint)from->st_uid);
    set_int(env, attributes, "st_gid", (jint)from->st_gid);
    set_long(env, attributes, "st_size", from->st_size);
    set_long(env, attributes, "st_atime_sec", from->st_atim.tv_sec);
    set_long(env, attributes, "st_atime_nsec", from->st_atim.tv_nsec);
    set_long(env, attributes, "st_mtime_sec", from->st_mtim.tv_sec);
    set_long(env, attributes, "st_mtime_nsec", from->st_mtim.tv_nsec);
    set_long(env, attributes, "st_ctime_sec", from->st_ctim.tv_sec);
    set_long(env, attributes, "st_ctime_nsec", from->st_ctim.tv_nsec);
}

/* The one that gives its errno, because files that are not there are asked for often. */
NATIVE(jint, stat0)(JNIEnv *env, jclass class, jlong path, jobject attributes) {
    struct stat found;
    if (stat(at(path), &found) < 0) return errno;
    fill(env, attributes, &found);
    return 0;
}

NATIVE(void, lstat0)(JNIEnv *env, jclass class, jlong path, jobject attributes) {
    struct stat found;
    if (checked(env, lstat(at(path), &found)) == 0) fill(env, attributes, &found);
}

NATIVE(void, fstat0)(JNIEnv *env, jclass class, jint fd, jobject attributes) {
    struct stat found;
    if (checked(env, fstat(fd, &found)) == 0) fill(env, attributes, &found);
}

NATIVE(void, fstatat0)
(JNIEnv *env, jclass class, jint directory, jlong path, jint flags, jobject attributes) {
    struct stat found;
    if (checked(env, fstatat(directory, at(path), &found, flags)) == 0)
        fill(env, attributes, &found);
}

NATIVE(void, chown0)(JNIEnv *env, jclass class, jlong path, jint uid, jint gid) {
    checked(env, chown(at(path), (uid_t)uid, (gid_t)gid));
}

NATIVE(void, lchown0)(JNIEnv *env, jclass class, jlong path, jint uid, jint gid) {
    checked(env, lchown(at(path), (uid_t)uid, (gid_t)gid));
}

NATIVE(void, fchown0)(JNIEnv *env, jclass class, jint fd, jint uid, jint gid) {
    checked(env, fchown(fd, (uid_t)uid, (gid_t)gid));
}

NATIVE(void, chmod0)(JNIEnv *env, jclass class, jlong path, jint mode) {
    checked(env, chmod(at(path), (mode_t)mode));
}

NATIVE(void, fchmod0)(JNIEnv *env, jclass class, jint fd, jint mode) {
    checked(env, fchmod(fd, (mode_t)mode));
}

NATIVE(void, fchmodat0)
(JNIEnv *env, jclass class, jint directory, jlong path, jint mode, jint flags) {
    checked(env, fchmodat(directory, at(path), (mode_t)mode, flags));
}

/* Times are nanoseconds since 1970; those before it have a rest that is not negative. */
static struct timespec time_of(jlong nanoseconds) {
    const jlong second = 1000000000;
    struct timespec time = {.tv_sec = nanoseconds / second, .tv_nsec = nanoseconds % second};
    if (time.tv_nsec < 0) time = (struct timespec){time.tv_sec - 1, time.tv_nsec + second};
    return time;
}

NATIVE(void, futimens0)(JNIEnv *env, jclass class, jint fd, jlong access, jlong modification) {
    struct timespec times[2] = {time_of(access), time_of(modification)};
    checked(env, futimens(fd, times));
}

NATIVE(void, utimensat0)
(JNIEnv *env, jclass class, jint directory, jlong path, jlong access, jlong modification,
 jint flags) {
    struct timespec times[2] = {time_of(access), time_of(modification)};
    checked(env, utimensat(directory, at(path), times, flags));
}

NATIVE(jlong, opendir0)(JNIEnv *env, jclass class, jlong path) {
    DIR *directory = opendir(at(path));
    if (!directory) throw_unix(env, errno);
    return (jlong)(uintptr_t)directory;
}

NATIVE(jlong, fdopendir)(JNIEnv *env, jclass class, jint fd) {
    DIR *directory = fdopendir(fd);
    if (!directory) throw_unix(env, errno);
    return (jlong)(uintptr_t)directory;
}

NATIVE(void, closedir)(JNIEnv *env, jclass class, jlong directory) {
    checked(env, closedir(at(directory)));
}

NATIVE(void, rewind)(JNIEnv *env, jclass class, jlong stream) { rewind(at(stream)); }

/* The next name, "." and ".." among them; null at the end. */
NATIVE(jbyteArray, readdir0)(JNIEnv *env, jclass class, jlong directory) {
    errno = 0;
    struct dirent *entry = readdir(at(directory));
    if (!entry && errno != 0) throw_unix(env, errno);
    return entry ? new_bytes(env, entry->d_name, strlen(entry->d_name)) : NULL;
}

NATIVE(jint, read0)(JNIEnv *env, jclass class, jint fd, jlong into, jint size) {
    ssize_t count;
    RETRY(count, read(fd, at(into), (size_t)size));
    return checked(env, count);
}

NATIVE(jint, write0)(JNIEnv *env, jclass class, jint fd, jlong from, jint size) {
    ssize_t count;
    RETRY(count, write(fd, at(from), (size_t)size));
    return checked(env, count);
}

NATIVE(jint, access0)(JNIEnv *env, jclass class, jlong path, jint mode) {
    return access(at(path), mode) < 0 ? errno : 0;
}

NATIVE(void, statvfs0)(JNIEnv *env, jclass class, jlong path, jobject attributes) {
    struct statvfs found;
    if (checked(env, statvfs(at(path), &found)) < 0) return;
    set_long(env, attributes, "f_frsize", (jlong)found.f_frsize);
    set_long(env, attributes, "f_blocks", (jlong)found.f_blocks);
    set_long(env, attributes, "f_bfree", (jlong)found.f_bfree);
    set_long(env, attributes, "f_bavail", (jlong)found.f_bavail);
}

NATIVE(jint, fgetxattr0)(JNIEnv *env, jclass class, jint fd, jlong name, jlong into, jint size) {
    return checked(env, fgetxattr(fd, at(name), at(into), (size_t)size));
}

NATIVE(void, fsetxattr0)(JNIEnv *env, jclass class, jint fd, jlong name, jlong from, jint size) {
    checked(env, fsetxattr(fd, at(name), at(from), (size_t)size, 0));
}

NATIVE(void, fremovexattr0)(JNIEnv *env, jclass class, jint fd, jlong name) {
    checked(env, fremovexattr(fd, at(name)));
}

NATIVE(jint, flistxattr)(JNIEnv *env, jclass class, jint fd, jlong into, jint size) {
    return checked(env, flistxattr(fd, at(into), (size_t)size));
}

/*
 * Users and groups by the files alone: a static program has no modules of nsswitch.conf. Who is not
 * there is ENOENT, and Java shows the number then. Gives the line's name, in room, of the number
 * that is asked for, or of the name if there is one; then the number becomes the line's.
 */
static char *entry_of(const char *file, const char *name, long *number, char *room, size_t size) {
    char *found = NULL;
    FILE *lines = fopen(file, "re");
    while (lines && !found && fgets(room, (int)size, lines)) {
        char *secret = strchr(room, ':'), *id = secret ? strchr(secret + 1, ':') : NULL, *end;
        if (!id) continue;
        *secret = 0;
        long value = strtol(id + 1, &end, 10);
        if (end == id + 1 || *end != ':') continue;
        if (name ? strcmp(room, name) == 0 : value == *number) {
            found = room;
            *number = value;
        }
    }
    if (lines) fclose(lines);
    return found;
}

static jbyteArray name_or_thrown(JNIEnv *env, const char *file, long number) {
    char room[16384];
    const char *name = entry_of(file, NULL, &number, room, sizeof room);
    if (name) return new_bytes(env, name, strlen(name));
    throw_unix(env, ENOENT);
    return NULL;
}

NATIVE(jbyteArray, getpwuid)(JNIEnv *env, jclass class, jint uid) {
    return name_or_thrown(env, "/etc/passwd", (long)(uint32_t)uid);
}

NATIVE(jbyteArray, getgrgid)(JNIEnv *env, jclass class, jint gid) {
    return name_or_thrown(env, "/etc/group", (long)(uint32_t)gid);
}

static jint number_or_none(const char *file, const char *name) {
    char room[16384];
    long number = -1;
    entry_of(file, name, &number, room, sizeof room);
    return (jint)number;
}

NATIVE(jint, getpwnam0)(JNIEnv *env, jclass class, jlong name) {
    return number_or_none("/etc/passwd", at(name));
}

NATIVE(jint, getgrnam0)(JNIEnv *env, jclass class, jlong name) {
    return number_or_none("/etc/group", at(name));
}
