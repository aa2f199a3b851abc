// SPDX-License-Identifier: Apache-2.0
package io.jrun.systemd;

import java.util.List;

/** A conversation with one systemd manager. One thread at a time. */
interface Bus extends AutoCloseable {
  /**
   * Calls a method of the manager's object.
   *
   * @param interfaceName of D-Bus
   * @param signature of the arguments, as the D-Bus Specification spells types; structs are {@code
   *     Object[]}, variants are {@code Object[]} of signature and value, arrays are lists
   * @return what it gives, in order
   * @throws RefusedException if it answers with an error
   * @throws SystemdException if it does not answer
   */
  List<Object> call(String interfaceName, String member, String signature, Object... arguments);

  /**
   * Waits for the end of a job that a call has given.
   *
   * @return its result: done, canceled, timeout, failed, dependency, skipped
   * @throws SystemdException if it does not end in time
   */
  String awaitJob(String job);

  @Override
  void close();
}
