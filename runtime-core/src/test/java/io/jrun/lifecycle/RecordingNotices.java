// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

import java.util.ArrayList;
import java.util.List;

/** Keeps what it is told. */
public final class RecordingNotices implements Notices {
  public final List<String> warnings = new ArrayList<>();
  final List<String> details = new ArrayList<>();

  @Override
  public void warn(String message) {
    warnings.add(message);
  }

  @Override
  public boolean areNone() {
    return warnings.isEmpty();
  }

  @Override
  public void debug(String message) {
    details.add(message);
  }

  @Override
  public boolean isDebugging() {
    return false;
  }
}
