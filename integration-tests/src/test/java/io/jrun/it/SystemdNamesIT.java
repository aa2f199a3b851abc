// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is refused of {@code --systemd-cgroup} before systemd is asked for anything. */
@ExtendWith(ResidueExtension.class)
class SystemdNamesIT {
  @ParameterizedTest
  @CsvSource({
    "/system.slice/x, slice:prefix:name",
    "a:b, slice:prefix:name",
    "a:b:c:d, slice:prefix:name",
    "nothing:b:c, invalid slice name",
    "a--b.slice:b:c, invalid slice name",
    "a/b.slice:b:c, invalid unit name",
    "system.slice:b:, must not be empty",
    "system.slice:b:c d, invalid unit name"
  })
  void aPathThatIsNoUnitIsRefused(String path, String why, Workbench bench) {
    String id = Workbench.id();
    create(bench, bench.bundle().set("/linux/cgroupsPath", path), id)
        .failsNaming("/linux/cgroupsPath", why);
    bench.assertNothingOf(id);
  }

  @ParameterizedTest
  @CsvSource({
    "TimeoutStopUSec, nonsense, is no value",
    "TimeoutStopSec, 'true', a time in seconds",
    "PIDs, '[uint32 1]', not for an annotation to say"
  })
  void anAnnotationThatIsNoPropertyIsRefused(
      String name, String value, String why, Workbench bench) {
    String id = Workbench.id();
    Bundle bundle = bench.bundle().set("/annotations/org.systemd.property." + name, value);
    create(bench, bundle, id).failsNaming(why);
    bench.assertNothingOf(id);
  }

  private static Outcome create(Workbench bench, Bundle bundle, String id) {
    bundle.write();
    return bench
        .command("--systemd-cgroup", "create", "--bundle", bundle.directory().toString(), id)
        .run();
  }
}
