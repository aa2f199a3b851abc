// SPDX-License-Identifier: Apache-2.0
package io.jrun.doctor;

import java.util.List;
import java.util.Optional;

/** CRIU, by which containers are checkpointed and restored. */
final class CheckpointQuestions implements Questions {
  private static final long PATIENCE_MS = 20_000;

  @Override
  public String title() {
    return "checkpoint";
  }

  @Override
  public List<Finding> ask(Examination host) {
    Optional<String> criu = Examination.program("criu");
    if (criu.isEmpty()) {
      return List.of(
          Finding.note(
              "criu",
              "not installed: containers can neither be checkpointed nor restored",
              "install it (package criu)"));
    }
    if (host.isOrdinaryUser()) {
      return List.of(Finding.ok("criu", criu.get() + ", for root"));
    }
    Examination.Ran ran = host.run(criu.get(), List.of("criu", "check"), PATIENCE_MS);
    return List.of(
        ran.code() == 0
            ? Finding.ok("criu", criu.get() + ": " + lastLine(ran.out()))
            : Finding.limited(
                "criu",
                criu.get() + " check: " + lastLine(ran.err()),
                "install a CRIU that knows this kernel; criu check --all says what it lacks"));
  }

  private static String lastLine(String text) {
    return text.substring(text.lastIndexOf('\n') + 1);
  }
}
