// SPDX-License-Identifier: Apache-2.0

/**
 * The host as it is found, before anything is done: where cgroup v2 is and what of it can be had,
 * who is in a cgroup, what namespaces, mounts, devices, security modules and classes of service
 * there are, what an ordinary user has to do without, and which names of files mean the same to
 * everybody.
 *
 * <p>All of it reads at once, in the core's own process, and changes nothing; what this host, or
 * this caller, cannot have is refused here.
 */
package io.jrun.host;
