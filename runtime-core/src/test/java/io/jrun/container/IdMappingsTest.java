// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IdMappingsTest {
  private static String mapped(String uids, String gids, String more) {
    return "{'linux':{'namespaces':[{'type':'mount'},{'type':'user'}],'uidMappings':["
        + uids
        + "],'gidMappings':["
        + gids
        + "]}"
        + more
        + "}";
  }

  private static String entry(long inside, long outside, long size) {
    return "{'containerID':" + inside + ",'hostID':" + outside + ",'size':" + size + "}";
  }

  private static final String FINE = entry(0, 100_000, 65_536);

  @Test
  void mappingsAreFoundAndWrittenAsTheKernelReadsThem() {
    Namespaces namespaces =
        Configs.parse(mapped(entry(0, 1000, 1) + "," + entry(1, 100_000, 10), FINE, ""))
            .namespaces();
    IdMappings mappings = namespaces.mappings();
    assertArrayEquals(
        "0 1000 1\n1 100000 10\n".getBytes(StandardCharsets.US_ASCII), mappings.uidMap());
    assertArrayEquals("0 100000 65536\n".getBytes(StandardCharsets.US_ASCII), mappings.gidMap());
    assertEquals(OptionalLong.of(1000), mappings.hostUid(0));
    assertEquals(OptionalLong.of(100_009), mappings.hostUid(10));
    assertEquals(OptionalLong.empty(), mappings.hostUid(11));
    assertEquals(OptionalLong.of(165_535), mappings.hostGid(65_535));
    assertFalse(mappings.isEmpty());
    assertTrue(IdMappings.NONE.isEmpty());
  }

  @ParameterizedTest
  @CsvSource({
    "0, 4294967294, 1, ",
    "0, 4294967294, 2, /linux/uidMappings/0/size",
    "0, 1, 4294967295, /linux/uidMappings/0/size",
    "0, 0, 4294967295, ",
    "0, 1000, 0, /linux/uidMappings/0/size"
  })
  void rangesEndWhereIdsDo(long inside, long outside, long size, String problem) {
    List<String> problems = Configs.problems(mapped(entry(inside, outside, size), FINE, ""));
    assertEquals(problem == null, problems.isEmpty(), problems::toString);
    assertTrue(problem == null || problems.get(0).startsWith(problem + ": "), problems::toString);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1, 10, 10, 100, 1, ",
    "0, 1, 10, 9, 100, 1, containerID",
    "0, 1, 10, 10, 10, 1, hostID",
    "5, 50, 5, 0, 45, 5, ",
    "5, 50, 5, 0, 45, 6, both"
  })
  void noIdIsMappedTwice(
      long inside, long outside, long size, long inside2, long outside2, long size2, String where) {
    String root = entry(1000, 2000, 1).replace("1000", "0").replace("2000", "900000");
    String uids = entry(inside, outside, size) + "," + entry(inside2, outside2, size2);
    List<String> problems =
        Configs.problems(mapped(inside == 0 || inside2 == 0 ? uids : root + "," + uids, FINE, ""));
    assertEquals(
        where == null ? 0 : where.equals("both") ? 2 : 1, problems.size(), problems::toString);
    assertTrue(
        where == null
            || problems.get(0).startsWith("/linux/uidMappings/1/")
                && (where.equals("both") || problems.get(0).contains(where)),
        problems::toString);
  }

  @Test
  void idsInUseMustBeMapped() {
    String few = entry(0, 1000, 1);
    String more =
        ",'process':{'user':{'uid':1,'gid':2,'additionalGids':[0,3]}},"
            + "'mounts':[{'destination':'/dev/pts','type':'devpts','options':['gid=5','mode=620']},"
            + "{'destination':'/tmp','type':'tmpfs','options':['uid=0','gid=x']}]";
    assertEquals(
        List.of(
            "/mounts/0/options: gid=5: the id is not mapped in the container's user namespace",
            "/process/user/uid: user 1 is not mapped in the container's user namespace",
            "/process/user/gid: group 2 is not mapped in the container's user namespace",
            "/process/user/additionalGids/1: group 3 is not mapped in the container's user"
                + " namespace"),
        Configs.problems(mapped(few, few, more)));
  }

  @Test
  void inAJoinedNamespaceTheKernelJudgesTheIds() {
    assertEquals(
        List.of(),
        Configs.problems(
            "{'linux':{'namespaces':[{'type':'mount'},{'type':'user','path':'/proc/1/ns/user'}]},"
                + "'process':{'user':{'uid':12345,'gid':1}}}"));
  }
}
