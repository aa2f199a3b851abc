// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the lines and columns of JSON pointers by reading the document once more. Nothing is kept
 * of the reading that came before: locations are wanted only when something is wrong, and then a
 * second pass is cheap.
 *
 * <p>A pointer that leads nowhere is given the location of its nearest ancestor that exists; so is
 * what follows a syntax error.
 */
public final class Locations {
  private final byte[] document;

  private Locations(byte[] document) {
    this.document = document;
  }

  public static Locations of(byte[] document) {
    return new Locations(document);
  }

  /** Where the value is that the pointer, such as {@code /mounts/3/options/1}, names. */
  public Location find(String pointer) {
    return find(List.of(pointer)).get(0);
  }

  /** The same for many pointers in one pass, in their order. */
  public List<Location> find(List<String> pointers) {
    Wanted root = new Wanted(null);
    List<Wanted> ends = new ArrayList<>();
    for (String pointer : pointers) {
      ends.add(root.descend(pointer));
    }
    if (document.length > 0) {
      search(root);
    }
    List<Location> locations = new ArrayList<>();
    for (Wanted end : ends) {
      locations.add(end.nearest());
    }
    return locations;
  }

  private void search(Wanted root) {
    try (JsonParser parser = JsonParsing.open(document)) {
      if (parser.nextToken() != null) {
        visit(parser, root);
      }
    } catch (IOException e) {
      // Not JSON beyond this point: what was found before it stands.
      return;
    }
  }

  private static void visit(JsonParser parser, Wanted wanted) throws IOException {
    if (wanted.location == null) {
      wanted.location = JsonParsing.location(parser);
    }
    if (wanted.children == null) {
      parser.skipChildren();
    } else if (parser.currentToken() == JsonToken.START_OBJECT) {
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String key = parser.currentName();
        parser.nextToken();
        visitChild(parser, wanted.children.get(key));
      }
    } else if (parser.currentToken() == JsonToken.START_ARRAY) {
      for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
        visitChild(parser, wanted.children.get(Integer.toString(i)));
      }
    }
  }

  private static void visitChild(JsonParser parser, Wanted child) throws IOException {
    if (child == null) {
      parser.skipChildren();
    } else {
      visit(parser, child);
    }
  }

  /** A node of the tree of the pointers asked for. */
  private static final class Wanted {
    private final Wanted parent;
    private Map<String, Wanted> children;
    private Location location;

    Wanted(Wanted parent) {
      this.parent = parent;
    }

    Wanted descend(String pointer) {
      Wanted at = this;
      int start = 1;
      while (start <= pointer.length()) {
        int slash = pointer.indexOf('/', start);
        int end = slash < 0 ? pointer.length() : slash;
        String key = pointer.substring(start, end).replace("~1", "/").replace("~0", "~");
        if (at.children == null) {
          at.children = new HashMap<>();
        }
        Wanted child = at.children.get(key);
        if (child == null) {
          child = new Wanted(at);
          at.children.put(key, child);
        }
        at = child;
        start = end + 1;
      }
      return at;
    }

    Location nearest() {
      Wanted at = this;
      while (at.location == null && at.parent != null) {
        at = at.parent;
      }
      return at.location == null ? Location.START : at.location;
    }
  }
}
