// SPDX-License-Identifier: Apache-2.0
package io.jrun.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives each test of a class, or one test, a running container of its own: a parameter of type
 * {@link Container} is that container. It is created before {@code @BeforeEach} methods and is gone
 * after {@code @AfterEach} methods, with all of its processes and files, however the test ended.
 *
 * <pre>{@code
 * @OciBundle(rootfs = "target/rootfs", args = {"/usr/bin/server", "--port", "8080"})
 * class ServerTest {
 *   @Test
 *   void answers(Container server) {
 *     assertEquals("ok\n", server.exec("/usr/bin/client", "ping").out());
 *   }
 * }
 * }</pre>
 *
 * <p>No daemon is asked: the test's own process calls {@code jrun}, as whoever runs the tests. An
 * ordinary user's container is rootless. Which jrun: the system property {@code jrun.binary}, else
 * the one on {@code PATH}.
 */
@Documented
@Inherited
@Target({ElementType.TYPE, ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(JrunExtension.class)
public @interface OciBundle {

  /**
   * The root file system: a directory, or a tar archive of one ({@code docker export} writes such),
   * relative to the working directory of the tests. The container gets a copy. Empty: a static
   * busybox of the host, with its applets in {@code /bin}.
   *
   * @return a path
   */
  String rootfs() default "";

  /**
   * The container's program and its arguments (process.args of config.json).
   *
   * @return at least one word
   */
  String[] args() default {"sleep", "2147483647"};

  /**
   * Additional environment of the program and of all that is executed beside it (process.env).
   *
   * @return words of the form {@code NAME=value}
   */
  String[] env() default {};

  /**
   * Whether the container shares the network of the tests, so that a server in it can be asked at
   * localhost. Else it has a network of its own, with no interface but loopback.
   *
   * @return whether it does
   */
  boolean hostNetwork() default false;

  /**
   * A JSON document (RFC 7396, merge patch) that is applied to {@code config.json}, for whatever
   * has no element of its own here: <code>{"process": {"cwd": "/srv"}}</code>.
   *
   * @return a JSON object
   */
  String config() default "{}";
}
