package dev.holdfast.broker.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The uid this process runs as. */
final class ProcessOwner {
  private ProcessOwner() {}

  static long uid() {
    Path self = Path.of("/proc/self");
    try {
      if (Files.exists(self)) {
        return ((Integer) Files.getAttribute(self, "unix:uid")).longValue() & 0xFFFF_FFFFL;
      }
      // Without /proc: whatever this process makes belongs to it.
      Path probe = Files.createTempFile("holdfast", null);
      try {
        return ((Integer) Files.getAttribute(probe, "unix:uid")).longValue() & 0xFFFF_FFFFL;
      } finally {
        Files.delete(probe);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot find out which user this process runs as", e);
    }
  }
}
