// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import io.jrun.spec.Linux;
import io.jrun.spec.LinuxResources;
import io.jrun.spec.Mount;
import io.jrun.spec.Spec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A container's description, checked: holding one proves that every check ran. Source: config.md,
 * config-linux.md.
 *
 * @param rootfs absolute path of the root file system on the host
 * @param hostname empty to leave it
 * @param cgroupsPath as written; empty if absent
 * @param devices rules as written, without the defaults
 * @param devicesDeclared whether the document has a device list at all
 * @param warnings what is odd but carried out, or left out where that does no harm
 */
public record ContainerSpec(
    Rootfs rootfs,
    ProcessSpec process,
    Host names,
    List<MountSpec> mounts,
    Namespaces namespaces,
    Restrictions restrictions,
    HooksSpec hooks,
    Cgroup cgroup,
    Map<String, String> annotations,
    List<Problems.Entry> warnings) {

  /**
   * The root file system: config.md "Root", config-linux.md "Rootfs Mount Propagation", "Devices",
   * "Mount Label".
   *
   * @param label SELinux context of the file systems mounted in it; empty if there is none
   */
  public record Rootfs(
      String path,
      boolean readonly,
      RootfsPropagation propagation,
      List<DeviceNode> devices,
      String label) {}

  /** hostname and domainname, empty ones being left as they are; what is to be had of the host. */
  public record Host(
      String hostname,
      String domainname,
      List<Sysctl> sysctls,
      List<NetDevice> netDevices,
      Optional<IntelRdt> intelRdt) {}

  /** maskedPaths, readonlyPaths and seccomp. */
  public record Restrictions(
      List<String> masked, List<String> readonly, Optional<SeccompSpec> seccomp) {}

  /**
   * The cgroup: cgroupsPath as written (empty if absent), the device rules as written, and limits
   * if any are mentioned.
   */
  public record Cgroup(String path, List<DeviceRule> devices, Optional<Resources> resources) {}

  /**
   * Checks a document.
   *
   * @param bundle absolute path of the bundle, which relative paths start from
   * @throws InvalidSpecException with every problem found
   */
  public static ContainerSpec parse(Spec spec, String bundle) {
    Problems problems = new Problems();
    Linux linux = spec.linux() == null ? EMPTY : spec.linux();
    checkVersion(spec.ociVersion(), problems);
    Rootfs rootfs = rootfs(spec, linux, bundle, problems);
    ProcessSpec process = ProcessSpec.parse(spec.process(), spec.annotations(), linux, problems);
    Namespaces namespaces = Namespaces.parse(linux, problems);
    Host names = names(spec, linux, namespaces, problems);
    List<MountSpec> mounts = mounts(spec.mounts(), bundle, namespaces.mappings(), problems);
    Restrictions restrictions =
        new Restrictions(
            masked(linux.maskedPaths(), problems),
            paths(linux.readonlyPaths(), "/linux/readonlyPaths/", problems),
            SeccompSpec.parse(linux.seccomp(), problems));
    HooksSpec hooks = HooksSpec.parse(spec.hooks(), problems);
    Cgroup cgroup =
        new Cgroup(
            linux.cgroupsPath() == null ? "" : linux.cgroupsPath(),
            DeviceRule.parse(
                linux.resources() == null ? null : linux.resources().devices(), problems),
            mentionsLimits(linux.resources())
                ? Optional.of(
                    Resources.parse(
                        linux.resources(),
                        !SemanticVersion.isBefore(spec.ociVersion(), ZERO_IS_A_LIMIT),
                        "/linux/resources",
                        problems))
                : Optional.empty());
    checkAnnotations(spec.annotations(), problems);
    checkCgroupsPath(cgroup.path(), problems);
    for (MountSpec mount : mounts) {
      mount.checkIds(namespaces, problems);
    }
    checkUser(process, namespaces, problems);
    if (!problems.isEmpty()) {
      throw new InvalidSpecException(problems);
    }
    return new ContainerSpec(
        rootfs,
        process,
        names,
        mounts,
        namespaces,
        restrictions,
        hooks,
        cgroup,
        spec.annotations() == null ? Map.of() : spec.annotations(),
        problems.warnings());
  }

  /** The minor version of the specification since which a limit of no process is one. */
  private static final int ZERO_IS_A_LIMIT = 3;

  private static final long MOST_ANNOTATIONS = 8 << 20;
  private static final int MOST_NAME = 255;

  private static final Linux EMPTY =
      new Linux(
          null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
          null, null);

  private static void checkVersion(String version, Problems problems) {
    if (version == null || version.isEmpty()) {
      problems.add("/ociVersion", "needed: for example \"1.3.0\"");
    } else if (!SemanticVersion.isMajor(version, 1)) {
      problems.add("/ociVersion", "\"" + version + "\" is not a version 1.y.z of the runtime spec");
    }
  }

  private static Rootfs rootfs(Spec spec, Linux linux, String bundle, Problems problems) {
    RootfsPropagation propagation = RootfsPropagation.parse(linux.rootfsPropagation(), problems);
    List<DeviceNode> devices = DeviceNode.parse(linux.devices(), problems);
    if (spec.root() == null) {
      problems.add("/root", "root must be specified");
      return null;
    }
    String path = spec.root().path() == null ? "" : spec.root().path();
    problems.require(!path.isEmpty(), "/root/path", "must not be empty");
    String absolute = Paths.absolute(bundle, path);
    problems.require(
        !absolute.equals("/"), "/root/path", "the host's own root cannot be a container's");
    return new Rootfs(
        absolute,
        Boolean.TRUE.equals(spec.root().readonly()),
        propagation,
        devices,
        linux.mountLabel() == null ? "" : linux.mountLabel());
  }

  private static Host names(Spec spec, Linux linux, Namespaces namespaces, Problems problems) {
    String hostname = spec.hostname() == null ? "" : spec.hostname();
    String domainname = spec.domainname() == null ? "" : spec.domainname();
    boolean uts = namespaces.isPrivate(NamespaceType.UTS);
    problems.require(
        hostname.isEmpty() || uts,
        "/hostname",
        "unable to set hostname without a private UTS namespace");
    problems.require(
        domainname.isEmpty() || uts,
        "/domainname",
        "unable to set domainname without a private UTS namespace");
    checkName(hostname, "/hostname", problems);
    checkName(domainname, "/domainname", problems);
    return new Host(
        hostname,
        domainname,
        Sysctl.parse(linux.sysctl(), namespaces, problems),
        NetDevice.parse(linux.netDevices(), namespaces, problems),
        IntelRdt.parse(linux.intelRdt(), problems));
  }

  /** Both are 64 bytes at most: __NEW_UTS_LEN of linux/utsname.h. */
  private static void checkName(String name, String pointer, Problems problems) {
    int length = name.getBytes(StandardCharsets.UTF_8).length;
    problems.require(length <= 64, pointer, "is " + length + " bytes long; the kernel takes 64");
  }

  private static List<MountSpec> mounts(
      List<Mount> declared, String bundle, IdMappings container, Problems problems) {
    List<MountSpec> out = new ArrayList<>();
    for (int i = 0; declared != null && i < declared.size(); i++) {
      out.add(MountSpec.parse(declared.get(i), "/mounts/" + i, bundle, container, problems));
    }
    return List.copyOf(out);
  }

  /** A mask on the root would cover nothing: whoever is in it has it already. */
  private static List<String> masked(List<String> declared, Problems problems) {
    List<String> out = paths(declared, MASKED, problems);
    for (int i = 0; i < out.size(); i++) {
      problems.require(
          !out.get(i).equals("/"),
          MASKED + i,
          "the root cannot be masked: name the paths in it that are to be");
    }
    return out;
  }

  private static final String MASKED = "/linux/maskedPaths/";

  private static List<String> paths(List<String> declared, String pointer, Problems problems) {
    List<String> out = new ArrayList<>();
    for (int i = 0; declared != null && i < declared.size(); i++) {
      String path = declared.get(i);
      problems.require(path.startsWith("/"), pointer + i, "must be an absolute path");
      out.add(Paths.clean(path));
    }
    return List.copyOf(out);
  }

  /** Whoever is to be somebody in a new user namespace must be mapped there. */
  private static void checkUser(ProcessSpec process, Namespaces namespaces, Problems problems) {
    IdMappings mappings = namespaces.mappings();
    if (process == null || !namespaces.isNew(NamespaceType.USER) || mappings.isEmpty()) {
      return;
    }
    String unmapped = " is not mapped in the container's user namespace";
    problems.require(
        mappings.hostUid(process.uid()).isPresent(),
        "/process/user/uid",
        "user " + process.uid() + unmapped);
    problems.require(
        mappings.hostGid(process.gid()).isPresent(),
        "/process/user/gid",
        "group " + process.gid() + unmapped);
    for (int i = 0; i < process.additionalGids().size(); i++) {
      long gid = process.additionalGids().get(i);
      problems.require(
          mappings.hostGid(gid).isPresent(),
          "/process/user/additionalGids/" + i,
          "group " + gid + unmapped);
    }
  }

  /** Whether anything but devices is mentioned: what is not costs a cold core nothing. */
  private static boolean mentionsLimits(LinuxResources declared) {
    return declared != null
        && (declared.memory() != null
            || declared.cpu() != null
            || declared.pids() != null
            || declared.blockIO() != null
            || declared.hugepageLimits() != null
            || declared.network() != null
            || declared.rdma() != null
            || declared.unified() != null);
  }

  /** They are kept with the state, and told with it: what has no end would end that. */
  private static void checkAnnotations(Map<String, String> annotations, Problems problems) {
    if (annotations == null) {
      return;
    }
    problems.require(!annotations.containsKey(""), "/annotations/", "a key must not be empty");
    long size = 0;
    for (Map.Entry<String, String> each : annotations.entrySet()) {
      size += written(each.getKey()) + written(each.getValue());
    }
    problems.require(
        size <= MOST_ANNOTATIONS,
        "/annotations",
        "are " + size + " bytes long, more than the " + MOST_ANNOTATIONS + " that a state holds");
  }

  /** How many bytes a text is of at most, as a JSON string. */
  private static long written(String text) {
    long size = 6; // quotes, colon, comma
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      size += c < ' ' ? 6 : c == '"' || c == '\\' ? 2 : c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
    }
    return size;
  }

  /** Longest name of a directory, and of a path with what lies in a cgroup: linux/limits.h. */
  private static void checkCgroupsPath(String path, Problems problems) {
    for (String name : path.split("/")) {
      problems.require(
          name.getBytes(StandardCharsets.UTF_8).length <= MOST_NAME,
          "/linux/cgroupsPath",
          "has a name in it that is longer than " + MOST_NAME + " bytes");
    }
    problems.require(
        path.indexOf('\n') < 0, "/linux/cgroupsPath", "a cgroup's name has no line feed in it");
  }
}
