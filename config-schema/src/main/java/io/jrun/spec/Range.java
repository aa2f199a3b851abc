// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigInteger;

/**
 * The ranges of integers in runtime-spec. A JSON number counts as an integer only if it is spelled
 * as one: 1.0 and 1e3 are not, as in the Go programs that most documents are written for.
 */
enum Range {
  INT32(Integer.MIN_VALUE, Integer.MAX_VALUE),
  INT64(Long.MIN_VALUE, Long.MAX_VALUE),
  UINT16(0, 0xffff),
  UINT32(0, 0xffff_ffffL),
  /** uid_t and gid_t without (uid_t) -1, which setresuid(2) takes for "leave unchanged". */
  ID(0, 0xffff_fffeL),
  /** Held as the bits of a long. */
  UINT64(0, -1);

  private final long lowest;
  private final long highest;

  Range(long lowest, long highest) {
    this.lowest = lowest;
    this.highest = highest;
  }

  boolean holds(JsonNode value) {
    if (!value.isIntegralNumber()) {
      return false;
    }
    if (value.isBigInteger()) {
      BigInteger big = value.bigIntegerValue();
      return big.compareTo(BigInteger.valueOf(lowest)) >= 0 && big.compareTo(highest()) <= 0;
    }
    long number = value.longValue();
    return number >= lowest && (this == UINT64 || number <= highest);
  }

  private BigInteger highest() {
    return this == UINT64
        ? BigInteger.ONE.shiftLeft(Long.SIZE).subtract(BigInteger.ONE)
        : BigInteger.valueOf(highest);
  }

  /** Only for what {@link #holds}. */
  Long value(JsonNode value) {
    return value.isBigInteger() ? value.bigIntegerValue().longValue() : value.longValue();
  }

  String describe() {
    String to = this == UINT64 ? Long.toUnsignedString(highest) : Long.toString(highest);
    return "an integer from " + lowest + " to " + to;
  }
}
