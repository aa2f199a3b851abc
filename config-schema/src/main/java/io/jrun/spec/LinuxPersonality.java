// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

import java.util.List;

/**
 * The execution domain: config-linux.md, "Personality"; personality(2).
 *
 * @param domain LINUX or LINUX32; never null
 * @param flags none are defined
 */
public record LinuxPersonality(String domain, List<String> flags) {}
