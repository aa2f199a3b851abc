// SPDX-License-Identifier: Apache-2.0
package io.jrun.checkpoint;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A message of Protocol Buffers, its fields by number: the last of each counts, as the format says
 * of fields that do not repeat; those of types that CRIU's answers do not have are passed over.
 */
final class ProtobufReader {
  private static final int VARINT = 0;
  private static final int SIXTY_FOUR_BITS = 1;
  private static final int LENGTH_DELIMITED = 2;
  private static final int THIRTY_TWO_BITS = 5;
  private static final int LONGEST_VARINT = 10;

  private final byte[] bytes;
  private final Map<Integer, Long> numbers = new HashMap<>();
  private final Map<Integer, byte[]> blobs = new HashMap<>();
  private int at;

  /**
   * Reads all fields.
   *
   * @throws IllegalArgumentException if the bytes are no message
   */
  ProtobufReader(byte[] bytes) {
    this.bytes = bytes;
    while (at < bytes.length) {
      long tag = varint();
      int field = (int) (tag >>> 3);
      switch ((int) (tag & 7)) {
        case VARINT -> numbers.put(field, varint());
        case LENGTH_DELIMITED -> blobs.put(field, take(varint()));
        case SIXTY_FOUR_BITS -> take(Long.BYTES);
        case THIRTY_TWO_BITS -> take(Integer.BYTES);
        default -> throw new IllegalArgumentException("a field of an unknown type");
      }
    }
  }

  Optional<Long> number(int field) {
    return Optional.ofNullable(numbers.get(field));
  }

  boolean flag(int field) {
    return numbers.getOrDefault(field, 0L) != 0;
  }

  Optional<String> text(int field) {
    return Optional.ofNullable(blobs.get(field))
        .map(each -> new String(each, StandardCharsets.UTF_8));
  }

  Optional<ProtobufReader> message(int field) {
    return Optional.ofNullable(blobs.get(field)).map(ProtobufReader::new);
  }

  private long varint() {
    long value = 0;
    for (int i = 0; i < LONGEST_VARINT; i++) {
      byte next = take(1)[0];
      value |= (next & 0x7fL) << 7 * i;
      if (next >= 0) {
        return value;
      }
    }
    throw new IllegalArgumentException("a number of more than ten bytes");
  }

  private byte[] take(long length) {
    if (length < 0 || length > bytes.length - at) {
      throw new IllegalArgumentException("a message ends in the middle");
    }
    at += (int) length;
    return Arrays.copyOfRange(bytes, at - (int) length, at);
  }
}
