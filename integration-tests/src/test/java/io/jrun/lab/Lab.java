// SPDX-License-Identifier: Apache-2.0
package io.jrun.lab;

import static org.junit.platform.engine.discovery.ClassNameFilter.includeClassNamePatterns;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClasspathRoots;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Runs integration tests where no Maven is, in the virtual machine of scripts/lab, or in the place
 * of scripts/seclude where that has another system's programs: {@code Lab CLASSES REPORTS TAGS
 * PATTERNS SECONDS [LATER]}, the directory of the compiled tests, one for {@link Reports}, a tag
 * expression of JUnit's, a {@link Selection}, the limit of a {@link Watchdog}, and the tag
 * expression of those that another JVM would have to run. Exits with 0 if no test failed or was
 * skipped, however few there were, and with 1 otherwise; with 4 more if there are any for another;
 * with {@link Watchdog#STOOD_STILL} if one did not come to its end.
 *
 * <p>Nowhere else: a test that fails has everything ended and removed that was not there before it,
 * whoever it belongs to.
 */
final class Lab {

  private static final String COMMAND_LINE_OF_THE_MACHINE = "jrun.lab";
  private static final String FIRST_PROCESS_OF_SECLUDE = "reaper\n";
  private static final int FAILED = 1;
  private static final int MORE = 4;

  private Lab() {}

  public static void main(String[] args) throws IOException {
    if (!Files.readString(Path.of("/proc/cmdline")).contains(COMMAND_LINE_OF_THE_MACHINE)
        && !Files.readString(Path.of("/proc/1/comm")).equals(FIRST_PROCESS_OF_SECLUDE)) {
      throw new IllegalStateException("this is neither scripts/lab's machine nor scripts/seclude");
    }
    Path classes = Path.of(args[0]);
    Reports reports = new Reports(Path.of(args[1]), System.out);
    Selection selection = Selection.parse(args[3]);
    Launcher launcher = LauncherFactory.create();
    Watchdog watchdog =
        new Watchdog(Duration.ofSeconds(Long.parseLong(args[4])), reports, System.out);
    watchdog.start();
    launcher.execute(request(classes, args[2], selection), reports, watchdog);
    boolean more =
        args.length > 5 && launcher.discover(request(classes, args[5], selection)).containsTests();
    // Threads that a test has left behind do not keep the machine running.
    System.exit((reports.allPassed() ? 0 : FAILED) + (more ? MORE : 0));
  }

  private static LauncherDiscoveryRequest request(Path classes, String tags, Selection selection) {
    return LauncherDiscoveryRequestBuilder.request()
        .selectors(selectClasspathRoots(Set.of(classes)))
        .filters(
            includeClassNamePatterns(".*IT"),
            TagFilter.includeTags(tags),
            (org.junit.platform.launcher.PostDiscoveryFilter) test -> chosen(selection, test))
        .build();
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
