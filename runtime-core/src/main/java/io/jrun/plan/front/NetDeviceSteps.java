// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.front;

import io.jrun.container.NetDevice;
import io.jrun.linux.Block;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.linux.Netlink;
import io.jrun.linux.Pid;
import io.jrun.linux.Value;
import io.jrun.plan.FoundNetDevice;
import io.jrun.program.FailureText;
import io.jrun.program.Label;
import io.jrun.program.Recorder;
import io.jrun.program.ReportTag;
import java.util.List;

/**
 * Network devices that become the container's, all of it by the front: asked about before a launch,
 * moved when init is in its namespaces, moved back if the launch fails after that. A socket keeps
 * to the namespace it was made in, so the front is in the container's for one call only, and the
 * namespace stays for as long as the socket does. When a container ends its devices are the
 * kernel's affair: nobody moves them back then.
 */
public final class NetDeviceSteps {
  private static final String POINTER = "/linux/netDevices";

  /** Datagrams of a dump, each of 16 KiB: two thousand addresses. */
  private static final int MAX_DATAGRAMS = 8;

  private NetDeviceSteps() {}

  /**
   * What the front holds from the move until the launch is sure.
   *
   * @param ours a netlink socket of its own network namespace
   * @param theirs one of the container's
   * @param home its own network namespace
   */
  public record Moved(Fd ours, Fd theirs, Fd home) {}

  /**
   * Reports what the host knows of each device: {@link ReportTag#netDevice} index, then flags, then
   * addresses.
   */
  public static void ask(Recorder recorder, List<NetDevice> devices) {
    recorder.step("ask about network devices", POINTER);
    Fd socket = Netlink.open(recorder);
    Netlink.beStrict(recorder, socket);
    Block room = Block.room(Netlink.DUMP_ROOM);
    for (int i = 0; i < devices.size(); i++) {
      NetDevice each = devices.get(i);
      int tag = ReportTag.netDevice(i);
      recorder.step("ask about the network device " + each.device(), each.pointer());
      recorder.failing(
          FailureText.words(each.pointer() + ": network device " + each.device() + ": ")
              .andErrno());
      Value index = index(recorder, socket, each.device());
      recorder.report(tag, index);
      Block flags = Netlink.named(each.device());
      Netlink.flags(recorder, socket, flags);
      Value up = recorder.load(flags, Linux.IFREQ_FLAGS_OFFSET, 2);
      recorder.report(tag + 1, up);
      recorder.free(up);
      recorder.write(socket, Netlink.dumpAddresses(index));
      recorder.free(index);
      dump(recorder, socket, room, tag + 2);
    }
    recorder.close(socket);
  }

  /** Nothing more to read means that the dump is complete: the kernel does not lag behind. */
  private static void dump(Recorder recorder, Fd socket, Block room, int tag) {
    Label done = new Label();
    for (int i = 0; i <= MAX_DATAGRAMS; i++) {
      recorder.on(Errno.EAGAIN, done);
      Value count = recorder.readOnce(socket, room);
      if (i < MAX_DATAGRAMS) {
        recorder.report(tag, room, count);
      }
      recorder.free(count);
    }
    recorder
        .failing("the network device has too many addresses")
        .test(Value.of(0), -1L, 1, Errno.E2BIG);
    recorder.place(done);
  }

  private static Value index(Recorder recorder, Fd socket, String device) {
    Block request = Netlink.named(device);
    Netlink.index(recorder, socket, request);
    return recorder.load(request, Linux.IFREQ_FLAGS_OFFSET, 4);
  }

  /**
   * Moves the devices to the network namespace of a process, a child of the front's. Of each that
   * was moved its index there is reported: {@link ReportTag#netDevice}.
   */
  public static Moved move(Recorder recorder, List<FoundNetDevice> devices, Pid pid) {
    recorder.step("reach the container's network namespace", POINTER);
    Fd proc = recorder.openProc(pid);
    Fd there = recorder.openat(proc, "ns/net", Linux.O_RDONLY | Linux.O_CLOEXEC);
    recorder.close(proc);
    Fd home = recorder.openat(Fd.CWD, "/proc/self/ns/net", Linux.O_RDONLY | Linux.O_CLOEXEC);
    Fd ours = Netlink.open(recorder);
    recorder.setns(there, Linux.CLONE_NEWNET);
    Fd theirs = Netlink.open(recorder);
    recorder.setns(home, Linux.CLONE_NEWNET);
    for (int i = 0; i < devices.size(); i++) {
      FoundNetDevice found = devices.get(i);
      NetDevice each = found.wanted();
      recorder.step("move the network device " + shown(each) + " to the container", each.pointer());
      if (!each.isTemplate()) {
        requireFree(recorder, theirs, each);
      }
      // The kernel chooses a number for a template and does not say which.
      String first = each.isTemplate() ? "jrun" + found.index() : each.name();
      Value index = Value.of(found.index());
      request(recorder, ours, Netlink.move(index, first, there), each, "move");
      Value moved = index(recorder, theirs, first);
      recorder.report(ReportTag.netDevice(i), moved);
      if (each.isTemplate()) {
        request(recorder, theirs, Netlink.rename(moved, each.name()), each, "rename");
      }
      giveAddresses(recorder, theirs, moved, found);
      recorder.step("set up the network device " + each.name(), each.pointer());
      request(recorder, theirs, Netlink.up(moved), each, "set up");
      recorder.free(moved);
    }
    recorder.close(there);
    return new Moved(ours, theirs, home);
  }

  private static String shown(NetDevice device) {
    return device.device() + (device.name().equals(device.device()) ? "" : " as " + device.name());
  }

  private static void requireFree(Recorder recorder, Fd theirs, NetDevice device) {
    Label free = new Label();
    recorder.on(Errno.ENODEV, free);
    Netlink.index(recorder, theirs, Netlink.named(device.name()));
    recorder
        .failing(
            device.pointer()
                + ": the container's network namespace has a device "
                + device.name()
                + " already: give another name")
        .test(Value.of(0), -1L, 1, Errno.EEXIST);
    recorder.place(free);
  }

  private static void giveAddresses(
      Recorder recorder, Fd socket, Value index, FoundNetDevice device) {
    for (Netlink.Address address : device.addresses()) {
      request(recorder, socket, Netlink.add(address, index), device.wanted(), "give an address to");
    }
  }

  /**
   * Moves a device back, with the name, the addresses and the state it had.
   *
   * @param index its index in the container's namespace
   */
  public static void moveBack(Recorder recorder, Moved moved, FoundNetDevice had, long index) {
    NetDevice device = had.wanted();
    recorder.step("move the network device " + device.device() + " back", device.pointer());
    Block message = Netlink.move(Value.of(index), device.device(), moved.home());
    request(recorder, moved.theirs(), message, device, "move back");
    Value found = index(recorder, moved.ours(), device.device());
    giveAddresses(recorder, moved.ours(), found, had);
    if (had.up()) {
      request(recorder, moved.ours(), Netlink.up(found), device, "set up");
    }
    recorder.free(found);
  }

  /** From here on nothing can be moved back. */
  public static void close(Recorder recorder, Moved moved) {
    recorder.step("leave the network devices to the container", POINTER);
    recorder.closeOnly(moved.theirs());
    recorder.closeOnly(moved.ours());
    recorder.closeOnly(moved.home());
  }

  /** The errno of a request is in its answer: it is reported for the sentence. */
  private static void request(
      Recorder recorder, Fd socket, Block message, NetDevice device, String operation) {
    recorder.write(socket, message);
    Block answer = Block.room(Netlink.ANSWER_ROOM);
    recorder.free(recorder.readOnce(socket, answer));
    Value error = recorder.load(answer, Netlink.ANSWER_ERROR_OFFSET, 4);
    recorder.report(ReportTag.NETLINK, error);
    recorder
        .failing(
            FailureText.words(
                    device.pointer()
                        + ": "
                        + operation
                        + " network device "
                        + device.device()
                        + ": ")
                .and(FailureText.Fact.ANSWER))
        .test(error, -1L, 0, Errno.EPROTO);
    recorder.free(error);
  }
}
