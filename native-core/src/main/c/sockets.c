/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sun.nio.ch: sockets of the file system, unix(7). jrun has no others: what Java can reach of the
 * network says so in an exception.
 */
#include "natives.h"

#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define NET(type, name) JNIEXPORT type JNICALL Java_sun_nio_ch_Net_##name
#define UNIX(type, name) JNIEXPORT type JNICALL Java_sun_nio_ch_UnixDomainSockets_##name
#define INHERITED(type, name) JNIEXPORT type JNICALL Java_sun_nio_ch_InheritedChannel_##name
#define OPTIONS(type, name) JNIEXPORT type JNICALL Java_jdk_net_LinuxSocketOptions_##name

static void no_network(JNIEnv *env) {
    throw_new(env, "java/net/SocketException", "sockets of the file system only");
}

static void throw_socket(JNIEnv *env, int number) {
    throw_errno(env,
                number == EADDRINUSE || number == EADDRNOTAVAIL || number == EACCES
                    ? "java/net/BindException"
                : number == ECONNREFUSED || number == ETIMEDOUT || number == EHOSTUNREACH
                    ? "java/net/ConnectException"
                    : "java/net/SocketException",
                number);
}

static jint checked(JNIEnv *env, int result) {
    if (result < 0) throw_socket(env, errno);
    return result;
}

JNIEXPORT jint JNICALL Java_sun_nio_ch_SocketDispatcher_read0(JNIEnv *env, jclass class, jobject fd,
                                                              jlong into, jint size) {
    return (jint)io_result(env, read(descriptor(env, fd), at(into), (size_t)size), 1);
}

/* Whoever has gone is an exception and no signal. */
JNIEXPORT jint JNICALL Java_sun_nio_ch_SocketDispatcher_write0(JNIEnv *env, jclass class,
                                                               jobject fd, jlong from, jint size) {
    int number = descriptor(env, fd);
    ssize_t count = send(number, at(from), (size_t)size, MSG_NOSIGNAL);
    if (count < 0 && errno == ENOTSOCK) count = write(number, at(from), (size_t)size);
    return (jint)io_result(env, count, 0);
}

JNIEXPORT void JNICALL Java_sun_nio_ch_UnixDispatcher_close0(JNIEnv *env, jclass class,
                                                             jobject fd) {
    int number = descriptor(env, fd);
    if (number >= 0 && close(number) < 0 && errno != EINTR) throw_io(env, errno);
}

/*
 * Ends what others do with a descriptor without giving up its number: an end of a socket that has
 * no other end is put in its place.
 */
JNIEXPORT void JNICALL Java_sun_nio_ch_UnixDispatcher_preClose0(JNIEnv *env, jclass class,
                                                                jobject fd) {
    int ends[2], result, number = descriptor(env, fd);
    if (number < 0) return;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) {
        throw_io(env, errno);
        return;
    }
    close(ends[1]);
    RETRY(result, dup3(ends[0], number, O_CLOEXEC));
    if (result < 0) throw_io(env, errno);
    close(ends[0]);
}

UNIX(jboolean, init)(JNIEnv *env, jclass class) { return JNI_TRUE; }

UNIX(jint, socket0)(JNIEnv *env, jclass class) {
    return checked(env, socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

/* The address of a path; its size, or -1 with an exception pending if it is too long. */
static socklen_t address_of(JNIEnv *env, jbyteArray path, struct sockaddr_un *address) {
    jsize size = path ? (*env)->GetArrayLength(env, path) : 0;
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    if (size > (jsize)sizeof address->sun_path - 1) {
        throw_new(env, "java/net/SocketException", "Unix domain path too long");
        return (socklen_t)-1;
    }
    if (size > 0) (*env)->GetByteArrayRegion(env, path, 0, size, (jbyte *)address->sun_path);
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + (size_t)size + (size > 0));
}

/* The path of an address as the kernel gave it; empty if it has none. */
static jbyteArray path_bytes(JNIEnv *env, const struct sockaddr_un *address, socklen_t size) {
    size_t begin = offsetof(struct sockaddr_un, sun_path);
    size_t room = size > begin ? size - begin : 0;
    if (room > sizeof address->sun_path) room = sizeof address->sun_path;
    return new_bytes(env, address->sun_path, strnlen(address->sun_path, room));
}

UNIX(void, bind0)(JNIEnv *env, jclass class, jobject fd, jbyteArray path) {
    struct sockaddr_un address;
    socklen_t size = address_of(env, path, &address);
    if (size != (socklen_t)-1)
        checked(env, bind(descriptor(env, fd), (struct sockaddr *)&address, size));
}

/* 1 if it is connected. */
UNIX(jint, connect0)(JNIEnv *env, jclass class, jobject fd, jbyteArray path) {
    struct sockaddr_un address;
    socklen_t size = address_of(env, path, &address);
    if (size == (socklen_t)-1) return STATUS_THROWN;
    if (connect(descriptor(env, fd), (struct sockaddr *)&address, size) == 0) return 1;
    if (errno == EINPROGRESS || errno == EAGAIN) return STATUS_UNAVAILABLE;
    if (errno == EINTR) return STATUS_INTERRUPTED;
    throw_socket(env, errno);
    return STATUS_THROWN;
}

/* 1, with the new descriptor and the path of the other end. */
UNIX(jint, accept0)(JNIEnv *env, jclass class, jobject fd, jobject accepted, jobjectArray paths) {
    struct sockaddr_un address;
    socklen_t size = sizeof address;
    int number;
    do number = accept4(descriptor(env, fd), (struct sockaddr *)&address, &size, SOCK_CLOEXEC);
    while (number < 0 && errno == ECONNABORTED); /* it has gone again */
    if (number < 0) return (jint)io_result(env, number, 1);
    set_descriptor(env, accepted, number);
    (*env)->SetObjectArrayElement(env, paths, 0, path_bytes(env, &address, size));
    return 1;
}

UNIX(jbyteArray, localAddress0)(JNIEnv *env, jclass class, jobject fd) {
    struct sockaddr_un address;
    socklen_t size = sizeof address;
    if (checked(env, getsockname(descriptor(env, fd), (struct sockaddr *)&address, &size)) < 0)
        return NULL;
    return path_bytes(env, &address, size);
}

NET(void, initIDs)(JNIEnv *env, jclass class) {}
NET(jshort, pollinValue)(JNIEnv *env, jclass class) { return POLLIN; }
NET(jshort, polloutValue)(JNIEnv *env, jclass class) { return POLLOUT; }
NET(jshort, pollerrValue)(JNIEnv *env, jclass class) { return POLLERR; }
NET(jshort, pollhupValue)(JNIEnv *env, jclass class) { return POLLHUP; }
NET(jshort, pollnvalValue)(JNIEnv *env, jclass class) { return POLLNVAL; }
NET(jshort, pollconnValue)(JNIEnv *env, jclass class) { return POLLOUT; }
NET(jboolean, isIPv6Available0)(JNIEnv *env, jclass class) { return JNI_FALSE; }
NET(jboolean, isReusePortAvailable0)(JNIEnv *env, jclass class) { return JNI_FALSE; }
NET(jint, isExclusiveBindAvailable)(JNIEnv *env, jclass class) { return -1; }
NET(jboolean, shouldShutdownWriteBeforeClose0)(JNIEnv *env, jclass class) { return JNI_FALSE; }

NET(void, listen)(JNIEnv *env, jclass class, jobject fd, jint backlog) {
    checked(env, listen(descriptor(env, fd), backlog));
}

NET(void, shutdown)(JNIEnv *env, jclass class, jobject fd, jint how) {
    static const int HOW[] = {SHUT_RD, SHUT_WR, SHUT_RDWR};
    if (shutdown(descriptor(env, fd), HOW[how]) < 0 && errno != ENOTCONN) throw_socket(env, errno);
}

/* Which of the events are there; 0 after the time, in milliseconds, or a signal. */
NET(jint, poll)(JNIEnv *env, jclass class, jobject fd, jint events, jlong timeout) {
    struct pollfd one = {.fd = descriptor(env, fd), .events = (short)events};
    int most = 0x7fffffff, wait = timeout < -1 ? -1 : timeout > most ? most : (int)timeout;
    int count = poll(&one, 1, wait);
    if (count < 0 && errno != EINTR) throw_socket(env, errno);
    return count > 0 ? one.revents : 0;
}

NET(jboolean, pollConnect)(JNIEnv *env, jclass class, jobject fd, jlong timeout) {
    struct pollfd one = {.fd = descriptor(env, fd), .events = POLLOUT};
    int failure = 0, count;
    socklen_t size = sizeof failure;
    RETRY(count, poll(&one, 1, timeout > 0x7fffffff ? -1 : (int)timeout));
    if (count > 0 && getsockopt(one.fd, SOL_SOCKET, SO_ERROR, &failure, &size) < 0) failure = errno;
    if (count < 0) failure = errno;
    if (failure) throw_socket(env, failure);
    return count > 0 && !failure;
}

NET(jint, getIntOption0)
(JNIEnv *env, jclass class, jobject fd, jboolean convert, jint level, jint option) {
    int value = 0;
    socklen_t size = sizeof value;
    checked(env, getsockopt(descriptor(env, fd), level, option, &value, &size));
    return value;
}

NET(void, setIntOption0)
(JNIEnv *env, jclass class, jobject fd, jboolean convert, jint level, jint option, jint value,
 jboolean v6) {
    checked(env, setsockopt(descriptor(env, fd), level, option, &value, sizeof value));
}

NET(jint, accept)(JNIEnv *env, jclass class, jobject fd, jobject accepted, jobjectArray addresses) {
    no_network(env);
    return STATUS_THROWN;
}

NET(jint, localPort)(JNIEnv *env, jclass class, jobject fd) {
    no_network(env);
    return -1;
}

NET(jobject, localInetAddress)(JNIEnv *env, jclass class, jobject fd) {
    no_network(env);
    return NULL;
}

/* What a process was started with on descriptor 0. */
INHERITED(void, initIDs)(JNIEnv *env, jclass class) {}

INHERITED(jint, dup)(JNIEnv *env, jclass class, jint fd) {
    return checked(env, fcntl(fd, F_DUPFD_CLOEXEC, 0));
}

INHERITED(void, dup2)(JNIEnv *env, jclass class, jint fd, jint number) {
    int result;
    RETRY(result, dup2(fd, number));
    checked(env, result);
}

INHERITED(jint, open0)(JNIEnv *env, jclass class, jstring name, jint mode) {
    static const int MODE[] = {O_RDONLY, O_WRONLY, O_RDWR};
    const char *path = (*env)->GetStringUTFChars(env, name, NULL);
    int result = -1;
    if (path) RETRY(result, open(path, MODE[mode] | O_CLOEXEC));
    if (path) (*env)->ReleaseStringUTFChars(env, name, path);
    return checked(env, result);
}

INHERITED(void, close0)(JNIEnv *env, jclass class, jint fd) {
    if (close(fd) < 0 && errno != EINTR) throw_io(env, errno);
}

/* 1 for a stream, 2 for datagrams, -1 for anything else, which may be no socket at all. */
INHERITED(jint, soType0)(JNIEnv *env, jclass class, jint fd) {
    int type;
    socklen_t size = sizeof type;
    if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) < 0) return -1;
    return type == SOCK_STREAM ? 1 : type == SOCK_DGRAM ? 2 : -1;
}

/* 3 for the file system; jrun takes no other, so that they are all unknown. */
INHERITED(jint, addressFamily)(JNIEnv *env, jclass class, jint fd) {
    struct sockaddr_un address;
    socklen_t size = sizeof address;
    if (getsockname(fd, (struct sockaddr *)&address, &size) < 0) return -1;
    return address.sun_family == AF_UNIX ? 3 : -1;
}

INHERITED(jboolean, isConnected)(JNIEnv *env, jclass class, jint fd) {
    struct sockaddr_un address;
    socklen_t size = sizeof address;
    return getpeername(fd, (struct sockaddr *)&address, &size) == 0;
}

INHERITED(jbyteArray, unixPeerAddress0)(JNIEnv *env, jclass class, jint fd) {
    struct sockaddr_un address;
    socklen_t size = sizeof address;
    if (getpeername(fd, (struct sockaddr *)&address, &size) < 0) return NULL;
    return path_bytes(env, &address, size);
}

INHERITED(jobject, inetPeerAddress0)(JNIEnv *env, jclass class, jint fd) { return NULL; }
INHERITED(jint, peerPort0)(JNIEnv *env, jclass class, jint fd) { return -1; }

/* Who is at the other end: the user's number in the upper half, the group's in the lower. */
OPTIONS(jlong, getSoPeerCred0)(JNIEnv *env, jclass class, jint fd) {
    struct ucred peer;
    socklen_t size = sizeof peer;
    if (checked(env, getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size)) < 0) return -1;
    if (peer.uid == (uid_t)-1) {
        throw_new(env, "java/net/SocketException", "not connected");
        return -1;
    }
    return (jlong)((uint64_t)peer.uid << 32 | peer.gid);
}

OPTIONS(jboolean, keepAliveOptionsSupported0)(JNIEnv *env, jclass class) { return JNI_FALSE; }
OPTIONS(jboolean, quickAckSupported0)(JNIEnv *env, jclass class) { return JNI_FALSE; }
OPTIONS(jboolean, incomingNapiIdSupported0)(JNIEnv *env, jclass class) { return JNI_FALSE; }

#define NO_OPTION(type, name, ...)                                            \
    OPTIONS(type, name)(JNIEnv * env, jclass class, jint fd, ##__VA_ARGS__) { \
        no_network(env);                                                      \
        return 0;                                                             \
    }

NO_OPTION(jint, getIncomingNapiId0)
NO_OPTION(jboolean, getIpDontFragment0, jboolean v6)
NO_OPTION(jboolean, getQuickAck0)
NO_OPTION(jint, getTcpKeepAliveIntvl0)
NO_OPTION(jint, getTcpKeepAliveProbes0)
NO_OPTION(jint, getTcpKeepAliveTime0)
