/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sun.nio.ch: files and what waits. Results are counts or the numbers of IOStatus; a call that a
 * signal interrupts says so, since Java uses a signal to end a thread's wait.
 */
#include "natives.h"

#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILES(type, name) JNIEXPORT type JNICALL Java_sun_nio_ch_UnixFileDispatcherImpl_##name
#define IOUTIL(type, name) JNIEXPORT type JNICALL Java_sun_nio_ch_IOUtil_##name
#define EPOLL(type, name) JNIEXPORT type JNICALL Java_sun_nio_ch_EPoll_##name

enum { STATUS_UNSUPPORTED = -4 };

/* Throws if a call has failed. */
static jlong checked(JNIEnv *env, jlong result) {
    if (result < 0) throw_io(env, errno);
    return result;
}

FILES(jint, read0)(JNIEnv *env, jclass class, jobject fd, jlong into, jint size) {
    return (jint)io_result(env, read(descriptor(env, fd), at(into), (size_t)size), 1);
}

FILES(jint, pread0)(JNIEnv *env, jclass class, jobject fd, jlong into, jint size, jlong from) {
    return (jint)io_result(env, pread(descriptor(env, fd), at(into), (size_t)size, from), 1);
}

FILES(jint, write0)(JNIEnv *env, jclass class, jobject fd, jlong from, jint size) {
    return (jint)io_result(env, write(descriptor(env, fd), at(from), (size_t)size), 0);
}

FILES(jint, pwrite0)(JNIEnv *env, jclass class, jobject fd, jlong from, jint size, jlong to) {
    return (jint)io_result(env, pwrite(descriptor(env, fd), at(from), (size_t)size, to), 0);
}

/* A position of -1 asks for the present one. */
FILES(jlong, seek0)(JNIEnv *env, jclass class, jobject fd, jlong position) {
    int number = descriptor(env, fd);
    return checked(env,
                   position < 0 ? lseek(number, 0, SEEK_CUR) : lseek(number, position, SEEK_SET));
}

FILES(jint, truncate0)(JNIEnv *env, jclass class, jobject fd, jlong size) {
    int result;
    RETRY(result, ftruncate(descriptor(env, fd), size));
    return (jint)checked(env, result);
}

FILES(jlong, size0)(JNIEnv *env, jclass class, jobject fd) {
    struct stat found;
    return checked(env, fstat(descriptor(env, fd), &found)) < 0 ? -1 : found.st_size;
}

/* Whether it is neither a file nor a directory nor a link. */
FILES(jboolean, isOther0)(JNIEnv *env, jclass class, jobject fd) {
    struct stat found;
    if (checked(env, fstat(descriptor(env, fd), &found)) < 0) return JNI_FALSE;
    return !S_ISREG(found.st_mode) && !S_ISDIR(found.st_mode) && !S_ISLNK(found.st_mode);
}

FILES(void, closeIntFD)(JNIEnv *env, jclass class, jint fd) {
    if (close(fd) < 0 && errno != EINTR) throw_io(env, errno);
}

FILES(jlong, allocationGranularity0)(JNIEnv *env, jclass class) { return sysconf(_SC_PAGESIZE); }

FILES(jlong, map0)
(JNIEnv *env, jclass class, jobject fd, jint mode, jlong position, jlong size, jboolean sync) {
    enum { READ_ONLY, READ_WRITE, PRIVATE };
    int protection = mode == READ_ONLY ? PROT_READ : PROT_READ | PROT_WRITE;
    int flags = mode == PRIVATE ? MAP_PRIVATE : sync ? MAP_SHARED_VALIDATE | MAP_SYNC : MAP_SHARED;
    void *mapped = mmap(NULL, (size_t)size, protection, flags, descriptor(env, fd), position);
    if (mapped != MAP_FAILED) return (jlong)(uintptr_t)mapped;
    if (errno == ENOMEM)
        throw_new(env, "java/lang/OutOfMemoryError", "Map failed");
    else
        throw_io(env, errno);
    return -1;
}

FILES(jint, unmap0)(JNIEnv *env, jclass class, jlong address, jlong size) {
    return (jint)checked(env, munmap(at(address), (size_t)size));
}

JNIEXPORT void JNICALL Java_sun_nio_ch_FileDispatcherImpl_init0(JNIEnv *env, jclass class) {}

/* Java copies by itself then. */
JNIEXPORT jlong JNICALL Java_sun_nio_ch_FileDispatcherImpl_transferTo0(JNIEnv *env, jclass class,
                                                                       jobject from, jlong position,
                                                                       jlong count, jobject to,
                                                                       jboolean append) {
    return STATUS_UNSUPPORTED;
}

JNIEXPORT jlong JNICALL Java_sun_nio_ch_FileDispatcherImpl_transferFrom0(JNIEnv *env, jclass class,
                                                                         jobject from, jobject to,
                                                                         jlong position,
                                                                         jlong count,
                                                                         jboolean append) {
    return STATUS_UNSUPPORTED;
}

JNIEXPORT void JNICALL Java_sun_nio_fs_LinuxNativeDispatcher_init(JNIEnv *env, jclass class) {}

JNIEXPORT jint JNICALL Java_sun_nio_fs_LinuxNativeDispatcher_directCopy0(JNIEnv *env, jclass class,
                                                                         jint to, jint from,
                                                                         jlong cancel) {
    return STATUS_UNSUPPORTED;
}

JNIEXPORT jint JNICALL Java_sun_nio_fs_LinuxNativeDispatcher_posix_1fadvise(
    JNIEnv *env, jclass class, jint fd, jlong offset, jlong length, jint advice) {
    return posix_fadvise(fd, offset, length, advice);
}

/* Copies all that is left, until a number in memory is no longer 0. */
JNIEXPORT void JNICALL Java_sun_nio_fs_UnixFileSystem_bufferedCopy0(JNIEnv *env, jclass class,
                                                                    jint to, jint from,
                                                                    jlong buffer, jint size,
                                                                    jlong cancel) {
    volatile jint *cancelled = at(cancel);
    for (ssize_t count;;) {
        RETRY(count, read(from, at(buffer), (size_t)size));
        if (count == 0) return;
        if (count > 0 && cancelled && *cancelled) {
            errno = ECANCELED;
            count = -1;
        }
        for (ssize_t done = 0, part; count > 0 && done < count; done += part) {
            RETRY(part, write(to, (char *)at(buffer) + done, (size_t)(count - done)));
            if (part < 0) count = -1;
        }
        if (count < 0) {
            throw_unix(env, errno);
            return;
        }
    }
}

IOUTIL(void, initIDs)(JNIEnv *env, jclass class) {}

IOUTIL(jint, fdVal)(JNIEnv *env, jclass class, jobject fd) { return descriptor(env, fd); }

IOUTIL(void, setfdVal)(JNIEnv *env, jclass class, jobject fd, jint number) {
    set_descriptor(env, fd, number);
}

IOUTIL(jint, iovMax)(JNIEnv *env, jclass class) { return (jint)sysconf(_SC_IOV_MAX); }

IOUTIL(jlong, writevMax)(JNIEnv *env, jclass class) { return INT_MAX; }

IOUTIL(jint, fdLimit)(JNIEnv *env, jclass class) {
    struct rlimit limit;
    if (checked(env, getrlimit(RLIMIT_NOFILE, &limit)) < 0) return -1;
    return limit.rlim_max > INT_MAX ? INT_MAX : (jint)limit.rlim_max;
}

IOUTIL(void, configureBlocking)(JNIEnv *env, jclass class, jobject fd, jboolean blocking) {
    int number = descriptor(env, fd), flags = fcntl(number, F_GETFL);
    int wanted = blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK;
    if (flags < 0 || (flags != wanted && fcntl(number, F_SETFL, wanted) < 0)) throw_io(env, errno);
}

/* Takes all there is to be read without waiting; whether there was something. */
IOUTIL(jboolean, drain)(JNIEnv *env, jclass class, jint fd) {
    char room[256];
    int some = 0;
    for (ssize_t count;;) {
        RETRY(count, read(fd, room, sizeof room));
        if (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK) throw_io(env, errno);
        if (count <= 0) return (jboolean)some;
        some = 1;
        if (count < (ssize_t)sizeof room) return JNI_TRUE;
    }
}

EPOLL(jint, eventSize)(JNIEnv *env, jclass class) { return sizeof(struct epoll_event); }

EPOLL(jint, eventsOffset)(JNIEnv *env, jclass class) {
    return offsetof(struct epoll_event, events);
}

EPOLL(jint, dataOffset)(JNIEnv *env, jclass class) { return offsetof(struct epoll_event, data); }

EPOLL(jint, create)(JNIEnv *env, jclass class) {
    return (jint)checked(env, epoll_create1(EPOLL_CLOEXEC));
}

/* Gives the errno. */
EPOLL(jint, ctl)(JNIEnv *env, jclass class, jint set, jint operation, jint fd, jint events) {
    struct epoll_event event = {.events = (uint32_t)events, .data.fd = fd};
    return epoll_ctl(set, operation, fd, &event) < 0 ? errno : 0;
}

EPOLL(jint, wait)(JNIEnv *env, jclass class, jint set, jlong into, jint most, jint milliseconds) {
    int count = epoll_wait(set, at(into), most, milliseconds);
    return count >= 0 ? count : (jint)io_result(env, -1, 1);
}

JNIEXPORT jint JNICALL Java_sun_nio_ch_EventFD_eventfd0(JNIEnv *env, jclass class) {
    return (jint)checked(env, eventfd(0, EFD_CLOEXEC));
}

JNIEXPORT jint JNICALL Java_sun_nio_ch_EventFD_set0(JNIEnv *env, jclass class, jint fd) {
    uint64_t one = 1;
    return (jint)io_result(env, write(fd, &one, sizeof one), 0);
}

/* A signal that does nothing but interrupt. */
static int interruption(void) { return SIGRTMAX - 2; }

static void do_nothing(int number) {}

JNIEXPORT void JNICALL Java_sun_nio_ch_NativeThread_init(JNIEnv *env, jclass class) {
    struct sigaction action = {.sa_handler = do_nothing};
    checked(env, sigaction(interruption(), &action, NULL));
}

JNIEXPORT jlong JNICALL Java_sun_nio_ch_NativeThread_current0(JNIEnv *env, jclass class) {
    return (jlong)pthread_self();
}

JNIEXPORT void JNICALL Java_sun_nio_ch_NativeThread_signal0(JNIEnv *env, jclass class,
                                                            jlong thread) {
    int number = pthread_kill((pthread_t)thread, interruption());
    if (number != 0) throw_io(env, number);
}
