// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

import java.util.List;

/**
 * A document that was read, with what was read past.
 *
 * @param spec the document
 * @param unknownKeys JSON pointers of keys that runtime-spec 1.3.0 does not have, for a debug log;
 *     the first hundred at most
 */
public record SpecReading(Spec spec, List<String> unknownKeys) {}
