// SPDX-License-Identifier: Apache-2.0
package io.jrun.systemd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

class ManagerTest {
  private static final UnitName SCOPE = UnitName.of("", "c1", true);

  /** Answers what it was told to, in order, and notes what it was asked. */
  private static final class FakeBus implements Bus {
    private final List<String> asked = new ArrayList<>();
    private final Deque<Object> answers = new ArrayDeque<>();
    private final List<Object> properties = new ArrayList<>();

    FakeBus answers(Object... more) {
      answers.addAll(List.of(more));
      return this;
    }

    @Override
    public List<Object> call(
        String interfaceName, String member, String signature, Object... arguments) {
      asked.add(member + " " + signature + " " + arguments[0]);
      for (Object each : arguments) {
        if (each instanceof List<?> list) {
          properties.addAll(list);
        }
      }
      Object answer = answers.remove();
      if (answer instanceof RefusedException refused) {
        throw refused;
      }
      return List.of(answer);
    }

    @Override
    public String awaitJob(String job) {
      asked.add("job " + job);
      return (String) answers.remove();
    }

    @Override
    public void close() {
      asked.add("close");
    }

    List<String> names() {
      return properties.stream().map(each -> ((Object[]) each)[0].toString()).toList();
    }
  }

  private static RefusedException refusal(String own) {
    return new RefusedException("org.freedesktop.systemd1." + own, own + " it is");
  }

  private static void start(FakeBus bus) {
    new Manager(bus).start(SCOPE, "d", 42, List.of(Property.number("TasksMax", 5)));
  }

  @Test
  void aScopeIsStartedWithItsProcessAndWaitedFor() {
    FakeBus bus = new FakeBus().answers("/job/1", "done");
    start(bus);
    assertEquals(
        List.of("StartTransientUnit ssa(sv)a(sa(sv)) jrun-c1.scope", "job /job/1"), bus.asked);
    assertEquals(
        List.of(
            "Description",
            "Slice",
            "Delegate",
            "PIDs",
            "CollectMode",
            "MemoryAccounting",
            "CPUAccounting",
            "IOAccounting",
            "TasksAccounting",
            "DefaultDependencies",
            "TasksMax"),
        bus.names());
  }

  @Test
  void aSliceStartsEmpty() {
    FakeBus bus = new FakeBus().answers("/job/1", "done");
    new Manager(bus).start(UnitName.of("a.slice::a-b.slice", "c1", true), "d", 42, List.of());
    assertTrue(bus.names().contains("Wants"));
    assertTrue(bus.names().stream().noneMatch(List.of("PIDs", "Slice", "Delegate")::contains));
  }

  @Test
  void oneOfTheNameThatHasFailedIsForgottenFirst() {
    FakeBus bus = new FakeBus().answers(refusal("UnitExists"), "", "/job/2", "done");
    start(bus);
    assertEquals("ResetFailedUnit s jrun-c1.scope", bus.asked.get(1));
    assertEquals("job /job/2", bus.asked.get(3));
  }

  @Test
  void oneOfTheNameThatIsActiveIsInTheWay() {
    FakeBus bus =
        new FakeBus().answers(refusal("UnitExists"), refusal("NoSuchUnit"), refusal("UnitExists"));
    SystemdException e = assertThrows(SystemdException.class, () -> start(bus));
    assertEquals(
        "systemd did not start unit jrun-c1.scope: UnitExists it is: end it (systemctl stop), or"
            + " choose another /linux/cgroupsPath",
        e.getMessage());
  }

  @Test
  void aJobThatDoesNotEndWellIsAnError() {
    SystemdException e =
        assertThrows(
            SystemdException.class, () -> start(new FakeBus().answers("/job/1", "failed")));
    assertTrue(e.getMessage().contains("failed: systemctl status jrun-c1.scope"), e.getMessage());
  }

  @Test
  void aUnitThatIsGoneNeedsNoStop() {
    FakeBus bus = new FakeBus().answers(refusal("NoSuchUnit"), refusal("NoSuchUnit"));
    new Manager(bus).stop("u.scope");
    assertEquals(List.of("StopUnit ss u.scope", "ResetFailedUnit s u.scope"), bus.asked);
  }

  @Test
  void aStopIsWaitedForAndOtherRefusalsAreTold() {
    FakeBus bus = new FakeBus().answers("/job/3", "done", "");
    new Manager(bus).stop("u.scope");
    assertEquals("job /job/3", bus.asked.get(1));
    FakeBus refusing = new FakeBus().answers(refusal("UnitMasked"));
    assertThrows(SystemdException.class, () -> new Manager(refusing).stop("u.scope"));
  }

  @Test
  void nothingToChangeIsNotAsked() {
    FakeBus bus = new FakeBus();
    new Manager(bus).set("u.scope", List.of());
    assertEquals(List.of(), bus.asked);
  }

  @Test
  void theVersionIsANumber() {
    assertEquals(252, new Manager(new FakeBus().answers("252.39-1~deb12u1")).version());
    assertEquals(249, new Manager(new FakeBus().answers("249")).version());
    assertEquals(0, new Manager(new FakeBus().answers("unknown")).version());
  }
}
