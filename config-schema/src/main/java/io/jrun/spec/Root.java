// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

/**
 * The root filesystem: config.md, "Root".
 *
 * @param path absolute, or relative to the bundle; never null
 * @param readonly whether the container sees it read-only; absent is false
 */
public record Root(String path, Boolean readonly) {}
