// SPDX-License-Identifier: Apache-2.0

/**
 * A container's description, checked: {@link io.jrun.container.ContainerSpec} and its parts, each
 * of which parses itself from the document. It may use {@code io.jrun.spec} and, for the kernel's
 * numbers, {@code io.jrun.linux}; it opens no file and asks no clock.
 *
 * <p>It promises that holding a {@code ContainerSpec} proves that every check ran, that all
 * problems of a document are found at once, each with the JSON pointer of its field, and that
 * whatever this version cannot carry out is refused by its name. Nothing in it is null; what may be
 * absent is empty.
 */
package io.jrun.container;
