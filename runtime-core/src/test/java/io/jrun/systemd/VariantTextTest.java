// SPDX-License-Identifier: Apache-2.0
package io.jrun.systemd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class VariantTextTest {
  static Stream<Arguments> values() {
    return Stream.of(
        arguments("true", "b", true),
        arguments(" false ", "b", false),
        arguments("5", "i", 5L),
        arguments("-5", "i", -5L),
        arguments("0x10", "i", 16L),
        arguments("1.5", "d", 1.5),
        arguments("uint64 5000000", "t", 5_000_000L),
        arguments("uint64 18446744073709551615", "t", -1L),
        arguments("@t 7", "t", 7L),
        arguments("byte 255", "y", 255L),
        arguments("double 2", "d", 2.0),
        arguments("'a b'", "s", "a b"),
        arguments("\"it's\"", "s", "it's"),
        arguments("'it\\'s\\n'", "s", "it's\n"),
        arguments("objectpath '/a'", "o", "/a"),
        arguments("['a', 'b']", "as", List.of("a", "b")),
        arguments("[ 1,2 ]", "ai", List.of(1L, 2L)),
        arguments("@as []", "as", List.of()),
        arguments("@at [1, 2]", "at", List.of(1L, 2L)),
        arguments("[uint64 1, 2]", "at", List.of(1L, 2L)),
        arguments("[['a'], ['b', 'c']]", "aas", List.of(List.of("a"), List.of("b", "c"))));
  }

  @ParameterizedTest
  @MethodSource("values")
  void valuesAreRead(String text, String signature, Object value) {
    assertEquals(new VariantText.Value(signature, value), VariantText.parse(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "tru",
        "nonsense",
        "'a",
        "[1",
        "[1 2]",
        "[1, 'a']",
        "[]",
        "1 2",
        "1x",
        "2147483648",
        "byte 256",
        "uint64 -1",
        "uint32 'a'",
        "@v 1",
        "@( 1",
        "(1, 2)",
        "{'a': 1}",
        "<1>",
        "@",
        "string 5",
        "boolean 1",
        "[[[[[[[[[[1]]]]]]]]]]",
        "@aaaaaaaaaas []",
        "+",
        "--1"
      })
  void whatIsNoneIsRefused(String text) {
    assertThrows(IllegalArgumentException.class, () -> VariantText.parse(text), text);
  }

  /** Annotations are anybody's: a value, or one line that says why not. */
  @Property
  void anythingElseIsAnErrorAndNothingWorse(@ForAll String text) {
    try {
      VariantText.parse(text);
    } catch (IllegalArgumentException e) {
      assertEquals(IllegalArgumentException.class, e.getClass());
    }
  }
}
