// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jrun.container.IdMappings.Extent;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IdmapOptionTest {
  private static final String USERS =
      "'linux':{'namespaces':[{'type':'mount'},{'type':'user'}],"
          + "'uidMappings':[{'containerID':0,'hostID':100000,'size':10},"
          + "{'containerID':10,'hostID':500000,'size':90}],"
          + "'gidMappings':[{'containerID':0,'hostID':200000,'size':100}]}";

  private static String config(String option, String more) {
    return "{'mounts':[{'destination':'/data','type':'bind','source':'/srv','options':['bind','"
        + option
        + "']}]"
        + more
        + "}";
  }

  private static MountSpec.Idmap idmap(String option, String more) {
    return Configs.parse(config(option, more)).mounts().get(0).idmap().orElseThrow();
  }

  @Test
  void idsOfFilesAreMappedToThoseOfTheHost() {
    MountSpec.Idmap idmap = idmap("idmap=uids=0-1-10#10-11-10;gids=0-100-10", "");
    assertEquals(
        new IdMappings(
            List.of(new Extent(0, 1, 10), new Extent(10, 11, 10)), List.of(new Extent(0, 100, 10))),
        idmap.mappings());
    assertFalse(idmap.recursive());
    assertTrue(idmap("ridmap=gids=0-1-1;uids=0-1-1", "").recursive());
  }

  @Test
  void whatIsMarkedIsMappedToTheContainers() {
    assertEquals(
        new IdMappings(
            List.of(new Extent(5, 100_007, 1), new Extent(6, 7, 1)),
            List.of(new Extent(6, 200_008, 2))),
        idmap("idmap=uids=@5-7-1#6-7-1;gids=@6-8-2", "," + USERS).mappings());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "idmap=uids=0-1-10|gids=... is missing: both go together",
        "idmap=|uids=... is missing",
        "idmap=uids=0-1;gids=0-1-1|0-1: must be FIRST-FIRST-SIZE",
        "idmap=uids=0-x-1;gids=0-1-1|0-x-1: must be FIRST-FIRST-SIZE",
        "idmap=uids=0-1-99999999999999999999;gids=0-1-1|must be FIRST-FIRST-SIZE",
        "idmap=users=0-1-1;gids=0-1-1|users: must be uids or gids",
        "idmap=uids=0-1-1;uids=2-2-1;gids=0-1-1|uids is there twice",
        "idmap=uids=0-1-5#3-20-1;gids=0-1-1|overlaps entry 0",
        "idmap=uids=0-1-0;gids=0-1-1|must be at least 1",
        "idmap=uids=@0-5-10;gids=0-1-1|@0-5-10: is not one range of the container's",
        "idmap=uids=@0-500-1;gids=0-1-1|@0-500-1: is not one range of the container's",
      })
  void whatCannotBeReadIsNamed(String option, String message) {
    List<String> problems = Configs.problems(config(option, "," + USERS));
    assertEquals(1, problems.size(), problems::toString);
    assertTrue(problems.get(0).startsWith("/mounts/0/options"), problems::toString);
    assertTrue(problems.get(0).contains(message), problems::toString);
  }

  @Test
  void theContainersAreNobodysWithoutAUserNamespace() {
    List<String> problems = Configs.problems(config("idmap=uids=@0-1-1;gids=@0-1-1", ""));
    assertEquals(2, problems.size(), problems::toString);
  }

  @Test
  void thereIsOneMap() {
    List<String> problems =
        Configs.problems(
            "{'mounts':[{'destination':'/data','type':'bind','source':'/srv','options':['bind',"
                + "'idmap=uids=0-1-1;gids=0-1-1'],"
                + "'uidMappings':[{'containerID':0,'hostID':1,'size':1}],"
                + "'gidMappings':[{'containerID':0,'hostID':1,'size':1}]}]}");
    assertEquals(1, problems.size(), problems::toString);
  }
}
