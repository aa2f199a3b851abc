// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import io.jrun.linux.UnixSocket;
import io.jrun.spec.LinuxSeccomp;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The system call filter, checked: config-linux.md, "Seccomp".
 *
 * @param defaultErrno what the default action carries; 0 where it carries nothing
 * @param architectures beside the native one
 * @param loadFlags SECCOMP_FILTER_FLAG_... for the kernel, without those about a listener
 * @param listener who is asked about calls whose action is NOTIFY; empty if none is
 */
public record SeccompSpec(
    SeccompAction defaultAction,
    int defaultErrno,
    List<SeccompArchitecture> architectures,
    long loadFlags,
    List<SeccompRule> rules,
    Optional<Listener> listener) {

  /**
   * The process that is sent the notify descriptor.
   *
   * @param path of its socket, absolute
   * @param metadata handed on as it is; empty if absent
   * @param flags of the kernel that only go with a listener
   */
  public record Listener(String path, String metadata, long flags) {}

  private static final String POINTER = "/linux/seccomp";

  /** What init calls from having the filter to the listener having the descriptor. */
  private static final List<String> NEEDED_TO_HAND_OVER =
      List.of("write", "read", "ppoll", "mmap", "munmap", "clock_gettime");

  /** The filter's return value for calls without a rule. */
  public int defaultValue() {
    return defaultAction.value(defaultErrno);
  }

  static Optional<SeccompSpec> parse(LinuxSeccomp declared, Problems problems) {
    if (declared == null) {
      return Optional.empty();
    }
    SeccompAction defaultAction =
        SeccompAction.parse(declared.defaultAction(), POINTER + "/defaultAction", problems);
    problems.require(
        defaultAction != SeccompAction.NOTIFY,
        POINTER + "/defaultAction",
        "SCMP_ACT_NOTIFY cannot be the default action: nobody could pass on who is to be asked");
    int errno =
        SeccompAction.errno(
            defaultAction, declared.defaultErrnoRet(), POINTER + "/defaultErrnoRet", problems);
    List<SeccompRule> rules = new ArrayList<>();
    for (int i = 0; declared.syscalls() != null && i < declared.syscalls().size(); i++) {
      rules.add(
          SeccompRule.parse(declared.syscalls().get(i), POINTER + "/syscalls/" + i, problems));
    }
    long flags = flags(declared.flags(), problems);
    long forListener = flags & SeccompFlag.WAIT_KILLABLE_RECV.bit();
    return Optional.of(
        new SeccompSpec(
            defaultAction,
            errno,
            architectures(declared.architectures(), problems),
            flags & ~forListener,
            List.copyOf(rules),
            listener(declared, rules, forListener, problems)));
  }

  private static List<SeccompArchitecture> architectures(List<String> declared, Problems problems) {
    List<SeccompArchitecture> out = new ArrayList<>();
    for (int i = 0; declared != null && i < declared.size(); i++) {
      SeccompArchitecture each = SeccompArchitecture.named(declared.get(i));
      if (each == null) {
        // Calls of an architecture that the filter does not have are refused: it only gets
        // stricter.
        problems.warn(
            POINTER + "/architectures/" + i,
            "ignoring unknown architecture \""
                + declared.get(i)
                + "\": names are like SCMP_ARCH_X86_64");
      } else if (!out.contains(each)) {
        out.add(each);
      }
    }
    return List.copyOf(out);
  }

  /** Absent, the list is what peers take it for: no mitigation that slows every call down. */
  private static long flags(List<String> declared, Problems problems) {
    if (declared == null) {
      return SeccompFlag.SPEC_ALLOW.bit();
    }
    long out = 0;
    for (int i = 0; i < declared.size(); i++) {
      SeccompFlag each = SeccompFlag.named(declared.get(i));
      if (each == null) {
        problems.add(
            POINTER + "/flags/" + i,
            "unknown flag \"" + declared.get(i) + "\": names are like SECCOMP_FILTER_FLAG_LOG");
      } else {
        out |= each.bit();
      }
    }
    return out;
  }

  private static Optional<Listener> listener(
      LinuxSeccomp declared, List<SeccompRule> rules, long flags, Problems problems) {
    String path = declared.listenerPath() == null ? "" : declared.listenerPath();
    String metadata = declared.listenerMetadata() == null ? "" : declared.listenerMetadata();
    problems.require(
        metadata.isEmpty() || !path.isEmpty(),
        POINTER + "/listenerMetadata",
        "must not be set without listenerPath");
    int first = -1;
    for (int i = 0; i < rules.size(); i++) {
      if (rules.get(i).action() == SeccompAction.NOTIFY) {
        first = first < 0 ? i : first;
        checkNotified(rules.get(i), POINTER + "/syscalls/" + i + "/names/", problems);
      }
    }
    if (first < 0) {
      return Optional.empty();
    }
    if (path.isEmpty()) {
      problems.add(
          POINTER + "/syscalls/" + first + "/action", "SCMP_ACT_NOTIFY needs a listenerPath");
      return Optional.empty();
    }
    problems.require(
        path.startsWith("/"), POINTER + "/listenerPath", "must be the absolute path of a socket");
    problems.require(
        path.getBytes(StandardCharsets.UTF_8).length <= UnixSocket.MAX_PATH,
        POINTER + "/listenerPath",
        "is longer than "
            + UnixSocket.MAX_PATH
            + " bytes: the address of a socket has no room for it");
    return Optional.of(new Listener(path, metadata, flags));
  }

  private static void checkNotified(SeccompRule rule, String pointer, Problems problems) {
    for (int i = 0; i < rule.names().size(); i++) {
      problems.require(
          !NEEDED_TO_HAND_OVER.contains(rule.names().get(i)),
          pointer + i,
          "SCMP_ACT_NOTIFY cannot be used for the "
              + rule.names().get(i)
              + " syscall: the container's init needs it to pass the listener on");
    }
  }
}
