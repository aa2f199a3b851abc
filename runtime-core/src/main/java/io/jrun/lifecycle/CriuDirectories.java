// SPDX-License-Identifier: Apache-2.0
package io.jrun.lifecycle;

import io.jrun.checkpoint.CriuOptions;
import io.jrun.checkpoint.CriuSteps;
import io.jrun.checkpoint.Descriptors;
import io.jrun.failure.ContainerException;
import io.jrun.linux.Block;
import io.jrun.linux.Errno;
import io.jrun.linux.Fd;
import io.jrun.linux.Linux;
import io.jrun.program.Recorder;
import io.jrun.program.ReportTag;
import io.jrun.wire.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * The directories of the command line: images, and where CRIU works. The front opens them, whose
 * names they are; CRIU and this core find them by the front's descriptors.
 *
 * @param imagesNumber the front's descriptor of the images' directory
 * @param workNumber the front's descriptor of the one that CRIU works in
 */
public record CriuDirectories(Recorded recorded, long imagesNumber, long workNumber) {
  /**
   * The same while the program that opens them is being recorded.
   *
   * @param front its pid
   * @param images the register of the images' directory
   * @param work the register of the one that CRIU works in
   */
  public record Recorded(CriuOptions options, long front, Fd images, Fd work) {
    /** What came of that program. */
    public CriuDirectories opened(Outcome outcome) {
      long images = outcome.number(ReportTag.IMAGES).orElseThrow();
      long work = outcome.number(ReportTag.WORK).orElse(images);
      return new CriuDirectories(this, images, work);
    }

    /**
     * Writes what the standard descriptors were beside the images. As little is made sure of as of
     * those: CRIU waits for no disk.
     */
    public void write(Recorder recorder, Descriptors descriptors) {
      recorder.step("write down what the standard descriptors are");
      write(recorder, Descriptors.FILE, descriptors.namesFile());
      if (descriptors.outside().isEmpty()) {
        // Of images that were here before.
        recorder.ignoring(Errno.ENOENT).unlinkat(images, Descriptors.KEYS_FILE, 0);
      } else {
        write(recorder, Descriptors.KEYS_FILE, descriptors.keysFile());
      }
    }

    private void write(Recorder recorder, String name, byte[] bytes) {
      Fd file =
          recorder.openat(
              images,
              name,
              Linux.O_WRONLY | Linux.O_CREAT | Linux.O_TRUNC | Linux.O_NOFOLLOW | Linux.O_CLOEXEC,
              0600);
      recorder.write(file, Block.bytes(bytes, name));
      recorder.close(file);
    }
  }

  /**
   * Opens both in the program that is recorded.
   *
   * @param mode to make that of the images with where it is not there; empty: it must be there
   */
  public static Recorded record(
      Session session, Recorder recorder, CriuOptions options, OptionalLong mode) {
    Fd images = CriuSteps.directory(recorder, options.imagePath(), mode, ReportTag.IMAGES);
    Fd work =
        options.workPath().isEmpty()
            ? images
            : CriuSteps.directory(
                recorder, options.workPath(), OptionalLong.of(0700), ReportTag.WORK);
    return new Recorded(options, session.front().caller().pid(), images, work);
  }

  public Fd images() {
    return recorded.images();
  }

  public Fd work() {
    return recorded.work();
  }

  /** The caller's name of the directory that CRIU works in. */
  public String workPath() {
    CriuOptions options = recorded.options();
    return options.workPath().isEmpty() ? options.imagePath() : options.workPath();
  }

  public CriuConversation.Log log(String name) {
    return new CriuConversation.Log(path(workNumber) + "/" + name, workPath() + "/" + name);
  }

  private String path(long number) {
    return "/proc/" + recorded.front() + "/fd/" + number;
  }

  /** Reads what they were. */
  public Descriptors descriptors() {
    Path names = Path.of(path(imagesNumber), Descriptors.FILE);
    Path keys = Path.of(path(imagesNumber), Descriptors.KEYS_FILE);
    try {
      return Descriptors.read(
          Files.readAllBytes(names), Files.exists(keys) ? Files.readAllBytes(keys) : null);
    } catch (IOException e) {
      throw new ContainerException(
          recorded.options().imagePath()
              + "/"
              + Descriptors.FILE
              + ": no such file: these are no images of a container",
          e);
    } catch (IllegalArgumentException e) {
      throw new ContainerException(recorded.options().imagePath() + "/" + e.getMessage(), e);
    }
  }
}
