// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jrun.linux.Arg;
import io.jrun.plan.LaunchInput;
import io.jrun.plan.LaunchShape.Meeting;
import io.jrun.program.Instruction;
import io.jrun.program.Op;
import io.jrun.program.Program;
import io.jrun.program.SyncCode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The front and init wait for each other where the launch's shape says it, and nowhere else. */
class HandshakeTest {
  static List<String> cases() {
    return PlanCases.accepted();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void bothProgramsMeetInTheOrderOfTheShape(String name) {
    LaunchInput input = PlanCases.input(name);
    List<Meeting> meetings = input.shape().meetings();
    LaunchPlan plan = LaunchPlan.compile(input);
    List<Meeting> ofFront = new ArrayList<>();
    plan.opening().ifPresent(opening -> ofFront.addAll(ofFront(opening)));
    ofFront.addAll(ofFront(plan.front()));
    // What puts the container on record is the verb's, and comes last.
    ofFront.add(new Meeting(SyncCode.COMMITTED, false));
    assertEquals(meetings, ofFront);
    assertEquals(meetings, ofInit(plan.init()));
  }

  /** Otherwise a sync point that is forgotten everywhere would not be missed. */
  @Test
  void theCasesHaveEverySyncPointOfALaunch() {
    Set<Integer> found = new HashSet<>();
    for (String name : cases()) {
      PlanCases.input(name).shape().meetings().forEach(each -> found.add(each.code()));
    }
    for (int code :
        new int[] {
          SyncCode.BORN,
          SyncCode.PLACED,
          SyncCode.UNMAPPED,
          SyncCode.MAPPED,
          SyncCode.CLONED,
          SyncCode.MOUNTED,
          SyncCode.HOOKED,
          SyncCode.TERMINAL,
          SyncCode.LISTENER,
          SyncCode.LISTENED,
          SyncCode.READY,
          SyncCode.COMMITTED
        }) {
      assertTrue(found.contains(code), "no case has sync point " + code);
    }
  }

  /** Where a program of the front's waits for init, and where it lets it go on. */
  static List<Meeting> ofFront(Program program) {
    List<Meeting> out = new ArrayList<>();
    for (Instruction each : program.instructions()) {
      boolean meets = each.op() == Op.SYNC || each.op() == Op.AWAIT;
      if (meets && each.args().get(0) != null) {
        out.add(new Meeting(code(each), each.op() == Op.AWAIT));
      }
    }
    return out;
  }

  /** The same of the program at the other end of the channel. */
  static List<Meeting> ofInit(Program program) {
    List<Meeting> out = new ArrayList<>();
    for (Instruction each : program.instructions()) {
      boolean meets = each.op() == Op.SYNC || each.op() == Op.AWAIT;
      if (each.op() == Op.FORK || meets && each.args().get(0) == null) {
        out.add(new Meeting(code(each), each.op() != Op.AWAIT));
      }
    }
    return out;
  }

  private static int code(Instruction instruction) {
    return (int) ((Arg.Imm) instruction.args().get(1)).value();
  }
}
