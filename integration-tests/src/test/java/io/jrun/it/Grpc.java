// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Calls of a service behind a Unix socket, by curl and protoc. Messages are written and read in
 * protoc's text format; a call is one message each way.
 *
 * @param directory for what is sent and received
 * @param proto a file of src/test/proto
 * @param service with its package
 * @param metadata headers, each {@code name: value}
 */
record Grpc(Path socket, Path directory, String proto, String service, List<String> metadata) {

  /** The status of a method that a service has not. */
  static final int UNIMPLEMENTED = 12;

  private static final Path PROTOS = Path.of("src/test/proto").toAbsolutePath();
  private static final int HEADER_SIZE = 5;

  /**
   * Of curl: a server that refuses a call does not read what it was sent, and resets the stream
   * once the status is out.
   */
  private static final int RESET = 92;

  private static final Pattern STATUS = Pattern.compile("(?m)^grpc-status: (\\d+)\\r?$");
  private static final Pattern MESSAGE = Pattern.compile("(?m)^grpc-message: (.*?)\\r?$");

  /**
   * An answer.
   *
   * @param status 0 is success
   * @param message of a failure
   * @param text the answer in protoc's text format
   */
  record Reply(int status, String message, String text) {

    Reply succeeds() {
      assertEquals(0, status, message);
      return this;
    }

    /** Asserts a failure whose message has these words. */
    Reply failsNaming(String words) {
      assertTrue(status != 0 && message.contains(words), this::toString);
      return this;
    }

    /** The first field with this name: a string without its quotes, "" where there is none. */
    String field(String name) {
      Matcher found =
          Pattern.compile("(?m)^ *" + name + ": (?:\"((?:[^\"\\\\]|\\\\.)*)\"|(\\S+))$")
              .matcher(text);
      if (!found.find()) {
        return "";
      }
      return found.group(2) != null ? found.group(2) : unescaped(found.group(1));
    }

    // Of C's escapes protoc writes these, and three octal digits.
    private static String unescaped(String value) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      for (int i = 0; i < value.length(); i++) {
        char c = value.charAt(i);
        if (c == '\\') {
          c = value.charAt(++i);
          if (Character.isDigit(c)) {
            c = (char) Integer.parseInt(value.substring(i, i + 3), 8);
            i += 2;
          } else {
            int known = "nrt".indexOf(c);
            c = known < 0 ? c : "\n\r\t".charAt(known);
          }
        }
        bytes.write(c);
      }
      return bytes.toString(StandardCharsets.UTF_8);
    }
  }

  /** Calls a method whose messages are {@code METHODRequest} and {@code METHODResponse}. */
  Reply call(String method, String request) {
    return call(method, method, request);
  }

  /**
   * @param messages what the names of the two messages begin with
   */
  Reply call(String method, String messages, String request) {
    try {
      Path place = Files.createTempDirectory(directory, "grpc");
      byte[] message =
          protoc("--encode", messages + "Request", request.getBytes(StandardCharsets.UTF_8), place);
      // Not compressed, and how long.
      Path frame =
          Files.write(
              place.resolve("frame"),
              ByteBuffer.allocate(HEADER_SIZE + message.length)
                  .put((byte) 0)
                  .putInt(message.length)
                  .put(message)
                  .array());
      String headers = curl(method, frame, place);
      Matcher status = STATUS.matcher(headers);
      assertTrue(status.find(), headers);
      Matcher words = MESSAGE.matcher(headers);
      Path body = place.resolve("body");
      byte[] answer = Files.exists(body) ? Files.readAllBytes(body) : new byte[0];
      String text =
          answer.length < HEADER_SIZE
              ? ""
              : new String(
                  protoc(
                      "--decode",
                      messages + "Response",
                      Arrays.copyOfRange(answer, HEADER_SIZE, answer.length),
                      place),
                  StandardCharsets.UTF_8);
      return new Reply(
          Integer.parseInt(status.group(1)),
          words.find()
              ? URLDecoder.decode(words.group(1).replace("+", "%2B"), StandardCharsets.UTF_8)
              : "",
          text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String curl(String method, Path frame, Path place) throws IOException {
    List<String> argv =
        new ArrayList<>(
            List.of(
                "curl",
                "--silent",
                "--show-error",
                "--max-time",
                Long.toString(Workbench.patiently(java.time.Duration.ofMinutes(1)).toSeconds()),
                "--http2-prior-knowledge",
                "--unix-socket",
                socket.toString(),
                "--header",
                "content-type: application/grpc",
                "--header",
                "te: trailers",
                "--data-binary",
                "@" + frame,
                "--dump-header",
                place.resolve("headers").toString(),
                "--output",
                place.resolve("body").toString()));
    for (String header : metadata) {
      argv.addAll(List.of("--header", header));
    }
    argv.add("http://localhost/" + service + "/" + method);
    run(argv, Path.of("/dev/null"), place);
    return Files.readString(place.resolve("headers"));
  }

  private byte[] protoc(String action, String message, byte[] input, Path place)
      throws IOException {
    Path file = Files.write(place.resolve("input"), input);
    String full = service.substring(0, service.lastIndexOf('.') + 1) + message;
    return run(List.of("protoc", action + "=" + full, "-I", PROTOS.toString(), proto), file, place);
  }

  private static byte[] run(List<String> argv, Path input, Path place) throws IOException {
    Path output = place.resolve("output");
    Path error = place.resolve("error");
    try {
      int code =
          new ProcessBuilder(argv)
              .redirectInput(input.toFile())
              .redirectOutput(output.toFile())
              .redirectError(error.toFile())
              .start()
              .waitFor();
      assertTrue(code == 0 || code == RESET, () -> argv + "\n" + read(error));
      return Files.readAllBytes(output);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
