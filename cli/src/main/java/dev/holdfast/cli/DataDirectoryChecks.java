package dev.holdfast.cli;

import dev.holdfast.cli.DoctorCommand.Finding;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Examines a data directory without a broker. The broker's own doctor uses the same limits. */
final class DataDirectoryChecks {
  private static final int SYNCS = 9;
  private static final int SYNC_BYTES = 4_096;
  private static final long SLOW_SYNC_MS = 25;
  private static final long LITTLE_ROOM = 256L << 20;

  private DataDirectoryChecks() {}

  static List<Finding> examine(Path directory) {
    if (!Files.isDirectory(directory)) {
      return List.of(
          new Finding(
              "data",
              "fail",
              directory + " is no directory",
              "name the directory that holdfast up was given with --data"));
    }
    List<Finding> findings = new ArrayList<>();
    try {
      findings.add(permissions(directory));
      findings.add(room(directory));
      findings.add(syncs(directory));
    } catch (IOException e) {
      findings.add(
          new Finding(
              "data",
              "fail",
              directory + " cannot be examined: " + e,
              "run this as the user of the broker; see whether the disk is still there"));
    }
    return findings;
  }

  private static Finding permissions(Path directory) throws IOException {
    String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(directory));
    return mode.endsWith("------")
        ? new Finding("permissions", "ok", directory + " is closed to others", "")
        : new Finding(
            "permissions", "fail", directory + " has the mode " + mode, "chmod 700 " + directory);
  }

  private static Finding room(Path directory) throws IOException {
    long free = Files.getFileStore(directory).getUsableSpace();
    String message = Units.bytes(free) + " are free";
    return free < LITTLE_ROOM
        ? new Finding("disk", "warn", message, "give the file system more room")
        : new Finding("disk", "ok", message, "");
  }

  private static Finding syncs(Path directory) throws IOException {
    long[] nanos = new long[SYNCS];
    Path file = Files.createTempFile(directory, "doctor", ".tmp");
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE)) {
      for (int i = 0; i < SYNCS; i++) {
        channel.write(ByteBuffer.allocate(SYNC_BYTES));
        long start = System.nanoTime();
        channel.force(false);
        nanos[i] = System.nanoTime() - start;
      }
    }
    Arrays.sort(nanos);
    long median = nanos[SYNCS / 2];
    String message =
        String.format(
            Locale.ROOT,
            "a sync of the data directory takes %.1f ms (median of %d)",
            median / 1e6,
            SYNCS);
    return median > TimeUnit.MILLISECONDS.toNanos(SLOW_SYNC_MS)
        ? new Finding("sync", "warn", message, "put the data on a faster disk")
        : new Finding("sync", "ok", message, "");
  }
}
