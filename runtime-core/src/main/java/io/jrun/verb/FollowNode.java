// SPDX-License-Identifier: Apache-2.0
package io.jrun.verb;

import io.jrun.host.CgroupTree;
import io.jrun.lifecycle.Containers;
import io.jrun.lifecycle.RecordedLaunch;
import io.jrun.lifecycle.Session;
import io.jrun.linux.Block;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.program.Recorder;
import io.jrun.state.ContainerStatus;
import io.jrun.state.StateFileException;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * {@code events --follow}: what all containers of a state root do, a line of JSON each. The front
 * waits for inotify(7) to tell of a change, of the root, of a container's state, of its cgroup
 * (cgroup.events, memory.events); what has changed is then found by looking at the state again, so
 * that an event that was lost, or two that became one, leave nothing untold but their number.
 *
 * <pre>
 * {"time":"…","type":"started","id":"demo","status":"running","pid":4711}
 * </pre>
 *
 * <p>Types: {@code found} (there when it began), {@code created}, {@code started}, {@code paused},
 * {@code resumed}, {@code oom} (with {@code kills}, how many there have been), {@code ended},
 * {@code deleted}. It ends with its caller.
 */
public final class FollowNode {
  private static final long CHANGES =
      Linux.IN_CREATE | Linux.IN_DELETE | Linux.IN_MOVED_TO | Linux.IN_ONLYDIR;

  private static final long ENDING_MS = 5;
  private static final long WITHOUT_CGROUP_MS = 1000;

  private final Session session;
  private final Containers containers;
  private final Map<String, Seen> seen = new TreeMap<>();

  /** Names in the root that are watched, with {@link #what} they are; "": not known. */
  private final Map<String, String> watched = new HashMap<>();

  /** Names that are to be, with the cgroup; "": none is known. */
  private final Map<String, String> toWatch = new LinkedHashMap<>();

  /** Of the program that opens what is watched: the others follow on it. */
  private final Recorder opening = new Recorder();

  public FollowNode(Session session) {
    this.session = session;
    this.containers = new Containers(session);
  }

  /** What was last told of a container. */
  private record Seen(String created, ContainerStatus status, long pid, String cgroup, long kills) {

    static Seen of(Containers.Entry entry) {
      String cgroup = entry.state().location().cgroup();
      long kills = cgroup.isEmpty() ? 0 : CgroupTree.outOfMemoryKills(cgroup);
      return new Seen(entry.state().created(), entry.status(), entry.pid(), cgroup, kills);
    }

    boolean hasBegun() {
      return status != ContainerStatus.CREATING;
    }

    boolean hasEnded() {
      return status == ContainerStatus.STOPPED;
    }
  }

  /** Prints events, and returns by an exception only: when the front has gone. */
  public void follow() {
    Fd inotify = open();
    for (boolean isFirst = true; true; isFirst = false) {
      // What changes before its watch is there is seen by the look after that.
      boolean isNew = look(isFirst);
      watch(inotify);
      if (!isNew) {
        await(inotify);
      }
    }
  }

  private Fd open() {
    opening.step("watch the state root");
    // As create would make it.
    opening.ignoring(Errno.EEXIST).mkdirat(Fd.CWD, session.store().root(), 0700);
    Fd inotify = opening.inotifyInit();
    opening.inotifyAddWatch(inotify, session.store().root(), CHANGES);
    session.run(opening);
    return inotify;
  }

  /** Tells what is new; whether there are directories, or states of them, that were not there. */
  private boolean look(boolean isFirst) {
    Map<String, Containers.Entry> now = new LinkedHashMap<>();
    List<String> names = session.store().names();
    boolean isNew = false;
    toWatch.clear();
    watched.keySet().retainAll(names);
    for (String name : names) {
      Optional<Containers.Entry> entry = find(name);
      entry.ifPresent(each -> now.put(name, each));
      String what = entry.map(FollowNode::what).orElse("");
      boolean changes = !what.equals(watched.put(name, what));
      isNew |= changes;
      // What cannot be read yet may be another directory than at the look before.
      if (changes || what.isEmpty()) {
        toWatch.put(name, entry.map(each -> each.state().location().cgroup()).orElse(""));
      }
    }
    for (String id : List.copyOf(seen.keySet())) {
      Seen last = seen.get(id);
      if (!now.containsKey(id) || !now.get(id).state().created().equals(last.created())) {
        forget(id);
      }
    }
    now.forEach(
        (id, entry) -> {
          Seen current = Seen.of(entry);
          Seen last = seen.put(id, current);
          if (isFirst) {
            tell("found", id, current, status(current));
          } else {
            compare(id, last, current);
          }
        });
    return isNew;
  }

  /** Another container of the same name, or the same with a cgroup, is to be watched anew. */
  private static String what(Containers.Entry entry) {
    return entry.state().created() + " " + (entry.status() == ContainerStatus.CREATING);
  }

  /** A container that is being created has no state for an instant. */
  private Optional<Containers.Entry> find(String name) {
    try {
      return containers.find(name);
    } catch (StateFileException e) {
      return Optional.empty();
    }
  }

  private void forget(String id) {
    Seen last = seen.remove(id);
    if (last.hasBegun() && !last.hasEnded()) {
      tell("ended", id, last, "");
    }
    if (last.hasBegun()) {
      tell("deleted", id, last, "");
    }
  }

  private static String status(Seen what) {
    return ",\"status\":\"" + what.status().word() + "\",\"pid\":" + what.pid();
  }

  private void compare(String id, Seen last, Seen current) {
    String status = status(current);
    if (current.hasBegun() && (last == null || !last.hasBegun())) {
      tell("created", id, current, status);
    }
    boolean wasCreated =
        last == null || !last.hasBegun() || last.status() == ContainerStatus.CREATED;
    if (wasCreated && current.status() == ContainerStatus.RUNNING) {
      tell("started", id, current, status);
    }
    if (last == null) {
      return;
    }
    if (current.kills() > last.kills()) {
      tell("oom", id, current, ",\"kills\":" + current.kills());
    }
    if (current.status() == ContainerStatus.PAUSED && last.status() != ContainerStatus.PAUSED) {
      tell("paused", id, current, status);
    } else if (last.status() == ContainerStatus.PAUSED
        && !current.hasEnded()
        && current.status() != ContainerStatus.PAUSED) {
      tell("resumed", id, current, status);
    } else if (current.hasEnded() && last.hasBegun() && !last.hasEnded()) {
      tell("ended", id, current, status);
    }
  }

  private void tell(String type, String id, Seen what, String more) {
    String time = RecordedLaunch.rfc3339(Instant.now());
    session
        .front()
        .print(
            "{\"time\":\""
                + time
                + "\",\"type\":\""
                + type
                + "\",\"id\":\""
                + id
                + "\""
                + more
                + "}\n");
  }

  private void watch(Fd inotify) {
    if (toWatch.isEmpty()) {
      return;
    }
    Recorder recorder = opening.next();
    recorder.step("watch containers");
    toWatch.forEach(
        (name, cgroup) -> {
          // It may have gone already, and what is no directory is no container's.
          recorder
              .ignoring(Errno.ENOENT, Errno.ENOTDIR)
              .inotifyAddWatch(inotify, session.store().directory(name), CHANGES);
          if (!cgroup.isEmpty()) {
            for (String file : List.of("cgroup.events", "memory.events")) {
              recorder
                  .ignoring(Errno.ENOENT)
                  .inotifyAddWatch(inotify, cgroup + "/" + file, Linux.IN_MODIFY);
            }
          }
        });
    session.run(recorder);
  }

  /**
   * How long to wait for events at most, in milliseconds; 0: until there is one. A cgroup tells
   * that its last process is leaving before that process has ended, and a container without a
   * cgroup tells nothing.
   */
  private long patience() {
    long out = 0;
    for (Seen each : seen.values()) {
      if (each.hasEnded()) {
        continue;
      }
      if (each.cgroup().isEmpty()) {
        out = out == 0 ? WITHOUT_CGROUP_MS : out;
      } else if (CgroupTree.isEmpty(each.cgroup())) {
        return ENDING_MS;
      }
    }
    return out;
  }

  /** Waits for events and takes all there are. */
  private void await(Fd inotify) {
    Recorder recorder = opening.next();
    recorder.step("wait for an event");
    Block poll =
        Block.struct(8, "{" + inotify.show() + ", POLLIN}")
            .patch(0, 4, inotify)
            .u16(4, (int) Linux.POLLIN);
    long patience = patience();
    if (patience == 0) {
      recorder.poll(poll, 1);
    } else {
      recorder.free(recorder.pollFor(poll, 1, patience));
    }
    // A second read finds none where the first one took them all.
    for (int n = 0; n < 2; n++) {
      recorder.free(recorder.ignoring(Errno.EAGAIN).readOnce(inotify, Block.room(1 << 16)));
    }
    session.run(recorder);
  }
}
