/* SPDX-License-Identifier: Apache-2.0 */
/*
 * java.net: names and interfaces. jrun looks none up; Java reaches these through classes for URLs
 * and addresses, and gets the answer of a host without a network.
 */
#include "natives.h"

#include <limits.h>
#include <unistd.h>

#define NET(type, class, name) JNIEXPORT type JNICALL Java_java_net_##class##_##name

NET(void, InetAddress, init)(JNIEnv *env, jclass class) {}
NET(void, Inet4Address, init)(JNIEnv *env, jclass class) {}
NET(void, Inet6Address, init)(JNIEnv *env, jclass class) {}
NET(void, NetworkInterface, init)(JNIEnv *env, jclass class) {}
NET(jboolean, InetAddress, isIPv4Available)(JNIEnv *env, jclass class) { return JNI_TRUE; }
NET(jboolean, InetAddress, isIPv6Supported)(JNIEnv *env, jclass class) { return JNI_FALSE; }

static jstring host_name(JNIEnv *env) {
    char name[HOST_NAME_MAX + 1] = "localhost";
    if (gethostname(name, sizeof name) < 0)
        throw_errno(env, "java/net/UnknownHostException", errno);
    name[HOST_NAME_MAX] = 0;
    return (*env)->NewStringUTF(env, name);
}

static jobject unknown(JNIEnv *env) {
    throw_new(env, "java/net/UnknownHostException", "names are not looked up");
    return NULL;
}

NET(jstring, Inet4AddressImpl, getLocalHostName)(JNIEnv *env, jobject this) {
    return host_name(env);
}

NET(jstring, Inet6AddressImpl, getLocalHostName)(JNIEnv *env, jobject this) {
    return host_name(env);
}

NET(jobjectArray, Inet4AddressImpl, lookupAllHostAddr)(JNIEnv *env, jobject this, jstring name) {
    return unknown(env);
}

NET(jobjectArray, Inet6AddressImpl, lookupAllHostAddr)
(JNIEnv *env, jobject this, jstring name, jint characteristics) { return unknown(env); }

NET(jstring, Inet4AddressImpl, getHostByAddr)(JNIEnv *env, jobject this, jbyteArray address) {
    return unknown(env);
}

NET(jstring, Inet6AddressImpl, getHostByAddr)(JNIEnv *env, jobject this, jbyteArray address) {
    return unknown(env);
}

NET(jboolean, NetworkInterface, boundInetAddress0)(JNIEnv *env, jclass class, jobject address) {
    return JNI_FALSE;
}

NET(jobject, NetworkInterface, getByInetAddress0)(JNIEnv *env, jclass class, jobject address) {
    return NULL;
}

NET(jobject, NetworkInterface, getByName0)(JNIEnv *env, jclass class, jstring name) { return NULL; }
