package dev.holdfast.it.durability;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Writes files, syncs some of it and dies: a process of its own, run from its source. */
final class Writer {
  private Writer() {}

  public static void main(String[] arguments) throws IOException {
    Path dir = Path.of(arguments[0]);
    FileChannel appended = create(dir.resolve("appended"), "one ");
    write(appended, "two ");
    appended.force(false);
    FileChannel overwritten = create(dir.resolve("overwritten"), "AAAA");
    overwritten.force(true);
    create(dir.resolve("deleted"), "still here").force(true);
    create(dir.resolve("old-name"), "moved").force(true);
    create(dir.resolve("target"), "target before").force(true);
    create(dir.resolve("replacement"), "replacement").force(true);
    FileChannel.open(dir, StandardOpenOption.READ).force(true);
    // Nothing from here on is synced.
    write(appended, "three ");
    overwritten.write(ByteBuffer.wrap("BBBBBB".getBytes(StandardCharsets.UTF_8)), 2);
    Files.delete(dir.resolve("deleted"));
    Files.move(dir.resolve("old-name"), dir.resolve("new-name"));
    Files.move(dir.resolve("replacement"), dir.resolve("target"), StandardCopyOption.ATOMIC_MOVE);
    create(dir.resolve("unsynced-name"), "content synced, name not").force(true);
    Runtime.getRuntime().halt(9);
  }

  private static FileChannel create(Path file, String text) throws IOException {
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    write(channel, text);
    return channel;
  }

  private static void write(FileChannel channel, String text) throws IOException {
    channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }
}
