package dev.holdfast.storage.rocks;

import dev.holdfast.storage.StoreException;
import dev.holdfast.storage.StoreException.Reason;
import dev.holdfast.storage.keys.SecureFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * Side list of the write-ahead log: the newest file there was and a commit known to be durable, in
 * a small text file. RocksDB cannot tell that its newest log was deleted; this can.
 *
 * @param newest number of the newest log file
 * @param durableCommit every commit up to it was on stable storage
 */
record WalList(long newest, long durableCommit) {
  static final WalList NONE = new WalList(0, 0);

  static WalList read(Path file) throws StoreException {
    try {
      if (!Files.exists(file)) {
        return NONE;
      }
      String[] words = new String(SecureFiles.read(file), StandardCharsets.US_ASCII).split("\\s+");
      if (words.length != 5 || !words[0].equals("holdfast-wal") || !words[1].equals("1")) {
        throw new StoreException(Reason.FORMAT, file + " is not a list of write-ahead logs");
      }
      WalList list = new WalList(Long.parseLong(words[2]), Long.parseLong(words[3]));
      if (Long.parseLong(words[4], 16) != list.checksum()) {
        throw WalVerifier.damaged("the list of write-ahead logs " + file + " is damaged");
      }
      return list;
    } catch (IOException | NumberFormatException e) {
      throw new StoreException(Reason.IO, "cannot read " + file + ": " + e, e);
    }
  }

  void write(Path file) throws IOException {
    String text = content() + " " + Long.toHexString(checksum()) + "\n";
    SecureFiles.replace(file, text.getBytes(StandardCharsets.US_ASCII));
  }

  private String content() {
    return "holdfast-wal 1 " + newest + " " + durableCommit;
  }

  private long checksum() {
    CRC32C crc = new CRC32C();
    crc.update(content().getBytes(StandardCharsets.US_ASCII));
    return crc.getValue();
  }
}
