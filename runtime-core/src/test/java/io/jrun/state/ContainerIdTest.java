// SPDX-License-Identifier: Apache-2.0
package io.jrun.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContainerIdTest {
  @ParameterizedTest
  @ValueSource(strings = {"a", "A-Z_0+9.x", "-x", "--help", "_", "+", "a.b..c", "0", "config.json"})
  void idsOfPlainCharactersAreTaken(String id) {
    assertEquals(id, ContainerId.check(id));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ".", "..", ".lock", "a/b", "../x", "/abs", "a b", "a\n", "\na", "é", "a\0b", "a:b", "a*",
        "a~", "a\\b", "a,b", "a@b", "\u00a0", "１"
      })
  void everythingElseIsRefused(String id) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> ContainerId.check(id)).getMessage();
    assertEquals(
        "invalid container ID format: \""
            + id
            + "\" is not 1 to 240 characters of A-Z a-z 0-9 _ + . -, the first not a dot",
        message);
  }

  @Test
  void anEmptyIdHasWordsOfItsOwn() {
    assertEquals(
        "container id cannot be empty",
        assertThrows(IllegalArgumentException.class, () -> ContainerId.check("")).getMessage());
  }

  @Test
  void thereIsRoomForTwoHundredAndFortyCharacters() {
    assertEquals(240, ContainerId.check("x".repeat(240)).length());
    for (int length : new int[] {241, 255, 256, 1024, 4096}) {
      assertThrows(IllegalArgumentException.class, () -> ContainerId.check("x".repeat(length)));
    }
  }
}
