// SPDX-License-Identifier: Apache-2.0
/**
 * Containers in JUnit tests: {@link io.jrun.junit.OciBundle} gives a test a running container, and
 * {@link io.jrun.junit.Container} is what the test does with it. Calls an installed {@code jrun};
 * no class of jrun itself is used.
 */
package io.jrun.junit;
