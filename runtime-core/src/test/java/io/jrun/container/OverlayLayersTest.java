// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lists of lower directories, as the kernel documents them. */
class OverlayLayersTest {
  /** Layers with a space between them, those with data behind an equals sign. */
  @ParameterizedTest
  @CsvSource({
    "/a,             /a",
    "/a:/b:/c,       /a /b /c",
    "/a::/d,         /a =/d",
    "/a:/b::/d::/e,  /a /b =/d =/e",
    "/a\\:b:/c,      /a:b /c",
    "/a\\:\\:b,      /a::b",
    "/a\\\\:/b,      /a\\ /b",
    "/a\\,           /a\\",
    "'/a\\,b:/c',    '/a,b /c'"
  })
  void aListIsSplitAtItsColons(String list, String layers) {
    StringBuilder all = new StringBuilder();
    for (OverlayLayers.Layer layer : OverlayLayers.split(list)) {
      all.append(all.length() == 0 ? "" : " ").append(layer.data() ? "=" : "").append(layer.path());
    }
    assertEquals(layers, all.toString());
  }

  /** The kernel has a word for each. */
  @Test
  void whatIsNoListStaysWhatItIs() {
    assertEquals(List.of(new OverlayLayers.Layer("", false)), OverlayLayers.split(""));
    assertEquals(
        List.of(new OverlayLayers.Layer("/a", false), new OverlayLayers.Layer("", false)),
        OverlayLayers.split("/a:"));
  }
}
