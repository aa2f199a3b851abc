// SPDX-License-Identifier: Apache-2.0
package io.jrun.doctor;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** jrun itself: which one, with what kind of core, and whether a warm core answers. */
final class InstallationQuestions implements Questions {
  /** A warm core that is demanded may be about to start: the front waits ten seconds. */
  private static final long PATIENCE_MS = 15_000;

  @Override
  public String title() {
    return "jrun";
  }

  @Override
  public List<Finding> ask(Examination host) {
    List<Finding> out = new ArrayList<>();
    String program = host.frontProgram().orElse("");
    out.add(
        program.isEmpty()
            ? Finding.broken(
                "program",
                "/proc does not tell which program this is",
                "mount /proc: mount -t proc proc /proc")
            : Finding.ok("program", program + ", version " + host.patient().version()));
    out.add(
        host.patient().core().equals("native")
            ? Finding.ok("core", "native")
            : Finding.note(
                "core",
                "a Java virtual machine, which takes some ten times as long to start",
                "install a build with a native core (made where there is a JDK 25), or have jrun"
                    + " daemon run"));
    out.add(warmCore(host, program));
    return out;
  }

  private static Finding warmCore(Examination host, String program) {
    String subject = "warm core";
    String socket = host.patient().socket();
    if (socket.isEmpty() || !Files.exists(Path.of(socket), LinkOption.NOFOLLOW_LINKS)) {
      return Finding.ok(subject, "none" + (socket.isEmpty() ? "" : " at " + socket));
    }
    // The front itself says best who answers it.
    Examination.Ran ran =
        host.run(program, List.of("jrun", "--core=warm", "--version"), PATIENCE_MS);
    return ran.code() == 0
        ? Finding.ok(subject, "answers at " + socket)
        : Finding.limited(
            subject,
            "does not answer at " + socket + ": " + ran.err(),
            "restart it (systemctl restart jrund.socket), or remove the socket: commands are"
                + " carried out without it meanwhile");
  }
}
