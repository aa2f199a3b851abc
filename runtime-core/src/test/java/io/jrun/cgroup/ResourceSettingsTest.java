// SPDX-License-Identifier: Apache-2.0
package io.jrun.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jrun.container.Configs;
import io.jrun.container.Resources;
import io.jrun.host.Controllers;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Limits as writes to files of a cgroup: which file, which value, in which order. */
class ResourceSettingsTest {
  private static Resources parse(String resources) {
    return Configs.parse("{'linux':{'resources':" + resources + "}}")
        .cgroup()
        .resources()
        .orElseThrow();
  }

  private static String show(List<Setting> settings) {
    return settings.stream()
        .map(each -> each.file() + "=" + each.value() + mark(each))
        .collect(Collectors.joining("; "));
  }

  private static String mark(Setting setting) {
    return switch (setting.manner()) {
      case MUST ->
          setting.instead().map(other -> " or " + other.file() + "=" + other.value()).orElse("");
      case IF_THERE -> " if there";
      case ATTEMPT -> " perhaps";
    };
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'memory':{}} | ''",
        "{'memory':{'limit':0,'swap':0,'reservation':0}} | ''",
        "{'memory':{'limit':4096}} | memory.max=4096",
        "{'memory':{'limit':-1}} | memory.swap.max=max if there; memory.max=max if there",
        "{'memory':{'limit':10,'swap':10}} | memory.swap.max=0 if there; memory.max=10",
        "{'memory':{'limit':10,'swap':15}} | memory.swap.max=5; memory.max=10",
        "{'memory':{'limit':10,'swap':-1}} | memory.swap.max=max if there; memory.max=10",
        "{'memory':{'limit':-1,'swap':15}} | memory.swap.max=15; memory.max=max if there",
        "{'memory':{'reservation':7}} | memory.low=7",
        "{'memory':{'reservation':-1}} | memory.low=max",
        "{'pids':{}} | ''",
        "{'pids':{'limit':5}} | pids.max=5",
        "{'pids':{'limit':-1}} | pids.max=max if there",
        "{'pids':{'limit':0}} | pids.max=1",
        "{'cpu':{'shares':1024}} | cpu.weight=100",
        "{'cpu':{'quota':5000}} | cpu.max=5000 100000",
        "{'cpu':{'quota':-1}} | cpu.max=max 100000 if there",
        "{'cpu':{'period':50000}} | cpu.max=max 50000 if there",
        "{'cpu':{'quota':5000,'period':50000,'burst':2000}} | cpu.max=5000 50000; cpu.max.burst=2000",
        "{'cpu':{'burst':0}} | ''",
        "{'cpu':{'idle':0}} | ''",
        "{'cpu':{'idle':1}} | cpu.idle=1",
        "{'cpu':{'idle':1,'shares':512}} | cpu.idle=1",
        "{'cpu':{'cpus':'0-1, 3','mems':'0'}} | cpuset.cpus=0-1, 3; cpuset.mems=0",
        "{'cpu':{'cpus':'','mems':' '}} | ''",
        "{'blockIO':{'weight':1000}} | io.bfq.weight=1000 or io.weight=10000",
        "{'blockIO':{'weightDevice':[{'major':8,'minor':16,'weight':10}]}} | io.bfq.weight=8:16 10 or io.weight=8:16 1",
        "{'blockIO':{'throttleReadBpsDevice':[{'major':8,'minor':0,'rate':9}]}} | io.max=8:0 rbps=9",
        "{'blockIO':{'throttleWriteBpsDevice':[{'major':8,'minor':0,'rate':9}]}} | io.max=8:0 wbps=9",
        "{'blockIO':{'throttleReadIOPSDevice':[{'major':8,'minor':0,'rate':9}]}} | io.max=8:0 riops=9",
        "{'blockIO':{'throttleWriteIOPSDevice':[{'major':8,'minor':0,'rate':0}]}} | io.max=8:0 wiops=max if there",
        "{'hugepageLimits':[{'pageSize':'2MB','limit':0}]} | hugetlb.2MB.max=0; hugetlb.2MB.rsvd.max=0 if there",
        "{'hugepageLimits':[{'pageSize':'64KB','limit':18446744073709551615}]} | hugetlb.64KB.max=18446744073709551615; hugetlb.64KB.rsvd.max=18446744073709551615 if there",
        "{'rdma':{'mlx5_1':{'hcaHandles':3,'hcaObjects':0}}} | rdma.max=mlx5_1 hca_handle=3 hca_object=0",
        "{'rdma':{'mlx5_1':{'hcaObjects':4}}} | rdma.max=mlx5_1 hca_object=4",
        "{'unified':{'memory.high':'1','new.thing':'x y'}} | memory.high=1; new.thing=x y",
        "{'unified':{'io.max':'8:0 rbps=1\\n8:16 wbps=2\\n'}} | io.max=8:0 rbps=1; io.max=8:16 wbps=2",
      })
  void ofANewCgroup(String resources, String expected) {
    assertEquals(expected, show(ResourceSettings.of(parse(resources))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'cpu':{'quota':5000}} | max 100000 | cpu.max=5000",
        "{'cpu':{'quota':-1}} | 5000 100000 | cpu.max=max if there",
        "{'cpu':{'period':50000}} | 7000 100000 | cpu.max=7000 50000",
        "{'cpu':{'period':50000}} | '' | cpu.max=max 50000 if there",
        "{'cpu':{'quota':9,'period':50000,'burst':3}} | max 1 | cpu.max.burst=3 perhaps; cpu.max=9 50000; cpu.max.burst=3",
        "{'cpu':{'burst':0}} | max 1 | cpu.max.burst=0",
        "{'cpu':{'idle':0}} | max 1 | cpu.idle=0",
        "{'cpu':{'shares':1024}} | max 1 | cpu.idle=0 if there; cpu.weight=100",
        "{'cpu':{'shares':1024,'idle':0}} | max 1 | cpu.idle=0; cpu.weight=100",
        "{'memory':{'limit':0}} | '' | ''",
      })
  void ofAChange(String resources, String cpuMax, String expected) {
    assertEquals(expected, show(ResourceSettings.changing(parse(resources), cpuMax)));
  }

  @Test
  void everySettingNamesItsField() {
    List<Setting> all =
        ResourceSettings.of(
            parse(
                "{'memory':{'limit':9,'swap':9},'cpu':{'shares':9,'period':9},'pids':{'limit':1},"
                    + "'hugepageLimits':[{'pageSize':'2MB','limit':0}],'unified':{'a~b':'1'}}"));
    assertEquals(
        List.of(
            "/linux/resources/pids/limit",
            "/linux/resources/memory/swap",
            "/linux/resources/memory/limit",
            "/linux/resources/cpu/shares",
            "/linux/resources/cpu/period",
            "/linux/resources/hugepageLimits/0",
            "/linux/resources/hugepageLimits/0",
            "/linux/resources/unified/a~0b"),
        all.stream().map(Setting::pointer).toList());
  }

  @Test
  void whatEveryCgroupHasNeedsNoController() {
    List<Setting> all =
        ResourceSettings.of(
            parse(
                "{'unified':{'cgroup.max.depth':'1','cpu.pressure':'1','cpu.weight':'1','odd':'1',"
                    + "'cpuset.cpus.partition':'root'}}"));
    assertEquals(
        List.of("", "", "cpu", "", "cpuset"), all.stream().map(Setting::controller).toList());
    assertTrue(Controllers.needed(all).equals(java.util.Set.of("cpu", "cpuset")));
  }
}
