package dev.holdfast.storage.rocks;

import dev.holdfast.storage.StoreException;
import dev.holdfast.storage.StoreException.Reason;
import dev.holdfast.storage.keys.SecureFiles;
import dev.holdfast.storage.log.Rows;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files of a store, its lock, and the format file, which is read before anything else is touched:
 * {@code "HFST" | u32 format version | database id 16 | CRC-32C u32}.
 */
final class DataDirectory implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DataDirectory.class);
  private static final byte[] MAGIC = "HFST".getBytes(StandardCharsets.US_ASCII);
  private static final int FORMAT_FILE_BYTES = 4 + 4 + 16 + 4;

  private final Path root;
  private final FileChannel lockFile;
  private final byte[] databaseId;

  private DataDirectory(Path root, FileChannel lockFile, byte[] databaseId) {
    this.root = root;
    this.lockFile = lockFile;
    this.databaseId = databaseId;
  }

  /** Creates what is missing, locks, checks the format. */
  static DataDirectory open(Path root) throws StoreException {
    FileChannel lock = null;
    try {
      SecureFiles.createDirectory(root);
      lock = lock(root);
      byte[] id = format(root);
      SecureFiles.createDirectory(root.resolve("db"));
      SecureFiles.createDirectory(root.resolve("wal"));
      DataDirectory directory = new DataDirectory(root, lock, id);
      lock = null;
      return directory;
    } catch (IOException e) {
      throw new StoreException(Reason.IO, "cannot use the data directory " + root + ": " + e, e);
    } finally {
      closeQuietly(lock);
    }
  }

  private static FileChannel lock(Path root) throws IOException, StoreException {
    Path file = root.resolve("store.lock");
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    @Nullable FileLock lock = null;
    try {
      lock = channel.tryLock();
      if (lock != null) {
        byte[] pid = (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII);
        // In place first: on a full disk, what is cut off may not come back.
        channel.write(ByteBuffer.wrap(pid), 0);
        channel.truncate(pid.length);
        return channel;
      }
      throw locked(root, file, null);
    } catch (OverlappingFileLockException e) {
      throw locked(root, file, e);
    } finally {
      if (lock == null) {
        channel.close();
      }
    }
  }

  private static StoreException locked(Path root, Path file, @Nullable Throwable cause)
      throws IOException {
    String pid = Files.readString(file).trim();
    return new StoreException(
        Reason.LOCKED,
        "the data directory "
            + root
            + " is in use by another process"
            + (pid.isEmpty() ? "" : " (pid " + pid + ")")
            + ": stop that broker, or start this one with another data directory",
        cause);
  }

  private static byte[] format(Path root) throws IOException, StoreException {
    Path file = root.resolve("store.format");
    if (!Files.exists(file)) {
      if (hasData(root)) {
        throw new StoreException(
            Reason.CORRUPT, "the format file " + file + " is missing, but there are data");
      }
      UUID id = UUID.randomUUID();
      ByteBuffer out = ByteBuffer.allocate(FORMAT_FILE_BYTES).put(MAGIC);
      out.putInt(Rows.FORMAT_VERSION);
      out.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
      out.putInt(checksum(out.array()));
      SecureFiles.replace(file, out.array());
    }
    byte[] bytes = SecureFiles.read(file);
    if (bytes.length < 8 || !Arrays.equals(bytes, 0, 4, MAGIC, 0, 4)) {
      throw new StoreException(Reason.FORMAT, file + " is not a format file of a store");
    }
    int version = ByteBuffer.wrap(bytes).getInt(4);
    if (version != Rows.FORMAT_VERSION) {
      throw new StoreException(
          Reason.FORMAT,
          "the data in "
              + root
              + " are in format version "
              + version
              + ", this program knows "
              + Rows.FORMAT_VERSION
              + ": start the version that wrote them");
    }
    if (bytes.length != FORMAT_FILE_BYTES || ByteBuffer.wrap(bytes).getInt(24) != checksum(bytes)) {
      throw new StoreException(Reason.CORRUPT, "the format file " + file + " is damaged");
    }
    return Arrays.copyOfRange(bytes, 8, 24);
  }

  private static int checksum(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, 24);
    return (int) crc.getValue();
  }

  static boolean hasData(Path root) {
    return Files.exists(root.resolve("db").resolve("CURRENT"));
  }

  boolean hasData() {
    return hasData(root);
  }

  Path db() {
    return root.resolve("db");
  }

  Path wal() {
    return root.resolve("wal");
  }

  Path walList() {
    return root.resolve("wal.live");
  }

  Path keyring() {
    return root.resolve("keyring");
  }

  Path reserve() {
    return root.resolve("reserve");
  }

  Path root() {
    return root;
  }

  byte[] databaseId() {
    return databaseId;
  }

  @Override
  public void close() {
    closeQuietly(lockFile);
  }

  private static void closeQuietly(@Nullable FileChannel channel) {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        // The lock ends with the process at the latest; there is nobody to tell.
        LOG.debug("closing the lock", e);
      }
    }
  }
}
