// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Classes of service. No machine these tests run on has resctrl: what is proved here is that this
 * is said before anything is done; what is written where there is one, the golden plans
 * "intel-rdt..." show.
 */
@ExtendWith(ResidueExtension.class)
class IntelRdtIT {

  @Test
  void withoutResctrlTheFieldAndTheRemedyAreNamed(Workbench bench) {
    List<Map<String, Object>> all =
        List.of(
            Map.of(),
            Map.of("closID", "/"),
            Map.of("closID", "gold", "schemata", List.of("L3:0=f")),
            Map.of("enableMonitoring", true));
    for (Map<String, Object> each : all) {
      String id = Workbench.id();
      bench
          .create(bench.bundle().set("/linux/intelRdt", each), id)
          .failsNaming(
              "/linux/intelRdt: intelRdt is specified in config, but Intel RDT is not enabled",
              "mount -t resctrl resctrl /sys/fs/resctrl");
      bench.assertNothingOf(id);
    }
  }

  @Test
  void whatNoClassCanBeIsAProblemOfTheDocument(Workbench bench) {
    String id = Workbench.id();
    Bundle bundle =
        bench
            .bundle()
            .set(
                "/linux/intelRdt",
                Map.of("closID", "../a", "memBwSchema", "L3:0=f", "schemata", List.of("")));
    bench
        .create(bundle, id)
        .failsNaming(
            "/linux/intelRdt/closID", "/linux/intelRdt/memBwSchema", "/linux/intelRdt/schemata/0");
    bench.assertNothingOf(id);
  }
}
