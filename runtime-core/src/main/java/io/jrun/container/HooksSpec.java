// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import io.jrun.spec.Hooks;
import java.util.List;

/** The six kinds of hooks, in the order of the lifecycle. Source: config.md, runtime.md. */
public record HooksSpec(
    List<HookSpec> prestart,
    List<HookSpec> createRuntime,
    List<HookSpec> createContainer,
    List<HookSpec> startContainer,
    List<HookSpec> poststart,
    List<HookSpec> poststop) {
  /** Their names in the document. */
  public static final List<String> KINDS =
      List.of(
          "prestart",
          "createRuntime",
          "createContainer",
          "startContainer",
          "poststart",
          "poststop");

  static HooksSpec parse(Hooks hooks, Problems problems) {
    Hooks all = hooks == null ? new Hooks(null, null, null, null, null, null) : hooks;
    return new HooksSpec(
        HookSpec.parse(all.prestart(), "prestart", problems),
        HookSpec.parse(all.createRuntime(), "createRuntime", problems),
        HookSpec.parse(all.createContainer(), "createContainer", problems),
        HookSpec.parse(all.startContainer(), "startContainer", problems),
        HookSpec.parse(all.poststart(), "poststart", problems),
        HookSpec.parse(all.poststop(), "poststop", problems));
  }
}
