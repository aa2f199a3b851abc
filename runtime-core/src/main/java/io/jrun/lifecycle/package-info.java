// SPDX-License-Identifier: Apache-2.0

/**
 * What several verbs do to a container: a launch prepared, carried out, put on record and undone;
 * the stored programs of the verbs that follow; its processes, its hooks, its unit of systemd's,
 * its readiness, its removal. Below the verbs, which use it and not each other.
 *
 * <p>It promises that a launch that fails leaves nothing, and that a removal by force can finish
 * whatever was killed in the middle. Nothing here prints, exits, or uses its own process's context
 * in place of the caller's.
 */
package io.jrun.lifecycle;
