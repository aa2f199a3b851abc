// SPDX-License-Identifier: Apache-2.0
package io.jrun;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The shape of runtime-core as docs/architecture.md and shared/design.md tell it. */
class ArchitectureTest {
  /**
   * The order in which a package may import those before it. {@code bundle} comes after {@code
   * container}, for a bundle is loaded checked; {@code hooks} after {@code shim}, for it words what
   * a program's end says of a hook.
   */
  private static final List<String> ORDER =
      List.of(
          "linux",
          "state",
          "container",
          "seccomp",
          "bundle",
          "cgroup",
          "systemd",
          "plan",
          "shim",
          "hooks",
          "lifecycle");

  private static final JavaClasses CORE =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_JARS)
          .importPackages("io.jrun")
          .that(not(resideInAPackage("io.jrun.spec..")));

  @Test
  void thePackagesAreThoseOfTheOrder() {
    Set<String> found = new TreeSet<>();
    CORE.forEach(each -> found.add(each.getPackageName().substring("io.jrun.".length())));
    assertEquals(new TreeSet<>(ORDER), found);
  }

  @Test
  void aPackageImportsOnlyThoseBeforeIt() {
    for (int i = 0; i < ORDER.size(); i++) {
      String[] later =
          ORDER.subList(i + 1, ORDER.size()).stream()
              .map(name -> "io.jrun." + name + "..")
              .toArray(String[]::new);
      if (later.length > 0) {
        noClasses()
            .that(resideInAPackage("io.jrun." + ORDER.get(i) + ".."))
            .should()
            .dependOnClassesThat(resideInAnyPackage(later))
            .check(CORE);
      }
    }
  }

  @Test
  void noPackagesNeedEachOther() {
    slices().matching("io.jrun.(*)..").should().beFreeOfCycles().check(CORE);
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
        .that(resideInAnyPackage("io.jrun.plan..", "io.jrun.container.."))
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(
                "java.time..", "java.nio.file..", "java.util.random..", "java.util.concurrent.."))
        .check(CORE);
    noClasses()
        .that(resideInAnyPackage("io.jrun.plan..", "io.jrun.container.."))
        .should()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(Random.class)
        .check(CORE);
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
