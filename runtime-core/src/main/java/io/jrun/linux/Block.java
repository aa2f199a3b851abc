// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Memory that a system call reads or writes: bytes, with places that are only known when the call
 * is made (numbers of file descriptors, addresses of other blocks). Structs are laid out here by
 * offset, each with its kernel header named where it is built; all are little-endian, as both
 * supported architectures are.
 */
public final class Block {
  /** The width of a number that is filled in as octal digits: a mode has no more. */
  public static final int OCTAL_DIGITS = 6;

  /** The width of a number whose digits are the first of ten bytes: blanks come behind them. */
  public static final int FIRST_DIGITS = 11;

  /**
   * A number to be filled in at an offset: 4 or 8 bytes binary, 10 or 20 right-aligned decimal
   * digits, 6 octal ones.
   */
  public record Patch(int offset, int width, Handle value) {}

  /** An address to be filled in at an offset; a null target is a null pointer. */
  public record Pointer(int offset, Block target) {}

  private final int size;
  private final Object shown;

  /** Null as long as nobody has asked: room that a program's calls fill needs none. */
  private byte[] bytes;

  private List<Patch> patches = List.of();
  private List<Pointer> pointers = List.of();

  private Block(int size, byte[] bytes, Object shown) {
    this.size = size;
    this.bytes = bytes;
    this.shown = shown;
  }

  /** A zeroed struct of a size in bytes; {@code shown} is what a plan prints, by its toString. */
  public static Block struct(int size, Object shown) {
    return new Block(size, new byte[size], shown);
  }

  /** Room for what a call writes; zeros before. */
  public static Block room(int size) {
    return new Block(size, null, null);
  }

  public static Block bytes(byte[] content, Object shown) {
    return new Block(content.length, content.clone(), shown);
  }

  /** A text with its final NUL. */
  public static Block text(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    return new Block(utf8.length + 1, Arrays.copyOf(utf8, utf8.length + 1), new Quoted(text));
  }

  /** A vector of pointers to texts, ended by a null pointer, as execve(2) takes. */
  public static Block vector(List<String> texts, Object shown) {
    Block block = struct((texts.size() + 1) * 8, shown);
    for (int i = 0; i < texts.size(); i++) {
      block.pointer(i * 8, text(texts.get(i)));
    }
    return block.pointer(texts.size() * 8, null);
  }

  public Block u16(int offset, int value) {
    return put(offset, 2, value);
  }

  public Block u32(int offset, long value) {
    return put(offset, 4, value);
  }

  public Block u64(int offset, long value) {
    return put(offset, 8, value);
  }

  private Block put(int offset, int width, long value) {
    byte[] to = content();
    for (int i = 0; i < width; i++) {
      to[offset + i] = (byte) (value >>> 8 * i);
    }
    return this;
  }

  public Block patch(int offset, int width, Handle value) {
    if (patches.isEmpty()) {
      patches = new ArrayList<>(2);
    }
    patches.add(new Patch(offset, width, value));
    return this;
  }

  public Block pointer(int offset, Block target) {
    if (pointers.isEmpty()) {
      pointers = new ArrayList<>();
    }
    pointers.add(new Pointer(offset, target));
    return this;
  }

  public int size() {
    return size;
  }

  /** Whether all bytes are zeros that nobody has set. */
  public boolean isRoom() {
    return bytes == null && pointers.isEmpty();
  }

  /** The bytes themselves, not a copy: the executing binding reads results here. */
  public byte[] content() {
    if (bytes == null) {
      bytes = new byte[size];
    }
    return bytes;
  }

  public long readU64(int offset) {
    return ByteBuffer.wrap(content()).order(ByteOrder.LITTLE_ENDIAN).getLong(offset);
  }

  public List<Patch> patches() {
    return patches;
  }

  public List<Pointer> pointers() {
    return pointers;
  }

  public String show() {
    return shown == null ? "{" + size + " bytes}" : shown.toString();
  }
}
