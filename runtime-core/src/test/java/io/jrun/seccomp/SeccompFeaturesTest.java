// SPDX-License-Identifier: Apache-2.0
package io.jrun.seccomp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jrun.container.SeccompSpec;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is listed is taken, and there is as much of it as the specification has. */
class SeccompFeaturesTest {
  @Test
  void theListsAreThoseOfTheSpecification() {
    assertEquals(9, SeccompFeatures.actions().size());
    assertEquals(7, SeccompFeatures.operators().size());
    assertEquals(23, SeccompFeatures.architectures().size());
    assertEquals(
        List.of(
            "SECCOMP_FILTER_FLAG_LOG",
            "SECCOMP_FILTER_FLAG_SPEC_ALLOW",
            "SECCOMP_FILTER_FLAG_TSYNC",
            "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"),
        SeccompFeatures.knownFlags());
    assertEquals(SeccompFeatures.knownFlags(), SeccompFeatures.supportedFlags());
  }

  @Test
  void whatIsListedIsTaken() {
    for (String action : SeccompFeatures.actions()) {
      SeccompSpec profile =
          Profiles.parse(
              "{'defaultAction':'SCMP_ACT_ALLOW','listenerPath':'/s','syscalls':"
                  + "[{'names':['mount'],'action':'"
                  + action
                  + "'}]}");
      assertEquals(action, profile.rules().get(0).action().specName());
    }
    for (String operator : SeccompFeatures.operators()) {
      SeccompSpec profile =
          Profiles.parse(
              "{'defaultAction':'SCMP_ACT_ALLOW','syscalls':[{'names':['mount'],"
                  + "'action':'SCMP_ACT_ERRNO','args':[{'index':0,'value':1,'op':'"
                  + operator
                  + "'}]}]}");
      assertEquals(operator, profile.rules().get(0).conditions().get(0).operator().specName());
    }
    String all =
        "{'defaultAction':'SCMP_ACT_ALLOW','flags':['"
            + String.join("','", SeccompFeatures.knownFlags())
            + "'],'architectures':['"
            + String.join("','", SeccompFeatures.architectures())
            + "']}";
    assertEquals(23, Profiles.parse(all).architectures().size());
    assertTrue(Profiles.parse(all).loadFlags() != 0);
  }
}
