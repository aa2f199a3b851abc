// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Container ids: checked by every command, before any file is touched. */
@ExtendWith(ResidueExtension.class)
class IdIT {

  static Stream<Arguments> badIdOfEachCommand() {
    List<Arguments> cases = new ArrayList<>();
    for (String command : List.of("create", "run", "start", "state", "kill", "delete", "ps")) {
      cases.add(Arguments.of(command, "../x"));
    }
    cases.add(Arguments.of("delete --force", "../x"));
    for (String id :
        List.of(
            ".",
            "..",
            "a/b",
            "/abs",
            "a b",
            "a\nb",
            "é",
            "a:b",
            "a*",
            ".lock",
            ".empty-directory",
            "a\\b",
            "a,b",
            "~")) {
      cases.add(Arguments.of("create", id));
    }
    cases.add(Arguments.of("state", "."));
    cases.add(Arguments.of("delete --force", ".."));
    return cases.stream();
  }

  @ParameterizedTest
  @MethodSource("badIdOfEachCommand")
  void aBadIdIsRefused(String command, String id, Workbench bench) throws Exception {
    List<String> args = new ArrayList<>(List.of(command.split(" ")));
    String prefix = "";
    if (args.get(0).equals("create") || args.get(0).equals("run")) {
      Bundle bundle = bench.bundle().write();
      args.addAll(List.of("--bundle", bundle.directory().toString()));
      prefix = Jrun.name() + " " + args.get(0) + " failed: ";
    }
    args.add(id);
    bench.jrun(args.toArray(String[]::new)).failsBeginning(prefix + "invalid container ID format");
    assertFalse(Files.exists(bench.directory().resolve("x")));
  }

  @Test
  void anEmptyIdIsRefused(Workbench bench) {
    bench
        .create(bench.bundle(), "")
        .failsWith(Jrun.name() + " create failed: container id cannot be empty");
    bench.jrun("state", "").failsWith("container id cannot be empty");
    bench.deleteByForce("").failsWith("container id cannot be empty");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "0", "_", "A+b_c-d.e", "a..b", "x-"})
  void aGoodIdIsTaken(String id, Workbench bench) {
    bench.create(bench.bundle(), id).succeedsSilently();
    assertEquals(id, bench.state(id).get("id").asText());
    bench.delete(id).succeedsSilently();
  }

  @Test
  void anIdThatLooksLikeAnOptionIsTakenAfterTwoDashes(Workbench bench) {
    Bundle bundle = bench.bundle().write();
    bench
        .jrun("create", "--bundle", bundle.directory().toString(), "--", "--help")
        .succeedsSilently();
    bench.jrun("delete", "--force", "--", "--help").succeedsSilently();
    bench.jrun("state", "--", "--help").failsWith("container does not exist");
  }

  @Test
  void aLongIdIsTakenAndATooLongOneRefused(Workbench bench) {
    String longest = "l".repeat(240);
    bench.create(bench.bundle(), longest).succeedsSilently();
    bench.delete(longest).succeedsSilently();
    for (int length : new int[] {241, 256, 4096}) {
      Outcome outcome =
          bench
              .create(bench.bundle(), "l".repeat(length))
              .failsNaming(Jrun.name() + " create failed: ");
      assertTrue(
          outcome.message().contains("ID") || outcome.message().contains("too long"),
          outcome::toString);
    }
  }
}
