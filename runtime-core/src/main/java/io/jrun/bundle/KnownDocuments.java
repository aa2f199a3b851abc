// SPDX-License-Identifier: Apache-2.0
package io.jrun.bundle;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the documents that were read last say, by their very bytes: a warm core is often asked for
 * the same container again, by a probe or by whoever starts many of one bundle. Reading a document
 * depends on nothing else, and what it gives does not change.
 *
 * @param <T> immutable
 */
final class KnownDocuments<T> {
  private static final int MOST = 16;
  private static final int LARGEST = 64 << 10; // bytes

  /** A document, and where it says it is. */
  private record Key(byte[] document, String place) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Key key
          && place.equals(key.place)
          && Arrays.equals(document, key.document);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(document);
    }
  }

  private final Map<Key, T> known =
      new LinkedHashMap<>(MOST, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, T> eldest) {
          return size() > MOST;
        }
      };

  /** What a document says, or null if that is not known. */
  T find(byte[] document, String place) {
    synchronized (known) {
      return known.get(new Key(document, place));
    }
  }

  /** Gives what a document says, which will be known. */
  T keep(byte[] document, String place, T read) {
    if (document.length <= LARGEST) {
      synchronized (known) {
        known.put(new Key(document, place), read);
      }
    }
    return read;
  }
}
