// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan;

import io.jrun.container.ContainerSpec;

/**
 * All that a launch's programs are made of.
 *
 * @param spec the checked description
 * @param options what the command line said, and what the host has
 * @param documents bytes that are written or handed on
 * @param shape what follows from the first two for both programs
 */
public record LaunchInput(
    ContainerSpec spec, LaunchOptions options, LaunchDocuments documents, LaunchShape shape) {
  public static LaunchInput of(
      ContainerSpec spec, LaunchOptions options, LaunchDocuments documents) {
    return new LaunchInput(spec, options, documents, LaunchShape.of(spec, options));
  }
}
