// SPDX-License-Identifier: Apache-2.0

/**
 * systemd as the owner of a container's cgroup: names of units and where their cgroups are, limits
 * as properties of a unit, and the few calls on a manager that make a transient unit and end it,
 * over the manager's private socket. It may use {@code io.jrun.cgroup} and {@code
 * io.jrun.container}, and is the only user of dbus-java. Nothing of it is loaded unless the command
 * line says {@code --systemd-cgroup}, or a container was made so.
 *
 * <p>Source: org.freedesktop.systemd1(5), systemd.unit(5), systemd.resource-control(5), the D-Bus
 * Specification.
 */
package io.jrun.systemd;
