// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.launch;

import io.jrun.linux.Fd;
import io.jrun.plan.front.HandOverSteps;
import io.jrun.program.Recorder;

/**
 * What the front holds once an id is claimed and its cgroup is made.
 *
 * @param directory the state directory, locked
 * @param cgroup null if the container has none of its own, or another is to make it
 * @param handOver who waits for the terminal; null if nobody does
 * @param claimedAt index of the instruction that claims the id
 * @param cgroupAt index of the first instruction after the claim is on record
 */
public record Claimed(
    Recorder front, Fd directory, Fd cgroup, HandOverSteps handOver, int claimedAt, int cgroupAt) {}
