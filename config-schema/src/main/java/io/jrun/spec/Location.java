// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

/**
 * A place in a document, as people count.
 *
 * @param line from 1
 * @param column in characters (UTF-16 units), from 1
 */
public record Location(int line, int column) {
  static final Location START = new Location(1, 1);
}
