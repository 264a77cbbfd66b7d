package dev.holdfast.storage.rocks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that only takes up room. When the disk is full it is deleted, so that acknowledging,
 * deleting and reopening have space; when space returns it is made again. Owner thread, but for the
 * thread that fills the file.
 */
final class DiskReserve implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DiskReserve.class);
  private static final int STEP_BYTES = 1 << 20;
  private static final int AT_ONCE_BYTES = 16 << 20;

  private final Path file;
  private final FileStore fileSystem;
  private final long bytes;
  private @Nullable Thread filler;
  private volatile boolean stop;

  DiskReserve(Path file, long wanted, boolean automatic) throws IOException {
    this.file = file;
    this.fileSystem = Files.getFileStore(file.toAbsolutePath().getParent());
    this.bytes = automatic ? Math.min(wanted, fileSystem.getTotalSpace() / 20) : wanted;
  }

  long bytes() {
    return bytes;
  }

  long freeBytes() {
    try {
      return fileSystem.getUsableSpace();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  boolean isWhole() {
    try {
      return bytes == 0 || (Files.exists(file) && Files.size(file) >= bytes);
    } catch (IOException e) {
      LOG.warn("cannot look at the reserve file {}: {}", file, e.getMessage());
      return false;
    }
  }

  /** Makes the file when it is missing and there is room for it and as much again. */
  void restore() {
    Thread running = filler;
    if (isWhole() || (running != null && running.isAlive()) || freeBytes() < 2 * bytes) {
      return;
    }
    stop = false;
    if (bytes <= AT_ONCE_BYTES) {
      fill();
      return;
    }
    Thread thread = new Thread(this::fill, "holdfast-store-reserve");
    thread.setDaemon(true);
    filler = thread;
    thread.start();
  }

  /** Gives the room away. */
  void release() {
    stopFilling();
    try {
      if (Files.deleteIfExists(file)) {
        LOG.warn("the disk is full: released the reserve of {} bytes", bytes);
      }
    } catch (IOException e) {
      LOG.warn("cannot release the reserve file {}: {}", file, e.getMessage());
    }
  }

  private void fill() {
    // Not zeros: a file system that compresses would reserve nothing.
    ByteBuffer block = ByteBuffer.allocate(STEP_BYTES);
    new Random(bytes).nextBytes(block.array());
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      long at = out.size();
      while (at < bytes && !stop) {
        block.clear().limit((int) Math.min(STEP_BYTES, bytes - at));
        at += out.write(block, at);
      }
      out.force(true);
    } catch (IOException e) {
      LOG.warn("cannot fill the reserve file {}: {}", file, e.getMessage());
    }
  }

  private void stopFilling() {
    stop = true;
    Thread running = filler;
    if (running != null) {
      boolean interrupted = false;
      while (running.isAlive()) {
        try {
          running.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      filler = null;
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void close() {
    stopFilling();
  }
}
