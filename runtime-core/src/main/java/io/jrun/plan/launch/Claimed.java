// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.launch;

import io.jrun.linux.Fd;
import io.jrun.plan.front.HandOverSteps;

/**
 * What the front holds once an id is claimed and its cgroup is made.
 *
 * @param directory the state directory, locked
 * @param cgroup null if the container has none of its own, or another is to make it
 * @param receivers who waits for the terminal and for a pidfd
 */
public record Claimed(Fd directory, Fd cgroup, HandOverSteps.Receivers receivers) {}
