// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which network devices may be asked for, and by which names. */
class NetDeviceTest {
  private static String with(String devices) {
    return "{'linux':{'namespaces':[{'type':'mount'},{'type':'network'}],'netDevices':"
        + devices
        + "}}";
  }

  @Test
  void aDeviceKeepsItsNameUnlessItIsGivenAnother() {
    List<NetDevice> devices =
        Configs.parse(with("{'eth0':{},'eth1':{'name':''},'eth2':{'name':'a%d'}}"))
            .names()
            .netDevices();
    assertEquals(List.of("eth0", "eth1", "a%d"), devices.stream().map(NetDevice::name).toList());
    assertEquals(List.of("eth0", "eth1", "eth2"), devices.stream().map(NetDevice::device).toList());
    assertTrue(devices.get(2).isTemplate());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ".",
        "..",
        "a/b",
        "a:b",
        "a b",
        "sixteen-letters-",
        "a%",
        "a%s",
        "%d%d",
        "\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9"
      })
  void aNameTheKernelWouldRefuseIsRefused(String name) {
    assertEquals(
        List.of("/linux/netDevices/eth0/name: invalid network device name \"" + name + "\""),
        Configs.problems(with("{'eth0':{'name':'" + name + "'}}")));
    assertEquals(
        List.of(
            "/linux/netDevices/"
                + name.replace("/", "~1")
                + ": invalid network device name \""
                + name
                + "\""),
        Configs.problems(with("{'" + name + "':{'name':'fine'}}")));
  }

  @Test
  void twoDevicesHaveTwoNames() {
    assertEquals(
        List.of("/linux/netDevices/b: \"x\" is what a is to be called in the container already"),
        Configs.problems(with("{'a':{'name':'x'},'b':{'name':'x'}}")));
    assertEquals(List.of(), Configs.problems(with("{'a':{'name':'x%d'},'b':{'name':'x%d'}}")));
  }

  @Test
  void theyTakeANetworkNamespace() {
    assertEquals(
        List.of(
            "/linux/netDevices: unable to move network devices without a NET namespace: add"
                + " {\"type\": \"network\"}"),
        Configs.problems("{'linux':{'netDevices':{'eth0':{}}}}"));
    assertEquals(List.of(), Configs.problems("{'linux':{'netDevices':{}}}"));
  }
}
