// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import io.jrun.spec.LinuxSeccompArg;
import io.jrun.spec.LinuxSyscall;
import java.util.ArrayList;
import java.util.List;

/**
 * What is done about some system calls: config-linux.md, "Seccomp", {@code syscalls}.
 *
 * @param names of system calls; those that no architecture has are passed over
 * @param errno what the action carries; 0 where it carries nothing
 * @param conditions of which all must hold, or one if several are about one argument: {@link
 *     #alternatives}
 */
public record SeccompRule(
    List<String> names, SeccompAction action, int errno, List<Condition> conditions) {
  private static final int ARGUMENTS = 6;

  /** A comparison of an argument: {@code value} is the mask of MASKED_EQ; both are unsigned. */
  public record Condition(int index, SeccompOperator operator, long value, long valueTwo) {}

  /** The filter's return value. */
  public int value() {
    return action.value(errno);
  }

  /**
   * Lists of conditions of which one must hold wholly. Where several are about one argument, each
   * condition stands for itself, as in runc.
   */
  public List<List<Condition>> alternatives() {
    int seen = 0;
    for (Condition each : conditions) {
      if ((seen & 1 << each.index()) != 0) {
        List<List<Condition>> out = new ArrayList<>();
        conditions.forEach(one -> out.add(List.of(one)));
        return out;
      }
      seen |= 1 << each.index();
    }
    return List.of(conditions);
  }

  static SeccompRule parse(LinuxSyscall syscall, String pointer, Problems problems) {
    List<String> names = syscall.names() == null ? List.of() : syscall.names();
    problems.require(!names.isEmpty(), pointer + "/names", "must name at least one system call");
    for (int i = 0; i < names.size(); i++) {
      if (names.get(i).isEmpty()) {
        problems.add(pointer + "/names/" + i, "must not be an empty string");
      }
    }
    SeccompAction action = SeccompAction.parse(syscall.action(), pointer + "/action", problems);
    int errno = SeccompAction.errno(action, syscall.errnoRet(), pointer + "/errnoRet", problems);
    return new SeccompRule(
        List.copyOf(names),
        action,
        errno,
        conditions(syscall.args(), pointer + "/args/", problems));
  }

  private static List<Condition> conditions(
      List<LinuxSeccompArg> args, String pointer, Problems problems) {
    List<Condition> out = new ArrayList<>(0);
    for (int i = 0; args != null && i < args.size(); i++) {
      LinuxSeccompArg arg = args.get(i);
      if (arg.index() >= ARGUMENTS) {
        problems.add(
            pointer + i + "/index",
            "is " + arg.index() + ": a system call has the arguments 0 to 5");
      }
      SeccompOperator operator = SeccompOperator.named(arg.op());
      if (operator == null) {
        problems.add(
            pointer + i + "/op",
            "unknown operator \""
                + arg.op()
                + "\": known are SCMP_CMP_NE, LT, LE, EQ, GE, GT, MASKED_EQ");
      }
      out.add(
          new Condition(
              (int) Math.min(arg.index(), ARGUMENTS - 1),
              operator,
              arg.value(),
              arg.valueTwo() == null ? 0 : arg.valueTwo()));
    }
    return List.copyOf(out);
  }
}
