// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Memory that a system call reads or writes: bytes, with places that are only known when the call
 * is made (numbers of file descriptors, addresses of other blocks). Structs are laid out here by
 * offset, each with its kernel header named where it is built; all are little-endian, as both
 * supported architectures are.
 */
public final class Block {
  /** A number to be filled in at an offset: 4 or 8 bytes binary, 10 or 20 right-aligned digits. */
  public record Patch(int offset, int width, Handle value) {}

  /** An address to be filled in at an offset; a null target is a null pointer. */
  public record Pointer(int offset, Block target) {}

  private final byte[] bytes;
  private final ByteBuffer view;
  private final String shown;
  private final List<Patch> patches = new ArrayList<>(0);
  private final List<Pointer> pointers = new ArrayList<>(0);

  private Block(byte[] bytes, String shown) {
    this.bytes = bytes;
    this.view = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    this.shown = shown;
  }

  /** A zeroed struct of a size in bytes; {@code shown} is how a plan prints it. */
  public static Block struct(int size, String shown) {
    return new Block(new byte[size], shown);
  }

  /** Room for what a call writes. */
  public static Block room(int size) {
    return new Block(new byte[size], "{" + size + " bytes}");
  }

  public static Block bytes(byte[] content, String shown) {
    return new Block(content.clone(), shown);
  }

  /** A text with its final NUL. */
  public static Block text(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    byte[] content = new byte[utf8.length + 1];
    System.arraycopy(utf8, 0, content, 0, utf8.length);
    return new Block(content, "\"" + escape(text) + "\"");
  }

  /** A vector of pointers to texts, ended by a null pointer, as execve(2) takes. */
  public static Block vector(List<String> texts, String shown) {
    Block block = struct((texts.size() + 1) * 8, shown);
    for (int i = 0; i < texts.size(); i++) {
      block.pointer(i * 8, text(texts.get(i)));
    }
    return block.pointer(texts.size() * 8, null);
  }

  public Block u16(int offset, int value) {
    view.putShort(offset, (short) value);
    return this;
  }

  public Block u32(int offset, long value) {
    view.putInt(offset, (int) value);
    return this;
  }

  public Block u64(int offset, long value) {
    view.putLong(offset, value);
    return this;
  }

  public Block patch(int offset, int width, Handle value) {
    patches.add(new Patch(offset, width, value));
    return this;
  }

  public Block pointer(int offset, Block target) {
    pointers.add(new Pointer(offset, target));
    return this;
  }

  public int size() {
    return bytes.length;
  }

  /** The bytes themselves, not a copy: the executing binding reads results here. */
  public byte[] content() {
    return bytes;
  }

  public long readU64(int offset) {
    return view.getLong(offset);
  }

  public List<Patch> patches() {
    return patches;
  }

  public List<Pointer> pointers() {
    return pointers;
  }

  public String show() {
    return shown;
  }

  private static String escape(String text) {
    StringBuilder out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c == '\n') {
        out.append("\\n");
      } else if (c < ' ' || c == 0x7f) {
        out.append("\\x")
            .append(Character.forDigit(c >> 4, 16))
            .append(Character.forDigit(c & 15, 16));
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }
}
