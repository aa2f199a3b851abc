// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

/**
 * A rule for access to devices: config-linux.md, "Allowed Device list".
 *
 * @param allow whether the rule allows or denies
 * @param type a, b or c; null is a
 * @param major major number, signed 64-bit; null or -1 is every one
 * @param minor minor number, signed 64-bit; null or -1 is every one
 * @param access any of r, w, m
 */
public record LinuxDeviceCgroup(
    boolean allow, String type, Long major, Long minor, String access) {}
