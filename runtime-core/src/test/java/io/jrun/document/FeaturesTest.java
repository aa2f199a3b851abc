// SPDX-License-Identifier: Apache-2.0
package io.jrun.document;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jrun.bundle.Bundle;
import io.jrun.bundle.InvalidBundleException;
import io.jrun.container.Configs;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The document says what a config.json may say: each element of each list is tried in one. */
class FeaturesTest {
  private static final String TEXT = Features.document("1.2.3", "abc", "jvm");
  private static final JsonNode DOCUMENT = read();

  private static JsonNode read() {
    try {
      return new ObjectMapper().readTree(TEXT);
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  /** The problems of a config with this fragment. */
  private static List<String> problems(String fragment) {
    try {
      Bundle.parse(Configs.with(fragment), "/bundle");
      return List.of();
    } catch (InvalidBundleException e) {
      return e.problems().stream().map(Object::toString).toList();
    }
  }

  private static List<String> list(String pointer) {
    List<String> out = new ArrayList<>();
    DOCUMENT.at(pointer).forEach(each -> out.add(each.asText()));
    assertFalse(out.isEmpty(), pointer);
    return out;
  }

  /** A list of the document, a config for an element of it, and an element that is none. */
  private record Case(String pointer, String fragment, String other) {
    Stream<DynamicTest> tests() {
      return Stream.concat(
          list(pointer).stream()
              .map(
                  word ->
                      DynamicTest.dynamicTest(
                          pointer + " " + word,
                          () -> {
                            String with = fragment.replace("%", word);
                            assertEquals(List.of(), problems(with));
                            assertEquals(List.of(), Configs.warnings(with));
                          })),
          Stream.of(
              DynamicTest.dynamicTest(
                  pointer + " has no " + other,
                  () -> {
                    assertFalse(list(pointer).contains(other));
                    String with = fragment.replace("%", other);
                    // Some that a later kernel may have are left out: that is told.
                    assertTrue(
                        !problems(with).isEmpty() || !Configs.warnings(with).isEmpty(), with);
                  })));
    }
  }

  private static String memoryPolicy(String mode) {
    boolean bare = mode.equals("MPOL_DEFAULT") || mode.equals("MPOL_LOCAL");
    return "{'linux':{'memoryPolicy':{'mode':'" + mode + "'" + (bare ? "" : ",'nodes':'0'") + "}}}";
  }

  private static final String SECCOMP_FLAG =
      "{'linux':{'seccomp':{'defaultAction':'SCMP_ACT_ALLOW','flags':['%']}}}";

  private static String seccomp(String fields) {
    return "{'linux':{'seccomp':{'defaultAction':'SCMP_ACT_ALLOW','listenerPath':'/s','syscalls':"
        + "[{'names':['mount'],"
        + fields
        + "}]}}}";
  }

  @TestFactory
  Stream<DynamicTest> everyElementIsAcceptedAndOthersAreNot() {
    return Stream.of(
            new Case(
                "/linux/capabilities", "{'process':{'capabilities':{'bounding':['%']}}}", "CAP_X"),
            new Case(
                "/linux/memoryPolicy/flags",
                "{'linux':{'memoryPolicy':{'mode':'MPOL_BIND','nodes':'0','flags':['%']}}}",
                "MPOL_F_X"),
            new Case("/linux/seccomp/actions", seccomp("'action':'%'"), "SCMP_ACT_X"),
            new Case(
                "/linux/seccomp/operators",
                seccomp("'action':'SCMP_ACT_ERRNO','args':[{'index':0,'value':1,'op':'%'}]"),
                "SCMP_CMP_X"),
            new Case(
                "/linux/seccomp/archs",
                "{'linux':{'seccomp':{'defaultAction':'SCMP_ACT_ALLOW','architectures':['%']}}}",
                "SCMP_ARCH_X"),
            new Case("/linux/seccomp/knownFlags", SECCOMP_FLAG, "SECCOMP_FILTER_FLAG_X"),
            new Case("/linux/seccomp/supportedFlags", SECCOMP_FLAG, "SECCOMP_FILTER_FLAG_X"))
        .flatMap(Case::tests);
  }

  @Test
  void everyMemoryPolicyIsAcceptedAndOthersAreNot() {
    for (String mode : list("/linux/memoryPolicy/modes")) {
      assertEquals(List.of(), problems(memoryPolicy(mode)));
    }
    assertEquals(1, problems(memoryPolicy("MPOL_X")).size());
  }

  @Test
  void everyNamespaceIsAcceptedAndOthersAreNot() {
    for (String type :
        new String[] {"cgroup", "ipc", "mount", "network", "pid", "time", "user", "uts"}) {
      String rest = type.equals("mount") ? "" : ",{'type':'mount'}";
      String maps = "";
      if (type.equals("user")) {
        String one = "[{'containerID':0,'hostID':1000,'size':1}]";
        maps = ",'uidMappings':" + one + ",'gidMappings':" + one;
      }
      String fragment =
          "{'linux':{'namespaces':[{'type':'" + type + "'}" + rest + "]" + maps + "}}";
      assertEquals(list("/linux/namespaces").contains(type), problems(fragment).isEmpty(), type);
    }
    assertFalse(list("/linux/namespaces").contains("net"));
  }

  @Test
  void everyHookIsKnownByItsNameAndOthersAreNot() {
    assertEquals(
        List.of(
            "prestart",
            "createRuntime",
            "createContainer",
            "startContainer",
            "poststart",
            "poststop"),
        list("/hooks"));
    for (String kind : list("/hooks")) {
      assertEquals(1, problems("{'hooks':{'" + kind + "':[{'path':'relative'}]}}").size(), kind);
    }
    assertEquals(List.of(), problems("{'hooks':{'other':[{'path':'relative'}]}}"));
  }

  /** A word that is not known is data, and a bind mount takes none. */
  @Test
  void everyMountOptionIsKnownAndOthersAreNot() {
    List<String> words = list("/mountOptions");
    assertEquals(64, words.size());
    assertEquals(words.stream().sorted().distinct().toList(), words);
    for (String word : words) {
      List<String> found = problems(mount(word));
      assertTrue(
          found.stream().noneMatch(problem -> problem.contains("filesystem-specific")),
          () -> word + ": " + found);
    }
    for (String word : List.of("size=1", "ROX", "rbindx", "copy-symlink")) {
      assertTrue(problems(mount(word)).get(0).contains("filesystem-specific"), word);
    }
  }

  private static String mount(String option) {
    return "{'mounts':[{'destination':'/x','type':'bind','source':'/y','options':['"
        + option
        + "']}]}";
  }

  @Test
  void whatIsEnabledIsNotRefusedAndWhatIsNotIs() {
    assertEnabled("/linux/seccomp", "{'linux':{'seccomp':{'defaultAction':'SCMP_ACT_ALLOW'}}}");
    assertEnabled("/linux/apparmor", "{'process':{'apparmorProfile':'p'}}");
    assertEnabled("/linux/selinux", "{'process':{'selinuxLabel':'l'}}");
    assertEnabled("/linux/intelRdt", "{'linux':{'intelRdt':{'closID':'c'}}}");
    assertEnabled(
        "/linux/netDevices",
        "{'linux':{'namespaces':[{'type':'mount'},{'type':'network'}],'netDevices':{'eth0':{}}}}");
    assertTrue(DOCUMENT.at("/linux/intelRdt/schemata").booleanValue());
    assertTrue(DOCUMENT.at("/linux/intelRdt/monitoring").booleanValue());
    assertEquals(List.of(), problems("{'linux':{'intelRdt':{'schemata':['L3:0=f']}}}"));
    assertEquals(List.of(), problems("{'linux':{'intelRdt':{'enableMonitoring':true}}}"));
    String one = "[{'containerID':0,'hostID':1000,'size':1}]";
    assertEnabled(
        "/linux/mountExtensions/idmap",
        "{'mounts':[{'destination':'/x','type':'bind','source':'/y','options':['idmap'],'uidMappings':"
            + one
            + ",'gidMappings':"
            + one
            + "}]}");
  }

  private static void assertEnabled(String pointer, String fragment) {
    List<String> found = problems(fragment);
    assertEquals(
        DOCUMENT.at(pointer + "/enabled").booleanValue(),
        found.isEmpty(),
        () -> pointer + ": " + found);
  }

  @Test
  void versionsAreThoseThatAreRead() {
    for (String field : List.of("ociVersionMin", "ociVersionMax")) {
      assertEquals(List.of(), problems("{'ociVersion':'" + DOCUMENT.get(field).asText() + "'}"));
    }
    assertEquals("1.2.3", DOCUMENT.at("/annotations/io.jrun.version").asText());
    assertEquals("abc", DOCUMENT.at("/annotations/io.jrun.commit").asText());
    assertEquals("jvm", DOCUMENT.at("/annotations/io.jrun.core").asText());
  }

  @Test
  void itIsIndentedByFourAsRuncDoes() {
    assertTrue(
        TEXT.startsWith(
            "{\n    \"ociVersionMin\": \"1.0.0\",\n    \"ociVersionMax\": \"1.3.0\",\n"
                + "    \"hooks\": [\n        \"prestart\",\n"),
        TEXT);
    assertTrue(TEXT.endsWith("\n}\n"), TEXT);
  }
}
