// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.math.BigInteger;

/**
 * Builds the tree of a document token by token. Databind's nodes are used and its mapper is not:
 * creating one costs a cold JVM tens of milliseconds. What can be wrong with any JSON document is
 * found here: syntax, duplicate keys, NUL characters, halves of surrogate pairs, a depth or a
 * number of values beyond reason.
 *
 * <p>The tree of a document may be forty times its size, hence the limit on values: it is what
 * bounds the heap.
 */
final class DocumentTree {
  /** Keys not counted. */
  static final int MOST_VALUES = 1_000_000;

  /** So many characters fit a long whatever they are. */
  private static final int SURELY_LONG = 18;

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final JsonParser parser;
  private final String name;
  private final Problems problems;
  private int values;

  private DocumentTree(JsonParser parser, String name, Problems problems) {
    this.parser = parser;
    this.name = name;
    this.problems = problems;
  }

  /** The root, or null when the document ended in a problem that leaves nothing to look at. */
  static JsonNode parse(byte[] document, String name, Problems problems) {
    Problem bytes = DocumentBytes.check(document, name);
    if (bytes != null) {
      problems.add(bytes);
      return null;
    }
    try (JsonParser parser = JsonParsing.open(document)) {
      return new DocumentTree(parser, name, problems).document();
    } catch (IOException e) {
      Location at =
          e instanceof JsonProcessingException syntax
              ? JsonParsing.location(syntax.getLocation())
              : Location.START;
      problems.add(new Problem(name, "", at.line(), at.column(), SyntaxMessage.of(e)));
      return null;
    }
  }

  private JsonNode document() throws IOException {
    if (parser.nextToken() == null) {
      return stop("is empty");
    }
    JsonNode root = value(Place.ROOT, 0);
    if (root != null && parser.nextToken() != null) {
      return stop("has content after the end of the document");
    }
    return root;
  }

  /** The value whose first token is the current one; null to give up. */
  private JsonNode value(Place place, int depth) throws IOException {
    if (++values > MOST_VALUES) {
      return stop("has more than a million values");
    }
    JsonToken token = parser.currentToken();
    return switch (token) {
      case START_OBJECT ->
          depth == JsonParsing.DEEPEST_READ
              ? passOver(place, NODES.objectNode())
              : object(place, depth + 1);
      case START_ARRAY ->
          depth == JsonParsing.DEEPEST_READ
              ? passOver(place, NODES.arrayNode())
              : array(place, depth + 1);
      case VALUE_STRING -> NODES.textNode(checked(place, parser.getText()));
      case VALUE_NUMBER_INT -> integer();
      case VALUE_NUMBER_FLOAT -> NODES.numberNode(Double.NaN);
      case VALUE_TRUE -> NODES.booleanNode(true);
      case VALUE_FALSE -> NODES.booleanNode(false);
      case VALUE_NULL -> NODES.nullNode();
      default -> throw new IllegalStateException(token.name());
    };
  }

  /**
   * Reads to the end of what is deeper than anything that is known, and keeps none of it: what is
   * in there has to be JSON, and however deep it is takes no more of the stack.
   */
  private JsonNode passOver(Place place, JsonNode empty) throws IOException {
    int depth = JsonParsing.DEEPEST_READ + 1;
    while (depth > JsonParsing.DEEPEST_READ) {
      JsonToken token = parser.nextToken();
      if (token.isStructStart() && ++depth > JsonParsing.DEEPEST) {
        return stop("is nested more than " + JsonParsing.DEEPEST + " levels deep");
      } else if (token.isStructEnd()) {
        depth--;
      } else if (token == JsonToken.VALUE_STRING || token == JsonToken.FIELD_NAME) {
        checked(place, parser.getText());
      }
    }
    return empty;
  }

  private JsonNode object(Place place, int depth) throws IOException {
    ObjectNode object = NODES.objectNode();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      Place field = place.key(key);
      checked(field, key);
      if (object.has(key)) {
        problems.add(field, JsonParsing.location(parser), "is a duplicate key");
      }
      parser.nextToken();
      JsonNode value = value(field, depth);
      if (value == null) {
        return null;
      }
      object.set(key, value);
    }
    return object;
  }

  private JsonNode array(Place place, int depth) throws IOException {
    ArrayNode array = NODES.arrayNode();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      JsonNode value = value(place.index(array.size()), depth);
      if (value == null) {
        return null;
      }
      array.add(value);
    }
    return array;
  }

  /**
   * Not by the parser's own conversion: its class compiles a regular expression when it is loaded.
   */
  private JsonNode integer() throws IOException {
    String digits = parser.getText();
    return digits.length() <= SURELY_LONG
        ? NODES.numberNode(Long.parseLong(digits))
        : NODES.numberNode(new BigInteger(digits));
  }

  private String checked(Place place, String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == 0) {
        problems.add(place, JsonParsing.location(parser), "must not contain a NUL character");
        return text;
      }
      if (c >= Character.MIN_SURROGATE
          && c <= Character.MAX_SURROGATE
          && LoneSurrogate.isAt(text, i)) {
        problems.add(
            place, JsonParsing.location(parser), "must not contain half of a surrogate pair");
        return text;
      }
    }
    return text;
  }

  private JsonNode stop(String message) {
    Location at = JsonParsing.location(parser);
    problems.add(new Problem(name, "", at.line(), at.column(), message));
    return null;
  }
}
