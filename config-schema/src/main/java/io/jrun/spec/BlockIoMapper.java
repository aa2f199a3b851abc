// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Maps {@code linux.resources.blockIO} of config-linux.md, "Block IO". */
final class BlockIoMapper {
  private BlockIoMapper() {}

  static LinuxBlockIo blockIo(Fields f) {
    if (f == null) {
      return null;
    }
    LinuxBlockIo blockIo =
        new LinuxBlockIo(
            f.uint16("weight"),
            f.uint16("leafWeight"),
            weights(f.objects("weightDevice")),
            throttles(f.objects("throttleReadBpsDevice")),
            throttles(f.objects("throttleWriteBpsDevice")),
            throttles(f.objects("throttleReadIOPSDevice")),
            throttles(f.objects("throttleWriteIOPSDevice")));
    f.end();
    return blockIo;
  }

  private static List<LinuxWeightDevice> weights(List<Fields> elements) {
    if (elements == null) {
      return null;
    }
    List<LinuxWeightDevice> weights = new ArrayList<>(elements.size());
    for (Fields f : elements) {
      f.require("major", "minor");
      weights.add(
          new LinuxWeightDevice(
              f.requiredNumber("major", Range.INT64),
              f.requiredNumber("minor", Range.INT64),
              f.uint16("weight"),
              f.uint16("leafWeight")));
      f.end();
    }
    return Collections.unmodifiableList(weights);
  }

  private static List<LinuxThrottleDevice> throttles(List<Fields> elements) {
    if (elements == null) {
      return null;
    }
    List<LinuxThrottleDevice> throttles = new ArrayList<>(elements.size());
    for (Fields f : elements) {
      f.require("major", "minor", "rate");
      throttles.add(
          new LinuxThrottleDevice(
              f.requiredNumber("major", Range.INT64),
              f.requiredNumber("minor", Range.INT64),
              f.requiredNumber("rate", Range.UINT64)));
      f.end();
    }
    return Collections.unmodifiableList(throttles);
  }
}
