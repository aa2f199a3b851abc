// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import io.jrun.spec.LinuxBlockIo;
import io.jrun.spec.LinuxThrottleDevice;
import io.jrun.spec.LinuxWeightDevice;
import java.util.ArrayList;
import java.util.List;

/**
 * Shares of block devices. Source: config-linux.md "Block IO".
 *
 * @param weight 10 to 1000; 0: not asked for
 */
public record BlockIoLimits(int weight, List<DeviceWeight> weights, List<Throttle> throttles) {
  static final BlockIoLimits NONE = new BlockIoLimits(0, List.of(), List.of());

  /** The weight of one device, 10 to 1000. */
  public record DeviceWeight(long major, long minor, int weight, String pointer) {}

  /**
   * A limit of one device.
   *
   * @param key what the kernel calls it in io.max: rbps, wbps, riops, wiops
   * @param rate bytes or operations a second, unsigned; 0: any
   */
  public record Throttle(long major, long minor, String key, long rate, String pointer) {}

  static BlockIoLimits parse(LinuxBlockIo declared, String pointer, Problems problems) {
    if (declared == null) {
      return NONE;
    }
    problems.require(
        CgroupV1.isZero(declared.leafWeight()), pointer + "/leafWeight", CgroupV1.NOT_IN_V2);
    int weight = weight(declared.weight(), pointer + "/weight", problems);
    List<DeviceWeight> weights = weights(declared.weightDevice(), pointer, problems);
    List<Throttle> throttles = new ArrayList<>();
    add(throttles, declared.throttleReadBpsDevice(), "rbps", pointer + "/throttleReadBpsDevice/");
    add(throttles, declared.throttleWriteBpsDevice(), "wbps", pointer + "/throttleWriteBpsDevice/");
    add(
        throttles,
        declared.throttleReadIOPSDevice(),
        "riops",
        pointer + "/throttleReadIOPSDevice/");
    add(
        throttles,
        declared.throttleWriteIOPSDevice(),
        "wiops",
        pointer + "/throttleWriteIOPSDevice/");
    for (Throttle each : throttles) {
      requireDevice(each.major(), each.minor(), each.pointer(), problems);
    }
    return new BlockIoLimits(weight, weights, List.copyOf(throttles));
  }

  private static List<DeviceWeight> weights(
      List<LinuxWeightDevice> declared, String pointer, Problems problems) {
    List<DeviceWeight> out = new ArrayList<>();
    for (int i = 0; declared != null && i < declared.size(); i++) {
      LinuxWeightDevice each = declared.get(i);
      String at = pointer + "/weightDevice/" + i;
      problems.require(CgroupV1.isZero(each.leafWeight()), at + "/leafWeight", CgroupV1.NOT_IN_V2);
      requireDevice(each.major(), each.minor(), at, problems);
      int weight = weight(each.weight(), at + "/weight", problems);
      if (weight != 0) {
        out.add(new DeviceWeight(each.major(), each.minor(), weight, at));
      }
    }
    return List.copyOf(out);
  }

  private static int weight(Integer declared, String pointer, Problems problems) {
    int weight = declared == null ? 0 : declared;
    problems.require(
        weight == 0 || weight >= 10 && weight <= 1000, pointer, "must be between 10 and 1000");
    return weight;
  }

  private static void add(
      List<Throttle> to, List<LinuxThrottleDevice> declared, String key, String pointer) {
    for (int i = 0; declared != null && i < declared.size(); i++) {
      LinuxThrottleDevice each = declared.get(i);
      to.add(new Throttle(each.major(), each.minor(), key, each.rate(), pointer + i));
    }
  }

  private static void requireDevice(long major, long minor, String pointer, Problems problems) {
    problems.require(
        major >= 0 && minor >= 0, pointer, "major and minor must be the numbers of a device");
  }

  /** A weight of 10 to 1000, as io.weight counts, 1 to 10000. Source: cgroup-v2.rst, "IO". */
  public static int ioWeight(int weight) {
    return 1 + (weight - 10) * 9999 / 990;
  }
}
