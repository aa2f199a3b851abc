// SPDX-License-Identifier: Apache-2.0
package io.jrun.document;

import io.jrun.state.ContainerState;
import io.jrun.state.ContainerStatus;
import java.util.Map;

/**
 * The state of a container as JSON for people, engines and hooks: runtime.md "State". Written by
 * hand, because its blanks are part of the contract: two spaces, and none for hooks.
 */
public final class StateDocument {
  /** The version of the runtime specification that is implemented. */
  public static final String OCI_VERSION = "1.3.0";

  private StateDocument() {}

  /** What {@code state} prints, without a newline at its end. */
  public static String pretty(ContainerState state, ContainerStatus status, String owner) {
    return prettyBeforePid(state) + pid(state, status) + prettyAfterPid(state, status, owner);
  }

  /** What {@code state} prints before the pid. */
  public static String prettyBeforePid(ContainerState state) {
    StringBuilder out = new StringBuilder(64);
    append(out.append("{\n  "), "ociVersion", OCI_VERSION, ": ");
    append(out.append(",\n  "), "id", state.id(), ": ");
    return out.append(",\n  \"pid\": ").toString();
  }

  /** What it prints after the pid. */
  public static String prettyAfterPid(ContainerState state, ContainerStatus status, String owner) {
    StringBuilder out = new StringBuilder(512);
    String separator = ",\n  ";
    append(out.append(separator), "status", status.word(), ": ");
    append(out.append(separator), "bundle", state.location().bundle(), ": ");
    append(out.append(separator), "rootfs", state.location().rootfs(), ": ");
    append(out.append(separator), "created", state.created(), ": ");
    if (!state.annotations().isEmpty()) {
      out.append(separator).append("\"annotations\": {\n    ");
      annotations(out, state.annotations(), ",\n    ", ": ");
      out.append("\n  }");
    }
    append(out.append(separator), "owner", owner, ": ");
    return out.append("\n}").toString();
  }

  /** The same on one line, as {@code list} has it. */
  public static String compact(ContainerState state, ContainerStatus status, String owner) {
    StringBuilder out = new StringBuilder(512);
    append(out.append('{'), "ociVersion", OCI_VERSION, ":");
    append(out.append(','), "id", state.id(), ":");
    out.append(",\"pid\":").append(pid(state, status));
    append(out.append(','), "status", status.word(), ":");
    append(out.append(','), "bundle", state.location().bundle(), ":");
    append(out.append(','), "rootfs", state.location().rootfs(), ":");
    append(out.append(','), "created", state.created(), ":");
    if (!state.annotations().isEmpty()) {
      out.append(",\"annotations\":{");
      annotations(out, state.annotations(), ",", ":");
      out.append('}');
    }
    append(out.append(','), "owner", owner, ":");
    return out.append('}').toString();
  }

  /** What a hook reads on stdin; {@code pid} is digits, or blanks to be overwritten. */
  public static String forHook(ContainerState state, String status, String pid) {
    StringBuilder out = new StringBuilder(512);
    append(out.append('{'), "ociVersion", OCI_VERSION, ":");
    append(out.append(','), "id", state.id(), ":");
    append(out.append(','), "status", status, ":");
    if (!pid.isEmpty()) {
      out.append(",\"pid\":").append(pid);
    }
    append(out.append(','), "bundle", state.location().bundle(), ":");
    if (!state.annotations().isEmpty()) {
      out.append(",\"annotations\":{");
      annotations(out, state.annotations(), ",", ":");
      out.append('}');
    }
    return out.append('}').toString();
  }

  /**
   * What whoever listens to a filter is sent beside the descriptor: config-linux.md, "The Container
   * Process State".
   *
   * @param status of the container
   * @param pid of the process: digits, or blanks to be overwritten
   * @param initPid the same of the container's init
   * @param metadata listenerMetadata; empty if there is none
   */
  public static String forListener(
      ContainerState state, String status, String pid, String initPid, String metadata) {
    StringBuilder out = new StringBuilder(512);
    append(out.append('{'), "ociVersion", OCI_VERSION, ":");
    // The pids come before all that a document can have written.
    out.append(",\"fds\":[\"seccompFd\"],\"pid\":").append(pid);
    out.append(",\"state\":").append(forHook(state, status, initPid));
    if (!metadata.isEmpty()) {
      append(out.append(','), "metadata", metadata, ":");
    }
    return out.append('}').toString();
  }

  private static long pid(ContainerState state, ContainerStatus status) {
    return status == ContainerStatus.STOPPED ? 0 : state.init().pid();
  }

  private static void annotations(
      StringBuilder out, Map<String, String> annotations, String separator, String colon) {
    String before = "";
    for (Map.Entry<String, String> each : annotations.entrySet()) {
      append(out.append(before), each.getKey(), each.getValue(), colon);
      before = separator;
    }
  }

  private static void append(StringBuilder out, String key, String value, String colon) {
    quote(out, key);
    out.append(colon);
    quote(out, value);
  }

  /** A JSON string, RFC 8259 section 7. */
  public static void quote(StringBuilder out, String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < ' ') {
            out.append("\\u00")
                .append(Character.forDigit(c >> 4, 16))
                .append(Character.forDigit(c & 15, 16));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
