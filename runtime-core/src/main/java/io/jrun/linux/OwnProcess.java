// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a resident core does to its own process. */
public final class OwnProcess {
  private static final String OPEN_FILES = "Max open files";

  private OwnProcess() {}

  /**
   * Sets the mask of the whole process: the files of a resident core must not be readable by others
   * for a moment either. A command's core leaves the caller's alone. Source: umask(2).
   */
  public static void umask(int mask) {
    new OwnKernel().umask(mask);
  }

  /** How many descriptors it has. */
  public static int openFiles() {
    int open = 0;
    try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path each : all) {
        open += each.getNameCount() > 0 ? 1 : 0;
      }
    } catch (IOException e) {
      return open;
    }
    return open;
  }

  /** How many descriptors it may have: RLIMIT_NOFILE, of which the virtual machine takes all. */
  public static int openFilesLimit() {
    String limits = Procfs.read("/proc/self/limits").orElse("");
    for (String line : limits.split("\n")) {
      if (line.startsWith(OPEN_FILES)) {
        String soft = line.substring(OPEN_FILES.length()).trim().split(" ")[0];
        return soft.matches("\\d{1,9}") ? Integer.parseInt(soft) : Integer.MAX_VALUE;
      }
    }
    return Integer.MAX_VALUE;
  }

  /**
   * Gives the kernel back what was freed: the GNU library keeps it for the next who wants it, and
   * the compiler of the virtual machine wants much once. It does nothing with another C library.
   * Source: malloc_trim(3).
   */
  public static void giveBackFreed() {
    try {
      OwnBinding.get().trim();
    } catch (UnsatisfiedLinkError e) {
      // Another C library.
      return;
    }
  }
}
