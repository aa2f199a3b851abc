// SPDX-License-Identifier: Apache-2.0
package io.jrun.verb;

import io.jrun.container.ExecOverrides;
import io.jrun.plan.Sockets;
import java.util.Optional;

/**
 * What the command line asked of exec.
 *
 * @param processFile absolute path of a document that describes the process; then {@code overrides}
 *     are not looked at
 * @param cgroup as written: a path below the container's cgroup
 * @param sockets who waits for the terminal and for a pidfd
 */
public record ExecRequest(
    String id,
    Optional<String> processFile,
    ExecOverrides overrides,
    Optional<String> cgroup,
    boolean ignorePaused,
    int preserveFds,
    boolean detach,
    Optional<String> pidFile,
    Sockets sockets) {}
