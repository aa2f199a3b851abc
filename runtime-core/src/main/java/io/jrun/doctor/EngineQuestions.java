// SPDX-License-Identifier: Apache-2.0
package io.jrun.doctor;

import io.jrun.linux.Procfs;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Engines of this host, and whether their configuration names jrun. */
final class EngineQuestions implements Questions {
  /**
   * An engine.
   *
   * @param files configurations; those that end with a slash are directories of them
   * @param snippet what makes it know jrun, with @ for the program
   */
  private record Engine(String name, String program, List<String> files, String snippet) {}

  private static final String ETC = "/etc";

  private static final List<Engine> ENGINES =
      List.of(
          new Engine(
              "Docker",
              "dockerd",
              List.of("/etc/docker/daemon.json"),
              "in /etc/docker/daemon.json: {\"runtimes\": {\"jrun\": {\"path\": \"@\"}}}"),
          new Engine(
              "containerd",
              "containerd",
              List.of("/etc/containerd/config.toml", "/etc/containerd/conf.d/"),
              "in /etc/containerd/config.toml: a runtime with runtime_type ="
                  + " \"io.containerd.runc.v2\" and in its options BinaryName = \"@\""),
          new Engine(
              "Podman",
              "podman",
              List.of("/etc/containers/containers.conf", "/etc/containers/containers.conf.d/"),
              "in /etc/containers/containers.conf.d/jrun.conf: [engine.runtimes] jrun = [\"@\"]"),
          new Engine(
              "CRI-O",
              "crio",
              List.of("/etc/crio/crio.conf", "/etc/crio/crio.conf.d/"),
              "in /etc/crio/crio.conf.d/jrun.conf: [crio.runtime.runtimes.jrun] runtime_path ="
                  + " \"@\""));

  @Override
  public String title() {
    return "engines";
  }

  @Override
  public List<Finding> ask(Examination host) {
    List<Finding> out = new ArrayList<>();
    String program = host.frontProgram().orElse("/usr/bin/jrun");
    for (Engine engine : ENGINES) {
      if (Examination.program(engine.program()).isPresent()) {
        out.add(ask(engine, program, ownDirectory(host)));
      }
    }
    if (out.isEmpty()) {
      out.add(Finding.ok("engines", "none installed"));
    }
    return out;
  }

  /** Where an ordinary user's engines look before /etc, with the same names; empty for root. */
  private static Optional<String> ownDirectory(Examination host) {
    return host.isOrdinaryUser()
        ? host.caller().variable("HOME").map(home -> home + "/.config")
        : Optional.empty();
  }

  private static Finding ask(Engine engine, String program, Optional<String> ownDirectory) {
    List<String> places = new ArrayList<>(engine.files());
    ownDirectory.ifPresent(
        own -> engine.files().forEach(file -> places.add(0, own + file.substring(ETC.length()))));
    for (String file : files(places)) {
      Optional<String> named = named(Procfs.read(file).orElse(""), program);
      if (named.isPresent()) {
        return Files.isExecutable(Path.of(named.get()))
            ? Finding.ok(engine.name(), file + " names " + named.get())
            : Finding.limited(
                engine.name(),
                file + " names " + named.get() + ", which cannot be executed",
                "name this one: " + program);
      }
    }
    return Finding.note(
        engine.name(), "does not know jrun", engine.snippet().replace("@", program));
  }

  private static List<String> files(List<String> places) {
    List<String> out = new ArrayList<>();
    for (String each : places) {
      if (!each.endsWith("/")) {
        out.add(each);
        continue;
      }
      List<String> found = new ArrayList<>();
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of(each))) {
        entries.forEach(entry -> found.add(entry.toString()));
      } catch (IOException e) {
        continue; // there is none
      }
      Collections.sort(found);
      out.addAll(found);
    }
    return out;
  }

  /** The program in quotes that is this one, or is called jrun; comments name nothing. */
  static Optional<String> named(String text, String program) {
    for (String line : text.split("\n")) {
      String[] parts = line.strip().startsWith("#") ? new String[0] : line.split("\"");
      for (int i = 1; i < parts.length; i += 2) {
        if (parts[i].equals(program) || parts[i].startsWith("/") && parts[i].endsWith("/jrun")) {
          return Optional.of(parts[i]);
        }
      }
    }
    return Optional.empty();
  }
}
