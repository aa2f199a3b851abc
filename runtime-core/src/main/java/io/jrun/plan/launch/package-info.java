// SPDX-License-Identifier: Apache-2.0

/**
 * Whole plans: the front's program with init's inside it, that of an exec with its process's, and
 * how they are shown.
 */
package io.jrun.plan.launch;
