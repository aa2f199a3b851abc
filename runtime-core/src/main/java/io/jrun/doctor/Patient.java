// SPDX-License-Identifier: Apache-2.0
package io.jrun.doctor;

import java.util.List;

/**
 * What is examined, as the command line has it.
 *
 * @param version jrun's own
 * @param core what kind of core this is: "native" or "jvm"
 * @param socket where a warm core would listen; empty if there is no place for one
 * @param globalWords the options before the command, for the containers that are tried
 * @param path of a directory whose file system is asked about, absolute
 */
public record Patient(
    String version, String core, String socket, List<String> globalWords, String path) {}
