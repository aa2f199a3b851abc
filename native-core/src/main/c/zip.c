/* SPDX-License-Identifier: Apache-2.0 */
/* java.util.zip: check sums and the reading of compressed data, by zlib. */
#include "natives.h"

#include <stdlib.h>
#include <zlib.h>

JNIEXPORT jint JNICALL Java_java_util_zip_CRC32_update(JNIEnv *env, jclass class, jint sum,
                                                       jint byte) {
    unsigned char one = (unsigned char)byte;
    return (jint)crc32((uLong)(uint32_t)sum, &one, 1);
}

JNIEXPORT jint JNICALL Java_java_util_zip_CRC32_updateBytes0(JNIEnv *env, jclass class, jint sum,
                                                             jbyteArray bytes, jint offset,
                                                             jint length) {
    jbyte room[STREAM_ROOM];
    uLong value = (uLong)(uint32_t)sum;
    while (length > 0) {
        jint part = length < STREAM_ROOM ? length : STREAM_ROOM;
        (*env)->GetByteArrayRegion(env, bytes, offset, part, room);
        value = crc32(value, (Bytef *)room, (uInt)part);
        offset += part;
        length -= part;
    }
    return (jint)value;
}

JNIEXPORT void JNICALL Java_java_util_zip_Inflater_initIDs(JNIEnv *env, jclass class) {}

JNIEXPORT jlong JNICALL Java_java_util_zip_Inflater_init(JNIEnv *env, jclass class, jboolean bare) {
    z_stream *stream = calloc(1, sizeof *stream);
    if (!stream || inflateInit2(stream, bare ? -MAX_WBITS : MAX_WBITS) != Z_OK) {
        free(stream);
        throw_new(env, "java/lang/OutOfMemoryError", "zlib");
        return 0;
    }
    return (jlong)(uintptr_t)stream;
}

JNIEXPORT void JNICALL Java_java_util_zip_Inflater_reset(JNIEnv *env, jclass class, jlong address) {
    inflateReset(at(address));
}

JNIEXPORT void JNICALL Java_java_util_zip_Inflater_end(JNIEnv *env, jclass class, jlong address) {
    inflateEnd(at(address));
    free(at(address));
}

/*
 * How much was read, in the low 31 bits; how much written, in the next 31; bit 62: the end was
 * reached; bit 63: a dictionary is wanted. Java reads them so in Inflater.inflate (javap -c).
 */
static jlong answer(const z_stream *stream, jint in, jint out, int ended, int wants) {
    uint64_t read = (uint64_t)in - stream->avail_in, written = (uint64_t)out - stream->avail_out;
    return (jlong)(read | written << 31 | (uint64_t)ended << 62 | (uint64_t)wants << 63);
}

JNIEXPORT jlong JNICALL Java_java_util_zip_Inflater_inflateBytesBytes(
    JNIEnv *env, jobject this, jlong address, jbyteArray from, jint from_offset, jint from_length,
    jbyteArray to, jint to_offset, jint to_length) {
    z_stream *stream = at(address);
    jbyte *in = malloc((size_t)from_length + 1), *out = malloc((size_t)to_length + 1);
    jlong result = 0;
    if (in && out) {
        (*env)->GetByteArrayRegion(env, from, from_offset, from_length, in);
        stream->next_in = (Bytef *)in;
        stream->avail_in = (uInt)from_length;
        stream->next_out = (Bytef *)out;
        stream->avail_out = (uInt)to_length;
        int state = inflate(stream, Z_SYNC_FLUSH);
        if (state == Z_OK || state == Z_BUF_ERROR || state == Z_STREAM_END ||
            state == Z_NEED_DICT) {
            jint written = to_length - (jint)stream->avail_out;
            (*env)->SetByteArrayRegion(env, to, to_offset, written, out);
            result =
                answer(stream, from_length, to_length, state == Z_STREAM_END, state == Z_NEED_DICT);
        } else {
            throw_new(env, "java/util/zip/DataFormatException",
                      stream->msg ? stream->msg : "invalid data");
        }
    } else {
        throw_new(env, "java/lang/OutOfMemoryError", "zlib");
    }
    free(in);
    free(out);
    return result;
}
