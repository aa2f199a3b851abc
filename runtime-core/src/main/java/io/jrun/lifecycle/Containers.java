// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

import io.jrun.document.StateDocument;
import io.jrun.state.ContainerState;
import io.jrun.state.ContainerStatus;
import io.jrun.state.StateFileException;
import io.jrun.state.StateStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The containers of a state root, as they are at a moment. It takes no lock and never waits. */
public final class Containers {
  private final Session session;

  public Containers(Session session) {
    this.session = session;
  }

  /**
   * One container.
   *
   * @param owner the user that the state directory belongs to
   */
  public record Entry(ContainerState state, ContainerStatus status, String owner) {
    public long pid() {
      return status == ContainerStatus.STOPPED ? 0 : state.init().pid();
    }

    /** The state document on one line. */
    public String json() {
      return StateDocument.compact(state, status, owner);
    }
  }

  /** One that has to be there. */
  public Entry entry(String id) {
    ContainerState state = session.load(id);
    StateStore store = session.store();
    return new Entry(state, store.status(state), store.owner(id).orElse(""));
  }

  /** All of the root, by id. Directories without a readable state are passed over. */
  public List<Entry> list() {
    List<Entry> out = new ArrayList<>();
    for (String id : session.store().names()) {
      try {
        find(id).ifPresent(out::add);
      } catch (StateFileException e) {
        session.notices().warn(session.store().directory(id) + ": " + e.getMessage());
      }
    }
    return out;
  }

  /**
   * One that may be there.
   *
   * @throws StateFileException if its state cannot be read, as for an instant while it is created
   */
  public Optional<Entry> find(String id) {
    StateStore store = session.store();
    Optional<String> owner = store.owner(id);
    return owner.isEmpty()
        ? Optional.empty()
        : store.read(id).map(state -> new Entry(state, store.status(state), owner.get()));
  }
}
