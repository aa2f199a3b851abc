// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.init;

import io.jrun.container.MountOptions;
import io.jrun.container.MountSpec;
import io.jrun.container.OverlayLayers;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.program.Label;
import io.jrun.program.Recorder;
import java.util.ArrayList;
import java.util.List;

/**
 * Overlays whose directories are too long for fsconfig(2), which takes 255 bytes of a value.
 *
 * <p>Each lower directory goes to the kernel in a call of its own, {@code lowerdir+} or {@code
 * datadir+}. Kernels before 6.8 say EINVAL to that, at once or when the file system is made; there
 * the directories are opened, and named by their descriptors' numbers from within /proc/self/fd. A
 * single directory that is too long is named by its descriptor anywhere. Source: Documentation of
 * the kernel, filesystems/overlayfs.rst.
 */
final class OverlaySteps {
  /** Numbers of three digits, which nothing else comes near. */
  private static final int FIRST_NUMBER = 900;

  private final Recorder k;
  private final MountSpec mount;
  private final String label;

  /** What has to stay open until the file system is made. */
  private final List<Fd> open = new ArrayList<>(2);

  /** The name of each long directory but the lower ones: by the option, in its order. */
  private final List<Fd> named = new ArrayList<>(2);

  private OverlaySteps(Recorder k, MountSpec mount, String label) {
    this.k = k;
    this.mount = mount;
    this.label = label;
  }

  /** Whether it has any value that is too long. */
  static boolean isLong(MountSpec mount) {
    if (!mount.type().equals("overlay")) {
      return false;
    }
    for (String datum : mount.options().data()) {
      if (MountOptions.isLong(datum)) {
        return true;
      }
    }
    return false;
  }

  /** The overlay, not attached yet. */
  static Fd make(Recorder k, MountSpec mount, String label) {
    return new OverlaySteps(k, mount, label).make();
  }

  private Fd make() {
    List<OverlayLayers.Layer> layers = List.of();
    for (String datum : mount.options().data()) {
      if (MountOptions.isLong(datum) && datum.startsWith("lowerdir=")) {
        layers = OverlayLayers.split(value(datum));
      }
    }
    for (String datum : mount.options().data()) {
      if (MountOptions.isLong(datum) && !datum.startsWith("lowerdir=")) {
        named.add(directory(name(datum)));
      }
    }
    open.addAll(named);
    Fd made = k.fdRegister("mount");
    Label old = new Label();
    Label done = new Label();
    String numbers = numbers(layers);
    boolean fallsBack = !layers.isEmpty() && !MountOptions.isLongValue(numbers);
    Fd fs = configure(layers, fallsBack ? old : null, null);
    finish(fs, made, fallsBack ? old : null);
    if (fallsBack) {
      k.jump(done);
      k.place(old);
      k.close(fs);
      byNumbers(layers, numbers, made);
      k.place(done);
    } else {
      k.free(fs);
    }
    for (Fd each : open) {
      k.close(each);
    }
    return made;
  }

  private static String value(String datum) {
    return datum.substring(datum.indexOf('=') + 1);
  }

  /** Only of {@code lowerdir} and its kin without a plus is a backslash no part of the name. */
  static String name(String datum) {
    String value = value(datum);
    return datum.charAt(datum.indexOf('=') - 1) == '+' ? value : OverlayLayers.unescape(value);
  }

  private Fd directory(String path) {
    return directory(k, path);
  }

  private static Fd directory(Recorder k, String path) {
    return k.openat(Fd.CWD, path, Linux.O_PATH | Linux.O_DIRECTORY | Linux.O_CLOEXEC);
  }

  /**
   * Tells a new context everything.
   *
   * @param old where to go on if the kernel does not know of single layers; null: nowhere
   * @param lowerdir the value of the long lowerdir; null: its layers one by one
   */
  private Fd configure(List<OverlayLayers.Layer> layers, Label old, String lowerdir) {
    Fd fs = FileSystemSteps.begin(k, mount, label);
    int next = 0;
    for (String datum : mount.options().data()) {
      int equals = datum.indexOf('=');
      if (!MountOptions.isLong(datum)) {
        FileSystemSteps.tell(k, fs, datum);
      } else if (!datum.startsWith("lowerdir=")) {
        String key = datum.substring(0, equals);
        k.fsconfigString(fs, key, FileSystemSteps.nameOf(named.get(next++)));
      } else if (lowerdir != null) {
        k.fsconfigString(fs, "lowerdir", lowerdir);
      } else {
        tellEach(k, fs, layers, old);
      }
    }
    return fs;
  }

  /** A kernel that can do that looks each up at once. */
  static void tellEach(Recorder k, Fd fs, List<OverlayLayers.Layer> layers, Label old) {
    for (int i = 0; i < layers.size(); i++) {
      OverlayLayers.Layer layer = layers.get(i);
      String key = layer.data() ? "datadir+" : "lowerdir+";
      Fd directory = MountOptions.isLongValue(layer.path()) ? directory(k, layer.path()) : null;
      if (old != null) {
        // An old kernel may take any option, until there is a page of them.
        k.on(Errno.EINVAL, old);
      }
      if (directory == null) {
        k.fsconfigString(fs, key, layer.path());
      } else {
        k.fsconfigString(fs, key, FileSystemSteps.nameOf(directory));
        k.close(directory);
      }
    }
  }

  private void finish(Fd fs, Fd made, Label old) {
    if (old != null) {
      k.on(Errno.EINVAL, old);
    }
    k.fsconfigCommand(fs, Linux.FSCONFIG_CMD_CREATE);
    k.into(made).fsmount(fs, FileSystemSteps.attributes(mount));
    k.closeOnly(fs);
  }

  /** To where a number is a name. */
  static Fd goToNumbers(Recorder k) {
    Fd here = directory(k, ".");
    k.chdir("/proc/self/fd");
    return here;
  }

  static void goBack(Recorder k, Fd here) {
    k.fchdir(here);
    k.close(here);
  }

  /** The list with a number for each directory. */
  private static String numbers(List<OverlayLayers.Layer> layers) {
    StringBuilder list = new StringBuilder();
    for (int i = 0; i < layers.size(); i++) {
      list.append(i == 0 ? "" : layers.get(i).data() ? "::" : ":").append(FIRST_NUMBER + i);
    }
    return list.toString();
  }

  /** For a kernel that knows nothing but one list. */
  private void byNumbers(List<OverlayLayers.Layer> layers, String numbers, Fd made) {
    for (int i = 0; i < layers.size(); i++) {
      Fd directory = directory(layers.get(i).path());
      k.dup3(directory, FIRST_NUMBER + i);
      k.close(directory);
    }
    Fd here = goToNumbers(k);
    Fd fs = configure(layers, null, numbers);
    finish(fs, made, null);
    k.free(fs);
    goBack(k, here);
    for (int i = 0; i < layers.size(); i++) {
      k.close(Fd.of(FIRST_NUMBER + i));
    }
  }
}
