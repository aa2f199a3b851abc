// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

/**
 * Limits of one RDMA device: config-linux.md, "RDMA".
 *
 * @param hcaHandles handles, 0 to 4294967295; null is unlimited
 * @param hcaObjects objects, 0 to 4294967295; null is unlimited
 */
public record LinuxRdma(Long hcaHandles, Long hcaObjects) {}
