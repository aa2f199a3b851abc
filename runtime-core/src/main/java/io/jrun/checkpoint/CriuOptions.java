// SPDX-License-Identifier: Apache-2.0
package io.jrun.checkpoint;

import io.jrun.checkpoint.CriuRequest.Switch;

/**
 * What checkpoint and restore have in common.
 *
 * @param imagePath absolute path of the images' directory
 * @param workPath absolute path of the directory that CRIU works in and writes its log to; empty:
 *     the images'
 * @param emptyNamespaces CLONE_NEW flags of those that are restored without what was in them
 */
public record CriuOptions(
    String imagePath,
    String workPath,
    boolean tcpEstablished,
    boolean extUnixSockets,
    boolean shellJob,
    boolean fileLocks,
    boolean lazyPages,
    boolean autoDedup,
    CriuRequest.CgroupMode cgroupMode,
    long emptyNamespaces) {
  /** Puts them into a request. */
  public CriuRequest into(CriuRequest request) {
    return request
        .with(Switch.MANAGE_CGROUPS, true)
        .with(Switch.NOTIFY_SCRIPTS, true)
        .with(Switch.ORPHAN_PTS_MASTER, true)
        .with(Switch.TCP_ESTABLISHED, tcpEstablished)
        .with(Switch.EXT_UNIX_SK, extUnixSockets)
        .with(Switch.SHELL_JOB, shellJob)
        .with(Switch.FILE_LOCKS, fileLocks)
        .with(Switch.LAZY_PAGES, lazyPages)
        .with(Switch.AUTO_DEDUP, autoDedup)
        .cgroups(cgroupMode)
        .empty(emptyNamespaces);
  }
}
