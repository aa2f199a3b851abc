// SPDX-License-Identifier: Apache-2.0
package io.jrun.wire;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** native-shim's facts.h as text: what the front has to know besides what crosses a channel. */
public final class FactsHeader {
  private final String text;

  private FactsHeader(String text) {
    this.text = text;
  }

  public static FactsHeader read() {
    try {
      Path here = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
      return new FactsHeader(Files.readString(here.resolve("../native-shim/src/main/c/facts.h")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String find(String name, String form) {
    Matcher define = Pattern.compile("#define " + name + "\\s+(?:\\\\\\s+)?" + form).matcher(text);
    if (!define.find()) {
      throw new AssertionError("facts.h has no " + name);
    }
    return define.group(1);
  }

  public String text(String name) {
    return find(name, "\"([^\"]*)\"");
  }

  public long number(String name) {
    return Long.decode(find(name, "(0x[0-9a-f]+|\\d+)"));
  }

  /** What stands between braces: words without their quotes, or numbers. */
  public List<String> list(String name) {
    return Pattern.compile("\\s*,[\\s\\\\]*")
        .splitAsStream(find(name, "\\{([^}]*)\\}").trim())
        .map(each -> each.replaceAll("[\"\\s\\\\]", ""))
        .toList();
  }
}
