// SPDX-License-Identifier: Apache-2.0
package io.jrun.seccomp;

import io.jrun.container.SeccompOperator;
import io.jrun.container.SeccompRule;
import io.jrun.container.SeccompSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A profile's rules for one architecture, by the number of the call. What a name stands for there:
 * its own number, and where the architecture has socketcall(2) or ipc(2), which carry calls as
 * their first argument, a comparison of that. What is carried has its arguments in memory, where no
 * filter sees them: conditions about them fall away, as with libseccomp.
 */
final class CallRules {
  private static final String SOCKETCALL = "socketcall";
  private static final String IPC = "ipc";

  /** SYS_* of linux/net.h. */
  private static final Map<String, Integer> BY_SOCKETCALL =
      Map.ofEntries(
          Map.entry("socket", 1),
          Map.entry("bind", 2),
          Map.entry("connect", 3),
          Map.entry("listen", 4),
          Map.entry("accept", 5),
          Map.entry("getsockname", 6),
          Map.entry("getpeername", 7),
          Map.entry("socketpair", 8),
          Map.entry("send", 9),
          Map.entry("recv", 10),
          Map.entry("sendto", 11),
          Map.entry("recvfrom", 12),
          Map.entry("shutdown", 13),
          Map.entry("setsockopt", 14),
          Map.entry("getsockopt", 15),
          Map.entry("sendmsg", 16),
          Map.entry("recvmsg", 17),
          Map.entry("accept4", 18),
          Map.entry("recvmmsg", 19),
          Map.entry("sendmmsg", 20));

  /** Of linux/ipc.h. */
  private static final Map<String, Integer> BY_IPC =
      Map.ofEntries(
          Map.entry("semop", 1),
          Map.entry("semget", 2),
          Map.entry("semctl", 3),
          Map.entry("semtimedop", 4),
          Map.entry("msgsnd", 11),
          Map.entry("msgrcv", 12),
          Map.entry("msgget", 13),
          Map.entry("msgctl", 14),
          Map.entry("shmat", 21),
          Map.entry("shmdt", 22),
          Map.entry("shmget", 23),
          Map.entry("shmctl", 24));

  /** The kernel takes an int for the call: upper halves are nobody's. */
  private static final long SOCKETCALL_MASK = 0xffffffffL;

  /** ipc(2) has a version beside the call. */
  private static final long IPC_MASK = 0xffff;

  /** An engine's profile has some 400 names. */
  private static final int USUAL = 1024;

  /** Something that is returned where all of some conditions hold; none are without conditions. */
  record Alternative(List<SeccompRule.Condition> conditions, int value) {}

  private final SystemCalls calls;
  private final int socketcall;
  private final int ipc;
  private final Map<Integer, List<Alternative>> byNumber = new HashMap<>(USUAL);
  private int highest = SystemCalls.NONE;

  private CallRules(SystemCalls calls) {
    this.calls = calls;
    this.socketcall = calls.number(SOCKETCALL);
    this.ipc = calls.number(IPC);
  }

  static CallRules of(SeccompSpec profile, SystemCalls calls) {
    CallRules rules = new CallRules(calls);
    for (SeccompRule rule : profile.rules()) {
      for (String name : rule.names()) {
        rules.add(name, rule, profile.defaultValue());
      }
    }
    return rules;
  }

  /** Of the calls that are named, the highest number; {@link SystemCalls#NONE} if there is none. */
  int highest() {
    return highest;
  }

  /** The numbers that there are rules for, in ascending order, unsigned. */
  int[] numbers() {
    int[] numbers = new int[byNumber.size()];
    int count = 0;
    for (int number : byNumber.keySet()) {
      numbers[count++] = number ^ Integer.MIN_VALUE;
    }
    Arrays.sort(numbers);
    for (int i = 0; i < count; i++) {
      numbers[i] ^= Integer.MIN_VALUE;
    }
    return numbers;
  }

  /**
   * Of a call's alternatives the first that holds counts, and one without conditions, wherever it
   * stands, is the only one.
   */
  List<Alternative> alternatives(int number) {
    return byNumber.get(number);
  }

  /** A rule that says what the default says is none, as for runc. */
  private void add(String name, SeccompRule rule, int defaultValue) {
    int number = calls.number(name);
    highest = Math.max(highest, number);
    if (rule.value() == defaultValue) {
      return;
    }
    if (number != SystemCalls.NONE) {
      for (List<SeccompRule.Condition> all : rule.alternatives()) {
        add(number, all, rule.value());
      }
    }
    if (socketcall != SystemCalls.NONE) {
      addCarried(socketcall, SOCKETCALL_MASK, BY_SOCKETCALL.get(name), rule.value());
    }
    if (ipc != SystemCalls.NONE) {
      addCarried(ipc, IPC_MASK, BY_IPC.get(name), rule.value());
    }
  }

  private void addCarried(int by, long mask, Integer argument, int value) {
    if (argument != null) {
      SeccompRule.Condition is =
          new SeccompRule.Condition(0, SeccompOperator.MASKED_EQ, mask, argument);
      add(by, List.of(is), value);
    }
  }

  private void add(int number, List<SeccompRule.Condition> conditions, int value) {
    List<Alternative> known = byNumber.get(number);
    if (known == null) {
      known = new ArrayList<>(1);
      byNumber.put(number, known);
    }
    if (!known.isEmpty() && known.get(0).conditions().isEmpty()) {
      return;
    }
    if (conditions.isEmpty()) {
      known.clear();
    }
    known.add(new Alternative(conditions, value));
  }
}
