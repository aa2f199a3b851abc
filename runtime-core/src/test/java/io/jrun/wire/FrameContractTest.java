// SPDX-License-Identifier: Apache-2.0
package io.jrun.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

/** Frames have the same numbers and sizes in wire.h, in docs/plan.md and in Java. */
class FrameContractTest {
  private static final WireHeader HEADER = WireHeader.read();

  @Test
  void frameTypesHaveTheSameNumbers() throws IllegalAccessException {
    Map<String, Integer> types = HEADER.constants("frame_type");
    for (Field field : FrameType.class.getDeclaredFields()) {
      if (Modifier.isStatic(field.getModifiers()) && field.getType() == int.class) {
        assertEquals(types.remove("FRAME_" + field.getName()), field.getInt(null), field.getName());
      }
    }
    // Between the front and init alone.
    assertEquals(Map.of("FRAME_SYNC", 4), types);
  }

  @Test
  void frameTypesHaveTheSameNumbersInTheDocument() {
    List<String> here = new ArrayList<>();
    HEADER
        .constants("frame_type")
        .forEach((name, number) -> here.add(number + " " + name.substring("FRAME_".length())));
    assertEquals(here, WireHeader.documented("| type | name |"));
  }

  @Test
  void theContextAndTheLimitsAreTheSame() throws ReflectiveOperationException {
    assertEquals(HEADER.number("CONTEXT_MAGIC"), constant(CallerContext.class, "MAGIC"));
    assertEquals(HEADER.number("PROTOCOL"), constant(CallerContext.class, "PROTOCOL"));
    assertEquals(HEADER.number("FRAME_MAX"), constant(Front.class, "MAX_FRAME"));
    assertEquals(HEADER.size("frame_header"), constant(Front.class, "HEADER_SIZE"));
    assertEquals(HEADER.size("report_header"), constant(Front.class, "HEADER_SIZE"));
    assertEquals(HEADER.size("undo_header"), Undo.HEADER_SIZE);
    assertEquals(HEADER.number("UNDO_MARKS"), Undo.MARKS);
    assertEquals(HEADER.number("UNDO_REGISTER"), Undo.FIRST_REGISTER);
    assertEquals(HEADER.size("result"), constant(Front.class, "RESULT_SIZE"));
    assertEquals(HEADER.number("TRACE_TAG"), Front.TRACE_TAG);
    assertEquals(HEADER.number("CALL_TAG"), Front.CALL_TAG);
    assertEquals(HEADER.size("traced_call"), Front.CALL_SIZE);
    assertEquals(Map.of("ORIGIN_FRONT", 0, "ORIGIN_INIT", 1), HEADER.constants("origin"));
  }

  /** Whoever changes what the two sides say to each other changes the number they know it by. */
  @Test
  void theProtocolsNumberIsThatOfTheHeaderAndTheTables() {
    CRC32 sum = new CRC32();
    sum.update(HEADER.withoutComments("PROTOCOL").getBytes(StandardCharsets.UTF_8));
    sum.update(WireHeader.rows().getBytes(StandardCharsets.UTF_8));
    int number = (int) sum.getValue() & 0x7fffffff;
    assertEquals(
        String.format("0x%08x", number),
        String.format("0x%08x", CallerContext.PROTOCOL),
        "wire.h or a table of docs/plan.md has changed: PROTOCOL, there and in CallerContext");
  }

  private static int constant(Class<?> type, String name) throws ReflectiveOperationException {
    Field field = type.getDeclaredField(name);
    field.setAccessible(true);
    return field.getInt(null);
  }
}
