package dev.holdfast.storage.rocks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
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
  private final Volume volume;
  private final long bytes;
  private @Nullable Thread filler;
  private volatile boolean stop;

  /**
   * Makes no file yet.
   *
   * @param file where it is to be
   * @param volume what the file takes room from
   * @param bytes how much; 0 for no file at all
   */
  DiskReserve(Path file, Volume volume, long bytes) {
    this.file = file;
    this.volume = volume;
    this.bytes = bytes;
  }

  long bytes() {
    return bytes;
  }

  long freeBytes() {
    return volume.freeBytes();
  }

  /** What is free and what the file holds, which may be a part of the reserve or nothing. */
  long roomBytes() {
    // In this order: while the file grows, room may seem larger than it is, and never smaller.
    long free = volume.freeBytes();
    return free + fileBytes();
  }

  private long fileBytes() {
    try {
      return Files.exists(file) ? Files.size(file) : 0;
    } catch (IOException e) {
      LOG.warn("cannot look at the reserve file {}: {}", file, e.getMessage());
      return 0;
    }
  }

  /** Makes the file, or what is missing of it, when as much again stays free. */
  void restore() {
    Thread running = filler;
    if (fileBytes() >= bytes || (running != null && running.isAlive()) || roomBytes() < 2 * bytes) {
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
        LOG.warn("room is needed: released the reserve of {} bytes", bytes);
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
