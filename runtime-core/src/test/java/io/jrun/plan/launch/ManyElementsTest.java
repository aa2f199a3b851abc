// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.jrun.bundle.Bundle;
import io.jrun.bundle.InvalidBundleException;
import io.jrun.container.ContainerSpec;
import io.jrun.program.ProgramTooLongException;
import io.jrun.spec.Spec;
import io.jrun.wire.ProgramWriter;
import java.lang.management.ManagementFactory;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Every list and every map of config.json with ten thousand elements, right ones and wrong ones of
 * several kinds: reading, checking and planning take a time, and an amount of memory, that grows as
 * the list does and no faster, and of what is wrong a hundred problems are told.
 */
class ManyElementsTest {
  private static final int MANY = 10_000;
  private static final int FEW = 1_000;

  /** Ten times as much is linear; what is quadratic takes a hundred times as much. */
  private static final int GROWTH = 30;

  /** Only what hangs takes as long. */
  private static final Duration HANG = Duration.ofSeconds(60);

  /** Elements that are taken: # is the index. What is not here is taken by nobody ten times. */
  private static final Map<String, String> SOUND =
      Map.ofEntries(
          Map.entry("/process/args", "'a#'"),
          Map.entry("/process/env", "'K#=v'"),
          Map.entry("/process/user/additionalGids", "#"),
          Map.entry("/process/capabilities/bounding", "'CAP_NET_RAW'"),
          Map.entry("/process/capabilities/inheritable", "'CAP_NET_RAW'"),
          Map.entry("/mounts", "{'destination':'/m#','type':'tmpfs','source':'m'}"),
          Map.entry("/mounts/0/options", "'k#=v'"),
          Map.entry("/hooks/prestart", "{'path':'/h'}"),
          Map.entry("/hooks/createRuntime", "{'path':'/h','args':['#']}"),
          Map.entry("/hooks/createContainer", "{'path':'/h'}"),
          Map.entry("/hooks/startContainer", "{'path':'/h'}"),
          Map.entry("/hooks/poststart", "{'path':'/h'}"),
          Map.entry("/hooks/poststop", "{'path':'/h'}"),
          Map.entry("/annotations", "'v#'"),
          Map.entry("/linux/devices", "{'path':'/dev/d#','type':'c','major':1,'minor':3}"),
          Map.entry("/linux/sysctl", "'1'"),
          Map.entry("/linux/maskedPaths", "'/m#'"),
          Map.entry("/linux/readonlyPaths", "'/r#'"),
          Map.entry("/linux/netDevices", "{'name':'n#'}"),
          Map.entry("/linux/intelRdt/schemata", "'L3:#=f'"),
          Map.entry("/linux/resources/devices", "{'allow':true,'type':'c','major':#,'access':'r'}"),
          Map.entry("/linux/resources/hugepageLimits", "{'pageSize':'2MB','limit':#}"),
          Map.entry("/linux/resources/rdma", "{'hcaHandles':#}"),
          Map.entry("/linux/resources/unified", "'1'"),
          Map.entry("/linux/resources/blockIO/weightDevice", "{'major':8,'minor':#,'weight':100}"),
          Map.entry(
              "/linux/resources/blockIO/throttleReadBpsDevice", "{'major':8,'minor':#,'rate':1}"),
          Map.entry("/linux/seccomp/architectures", "'SCMP_ARCH_X86'"),
          Map.entry("/linux/seccomp/flags", "'SECCOMP_FILTER_FLAG_LOG'"),
          Map.entry("/linux/seccomp/syscalls", "{'names':['c#'],'action':'SCMP_ACT_ERRNO'}"),
          Map.entry("/linux/seccomp/syscalls/0/names", "'c#'"));

  /** What every element of a list needs around it, where the template has nothing there. */
  private static final Map<String, String> AROUND =
      Map.of(
          "/mounts/0", "{'destination':'/t','type':'tmpfs','source':'t','%s':%s}",
          "/hooks/prestart/0", "{'path':'/h','%s':%s}",
          "/linux/seccomp", "{'defaultAction':'SCMP_ACT_ALLOW','%s':%s}",
          "/linux/seccomp/syscalls/0", "{'names':['read'],'action':'SCMP_ACT_ERRNO','%s':%s}",
          "/process", "{'cwd':'/','args':['sh'],'%s':%s}",
          "/process/user", "{'uid':0,'gid':0,'%s':%s}",
          "/process/scheduler", "{'policy':'SCHED_OTHER','%s':%s}",
          "/linux/memoryPolicy", "{'mode':'MPOL_BIND','nodes':'0','%s':%s}");

  /** A list, or a map, of config.json: where it is, and what it has in it. */
  private record Many(String pointer, Type element, boolean isMap) {}

  /** The pointers of all there are; where one is in another it is in the first of those. */
  private static List<Many> all() {
    List<Many> out = new ArrayList<>();
    find(Spec.class, "", out);
    return out;
  }

  private static void find(Class<?> type, String pointer, List<Many> out) {
    for (RecordComponent each : type.getRecordComponents()) {
      String at = pointer + "/" + each.getName();
      if (each.getGenericType() instanceof ParameterizedType generic) {
        boolean map = generic.getRawType() == Map.class;
        Type element = generic.getActualTypeArguments()[map ? 1 : 0];
        out.add(new Many(at, element, map));
        if (!map && element instanceof Class<?> inner && inner.isRecord()) {
          find(inner, at + "/0", out);
        }
      } else if (each.getType().isRecord()) {
        find(each.getType(), at, out);
      }
    }
  }

  /** The kinds of elements: taken ones; alike; each another; of no use; of the wrong type. */
  private static List<String> kinds(Many many) {
    List<String> out = new ArrayList<>();
    if (SOUND.containsKey(many.pointer())) {
      out.add(SOUND.get(many.pointer()));
    }
    out.add(element(many.element(), "1", "'x'"));
    out.add(element(many.element(), "#", "'x#'"));
    out.add(element(many.element(), "#", "'/x#'"));
    out.add("true");
    return out;
  }

  private static String element(Type type, String number, String text) {
    if (type == String.class) {
      return text;
    }
    if (type instanceof ParameterizedType) {
      return "[" + text + "]";
    }
    if (!((Class<?>) type).isRecord()) {
      return number;
    }
    List<String> fields = new ArrayList<>();
    for (RecordComponent each : ((Class<?>) type).getRecordComponents()) {
      Class<?> of = each.getType();
      boolean isText = of == String.class;
      if (isText || of == Long.class || of == long.class || of == Integer.class) {
        fields.add("'" + each.getName() + "':" + (isText ? text : number));
      } else if (of == boolean.class) {
        fields.add("'" + each.getName() + "':true");
      }
    }
    return "{" + String.join(",", fields) + "}";
  }

  private static byte[] document(Many many, String element, int count) {
    StringBuilder list = new StringBuilder();
    for (int i = 0; i < count; i++) {
      String index = Integer.toString(i);
      list.append(i == 0 ? "" : ",");
      if (many.isMap()) {
        list.append("'").append(key(many.pointer(), index)).append("':");
      }
      list.append(element.replace("#", index));
    }
    String value = (many.isMap() ? "{" + list + "}" : "[" + list + "]").replace('\'', '"');
    return within(many.pointer(), value).getBytes(StandardCharsets.UTF_8);
  }

  private static String key(String pointer, String index) {
    return pointer.endsWith("/sysctl") ? "net.x" + index : "k" + index;
  }

  /** The default document with a value put at a pointer. */
  private static String within(String pointer, String value) {
    String inner = value;
    String at = pointer;
    while (at.indexOf('/', 1) > 0) {
      String parent = at.substring(0, at.lastIndexOf('/'));
      String key = at.substring(parent.length() + 1);
      String plain =
          Character.isDigit(key.charAt(0))
              ? "[%2$s]"
              : AROUND
                  .getOrDefault(parent, "{'%s':%s}")
                  .replaceFirst("'" + key + "':(\\[[^]]*\\]|'[^']*'),", "")
                  .replace('\'', '"');
      inner = String.format(plain, key, inner);
      at = parent;
    }
    String own = at.substring(1);
    String base = "{'ociVersion':'1.3.0','root':{'path':'rootfs'}%s%s,'%s':%s}".replace('\'', '"');
    String process = own.equals("process") ? "" : ",\"process\":{\"cwd\":\"/\",\"args\":[\"sh\"]}";
    String linux = own.equals("linux") ? "" : ",\"linux\":{\"namespaces\":[{\"type\":\"mount\"}]}";
    if (own.equals("linux") && !pointer.equals("/linux/namespaces")) {
      inner = "{\"namespaces\":[{\"type\":\"mount\"},{\"type\":\"network\"}]," + inner.substring(1);
    }
    return String.format(base, process, linux, own, inner);
  }

  @TestFactory
  Stream<DynamicTest> tenThousandOfThemTakeTenTimesWhatAThousandTake() {
    List<DynamicTest> out = new ArrayList<>();
    for (Many many : all()) {
      for (String element : kinds(many)) {
        out.add(
            DynamicTest.dynamicTest(
                many.pointer() + " " + element,
                () -> assertTimeoutPreemptively(HANG, () -> growsEvenly(many, element))));
      }
    }
    return out.stream();
  }

  private static void growsEvenly(Many many, String element) {
    long few = allocated(document(many, element, FEW));
    long many10 = allocated(document(many, element, MANY));
    assertTrue(
        many10 < few * GROWTH + (64 << 20),
        () -> FEW + " took " + few + " bytes of memory, " + MANY + " took " + many10);
  }

  /** How many bytes of memory are taken by whoever reads, checks and plans a document. */
  private static long allocated(byte[] document) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
    try {
      ContainerSpec spec = Bundle.parse(document, "/bundle");
      ProgramWriter.write(
          PlanCases.compile(spec, document, PlanCases.options("default")).front(), false);
    } catch (InvalidBundleException e) {
      assertTrue(e.problems().size() <= 101, () -> e.problems().size() + " problems");
      assertTrue(e.getMessage().length() < 1 << 20, () -> e.getMessage().length() + " characters");
    } catch (ProgramTooLongException e) {
      assertTrue(e.getMessage().length() > 0);
    }
    return threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
  }

  @Test
  void theSoundOnesAreTakenOrTooMany() {
    for (Many many : all()) {
      if (SOUND.containsKey(many.pointer())) {
        byte[] one = document(many, SOUND.get(many.pointer()), 1);
        assertEquals("", problems(one), many.pointer());
      }
    }
  }

  private static String problems(byte[] document) {
    try {
      Bundle.parse(document, "/bundle");
      return "";
    } catch (InvalidBundleException e) {
      return e.getMessage();
    }
  }
}
