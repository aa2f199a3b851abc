// SPDX-License-Identifier: Apache-2.0
package io.jrun.checkpoint;

/**
 * A request to CRIU, {@code criu_req} of its images/rpc.proto, whose numbers of fields are the
 * constants below. What is not put is CRIU's default.
 */
public final class CriuRequest {
  /** What is asked for: {@code criu_req_type}. */
  public enum Type {
    DUMP(1),
    RESTORE(2),
    PRE_DUMP(4),
    NOTIFY(6),
    FEATURE_CHECK(9),
    VERSION(10);

    private final int number;

    Type(int number) {
      this.number = number;
    }

    public int number() {
      return number;
    }
  }

  /** What cgroups are treated like at a restore: {@code criu_cg_mode}. */
  public enum CgroupMode {
    IGNORE(0),
    SOFT(3),
    FULL(4),
    STRICT(5);

    private final int number;

    CgroupMode(int number) {
      this.number = number;
    }
  }

  // criu_req
  private static final int TYPE = 1;
  private static final int OPTIONS = 2;
  private static final int NOTIFY_SUCCESS = 3;
  private static final int KEEP_OPEN = 4;
  private static final int FEATURES = 5;

  // criu_opts
  private static final int IMAGES_DIR_FD = 1;
  private static final int PID = 2;
  private static final int LOG_LEVEL = 9;
  private static final int LOG_FILE = 10;
  private static final int PAGE_SERVER = 11;
  private static final int ROOT = 13;
  private static final int PARENT_IMG = 14;
  private static final int WORK_DIR_FD = 17;
  private static final int EXT_MNT = 23;
  private static final int CG_ROOT = 25;
  private static final int INHERIT_FD = 27;
  private static final int MANAGE_CGROUPS_MODE = 34;
  private static final int EXTERNAL = 37;
  private static final int EMPTY_NS = 38;
  private static final int JOIN_NS = 39;
  private static final int FREEZE_CGROUP = 44;
  private static final int CONFIG_FILE = 51;
  private static final int LSM_PROFILE = 53;
  private static final int LSM_MOUNT_CONTEXT = 63;
  private static final int NETWORK_LOCK = 64;

  /** {@code criu_network_lock_method}: SKIP. */
  private static final int NO_LOCK = 3;

  /** Switches of {@code criu_opts}. */
  public enum Switch {
    LEAVE_RUNNING(3),
    EXT_UNIX_SK(4),
    TCP_ESTABLISHED(5),
    EVASIVE_DEVICES(6),
    SHELL_JOB(7),
    FILE_LOCKS(8),
    NOTIFY_SCRIPTS(12),
    TRACK_MEM(15),
    AUTO_DEDUP(16),
    LINK_REMAP(18),
    MANAGE_CGROUPS(24),
    RST_SIBLING(26),
    TCP_SKIP_IN_FLIGHT(46),
    LAZY_PAGES(48),
    ORPHAN_PTS_MASTER(50);

    private final int field;

    Switch(int field) {
      this.field = field;
    }
  }

  private final Type type;
  private final ProtobufWriter options = new ProtobufWriter();

  /** A request with options. */
  public CriuRequest(Type type) {
    this.type = type;
  }

  /** Which version it is; another request follows. */
  public static byte[] version() {
    return new ProtobufWriter().number(TYPE, Type.VERSION.number()).flag(KEEP_OPEN, true).toBytes();
  }

  /** Whether memory can be tracked and pages left for later; another request follows. */
  public static byte[] features() {
    ProtobufWriter asked =
        new ProtobufWriter()
            .flag(CriuAnswer.MEM_TRACK, true)
            .flag(CriuAnswer.LAZY_PAGES_FEATURE, true);
    return new ProtobufWriter()
        .number(TYPE, Type.FEATURE_CHECK.number())
        .flag(KEEP_OPEN, true)
        .message(FEATURES, asked)
        .toBytes();
  }

  /** The answer to a notification: CRIU goes on, or gives up. */
  public static byte[] acknowledgement(boolean success) {
    return new ProtobufWriter()
        .number(TYPE, Type.NOTIFY.number())
        .flag(NOTIFY_SUCCESS, success)
        .toBytes();
  }

  public Type type() {
    return type;
  }

  public byte[] toBytes() {
    return new ProtobufWriter().number(TYPE, type.number()).message(OPTIONS, options).toBytes();
  }

  /** Where images are and where it works, as it was started; and what its log is called. */
  public CriuRequest log(String log) {
    options.number(IMAGES_DIR_FD, CriuSteps.IMAGES).number(WORK_DIR_FD, CriuSteps.WORK);
    options.number(LOG_LEVEL, LOG_EVERYTHING).text(LOG_FILE, log);
    return this;
  }

  /** What CRIU says of each of its steps is worth its room when one fails. */
  private static final int LOG_EVERYTHING = 4;

  public CriuRequest with(Switch option, boolean on) {
    if (on) {
      options.flag(option.field, true);
    }
    return this;
  }

  public CriuRequest pid(long pid) {
    options.number(PID, pid);
    return this;
  }

  public CriuRequest root(String path) {
    options.text(ROOT, path);
    return this;
  }

  /** {@code path}: relative to the images' directory. */
  public CriuRequest parent(String path) {
    options.text(PARENT_IMG, path);
    return this;
  }

  public CriuRequest pageServer(PageServer server) {
    options.message(
        PAGE_SERVER, new ProtobufWriter().text(1, server.address()).number(2, server.port()));
    return this;
  }

  /** A mount that CRIU leaves alone at a dump, or makes from elsewhere at a restore. */
  public CriuRequest externalMount(String key, String value) {
    options.message(EXT_MNT, new ProtobufWriter().text(1, key).text(2, value));
    return this;
  }

  /** A thing that is not of the container: {@code TYPE[ID]:NAME}, CRIU's "--external". */
  public CriuRequest external(String what) {
    options.text(EXTERNAL, what);
    return this;
  }

  /** {@code number}: of the descriptor that CRIU was executed with. */
  public CriuRequest inherit(String key, int number) {
    options.message(INHERIT_FD, new ProtobufWriter().text(1, key).number(2, number));
    return this;
  }

  /** {@code controller}: empty for cgroup v2. */
  public CriuRequest cgroupRoot(String controller, String path) {
    options.message(CG_ROOT, new ProtobufWriter().text(1, controller).text(2, path));
    return this;
  }

  public CriuRequest cgroups(CgroupMode mode) {
    options.number(MANAGE_CGROUPS_MODE, mode.number);
    return this;
  }

  /** Leaves the network as it is while processes stand still: {@link CriuCommand#LOCKS_NOTHING}. */
  public CriuRequest withoutNetworkLock() {
    options.number(NETWORK_LOCK, NO_LOCK);
    return this;
  }

  public CriuRequest freezeBy(String cgroup) {
    options.text(FREEZE_CGROUP, cgroup);
    return this;
  }

  /** {@code mask}: CLONE_NEW flags of the namespaces that are restored empty. */
  public CriuRequest empty(long mask) {
    options.number(EMPTY_NS, mask);
    return this;
  }

  public CriuRequest join(String namespace, String path) {
    options.message(JOIN_NS, new ProtobufWriter().text(1, namespace).text(2, path));
    return this;
  }

  public CriuRequest configuredBy(String path) {
    options.text(CONFIG_FILE, path);
    return this;
  }

  public CriuRequest lsm(String profile, String mountContext) {
    if (!profile.isEmpty()) {
      options.text(LSM_PROFILE, profile);
    }
    if (!mountContext.isEmpty()) {
      options.text(LSM_MOUNT_CONTEXT, mountContext);
    }
    return this;
  }
}
