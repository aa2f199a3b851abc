// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import java.util.Arrays;

/**
 * The native core: one executable that is the cold core and the resident one, by its first argument
 * ({@code cold} or {@code daemon}). The front starts it in either way; nobody else has to.
 */
public final class CoreMain {
  private CoreMain() {}

  public static void main(String[] args) {
    if (args.length > 0 && args[0].equals("daemon")) {
      DaemonMain.main(Arrays.copyOfRange(args, 1, args.length));
    } else {
      ColdMain.main(args);
    }
  }
}
