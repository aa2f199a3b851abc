// SPDX-License-Identifier: Apache-2.0
package io.jrun.checkpoint;

/** Where pages of memory are sent in place of the images' directory. */
public record PageServer(String address, int port) {}
