// SPDX-License-Identifier: Apache-2.0
package io.jrun.checkpoint;

/**
 * What the command line asked of a restore, beside what it asks of any launch.
 *
 * @param detach the command ends while the container runs
 * @param subreaper orphans of the container become the front's to reap
 * @param lsmProfile {@code TYPE:NAME} in place of the one the processes had; empty: that
 * @param lsmMountContext SELinux context in place of the one the mounts had; empty: that
 */
public record RestoreRequest(
    CriuOptions options,
    boolean detach,
    boolean subreaper,
    String lsmProfile,
    String lsmMountContext) {}
