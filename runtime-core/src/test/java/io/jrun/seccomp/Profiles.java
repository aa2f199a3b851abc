// SPDX-License-Identifier: Apache-2.0
package io.jrun.seccomp;

import io.jrun.bundle.Bundle;
import io.jrun.container.SeccompSpec;
import java.nio.charset.StandardCharsets;

/** Profiles as documents have them, with single quotes. */
final class Profiles {
  private Profiles() {}

  static SeccompSpec parse(String seccomp) {
    String config =
        "{'ociVersion':'1.3.0','process':{'args':['a'],'cwd':'/'},'root':{'path':'r'},"
            + "'linux':{'namespaces':[{'type':'mount'}],'seccomp':"
            + seccomp
            + "}}";
    return Bundle.parse(config.replace('\'', '"').getBytes(StandardCharsets.UTF_8), "/bundle")
        .restrictions()
        .seccomp()
        .orElseThrow();
  }

  static SeccompMachine machine(String seccomp) {
    return new SeccompMachine(FilterCompiler.compile(parse(seccomp)));
  }
}
