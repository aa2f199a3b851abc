// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

import java.util.List;

/**
 * One hook: config.md, "POSIX-platform Hooks".
 *
 * @param path absolute path of the program; never null
 * @param args argument vector, args[0] included
 * @param env environment, KEY=value; null is not the same as empty
 * @param timeout seconds
 */
public record Hook(String path, List<String> args, List<String> env, Integer timeout) {}
