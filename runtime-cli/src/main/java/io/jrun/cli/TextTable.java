// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

import java.util.List;

/** Columns as wide as their widest cell and at least twelve, three blanks between them. */
final class TextTable {
  private static final int MIN_WIDTH = 12;
  private static final int PADDING = 3;

  private TextTable() {}

  static String format(List<List<String>> rows) {
    int columns = rows.get(0).size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < columns - 1; i++) {
        widths[i] = Math.max(Math.max(widths[i], MIN_WIDTH), row.get(i).length() + PADDING);
      }
    }
    StringBuilder out = new StringBuilder();
    for (List<String> row : rows) {
      for (int i = 0; i < columns; i++) {
        out.append(row.get(i)).append(" ".repeat(Math.max(0, widths[i] - row.get(i).length())));
      }
      out.append('\n');
    }
    return out.toString();
  }
}
