// SPDX-License-Identifier: Apache-2.0
package example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.jrun.junit.Container;
import io.jrun.junit.OciBundle;
import io.jrun.junit.Output;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An example to copy: a web server of busybox in a container, asked by a client beside it. */
@OciBundle(
    args = {"sh", "-c", "mkdir /srv && echo hello >/srv/index.html && exec httpd -f -p 80 -h /srv"})
class WebServerTest {

  @BeforeEach
  void listens(Container server) {
    String asks =
        "for n in $(seq 500); do wget -q -O /dev/null http://127.0.0.1 && exit; usleep 20000; done; exit 1";
    server.exec("sh", "-c", asks).succeeds();
  }

  @Test
  void servesWhatIsThere(Container server) {
    assertEquals("hello\n", get(server, "/").succeeds().out());
  }

  @Test
  void servesWhatTheTestPutsThere(Container server) throws IOException {
    Files.writeString(server.file("/srv/page"), "by the test\n");
    assertEquals("by the test\n", get(server, "/page").succeeds().out());
  }

  @Test
  void refusesWhatIsNotThere(Container server) {
    assertNotEquals(0, get(server, "/nothing").exitCode());
  }

  private static Output get(Container server, String path) {
    return server.exec("wget", "-q", "-O", "-", "http://127.0.0.1" + path);
  }
}
