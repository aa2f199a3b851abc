// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import io.jrun.spec.Hook;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One hook. Source: config.md "POSIX-platform Hooks".
 *
 * @param args argv, the first being what the program is called
 * @param env its whole environment; empty if the document does not say
 * @param timeoutMs 0 for none
 */
public record HookSpec(
    String path, List<String> args, Optional<List<String>> env, long timeoutMs, String pointer) {
  static List<HookSpec> parse(List<Hook> declared, String kind, Problems problems) {
    List<HookSpec> out = new ArrayList<>();
    for (int i = 0; declared != null && i < declared.size(); i++) {
      Hook hook = declared.get(i);
      String pointer = "/hooks/" + kind + "/" + i;
      String path = hook.path() == null ? "" : hook.path();
      problems.require(path.startsWith("/"), pointer + "/path", "must be an absolute path");
      problems.require(
          hook.timeout() == null || hook.timeout() > 0,
          pointer + "/timeout",
          "must be greater than 0");
      List<String> args =
          hook.args() == null || hook.args().isEmpty() ? List.of(path) : hook.args();
      out.add(
          new HookSpec(
              path,
              List.copyOf(args),
              hook.env() == null ? Optional.empty() : Optional.of(List.copyOf(hook.env())),
              hook.timeout() == null ? 0 : hook.timeout() * 1000L,
              pointer));
    }
    return out;
  }
}
