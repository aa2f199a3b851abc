// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** linux.resources: what is refused, by field and in words, and how units are converted. */
class ResourcesTest {
  private static final String NOT_IN_V2 = "cgroup v2 has no such limit: remove the field";

  private static java.util.List<String> problems(String resources) {
    return Configs.problems("{'linux':{'resources':" + resources + "}}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'memory':{'limit':-2}} | memory/limit | must be a number of bytes, or -1 for no limit",
        "{'memory':{'reservation':-9}} | memory/reservation | must be a number of bytes, or -1 for no limit",
        "{'memory':{'swap':1}} | memory/swap | unable to set swap limit without memory limit",
        "{'memory':{'limit':9,'swap':8}} | memory/swap | memory+swap limit should be >= memory limit",
        "{'pids':{'limit':-2}} | pids/limit | must be a number of processes, or -1 for any",
        "{'cpu':{'idle':2}} | cpu/idle | must be 0 or 1",
        "{'cpu':{'idle':-1}} | cpu/idle | must be 0 or 1",
        "{'cpu':{'cpus':'0-x'}} | cpu/cpus | \"0-x\" is not a list of numbers like \"0-3,7\"",
        "{'cpu':{'mems':'all'}} | cpu/mems | \"all\" is not a list of numbers like \"0-3,7\"",
        "{'blockIO':{'weight':9}} | blockIO/weight | must be between 10 and 1000",
        "{'blockIO':{'weight':1001}} | blockIO/weight | must be between 10 and 1000",
        "{'blockIO':{'weightDevice':[{'major':8,'minor':0,'weight':1}]}} | blockIO/weightDevice/0/weight | must be between 10 and 1000",
        "{'blockIO':{'throttleReadBpsDevice':[{'major':-1,'minor':0,'rate':1}]}} | blockIO/throttleReadBpsDevice/0 | major and minor must be the numbers of a device",
        "{'hugepageLimits':[{'pageSize':'../../x','limit':0}]} | hugepageLimits/0/pageSize | \"../../x\" is not a size of pages like \"64KB\", \"2MB\" or \"1GB\"",
        "{'hugepageLimits':[{'pageSize':'02MB','limit':0}]} | hugepageLimits/0/pageSize | \"02MB\" is not a size of pages like \"64KB\", \"2MB\" or \"1GB\"",
        "{'hugepageLimits':[{'pageSize':'MB','limit':0}]} | hugepageLimits/0/pageSize | \"MB\" is not a size of pages like \"64KB\", \"2MB\" or \"1GB\"",
        "{'rdma':{'m':{}}} | rdma/m | must have at least one of hcaHandles, hcaObjects",
        "{'rdma':{'a b':{'hcaHandles':1}}} | rdma/a b | is not the name of a device",
        "{'unified':{'a/b':'1'}} | unified/a~1b | unified resource \"a/b\" must be a file name (no slashes)",
        "{'unified':{'..':'1'}} | unified/.. | unified resource \"..\" must be a file name (no slashes)",
        "{'unified':{'':'1'}} | unified/ | unified resource \"\" must be a file name (no slashes)",
        "{'unified':{'cgroup.procs':'1'}} | unified/cgroup.procs | cgroup.procs acts on processes and is no resource",
        "{'unified':{'cgroup.freeze':'1'}} | unified/cgroup.freeze | cgroup.freeze acts on processes and is no resource",
      })
  void whatIsNoLimitIsRefused(String resources, String field, String message) {
    assertEquals(
        java.util.List.of("/linux/resources/" + field + ": " + message), problems(resources));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'memory':{'kernel':1}} | memory/kernel",
        "{'memory':{'kernelTCP':1}} | memory/kernelTCP",
        "{'memory':{'swappiness':1}} | memory/swappiness",
        "{'memory':{'disableOOMKiller':true}} | memory/disableOOMKiller",
        "{'cpu':{'realtimeRuntime':1}} | cpu/realtimeRuntime",
        "{'cpu':{'realtimePeriod':1}} | cpu/realtimePeriod",
        "{'blockIO':{'leafWeight':10}} | blockIO/leafWeight",
        "{'blockIO':{'weightDevice':[{'major':8,'minor':0,'leafWeight':10}]}} | blockIO/weightDevice/0/leafWeight",
        "{'network':{'classID':1}} | network/classID",
        "{'network':{'priorities':[{'name':'eth0','priority':1}]}} | network/priorities",
      })
  void whatOnlyTheOldCgroupsHaveIsRefused(String resources, String field) {
    assertEquals(
        java.util.List.of("/linux/resources/" + field + ": " + NOT_IN_V2), problems(resources));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'memory':{'kernel':-1,'kernelTCP':0,'useHierarchy':true,'swappiness':0}}",
        "{'memory':{'limit':-1,'swap':-1,'reservation':-1}}",
        "{'memory':{'limit':-1,'swap':5}}",
        "{'memory':{'limit':5,'swap':5}}",
        "{'cpu':{'realtimeRuntime':0,'realtimePeriod':0,'quota':-1}}",
        "{'network':{'classID':0,'priorities':[]}}",
        "{'blockIO':{'weight':0,'leafWeight':0,'weightDevice':[]}}"
      })
  void noLimitAndNothingAskedForAreTaken(String resources) {
    assertEquals(java.util.List.of(), problems(resources));
  }

  /** Before it was told to be one Podman wrote it for what nobody had asked for. */
  @ParameterizedTest
  @CsvSource({"1.0.2, false, 0", "1.2.0, false, 0", "1.3.0, true, 1", "1.4.0-dev, true, 1"})
  void noProcessIsALimitSinceTheSpecificationSaysSo(String version, boolean isOne, long limit) {
    Resources resources =
        Configs.parse("{'ociVersion':'" + version + "','linux':{'resources':{'pids':{'limit':0}}}}")
            .cgroup()
            .resources()
            .orElseThrow();
    assertEquals(isOne, resources.pids().isPresent());
    assertEquals(limit, resources.pids().orElse(0));
  }

  @Test
  void allProblemsAreToldAtOnce() {
    assertEquals(
        4,
        problems("{'memory':{'limit':-2,'kernel':5},'cpu':{'idle':7},'unified':{'a/b':''}}")
            .size());
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1, 1",
    "2, 1",
    "3, 2",
    "10, 4",
    "100, 17",
    "512, 59",
    "1023, 100",
    "1024, 100",
    "1025, 101",
    "2048, 174",
    "100000, 4340",
    "262143, 10000",
    "262144, 10000",
    "500000, 10000",
    "-1, 10000"
  })
  void sharesBecomeWeights(long shares, int weight) {
    CpuLimits cpu =
        new CpuLimits(
            shares, 0, 0, java.util.OptionalLong.empty(), java.util.OptionalLong.empty(), "", "");
    assertEquals(weight, cpu.weight());
  }

  @Test
  void moreSharesAreNeverLessWeight() {
    int before = 1;
    for (long shares = 2; shares <= 262_144; shares++) {
      CpuLimits cpu =
          new CpuLimits(
              shares, 0, 0, java.util.OptionalLong.empty(), java.util.OptionalLong.empty(), "", "");
      assertTrue(cpu.weight() >= before && cpu.weight() <= 10_000, "at " + shares);
      before = cpu.weight();
    }
  }

  @ParameterizedTest
  @CsvSource({"10, 1", "11, 11", "500, 4950", "999, 9989", "1000, 10000"})
  void weightsOfDevicesAreStretched(int weight, int converted) {
    assertEquals(converted, BlockIoLimits.ioWeight(weight));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, ''",
    "100, 0, ''",
    "-1, 0, max",
    "100, -1, max",
    "0, -1, max",
    "-1, -1, max",
    "100, 100, 0",
    "100, 150, 50",
    "-1, 150, 150"
  })
  void swapIsCountedWithoutMemory(long limit, long swap, String alone) {
    assertEquals(alone, new MemoryLimits(limit, 0, swap, false).swapAlone());
  }
}
