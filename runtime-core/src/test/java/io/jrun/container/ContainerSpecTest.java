// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.jrun.linux.Linux;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What makes a config unfit, each with the field and the words; and what is made of a fit one. */
class ContainerSpecTest {
  private static final String LATER = ": not supported by this version of jrun: remove the field";

  static Stream<Arguments> refused() {
    return Stream.of(
        arguments("{'ociVersion':null}", "/ociVersion: needed: for example \"1.3.0\""),
        arguments("{'ociVersion':''}", "/ociVersion: needed: for example \"1.3.0\""),
        arguments(
            "{'ociVersion':'9.9.9'}",
            "/ociVersion: \"9.9.9\" is not a version 1.y.z of the runtime spec"),
        arguments("{'root':null}", "/root: root must be specified"),
        arguments("{'root':{'path':''}}", "/root/path: must not be empty"),
        arguments(
            "{'root':{'path':'/'}}", "/root/path: the host's own root cannot be a container's"),
        arguments(
            "{'root':{'path':'..'}}", "/root/path: the host's own root cannot be a container's"),
        arguments("{'process':null}", "/process: process property must not be empty"),
        arguments("{'process':{'args':null}}", "/process/args: args must not be empty"),
        arguments("{'process':{'args':[]}}", "/process/args: args must not be empty"),
        arguments(
            "{'process':{'args':['']}}",
            "/process/args/0: exec: \"\": executable file not found in $PATH"),
        arguments("{'process':{'cwd':''}}", "/process/cwd: cwd must be an absolute path"),
        arguments("{'process':{'cwd':null}}", "/process/cwd: cwd must be an absolute path"),
        arguments("{'process':{'cwd':'a/b'}}", "/process/cwd: cwd must be an absolute path"),
        arguments(
            "{'process':{'terminal':true,'consoleSize':{'height':65536,'width':80}}}",
            "/process/consoleSize/height: must be between 0 and 65535"),
        arguments(
            "{'process':{'terminal':true,'consoleSize':{'height':24,'width':65536}}}",
            "/process/consoleSize/width: must be between 0 and 65535"),
        arguments(
            "{'process':{'oomScoreAdj':1001}}",
            "/process/oomScoreAdj: must be between -1000 and 1000"),
        arguments(
            "{'process':{'oomScoreAdj':-1001}}",
            "/process/oomScoreAdj: must be between -1000 and 1000"),
        arguments("{'process':{'env':['A']}}", "/process/env/0: must be of the form KEY=value"),
        arguments(
            "{'process':{'env':['A=1','=x']}}", "/process/env/1: must be of the form KEY=value"),
        arguments("{'process':{'env':['']}}", "/process/env/0: must be of the form KEY=value"),
        arguments(
            "{'hostname':'h'}",
            "/hostname: unable to set hostname without a private UTS namespace"),
        arguments(
            "{'domainname':'d'}",
            "/domainname: unable to set domainname without a private UTS namespace"),
        arguments(
            "{'linux':null}",
            "/linux/namespaces: a private mount namespace (MNT namespace) is needed: without one"
                + " the container's mounts would be the host's; add {\"type\": \"mount\"}"),
        arguments(
            "{'linux':{'namespaces':[{'type':'mount'},{'type':'net'}]}}",
            "/linux/namespaces/1/type: unknown namespace type \"net\""),
        arguments(
            "{'linux':{'namespaces':[{'type':'mount'},{'type':'ipc'},{'type':'ipc'}]}}",
            "/linux/namespaces/2: malformed spec file: duplicated ns \"ipc\""),
        arguments(
            "{'linux':{'namespaces':[{'type':'mount'},{'type':'ipc'},{'type':'ipc','path':'/x'}]}}",
            "/linux/namespaces/2: malformed spec file: duplicated ns \"ipc\""),
        arguments(
            "{'linux':{'namespaces':[{'type':'mount','path':'x'}]}}",
            "/linux/namespaces/0/path: must be an absolute path"),
        arguments(
            "{'linux':{'namespaces':[{'type':'mount'},{'type':'time'}],'timeOffsets':{'x':{}}}}",
            "/linux/timeOffsets/x: the kernel knows offsets of \"monotonic\" and \"boottime\""
                + " only"),
        arguments(
            "{'linux':{'rootfsPropagation':'share'}}",
            "/linux/rootfsPropagation: must be shared, slave, private or unbindable, not"
                + " \"share\""),
        arguments(
            "{'linux':{'maskedPaths':['/a','b']}}",
            "/linux/maskedPaths/1: must be an absolute path"),
        arguments(
            "{'linux':{'readonlyPaths':['']}}", "/linux/readonlyPaths/0: must be an absolute path"),
        arguments(
            "{'linux':{'seccomp':{'defaultAction':'SCMP_ACT_X'}}}",
            "/linux/seccomp/defaultAction: unknown action \"SCMP_ACT_X\": known are SCMP_ACT_ALLOW,"
                + " ERRNO, KILL, KILL_PROCESS, KILL_THREAD, LOG, NOTIFY, TRACE, TRAP"),
        arguments(
            "{'linux':{'timeOffsets':{'monotonic':{'secs':1,'nanosecs':0}}}}",
            "/linux/timeOffsets: only for a container with a time namespace of its own: add"
                + " {\"type\": \"time\"}"),
        arguments("{'annotations':{'':'x'}}", "/annotations/: a key must not be empty"),
        arguments(
            "{'mounts':[{'destination':'/a'}]}",
            "/mounts/0/type: needed for a mount that is not a bind mount"),
        arguments(
            "{'mounts':[{'destination':'/','type':'tmpfs'}]}",
            "/mounts/0/destination: mounting on / is not allowed: the root is root.path's"),
        arguments(
            "{'mounts':[{'destination':'/a/..','type':'tmpfs'}]}",
            "/mounts/0/destination: mounting on / is not allowed: the root is root.path's"),
        arguments(
            "{'mounts':[{'destination':'/a','type':'bind'}]}",
            "/mounts/0/source: a bind mount needs a source"),
        arguments(
            "{'mounts':[{'destination':'/proc','type':'tmpfs'}]}",
            "/mounts/0/type: \"/proc\" cannot be mounted because it is inside /proc: only a proc"
                + " file system, or a bind mount of one, can be"),
        arguments(
            "{'mounts':[{'destination':'/proc/net/dev','type':'bind','source':'/x'}]}",
            "/mounts/0/destination: \"/proc/net/dev\" cannot be mounted because it is inside"
                + " /proc"),
        arguments(
            "{'mounts':[{'destination':'//x/../proc/./sys','type':'bind','source':'/x'}]}",
            "/mounts/0/destination: \"/proc/sys\" cannot be mounted because it is inside /proc"));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void anUnfitConfigIsRefusedByFieldAndInWords(String fragment, String problem) {
    assertEquals(List.of(problem), Configs.problems(fragment));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{'ociVersion':'1.0.0-dev'}",
        "{'root':{'path':'.'}}",
        "{'process':{'terminal':false,'consoleSize':{'height':70000,'width':1}}}",
        "{'process':{'terminal':true}}",
        "{'process':{'terminal':true,'consoleSize':{'height':65535,'width':0}}}",
        "{'process':{'apparmorProfile':'','selinuxLabel':''}}",
        "{'process':{'args':['sh','']}}",
        "{'process':{'env':['A=','B==x','C=a\\nb']}}",
        "{'hostname':'','domainname':''}",
        "{'hostname':'h','linux':{'namespaces':[{'type':'mount'},{'type':'uts','path':'/x'}]}}",
        "{'linux':{'sysctl':{},'devices':[],'uidMappings':[],'resources':{'unified':{},'hugepageLimits':[]}}}",
        "{'linux':{'resources':{}}}",
        "{'linux':{'resources':{'memory':{},'cpu':{},'pids':{},'blockIO':{},'network':{}}}}",
        "{'linux':{'resources':{'memory':{'limit':0,'swap':0,'disableOOMKiller':false},"
            + "'cpu':{'shares':0,'quota':0,'cpus':''},'blockIO':{'weight':0,'weightDevice':[]}}}}",
        "{'linux':{'rootfsPropagation':''}}",
        "{'annotations':{}}",
        "{'annotations':{'a':''}}",
        "{'mounts':[]}",
        "{'mounts':[{'destination':'/proc','type':'none','source':'/proc','options':['rbind']}]}",
        "{'mounts':[{'destination':'/proc/uptime','type':'bind','source':'/x'}]}",
        "{'mounts':[{'destination':'/process','type':'tmpfs'}]}",
        "{'mounts':[{'destination':'/','options':['remount','ro']}]}",
        "{'unknown':1,'linux':{'unknown':{}}}",
        "{'solaris':{},'windows':{}}"
      })
  void whatAsksForNothingUnusualIsTaken(String fragment) {
    assertEquals(List.of(), Configs.problems(fragment));
  }

  @Test
  void allProblemsAreToldAtOnceAndTheFirstIsTheMessage() {
    String fragment =
        "{'ociVersion':'2.0.0','root':{'path':''},'process':{'args':[],'cwd':'x'},"
            + "'hostname':'h','mounts':[{'destination':'/x'}],'linux':{'sysctl':{'a':'b'},"
            + "'maskedPaths':['x'],'namespaces':[]}}";
    assertEquals(9, Configs.problems(fragment).size(), () -> Configs.problems(fragment).toString());
    InvalidSpecException e =
        assertThrows(InvalidSpecException.class, () -> Configs.parse(fragment));
    assertEquals(
        "/ociVersion: \"2.0.0\" is not a version 1.y.z of the runtime spec", e.getMessage());
  }

  @Test
  void namesAreAsLongAsTheKernelTakesThemInBytes() {
    String uts = "'linux':{'namespaces':[{'type':'mount'},{'type':'uts'}]}";
    assertEquals(List.of(), Configs.problems("{'hostname':'" + "x".repeat(64) + "'," + uts + "}"));
    assertEquals(
        List.of("/hostname: is 65 bytes long; the kernel takes 64"),
        Configs.problems("{'hostname':'" + "x".repeat(65) + "'," + uts + "}"));
    assertEquals(
        List.of("/domainname: is 66 bytes long; the kernel takes 64"),
        Configs.problems("{'domainname':'" + "é".repeat(33) + "'," + uts + "}"));
  }

  @Test
  void pathsAreAbsoluteAndCleanInWhatComesOut() {
    ContainerSpec spec =
        Configs.parse(
            "{'root':{'path':'./images/../rootfs/','readonly':true},"
                + "'mounts':[{'destination':'data//x/../y','type':'bind','source':'rel','options':['ro']}],"
                + "'linux':{'maskedPaths':['/a//b','/a/b','/c/'],'readonlyPaths':['/../d']}}");
    assertEquals("/bundle/rootfs", spec.rootfs().path());
    assertTrue(spec.rootfs().readonly());
    assertEquals("/data/y", spec.mounts().get(0).destination());
    assertEquals("/bundle/rel", spec.mounts().get(0).source());
    assertEquals("", spec.mounts().get(0).type());
    // Each keeps its place: problems name them by their index.
    assertEquals(List.of("/a/b", "/a/b", "/c"), spec.restrictions().masked());
    assertEquals(List.of("/d"), spec.restrictions().readonly());
    assertEquals(
        List.of(
            "/mounts/0/destination: relative destinations are deprecated; taken as /data//x/../y"),
        Configs.warnings(spec));
  }

  @Test
  void whatIsAbsentHasItsDefault() {
    ContainerSpec spec = Configs.parse("{}");
    assertFalse(spec.rootfs().readonly());
    assertEquals(0, spec.rootfs().propagation().type());
    assertEquals(List.of(), spec.process().env());
    assertTrue(spec.process().needsHome());
    assertEquals(Optional.empty(), spec.process().scheduling());
    assertEquals(Optional.empty(), spec.process().labels());
    assertEquals(022, spec.process().umask());
    assertEquals(0, spec.process().uid() | spec.process().gid());
    assertEquals(CapabilitySets.NONE, spec.process().capabilities());
    assertEquals(OptionalInt.empty(), spec.process().oomScoreAdj());
    assertFalse(spec.process().noNewPrivileges());
    assertEquals("", spec.names().hostname() + spec.names().domainname() + spec.cgroup().path());
    assertEquals(Map.of(), spec.annotations());
    assertEquals(List.of(), spec.mounts());
    assertEquals(List.of(), spec.cgroup().devices());
    assertEquals(List.of(), spec.hooks().poststop());
  }

  @Test
  void whatIsThereIsCarriedOver() {
    ContainerSpec spec =
        Configs.parse(
            "{'process':{'user':{'uid':7,'gid':8,'umask':63,'additionalGids':[9,10]},'oomScoreAdj':-1000,"
                + "'noNewPrivileges':true},'annotations':{'b':'1','a':'2'},"
                + "'linux':{'cgroupsPath':'/x','rootfsPropagation':'rshared'}}");
    assertEquals(7, spec.process().uid());
    assertEquals(8, spec.process().gid());
    assertEquals(077, spec.process().umask());
    assertEquals(List.of(9L, 10L), spec.process().additionalGids());
    assertEquals(OptionalInt.of(-1000), spec.process().oomScoreAdj());
    assertTrue(spec.process().noNewPrivileges());
    assertEquals(List.of("b", "a"), List.copyOf(spec.annotations().keySet()));
    assertEquals("/x", spec.cgroup().path());
    assertTrue(spec.rootfs().propagation().isShared() && spec.rootfs().propagation().recursive());
  }

  static Stream<Arguments> propagations() {
    return Stream.of(
        arguments("shared", Linux.MS_SHARED),
        arguments("slave", Linux.MS_SLAVE),
        arguments("private", Linux.MS_PRIVATE),
        arguments("unbindable", Linux.MS_UNBINDABLE));
  }

  @ParameterizedTest
  @MethodSource("propagations")
  void rootfsPropagationIsOneOfFourWordsWithOrWithoutAnR(String word, long type) {
    String fragment = "{'linux':{'rootfsPropagation':'%s'}}";
    assertEquals(
        new RootfsPropagation(type, false),
        Configs.parse(fragment.formatted(word)).rootfs().propagation());
    assertEquals(
        new RootfsPropagation(type, true),
        Configs.parse(fragment.formatted("r" + word)).rootfs().propagation());
  }
}
