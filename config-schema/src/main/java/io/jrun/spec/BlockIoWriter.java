// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

import java.io.IOException;
import java.util.List;

/** Writes {@code linux.resources.blockIO} of config-linux.md, "Block IO". */
final class BlockIoWriter {
  private BlockIoWriter() {}

  static void blockIo(FieldWriter f, LinuxBlockIo blockIo) throws IOException {
    if (!f.startObject("blockIO", blockIo)) {
      return;
    }
    f.number("weight", blockIo.weight());
    f.number("leafWeight", blockIo.leafWeight());
    weights(f, blockIo.weightDevice());
    throttles(f, "throttleReadBpsDevice", blockIo.throttleReadBpsDevice());
    throttles(f, "throttleWriteBpsDevice", blockIo.throttleWriteBpsDevice());
    throttles(f, "throttleReadIOPSDevice", blockIo.throttleReadIOPSDevice());
    throttles(f, "throttleWriteIOPSDevice", blockIo.throttleWriteIOPSDevice());
    f.endObject();
  }

  private static void weights(FieldWriter f, List<LinuxWeightDevice> weights) throws IOException {
    if (!f.startArray("weightDevice", weights)) {
      return;
    }
    for (LinuxWeightDevice device : weights) {
      f.startElement();
      f.number("major", device.major());
      f.number("minor", device.minor());
      f.number("weight", device.weight());
      f.number("leafWeight", device.leafWeight());
      f.endObject();
    }
    f.endArray();
  }

  private static void throttles(FieldWriter f, String key, List<LinuxThrottleDevice> throttles)
      throws IOException {
    if (!f.startArray(key, throttles)) {
      return;
    }
    for (LinuxThrottleDevice device : throttles) {
      f.startElement();
      f.number("major", device.major());
      f.number("minor", device.minor());
      f.unsigned("rate", device.rate());
      f.endObject();
    }
    f.endArray();
  }
}
