// SPDX-License-Identifier: Apache-2.0
package io.jrun.linux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Messages of route netlink, as the kernel sends and takes them. */
class NetlinkTest {
  private static final String IPV4 =
      "02180080" // AF_INET, /24, IFA_F_PERMANENT, global
          + "07000000" // index 7
          + "080001000a070001" // IFA_ADDRESS
          + "080002000a070001" // IFA_LOCAL
          + "080004000a0700ff" // IFA_BROADCAST
          + "0700030076300000" // IFA_LABEL, which is left out
          + "0800080080000000"; // IFA_FLAGS
  private static final String IPV6 =
      "0a408200" // AF_INET6, /64, nodad permanent, global
          + "07000000"
          + "14000100fd070000000000000000000000000007";

  private static byte[] message(int type, String body) {
    byte[] content = HexFormat.of().parseHex(body);
    ByteBuffer out =
        ByteBuffer.allocate(16 + content.length).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    return out.putInt(16 + content.length)
        .putShort((short) type)
        .putShort((short) 2)
        .putInt(1)
        .putInt(0)
        .put(content)
        .array();
  }

  private static byte[] join(byte[]... parts) {
    ByteBuffer out = ByteBuffer.allocate(Arrays.stream(parts).mapToInt(p -> p.length).sum());
    for (byte[] part : parts) {
      out.put(part);
    }
    return out.array();
  }

  private static final byte[] DONE = message(3, "00000000");

  @Test
  void addressesAreKeptWithWhatIsTheirsAndWithoutWhatIsTheDevices() {
    String ipv4 = IPV4.replace("02180080", "02188000");
    List<Netlink.Address> found =
        Netlink.addresses(join(message(20, ipv4), message(20, IPV6), DONE));
    assertEquals(2, found.size());
    assertArrayEquals(
        HexFormat.of()
            .parseHex(
                "0218000000000000"
                    + "080001000a070001080002000a070001080004000a0700ff"
                    + "0800080000000000"),
        found.get(0).body());
    assertEquals("10.7.0.1/24", found.get(0).show());
    assertEquals("fd070000000000000000000000000007/64", found.get(1).show());
    // IFA_F_NODAD stays.
    assertArrayEquals(
        HexFormat.of()
            .parseHex(
                "0a40000000000000"
                    + "14000100fd070000000000000000000000000007"
                    + "0800080002000000"),
        found.get(1).body());
  }

  @Test
  void addressesOfAnotherScopeOrThatExpireAreNot() {
    String link = "021880fd" + IPV4.substring(8);
    String expiring =
        "02180000" + IPV4.substring(8).replace("0800080080000000", "0800080000000000");
    assertEquals(
        List.of(), Netlink.addresses(join(message(20, link), message(20, expiring), DONE)));
  }

  @Test
  void whatIsCutOffIsNoAddressAndNoError() {
    byte[] whole = join(message(20, "02188000" + IPV4.substring(8)), message(20, IPV6));
    for (int length = 0; length <= whole.length; length++) {
      int found = Netlink.addresses(Arrays.copyOf(whole, length)).size();
      assertEquals(length < 64 ? 0 : length < whole.length ? 1 : 2, found, "of " + length);
    }
    byte[] odd = whole.clone();
    odd[24] = 2; // an attribute shorter than its header
    assertEquals(2, Netlink.addresses(odd).size());
  }

  @Test
  void aMoveNamesTheDeviceAndTheNamespace() {
    Block message = Netlink.move(Value.of(7), "eth0", Fd.of(5));
    assertEquals(message.size(), message.content()[0]);
    assertArrayEquals(
        HexFormat.of()
            .parseHex(
                "34000000"
                    + "1000"
                    + "0500"
                    + "01000000"
                    + "00000000"
                    + "00000000070000000000000000000000"
                    + "09000300"
                    + "6574683000000000"
                    + "08001c00"
                    + "00000000"),
        message.content());
    assertEquals(
        List.of(new Block.Patch(48, 4, message.patches().get(0).value())), message.patches());
  }
}
