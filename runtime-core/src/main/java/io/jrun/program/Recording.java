// SPDX-License-Identifier: Apache-2.0
package io.jrun.program;

import io.jrun.linux.Arg;
import io.jrun.linux.Block;
import io.jrun.linux.Fd;
import io.jrun.linux.Flags;
import io.jrun.linux.Handle;
import io.jrun.linux.Kernel;
import io.jrun.linux.Pid;
import io.jrun.linux.Syscall;
import io.jrun.linux.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A program that is being recorded: its steps, its instructions, which registers are taken, and
 * what was said of the instruction to come. {@link Recorder} has what can be recorded.
 */
public abstract class Recording extends Kernel {
  static final int REGISTERS = 250;

  /** What fits into the memory of a core, and into a frame: docs/plan.md. */
  static final int MOST_INSTRUCTIONS = 1 << 19;

  /** A step's number is 16 bits wide: docs/plan.md. */
  static final int MOST_STEPS = 0xffff;

  private final List<Step> steps = new ArrayList<>();
  private final Map<Mark, Integer> marks = new EnumMap<>(Mark.class);
  final List<Instruction> instructions = new ArrayList<>();
  final List<Program> children = new ArrayList<>();
  private final Set<Block> prepared = Collections.newSetFromMap(new IdentityHashMap<>());
  final NextInstruction next = new NextInstruction();
  final BitSet registers;
  private final Sink sink;
  private int sent;
  private Optional<Program> undo = Optional.empty();

  /** With all registers free; {@code sink} null: pieces are kept. */
  Recording(Sink sink) {
    this.registers = new BitSet(REGISTERS);
    this.sink = sink;
  }

  /** What follows on another program: its registers live on, and its places are passed. */
  Recording(Recording before) {
    this.registers = (BitSet) before.registers.clone();
    this.sink = before.sink;
    for (Mark each : before.marks.keySet()) {
      marks.put(each, 0);
    }
  }

  /**
   * What has been recorded since the last time is a piece, and may be run from now on: what was
   * prepared in memory is not there for what follows. Without a {@link Sink} pieces are kept.
   */
  public void flush() {
    requireNothingSaid();
    prepared.clear();
    if (sink != null) {
      sink.take(program(), sent);
      sent = instructions.size();
    }
  }

  /** How many instructions the sink has. */
  public int sent() {
    return sent;
  }

  /** What the front does if its core dies on the way; said before the first piece is sent. */
  public void undoneBy(Program program) {
    undo = Optional.of(program);
  }

  /** What follows belongs to this step. */
  public void step(String title, String pointer) {
    requireNothingSaid();
    if (steps.size() == MOST_STEPS) {
      throw new ProgramTooLongException("has more than " + MOST_STEPS + " steps");
    }
    steps.add(new Step(title, pointer));
  }

  public void step(String title) {
    step(title, "");
  }

  public Program program() {
    requireNothingSaid();
    return new Program(
        Collections.unmodifiableList(steps),
        Collections.unmodifiableList(instructions),
        Collections.unmodifiableList(children),
        Collections.unmodifiableMap(marks),
        undo);
  }

  /** What has been recorded so far is before this place. */
  public void mark(Mark place) {
    marks.put(place, instructions.size());
  }

  /** How many instructions there are. */
  public int size() {
    return instructions.size();
  }

  public void place(Label label) {
    requireNothingSaid();
    label.place(instructions.size());
  }

  public void jump(Label to) {
    requireNothingSaid();
    List<OnError> always = List.of(new OnError(null, to));
    add(new Instruction(Op.JUMP, "jump", 0, currentStep(), null, List.of(), always, List.of()));
  }

  /** What was said of the next instruction must be of one, and of the one that was meant. */
  private void requireNothingSaid() {
    if (!next.isEmpty() || !takeIgnored().isEmpty()) {
      throw new IllegalStateException("no instruction follows on what was said of the next one");
    }
  }

  // Registers

  int take() {
    int index = registers.nextClearBit(0);
    if (index >= REGISTERS - 1) {
      throw new ProgramTooLongException("holds more than " + REGISTERS + " things at once");
    }
    registers.set(index);
    return index;
  }

  /** The register may hold something else from here on. */
  public void free(Handle handle) {
    if (handle.isRegister()) {
      registers.clear((int) handle.number());
    }
  }

  @Override
  public void close(Fd fd) {
    super.close(fd);
    free(fd);
  }

  /** The register stays taken: what is run if this is never reached has the descriptor in it. */
  public void closeOnly(Fd fd) {
    super.close(fd);
  }

  /** In init's program: the channel it was born with. */
  public static Fd bornChannel() {
    return Fd.register(REGISTERS - 1, "channel");
  }

  /** In the front's programs: the log of a caller that only the front can write. */
  public static Fd log() {
    return Fd.register(REGISTERS - 1, "log");
  }

  /** A register with a name, for results that composites put there. */
  public Fd fdRegister(String name) {
    return Fd.register(take(), name);
  }

  /** The first registers, which whoever runs the program fills in before, in order. */
  public Value parameter(String name) {
    return Value.register(takeParameter(), name);
  }

  /** The same for a process. */
  public Pid pidParameter(String name) {
    return Pid.register(takeParameter(), name);
  }

  private int takeParameter() {
    if (!instructions.isEmpty()) {
      throw new IllegalStateException("a parameter comes before everything else");
    }
    return take();
  }

  /** The register holds a pidfd of another process from here on. */
  public void pidfdReopen(Fd pidfd, Pid pid) {
    super.close(pidfd);
    record(
        Op.SYSCALL,
        Syscall.PIDFD_OPEN.callName(),
        Syscall.PIDFD_OPEN.number(),
        pidfd,
        Arg.of(pid),
        Arg.imm(0));
  }

  /** A zero-extended number out of a block that a call has filled. */
  public Value load(Block block, int offset, int width) {
    Value value = Value.register(take(), "value");
    certain(Op.LOAD, "load", value, new Arg.OffsetOf(block, offset), Arg.imm(width));
    return value;
  }

  /** Has a block begin with a byte, for {@link #check} wherever ways have met again. */
  public final void store(Block block, int value) {
    certain(Op.STORE, "store", null, Arg.imm(value), new Arg.OffsetOf(block, 0), Arg.imm(8));
  }

  // Instructions

  @Override
  protected Handle invoke(Gives gives, String name, Syscall call, Arg... args) {
    Handle result =
        switch (gives) {
          case NOTHING -> null;
          case FD -> next.hasResult() ? next.takeResult() : Fd.register(take(), name);
          case PID -> Pid.register(take(), name);
          case VALUE -> Value.register(take(), name);
        };
    record(Op.SYSCALL, call.callName(), call.number(), result, args);
    return result;
  }

  private void add(Instruction instruction) {
    if (instructions.size() == MOST_INSTRUCTIONS) {
      throw new ProgramTooLongException("has more than " + MOST_INSTRUCTIONS + " instructions");
    }
    instructions.add(instruction);
  }

  void add(Op op, String name, Handle result, Arg... args) {
    record(op, name, 0, result, args);
  }

  void record(Op op, String name, int number, Handle result, Arg... args) {
    List<OnError> expected = next.takeExpected(takeIgnored());
    List<Instruction.OnFailure> failures = next.takeFailures();
    for (Arg arg : args) {
      if (arg instanceof Arg.Mem mem && mem.block() != null) {
        prepare(mem.block());
      }
    }
    add(
        new Instruction(
            op, name, number, currentStep(), result, Arrays.asList(args), expected, failures));
  }

  /** Fills a block in here: the first call that takes it may be jumped over. */
  public final void fill(Block block) {
    prepare(block);
  }

  /** Emits what fills in a block's numbers and addresses, once per block. */
  private void prepare(Block block) {
    for (Block.Patch patch : block.patches()) {
      certain(
          Op.STORE,
          "store",
          null,
          Arg.of(patch.value()),
          new Arg.OffsetOf(block, patch.offset()),
          Arg.imm(patch.width()));
    }
    List<Block.Pointer> pointers = block.pointers();
    if (pointers.isEmpty() || !prepared.add(block)) {
      return;
    }
    for (Block.Pointer pointer : pointers) {
      Block target = pointer.target();
      if (target != null && !(target.patches().isEmpty() && target.pointers().isEmpty())) {
        prepare(target);
      }
    }
    for (int i = 0; i < pointers.size(); i++) {
      int first = i;
      while (i + 1 < pointers.size()
          && pointers.get(i + 1).offset() == pointers.get(i).offset() + 8) {
        i++;
      }
      certain(
          Op.RELOC,
          "reloc",
          null,
          new Arg.OffsetOf(block, pointers.get(first).offset()),
          Arg.imm(i - first + 1));
    }
  }

  /** Of those that cannot fail: what was said of the next instruction is not of them. */
  private void certain(Op op, String name, Handle result, Arg... args) {
    add(new Instruction(op, name, 0, currentStep(), result, List.of(args), List.of(), List.of()));
  }

  int currentStep() {
    if (steps.isEmpty()) {
      throw new IllegalStateException("an instruction before the first step");
    }
    return steps.size() - 1;
  }

  /** What a signal of those that ENDS handles does. */
  public enum Ends {
    NEVER,
    LATER,
    AT_ONCE
  }

  /**
   * From here on the signals of a 64-bit set, and of those before, end the process: now, or as soon
   * as the next says so, or not at all.
   */
  public final void ends(Ends when, long set) {
    add(Op.ENDS, "ends", null, Arg.flags(when.ordinal(), Flags.ENDS), Arg.imm(set));
  }
}
