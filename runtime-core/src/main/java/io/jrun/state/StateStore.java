// SPDX-License-Identifier: Apache-2.0
package io.jrun.state;

import io.jrun.linux.Procfs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotLinkException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The state root, read: every change of it is a step of a program (plan.front.StateSteps). A reader
 * takes no lock and never waits.
 */
public final class StateStore {
  /** What the others of the directory's files may have: paths, and programs. */
  private static final long MOST = 128 << 20;

  private static final String CGROUP = "cgroup";

  private static final long MOST_OF_STATE = StateFile.LARGEST;

  private final String root;
  private final Map<Integer, String> users = new HashMap<>();

  /** {@code root} is absolute. */
  public StateStore(String root) {
    this.root = root;
  }

  public String root() {
    return root;
  }

  /** The state directory of a container. */
  public String directory(String id) {
    return root + "/" + id;
  }

  public boolean exists(String id) {
    Path directory = Path.of(directory(id));
    // The first question costs no exception where nothing is, as before every create.
    return Files.exists(directory) && Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS);
  }

  /** Whether a container's state directory is that user's. */
  public boolean isOwnedBy(String id, long uid) {
    try {
      Object owner =
          Files.getAttribute(Path.of(directory(id)), "unix:uid", LinkOption.NOFOLLOW_LINKS);
      return owner.equals((int) uid);
    } catch (IOException e) {
      return false;
    }
  }

  /** A file of the state directory, or empty if it is not there. */
  public Optional<byte[]> file(String id, String name) {
    Optional<byte[]> once = Procfs.readOnce(directory(id) + "/" + name);
    // What has nothing to read may be no file.
    if (once.isPresent() && once.get().length > 0) {
      return once;
    }
    Path path = Path.of(directory(id), name);
    try {
      BasicFileAttributes attributes =
          Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (!attributes.isRegularFile()) {
        throw new StateFileException(name, "is not a regular file");
      }
      if (attributes.size() > (name.equals("state.json") ? MOST_OF_STATE : MOST)) {
        throw new StateFileException("is too large");
      }
      return Optional.of(Files.readAllBytes(path));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new StateFileException(name, "cannot be read: " + e.getMessage());
    }
  }

  /**
   * The directory of a container's cgroup as it was put beside its record: where a link points to,
   * or what a file holds; empty if neither is there.
   */
  public Optional<String> cgroup(String id) {
    try {
      return Optional.of(Files.readSymbolicLink(Path.of(directory(id), CGROUP)).toString());
    } catch (NotLinkException e) {
      return file(id, CGROUP).map(bytes -> new String(bytes, StandardCharsets.UTF_8));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new StateFileException(CGROUP, "cannot be read: " + e.getMessage());
    }
  }

  /**
   * The state of a container, or empty if there is none of that id.
   *
   * @throws StateFileException if there is something else
   */
  public Optional<ContainerState> load(String id) {
    if (!exists(id)) {
      return Optional.empty();
    }
    return read(id);
  }

  /** The state that a directory of the root has. */
  public Optional<ContainerState> read(String id) {
    Optional<byte[]> document = file(id, "state.json");
    if (document.isEmpty()) {
      // Claimed a moment ago, or removed a moment ago.
      if (!exists(id)) {
        return Optional.empty();
      }
      throw new StateFileException("is missing");
    }
    return Optional.of(checked(id, document.get()));
  }

  private static ContainerState checked(String id, byte[] document) {
    ContainerState state = StateFile.read(document);
    if ((state.location().bundle() + state.location().cgroup()).indexOf(0) >= 0) {
      throw new StateFileException("has paths that are none");
    }
    if (!state.id().equals(id)) {
      throw new StateFileException("is of another container, " + state.id());
    }
    return state;
  }

  /** The status of a container whose state was loaded: config.md has the words. */
  public ContainerStatus status(ContainerState state) {
    if (!state.isOfThisBoot()) {
      return ContainerStatus.STOPPED;
    }
    if (state.phase() == Phase.CREATING) {
      return isAlive(state.creator()) ? ContainerStatus.CREATING : ContainerStatus.STOPPED;
    }
    if (!isAlive(state.init())) {
      return ContainerStatus.STOPPED;
    }
    if (isFrozen(state)) {
      return ContainerStatus.PAUSED;
    }
    return state.phase() == Phase.CREATED ? ContainerStatus.CREATED : ContainerStatus.RUNNING;
  }

  private static boolean isAlive(ProcessIdentity process) {
    Optional<Procfs.Stat> stat = process.pid() > 0 ? Procfs.stat(process.pid()) : Optional.empty();
    return stat.isPresent()
        && stat.get().isAlive()
        && stat.get().startTime() == process.startTime();
  }

  private static boolean isFrozen(ContainerState state) {
    return Procfs.readRecord(state.location().cgroup() + "/cgroup.events")
        .orElse("")
        .contains("frozen 1");
  }

  /** The ids in the root, sorted; empty if the root does not exist. */
  public List<String> ids() {
    List<String> out = names();
    out.removeIf(name -> !Files.isDirectory(Path.of(directory(name)), LinkOption.NOFOLLOW_LINKS));
    return out;
  }

  /**
   * What is in the root, sorted, directories or not; what begins with a dot is no container's.
   * Empty if the root does not exist.
   */
  public List<String> names() {
    List<String> out = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of(root))) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        if (name.charAt(0) != '.') {
          out.add(name);
        }
      }
    } catch (IOException e) {
      return new ArrayList<>();
    }
    Collections.sort(out);
    return out;
  }

  /** Whether there is something of that name in a container's state directory, whatever it is. */
  public boolean has(String id, String name) {
    return Files.exists(Path.of(directory(id), name), LinkOption.NOFOLLOW_LINKS);
  }

  /** Whether something is where a container's state directory would be, whatever it is. */
  public boolean isTaken(String id) {
    return Files.exists(Path.of(directory(id)), LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * The name of the user who owns a container's state directory; empty if there is no such
   * directory. Who it is costs one system call, the name a look at passwd for each user.
   */
  public Optional<String> owner(String id) {
    OptionalInt known = Procfs.ownerOf(directory(id));
    String user = known.isPresent() ? users.get(known.getAsInt()) : null;
    return user != null ? Optional.of(user) : ownerByName(Path.of(directory(id)));
  }

  private Optional<String> ownerByName(Path path) {
    try {
      Map<String, Object> found =
          Files.readAttributes(path, "unix:uid,isDirectory", LinkOption.NOFOLLOW_LINKS);
      if (!Boolean.TRUE.equals(found.get("isDirectory"))) {
        return Optional.empty();
      }
      Integer uid = (Integer) found.get("uid");
      String name = users.get(uid);
      if (name == null) {
        name = Files.getOwner(path, LinkOption.NOFOLLOW_LINKS).getName();
        users.put(uid, name);
      }
      return Optional.of(name);
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
