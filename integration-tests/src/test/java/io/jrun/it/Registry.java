// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A registry of images that says of one manifest that it is there: containerd 2.1 asks for that
 * before it takes what it has itself. A process in the network namespace of the daemon's.
 */
final class Registry implements AutoCloseable {
  private static final int PORT = 5000;

  private final Process process;

  private Registry(Process process) {
    this.process = process;
  }

  /**
   * Gives an image that containerd's CRI plugin has the name that a registry's would have.
   *
   * @param image its name, of a manifest
   */
  static Registry of(Containerd containerd, String image) throws IOException {
    String[] words =
        containerd
            .ctr("--namespace", "k8s.io", "images", "ls", "name==" + image)
            .succeeds()
            .out()
            .lines()
            .filter(line -> line.startsWith(image + " "))
            .findFirst()
            .orElseThrow()
            .split(" +");
    String digest = words[2];
    String manifest =
        containerd.ctr("--namespace", "k8s.io", "content", "get", digest).succeeds().out();
    String name = "localhost:" + PORT + "/busybox@" + digest;
    containerd.ctr("--namespace", "k8s.io", "images", "tag", image, name).succeeds();
    Process process =
        new ProcessBuilder(
                "nsenter",
                "--net=/proc/" + containerd.pid() + "/ns/net",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Registry.class.getName(),
                words[1],
                Integer.toString(manifest.getBytes(StandardCharsets.UTF_8).length))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    assertTrue(process.getInputStream().read() > 0, "no registry");
    return new Registry(process);
  }

  /** The registry, asked for a manifest of this type and length. It ends with its input. */
  public static void main(String[] args) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), PORT), 0);
    server.createContext(
        "/v2/",
        exchange -> {
          exchange.getResponseHeaders().put("Content-Type", List.of(args[0]));
          exchange.getResponseHeaders().put("Content-Length", List.of(args[1]));
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    server.start();
    System.out.write('.');
    System.out.flush();
    System.in.readAllBytes();
    server.stop(0);
  }

  @Override
  public void close() throws IOException {
    process.getOutputStream().close();
    try {
      assertTrue(process.waitFor(10, TimeUnit.SECONDS), "the registry does not end");
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
