// SPDX-License-Identifier: Apache-2.0
package io.jrun.lab;

import static org.junit.platform.engine.discovery.ClassNameFilter.includeClassNamePatterns;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClasspathRoots;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Runs integration tests where no Maven is, in the virtual machine of scripts/lab: {@code Lab
 * CLASSES REPORTS TAGS PATTERNS SECONDS}, the directory of the compiled tests, one for {@link
 * Reports}, a tag expression of JUnit's, a {@link Selection}, and the limit of a {@link Watchdog}.
 * Exits with 0 if no test failed or was skipped, however few there were, with {@link
 * Watchdog#STOOD_STILL} if one did not come to its end, and with 1 otherwise.
 */
final class Lab {

  private Lab() {}

  public static void main(String[] args) {
    Path classes = Path.of(args[0]);
    Reports reports = new Reports(Path.of(args[1]), System.out);
    Selection selection = Selection.parse(args[3]);
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(selectClasspathRoots(Set.of(classes)))
            .filters(
                includeClassNamePatterns(".*IT"),
                TagFilter.includeTags(args[2]),
                (org.junit.platform.launcher.PostDiscoveryFilter) test -> chosen(selection, test))
            .build();
    Watchdog watchdog =
        new Watchdog(Duration.ofSeconds(Long.parseLong(args[4])), reports, System.out);
    watchdog.start();
    LauncherFactory.create().execute(request, reports, watchdog);
    // Threads that a test has left behind do not keep the machine running.
    System.exit(reports.allPassed() ? 0 : 1);
  }

  private static FilterResult chosen(Selection selection, TestDescriptor test) {
    return FilterResult.includedIf(
        test.getSource()
            .filter(MethodSource.class::isInstance)
            .map(MethodSource.class::cast)
            .filter(source -> selection.has(source.getClassName(), source.getMethodName()))
            .isPresent());
  }
}
