// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import io.jrun.linux.OwnProcess;
import io.jrun.seccomp.TablesAhead;
import java.util.Arrays;

/**
 * The native core: one executable that is the cold core and the resident one, by its first argument
 * ({@code cold} or {@code daemon}). The front starts it in either way; nobody else has to. What a
 * JVM initialises beside the command's reading has been initialised when this was built.
 */
public final class CoreMain {
  // This class is initialised when the core is built.
  static {
    TablesAhead.read();
  }

  private CoreMain() {}

  public static void main(String[] args) {
    if (args.length > 0 && args[0].equals("daemon")) {
      DaemonMain.main(Arrays.copyOfRange(args, 1, args.length));
    } else {
      // The kernel takes 0.2 ms to free the memory of a process, and the front waits for that at the
      // end: what can be given back is, while front and init are at work.
      ColdMain.serve(OwnProcess::giveBackFreed);
    }
  }
}
