// SPDX-License-Identifier: Apache-2.0
package io.jrun.lab;

import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.reporting.ReportEntry;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * What became of the tests: a line for each class as it ends, and a file in the format that
 * Surefire has made common, {@code TEST-CLASS.xml} ({@code TEST-CLASS-2.xml} if it has been there
 * before), which is there as soon as the class has ended, whatever becomes of the rest.
 */
final class Reports implements TestExecutionListener {

  /**
   * A test that has ended. The failure is empty if it passed; the reason is why it was skipped; the
   * notes are what it said of itself.
   */
  private record Case(
      String name,
      double seconds,
      Optional<Throwable> failure,
      Optional<String> reason,
      List<String> notes) {

    Case(String name, double seconds, Optional<Throwable> failure, Optional<String> reason) {
      this(name, seconds, failure, reason, List.of());
    }

    boolean failed() {
      return failure.filter(AssertionError.class::isInstance).isPresent();
    }

    boolean erred() {
      return failure.isPresent() && !failed();
    }
  }

  /** A test that takes more seconds than this is told by itself. */
  private static final double SLOW = 5;

  private final Path directory;
  private final PrintStream out;
  private final List<Case> cases = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private TestPlan plan;
  private long classBegan;
  private long testBegan;
  private boolean allPassed = true;

  Reports(Path directory, PrintStream out) {
    this.directory = directory;
    this.out = out;
  }

  /** Whether no test that has ended failed or was skipped. */
  boolean allPassed() {
    return allPassed;
  }

  @Override
  public void testPlanExecutionStarted(TestPlan plan) {
    this.plan = plan;
  }

  @Override
  public synchronized void executionStarted(TestIdentifier test) {
    testBegan = System.nanoTime();
    if (isClass(test)) {
      classBegan = testBegan;
      out.println("Running " + className(test));
    }
  }

  /** What a test says of itself, whatever becomes of it. */
  @Override
  public synchronized void reportingEntryPublished(TestIdentifier test, ReportEntry entry) {
    entry
        .getKeyValuePairs()
        .forEach(
            (key, value) -> {
              notes.add(key + ": " + value);
              out.println("  " + name(test) + ": " + key + ": " + value);
            });
  }

  @Override
  public synchronized void executionSkipped(TestIdentifier test, String reason) {
    cases.add(new Case(name(test), 0, Optional.empty(), Optional.of(reason)));
    if (isClass(test)) {
      classBegan = System.nanoTime();
      close(className(test));
    }
  }

  /** A test that never ends is one that has failed, and the last of its class. */
  synchronized void abandon(TestIdentifier test, Throwable failure) {
    cases.add(new Case(name(test), seconds(testBegan), Optional.of(failure), Optional.empty()));
    close(
        Optional.of(test)
            .filter(this::isClass)
            .or(() -> plan.getParent(test).filter(this::isClass))
            .map(Reports::className)
            .orElse("JUnit"));
  }

  @Override
  public synchronized void executionFinished(TestIdentifier test, TestExecutionResult result) {
    Optional<Throwable> failure =
        result
            .getThrowable()
            .filter(t -> result.getStatus() != TestExecutionResult.Status.SUCCESSFUL);
    if (test.isTest() || failure.isPresent()) {
      Case ended =
          new Case(name(test), seconds(testBegan), failure, Optional.empty(), List.copyOf(notes));
      notes.clear();
      cases.add(ended);
      if (failure.isPresent() || ended.seconds() > SLOW) {
        // Whoever ends the machine early knows what it was at.
        out.printf(
            "  %s: %.0f s%s%n",
            ended.name(), ended.seconds(), failure.map(e -> ": " + e.getMessage()).orElse(""));
      }
    }
    if (isClass(test)) {
      close(className(test));
    } else if (plan.getParent(test).isEmpty() && !cases.isEmpty()) {
      close("JUnit");
    }
  }

  private boolean isClass(TestIdentifier test) {
    return test.getSource().filter(ClassSource.class::isInstance).isPresent();
  }

  private static String className(TestIdentifier test) {
    return ((ClassSource) test.getSource().orElseThrow()).getClassName();
  }

  /** As Surefire has it: the method, and of a test with parameters which of them. */
  private String name(TestIdentifier test) {
    Optional<String> method =
        test.getSource()
            .filter(MethodSource.class::isInstance)
            .map(source -> ((MethodSource) source).getMethodName());
    boolean repeated =
        plan.getParent(test)
            .filter(parent -> parent.getType().isContainer() && !isClass(parent))
            .isPresent();
    return method
        .map(name -> test.isTest() && repeated ? name + " " + test.getDisplayName() : name)
        .orElse(test.getDisplayName());
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }

  /** A class's second time, with tests that want another core, is not to replace its first. */
  private Path place(String className) {
    Path place = directory.resolve("TEST-" + className + ".xml");
    for (int time = 2; Files.exists(place); time++) {
      place = directory.resolve("TEST-" + className + "-" + time + ".xml");
    }
    return place;
  }

  /** Writes down what became of a class. */
  private void close(String className) {
    double seconds = seconds(classBegan);
    long failures = cases.stream().filter(Case::failed).count();
    long errors = cases.stream().filter(Case::erred).count();
    long skipped = cases.stream().filter(test -> test.reason.isPresent()).count();
    try (Writer file = Files.newBufferedWriter(place(className))) {
      XMLStreamWriter xml = XMLOutputFactory.newFactory().createXMLStreamWriter(file);
      xml.writeStartDocument("UTF-8", "1.0");
      xml.writeStartElement("testsuite");
      xml.writeAttribute("name", className);
      xml.writeAttribute("time", decimal(seconds));
      xml.writeAttribute("tests", Integer.toString(cases.size()));
      xml.writeAttribute("errors", Long.toString(errors));
      xml.writeAttribute("skipped", Long.toString(skipped));
      xml.writeAttribute("failures", Long.toString(failures));
      xml.writeCharacters("\n");
      for (Case test : cases) {
        write(xml, className, test);
      }
      xml.writeEndElement();
      xml.writeEndDocument();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (XMLStreamException e) {
      throw new IllegalStateException(e);
    }
    for (Case test : cases) {
      test.failure.ifPresent(failure -> out.println(test.name + ": " + trace(failure)));
      test.reason.ifPresent(reason -> out.println(test.name + " was skipped: " + reason));
    }
    out.printf(
        Locale.ROOT,
        "Tests run: %d, Failures: %d, Errors: %d, Skipped: %d, Time elapsed: %.1f s%s -- in %s%n",
        cases.size(),
        failures,
        errors,
        skipped,
        seconds,
        failures + errors > 0 ? " <<< FAILURE!" : "",
        className);
    allPassed &= failures + errors + skipped == 0;
    cases.clear();
  }

  private static void write(XMLStreamWriter xml, String className, Case test)
      throws XMLStreamException {
    xml.writeStartElement("testcase");
    xml.writeAttribute("name", legal(test.name));
    xml.writeAttribute("classname", className);
    xml.writeAttribute("time", decimal(test.seconds));
    if (test.failure.isPresent()) {
      Throwable failure = test.failure.get();
      xml.writeStartElement(test.failed() ? "failure" : "error");
      xml.writeAttribute("message", legal(String.valueOf(failure.getMessage())));
      xml.writeAttribute("type", failure.getClass().getName());
      xml.writeCharacters(legal(trace(failure)));
      xml.writeEndElement();
    }
    if (test.reason.isPresent()) {
      xml.writeEmptyElement("skipped");
      xml.writeAttribute("message", legal(test.reason.get()));
    }
    if (!test.notes.isEmpty()) {
      xml.writeStartElement("system-out");
      xml.writeCharacters(legal(String.join("\n", test.notes)));
      xml.writeEndElement();
    }
    xml.writeEndElement();
  }

  private static String decimal(double seconds) {
    return String.format(Locale.ROOT, "%.3f", seconds);
  }

  /** The message and the tests' own frames. */
  private static String trace(Throwable failure) {
    StringWriter text = new StringWriter();
    failure.printStackTrace(new PrintWriter(text));
    List<String> lines =
        text.toString()
            .lines()
            // Frames of a thread that another looks at have the loader's name before the class's.
            .filter(
                line ->
                    !line.startsWith("\tat ")
                        || line.contains(" io.jrun.")
                        || line.contains("/io.jrun."))
            .toList();
    return String.join("\n", lines);
  }

  /** What XML 1.0 cannot hold is made visible otherwise. */
  private static String legal(String text) {
    return text.replaceAll("[^\\t\\n\\r\\x20-\\uD7FF\\uE000-\\uFFFD]", "?");
  }
}
