// SPDX-License-Identifier: Apache-2.0
package io.jrun.doctor;

import io.jrun.linux.Block;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.linux.Pid;
import io.jrun.linux.Procfs;
import io.jrun.program.Label;
import io.jrun.wire.Outcome;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the file system of a directory can be used for: images, overlays, mounts with other ids. */
final class FileSystemQuestions implements Questions {
  @Override
  public String title() {
    return "file system";
  }

  @Override
  public List<Finding> ask(Examination host) {
    List<Finding> out = new ArrayList<>();
    String path = host.patient().path();
    Optional<Procfs.Mount> mount = Procfs.mountOf(path);
    out.add(
        mount.isPresent()
            ? Finding.ok(path, mount.get().type() + ", mounted at " + mount.get().point())
            : Finding.note(path, "on no mount that /proc shows", "name another: jrun doctor DIR"));
    String directory = (path.equals("/") ? "" : path) + "/." + host.ownName();
    Outcome made = host.makeDirectory(directory, List.of("lower", "upper", "work"), List.of());
    try {
      if (made.succeeded()) {
        out.add(overlay(host, directory));
        out.add(idmap(host, directory));
      } else {
        out.add(
            Finding.note(
                "overlay, idmap",
                "not tried: nothing can be made in " + path + ": " + Examination.failure(made),
                "name a directory that the caller may write: jrun doctor DIR"));
      }
    } finally {
      host.removeDirectory(directory);
    }
    return out;
  }

  private static Finding overlay(Examination host, String directory) {
    Outcome outcome =
        host.attemptApart(
            recorder -> {
              host.enter(recorder, Linux.CLONE_NEWNS);
              Fd fs = recorder.fsopen("overlay");
              recorder.fsconfigString(fs, "lowerdir", directory + "/lower");
              recorder.fsconfigString(fs, "upperdir", directory + "/upper");
              recorder.fsconfigString(fs, "workdir", directory + "/work");
              if (host.isOrdinaryUser()) {
                recorder.fsconfigFlag(fs, "userxattr");
              }
              recorder.fsconfigCommand(fs, Linux.FSCONFIG_CMD_CREATE);
              recorder.close(recorder.fsmount(fs, 0));
            });
    if (outcome.succeeded()) {
      return Finding.ok("overlay", "its directories can be an overlay's layers");
    }
    return Finding.limited(
        "overlay",
        Examination.failure(outcome),
        Examination.failedWith(outcome, Errno.ENODEV)
            ? "the kernel has no overlay: modprobe overlay, or use the engine's vfs or fuse-overlayfs"
            : "keep the layers on another file system (ext4, xfs with ftype=1, btrfs, tmpfs), or use"
                + " the engine's vfs or fuse-overlayfs driver");
  }

  /** A user namespace begins with a process: a child that lives until the pipe to it ends. */
  private static Finding idmap(Examination host, String directory) {
    String subject = "idmapped mounts";
    if (host.isOrdinaryUser()) {
      return Finding.ok(subject, "root's alone");
    }
    Outcome outcome =
        host.attemptApart(
            recorder -> {
              recorder.unshare(Linux.CLONE_NEWNS);
              Fd tree = recorder.openTree(Fd.CWD, directory + "/lower", Linux.OPEN_TREE_CLONE);
              recorder.step("map");
              Block ends = Block.room(8);
              recorder.pipe2(ends);
              Fd reading = Fd.register((int) recorder.load(ends, 0, 4).number(), "pipe");
              Fd writing = Fd.register((int) recorder.load(ends, 4, 4).number(), "pipe");
              Pid child = recorder.cloneChild(Linux.CLONE_NEWUSER);
              Label parent = new Label();
              recorder.on(Errno.ECHILD, parent).test(child, -1L, 0, Errno.ECHILD);
              recorder.dup3(reading, 0);
              recorder.closeRange(3);
              recorder.read(Fd.STDIN, Block.room(2));
              recorder.exitGroup(0);
              recorder.place(parent);
              Fd proc = recorder.openProc(child);
              for (String file : List.of("uid_map", "gid_map")) {
                Fd map = recorder.openat(proc, file, Linux.O_WRONLY | Linux.O_CLOEXEC);
                byte[] line = "0 1 1".getBytes(StandardCharsets.US_ASCII);
                recorder.write(map, Block.bytes(line, "0 1 1"));
                recorder.close(map);
              }
              Fd namespace = recorder.openat(proc, "ns/user", Linux.O_RDONLY | Linux.O_CLOEXEC);
              recorder.close(reading);
              recorder.close(writing);
              recorder.waitid(child);
              recorder.step("idmap");
              recorder.mountSetIdmap(tree, false, namespace);
            });
    if (outcome.succeeded()) {
      return Finding.ok(subject, "can be made of its directories");
    }
    return Finding.limited(
        subject,
        Examination.failure(outcome),
        Examination.failedWith(outcome, Errno.EPERM)
            ? "they are for root of the host's first user namespace, or of the one that has mounted"
                + " this file system"
            : "use another file system (ext4, xfs, btrfs, tmpfs), or containers without"
                + " /mounts/N/uidMappings");
  }
}
