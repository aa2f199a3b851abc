// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SpecWriterTest {
  @Test
  void documentsAreWrittenBackByteForByte() {
    for (String name :
        List.of("maximal.json", "runc-1.1-spec.json", "runc-1.1-spec-rootless.json")) {
      byte[] golden = Documents.load(name);
      byte[] written = SpecWriter.write(SpecReader.read(golden, name));
      assertEquals(Documents.text(golden), Documents.text(written));
    }
  }

  @Test
  void processAndResourcesAreWrittenBack() {
    Spec spec = SpecReader.read(Documents.load("maximal.json"), "c");
    byte[] process = SpecWriter.writeProcess(spec.process());
    assertEquals(spec.process(), SpecReader.readProcess(process, "p"));
    byte[] resources = SpecWriter.writeResources(spec.linux().resources());
    assertEquals(spec.linux().resources(), SpecReader.readResources(resources, "r"));
  }

  @Test
  void absentIsLeftOutAndEmptyIsNot() {
    Spec spec = new Spec("1.3.0", null, null, "", null, List.of(), null, Map.of(), null);
    assertEquals(
        "{\n\t\"ociVersion\": \"1.3.0\",\n\t\"hostname\": \"\",\n\t\"mounts\": [],\n"
            + "\t\"annotations\": {}\n}",
        Documents.text(SpecWriter.write(spec)));
  }
}
