// SPDX-License-Identifier: Apache-2.0
package io.jrun.junit;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;

/** Trees of files: deleted as a whole, links never followed. */
final class FileTree {
  private FileTree() {}

  static void delete(Path tree) {
    try {
      Files.walkFileTree(tree, new Deleting());
    } catch (IOException e) {
      throw new JrunException(tree + " cannot be deleted: " + e.getMessage(), e);
    }
  }

  private static final class Deleting extends SimpleFileVisitor<Path> {

    /** A container may have made a directory that even its owner cannot list. */
    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
        throws IOException {
      if (!Files.isReadable(directory) || !Files.isWritable(directory)) {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.delete(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, IOException failure)
        throws IOException {
      if (failure != null) {
        throw failure;
      }
      Files.delete(directory);
      return FileVisitResult.CONTINUE;
    }
  }
}
