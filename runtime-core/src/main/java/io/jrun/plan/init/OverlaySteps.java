// SPDX-License-Identifier: Apache-2.0
package io.jrun.plan.init;

import io.jrun.container.MountOptions;
import io.jrun.container.MountSpec;
import io.jrun.container.OverlayLayers;
import io.jrun.linux.Block;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.program.Label;
import io.jrun.program.Recorder;
import java.util.ArrayList;
import java.util.List;

/**
 * Overlays that one call of fsconfig(2) for each option does not make: a directory is longer than
 * the 255 bytes it takes, or has a comma, which kernels before 6.5 take for the end; or the
 * container's root may not be let near them, and they are looked up while init is still who the
 * caller is.
 *
 * <p>Each lower directory of a long list goes to the kernel in a call of its own, {@code lowerdir+}
 * or {@code datadir+}, from Linux 6.8 on. From 6.5 on it looks a directory up as it is told of it;
 * before that it does so when the file system is made. There all directories are opened early, and
 * named by their descriptors' numbers from within /proc/self/fd when the time has come; so are
 * those of a long list, where the kernel does not take them one by one. Source: the kernel's
 * fs/overlayfs/params.c; Documentation, filesystems/overlayfs.rst.
 */
final class OverlaySteps {
  private static final long DIRECTORY = Linux.O_PATH | Linux.O_DIRECTORY | Linux.O_CLOEXEC;

  private final Recorder recorder;
  private final MountSpec mount;
  private final String label;
  private final long firstNumber;
  private final Fd fs;

  /** Those of the first lowerdir. */
  private final List<OverlayLayers.Layer> layers;

  private final List<String> directories = new ArrayList<>();
  private final List<String> numbered = new ArrayList<>();

  /** Whether all numbers fit into one value. */
  private final boolean mayBeNumbered;

  /** Not zero once the numbers are what it is described by. */
  private final Block isNumbered = Block.struct(8, "{are the directories numbers}");

  /** Numbers of three digits, which nothing else comes near. */
  private static final int FIRST_NUMBER = 900;

  /** Whether any value is too long, or has what an old kernel takes for its end. */
  static boolean needsCare(MountSpec mount) {
    if (mount.type().equals("overlay")) {
      for (String datum : mount.options().data()) {
        if (MountOptions.isLong(datum) || datum.indexOf(',') >= 0) {
          return true;
        }
      }
    }
    return false;
  }

  /** The overlay, not attached yet. */
  static Fd make(Recorder recorder, MountSpec mount, String label) {
    return take(recorder, mount, label, findWhen(recorder), FIRST_NUMBER).make();
  }

  private OverlaySteps(Recorder recorder, MountSpec mount, String label, long firstNumber) {
    this.recorder = recorder;
    this.mount = mount;
    this.label = label;
    this.firstNumber = firstNumber;
    this.fs = recorder.fdRegister("fs");
    this.layers = number();
    boolean fit = !directories.isEmpty();
    for (String datum : numbered) {
      fit &= !MountOptions.isLong(datum);
    }
    this.mayBeNumbered = fit;
  }

  /**
   * Finds out when this kernel looks directories up, by telling it of one that is not there.
   *
   * @return not zero, once that is run, if it does so at once
   */
  static Block findWhen(Recorder recorder) {
    Block early = Block.struct(8, "{are directories looked up early}");
    Label yes = new Label();
    Label done = new Label();
    Fd fs = recorder.fsopen("overlay");
    recorder.on(Errno.ENOENT, yes).fsconfigString(fs, "lowerdir", "/proc/self/fd/none");
    recorder.jump(done);
    recorder.place(yes);
    recorder.store(early, 1);
    recorder.place(done);
    recorder.close(fs);
    return early;
  }

  /**
   * Takes the directories.
   *
   * @param early of {@link #findWhen}
   * @param firstNumber of as many as {@link #count} says: nothing else has descriptors of them
   */
  static OverlaySteps take(
      Recorder recorder, MountSpec mount, String label, Block early, long firstNumber) {
    OverlaySteps overlay = new OverlaySteps(recorder, mount, label, firstNumber);
    overlay.take(early);
    return overlay;
  }

  /** How many descriptors it may need. */
  int count() {
    return directories.size();
  }

  /** Splits what names directories, each of which gets a number. */
  private List<OverlayLayers.Layer> number() {
    List<OverlayLayers.Layer> found = List.of();
    for (String datum : mount.options().data()) {
      int equals = datum.indexOf('=');
      String key = equals < 0 ? datum : datum.substring(0, equals);
      switch (key) {
        case "lowerdir" -> {
          List<OverlayLayers.Layer> split = OverlayLayers.split(datum.substring(equals + 1));
          StringBuilder list = new StringBuilder("lowerdir=");
          for (int i = 0; i < split.size(); i++) {
            list.append(i == 0 ? "" : split.get(i).data() ? "::" : ":");
            list.append(add(split.get(i).path()));
          }
          numbered.add(list.toString());
          found = found.isEmpty() ? split : found;
        }
        case "upperdir", "workdir" ->
            numbered.add(key + "=" + add(OverlayLayers.unescape(datum.substring(equals + 1))));
        default -> numbered.add(datum);
      }
    }
    return found;
  }

  private long add(String directory) {
    directories.add(directory);
    return firstNumber + directories.size() - 1;
  }

  private void take(Block early) {
    Label late = new Label();
    Label anew = new Label();
    Label taken = new Label();
    if (mayBeNumbered) {
      recorder.on(Errno.EALREADY, late).check(early, 0, 1, 0xff, 1, Errno.EALREADY);
    }
    describe(mayBeNumbered ? anew : null);
    if (mayBeNumbered) {
      recorder.jump(taken);
      recorder.place(anew);
      recorder.closeOnly(fs);
      recorder.place(late);
      describeByNumbers();
      recorder.place(taken);
    }
  }

  /** Each as it is named, but for what is too long. */
  private void describe(Label anew) {
    recorder.into(fs);
    FileSystemSteps.begin(recorder, mount, label);
    for (String datum : mount.options().data()) {
      if (!MountOptions.isLong(datum)) {
        FileSystemSteps.tell(recorder, fs, datum);
      } else if (datum.startsWith("lowerdir=")) {
        tellEach(anew);
      } else {
        Fd directory = recorder.openat(Fd.CWD, name(datum), DIRECTORY);
        tellOpen(datum.substring(0, datum.indexOf('=')), directory, null);
      }
    }
  }

  private void describeByNumbers() {
    for (int i = 0; i < directories.size(); i++) {
      Fd directory = recorder.openat(Fd.CWD, directories.get(i), DIRECTORY);
      recorder.dup3(directory, firstNumber + i);
      recorder.close(directory);
    }
    recorder.into(fs);
    FileSystemSteps.begin(recorder, mount, label);
    Fd here = goToNumbers();
    for (String datum : numbered) {
      FileSystemSteps.tell(recorder, fs, datum);
    }
    goBack(here);
    recorder.store(isNumbered, 1);
  }

  /** Makes it of what was taken. */
  Fd make() {
    Label plain = new Label();
    Label done = new Label();
    Fd made = recorder.fdRegister("mount");
    if (mayBeNumbered) {
      recorder.on(Errno.EALREADY, plain).check(isNumbered, 0, 1, 0xff, 1, Errno.EALREADY);
      Fd here = goToNumbers();
      finish(made);
      goBack(here);
      for (int i = 0; i < directories.size(); i++) {
        recorder.close(Fd.of(firstNumber + i));
      }
      recorder.jump(done);
      recorder.place(plain);
    }
    finish(made);
    recorder.place(done);
    recorder.free(fs);
    return made;
  }

  private void finish(Fd made) {
    recorder.fsconfigCommand(fs, Linux.FSCONFIG_CMD_CREATE);
    recorder.into(made).fsmount(fs, FileSystemSteps.attributes(mount));
    recorder.closeOnly(fs);
  }

  /** Only of {@code lowerdir} and its kin without a plus is a backslash no part of the name. */
  private static String name(String datum) {
    String value = datum.substring(datum.indexOf('=') + 1);
    return datum.charAt(datum.indexOf('=') - 1) == '+' ? value : OverlayLayers.unescape(value);
  }

  /** A kernel that can do that looks each up at once. */
  private void tellEach(Label old) {
    for (int i = 0; i < layers.size(); i++) {
      OverlayLayers.Layer layer = layers.get(i);
      String key = layer.data() ? "datadir+" : "lowerdir+";
      Fd directory =
          MountOptions.isLongValue(layer.path())
              ? recorder.openat(Fd.CWD, layer.path(), DIRECTORY)
              : null;
      if (directory == null) {
        orElse(old);
        recorder.fsconfigString(fs, key, layer.path());
      } else {
        tellOpen(key, directory, old);
      }
    }
  }

  private void orElse(Label old) {
    if (old != null) {
      // An old kernel may take any option, until there is a page of them.
      recorder.on(Errno.EINVAL, old);
    }
  }

  /** The descriptor itself, for mountinfo to show the path of the directory, or what names it. */
  private void tellOpen(String key, Fd directory, Label old) {
    Label named = new Label();
    Label told = new Label();
    recorder.on(Errno.EINVAL, named).fsconfigFd(fs, key, directory);
    recorder.jump(told);
    recorder.place(named);
    orElse(old);
    recorder.fsconfigString(fs, key, FileSystemSteps.nameOf(directory));
    recorder.place(told);
    recorder.close(directory);
  }

  /** To where a number is a name. */
  private Fd goToNumbers() {
    Fd here = recorder.openat(Fd.CWD, ".", DIRECTORY);
    recorder.chdir("/proc/self/fd");
    return here;
  }

  private void goBack(Fd here) {
    recorder.fchdir(here);
    recorder.close(here);
  }
}
