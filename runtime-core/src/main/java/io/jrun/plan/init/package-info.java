// SPDX-License-Identifier: Apache-2.0

/**
 * What init does until it becomes the container's program: namespaces, the root file system and
 * what is mounted in it, devices, restrictions. {@link io.jrun.plan.init.InitSteps} has the order.
 */
package io.jrun.plan.init;
