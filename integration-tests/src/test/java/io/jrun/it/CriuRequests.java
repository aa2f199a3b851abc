// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What CRIU was asked for, as the program in its place (src/test/c/criu.c) has recorded it: each
 * request as lines {@code field: value}, with the names that CRIU's images/rpc.proto gives them.
 */
final class CriuRequests {
  private static final int OPTIONS = 2;

  /** criu_opts; names of those that are texts begin with T, messages with M. */
  private static final Map<Integer, String> FIELDS =
      Map.ofEntries(
          Map.entry(1, "images_dir_fd"),
          Map.entry(2, "pid"),
          Map.entry(3, "leave_running"),
          Map.entry(4, "ext_unix_sk"),
          Map.entry(5, "tcp_established"),
          Map.entry(6, "evasive_devices"),
          Map.entry(7, "shell_job"),
          Map.entry(8, "file_locks"),
          Map.entry(9, "log_level"),
          Map.entry(10, "Tlog_file"),
          Map.entry(11, "Mps"),
          Map.entry(12, "notify_scripts"),
          Map.entry(13, "Troot"),
          Map.entry(14, "Tparent_img"),
          Map.entry(15, "track_mem"),
          Map.entry(16, "auto_dedup"),
          Map.entry(17, "work_dir_fd"),
          Map.entry(18, "link_remap"),
          Map.entry(23, "Mext_mnt"),
          Map.entry(24, "manage_cgroups"),
          Map.entry(25, "Mcg_root"),
          Map.entry(26, "rst_sibling"),
          Map.entry(27, "Minherit_fd"),
          Map.entry(34, "manage_cgroups_mode"),
          Map.entry(37, "Texternal"),
          Map.entry(38, "empty_ns"),
          Map.entry(39, "Mjoin_ns"),
          Map.entry(44, "Tfreeze_cgroup"),
          Map.entry(46, "tcp_skip_in_flight"),
          Map.entry(48, "lazy_pages"),
          Map.entry(50, "orphan_pts_master"),
          Map.entry(51, "Tconfig_file"),
          Map.entry(53, "Tlsm_profile"),
          Map.entry(63, "Tlsm_mount_context"),
          Map.entry(64, "network_lock"));

  private CriuRequests() {}

  /** Puts the recording program in CRIU's place; a value for PATH. */
  static String path(Workbench bench) throws IOException {
    Path directory = Files.createDirectories(bench.directory().resolve("criu"));
    Path program = directory.resolve("criu");
    if (!Files.exists(program)) {
      Files.copy(CProgram.built("criu").file(), program);
    }
    return directory + ":" + System.getenv("PATH");
  }

  /** The lines of the options of the last request that it was made, one that has them. */
  static List<String> last(Path work) throws IOException {
    ByteBuffer all =
        ByteBuffer.wrap(Files.readAllBytes(work.resolve("requests")))
            .order(ByteOrder.LITTLE_ENDIAN);
    List<String> lines = List.of();
    while (all.hasRemaining()) {
      ByteBuffer request = slice(all, all.getInt());
      while (request.hasRemaining()) {
        long tag = varint(request);
        if ((tag & 7) == 0) {
          varint(request);
          continue;
        }
        ByteBuffer part = slice(request, (int) varint(request));
        lines = tag >> 3 == OPTIONS ? options(part) : lines;
      }
    }
    return lines;
  }

  private static List<String> options(ByteBuffer options) {
    List<String> lines = new ArrayList<>();
    while (options.hasRemaining()) {
      long tag = varint(options);
      String name = FIELDS.getOrDefault((int) (tag >> 3), "field " + (tag >> 3));
      if ((tag & 7) == 0) {
        lines.add(name + ": " + varint(options));
        continue;
      }
      ByteBuffer part = slice(options, (int) varint(options));
      lines.add(name.substring(1) + ": " + (name.startsWith("M") ? message(part) : text(part)));
    }
    return lines;
  }

  private static List<String> message(ByteBuffer message) {
    List<String> values = new ArrayList<>();
    while (message.hasRemaining()) {
      long tag = varint(message);
      if ((tag & 7) == 0) {
        values.add(Long.toString(varint(message)));
      } else {
        values.add(text(slice(message, (int) varint(message))));
      }
    }
    return values;
  }

  private static ByteBuffer slice(ByteBuffer from, int length) {
    ByteBuffer out = from.slice(from.position(), length);
    from.position(from.position() + length);
    return out;
  }

  private static String text(ByteBuffer bytes) {
    return StandardCharsets.UTF_8.decode(bytes).toString();
  }

  private static long varint(ByteBuffer in) {
    long value = 0;
    int shift = 0;
    byte next;
    do {
      next = in.get();
      value |= (next & 0x7fL) << shift;
      shift += 7;
    } while (next < 0);
    return value;
  }
}
