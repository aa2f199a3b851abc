// SPDX-License-Identifier: Apache-2.0
package io.jrun.cgroup;

import java.util.List;

/**
 * Controllers to be enabled in a directory, for the cgroups right below it.
 *
 * @param controllers those that have to be
 * @param others those that are where they can be
 * @param threaded whether the directory has to be made a threaded cgroup first
 */
public record Enabling(
    String directory, List<String> controllers, List<String> others, boolean threaded) {
  /** With nothing but what has to be. */
  public Enabling(String directory, List<String> controllers) {
    this(directory, controllers, List.of(), false);
  }
}
