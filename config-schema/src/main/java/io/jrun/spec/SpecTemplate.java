// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

import java.util.ArrayList;
import java.util.List;

/**
 * The documents that the {@code spec} command starts a user off with: field by field those of
 * {@code runc spec}, for a host with cgroup v2, for scripts and suites build on them. What differs
 * from runc 1.1:
 *
 * <ul>
 *   <li>{@code ociVersion} is that of the specification jrun follows; runc 1.1 accepts it.
 *   <li>{@code hostname} is jrun.
 *   <li>There is no ambient capability, as in later versions of runc: without inheritable ones none
 *       can be raised.
 *   <li>/sys/devices/virtual/tpm is masked too, as in later versions of runc, and
 *       /sys/devices/virtual/powercap: energy counters tell what other processes compute
 *       (CVE-2020-8694).
 * </ul>
 *
 * <p>There is no inheritable capability: with one, a program with file capabilities in the image
 * would gain it (CVE-2022-29162).
 */
public final class SpecTemplate {
  private static final String OCI_VERSION = "1.3.0";

  private SpecTemplate() {}

  /** What {@code spec} writes. */
  public static Spec defaultSpec() {
    return defaultSpec(true);
  }

  /** The same without its terminal: what most containers of engines are like. */
  public static Spec withoutTerminal() {
    return defaultSpec(false);
  }

  private static Spec defaultSpec(boolean terminal) {
    List<LinuxNamespace> namespaces = namespaces("pid", "network", "ipc", "uts", "mount", "cgroup");
    LinuxDeviceCgroup nothing = new LinuxDeviceCgroup(false, null, null, null, "rwm");
    LinuxResources resources =
        new LinuxResources(List.of(nothing), null, null, null, null, null, null, null, null);
    List<Mount> mounts = new ArrayList<>(mountsBeforeSys("gid=5"));
    mounts.add(mount("/sys", "sysfs", "sysfs", "nosuid", "noexec", "nodev", "ro"));
    mounts.add(cgroupMount());
    return spec(terminal, List.copyOf(mounts), linux(null, null, resources, namespaces));
  }

  /**
   * What {@code spec --rootless} writes: a user namespace that maps one user and one group, the
   * host's network, no limits. /sys is the host's, because sysfs can be mounted only by the owner
   * of the network namespace; /dev/pts has no group, because group 5 is not mapped.
   */
  public static Spec rootless(long uid, long gid) {
    List<LinuxNamespace> namespaces = namespaces("pid", "ipc", "uts", "mount", "cgroup", "user");
    List<Mount> mounts = new ArrayList<>(mountsBeforeSys());
    mounts.add(mount("/sys", "none", "/sys", "rbind", "nosuid", "noexec", "nodev", "ro"));
    mounts.add(cgroupMount());
    List<LinuxIdMapping> uidMappings = List.of(new LinuxIdMapping(0, uid, 1));
    List<LinuxIdMapping> gidMappings = List.of(new LinuxIdMapping(0, gid, 1));
    return spec(true, List.copyOf(mounts), linux(uidMappings, gidMappings, null, namespaces));
  }

  private static Spec spec(boolean terminal, List<Mount> mounts, Linux linux) {
    Root root = new Root("rootfs", true);
    return new Spec(OCI_VERSION, root, process(terminal), "jrun", null, mounts, null, null, linux);
  }

  private static Process process(boolean terminal) {
    List<String> names = List.of("CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE");
    LinuxCapabilities capabilities = new LinuxCapabilities(names, names, null, names, null);
    List<String> env =
        List.of("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm");
    return new Process(
        terminal,
        null,
        new User(0, 0, null, null),
        List.of("sh"),
        env,
        "/",
        capabilities,
        List.of(new PosixRlimit("RLIMIT_NOFILE", 1024, 1024)),
        true,
        null,
        null,
        null,
        null,
        null,
        null);
  }

  private static List<Mount> mountsBeforeSys(String... moreForPts) {
    List<String> pts =
        new ArrayList<>(List.of("nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"));
    pts.addAll(List.of(moreForPts));
    return List.of(
        new Mount("/proc", "proc", "proc", null, null, null),
        mount("/dev", "tmpfs", "tmpfs", "nosuid", "strictatime", "mode=755", "size=65536k"),
        new Mount("/dev/pts", "devpts", "devpts", List.copyOf(pts), null, null),
        mount("/dev/shm", "tmpfs", "shm", "nosuid", "noexec", "nodev", "mode=1777", "size=65536k"),
        mount("/dev/mqueue", "mqueue", "mqueue", "nosuid", "noexec", "nodev"));
  }

  private static Mount cgroupMount() {
    return mount(
        "/sys/fs/cgroup", "cgroup", "cgroup", "nosuid", "noexec", "nodev", "relatime", "ro");
  }

  private static Mount mount(String destination, String type, String source, String... options) {
    return new Mount(destination, type, source, List.of(options), null, null);
  }

  private static List<LinuxNamespace> namespaces(String... types) {
    List<LinuxNamespace> namespaces = new ArrayList<>();
    for (String type : types) {
      namespaces.add(new LinuxNamespace(type, null));
    }
    return List.copyOf(namespaces);
  }

  private static Linux linux(
      List<LinuxIdMapping> uidMappings,
      List<LinuxIdMapping> gidMappings,
      LinuxResources resources,
      List<LinuxNamespace> namespaces) {
    List<String> maskedPaths =
        List.of(
            "/proc/acpi",
            "/proc/asound",
            "/proc/kcore",
            "/proc/keys",
            "/proc/latency_stats",
            "/proc/timer_list",
            "/proc/timer_stats",
            "/proc/sched_debug",
            "/sys/firmware",
            "/proc/scsi",
            "/sys/devices/virtual/tpm",
            "/sys/devices/virtual/powercap");
    List<String> readonlyPaths =
        List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");
    return new Linux(
        uidMappings,
        gidMappings,
        null,
        resources,
        null,
        namespaces,
        null,
        null,
        null,
        null,
        maskedPaths,
        readonlyPaths,
        null,
        null,
        null,
        null,
        null);
  }
}
