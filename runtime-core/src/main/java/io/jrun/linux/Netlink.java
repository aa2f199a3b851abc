// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * Route netlink as far as moving a network device into another namespace needs it: netlink(7),
 * rtnetlink(7). A request is written to a socket and answered by the time that write returns, so no
 * read has to wait.
 */
public final class Netlink {
  /** Room for one datagram of a dump: the kernel fills what there is, up to 32 KiB. */
  public static final int DUMP_ROOM = 16 << 10;

  /** Room for an acknowledgement: struct nlmsghdr, and of struct nlmsgerr the errno. */
  public static final int ANSWER_ROOM = 24;

  /** Where an acknowledgement has minus an errno, in 32 bits; 0 is success. */
  public static final int ANSWER_ERROR_OFFSET = 16;

  // linux/netlink.h, asm-generic/socket.h
  private static final int AF_NETLINK = 16;
  private static final int SOCK_RAW = 3;
  private static final int SOL_NETLINK = 270;
  private static final int NETLINK_GET_STRICT_CHK = 12;
  private static final int HEADER = 16;
  private static final int NLM_F_REQUEST = 1;
  private static final int NLM_F_ACK = 4;
  private static final int NLM_F_DUMP = 0x300;
  private static final int NLM_F_EXCL = 0x200;
  private static final int NLM_F_CREATE = 0x400;

  // linux/rtnetlink.h: struct ifinfomsg; linux/if_link.h
  private static final int RTM_NEWLINK = 16;
  private static final int LINK = 16;
  private static final int IFLA_IFNAME = 3;
  private static final int IFLA_NET_NS_FD = 28;

  // linux/if_addr.h: struct ifaddrmsg
  private static final int RTM_NEWADDR = 20;
  private static final int RTM_GETADDR = 22;
  private static final int ADDRESS = 8;
  private static final int IFA_ADDRESS = 1;
  private static final int IFA_LOCAL = 2;
  private static final int IFA_BROADCAST = 4;
  private static final int IFA_FLAGS = 8;
  private static final int IFA_RT_PRIORITY = 9;
  private static final int IFA_F_PERMANENT = 0x80;

  /**
   * Those that are the kernel's to set: secondary, DAD failed, deprecated, tentative, permanent.
   */
  private static final int KERNELS_FLAGS = 0x01 | 0x08 | 0x20 | 0x40 | 0x80;

  /** struct ifaddrmsg and struct ifinfomsg have the device's index at the same place. */
  private static final int INDEX_OFFSET = HEADER + 4;

  private static final int ATTRIBUTE = 4;

  /** Bytes of an address of IPv4: struct in_addr. */
  private static final int INET_SIZE = 4;

  // linux/sockios.h
  private static final int SIOCGIFFLAGS = 0x8913;
  private static final int SIOCGIFINDEX = 0x8933;

  private Netlink() {}

  /**
   * An address of a device.
   *
   * @param body what a message that adds it says: struct ifaddrmsg without the device, attributes
   */
  public record Address(byte[] body) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Address address && Arrays.equals(body, address.body);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(body);
    }

    /**
     * "10.0.0.1/8", or in hexadecimal, from the attributes: IFA_LOCAL where there is one, else
     * IFA_ADDRESS.
     */
    String show() {
      ByteBuffer in = ByteBuffer.wrap(body).order(ByteOrder.LITTLE_ENDIAN);
      byte[] found = {};
      for (int at = ADDRESS; at + ATTRIBUTE <= body.length; at += align(in.getShort(at))) {
        int type = in.getShort(at + 2);
        if (type == IFA_LOCAL || type == IFA_ADDRESS && found.length == 0) {
          found = Arrays.copyOfRange(body, at + ATTRIBUTE, at + in.getShort(at));
        }
      }
      StringBuilder out = new StringBuilder();
      for (byte each : found) {
        boolean inet = found.length == INET_SIZE;
        out.append(inet && out.length() > 0 ? "." : "")
            .append(inet ? Integer.toString(each & 0xff) : HexFormat.of().toHexDigits(each));
      }
      return out.append('/').append(body[1] & 0xff).toString();
    }
  }

  private static int align(int length) {
    return (length + 3) / 4 * 4;
  }

  /** A socket of the current network namespace, of which it stays whatever its owner joins. */
  public static Fd open(Kernel kernel) {
    return (Fd)
        kernel.invoke(
            Kernel.Gives.FD,
            "netlink",
            Syscall.SOCKET,
            Arg.imm(AF_NETLINK),
            Arg.imm(SOCK_RAW | Linux.O_NONBLOCK | Linux.O_CLOEXEC),
            Arg.imm(0));
  }

  /** Has the kernel heed what a dump asks for, where it would list all devices' addresses. */
  public static void beStrict(Kernel kernel, Fd socket) {
    Block one = Block.struct(4, "{1}").u32(0, 1);
    kernel.invoke(
        Kernel.Gives.NOTHING,
        null,
        Syscall.SETSOCKOPT,
        Arg.of(socket),
        Arg.imm(SOL_NETLINK),
        Arg.imm(NETLINK_GET_STRICT_CHK),
        Arg.of(one),
        Arg.imm(one.size()));
  }

  /** struct ifreq of netdevice(7) that names a device. */
  public static Block named(String device) {
    byte[] name = device.getBytes(StandardCharsets.UTF_8);
    Block request = Block.struct(Linux.IFREQ_SIZE, "{" + device + "}");
    System.arraycopy(name, 0, request.content(), 0, name.length);
    return request;
  }

  /**
   * The index of the device that {@link #named} names, which is written at {@link
   * Linux#IFREQ_FLAGS_OFFSET}, 4 bytes. ENODEV: the socket's namespace has none of that name.
   */
  public static void index(Kernel kernel, Fd socket, Block request) {
    ioctl(kernel, socket, SIOCGIFINDEX, request);
  }

  /** The same for its flags, 2 bytes. */
  public static void flags(Kernel kernel, Fd socket, Block request) {
    ioctl(kernel, socket, SIOCGIFFLAGS, request);
  }

  private static void ioctl(Kernel kernel, Fd socket, int number, Block request) {
    kernel.invoke(
        Kernel.Gives.NOTHING,
        null,
        Syscall.IOCTL,
        Arg.of(socket),
        Arg.imm(number),
        Arg.of(request));
  }

  /** Asks for the addresses of a device, of every family. */
  public static Block dumpAddresses(Value device) {
    Block message = Block.struct(HEADER + ADDRESS, "{RTM_GETADDR}");
    return about(message, RTM_GETADDR, NLM_F_REQUEST | NLM_F_DUMP, device);
  }

  /**
   * Moves a device to another network namespace, and gives it a name there. The kernel takes it
   * down and its addresses from it; hardware address and MTU stay.
   *
   * @param name its name from then on; no template
   */
  public static Block move(Value device, String name, Fd namespace) {
    int nameRoom = align(ATTRIBUTE + name.getBytes(StandardCharsets.UTF_8).length + 1);
    Block message =
        Block.struct(
            HEADER + LINK + nameRoom + ATTRIBUTE + 4,
            "{RTM_NEWLINK, name=" + name + ", netns=" + namespace.show() + "}");
    putName(message, name);
    int at = HEADER + LINK + nameRoom;
    message.u16(at, ATTRIBUTE + 4).u16(at + 2, IFLA_NET_NS_FD).patch(at + ATTRIBUTE, 4, namespace);
    return about(message, RTM_NEWLINK, NLM_F_REQUEST | NLM_F_ACK, device);
  }

  /** Gives a device another name; "%d" in it stands for the first number that is free. */
  public static Block rename(Value device, String name) {
    int room = align(ATTRIBUTE + name.getBytes(StandardCharsets.UTF_8).length + 1);
    Block message = Block.struct(HEADER + LINK + room, "{RTM_NEWLINK, name=" + name + "}");
    putName(message, name);
    return about(message, RTM_NEWLINK, NLM_F_REQUEST | NLM_F_ACK, device);
  }

  /** Sets a device up. */
  public static Block up(Value device) {
    Block message = Block.struct(HEADER + LINK, "{RTM_NEWLINK, IFF_UP}");
    message.u32(HEADER + 8, Linux.IFF_UP).u32(HEADER + 12, Linux.IFF_UP);
    return about(message, RTM_NEWLINK, NLM_F_REQUEST | NLM_F_ACK, device);
  }

  /** Gives a device an address. */
  public static Block add(Address address, Value device) {
    Block message =
        Block.struct(HEADER + address.body.length, "{RTM_NEWADDR, " + address.show() + "}");
    System.arraycopy(address.body, 0, message.content(), HEADER, address.body.length);
    int flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
    return about(message, RTM_NEWADDR, flags, device);
  }

  private static void putName(Block message, String name) {
    byte[] text = name.getBytes(StandardCharsets.UTF_8);
    int at = HEADER + LINK;
    message.u16(at, ATTRIBUTE + text.length + 1).u16(at + 2, IFLA_IFNAME);
    System.arraycopy(text, 0, message.content(), at + ATTRIBUTE, text.length);
  }

  /** struct nlmsghdr, and which device it is about. */
  private static Block about(Block message, int type, int flags, Value device) {
    message.u32(0, message.size()).u16(4, type).u16(6, flags).u32(8, 1);
    return device.isRegister()
        ? message.patch(INDEX_OFFSET, 4, device)
        : message.u32(INDEX_OFFSET, device.number());
  }

  /**
   * The addresses in a dump that are to outlive a move: permanent ones of global scope, as
   * config-linux.md "Network Devices" has it. What is cut off or malformed ends the list.
   */
  public static List<Address> addresses(byte[] dump) {
    ByteBuffer in = ByteBuffer.wrap(dump).order(ByteOrder.LITTLE_ENDIAN);
    List<Address> out = new ArrayList<>();
    int at = 0;
    while (at + HEADER <= dump.length) {
      int length = in.getInt(at);
      if (length < HEADER || length > dump.length - at) {
        break;
      }
      if (in.getShort(at + 4) == RTM_NEWADDR && length >= HEADER + ADDRESS) {
        address(in, at + HEADER, at + length, out);
      }
      at += align(length);
    }
    return out;
  }

  private static void address(ByteBuffer in, int from, int to, List<Address> out) {
    int flags = Byte.toUnsignedInt(in.get(from + 2));
    final boolean global = in.get(from + 3) == 0;
    // Family and prefix length are kept; the device and flags are said anew.
    ByteBuffer kept = ByteBuffer.allocate(to - from + 16).order(ByteOrder.LITTLE_ENDIAN);
    kept.put(in.get(from)).put(in.get(from + 1)).putShort((short) 0).putInt(0);
    int at = from + ADDRESS;
    while (at + ATTRIBUTE <= to) {
      int length = Short.toUnsignedInt(in.getShort(at));
      int type = Short.toUnsignedInt(in.getShort(at + 2));
      if (length < ATTRIBUTE || length > to - at) {
        break;
      }
      switch (type) {
        case IFA_FLAGS -> flags = in.getInt(at + ATTRIBUTE);
        case IFA_ADDRESS, IFA_LOCAL, IFA_BROADCAST, IFA_RT_PRIORITY -> {
          byte[] whole = new byte[align(length)];
          in.get(at, whole, 0, length);
          kept.put(whole);
        }
        default -> {}
      }
      at += align(length);
    }
    kept.putShort((short) (ATTRIBUTE + 4)).putShort((short) IFA_FLAGS);
    kept.putInt(flags & ~KERNELS_FLAGS);
    if (global && (flags & IFA_F_PERMANENT) != 0) {
      out.add(new Address(Arrays.copyOf(kept.array(), kept.position())));
    }
  }
}
