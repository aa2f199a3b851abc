// SPDX-License-Identifier: Apache-2.0
package io.jrun.doctor;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import io.jrun.wire.Outcome;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The last question and the only one that proves anything: a container is created, started and
 * deleted, by the very program, with the options that were given.
 */
final class TrialQuestions implements Questions {
  private static final long PATIENCE_MS = 60_000;

  @Override
  public String title() {
    return "a container";
  }

  @Override
  public List<Finding> ask(Examination host) {
    String directory =
        host.caller().variable("TMPDIR").filter(each -> each.startsWith("/")).orElse("/tmp")
            + "/"
            + host.ownName();
    String program = host.frontProgram().orElse("");
    String config = TrialContainer.config(host, program);
    Outcome made =
        host.makeDirectory(
            directory, List.of("rootfs"), List.of(new Examination.TextFile("config.json", config)));
    try {
      return List.of(
          made.succeeded()
              ? run(host, program, directory)
              : Finding.broken(
                  "bundle",
                  directory + ": " + Examination.failure(made),
                  "TMPDIR names a directory that can be written, or make /tmp one"));
    } finally {
      host.removeDirectory(directory);
    }
  }

  private static Finding run(Examination host, String program, String directory) {
    String id = host.ownName();
    Examination.Ran ran = jrun(host, program, "create", "--bundle", directory, id);
    String done = "create";
    if (ran.code() == 0) {
      ran = jrun(host, program, "start", id);
      done = "start";
    }
    Examination.Ran deleted = jrun(host, program, "delete", "--force", id);
    if (ran.code() == 0) {
      ran = deleted;
      done = "delete";
    }
    return ran.code() == 0
        ? Finding.ok("trial", "created, started and deleted")
        : Finding.broken(
            "trial",
            message(ran).startsWith("jrun ") ? message(ran) : done + ": " + message(ran),
            "do what this line ends with, or what is said above of whatever is broken or limited");
  }

  private static Examination.Ran jrun(Examination host, String program, String... words) {
    List<String> argv = new ArrayList<>(List.of("jrun"));
    argv.addAll(host.patient().globalWords());
    // Whatever log the caller has: what goes wrong is for this report.
    argv.addAll(List.of("--log=", "--log-format=json"));
    argv.addAll(List.of(words));
    return host.run(program, argv, PATIENCE_MS);
  }

  /** What the last record says; what is no record is said by the front itself. */
  private static String message(Examination.Ran ran) {
    String line = ran.err().substring(ran.err().lastIndexOf('\n') + 1);
    try (JsonParser json = new JsonFactory().createParser(line)) {
      while (json.nextToken() != null) {
        if ("msg".equals(json.currentName()) && json.nextToken().isScalarValue()) {
          return json.getText();
        }
      }
    } catch (IOException e) {
      return line;
    }
    return line.isEmpty() ? "exit code " + ran.code() : line;
  }
}
