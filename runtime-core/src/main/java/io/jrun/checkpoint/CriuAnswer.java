// SPDX-License-Identifier: Apache-2.0
package io.jrun.checkpoint;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * What CRIU says: {@code criu_resp} of its images/rpc.proto.
 *
 * @param type of the request it answers; {@link #NOTIFY} asks for an answer itself
 * @param script of a notification: what it is about
 * @param pid of a notification or of what was restored, as the front sees it
 * @param errno of a failure; 0 if CRIU names none
 * @param message of a failure; empty if CRIU has none
 * @param version 30000 for 3.0; 0 if it is not told
 */
public record CriuAnswer(
    int type,
    boolean success,
    String script,
    OptionalLong pid,
    int errno,
    String message,
    int version,
    Features features) {
  /** What kernel and CRIU can do, both together. */
  public record Features(boolean memoryTracking, boolean lazyPages) {}

  public static final int NOTIFY = 6;

  // criu_resp
  private static final int TYPE = 1;
  private static final int SUCCESS = 2;
  private static final int RESTORE = 4;
  private static final int NOTIFICATION = 5;
  private static final int ERRNO = 7;
  private static final int FEATURES = 8;
  private static final int ERROR_MESSAGE = 9;
  private static final int VERSION = 10;

  // criu_features
  static final int MEM_TRACK = 1;
  static final int LAZY_PAGES_FEATURE = 2;

  private static final int MAJOR = 10_000;
  private static final int MINOR = 100;

  /**
   * Reads an answer.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static CriuAnswer read(byte[] bytes) {
    ProtobufReader in = new ProtobufReader(bytes);
    Optional<ProtobufReader> notification = in.message(NOTIFICATION);
    Optional<Long> pid =
        notification.isPresent()
            ? notification.get().number(2)
            : in.message(RESTORE).flatMap(each -> each.number(1));
    Optional<ProtobufReader> features = in.message(FEATURES);
    return new CriuAnswer(
        in.number(TYPE).orElse(0L).intValue(),
        in.flag(SUCCESS),
        notification.flatMap(each -> each.text(1)).orElse(""),
        pid.isPresent() ? OptionalLong.of(pid.get()) : OptionalLong.empty(),
        in.number(ERRNO).orElse(0L).intValue(),
        in.text(ERROR_MESSAGE).orElse("").strip(),
        in.message(VERSION).map(CriuAnswer::version).orElse(0),
        new Features(
            features.isPresent() && features.get().flag(MEM_TRACK),
            features.isPresent() && features.get().flag(LAZY_PAGES_FEATURE)));
  }

  /** One that was made of a commit between two versions counts as the later one. */
  private static int version(ProtobufReader in) {
    int minor = in.number(2).orElse(0L).intValue();
    int major = in.number(1).orElse(0L).intValue();
    return in.text(3).isPresent()
        ? major * MAJOR + (minor + 1) * MINOR
        : major * MAJOR + minor * MINOR + in.number(4).orElse(0L).intValue();
  }

  public boolean isNotification() {
    return type == NOTIFY;
  }
}
