// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

import java.util.List;

/**
 * Intel Resource Director Technology: config-linux.md, "IntelRdt". {@code enableCMT} and {@code
 * enableMBM} of earlier versions are read past.
 *
 * @param closID class of service, a directory of resctrl
 * @param schemata lines for the schemata file
 * @param l3CacheSchema L3 cache line
 * @param memBwSchema memory bandwidth line
 * @param enableMonitoring whether to make a monitoring group; absent is false
 */
public record LinuxIntelRdt(
    String closID,
    List<String> schemata,
    String l3CacheSchema,
    String memBwSchema,
    Boolean enableMonitoring) {}
