package dev.holdfast.it.durability;

import dev.holdfast.it.durability.PowerCut.Survivors;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** The directory changes that were not synced, oldest first. */
final class UndoNames {
  private final List<Journal.Entry> pending;

  private UndoNames(List<Journal.Entry> pending) {
    this.pending = pending;
  }

  static UndoNames read(Path journal) throws IOException {
    List<Journal.Entry> pending = new ArrayList<>();
    for (Journal.Entry entry : Journal.read(journal)) {
      if (entry.kind() == 'D') {
        Path directory = Path.of(entry.text());
        pending.removeIf(change -> directory.equals(path(change).getParent()));
      } else {
        pending.add(entry);
      }
    }
    return new UndoNames(List.copyOf(pending));
  }

  /** Takes back what does not survive; a file system's own journal keeps the order of the rest. */
  int apply(Path links, Survivors survivors, Random random) throws IOException {
    int keep = survivors == Survivors.NONE ? 0 : random.nextInt(pending.size() + 1);
    for (int i = pending.size() - 1; i >= keep; i--) {
      undo(pending.get(i), links);
    }
    return pending.size() - keep;
  }

  private static void undo(Journal.Entry change, Path links) throws IOException {
    Path path = path(change);
    long inode = change.numbers()[0];
    switch (change.kind()) {
      case 'C' -> Files.deleteIfExists(path);
      case 'U' -> relink(links, inode, path);
      case 'R' -> {
        Path old = Path.of(change.text().split("\0", -1)[0]);
        if (Files.exists(path)) {
          Files.move(path, old, StandardCopyOption.REPLACE_EXISTING);
        }
        if (change.numbers()[1] != 0) {
          relink(links, change.numbers()[1], path);
        }
      }
      case 'M' -> removeIfEmpty(path);
      default -> throw new IOException("unknown record " + change.kind());
    }
  }

  private static void relink(Path links, long inode, Path path) throws IOException {
    Path kept = links.resolve("inode-" + inode);
    if (!Files.exists(path) && Files.exists(kept)) {
      Files.createLink(path, kept);
    }
  }

  private static void removeIfEmpty(Path directory) throws IOException {
    try {
      Files.deleteIfExists(directory);
    } catch (DirectoryNotEmptyException e) {
      // Something in it is durable, so a file system that orders its journal kept its name too.
      Files.exists(directory);
    }
  }

  /** Where the change shows: for a rename, the new name. */
  private static Path path(Journal.Entry change) {
    String[] names = change.text().split("\0", -1);
    return Path.of(names[names.length - 1]);
  }
}
