// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

import java.util.Locale;
import java.util.OptionalInt;

/** Signals, by the names and numbers of asm-generic/signal.h (the same on x86_64 and aarch64). */
public final class Signal {
  private static final int MAX = 64;
  private static final int RT_MIN = 34;
  private static final String[] NAMES = {
    "", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
    "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU",
    "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS"
  };

  /** In the words of strsignal(3), as Go has them. */
  private static final String[] DESCRIPTIONS = {
    "",
    "hangup",
    "interrupt",
    "quit",
    "illegal instruction",
    "trace/breakpoint trap",
    "aborted",
    "bus error",
    "floating point exception",
    "killed",
    "user defined signal 1",
    "segmentation fault",
    "user defined signal 2",
    "broken pipe",
    "alarm clock",
    "terminated",
    "stack fault",
    "child exited",
    "continued",
    "stopped (signal)",
    "stopped",
    "stopped (tty input)",
    "stopped (tty output)",
    "urgent I/O condition",
    "CPU time limit exceeded",
    "file size limit exceeded",
    "virtual timer expired",
    "profiling timer expired",
    "window changed",
    "I/O possible",
    "power failure",
    "bad system call"
  };

  public static final int KILL = 9;
  public static final int TERM = 15;

  /**
   * As a set: those whose default action ends a process, but for KILL. The others are CHLD, CONT,
   * STOP, TSTP, TTIN, TTOU, URG and WINCH. Source: signal(7).
   */
  public static final long ENDING = ~(set(KILL) | 0x7fL << 16 | set(28));

  private static long set(int number) {
    return 1L << (number - 1);
  }

  private Signal() {}

  /** What Go, and so runc, calls the end by a signal: "killed" for 9. */
  public static String describe(int number) {
    return number > 0 && number < DESCRIPTIONS.length ? DESCRIPTIONS[number] : "signal " + number;
  }

  /**
   * Reads "TERM", "SIGTERM", "sigterm", "15", "RTMIN+3", "RTMAX-1".
   *
   * @return the number, 0 (which only asks) to 64; empty if it is none
   */
  public static OptionalInt parse(String text) {
    if (!text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return text.length() > 3 ? OptionalInt.empty() : checked(Integer.parseInt(text));
    }
    if (text.chars().anyMatch(c -> c > 'z')) {
      return OptionalInt.empty(); // what upper-casing would make a letter of
    }
    String name = text.toUpperCase(Locale.ROOT);
    name = name.startsWith("SIG") ? name.substring(3) : name;
    for (int i = 1; i < NAMES.length; i++) {
      if (NAMES[i].equals(name)) {
        return OptionalInt.of(i);
      }
    }
    return switch (name) {
      case "POLL" -> OptionalInt.of(29);
      case "IOT" -> OptionalInt.of(6);
      case "CLD" -> OptionalInt.of(17);
      default -> realTime(name);
    };
  }

  private static OptionalInt realTime(String name) {
    if (name.startsWith("RTMIN")) {
      return offset(name.substring(5), '+', RT_MIN);
    }
    return name.startsWith("RTMAX") ? offset(name.substring(5), '-', MAX) : OptionalInt.empty();
  }

  private static OptionalInt offset(String rest, char sign, int from) {
    if (rest.isEmpty()) {
      return OptionalInt.of(from);
    }
    boolean digits = rest.length() >= 2 && rest.length() <= 3 && rest.charAt(0) == sign;
    for (int i = 1; i < rest.length(); i++) {
      digits &= rest.charAt(i) >= '0' && rest.charAt(i) <= '9';
    }
    if (!digits) {
      return OptionalInt.empty();
    }
    int by = Integer.parseInt(rest.substring(1));
    int number = sign == '+' ? from + by : from - by;
    return number < RT_MIN ? OptionalInt.empty() : checked(number);
  }

  private static OptionalInt checked(int number) {
    return number >= 0 && number <= MAX ? OptionalInt.of(number) : OptionalInt.empty();
  }
}
