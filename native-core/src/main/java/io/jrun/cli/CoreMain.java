// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import io.jrun.seccomp.TablesAhead;
import java.util.Arrays;
import org.graalvm.nativeimage.RuntimeOptions;

/**
 * The native core: one executable that is the cold core and the resident one, by its first argument
 * ({@code cold} or {@code daemon}). The front starts it in either way; nobody else has to. What a
 * JVM initialises beside the command's reading has been initialised when this was built.
 */
public final class CoreMain {
  /** Bytes. A request leaves one or two million behind; what is collected is given back. */
  private static final long RESIDENT_HEAP = 48L << 20;

  private static final long RESIDENT_YOUNG = 8L << 20;

  // This class is initialised when the core is built.
  static {
    TablesAhead.read();
  }

  private CoreMain() {}

  public static void main(String[] args) {
    if (args.length > 0 && args[0].equals("daemon")) {
      RuntimeOptions.set("MaxHeapSize", RESIDENT_HEAP);
      RuntimeOptions.set("MaxNewSize", RESIDENT_YOUNG);
      DaemonMain.main(Arrays.copyOfRange(args, 1, args.length));
    } else {
      ColdMain.serve();
    }
  }
}
