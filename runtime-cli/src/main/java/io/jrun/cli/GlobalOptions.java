// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import io.jrun.container.Paths;
import io.jrun.failure.ContainerException;
import io.jrun.lifecycle.CallersFiles;
import io.jrun.plan.CgroupManager;
import io.jrun.wire.CallerContext;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;

/**
 * The options before the command: where state is, how to log.
 *
 * @param root absolute path of the state root, once {@link #withRoot} has seen to that
 * @param cgroupManagerWord what makes cgroups, as given
 * @param rest the command and what follows it
 */
record GlobalOptions(
    Optional<String> givenRoot,
    String root,
    Logging logging,
    String cgroupManagerWord,
    String rootless,
    String core,
    boolean help,
    boolean version,
    List<String> rest) {

  private static final String ROOTS = "/run/jrun";

  /** {@code --log}, {@code --log-format}, {@code --log-level}, {@code --debug}. */
  record Logging(Optional<String> file, String format, String level) {
    boolean json() {
      return format.equals("json");
    }
  }

  static Options model() {
    Options options = new Options("jrun");
    options.add(Option.text("DIR", "directory for the state of containers", "--root"));
    options.add(Option.text("FILE", "file to log to, default: stderr", "--log"));
    options.add(
        Option.choice(
            List.of("text", "json"),
            "FORMAT",
            "format of log records: text or json",
            "--log-format"));
    options.add(
        Option.choice(
            List.of("error", "warning", "info", "debug"),
            "LEVEL",
            "error, warning, info or debug",
            "--log-level"));
    options.add(Option.flag("log at debug level, show stack traces", "--debug"));
    options.add(Option.flag("use systemd to manage cgroups", "--systemd-cgroup"));
    options.add(
        Option.choice(
            List.of("cgroupfs", "systemd", "disabled"),
            "MANAGER",
            "what makes cgroups: cgroupfs, systemd, or disabled for none",
            "--cgroup-manager"));
    options.add(
        Option.choice(
            List.of("true", "false", "auto"),
            "WHEN",
            "ignore cgroup permission errors: true, false or auto",
            "--rootless"));
    // Obeyed by the front before a core is asked.
    options.add(
        Option.choice(
            List.of("auto", "warm", "cold"),
            "WHICH",
            "auto, warm or cold: which core carries the command out",
            "--core"));
    options.add(Option.flag("show help", "--help", "-h"));
    options.add(Option.flag("print the version", "--version", "-v"));
    return options;
  }

  static GlobalOptions parse(CallerContext caller) {
    List<String> words = caller.arguments();
    Arguments arguments;
    try {
      Options model = Grammar.model("");
      arguments =
          Grammar.parse(
              model != null ? model : Grammar.keep("", model()),
              words.subList(Math.min(1, words.size()), words.size()),
              true);
    } catch (CommandLine.ParameterException e) {
      throw UsageException.of(e, null);
    }
    Optional<String> root = arguments.text("--root");
    String log = arguments.text("--log").orElse("");
    return new GlobalOptions(
        root,
        root.isPresent() ? Paths.join(caller.cwd(), root.get()) : defaultRoot(caller),
        new Logging(
            log.isEmpty() ? Optional.empty() : Optional.of(Paths.join(caller.cwd(), log)),
            arguments.text("--log-format").orElse("text"),
            arguments.flag("--debug") ? "debug" : arguments.text("--log-level").orElse("info")),
        arguments
            .text("--cgroup-manager")
            .orElse(arguments.flag("--systemd-cgroup") ? "systemd" : "cgroupfs"),
        arguments.text("--rootless").orElse("auto"),
        arguments.text("--core").orElse(caller.variable("JRUN_CORE").orElse("auto")),
        arguments.flag("--help"),
        arguments.flag("--version"),
        arguments.words());
  }

  /** The same with the state root by a name that means the same to every process. */
  GlobalOptions withRoot(CallersFiles files) {
    return root.equals(ROOTS) || root.isEmpty()
        ? this
        : new GlobalOptions(
            givenRoot,
            files.directory(root),
            logging,
            cgroupManagerWord,
            rootless,
            core,
            help,
            version,
            rest);
  }

  /** What cannot be told before errors can be reported the way the options say. */
  void check() {
    if (!logging.format().equals("text") && !logging.format().equals("json")) {
      throw new ContainerException("invalid log-format: " + logging.format());
    }
    if (!List.of("error", "warning", "info", "debug").contains(logging.level())) {
      throw new ContainerException("invalid log-level: " + logging.level());
    }
    if (!List.of("auto", "warm", "cold").contains(core)) {
      throw new ContainerException("invalid core: " + core + " is neither auto, warm nor cold");
    }
    if (givenRoot.isPresent() && givenRoot.get().isEmpty()) {
      throw new ContainerException("Option --root argument should not be empty");
    }
    if (!List.of("auto", "true", "false").contains(rootless)) {
      throw new ContainerException(
          "invalid value \"" + rootless + "\" for flag --rootless: it is true, false or auto");
    }
    cgroupManager();
    if (root.equals("/")) {
      throw new ContainerException("Option --root argument should not be set to /");
    }
  }

  CgroupManager cgroupManager() {
    Optional<CgroupManager> manager = CgroupManager.of(cgroupManagerWord);
    if (manager.isEmpty()) {
      throw new ContainerException(
          "invalid value \""
              + cgroupManagerWord
              + "\" for flag --cgroup-manager: it is cgroupfs, systemd or disabled");
    }
    return manager.get();
  }

  /** Whether a caller takes no core but a warm one; a wrong command line demands nothing. */
  static boolean demandsWarm(CallerContext caller) {
    try {
      return parse(caller).core().equals("warm");
    } catch (UsageException e) {
      return false;
    }
  }

  /**
   * Root's is in /run; everybody else's is in their runtime directory. Root of a user namespace is
   * somebody else in fact, as runc has it, unless it says that it is root.
   */
  private static String defaultRoot(CallerContext caller) {
    boolean isRoot = caller.euid() == 0;
    if (isRoot
        && (caller.isInFirstUserNamespace() || caller.variable("USER").orElse("").equals("root"))) {
      return ROOTS;
    }
    return caller.variable("XDG_RUNTIME_DIR").orElse(isRoot ? "/run" : "/run/user/" + caller.euid())
        + "/jrun";
  }
}
