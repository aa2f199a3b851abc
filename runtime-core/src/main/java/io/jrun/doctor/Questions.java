// SPDX-License-Identifier: Apache-2.0
package io.jrun.doctor;

import java.util.List;

/** A group of questions to a host. */
interface Questions {
  /** What they are about. */
  String title();

  /** Asks them all; what cannot be asked is left out or told as such, and is never a failure. */
  List<Finding> ask(Examination host);
}
