// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

/**
 * The binding of this process. It is chosen when this class is initialised, which for a native core
 * is when it is built: that one has the result and not the way to it.
 */
final class OwnBinding {
  private static final String LINKED = "io.jrun.linux.LinkedBinding";
  private static final Binding BINDING = choose();

  private OwnBinding() {}

  static Binding get() {
    return BINDING;
  }

  /** The property is there while a native core is built, and in it. */
  private static Binding choose() {
    if (System.getProperty("org.graalvm.nativeimage.imagecode") == null) {
      return new JnrBinding();
    }
    try {
      return (Binding) Class.forName(LINKED).getDeclaredConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("the native core lacks " + LINKED, e);
    }
  }
}
