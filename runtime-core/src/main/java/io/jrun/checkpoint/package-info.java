// SPDX-License-Identifier: Apache-2.0
/**
 * What a checkpoint and a restore ask of CRIU: its messages, what of a container it is told to
 * leave to others, what it says of a failure, and the steps by which the front carries messages
 * between the two. Nothing here decides when to ask: that is the verbs'.
 */
package io.jrun.checkpoint;
