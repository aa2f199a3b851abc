// SPDX-License-Identifier: Apache-2.0
package io.jrun.seccomp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * The file of a kept filter:
 *
 * <pre>
 * u32 magic "JRSF", u32 length of the file, u32 CRC-32 of all that follows,
 * u32 length of the key, u32 length of the library's identity, u32 length of the filter,
 * the key, the identity ("/usr/lib/.../libseccomp.so.2.5.4 (dev=fe00,ino=7) 129312 2024-05-25T..."),
 * the filter
 * </pre>
 *
 * @param library which file it was that made the filter
 */
record KeptFilter(byte[] key, String library, byte[] filter) {
  private static final int MAGIC = 0x4653524a;
  private static final int HEADER_SIZE = 24;
  private static final int SUMMED_FROM = 12;

  byte[] write() {
    byte[] identity = library.getBytes(StandardCharsets.UTF_8);
    int size = HEADER_SIZE + key.length + identity.length + filter.length;
    ByteBuffer out = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(MAGIC).putInt(size).putInt(0);
    out.putInt(key.length).putInt(identity.length).putInt(filter.length);
    out.put(key).put(identity).put(filter);
    return out.putInt(8, sum(out.array())).array();
  }

  private static int sum(byte[] file) {
    CRC32 sum = new CRC32();
    sum.update(file, SUMMED_FROM, file.length - SUMMED_FROM);
    return (int) sum.getValue();
  }

  /** Empty unless the bytes are a whole file of this form. */
  static Optional<KeptFilter> read(byte[] file) {
    if (file.length < HEADER_SIZE) {
      return Optional.empty();
    }
    ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    boolean whole = in.getInt() == MAGIC && in.getInt() == file.length && in.getInt() == sum(file);
    int key = in.getInt();
    int identity = in.getInt();
    int filter = in.getInt();
    boolean fits =
        key >= 0
            && identity >= 0
            && filter > 0
            && filter % 8 == 0
            && (long) key + identity + filter == file.length - HEADER_SIZE;
    if (!whole || !fits) {
      return Optional.empty();
    }
    int at = HEADER_SIZE + key;
    return Optional.of(
        new KeptFilter(
            Arrays.copyOfRange(file, HEADER_SIZE, at),
            new String(file, at, identity, StandardCharsets.UTF_8),
            Arrays.copyOfRange(file, at + identity, file.length)));
  }
}
