// SPDX-License-Identifier: Apache-2.0
package io.jrun.program;

/** The instructions the C program knows, in the order of their numbers: docs/plan.md. */
public enum Op {
  SYSCALL,
  STORE,
  LOAD,
  TEST,
  JUMP,
  RELOC,
  RESOLVE,
  WRITE,
  READ,
  REPORT,
  SPAWN,
  FORK,
  SYNC,
  AWAIT,
  HOOK,
  RELAY,
  STARTTIME,
  UNTIL,
  CHANNEL,
  HAND,
  TAKE,
  COPY,
  LOOKUP,
  FEED,
  EXIT,
  CLEAR,
  ENDS
}
