package dev.holdfast.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * A directory of one test, removed when the test ends: data and sockets of a broker live in it. Its
 * path is short, because a Unix socket's path may not exceed 107 bytes.
 */
public final class Scratch implements AutoCloseable {
  private final Path root;

  private Scratch(Path root) {
    this.root = root;
  }

  /**
   * Makes a new directory, mode 0755 so that other users reach the sockets' directory, which guards
   * itself.
   *
   * @return the directory
   */
  public static Scratch create() {
    try {
      Path root = Files.createTempDirectory("hf-it-");
      Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
      return new Scratch(root);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A path inside the directory.
   *
   * @param name relative
   * @return the path, not created
   */
  public Path path(String name) {
    return root.resolve(name);
  }

  /**
   * Where the broker keeps its data.
   *
   * @return the path, not created
   */
  public Path data() {
    return path("data");
  }

  /**
   * Where the broker puts its sockets.
   *
   * @return the path, not created
   */
  public Path sockets() {
    return path("run");
  }

  @Override
  public void close() {
    try {
      delete(root);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Deletes a tree; what is already gone is no error.
   *
   * @param top of the tree
   * @throws IOException when something stays
   */
  public static void delete(Path top) throws IOException {
    if (!Files.exists(top)) {
      return;
    }
    Files.walkFileTree(
        top,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException problem) {
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, IOException problem)
              throws IOException {
            Files.deleteIfExists(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
