package dev.holdfast.it.durability;

import dev.holdfast.it.durability.PowerCut.Survivors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** The writes of one file that were not synced, oldest first. */
final class UndoContent {
  private static final int PAGE = 4096;

  private final List<Write> pending;

  private UndoContent(List<Write> pending) {
    this.pending = pending;
  }

  /** A write to be taken back: where, how much was written, and what was there before. */
  private record Write(long offset, long length, long oldSize, byte[] oldBytes) {}

  static UndoContent read(Path journal) throws IOException {
    List<Write> writes = new ArrayList<>();
    int synced = 0;
    for (Journal.Entry entry : Journal.read(journal)) {
      long[] n = entry.numbers();
      if (entry.kind() == 'S') {
        synced = Math.max(synced, (int) n[0]);
      } else {
        writes.add(new Write(n[0], n[1], n[2], entry.payload()));
      }
    }
    return new UndoContent(List.copyOf(writes.subList(synced, writes.size())));
  }

  /** Takes back what does not survive; answers how many writes were touched. */
  int apply(Path content, Survivors survivors, Random random) throws IOException {
    if (pending.isEmpty()) {
      return 0;
    }
    try (FileChannel file =
        FileChannel.open(content, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      switch (survivors) {
        case NONE -> undo(file, 0);
        case BEGINNING -> tear(file, random);
        case PAGES -> choosePages(content, file, random);
      }
    }
    return pending.size();
  }

  private void undo(FileChannel file, int keep) throws IOException {
    for (int i = pending.size() - 1; i >= keep; i--) {
      Write write = pending.get(i);
      put(file, write.offset, write.oldBytes, 0);
      resize(file, write.oldSize);
    }
  }

  private void tear(FileChannel file, Random random) throws IOException {
    int torn = random.nextInt(pending.size());
    undo(file, torn + 1);
    Write write = pending.get(torn);
    long survives = (long) (random.nextDouble() * write.length);
    put(file, write.offset, write.oldBytes, (int) Math.min(survives, write.oldBytes.length));
    resize(file, Math.max(write.oldSize, Math.min(file.size(), write.offset + survives)));
  }

  private void choosePages(Path content, FileChannel file, Random random) throws IOException {
    byte[] written = Files.readAllBytes(content);
    undo(file, 0);
    byte[] before = Files.readAllBytes(content);
    long size = random.nextBoolean() ? Math.max(written.length, before.length) : before.length;
    resize(file, size);
    for (int page = 0; page < Math.min(written.length, size); page += PAGE) {
      int end = (int) Math.min(Math.min(page + PAGE, written.length), size);
      boolean changed =
          page >= before.length
              || !Arrays.equals(
                  written, page, end, before, page, Math.max(page, Math.min(end, before.length)));
      if (changed && random.nextBoolean()) {
        put(file, page, Arrays.copyOfRange(written, page, end), 0);
      }
    }
  }

  private static void put(FileChannel file, long offset, byte[] bytes, int from)
      throws IOException {
    ByteBuffer rest = ByteBuffer.wrap(bytes, from, bytes.length - from);
    while (rest.hasRemaining()) {
      file.write(rest, offset + rest.position());
    }
  }

  private static void resize(FileChannel file, long size) throws IOException {
    if (file.size() > size) {
      file.truncate(size);
    } else if (file.size() < size) {
      file.write(ByteBuffer.allocate(1), size - 1);
    }
  }
}
