// SPDX-License-Identifier: Apache-2.0

/**
 * The OCI documents: {@code config.json}, the process that {@code exec} takes and the resources
 * that {@code update} takes, as records named as runtime-spec 1.3.0 names them.
 *
 * <p>A component is called what its JSON key is called, letter for letter (two keys are words of
 * Java: {@code class} is {@code priorityClass}, {@code final} is {@code finalCpus}). Null means
 * that the key was absent or null, and only in this package may null mean anything; absent and
 * empty lists differ. Lists and maps that come from the reader cannot be modified, and maps keep
 * the order of the document. Ids and other unsigned 32-bit numbers are {@code long}s, unsigned
 * 64-bit numbers are the bits of a {@code long}.
 *
 * <p>Reading checks that a document is well formed and that every known key has a value of its type
 * and range. What values mean, which are missing and what defaults apply is policy and lives
 * elsewhere.
 */
package io.jrun.spec;
