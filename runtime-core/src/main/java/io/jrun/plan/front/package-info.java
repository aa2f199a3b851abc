// SPDX-License-Identifier: Apache-2.0

/**
 * What the front does on the host, step by step: the state directory, the cgroup and its limits,
 * network devices, descriptors that are handed over, readiness, the pid file.
 */
package io.jrun.plan.front;
