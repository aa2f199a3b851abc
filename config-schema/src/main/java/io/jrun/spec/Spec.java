// SPDX-License-Identifier: Apache-2.0
package io.jrun.spec;

import java.util.List;
import java.util.Map;

/**
 * The whole of {@code config.json}: the root object of config.md. Every component may be null:
 * which of them a verb needs is policy. The blocks of other platforms ({@code solaris}, {@code
 * windows}, {@code vm}, {@code zos}, {@code freebsd}) are read past and not kept.
 *
 * @param ociVersion "Specification version": a SemVer 2.0 string, not checked here
 * @param root "Root": the root filesystem
 * @param process "Process": what the container runs; needed only at start
 * @param hostname "Hostname"
 * @param domainname "Domainname": the NIS domain name
 * @param mounts "Mounts", in the order in which they are to be made
 * @param hooks "POSIX-platform Hooks"
 * @param annotations "Annotations", in document order
 * @param linux the Linux part, config-linux.md
 */
public record Spec(
    String ociVersion,
    Root root,
    Process process,
    String hostname,
    String domainname,
    List<Mount> mounts,
    Hooks hooks,
    Map<String, String> annotations,
    Linux linux) {}
