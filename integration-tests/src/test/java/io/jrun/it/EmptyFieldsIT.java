// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Fields that are there and ask for nothing. */
@ExtendWith(ResidueExtension.class)
class EmptyFieldsIT {

  // Docker always sends resources with zero values: zero means that nothing was asked for.
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "/linux/resources/blockIO        | {\"weight\":0}",
        "/linux/resources/cpu            | {\"shares\":0}",
        "/linux/resources/memory         | {}",
        "/linux/resources/pids           | {}",
        "/linux/resources/hugepageLimits | []",
        "/linux/resources/unified        | {}",
        "/linux/sysctl                   | {}",
        "/linux/netDevices               | {}",
        "/linux/uidMappings              | []",
        "/process/apparmorProfile        | \"\"",
        "/process/selinuxLabel           | \"\"",
        "/linux/mountLabel               | \"\"",
      })
  void aFieldThatAsksForNothingIsNoReasonToRefuse(String pointer, String value, Workbench bench)
      throws IOException {
    bench.run(bench.bundle().set(pointer, new ObjectMapper().readTree(value))).succeedsSilently();
  }
}
