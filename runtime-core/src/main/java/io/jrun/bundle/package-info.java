// SPDX-License-Identifier: Apache-2.0

/**
 * Bundles: a directory with a {@code config.json}, read once and checked (bundle.md). It may use
 * {@code io.jrun.spec} to read and {@code io.jrun.container} to check, and the files of the bundle.
 *
 * <p>It promises that a {@link io.jrun.bundle.CheckedBundle} holds the very bytes that were
 * checked, and that each problem has its line and column beside its pointer. Nothing below the root
 * file system is looked at.
 */
package io.jrun.bundle;
