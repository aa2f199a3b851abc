// SPDX-License-Identifier: Apache-2.0
package io.jrun.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/**
 * A notification of CRIU's, as the front tells it from others: by eight bytes of the message, of
 * which the name begins at the ninth. One that looks otherwise is left to the core.
 *
 * @param at where the bytes are
 * @param bytes as a little-endian number
 */
public record CriuNotification(int at, long bytes) {
  /** Before the name: type, success, the notification and its size, the name's field and size. */
  private static final int NAME = 8;

  private static final List<CriuNotification> OF_NO_USE =
      List.of(
          beginning("pre-restore"),
          beginning("post-setup-namespaces"),
          beginning("network-unlock"),
          beginning("pre-resume"),
          ending("post-resume"));

  private static final List<CriuNotification> OF_NO_USE_WITHOUT_HOOKS =
      Stream.concat(Stream.of(beginning("setup-namespaces")), OF_NO_USE.stream()).toList();

  /**
   * Those of a restore at which nothing is to be done.
   *
   * @param hooks whether some run when the namespaces are there
   */
  public static List<CriuNotification> ofNoUse(boolean hooks) {
    return hooks ? OF_NO_USE : OF_NO_USE_WITHOUT_HOOKS;
  }

  private static CriuNotification beginning(String name) {
    return new CriuNotification(NAME, number(name.substring(0, Long.BYTES)));
  }

  /** Of a name whose beginning another has. */
  private static CriuNotification ending(String name) {
    int before = name.length() - Long.BYTES;
    return new CriuNotification(NAME + before, number(name.substring(before)));
  }

  private static long number(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII))
        .order(ByteOrder.LITTLE_ENDIAN)
        .getLong();
  }
}
