// SPDX-License-Identifier: Apache-2.0
package io.jrun.cli;

/** A command on one container, by its id alone. */
abstract class ContainerVerb extends Verb {
  ContainerVerb(String name, String summary) {
    super(name, "<container-id>", summary);
  }

  @Override
  final int minArguments() {
    return 1;
  }

  @Override
  final int maxArguments() {
    return 1;
  }

  @Override
  void describe(Options options) {
    // The id is all there is.
  }
}
