// SPDX-License-Identifier: Apache-2.0
package io.jrun.doctor;

import io.jrun.container.SeccompAction;
import io.jrun.linux.Capability;
import io.jrun.linux.Procfs;
import io.jrun.linux.Seccomp;
import io.jrun.plan.Rights;
import io.jrun.wire.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The caller's rights, filters of system calls, security modules, keyrings. */
final class SecurityQuestions implements Questions {
  private static final String MODULES = "/sys/kernel/security/lsm";

  /** What a launch by root uses; without the first there is none. */
  private static final List<Capability> WANTED =
      List.of(
          Capability.CAP_SYS_ADMIN,
          Capability.CAP_CHOWN,
          Capability.CAP_DAC_OVERRIDE,
          Capability.CAP_KILL,
          Capability.CAP_MKNOD,
          Capability.CAP_NET_ADMIN,
          Capability.CAP_SETGID,
          Capability.CAP_SETPCAP,
          Capability.CAP_SETUID,
          Capability.CAP_SYS_RESOURCE);

  @Override
  public String title() {
    return "security";
  }

  @Override
  public List<Finding> ask(Examination host) {
    List<Finding> out = new ArrayList<>();
    capabilities(host, out);
    seccomp(host, out);
    modules(out);
    out.add(keyring(host));
    return out;
  }

  private static void capabilities(Examination host, List<Finding> out) {
    String subject = "rights";
    if (host.isOrdinaryUser()) {
      out.add(Finding.ok(subject, "an ordinary user's: containers have a user namespace"));
      return;
    }
    long had = Procfs.grantableCapabilities(host.caller().pid());
    List<String> missing =
        WANTED.stream().filter(each -> (had & each.bit()) == 0).map(Capability::name).toList();
    String who = host.rights() == Rights.ROOT ? "root's" : "root's of a user namespace";
    if (missing.isEmpty()) {
      out.add(Finding.ok(subject, who));
      return;
    }
    String remedy =
        "have whoever started this give them (docker run --cap-add, CapabilityBoundingSet= of a"
            + " unit); or run jrun as an ordinary user";
    if (missing.contains(Capability.CAP_SYS_ADMIN.name())) {
      out.add(Finding.broken(subject, who + ", without " + String.join(" ", missing), remedy));
    } else {
      out.add(Finding.limited(subject, who + ", without " + String.join(" ", missing), remedy));
    }
  }

  private static void seccomp(Examination host, List<Finding> out) {
    String subject = "seccomp";
    Outcome filters =
        host.attempt(recorder -> Seccomp.requireAction(recorder, SeccompAction.ERRNO.value(0)));
    if (!filters.succeeded()) {
      out.add(
          Finding.limited(
              subject,
              Examination.failure(filters),
              "a kernel with CONFIG_SECCOMP_FILTER has filters; without it take /linux/seccomp out of"
                  + " config.json (docker run --security-opt seccomp=unconfined)"));
      return;
    }
    Outcome listeners =
        host.attempt(recorder -> Seccomp.requireAction(recorder, SeccompAction.NOTIFY.value(0)));
    out.add(
        listeners.succeeded()
            ? Finding.ok(subject, "filters and listeners")
            : Finding.limited(
                subject,
                "filters, and no listeners: " + Examination.failure(listeners),
                "use a profile without SCMP_ACT_NOTIFY"));
  }

  private static void modules(List<Finding> out) {
    Optional<String> modules = Examination.line(MODULES);
    out.add(
        modules.isPresent()
            ? Finding.ok("security modules", modules.get())
            : Finding.note(
                "security modules",
                MODULES + " cannot be read",
                "mount securityfs to see which are on: mount -t securityfs none"
                    + " /sys/kernel/security"));
    boolean apparmor =
        Examination.line("/sys/module/apparmor/parameters/enabled").orElse("N").startsWith("Y");
    if (apparmor) {
      out.add(Finding.ok("AppArmor", "on"));
    }
    boolean selinux = Procfs.mounts().stream().anyMatch(each -> each.type().equals("selinuxfs"));
    if (selinux) {
      out.add(Finding.ok("SELinux", "on"));
    }
  }

  /** In a process of its own: the caller's keyring stays what it is. */
  private static Finding keyring(Examination host) {
    Outcome outcome = host.attemptApart(recorder -> recorder.joinSessionKeyring(host.ownName()));
    return outcome.succeeded()
        ? Finding.ok("keyring", "can be made")
        : Finding.limited(
            "keyring",
            Examination.failure(outcome),
            "run containers with --no-new-keyring, or raise kernel.keys.maxkeys and"
                + " kernel.keys.maxbytes (sysctl)");
  }
}
