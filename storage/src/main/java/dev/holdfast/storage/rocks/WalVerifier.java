package dev.holdfast.storage.rocks;

import dev.holdfast.storage.StoreException;
import dev.holdfast.storage.StoreException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Checks the write-ahead logs before RocksDB opens them: RocksDB stops silently at the first record
 * it cannot read and forgets what follows, acknowledged or not.
 *
 * <p>Every batch carries its commit number and the number up to which everything was durable when
 * it was written. Commits must follow each other without a gap from the last one that is in the
 * table files. At a gap, what follows decides: a later batch that says that a missing commit was
 * durable proves damage; otherwise the missing ones were never answered and the rest is a torn
 * tail.
 */
final class WalVerifier {
  private long last;
  private String gapAt = "";
  private boolean torn;
  private boolean batchesAfter;
  private long lostFrom;
  private long lostTo;

  private WalVerifier(long flushedCommit) {
    this.last = flushedCommit;
  }

  /**
   * Reads all logs.
   *
   * @param directory of the logs
   * @param list what was known to be live
   * @param flushedCommit last commit in the table files
   * @return the commit that must be there after opening
   * @throws StoreException {@code CORRUPT}, naming file, offset and commits
   */
  static long verify(Path directory, WalList list, long flushedCommit) throws StoreException {
    List<Path> files = files(directory);
    long newest = files.isEmpty() ? 0 : WalFile.number(files.get(files.size() - 1));
    if (newest < list.newest()) {
      throw damaged(
          "the newest write-ahead log, "
              + String.format("%06d.log", list.newest())
              + ", is missing from "
              + directory);
    }
    WalVerifier verifier = new WalVerifier(flushedCommit);
    try {
      for (Path file : files) {
        verifier.read(file);
      }
    } catch (IOException e) {
      throw new StoreException(Reason.IO, "cannot read the write-ahead logs: " + e, e);
    }
    verifier.judge(directory, list);
    return verifier.last;
  }

  static List<Path> files(Path directory) throws StoreException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.filter(file -> file.toString().endsWith(".log"))
          .sorted((a, b) -> Long.compare(WalFile.number(a), WalFile.number(b)))
          .collect(Collectors.toList());
    } catch (IOException | NumberFormatException e) {
      throw new StoreException(Reason.IO, "cannot list " + directory + ": " + e, e);
    }
  }

  private void read(Path file) throws IOException {
    WalFile.read(
        file,
        new WalFile.Visitor() {
          @Override
          public void batch(long commit, long durable) {
            take(file, commit, durable);
          }

          @Override
          public void gap(long offset) {
            if (gapAt.isEmpty()) {
              gapAt = file + " at byte " + offset;
            }
          }
        });
  }

  private void take(Path file, long commit, long durable) {
    if (commit <= last) {
      return;
    }
    if (commit == last + 1 && !torn) {
      last = commit;
      gapAt = "";
      return;
    }
    torn = true;
    batchesAfter = true;
    if (gapAt.isEmpty()) {
      gapAt = "before " + file;
    }
    if (durable > last) {
      lostFrom = last + 1;
      lostTo = Math.max(lostTo, durable);
    }
  }

  private void judge(Path directory, WalList list) throws StoreException {
    if (lostTo > 0) {
      throw damaged(
          "the write-ahead log is damaged or a file of it is missing ("
              + gapAt
              + "): commits "
              + lostFrom
              + " to "
              + lostTo
              + " were acknowledged and cannot all be read");
    }
    if (last < list.durableCommit()) {
      throw damaged(
          "the write-ahead log in "
              + directory
              + " ends at commit "
              + last
              + ", but commits up to "
              + list.durableCommit()
              + " were acknowledged"
              + (batchesAfter || !gapAt.isEmpty() ? " (damage: " + gapAt + ")" : ""));
    }
  }

  static StoreException damaged(String what) {
    return new StoreException(
        Reason.CORRUPT,
        what
            + ". Nothing was changed. Put the missing file back, or restore the data directory"
            + " from a backup.");
  }
}
