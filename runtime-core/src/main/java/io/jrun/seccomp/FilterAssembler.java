// SPDX-License-Identifier: Apache-2.0
package io.jrun.seccomp;

import io.jrun.linux.Seccomp;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes a {@link Decision} down as classic BPF, the last instruction first: then the place of
 * everything that is jumped to is known. Jumps go forward only, and a comparison's reach 255
 * instructions; what is further away is reached by a jump behind the comparison.
 */
final class FilterAssembler {
  private static final int LOAD = 0x20; // BPF_LD | BPF_W | BPF_ABS
  private static final int AND = 0x54; // BPF_ALU | BPF_AND | BPF_K
  private static final int JUMP = 0x05; // BPF_JMP | BPF_JA
  private static final int RETURN = 0x06; // BPF_RET | BPF_K
  private static final int REACH = 255;

  /** An instruction that lies further away than this is returned from anew, and not jumped to. */
  private static final int NEAR = 128;

  private record Line(int code, int ifTrue, int ifFalse, int operand) {}

  /** From the last to the first. */
  private final List<Line> lines = new ArrayList<>(512);

  private final Map<Decision, Integer> places = new IdentityHashMap<>();
  private final Map<Integer, Integer> returns = new HashMap<>();

  private FilterAssembler() {}

  /** The instructions, 8 bytes each, as struct sock_filter of linux/filter.h has them. */
  static byte[] assemble(Decision filter) {
    FilterAssembler assembler = new FilterAssembler();
    assembler.write(filter);
    return assembler.bytes();
  }

  private byte[] bytes() {
    int size = lines.size() * Seccomp.INSTRUCTION_SIZE;
    ByteBuffer out = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = lines.size() - 1; i >= 0; i--) {
      Line each = lines.get(i);
      out.putShort((short) each.code()).put((byte) each.ifTrue()).put((byte) each.ifFalse());
      out.putInt(each.operand());
    }
    return out.array();
  }

  /** What follows is written before what it follows on. Not by recursion: chains may be long. */
  private void write(Decision filter) {
    Deque<Decision> open = new ArrayDeque<>();
    open.push(filter);
    while (!open.isEmpty()) {
      Decision top = open.peek();
      if (isWritten(top)) {
        open.pop();
        continue;
      }
      Decision missing = missing(top);
      if (missing != null) {
        open.push(missing);
      } else {
        open.pop();
        place(top);
      }
    }
  }

  private boolean isWritten(Decision each) {
    return places.containsKey(each);
  }

  /** Something that has to be written before, or null. Ends are written where they are needed. */
  private Decision missing(Decision each) {
    if (each instanceof Decision.Load load) {
      return needed(load.next);
    }
    if (each instanceof Decision.Mask mask) {
      return needed(mask.next);
    }
    if (each instanceof Decision.Test test) {
      Decision yes = needed(test.yes);
      return yes != null ? yes : needed(test.no);
    }
    return null;
  }

  private Decision needed(Decision each) {
    return each instanceof Decision.Return || isWritten(each) ? null : each;
  }

  private void place(Decision each) {
    if (each instanceof Decision.Load load) {
      follow(load.next);
      add(LOAD, 0, 0, load.offset);
    } else if (each instanceof Decision.Mask mask) {
      follow(mask.next);
      add(AND, 0, 0, mask.mask);
    } else if (each instanceof Decision.Test test) {
      compare(test);
    } else {
      add(RETURN, 0, 0, ((Decision.Return) each).value);
    }
    places.put(each, lines.size() - 1);
  }

  private void compare(Decision.Test test) {
    int yes = target(test.yes);
    int no = target(test.no);
    // The second jump that is put between moves everything away by one more.
    if (distance(no) > REACH - 1) {
      no = jump(no);
    }
    if (distance(yes) > REACH) {
      yes = jump(yes);
    }
    add(test.comparison.code, distance(yes), distance(no), test.operand);
  }

  /** The next instruction to be written goes on with this one. */
  private void follow(Decision next) {
    if (next instanceof Decision.Return end) {
      add(RETURN, 0, 0, end.value);
      returns.put(end.value, lines.size() - 1);
    } else if (distance(places.get(next)) > 0) {
      jump(places.get(next));
    }
  }

  private int target(Decision next) {
    if (!(next instanceof Decision.Return end)) {
      return places.get(next);
    }
    Integer known = returns.get(end.value);
    if (known == null || distance(known) > NEAR) {
      add(RETURN, 0, 0, end.value);
      known = lines.size() - 1;
      returns.put(end.value, known);
    }
    return known;
  }

  private int jump(int place) {
    add(JUMP, 0, 0, distance(place));
    return lines.size() - 1;
  }

  /** From the next instruction that is written: 0 is the one right behind it. */
  private int distance(int place) {
    return lines.size() - 1 - place;
  }

  private void add(int code, int ifTrue, int ifFalse, int operand) {
    lines.add(new Line(code, ifTrue, ifFalse, operand));
  }
}
