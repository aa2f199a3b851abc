// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import java.util.ArrayList;
import java.util.List;

/**
 * The lower directories of an overlay, as its option {@code lowerdir} lists them. Source:
 * Documentation of the kernel, filesystems/overlayfs.rst, "Multiple lower layers" and "Data-only
 * lower layers".
 */
public final class OverlayLayers {
  /**
   * One of them.
   *
   * @param path without the backslashes that the list needs
   * @param data whether it holds nothing but the data of files that others name
   */
  public record Layer(String path, boolean data) {}

  private OverlayLayers() {}

  /**
   * The list's parts, the topmost first: a colon is between two of them, two colons come before one
   * with data, and a backslash takes the next character for what it is.
   */
  public static List<Layer> split(String lowerdir) {
    List<Layer> layers = new ArrayList<>();
    StringBuilder path = new StringBuilder();
    boolean data = false;
    for (int i = 0; i < lowerdir.length(); i++) {
      char c = lowerdir.charAt(i);
      if (c == '\\' && i + 1 < lowerdir.length()) {
        path.append(lowerdir.charAt(++i));
      } else if (c == ':') {
        layers.add(new Layer(path.toString(), data));
        path.setLength(0);
        data = i + 1 < lowerdir.length() && lowerdir.charAt(i + 1) == ':';
        i += data ? 1 : 0;
      } else {
        path.append(c);
      }
    }
    layers.add(new Layer(path.toString(), data));
    return layers;
  }

  /** A path without the backslashes that an option's value needs. */
  public static String unescape(String value) {
    StringBuilder path = new StringBuilder();
    for (int i = 0; i < value.length(); i++) {
      boolean escape = value.charAt(i) == '\\' && i + 1 < value.length();
      path.append(value.charAt(escape ? ++i : i));
    }
    return path.toString();
  }
}
