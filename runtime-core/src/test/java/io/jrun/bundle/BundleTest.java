// SPDX-License-Identifier: Apache-2.0
package io.jrun.bundle;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jrun.container.Configs;
import io.jrun.container.ContainerSpec;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.linux.OwnKernel;
import io.jrun.spec.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class BundleTest {
  @TempDir Path directory;

  private String refusal(Path bundle) {
    return assertThrows(
            InvalidBundleException.class, () -> Bundle.load(bundle.toString()).checked())
        .getMessage();
  }

  private Path config() {
    return directory.resolve("config.json");
  }

  @Test
  void aBundleIsReadAndItsDocumentKept() throws IOException {
    Files.write(config(), Configs.with("{'root':{'path':'r'}}"));
    CheckedBundle bundle = Bundle.load(directory.toString()).checked();
    assertEquals(directory + "/r", bundle.spec().rootfs().path());
    assertArrayEquals(Files.readAllBytes(config()), bundle.document());
    assertEquals(directory.toString(), bundle.directory());
  }

  @Test
  void theSameBytesAreReadOnce(@TempDir Path other) throws IOException {
    Files.write(config(), Configs.with("{'root':{'path':'r'}}"));
    ContainerSpec first = Bundle.load(directory.toString()).checked().spec();
    assertSame(first, Bundle.load(directory.toString()).checked().spec());
    // Paths in it are of its directory.
    Files.copy(config(), other.resolve("config.json"));
    assertEquals(other + "/r", Bundle.load(other.toString()).checked().spec().rootfs().path());
    Files.write(config(), Configs.with("{'root':{'path':'s'}}"));
    assertEquals(
        directory + "/s", Bundle.load(directory.toString()).checked().spec().rootfs().path());
    for (int i = 0; i < 16; i++) {
      Files.write(config(), Configs.with("{'root':{'path':'" + i + "'}}"));
      assertEquals(
          directory + "/" + i, Bundle.load(directory.toString()).checked().spec().rootfs().path());
    }
    Files.write(config(), Configs.with("{'root':{'path':'r'}}"));
    assertNotSame(
        first, Bundle.load(directory.toString()).checked().spec(), "no more than sixteen");
    Files.write(config(), Configs.with("{'root':{'path':''}}"));
    String refusal = refusal(directory);
    assertEquals(refusal, refusal(directory));
  }

  @Test
  void whatIsMissingIsSaid() throws IOException {
    Path none = directory.resolve("none");
    assertEquals("bundle " + none + ": no such file or directory", refusal(none));
    assertEquals(
        "JSON specification file config.json not found in " + directory, refusal(directory));
    Files.writeString(none, "");
    assertEquals("bundle " + none + ": not a directory", refusal(none));
  }

  @Test
  void aDirectoryInPlaceOfTheConfigIsRefused() throws IOException {
    Files.createDirectory(config());
    assertEquals(config() + ": not a regular file", refusal(directory));
  }

  @Test
  @Timeout(60)
  void aFifoOrADeviceInPlaceOfTheConfigIsRefusedAndNotWaitedFor() throws IOException {
    new OwnKernel().mknodat(Fd.CWD, config().toString(), Linux.S_IFIFO | 0600, 0);
    assertEquals(config() + ": not a regular file", refusal(directory));
    Files.delete(config());
    Files.createSymbolicLink(config(), Path.of("/dev/zero"));
    assertEquals(config() + ": not a regular file", refusal(directory));
    Files.delete(config());
  }

  @Test
  void aLinkThatLeadsInACircleIsNoConfig() throws IOException {
    Files.createSymbolicLink(config(), config());
    assertEquals(
        "JSON specification file config.json not found in " + directory, refusal(directory));
  }

  @Test
  void allProblemsAreOnOneLineWithTheirPlaces() throws IOException {
    Files.writeString(
        config(),
        "{\n"
            + " \"ociVersion\": \"1.0.0\",\n"
            + " \"root\": {\"path\": \"\"},\n"
            + " \"process\": {\"cwd\": \"x\"}\n"
            + "}\n");
    InvalidBundleException e =
        assertThrows(
            InvalidBundleException.class, () -> Bundle.load(directory.toString()).checked());
    assertEquals(-1, e.getMessage().indexOf('\n'));
    assertTrue(
        e.getMessage()
            .startsWith("config.json:3:19: /root/path: must not be empty; config.json:4:"),
        e.getMessage());
    assertEquals(4, e.problems().size());
  }

  @Test
  void whatIsWrongInFormAndInSubstanceIsToldTogetherAndEachOnce() {
    byte[] document =
        ("{\n \"ociVersion\": \"9.0.0\",\n \"root\": {\"path\": 1},\n"
                + " \"process\": {\"args\": [\"sh\"], \"cwd\": \"x\"},\n"
                + " \"linux\": {\"namespaces\": [{\"type\": \"mount\"}]}\n}\n")
            .getBytes(StandardCharsets.UTF_8);
    InvalidBundleException e =
        assertThrows(InvalidBundleException.class, () -> Bundle.parse(document, "/b"));
    assertEquals(
        List.of("/ociVersion", "/root/path", "/process/cwd"),
        e.problems().stream().map(Problem::pointer).toList());
  }

  @Test
  void aProblemWithoutAPlaceHasThatOfWhatIsAroundIt() {
    byte[] document =
        "{\n \"ociVersion\": \"1.0.0\",\n \"root\": {\"path\": \"r\"},\n \"process\": {}\n}"
            .getBytes(StandardCharsets.UTF_8);
    InvalidBundleException e =
        assertThrows(InvalidBundleException.class, () -> Bundle.parse(document, "/b"));
    Problem args =
        e.problems().stream()
            .filter(p -> p.pointer().equals("/process/args"))
            .findFirst()
            .orElseThrow();
    assertEquals(4, args.line());
  }

  @Test
  void whatTheConfigSmugglesInIsEscaped() {
    byte[] document = Configs.with("{'linux':{'rootfsPropagation':'\\u001b[31m\\n'}}");
    String message =
        assertThrows(InvalidBundleException.class, () -> Bundle.parse(document, "/b")).getMessage();
    assertTrue(
        message.contains("\\u001b[31m\\u000a")
            && message.chars().noneMatch(Character::isISOControl));
  }
}
