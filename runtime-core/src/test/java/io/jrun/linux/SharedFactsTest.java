// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.jrun.state.ContainerId;
import io.jrun.wire.CallerContext;
import io.jrun.wire.FactsHeader;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** What native-shim's facts.h says of ids, signals and namespaces is what the core goes by. */
class SharedFactsTest {
  private static final FactsHeader FACTS = FactsHeader.read();

  @Test
  void signalsHaveTheSameNamesAndNumbers() {
    List<String> names = FACTS.list("SIGNALS_BY_NUMBER");
    assertEquals(32, names.size());
    for (int number = 1; number < names.size(); number++) {
      assertEquals(OptionalInt.of(number), Signal.parse(names.get(number)), names.get(number));
    }
    List<String> others = FACTS.list("SIGNALS_BY_OTHER_NAMES");
    List<String> numbers = FACTS.list("SIGNALS_OF_OTHER_NAMES");
    assertEquals(others.size(), numbers.size());
    for (int n = 0; n < others.size(); n++) {
      OptionalInt number = OptionalInt.of(Integer.parseInt(numbers.get(n)));
      assertEquals(number, Signal.parse(others.get(n)), others.get(n));
    }
    assertEquals(FACTS.number("SIGNAL_RT_MIN"), Signal.parse("RTMIN").getAsInt());
    assertEquals(FACTS.number("SIGNAL_MAX"), Signal.parse("RTMAX").getAsInt());
    assertEquals(FACTS.number("SIGNAL_DEFAULT"), Signal.TERM);
  }

  @Test
  void idsHaveTheSameForm() {
    int longest = (int) FACTS.number("ID_MAX");
    assertDoesNotThrow(() -> ContainerId.check("a".repeat(longest)));
    assertThrows(IllegalArgumentException.class, () -> ContainerId.check("a".repeat(longest + 1)));
    for (char c = 1; c < 128; c++) {
      String id = "a" + c;
      if (Character.isLetterOrDigit(c) || FACTS.text("ID_MORE").indexOf(c) >= 0) {
        assertDoesNotThrow(() -> ContainerId.check(id), id);
      } else {
        assertThrows(IllegalArgumentException.class, () -> ContainerId.check(id), id);
      }
    }
  }

  @Test
  void theFirstUserNamespaceIsTheSame() {
    assertEquals(FACTS.number("FIRST_USER_NAMESPACE"), CallerContext.FIRST_USER_NAMESPACE);
  }
}
