package dev.holdfast.benchmarks.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * What a store could cost at best: one preallocated file that is overwritten round and round, a
 * checksum per message, one write and one fdatasync per batch. No index, no recovery, no secrecy.
 *
 * <p>Not thread-safe.
 */
final class PlainLog implements AutoCloseable {
  private static final int SEGMENT_BYTES = 64 << 20;
  private static final int BUFFER_BYTES = 20 << 20;

  private final FileChannel file;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
  private final CRC32C checksum = new CRC32C();
  private long position;

  PlainLog(Path path) throws IOException {
    file =
        FileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.READ);
    ByteBuffer zeros = ByteBuffer.allocateDirect(1 << 20);
    while (file.size() < SEGMENT_BYTES) {
      file.write(zeros.clear(), file.size());
    }
    file.force(true);
  }

  void append(byte[] body) {
    checksum.reset();
    checksum.update(body, 0, body.length);
    buffer.putInt(body.length).putInt((int) checksum.getValue()).put(body);
  }

  void commit() throws IOException {
    buffer.flip();
    if (position + buffer.remaining() > SEGMENT_BYTES) {
      position = 0;
    }
    while (buffer.hasRemaining()) {
      position += file.write(buffer, position);
    }
    buffer.clear();
    file.force(false);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
