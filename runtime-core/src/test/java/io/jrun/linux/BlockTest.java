// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Layouts of what the kernel reads: offsets of its headers, checked against their definitions. */
class BlockTest {
  private static ByteBuffer view(Block block) {
    return ByteBuffer.wrap(block.content()).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Test
  void aTextEndsInANul() {
    assertArrayEquals("aé\0".getBytes(StandardCharsets.UTF_8), Block.text("aé").content());
    assertEquals(1, Block.text("").size());
  }

  @Test
  void aTextIsShownWithoutControlCharacters() {
    assertEquals("\"a\\\"b\\\\c\\nd\\x1b\\x7fé\"", Block.text("a\"b\\c\nd\u001b\u007fé").show());
  }

  @Test
  void numbersAreLittleEndian() {
    Block block = Block.struct(16, "s").u16(0, 0x1234).u32(4, 0x89abcdefL).u64(8, -2);
    assertArrayEquals(
        new byte[] {
          0x34,
          0x12,
          0,
          0,
          (byte) 0xef,
          (byte) 0xcd,
          (byte) 0xab,
          (byte) 0x89,
          -2,
          -1,
          -1,
          -1,
          -1,
          -1,
          -1,
          -1
        },
        block.content());
    assertEquals(-2, block.readU64(8));
  }

  @Test
  void aVectorPointsToItsTextsAndEndsInANullPointer() {
    Block vector = Block.vector(List.of("sh", "-c"), "[sh]");
    assertEquals(24, vector.size());
    assertEquals(List.of(0, 8, 16), vector.pointers().stream().map(Block.Pointer::offset).toList());
    assertArrayEquals(
        "-c\0".getBytes(StandardCharsets.US_ASCII), vector.pointers().get(1).target().content());
    assertNull(vector.pointers().get(2).target());
    assertEquals(8, Block.vector(List.of(), "[]").size());
  }

  @Test
  void bytesAreCopied() {
    byte[] content = {1, 2};
    Block block = Block.bytes(content, "two");
    content[0] = 9;
    assertEquals(1, block.content()[0]);
  }

  /** struct mount_attr: attr_set, attr_clr, propagation, userns_fd. */
  @Test
  void mountAttrHasFourNumbers() {
    Block block =
        new MountAttr(Linux.MOUNT_ATTR_RDONLY, Linux.MOUNT_ATTR_NOSUID, Linux.MS_SLAVE).block();
    assertEquals(32, block.size());
    assertEquals(1, view(block).getLong(0));
    assertEquals(2, view(block).getLong(8));
    assertEquals(1 << 19, view(block).getLong(16));
    assertEquals(0, view(block).getLong(24));
    assertEquals("{set=RDONLY, clear=NOSUID, propagation=MS_SLAVE}", block.show());
  }

  @Test
  void aChangeOfTheAccessTimeClearsTheWholeFamily() {
    for (long mode : new long[] {Linux.MOUNT_ATTR_NOATIME, Linux.MOUNT_ATTR_STRICTATIME}) {
      assertEquals(Linux.MOUNT_ATTR__ATIME, new MountAttr(mode, 0, 0).clear());
      assertEquals(Linux.MOUNT_ATTR__ATIME, new MountAttr(0, mode, 0).clear());
    }
    assertEquals(0, new MountAttr(Linux.MOUNT_ATTR_NODIRATIME, 0, 0).clear());
    assertTrue(new MountAttr(0, 0, 0).isEmpty());
    assertEquals(new MountAttr(0, 0, Linux.MS_PRIVATE), MountAttr.ofPropagation(Linux.MS_PRIVATE));
  }

  /** union bpf_attr, BPF_PROG_LOAD: prog_type, insn_cnt, insns, license, ..., prog_name at 48. */
  @Test
  void bpfLoadPointsToItsInstructions() {
    Block attr = BpfAttr.load(new byte[24], "a_name_that_is_too_long");
    assertEquals(256, attr.size());
    assertEquals(15, view(attr).getInt(0));
    assertEquals(3, view(attr).getInt(4));
    assertEquals(List.of(8, 16), attr.pointers().stream().map(Block.Pointer::offset).toList());
    assertEquals("a_name_that_is_", new String(attr.content(), 48, 15, StandardCharsets.US_ASCII));
    assertEquals(0, attr.content()[63]);
  }

  /** BPF_PROG_ATTACH: target_fd, attach_bpf_fd, attach_type, attach_flags. */
  @Test
  void bpfAttachHasTwoDescriptors() {
    Block attr = BpfAttr.attach(Fd.of(7), Fd.of(8));
    assertEquals(List.of(0, 4), attr.patches().stream().map(Block.Patch::offset).toList());
    assertEquals(6, view(attr).getInt(8));
    assertEquals(2, view(attr).getInt(12));
  }

  /** new_encode_dev of linux/kdev_t.h. */
  @Test
  void deviceNumbersAreEncodedAsTheKernelTakesThem() {
    assertEquals(0x103, Kernel.device(1, 3));
    assertEquals(0x8800, Kernel.device(136, 0));
    assertEquals(0xac8, Kernel.device(10, 200));
    assertEquals(0x100100 & ~0xfff | 0x100, Kernel.device(1, 256));
    assertEquals((0xfffL << 20) | (4095L << 8) | 0xff, Kernel.device(4095, 0xfffff));
  }

  @Test
  void flagsAreSpelledByName() {
    assertEquals("O_RDONLY", FlagNames.spell(Flags.OPEN, 0));
    assertEquals(
        "O_DIRECTORY|O_CLOEXEC", FlagNames.spell(Flags.OPEN, Linux.O_DIRECTORY | Linux.O_CLOEXEC));
    assertEquals("O_WRONLY|0x40000000", FlagNames.spell(Flags.OPEN, 1 | 0x40000000));
    assertEquals("0755", FlagNames.spell(Flags.MODE, 0755));
    assertEquals("RLIMIT_NOFILE", FlagNames.spell(Flags.RLIMIT, 7));
    assertEquals("RLIMIT_CPU", FlagNames.spell(Flags.RLIMIT, 0));
    assertEquals("99", FlagNames.spell(Flags.RLIMIT, 99));
    assertEquals("0", FlagNames.spell(Flags.MS, 0));
  }

  @Test
  void errorsHaveTheWordsOfTheCLibrary() {
    assertEquals("permission denied (EACCES)", Errno.describe(13));
    assertEquals("no such process", Errno.words(3));
    assertEquals("error 4095", Errno.describe(4095));
    assertEquals("error 4095", Errno.words(4095));
  }
}
