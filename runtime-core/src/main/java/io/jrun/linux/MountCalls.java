// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

/** Calls on mounts and file systems, namespaces and names. */
public abstract class MountCalls extends FileCalls {
  /** mount(2), for a change of propagation and nothing else: all mounts are made by fd. */
  public final void propagation(String path, long flags) {
    call(
        Syscall.MOUNT,
        Arg.of(""),
        Arg.of(path),
        Arg.imm(0),
        Arg.flags(flags, Flags.MS),
        Arg.imm(0));
  }

  public final void umount2(String path, long flags) {
    call(Syscall.UMOUNT2, Arg.of(path), Arg.flags(flags, Flags.UMOUNT));
  }

  public final Fd fsopen(String type) {
    return fd("fs", Syscall.FSOPEN, Arg.of(type), Arg.flags(Linux.FSOPEN_CLOEXEC, Flags.FSOPEN));
  }

  public final Fd fspick(Fd mount) {
    return fd(
        "fs",
        Syscall.FSPICK,
        Arg.of(mount),
        Arg.of(""),
        Arg.flags(Linux.FSPICK_CLOEXEC | Linux.FSPICK_EMPTY_PATH, Flags.FSOPEN));
  }

  public final void fsconfigString(Fd fs, String key, String value) {
    call(
        Syscall.FSCONFIG,
        Arg.of(fs),
        Arg.flags(Linux.FSCONFIG_SET_STRING, Flags.FSCONFIG),
        Arg.of(key),
        Arg.of(value),
        Arg.imm(0));
  }

  /** The same with a text that is filled in as the program runs. */
  public final void fsconfigString(Fd fs, String key, Block value) {
    call(
        Syscall.FSCONFIG,
        Arg.of(fs),
        Arg.flags(Linux.FSCONFIG_SET_STRING, Flags.FSCONFIG),
        Arg.of(key),
        Arg.of(value),
        Arg.imm(0));
  }

  /** What is open there, whatever its name. Overlays take that since Linux 6.13, EINVAL before. */
  public final void fsconfigFd(Fd fs, String key, Fd value) {
    call(
        Syscall.FSCONFIG,
        Arg.of(fs),
        Arg.flags(Linux.FSCONFIG_SET_FD, Flags.FSCONFIG),
        Arg.of(key),
        Arg.imm(0),
        Arg.of(value));
  }

  public final void fsconfigFlag(Fd fs, String key) {
    call(
        Syscall.FSCONFIG,
        Arg.of(fs),
        Arg.flags(Linux.FSCONFIG_SET_FLAG, Flags.FSCONFIG),
        Arg.of(key),
        Arg.imm(0),
        Arg.imm(0));
  }

  public final void fsconfigCommand(Fd fs, long command) {
    call(
        Syscall.FSCONFIG,
        Arg.of(fs),
        Arg.flags(command, Flags.FSCONFIG),
        Arg.imm(0),
        Arg.imm(0),
        Arg.imm(0));
  }

  public final Fd fsmount(Fd fs, long attributes) {
    return fd(
        "mount",
        Syscall.FSMOUNT,
        Arg.of(fs),
        Arg.flags(Linux.FSMOUNT_CLOEXEC, Flags.FSOPEN),
        Arg.flags(attributes, Flags.MOUNT_ATTR));
  }

  public final Fd openTree(Fd directory, String path, long flags) {
    return fd(
        "mount",
        Syscall.OPEN_TREE,
        Arg.of(directory),
        Arg.of(path),
        Arg.flags(flags | Linux.OPEN_TREE_CLOEXEC, Flags.OPEN_TREE));
  }

  /** Attaches a mount to a directory or file, descriptor to descriptor. */
  public final void moveMount(Fd mount, Fd target) {
    call(
        Syscall.MOVE_MOUNT,
        Arg.of(mount),
        Arg.of(""),
        Arg.of(target),
        Arg.of(""),
        Arg.flags(Linux.MOVE_MOUNT_F_EMPTY_PATH | Linux.MOVE_MOUNT_T_EMPTY_PATH, Flags.MOVE_MOUNT));
  }

  /** mount_setattr(2) of an open mount: struct mount_attr of linux/mount.h, 32 bytes. */
  public final void mountSetattr(Fd mount, boolean recursive, MountAttr attr) {
    setattr(mount, "", Linux.AT_EMPTY_PATH, recursive, attr.block());
  }

  /** mount_setattr(2) of a mount named by its path. */
  public final void mountSetattr(String path, boolean recursive, MountAttr attr) {
    setattr(Fd.CWD, path, 0, recursive, attr.block());
  }

  /** MOUNT_ATTR_IDMAP of mount_setattr(2): the mount must be detached. */
  public final void mountSetIdmap(Fd mount, boolean recursive, Fd userNamespace) {
    setattr(
        mount,
        "",
        Linux.AT_EMPTY_PATH,
        recursive,
        Block.struct(MountAttr.SIZE, "{set=IDMAP, userns=" + userNamespace.show() + "}")
            .u64(0, Linux.MOUNT_ATTR_IDMAP)
            .patch(24, 8, userNamespace));
  }

  private void setattr(Fd directory, String path, long flags, boolean recursive, Block attr) {
    call(
        Syscall.MOUNT_SETATTR,
        Arg.of(directory),
        Arg.of(path),
        Arg.flags(flags | (recursive ? Linux.AT_RECURSIVE : 0), Flags.AT),
        Arg.of(attr),
        Arg.imm(MountAttr.SIZE));
  }

  // Namespaces and names

  /** Brings up a network device of the current namespace: netdevice(7), SIOCSIFFLAGS. */
  public final void linkUp(String name) {
    Fd socket =
        fd(
            "socket",
            Syscall.SOCKET,
            Arg.imm(Linux.AF_INET),
            Arg.imm(Linux.SOCK_DGRAM | Linux.O_CLOEXEC),
            Arg.imm(0));
    Block request = Block.struct(Linux.IFREQ_SIZE, "{" + name + ", IFF_UP}");
    for (int i = 0; i < name.length(); i++) {
      request.content()[i] = (byte) name.charAt(i);
    }
    request.u16(Linux.IFREQ_FLAGS_OFFSET, (int) Linux.IFF_UP);
    call(Syscall.IOCTL, Arg.of(socket), Arg.imm(Linux.SIOCSIFFLAGS), Arg.of(request));
    close(socket);
  }

  public final void setns(Fd fd, long type) {
    call(Syscall.SETNS, Arg.of(fd), Arg.flags(type, Flags.CLONE));
  }

  public final void unshare(long flags) {
    call(Syscall.UNSHARE, Arg.flags(flags, Flags.CLONE));
  }

  public final void sethostname(String name) {
    Block text = Block.text(name);
    call(Syscall.SETHOSTNAME, Arg.of(text), Arg.imm(text.size() - 1));
  }

  public final void setdomainname(String name) {
    Block text = Block.text(name);
    call(Syscall.SETDOMAINNAME, Arg.of(text), Arg.imm(text.size() - 1));
  }
}
