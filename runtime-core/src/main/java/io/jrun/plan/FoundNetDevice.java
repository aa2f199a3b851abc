// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan;

import io.jrun.container.NetDevice;
import io.jrun.linux.Netlink;
import java.util.List;

/**
 * A network device that the container gets, as it is on the host.
 *
 * @param index its number there
 * @param up whether it is set up
 * @param addresses those it is given again in the container
 */
public record FoundNetDevice(
    NetDevice wanted, long index, boolean up, List<Netlink.Address> addresses) {}
