// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import io.jrun.wire.Front;
import io.jrun.wire.FrontException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.math.BigDecimal;

/**
 * The cold core: a process started by the front for one command. The conversation with the front is
 * on the descriptors 0 and 1; there is nothing else this process may read or write there.
 */
public final class ColdMain {
  private ColdMain() {}

  /**
   * Initialises beside the command line's reading what the reading of config.json will need: Java
   * 25 raises 5 to the power of 65,536 before the first number is read.
   */
  static final class Ahead extends Thread {
    Ahead() {
      super("ahead");
      setDaemon(true);
    }

    @Override
    public void run() {
      BigDecimal.ONE.signum();
    }
  }

  public static void main(String[] args) {
    new Ahead().start();
    serve(() -> {});
  }

  /**
   * Serves one command and ends the process.
   *
   * @param resting what to do when nothing is left to be done unless the command fails
   */
  static void serve(Runnable resting) {
    try {
      Front front =
          new Front(
              new FileInputStream(FileDescriptor.in), new FileOutputStream(FileDescriptor.out));
      front.whenResting(resting);
      front.exit(new Dispatch(front).run());
    } catch (FrontException e) {
      // The front has gone: there is nobody left to tell, and nothing to do for.
      Runtime.getRuntime().halt(1);
    }
    Runtime.getRuntime().halt(0);
  }
}
