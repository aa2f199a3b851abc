// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The state command: the document engines parse, to the byte. */
@ExtendWith(ResidueExtension.class)
class StateIT {

  @Test
  @Tag("smoke")
  void theDocumentHasRuncsKeysInRuncsLayout(Workbench bench) {
    Bundle bundle = bench.bundle().lasting();
    String id = bench.created(bundle);
    String text = bench.jrun("state", id).succeedsSilently().out();
    JsonNode state = bench.state(id);
    String expected =
        """
        {
          "ociVersion": "1.3.0",
          "id": "%s",
          "pid": %d,
          "status": "created",
          "bundle": "%s",
          "rootfs": "%s",
          "created": "%s",
          "owner": ""
        }"""
            .formatted(
                id,
                state.get("pid").asInt(),
                bundle.directory(),
                bundle.rootfs(),
                state.get("created").asText());
    assertEquals(expected, text);
  }

  @Test
  void createdIsATimeOfTheLastMoments(Workbench bench) {
    Instant before = Instant.now();
    String id = bench.created(bench.bundle());
    Instant created = Instant.parse(bench.state(id).get("created").asText());
    assertTrue(
        !created.isBefore(before.minusSeconds(1)) && !created.isAfter(Instant.now()),
        created::toString);
  }

  @Test
  void annotationsAreShownAndOmittedWhenThereAreNone(Workbench bench) {
    String plain = bench.created(bench.bundle());
    assertFalse(bench.state(plain).has("annotations"));
    String annotated =
        bench.created(
            bench
                .bundle()
                .set("/annotations/org.example.key", "va\"lue")
                .set("/annotations/empty", ""));
    JsonNode state = bench.state(annotated);
    assertEquals("va\"lue", state.at("/annotations/org.example.key").asText());
    assertEquals("", state.at("/annotations/empty").asText());
    List<String> keys = new ArrayList<>();
    state.fieldNames().forEachRemaining(keys::add);
    assertEquals(
        List.of(
            "ociVersion",
            "id",
            "pid",
            "status",
            "bundle",
            "rootfs",
            "created",
            "annotations",
            "owner"),
        keys);
  }

  @Test
  void statusAndPidFollowTheContainersLife(Workbench bench) {
    Bundle bundle = bench.bundle().lasting();
    String id = bench.created(bundle);
    assertEquals("created", bench.status(id));
    int pid = bench.pid(id);
    bench.start(id).succeedsSilently();
    assertEquals("running", bench.status(id));
    assertEquals(pid, bench.pid(id));
    bench.kill(id, "KILL").succeedsSilently();
    bench.awaitStatus(id, "stopped");
    assertEquals(0, bench.pid(id));
  }

  @Test
  void aMissingContainerIsAnError(Workbench bench) {
    bench.jrun("state", Workbench.id()).failsWith("container does not exist");
  }

  @Test
  void anAbsoluteRootPathIsShownAsItIs(Workbench bench) {
    Bundle rootfs = bench.bundle();
    Bundle bundle = bench.bundle().set("/root/path", rootfs.rootfs().toString());
    String id = bench.created(bundle);
    assertEquals(rootfs.rootfs(), Path.of(bench.state(id).get("rootfs").asText()));
  }

  // Readers never wait for a create: here one is held up by a hook.
  @Test
  void stateDuringACreateAnswersAtOnce(Workbench bench) throws Exception {
    Path asked = bench.directory().resolve("asked");
    Bundle bundle =
        bench
            .bundle()
            .hook(
                "createRuntime",
                java.util.Map.of(
                    "path",
                    "/bin/sh",
                    "args",
                    List.of("sh", "-c", "until [ -e " + asked + " ]; do sleep 0.05; done")));
    String id = bench.keep(Workbench.id());
    Jrun.Running creating = bench.createCommand(bundle, id).start();
    Workbench.await("its state", () -> bench.jrun("state", id).exitCode() == 0);
    Outcome state = bench.command("state", id).run().succeedsSilently();
    assertEquals("creating", state.json().get("status").asText());
    java.nio.file.Files.createFile(asked);
    creating.await().succeedsSilently();
    assertEquals("created", bench.status(id));
  }
}
