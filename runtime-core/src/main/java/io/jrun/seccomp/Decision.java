// SPDX-License-Identifier: Apache-2.0
package io.jrun.seccomp;

/**
 * What a filter does next, as a graph without cycles: it is made from its ends to its beginning,
 * and {@link FilterAssembler} writes it down as classic BPF. The names are those of the machine: a
 * word is loaded into A, A is compared.
 *
 * <p>Identity is what counts: two decisions that look the same are two places in the filter.
 */
sealed interface Decision {

  /** The end: what the filter returns. */
  final class Return implements Decision {
    final int value;

    Return(int value) {
      this.value = value;
    }
  }

  /** Loads a word of struct seccomp_data (linux/seccomp.h). */
  final class Load implements Decision {
    final int offset;
    final Decision next;

    Load(int offset, Decision next) {
      this.offset = offset;
      this.next = next;
    }
  }

  /** Leaves of A what the mask has. */
  final class Mask implements Decision {
    final int mask;
    final Decision next;

    Mask(int mask, Decision next) {
      this.mask = mask;
      this.next = next;
    }
  }

  /**
   * Compares A, unsigned. {@code plainYes} and {@code plainNo} are for who comes to the same
   * comparison by another way, with something else in A.
   */
  final class Test implements Decision {
    final Comparison comparison;
    final int operand;
    final Decision yes;
    final Decision no;
    final Decision plainYes;
    final Decision plainNo;

    Test(Comparison comparison, int operand, Decision yes, Decision no) {
      this(comparison, operand, yes, no, yes, no);
    }

    Test(
        Comparison comparison,
        int operand,
        Decision yes,
        Decision no,
        Decision plainYes,
        Decision plainNo) {
      this.comparison = comparison;
      this.operand = operand;
      this.yes = yes;
      this.no = no;
      this.plainYes = plainYes;
      this.plainNo = plainNo;
    }
  }

  /** The comparisons that the machine has, with their codes of linux/bpf_common.h. */
  enum Comparison {
    /** BPF_JMP | BPF_JEQ | BPF_K. */
    EQUAL(0x15),
    /** BPF_JMP | BPF_JGT | BPF_K. */
    GREATER(0x25),
    /** BPF_JMP | BPF_JGE | BPF_K. */
    AT_LEAST(0x35);

    final int code;

    Comparison(int code) {
      this.code = code;
    }

    boolean holds(int a, int operand) {
      int order = Integer.compareUnsigned(a, operand);
      return switch (this) {
        case EQUAL -> order == 0;
        case GREATER -> order > 0;
        case AT_LEAST -> order >= 0;
      };
    }
  }
}
