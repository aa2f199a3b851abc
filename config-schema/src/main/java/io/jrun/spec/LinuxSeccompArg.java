// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

/**
 * A condition on an argument of a system call: config-linux.md, "Seccomp", {@code args}. The values
 * are unsigned 64-bit, see {@link Long#compareUnsigned}.
 *
 * @param index which argument, 0 to 4294967295; 0 to 5 exist
 * @param value operand or mask, unsigned
 * @param valueTwo what the masked argument is compared with, unsigned
 * @param op SCMP_CMP_...; never null
 */
public record LinuxSeccompArg(long index, long value, Long valueTwo, String op) {}
