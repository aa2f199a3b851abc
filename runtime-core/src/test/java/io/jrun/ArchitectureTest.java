// SPDX-License-Identifier: Apache-2.0
package io.jrun;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.jrun.container.ContainerSpec;
import io.jrun.linux.Procfs;
import java.io.IOException;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The shape of runtime-core as docs/architecture.md tells it. */
class ArchitectureTest {
  private static final Pattern NAME = Pattern.compile("`([a-z.]+)`");

  private static final JavaClasses CORE =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_JARS)
          .importPackages("io.jrun")
          .that(not(resideInAPackage("io.jrun.spec..")));

  /** The rows of the table of packages, in order: a package and those that it says it imports. */
  private static Map<String, Set<String>> table() throws IOException {
    Map<String, Set<String>> out = new LinkedHashMap<>();
    boolean inside = false;
    for (String line : Files.readAllLines(SourceTree.TOP.resolve("docs/architecture.md"))) {
      if (line.equals("| package | imports | holds |")) {
        inside = true;
      } else if (inside && line.startsWith("| `")) {
        String[] cells = line.split("\\|", -1);
        out.put(names(cells[1]).iterator().next(), names(cells[2]));
      } else if (inside && !line.startsWith("|---")) {
        return out;
      }
    }
    throw new AssertionError("docs/architecture.md has no table of packages");
  }

  private static Set<String> names(String cell) {
    Set<String> out = new TreeSet<>();
    NAME.matcher(cell).results().forEach(each -> out.add(each.group(1)));
    return out;
  }

  @Test
  void theTableOfPackagesEqualsTheImports() throws IOException {
    Map<String, Set<String>> found =
        new TreeMap<>(SourceTree.of("config-schema", "runtime-core").packages());
    assertEquals(Set.of(), found.remove("spec"));
    assertEquals(found, new TreeMap<>(table()));
  }

  @Test
  void aPackageImportsOnlyThoseAboveIt() throws IOException {
    Set<String> above = new TreeSet<>(Set.of("spec"));
    for (Map.Entry<String, Set<String>> row : table().entrySet()) {
      Set<String> below = new TreeSet<>(row.getValue());
      below.removeAll(above);
      assertEquals(Set.of(), below, row.getKey());
      above.add(row.getKey());
    }
  }

  @Test
  void noClassesNeedEachOther() {
    SourceTree tree = SourceTree.of("config-schema", "runtime-core", "runtime-cli");
    assertEquals(List.of(), tree.circles());
  }

  /** What several do is below them: of another class in their package they know requests alone. */
  @Test
  void verbsCallNoVerb() {
    Map<String, Set<String>> called = SourceTree.of("runtime-core").within("verb");
    assertTrue(called.size() > 10, called.toString());
    called.forEach(
        (verb, others) -> {
          others.removeIf(each -> each.endsWith("Request"));
          assertEquals(Set.of(), others, verb);
        });
  }

  /** What one part of a verb leaves to the next is in its hands, not in a field. */
  @Test
  void aVerbHasNoFieldThatChanges() {
    fields()
        .that()
        .areDeclaredInClassesThat()
        .resideInAPackage("io.jrun.verb")
        .should()
        .beFinal()
        .check(CORE);
  }

  @Test
  void noClassIsLongerThanAReaderKeepsInMind() {
    assertEquals(
        List.of(),
        SourceTree.longerThan(400, "config-schema", "runtime-core", "runtime-cli", "native-core"));
  }

  /** What is only known when a step has failed is told by FailureText; a percent sign is one. */
  @Test
  void wordsOfFailuresAreNoFormats() {
    Pattern format = Pattern.compile("%[efhns](?![a-z])");
    assertEquals(List.of(), SourceTree.lines("plan", format));
    assertEquals(List.of(), SourceTree.lines("program", format));
  }

  @Test
  void onlyTheLinuxPackageUsesJnr() {
    noClasses()
        .that(not(resideInAPackage("io.jrun.linux")))
        .should()
        .dependOnClassesThat(resideInAnyPackage("jnr..", "com.kenai.."))
        .check(CORE);
  }

  @Test
  void onlyTheSystemdPackageUsesDbus() {
    noClasses()
        .that(not(resideInAPackage("io.jrun.systemd")))
        .should()
        .dependOnClassesThat(resideInAnyPackage("org.freedesktop.."))
        .check(CORE);
  }

  @Test
  void theCoreKnowsNothingOfTheCommandLine() {
    noClasses()
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(
                "io.jrun.cli..",
                "picocli..",
                "ch.qos.logback..",
                "java.awt..",
                "java.util.logging.."))
        .check(CORE);
  }

  @Test
  void theCoreNeitherPrintsNorExits() {
    noClasses().should().accessField(System.class, "out").check(CORE);
    noClasses().should().accessField(System.class, "err").check(CORE);
    noClasses().should().callMethod(System.class, "exit", int.class).check(CORE);
    noClasses().should().callMethod(Runtime.class, "exit", int.class).check(CORE);
    noClasses().should().callMethod(Runtime.class, "halt", int.class).check(CORE);
    noClasses().should().callMethod(Throwable.class, "printStackTrace").check(CORE);
  }

  @Test
  void theCoresOwnEnvironmentIsNotTheCallers() {
    noClasses().should().callMethod(System.class, "getenv", String.class).check(CORE);
    noClasses().should().callMethod(System.class, "getenv").check(CORE);
    // But the address of a Unix socket.
    noClasses()
        .that(not(resideInAPackage("io.jrun.systemd")))
        .should()
        .dependOnClassesThat(resideInAnyPackage("java.net.."))
        .check(CORE);
    noClasses().should().dependOnClassesThat().areAssignableTo(ProcessBuilder.class).check(CORE);
  }

  @Test
  void filesArePathsAndNotJavaIoFiles() {
    noClasses().should().dependOnClassesThat().haveFullyQualifiedName("java.io.File").check(CORE);
  }

  /** Same document, same plan: no clock, no randomness, no files. */
  @Test
  void planningIsPure() {
    noClasses()
        .that(resideInAnyPackage("io.jrun.program..", "io.jrun.plan..", "io.jrun.container.."))
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(
                "java.time..", "java.nio.file..", "java.util.random..", "java.util.concurrent.."))
        .check(CORE);
    noClasses()
        .that(resideInAnyPackage("io.jrun.program..", "io.jrun.plan..", "io.jrun.container.."))
        .should()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(Random.class)
        .check(CORE);
  }

  /**
   * Who looks at files and processes of the host beside the packages that are there for it; doctor
   * is about nothing else. The list may only become shorter.
   */
  private static final Set<String> LOOKING =
      Set.of(
          "checkpoint.CriuCommand",
          "checkpoint.Descriptors",
          "checkpoint.Externals",
          "checkpoint.InsideName",
          "checkpoint.MountPoints",
          "lifecycle.CallersFiles",
          "lifecycle.CallersLog",
          "lifecycle.ContainerProcesses",
          "lifecycle.CriuConversation",
          "lifecycle.CriuDirectories",
          "lifecycle.HierarchyOptions",
          "lifecycle.RestoreSteps",
          "verb.ExecContainer",
          "verb.RestoreContainer");

  @Test
  void theHostIsLookedAtInOnePlace() {
    Set<String> found = new TreeSet<>();
    JavaClasses others =
        CORE.that(
            not(
                resideInAnyPackage(
                    "io.jrun.linux",
                    "io.jrun.host",
                    "io.jrun.state",
                    "io.jrun.bundle",
                    "io.jrun.systemd",
                    "io.jrun.doctor")));
    for (JavaClass each : others) {
      for (Dependency needed : each.getDirectDependenciesFromSelf()) {
        String name = needed.getTargetClass().getName();
        if (name.startsWith("java.nio.file.") || name.startsWith(Procfs.class.getName())) {
          found.add(each.getName().replaceFirst("^io\\.jrun\\.", "").replaceFirst("\\$.*", ""));
        }
      }
    }
    assertEquals(new TreeSet<>(LOOKING), found);
  }

  /** Who holds one knows what the user said, and nothing else made it. */
  @Test
  void aCheckedDescriptionNeverChanges() {
    JavaClass spec = CORE.get(ContainerSpec.class);
    Set<String> makers = new TreeSet<>();
    spec.getConstructors().stream()
        .flatMap(each -> each.getCallsOfSelf().stream())
        .forEach(call -> makers.add(call.getOrigin().getFullName().replaceFirst("\\(.*", "")));
    assertEquals(Set.of(ContainerSpec.class.getName() + ".parse"), makers);
  }

  @Test
  void namesAreTheFieldsWords() {
    classes()
        .should(
            new ArchCondition<JavaClass>("not be named after a habit") {
              @Override
              public void check(JavaClass item, ConditionEvents events) {
                for (String banned :
                    List.of(
                        "Util",
                        "Utils",
                        "Helper",
                        "Impl",
                        "Service",
                        "Handler",
                        "Processor",
                        "Data",
                        "Info")) {
                  if (item.getSimpleName().endsWith(banned)) {
                    events.add(SimpleConditionEvent.violated(item, item.getName()));
                  }
                }
                if (item.getSimpleName().startsWith("Abstract")
                    || item.getSimpleName().startsWith("Base")) {
                  events.add(SimpleConditionEvent.violated(item, item.getName()));
                }
              }
            })
        .check(CORE);
    noClasses()
        .should()
        .resideInAnyPackage("..util..", "..common..", "..helper..", "..internal..")
        .check(CORE);
  }
}
