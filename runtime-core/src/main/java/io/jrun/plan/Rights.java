// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan;

/** What the caller may do on the host: it decides which way a container is made. */
public enum Rights {
  /** Root of the host's first user namespace. */
  ROOT,

  /** Root of a user namespace below that one: no device nodes, no device programs. */
  NAMESPACE_ROOT,

  /** An ordinary user, who is root nowhere but in namespaces of the container's own. */
  USER
}
