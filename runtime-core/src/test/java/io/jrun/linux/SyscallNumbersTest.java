// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

class SyscallNumbersTest {
  private static final Path X86_64 = Path.of("/usr/include/x86_64-linux-gnu/asm/unistd_64.h");
  private static final Path GENERIC = Path.of("/usr/include/asm-generic/unistd.h");

  static boolean kernelHeadersAreInstalled() {
    return Files.exists(X86_64) && Files.exists(GENERIC);
  }

  @Test
  @EnabledIf("kernelHeadersAreInstalled")
  void numbersAreThoseOfTheKernelsHeaders() throws IOException, ReflectiveOperationException {
    Map<String, Integer> x86 = numbers(X86_64);
    Map<String, Integer> generic = numbers(GENERIC);
    for (Syscall each : Syscall.values()) {
      assertEquals(x86.get(each.callName()), field(each, "x86"), each + " on x86_64");
      String name =
          Map.of("fcntl", "3264_fcntl", "fstatfs", "3264_fstatfs")
              .getOrDefault(each.callName(), each.callName());
      assertEquals(generic.get(name), field(each, "aarch64"), each + " on aarch64");
    }
  }

  @Test
  void noTwoCallsHaveTheSameNumber() throws ReflectiveOperationException {
    for (String architecture : new String[] {"x86", "aarch64"}) {
      Set<Integer> seen = new HashSet<>();
      for (Syscall each : Syscall.values()) {
        assertTrue(seen.add(field(each, architecture)), each + " on " + architecture);
      }
    }
  }

  private static int field(Syscall call, String architecture) throws ReflectiveOperationException {
    var field = Syscall.class.getDeclaredField(architecture);
    field.setAccessible(true);
    return field.getInt(call);
  }

  private static Map<String, Integer> numbers(Path header) throws IOException {
    Map<String, Integer> out = new HashMap<>();
    Matcher define =
        Pattern.compile("#define __NR(?:3264)?_(\\w+) (\\d+)").matcher(Files.readString(header));
    while (define.find()) {
      boolean both = define.group().contains("__NR3264");
      out.put((both ? "3264_" : "") + define.group(1), Integer.parseInt(define.group(2)));
    }
    return out;
  }
}
