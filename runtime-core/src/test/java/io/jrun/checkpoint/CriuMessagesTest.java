// SPDX-License-Identifier: Apache-2.0
package io.jrun.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jrun.checkpoint.CriuRequest.CgroupMode;
import io.jrun.checkpoint.CriuRequest.Switch;
import io.jrun.checkpoint.CriuRequest.Type;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Messages byte by byte; protoc reads what is expected here by the numbers of CRIU's rpc.proto. */
class CriuMessagesTest {
  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text.replace(" ", ""));
  }

  @Test
  void numbersHaveSevenBitsAByteAndTextsTheirLength() {
    assertArrayEquals(hex("08 96 01"), new ProtobufWriter().number(1, 150).toBytes());
    assertArrayEquals(
        hex("12 07 74 65 73 74 69 6e 67"), new ProtobufWriter().text(2, "testing").toBytes());
    assertArrayEquals(
        hex("1a 03 08 96 01"),
        new ProtobufWriter().message(3, new ProtobufWriter().number(1, 150)).toBytes());
    assertArrayEquals(
        hex("08 ff ff ff ff ff ff ff ff ff 01"), new ProtobufWriter().number(1, -1).toBytes());
    assertArrayEquals(hex("f8 03 01"), new ProtobufWriter().flag(63, true).toBytes());
  }

  @Test
  void whatIsWrittenIsRead() {
    Random random = new Random(1);
    for (int i = 0; i < 1000; i++) {
      long number = random.nextLong() >>> random.nextInt(64);
      int field = 1 + random.nextInt(1 << 20);
      ProtobufWriter out = new ProtobufWriter().number(field, number).text(field + 1, "é" + i);
      ProtobufReader in = new ProtobufReader(out.toBytes());
      assertEquals(number, in.number(field).orElseThrow());
      assertEquals("é" + i, in.text(field + 1).orElseThrow());
      assertTrue(in.number(field + 1).isEmpty());
    }
  }

  @Test
  void fieldsOfOtherTypesArePassedOver() {
    ProtobufReader in = new ProtobufReader(hex("09 0102030405060708 15 01020304 18 05"));
    assertEquals(5, in.number(3).orElseThrow());
    assertTrue(in.number(1).isEmpty());
  }

  @Test
  void whatIsNoMessageIsRefused() {
    for (String each :
        new String[] {"08", "0a 05 61", "0b", "08 ff ff ff ff ff ff ff ff ff ff 01"}) {
      assertThrows(IllegalArgumentException.class, () -> new ProtobufReader(hex(each)), each);
    }
  }

  /** Of any bytes it makes a message or says that they are none. */
  @Test
  void noBytesDoHarm() {
    Random random = new Random(2);
    int read = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[random.nextInt(40)];
      random.nextBytes(bytes);
      try {
        CriuAnswer.read(bytes);
        read++;
      } catch (IllegalArgumentException e) {
        assertFalse(e.getMessage().isEmpty());
      }
    }
    assertTrue(read > 0);
  }

  @Test
  void aDumpIsAskedFor() throws IOException {
    CriuRequest request =
        new CriuRequest(Type.DUMP)
            .log("dump.log")
            .pid(300)
            .with(Switch.LEAVE_RUNNING, true)
            .with(Switch.SHELL_JOB, false)
            .externalMount("/data", "/data")
            .external("file[3a:3]")
            .freezeBy("/sys/fs/cgroup/c")
            .cgroups(CgroupMode.SOFT)
            .empty(0x40000000L);
    assertArrayEquals(
        hex(
            "08 01 12 51"
                + "08 0b 88 01 0c 48 04 52 08 64756d702e6c6f67"
                + "10 ac 02 18 01"
                + "ba 01 0e 0a 05 2f64617461 12 05 2f64617461"
                + "aa 02 0a 66696c655b33613a335d"
                + "e2 02 10 2f7379732f66732f6367726f75702f63"
                + "90 02 03 b0 02 80 80 80 80 04"),
        request.toBytes());
  }

  @Test
  void questionsKeepTheConversationOpen() {
    assertArrayEquals(hex("08 0a 20 01"), CriuRequest.version());
    assertArrayEquals(hex("08 09 20 01 2a 04 08 01 10 01"), CriuRequest.features());
    assertArrayEquals(hex("08 06 18 01"), CriuRequest.acknowledgement(true));
    assertArrayEquals(hex("08 06 18 00"), CriuRequest.acknowledgement(false));
  }

  @Test
  void answersAreRead() {
    CriuAnswer version = CriuAnswer.read(hex("08 0a 10 01 52 06 08 04 10 01 20 01"));
    assertTrue(version.success());
    assertEquals(40_101, version.version());
    // Made of a commit after 3.15: as if it were 3.16.
    assertEquals(31_600, CriuAnswer.read(hex("08 0a 10 01 52 07 08 03 10 0f 1a 01 67")).version());
    CriuAnswer notification = CriuAnswer.read(hex("08 06 10 01 2a 09 0a 04 70 6f 73 74 10 ac 02"));
    assertTrue(notification.isNotification());
    assertEquals("post", notification.script());
    assertEquals(OptionalLong.of(300), notification.pid());
    CriuAnswer restored = CriuAnswer.read(hex("08 02 10 01 22 03 08 ac 02"));
    assertEquals(OptionalLong.of(300), restored.pid());
    CriuAnswer failed = CriuAnswer.read(hex("08 01 10 00 38 10 4a 03 6e 6f 0a"));
    assertFalse(failed.success());
    assertEquals(16, failed.errno());
    assertEquals("no", failed.message());
    CriuAnswer features = CriuAnswer.read(hex("08 09 10 01 42 04 08 01 10 00"));
    assertTrue(features.features().memoryTracking());
    assertFalse(features.features().lazyPages());
  }

  private static long littleEndian(byte[] bytes, int at) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong(at);
  }

  /** What the front goes by, which decodes nothing. */
  @Test
  void aVersionFromFourToSevenIsKnownByItsBytes() {
    for (String known :
        new String[] {"52 04 08 04 10 00", "52 06 08 04 10 01 20 01", "52 04 08 07 10 02"}) {
      assertEquals(
          CriuSteps.VERSION_4_TO_7,
          littleEndian(hex("08 0a 10 01" + known), 0) & CriuSteps.ALL_BUT_MAJOR,
          known);
    }
    for (String other :
        new String[] {
          "08 0a 10 01 52 04 08 03 10 13", // 3.19
          "08 0a 10 01 52 04 08 08 10 00", // 8.0
          "08 0a 10 00 52 04 08 04 10 00", // a failure
          "08 0a 10 01 38 01 52 04 08 04 10 00" // another field before it
        }) {
      assertNotEquals(
          CriuSteps.VERSION_4_TO_7, littleEndian(hex(other), 0) & CriuSteps.ALL_BUT_MAJOR, other);
    }
  }

  private static boolean isPassedOver(String script, boolean hooks) {
    ProtobufWriter about = new ProtobufWriter().text(1, script).number(2, 300);
    byte[] message = new ProtobufWriter().number(1, 6).flag(2, true).message(5, about).toBytes();
    byte[] room = Arrays.copyOf(message, 64);
    return CriuNotification.ofNoUse(hooks).stream()
        .anyMatch(each -> littleEndian(room, each.at()) == each.bytes());
  }

  @Test
  void notificationsAreKnownByTheirBytes() {
    for (boolean hooks : new boolean[] {false, true}) {
      for (String of :
          new String[] {
            "pre-restore", "post-setup-namespaces", "network-unlock", "pre-resume", "post-resume"
          }) {
        assertTrue(isPassedOver(of, hooks), of);
      }
      for (String heard : new String[] {"post-restore", "orphan-pts-master", "status-ready"}) {
        assertFalse(isPassedOver(heard, hooks), heard);
      }
      assertEquals(!hooks, isPassedOver("setup-namespaces", hooks));
    }
  }

  @Test
  void noNetworkNeedBeLocked() {
    byte[] request = new CriuRequest(Type.DUMP).withoutNetworkLock().toBytes();
    assertArrayEquals(hex("08 01 12 03 80 04 03"), request);
  }
}
