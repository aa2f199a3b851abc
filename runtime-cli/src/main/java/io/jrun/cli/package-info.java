// SPDX-License-Identifier: Apache-2.0

/**
 * The command line: global options, commands and their help, output formats, log records, exit
 * codes, and the main class of a cold core. It may use runtime-core, picocli and logback. It does
 * not look at /proc or at cgroups, and knows nothing of system calls.
 *
 * <p>It promises what engines rely on: runc's options, texts, formats and codes where both have
 * them, one log record for a failure, and that everything unexpected is caught in one place ({@code
 * Dispatch}) and still ends as one line and exit code 1. Whatever is printed goes through the
 * front: this process has no output of its own.
 */
package io.jrun.cli;
