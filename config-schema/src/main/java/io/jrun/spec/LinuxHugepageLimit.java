// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

/**
 * A hugetlb limit: config-linux.md, "Huge page limits".
 *
 * @param pageSize 64KB, 2MB, 1GB; never null
 * @param limit bytes, unsigned 64-bit, see {@link Long#compareUnsigned}
 */
public record LinuxHugepageLimit(String pageSize, long limit) {}
