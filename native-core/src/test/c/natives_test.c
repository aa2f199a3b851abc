/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The native methods, called as Java would, with a table of JNI functions that knows just enough:
 * objects are structs, classes are names, and an exception is the text that was thrown. Run under
 * the address and undefined-behaviour sanitizers.
 */
#include "natives.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* An object: a name for a class, and what else it is. */
struct object {
    char text[6000]; /* of a class, a field or a string */
    jint number;     /* fd of a FileDescriptor */
    struct object *inner;
    unsigned char *bytes;
    jsize length;
};

static struct object pool[256];
static int used, passed, failed;
static char thrown[512];
static jint thrown_number;

#define CHECK(condition)                                                                       \
    do {                                                                                       \
        if (condition) {                                                                       \
            passed++;                                                                          \
        } else {                                                                               \
            failed++;                                                                          \
            printf("FAILED %s:%d: %s (thrown: %s)\n", __FILE__, __LINE__, #condition, thrown); \
        }                                                                                      \
    } while (0)

static struct object *make(const char *text) {
    struct object *made = &pool[used++ % 256];
    memset(made, 0, sizeof *made);
    snprintf(made->text, sizeof made->text, "%s", text);
    return made;
}

static jclass find_class(JNIEnv *env, const char *name) { return (jclass)make(name); }
static jboolean exception_check(JNIEnv *env) { return thrown[0] != 0; }
static jclass get_object_class(JNIEnv *env, jobject object) { return (jclass)object; }
static void delete_local_ref(JNIEnv *env, jobject object) {}
static jsize get_array_length(JNIEnv *env, jarray array) {
    return ((struct object *)array)->length;
}

static jint throw_words(JNIEnv *env, jclass class, const char *message) {
    snprintf(thrown, sizeof thrown, "%.150s: %.300s", ((struct object *)class)->text,
             message ? message : "");
    return 0;
}

static jfieldID get_field_id(JNIEnv *env, jclass class, const char *name, const char *type) {
    return (jfieldID)make(name);
}

static jmethodID get_method_id(JNIEnv *env, jclass class, const char *name, const char *type) {
    return (jmethodID)make(name);
}

static jobject new_object(JNIEnv *env, jclass class, jmethodID method, ...) {
    va_list arguments;
    va_start(arguments, method);
    thrown_number = va_arg(arguments, jint);
    va_end(arguments);
    return (jobject) class;
}

static jint throw_object(JNIEnv *env, jthrowable object) {
    snprintf(thrown, sizeof thrown, "%.100s", ((struct object *)object)->text);
    return 0;
}

static jint get_int_field(JNIEnv *env, jobject object, jfieldID field) {
    return ((struct object *)object)->number;
}

/* The last one is kept; st_size and fd are what the tests look at. */
static struct { jlong size, mode; } attributes;

static void set_int_field(JNIEnv *env, jobject object, jfieldID field, jint value) {
    if (strcmp(((struct object *)field)->text, "st_mode") == 0) attributes.mode = value;
    ((struct object *)object)->number = value;
}

static void set_long_field(JNIEnv *env, jobject object, jfieldID field, jlong value) {
    if (strcmp(((struct object *)field)->text, "st_size") == 0) attributes.size = value;
}

static jobject get_object_field(JNIEnv *env, jobject object, jfieldID field) {
    return (jobject)((struct object *)object)->inner;
}

static jbyteArray new_byte_array(JNIEnv *env, jsize length) {
    struct object *made = make("[B");
    made->bytes = calloc(1, (size_t)length + 1);
    made->length = length;
    return (jbyteArray)made;
}

static void set_bytes(JNIEnv *env, jbyteArray array, jsize from, jsize length, const jbyte *bytes) {
    if (length > 0) memcpy(((struct object *)array)->bytes + from, bytes, (size_t)length);
}

static void get_bytes(JNIEnv *env, jbyteArray array, jsize from, jsize length, jbyte *bytes) {
    if (length > 0) memcpy(bytes, ((struct object *)array)->bytes + from, (size_t)length);
}

/* Strings of the tests are of one byte a character. */
static jsize get_string_length(JNIEnv *env, jstring text) {
    return (jsize)strlen(((struct object *)text)->text);
}

static jchar units[6000];

static const jchar *get_string_chars(JNIEnv *env, jstring text, jboolean *copied) {
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        units[i] = (unsigned char)((struct object *)text)->text[i];
    return units;
}

static void release_string_chars(JNIEnv *env, jstring text, const jchar *chars) {}
static jstring new_string(JNIEnv *env, const char *text) { return (jstring)make(text); }

static jobjectArray new_object_array(JNIEnv *env, jsize length, jclass class, jobject initial) {
    struct object *made = make("[L");
    made->bytes = calloc((size_t)length + 1, sizeof(void *));
    made->length = length;
    return (jobjectArray)made;
}

static void set_element(JNIEnv *env, jobjectArray array, jsize at, jobject value) {
    memcpy(((struct object *)array)->bytes + (size_t)at * sizeof(void *), &value, sizeof value);
}

static jobject get_element(JNIEnv *env, jobjectArray array, jsize at) {
    jobject value;
    memcpy(&value, ((struct object *)array)->bytes + (size_t)at * sizeof(void *), sizeof value);
    return value;
}

static const struct JNINativeInterface_ table = {
    .FindClass = find_class,
    .ExceptionCheck = exception_check,
    .GetObjectClass = get_object_class,
    .DeleteLocalRef = delete_local_ref,
    .GetArrayLength = get_array_length,
    .ThrowNew = throw_words,
    .Throw = throw_object,
    .GetFieldID = get_field_id,
    .GetMethodID = get_method_id,
    .NewObject = new_object,
    .GetIntField = get_int_field,
    .SetIntField = set_int_field,
    .SetLongField = set_long_field,
    .GetObjectField = get_object_field,
    .NewByteArray = new_byte_array,
    .SetByteArrayRegion = set_bytes,
    .GetByteArrayRegion = get_bytes,
    .GetStringLength = get_string_length,
    .GetStringChars = get_string_chars,
    .ReleaseStringChars = release_string_chars,
    .NewStringUTF = new_string,
    .NewObjectArray = new_object_array,
    .SetObjectArrayElement = set_element,
    .GetObjectArrayElement = get_element,
};

static const struct JNINativeInterface_ *const pointer = &table;
static JNIEnv *const env = (JNIEnv *)&pointer;

static struct object *fd_object(int number) {
    struct object *made = make("FileDescriptor");
    made->number = number;
    return made;
}

static struct object *stream(int number) {
    struct object *made = make("stream");
    made->inner = fd_object(number);
    return made;
}

static struct object *array_of(const char *bytes, size_t size) {
    return (struct object *)new_bytes(env, bytes, size);
}

static int threw(const char *words) {
    int same = strncmp(thrown, words, strlen(words)) == 0 && thrown[0] != 0;
    if (!same) printf("thrown was: %s\n", thrown);
    thrown[0] = 0;
    return same;
}

#define J(name) Java_##name
jint J(java_io_FileInputStream_readBytes)(JNIEnv *, jobject, jbyteArray, jint, jint);
jint J(java_io_FileInputStream_read0)(JNIEnv *, jobject);
void J(java_io_FileInputStream_open0)(JNIEnv *, jobject, jstring);
jint J(java_io_FileInputStream_available0)(JNIEnv *, jobject);
void J(java_io_FileOutputStream_writeBytes)(JNIEnv *, jobject, jbyteArray, jint, jint, jboolean);
void J(java_io_FileDescriptor_close0)(JNIEnv *, jobject);
jint J(sun_nio_fs_UnixNativeDispatcher_open0)(JNIEnv *, jclass, jlong, jint, jint);
jint J(sun_nio_fs_UnixNativeDispatcher_stat0)(JNIEnv *, jclass, jlong, jobject);
void J(sun_nio_fs_UnixNativeDispatcher_lstat0)(JNIEnv *, jclass, jlong, jobject);
jbyteArray J(sun_nio_fs_UnixNativeDispatcher_readlink0)(JNIEnv *, jclass, jlong);
jbyteArray J(sun_nio_fs_UnixNativeDispatcher_readdir0)(JNIEnv *, jclass, jlong);
jlong J(sun_nio_fs_UnixNativeDispatcher_opendir0)(JNIEnv *, jclass, jlong);
void J(sun_nio_fs_UnixNativeDispatcher_closedir)(JNIEnv *, jclass, jlong);
jbyteArray J(sun_nio_fs_UnixNativeDispatcher_getpwuid)(JNIEnv *, jclass, jint);
jint J(sun_nio_fs_UnixNativeDispatcher_getpwnam0)(JNIEnv *, jclass, jlong);
jint J(sun_nio_fs_UnixNativeDispatcher_getgrnam0)(JNIEnv *, jclass, jlong);
jbyteArray J(sun_nio_fs_UnixNativeDispatcher_getcwd)(JNIEnv *, jclass);
jint J(sun_nio_ch_UnixFileDispatcherImpl_read0)(JNIEnv *, jclass, jobject, jlong, jint);
jint J(sun_nio_ch_SocketDispatcher_write0)(JNIEnv *, jclass, jobject, jlong, jint);
void J(sun_nio_ch_UnixDispatcher_preClose0)(JNIEnv *, jclass, jobject);
jint J(sun_nio_ch_UnixDomainSockets_socket0)(JNIEnv *, jclass);
void J(sun_nio_ch_UnixDomainSockets_bind0)(JNIEnv *, jclass, jobject, jbyteArray);
jint J(sun_nio_ch_UnixDomainSockets_connect0)(JNIEnv *, jclass, jobject, jbyteArray);
jint J(sun_nio_ch_UnixDomainSockets_accept0)(JNIEnv *, jclass, jobject, jobject, jobjectArray);
void J(sun_nio_ch_Net_listen)(JNIEnv *, jclass, jobject, jint);
jlong J(jdk_net_LinuxSocketOptions_getSoPeerCred0)(JNIEnv *, jclass, jint);
jlong J(java_lang_ProcessHandleImpl_isAlive0)(JNIEnv *, jclass, jlong);
jobjectArray J(java_lang_ProcessEnvironment_environ)(JNIEnv *, jclass);
jint J(java_util_zip_CRC32_updateBytes0)(JNIEnv *, jclass, jint, jbyteArray, jint, jint);
int cSunMiscSignal_open(void);
int cSunMiscSignal_close(void);
int cSunMiscSignal_awaitSemaphore(void);
int cSunMiscSignal_checkPendingSignal(void);
void (*cSunMiscSignal_signalHandlerFunctionPointer(void))(int);
long jrun_syscall(long number, long a, long b, long c, long d, long e, long f);

static jlong address(const void *memory) { return (jlong)(uintptr_t)memory; }

static void interrupted(int number) {}

/* Writes after a while, and before that interrupts who waits. */
struct writer {
    pthread_t waits;
    int fd;
};

static void *interrupt_and_write(void *argument) {
    struct writer *writer = argument;
    for (int i = 0; i < 3; i++) {
        usleep(20000);
        pthread_kill(writer->waits, SIGUSR1);
    }
    usleep(20000);
    if (write(writer->fd, "abc", 3) != 3) abort();
    return NULL;
}

static void streams_read_what_is_there(void) {
    int ends[2];
    pthread_t thread;
    struct sigaction action = {.sa_handler = interrupted}; /* without SA_RESTART */
    sigaction(SIGUSR1, &action, NULL);
    CHECK(pipe2(ends, O_CLOEXEC) == 0);
    struct writer writer = {pthread_self(), ends[1]};
    struct object *in = stream(ends[0]), *room = array_of("..........", 10);
    pthread_create(&thread, NULL, interrupt_and_write, &writer);
    CHECK(J(java_io_FileInputStream_readBytes)(env, (jobject)in, (jbyteArray)room, 2, 8) == 3);
    pthread_join(thread, NULL);
    CHECK(memcmp(room->bytes, "..abc.....", 10) == 0);
    CHECK(write(ends[1], "\377z", 2) == 2);
    CHECK(J(java_io_FileInputStream_available0)(env, (jobject)in) == 2);
    CHECK(J(java_io_FileInputStream_read0)(env, (jobject)in) == 255);
    CHECK(J(java_io_FileInputStream_readBytes)(env, (jobject)in, (jbyteArray)room, 0, 0) == 0);
    J(java_io_FileInputStream_readBytes)(env, (jobject)in, (jbyteArray)room, 5, 6);
    CHECK(threw("java/lang/IndexOutOfBoundsException"));
    J(java_io_FileInputStream_readBytes)(env, (jobject)in, (jbyteArray)room, -1, 2);
    CHECK(threw("java/lang/IndexOutOfBoundsException"));
    J(java_io_FileInputStream_readBytes)(env, (jobject)in, NULL, 0, 2);
    CHECK(threw("java/lang/NullPointerException"));
    close(ends[1]);
    CHECK(J(java_io_FileInputStream_read0)(env, (jobject)in) == 'z');
    CHECK(J(java_io_FileInputStream_read0)(env, (jobject)in) == -1 && !thrown[0]);
    J(java_io_FileDescriptor_close0)(env, (jobject)in->inner);
    CHECK(in->inner->number == -1 && fcntl(ends[0], F_GETFD) == -1);
    J(java_io_FileInputStream_read0)(env, (jobject)in);
    CHECK(threw("java/io/IOException: Stream Closed"));
}

static void *read_slowly(void *argument) {
    char room[3000];
    size_t all = 0;
    ssize_t count;
    while ((count = read(*(int *)argument, room, sizeof room)) > 0) all += (size_t)count;
    return (void *)all;
}

static void streams_write_all_of_it(void) {
    int ends[2];
    pthread_t thread;
    void *all;
    enum { SIZE = 300001 };
    CHECK(pipe2(ends, O_CLOEXEC) == 0);
    char *bytes = calloc(1, SIZE);
    struct object *out = stream(ends[1]), *from = array_of(bytes, SIZE);
    free(bytes);
    pthread_create(&thread, NULL, read_slowly, &ends[0]);
    J(java_io_FileOutputStream_writeBytes)(env, (jobject)out, (jbyteArray)from, 1, SIZE - 1, 0);
    close(ends[1]);
    pthread_join(thread, &all);
    CHECK((size_t)all == SIZE - 1 && !thrown[0]);
    close(ends[0]);
    signal(SIGPIPE, SIG_IGN);
    CHECK(pipe2(ends, O_CLOEXEC) == 0);
    close(ends[0]);
    out = stream(ends[1]);
    J(java_io_FileOutputStream_writeBytes)(env, (jobject)out, (jbyteArray)from, 0, 5, 0);
    CHECK(threw("java/io/IOException: Broken pipe"));
    close(ends[1]);
}

static void files_that_are_not_there_are_told(void) {
    char long_path[5001];
    struct object *in = stream(-1);
    J(java_io_FileInputStream_open0)(env, (jobject)in, (jstring)make("/nowhere/x"));
    CHECK(threw("java/io/FileNotFoundException: /nowhere/x (No such file or directory)"));
    J(java_io_FileInputStream_open0)(env, (jobject)in, (jstring)make("/tmp"));
    CHECK(threw("java/io/FileNotFoundException: /tmp (Is a directory)"));
    memset(long_path, 'a', 5000);
    long_path[5000] = 0;
    J(java_io_FileInputStream_open0)(env, (jobject)in, (jstring)make(long_path));
    CHECK(threw("java/io/FileNotFoundException: aaa"));
    J(java_io_FileInputStream_open0)(env, (jobject)in, (jstring)make("/dev/null"));
    CHECK(!thrown[0] && in->inner->number > 2);
    CHECK(fcntl(in->inner->number, F_GETFD) == FD_CLOEXEC);
    close(in->inner->number);
    J(sun_nio_fs_UnixNativeDispatcher_open0)(env, NULL, address(long_path), O_RDONLY, 0);
    CHECK(threw("sun/nio/fs/UnixException") && thrown_number == ENAMETOOLONG);
    J(sun_nio_fs_UnixNativeDispatcher_open0)(env, NULL, address("/nowhere"), O_RDONLY, 0);
    CHECK(threw("sun/nio/fs/UnixException") && thrown_number == ENOENT);
    CHECK(J(sun_nio_fs_UnixNativeDispatcher_stat0)(env, NULL, address("/nowhere"), NULL) == ENOENT);
    J(sun_nio_fs_UnixNativeDispatcher_lstat0)(env, NULL, address(long_path), NULL);
    CHECK(threw("sun/nio/fs/UnixException") && thrown_number == ENAMETOOLONG);
}

static void names_may_be_any_bytes(void) {
    char directory[] = "/tmp/natives-XXXXXX", path[64], target[4096];
    struct object *file = make("attributes");
    int seen = 0;
    CHECK(mkdtemp(directory) != NULL);
    snprintf(path, sizeof path, "%s/\377\1x", directory);
    memset(target, 't', sizeof target);
    target[4095] = 0;
    CHECK(symlink(target, path) == 0);
    struct object *read =
        (struct object *)J(sun_nio_fs_UnixNativeDispatcher_readlink0)(env, NULL, address(path));
    CHECK(read->length == 4095 && memcmp(read->bytes, target, 4095) == 0);
    J(sun_nio_fs_UnixNativeDispatcher_lstat0)(env, NULL, address(path), (jobject)file);
    CHECK(S_ISLNK(attributes.mode) && attributes.size == 4095);
    jlong opened = J(sun_nio_fs_UnixNativeDispatcher_opendir0)(env, NULL, address(directory));
    while ((read = (struct object *)J(sun_nio_fs_UnixNativeDispatcher_readdir0)(env, NULL, opened)))
        seen += read->length == 3 && memcmp(read->bytes, "\377\1x", 3) == 0;
    CHECK(seen == 1 && !thrown[0]);
    J(sun_nio_fs_UnixNativeDispatcher_closedir)(env, NULL, opened);
    unlink(path);
    J(sun_nio_fs_UnixNativeDispatcher_readlink0)(env, NULL, address(directory));
    CHECK(threw("sun/nio/fs/UnixException") && thrown_number == EINVAL);
    int before = open(".", O_RDONLY | O_CLOEXEC);
    CHECK(chdir(directory) == 0 && rmdir(directory) == 0);
    J(sun_nio_fs_UnixNativeDispatcher_getcwd)(env, NULL);
    CHECK(threw("sun/nio/fs/UnixException") && thrown_number == ENOENT);
    CHECK(fchdir(before) == 0);
    close(before);
    J(sun_nio_fs_UnixNativeDispatcher_getpwuid)(env, NULL, 0x7ffffff1);
    CHECK(threw("sun/nio/fs/UnixException") && thrown_number == ENOENT);
    read = (struct object *)J(sun_nio_fs_UnixNativeDispatcher_getpwuid)(env, NULL, 0);
    CHECK(read->length == 4 && memcmp(read->bytes, "root", 4) == 0);
    CHECK(J(sun_nio_fs_UnixNativeDispatcher_getgrnam0)(env, NULL, address("root")) == 0);
    CHECK(J(sun_nio_fs_UnixNativeDispatcher_getpwnam0)(env, NULL, address("roo")) == -1);
}

/* glibc's, which io.jrun.linux.Errno has, and the core for a JVM says. */
static void errors_are_called_the_same_everywhere(void) {
    char words[128];
    for (int number = 1; number < 134; number++) {
        snprintf(words, sizeof words, "%s", words_of(number));
        CHECK(strcmp(words, strerror(number)) == 0);
    }
}

static void channels_tell_their_state(void) {
    int ends[2];
    char room[4];
    CHECK(pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0);
    jobject in = (jobject)fd_object(ends[0]);
    CHECK(J(sun_nio_ch_UnixFileDispatcherImpl_read0)(env, NULL, in, address(room), 4) ==
          STATUS_UNAVAILABLE);
    CHECK(write(ends[1], "ab", 2) == 2);
    CHECK(J(sun_nio_ch_UnixFileDispatcherImpl_read0)(env, NULL, in, address(room), 4) == 2);
    close(ends[1]);
    CHECK(J(sun_nio_ch_UnixFileDispatcherImpl_read0)(env, NULL, in, address(room), 4) ==
          STATUS_EOF);
    close(ends[0]);
    CHECK(J(sun_nio_ch_UnixFileDispatcherImpl_read0)(env, NULL, in, address(room), 4) ==
          STATUS_THROWN);
    CHECK(threw("java/io/IOException: Bad file descriptor"));
}

static void sockets_connect_by_their_paths(void) {
    char path[108], too_long[200];
    struct object *peer = fd_object(-1);
    snprintf(path, sizeof path, "/tmp/natives-%d.sock", getpid());
    jobject listens = (jobject)fd_object(J(sun_nio_ch_UnixDomainSockets_socket0)(env, NULL));
    jobject connects = (jobject)fd_object(J(sun_nio_ch_UnixDomainSockets_socket0)(env, NULL));
    jbyteArray name = (jbyteArray)array_of(path, strlen(path));
    J(sun_nio_ch_UnixDomainSockets_connect0)(env, NULL, connects, name);
    CHECK(threw("java/net/SocketException: No such file or directory"));
    J(sun_nio_ch_UnixDomainSockets_bind0)(env, NULL, listens, name);
    CHECK(!thrown[0]);
    J(sun_nio_ch_UnixDomainSockets_connect0)(env, NULL, connects, name);
    CHECK(threw("java/net/ConnectException: Connection refused"));
    J(sun_nio_ch_Net_listen)(env, NULL, listens, 5);
    CHECK(J(sun_nio_ch_UnixDomainSockets_connect0)(env, NULL, connects, name) == 1);
    jobjectArray paths = new_object_array(env, 1, NULL, NULL);
    CHECK(J(sun_nio_ch_UnixDomainSockets_accept0)(env, NULL, listens, (jobject)peer, paths) == 1);
    CHECK(fcntl(peer->number, F_GETFD) == FD_CLOEXEC);
    CHECK(((struct object *)get_element(env, paths, 0))->length == 0);
    CHECK(J(jdk_net_LinuxSocketOptions_getSoPeerCred0)(env, NULL, peer->number) ==
          ((jlong)geteuid() << 32 | getegid()));
    J(sun_nio_ch_UnixDispatcher_preClose0)(env, NULL, (jobject)peer);
    char byte;
    CHECK(read(peer->number, &byte, 1) == 0 && read(descriptor(env, connects), &byte, 1) == 0);
    CHECK(J(sun_nio_ch_SocketDispatcher_write0)(env, NULL, connects, address("x"), 1) ==
          STATUS_THROWN);
    CHECK(threw("java/io/IOException: Broken pipe"));
    memset(too_long, 'x', sizeof too_long);
    J(sun_nio_ch_UnixDomainSockets_bind0)
    (env, NULL, connects, (jbyteArray)array_of(too_long, sizeof too_long));
    CHECK(threw("java/net/SocketException: Unix domain path too long"));
    close(peer->number);
    close(descriptor(env, connects));
    close(descriptor(env, listens));
    unlink(path);
}

static void processes_have_a_beginning(void) {
    jlong began = J(java_lang_ProcessHandleImpl_isAlive0)(env, NULL, getpid());
    jlong now = (jlong)time(NULL) * 1000;
    CHECK(began > now - 600000 && began < now + 5000);
    CHECK(J(java_lang_ProcessHandleImpl_isAlive0)(env, NULL, 0x7ffffff0) == -1);
}

static void the_environment_is_names_and_values(void) {
    clearenv();
    putenv((char *)"A=b=c");
    putenv((char *)"=odd=1");
    putenv((char *)"E=");
    struct object *all = (struct object *)J(java_lang_ProcessEnvironment_environ)(env, NULL);
    CHECK(all->length == 6);
    struct object *value = (struct object *)get_element(env, (jobjectArray)all, 1);
    CHECK(value->length == 3 && memcmp(value->bytes, "b=c", 3) == 0);
    struct object *name = (struct object *)get_element(env, (jobjectArray)all, 2);
    CHECK(name->length == 4 && memcmp(name->bytes, "=odd", 4) == 0);
}

static void signals_are_counted(void) {
    CHECK(cSunMiscSignal_open() == 0);
    CHECK(cSunMiscSignal_open() == -1 && errno == EBUSY);
    signal(SIGUSR2, cSunMiscSignal_signalHandlerFunctionPointer());
    raise(SIGUSR2);
    raise(SIGUSR2);
    CHECK(cSunMiscSignal_awaitSemaphore() == 0 && cSunMiscSignal_awaitSemaphore() == 0);
    CHECK(cSunMiscSignal_checkPendingSignal() == SIGUSR2);
    CHECK(cSunMiscSignal_checkPendingSignal() == SIGUSR2);
    CHECK(cSunMiscSignal_checkPendingSignal() == -1);
    CHECK(cSunMiscSignal_close() == 0);
}

static void check_sums_go_on(void) {
    char bytes[20000];
    memset(bytes, 'a', sizeof bytes);
    jbyteArray all = (jbyteArray)array_of(bytes, sizeof bytes);
    jbyteArray digits = (jbyteArray)array_of("123456789", 9);
    CHECK((uint32_t)J(java_util_zip_CRC32_updateBytes0)(env, NULL, 0, digits, 0, 9) == 0xcbf43926);
    jint whole = J(java_util_zip_CRC32_updateBytes0)(env, NULL, 0, all, 0, 20000);
    jint part = J(java_util_zip_CRC32_updateBytes0)(env, NULL, 0, all, 0, 1);
    CHECK(whole == J(java_util_zip_CRC32_updateBytes0)(env, NULL, part, all, 1, 19999));
}

static void calls_give_their_errno(void) {
    CHECK(jrun_syscall(SYS_close, -1, 0, 0, 0, 0, 0) == -EBADF);
    CHECK(jrun_syscall(SYS_getpid, 0, 0, 0, 0, 0, 0) == getpid());
}

static int reaches(const void *address) {
    pthread_attr_t stack;
    void *start = NULL;
    size_t size = 0;
    if (pthread_getattr_np(pthread_self(), &stack) != 0) return 0;
    pthread_attr_getstack(&stack, &start, &size);
    return (uintptr_t)address >= (uintptr_t)start && (uintptr_t)address < (uintptr_t)start + size &&
           size >= 256 << 10 && size <= 8ul << 20;
}

static void *looks_at_its_stack(void *result) {
    int here = 0;
    *(int *)result = reaches(&here);
    return NULL;
}

static void stacks_have_room_below_what_is_used(void) {
    pthread_t thread;
    int here = 0;
    CHECK(reaches(&here));
    CHECK(pthread_create(&thread, NULL, looks_at_its_stack, &here) == 0);
    CHECK(pthread_join(thread, NULL) == 0 && here);
}

int main(void) {
    stacks_have_room_below_what_is_used();
    streams_read_what_is_there();
    streams_write_all_of_it();
    files_that_are_not_there_are_told();
    names_may_be_any_bytes();
    errors_are_called_the_same_everywhere();
    channels_tell_their_state();
    sockets_connect_by_their_paths();
    processes_have_a_beginning();
    the_environment_is_names_and_values();
    signals_are_counted();
    check_sums_go_on();
    calls_give_their_errno();
    printf("%d passed, %d failed\n", passed, failed);
    return failed > 0;
}
