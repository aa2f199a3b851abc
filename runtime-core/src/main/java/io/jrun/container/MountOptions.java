// SPDX-License-Identifier: Apache-2.0
package io.jrun.container;

import io.jrun.linux.Linux;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What the option words of a mount mean. Source: config.md "Linux mount options": all 62 words;
 * what is not one of them is data for the file system.
 *
 * @param set MOUNT_ATTR_* to set on the mount itself
 * @param clear MOUNT_ATTR_* to clear on it
 * @param recursiveSet the same for the mount and all below it (rro and its kin)
 * @param propagation changes of propagation, in order
 * @param superblock words for the file system's superblock: "ro", "sync", "dirsync", "lazytime"...
 * @param data what the file system is told: "size=64k", "newinstance"
 */
public record MountOptions(
    boolean bind,
    boolean recursive,
    boolean remount,
    long set,
    long clear,
    long recursiveSet,
    long recursiveClear,
    List<Propagation> propagation,
    List<String> superblock,
    List<String> data) {

  /** A change of propagation: MS_SHARED, MS_SLAVE, MS_PRIVATE or MS_UNBINDABLE. */
  public record Propagation(long type, boolean recursive) {}

  private record LongDatum(String datum, String pointer) {}

  static MountOptions parse(io.jrun.spec.Mount mount, String pointer, Problems problems) {
    Reader reader = new Reader();
    reader.bind = "bind".equals(mount.type());
    reader.overlay = "overlay".equals(mount.type());
    List<String> words = mount.options() == null ? List.of() : mount.options();
    for (int i = 0; i < words.size(); i++) {
      reader.read(words.get(i), pointer + "/options/" + i, problems);
    }
    if (reader.bind && !reader.dataWords.isEmpty()) {
      Set<String> data = new HashSet<>(reader.dataWords);
      for (int i = 0; i < words.size(); i++) {
        if (data.contains(words.get(i))) {
          problems.add(
              pointer + "/options/" + i,
              "bind mounts cannot have any filesystem-specific options applied: \""
                  + words.get(i)
                  + "\"");
        }
      }
    }
    for (LongDatum each : reader.longData) {
      String datum = each.datum();
      boolean hasAnotherWay =
          reader.overlay
              && !reader.remount
              && isDirectory(datum.substring(0, Math.max(0, datum.indexOf('='))));
      problems.require(hasAnotherWay, each.pointer(), tooLong(datum));
    }
    return reader.options();
  }

  /** fsconfig(2): what a key, and what a value may have, in bytes. */
  public static final int LONGEST = 255;

  /** Whether something a file system is told is longer than fsconfig(2) takes it. */
  public static boolean isLong(String datum) {
    int equals = datum.indexOf('=');
    return isLongValue(datum.substring(equals + 1))
        || equals > 0 && isLongValue(datum.substring(0, equals));
  }

  /** The same of a value alone. */
  public static boolean isLongValue(String value) {
    return value.length() > LONGEST
        || value.length() > LONGEST / 3 && value.getBytes(StandardCharsets.UTF_8).length > LONGEST;
  }

  private static String tooLong(String datum) {
    int equals = datum.indexOf('=');
    String key = equals > 0 ? datum.substring(0, equals) : datum;
    return "\""
        + key.substring(0, Math.min(key.length(), 32))
        + "\" is too long: the kernel takes "
        + LONGEST
        + " bytes of an option's value, but for the directories of an overlay";
  }

  /** The directories of an overlay, which have other ways to the kernel. */
  private static boolean isDirectory(String key) {
    return switch (key) {
      case "lowerdir", "upperdir", "workdir", "lowerdir+", "datadir+" -> true;
      default -> false;
    };
  }

  /** Whether any of what the file system is told begins so. */
  public boolean hasData(String beginning) {
    for (String each : data) {
      if (each.startsWith(beginning)) {
        return true;
      }
    }
    return false;
  }

  /** The state that the words change one after the other: of two that contradict the last wins. */
  private static final class Reader {
    private boolean bind;
    private boolean recursive;
    private boolean remount;
    private boolean overlay;
    private long set;
    private long clear;
    private long recursiveSet;
    private long recursiveClear;
    private final List<Propagation> propagation = new ArrayList<>(1);
    private final List<String> superblock = new ArrayList<>(1);
    private final List<String> data = new ArrayList<>(2);

    /** As they stand in the document. */
    private final List<String> dataWords = new ArrayList<>(2);

    private final List<LongDatum> longData = new ArrayList<>(0);

    MountOptions options() {
      return new MountOptions(
          bind,
          recursive,
          remount,
          set,
          clear,
          recursiveSet,
          recursiveClear,
          List.copyOf(propagation),
          List.copyOf(superblock),
          List.copyOf(data));
    }

    void read(String word, String pointer, Problems problems) {
      switch (word) {
        case "bind" -> bind = true;
        case "rbind" -> {
          bind = true;
          recursive = true;
        }
        case "remount" -> remount = true;
        // Buildah has an empty word where a volume was given none. Of the others the kernel has no
        // flags any more, or they only concern what it logs, or are the file system's own choice.
        case "",
            "defaults",
            "mand",
            "nomand",
            "loud",
            "silent",
            "iversion",
            "noiversion",
            "acl",
            "noacl" -> {}
        // MountSpec reads them, with the mappings and the type they are for.
        case "idmap", "ridmap", "tmpcopyup" -> {}
        default -> {
          if (!IdmapOption.isOne(word)
              && !readAttribute(word)
              && !readPropagation(word)
              && !readSuperblock(word)) {
            dataWords.add(word);
            addData(word, pointer);
          }
        }
      }
    }

    /**
     * What is one word here may be a list, as mount(2) has it: a comma is between two options. Of
     * an overlay one behind a backslash is part of a name, and one in quotes part of a label.
     */
    private void addData(String word, String pointer) {
      boolean quoted = false;
      int start = 0;
      for (int i = 0; i <= word.length(); i++) {
        char c = i < word.length() ? word.charAt(i) : ',';
        if (c == '"') {
          quoted = !quoted;
        } else if (c == '\\' && overlay) {
          i++;
        } else if (c == ',' && !(quoted && word.indexOf('"', i) > 0)) {
          if (i > start) {
            addDatum(word.substring(start, i), pointer);
          }
          start = i + 1;
        }
      }
      if (start < word.length()) {
        addDatum(word.substring(start), pointer);
      }
    }

    /** A label may be in quotes, which mount(2) takes away and fsconfig(2) does not. */
    private void addDatum(String datum, String pointer) {
      int equals = datum.indexOf('=');
      boolean label = equals > 0 && datum.substring(0, equals).endsWith("context");
      data.add(label ? datum.replace("\"", "") : datum);
      if (isLong(datum)) {
        longData.add(new LongDatum(datum, pointer));
      }
    }

    private boolean readAttribute(String word) {
      boolean all = word.length() > 2 && word.charAt(0) == 'r' && isAttribute(word.substring(1));
      String plain = all ? word.substring(1) : word;
      if (!all && !isAttribute(plain)) {
        return false;
      }
      boolean on = !CLEARING.contains(plain);
      long bits = attribute(plain);
      apply(all, on ? bits : 0, on ? 0 : bits);
      if (!all && plain.equals("ro")) {
        superblock.remove("rw");
        superblock.add("ro");
      } else if (!all && plain.equals("rw")) {
        superblock.remove("ro");
        superblock.add("rw");
      }
      return true;
    }

    private void apply(boolean all, long on, long off) {
      long atime = ((on | off) & Linux.MOUNT_ATTR__ATIME) != 0 ? Linux.MOUNT_ATTR__ATIME : 0;
      if (all) {
        recursiveSet = recursiveSet & ~off & ~atime | on;
        recursiveClear = recursiveClear & ~on | off | atime;
      } else {
        set = set & ~off & ~atime | on;
        clear = clear & ~on | off | atime;
      }
    }

    private boolean readPropagation(String word) {
      boolean all = word.startsWith("r");
      long type = Propagations.named(all ? word.substring(1) : word);
      if (type != 0) {
        propagation.add(new Propagation(type, all));
      }
      return type != 0;
    }

    private boolean readSuperblock(String word) {
      switch (word) {
        case "sync" -> superblock.add("sync");
        case "async" -> superblock.remove("sync");
        case "dirsync" -> superblock.add("dirsync");
        case "lazytime" -> superblock.add("lazytime");
        case "nolazytime" -> superblock.remove("lazytime");
        default -> {
          return false;
        }
      }
      return true;
    }
  }

  /** All words that mean something here; any other is data for the file system. */
  public static List<String> words() {
    List<String> out = new ArrayList<>(64);
    for (String word : ATTRIBUTES.split(" ")) {
      out.add(word);
      out.add("r" + word);
    }
    for (String word : Propagations.WORDS) {
      out.add(word);
      out.add("r" + word);
    }
    out.addAll(List.of(OTHERS.split(" ")));
    return out;
  }

  private static final String ATTRIBUTES =
      "ro rw nosuid suid nodev dev noexec exec nodiratime diratime nosymfollow symfollow"
          + " noatime atime strictatime nostrictatime relatime norelatime";

  private static final String OTHERS =
      "bind rbind remount defaults mand nomand loud silent iversion noiversion acl noacl"
          + " idmap ridmap tmpcopyup sync async dirsync lazytime nolazytime";

  private static final List<String> CLEARING =
      List.of(
          "rw",
          "suid",
          "dev",
          "exec",
          "diratime",
          "symfollow",
          "atime",
          "norelatime",
          "nostrictatime",
          "relatime");

  private static boolean isAttribute(String word) {
    return attribute(word) != 0;
  }

  /** The bits a word is about. relatime is the absence of the other two access-time modes. */
  private static long attribute(String word) {
    return switch (word) {
      case "ro", "rw" -> Linux.MOUNT_ATTR_RDONLY;
      case "nosuid", "suid" -> Linux.MOUNT_ATTR_NOSUID;
      case "nodev", "dev" -> Linux.MOUNT_ATTR_NODEV;
      case "noexec", "exec" -> Linux.MOUNT_ATTR_NOEXEC;
      case "nodiratime", "diratime" -> Linux.MOUNT_ATTR_NODIRATIME;
      case "nosymfollow", "symfollow" -> Linux.MOUNT_ATTR_NOSYMFOLLOW;
      case "noatime", "atime" -> Linux.MOUNT_ATTR_NOATIME;
      case "strictatime", "nostrictatime" -> Linux.MOUNT_ATTR_STRICTATIME;
      case "relatime", "norelatime" -> Linux.MOUNT_ATTR__ATIME;
      default -> 0;
    };
  }
}
