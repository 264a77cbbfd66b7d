package dev.holdfast.storage.keys;

import dev.holdfast.storage.StoreException;
import dev.holdfast.storage.StoreException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Arrays;

/**
 * The key-encryption key in a file of 32 raw bytes, mode 0600. It protects copies of the data
 * directory that leave the file out, and nothing that includes it.
 */
public final class FileKeyProvider implements KeyProvider {
  /** Type of this provider in the keyring. */
  public static final byte TYPE = 1;

  private static final int KEY_BYTES = 32;

  private final Path file;
  private final byte[] key;

  private FileKeyProvider(Path file, byte[] key) {
    this.file = file;
    this.key = key;
  }

  /**
   * Reads the key file.
   *
   * @param create whether to make one when there is none: only for a store without data
   * @throws StoreException {@code WRONG_KEY} when it is missing, of the wrong size, or readable by
   *     others
   */
  public static FileKeyProvider open(Path file, boolean create) throws StoreException {
    try {
      if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        if (!create) {
          throw new StoreException(
              Reason.WRONG_KEY,
              "HF-KEY-MISSING: the key file "
                  + file
                  + " is missing. Put it back from where it is"
                  + " kept; without it the stored messages cannot be read.");
        }
        Path directory = file.toAbsolutePath().getParent();
        if (directory != null && !Files.exists(directory)) {
          SecureFiles.createDirectory(directory);
        }
        SecureFiles.replace(file, AesGcm.random(KEY_BYTES));
      }
      if (SecureFiles.openToOthers(file)) {
        throw new StoreException(
            Reason.WRONG_KEY,
            "the key file " + file + " may be read or written by others: chmod 600 it");
      }
      // Secrets are handed over as symbolic links; a wrong key opens nothing, whoever put it there.
      byte[] key = Files.readAllBytes(file);
      if (key.length != KEY_BYTES) {
        throw new StoreException(
            Reason.WRONG_KEY,
            "HF-KEY-WRONG: the key file "
                + file
                + " has "
                + key.length
                + " bytes instead of "
                + KEY_BYTES
                + ". Put the right one back.");
      }
      return new FileKeyProvider(file, key);
    } catch (IOException e) {
      throw new StoreException(Reason.IO, "cannot use the key file " + file + ": " + e, e);
    }
  }

  @Override
  public byte[] wrap(byte[] plain, byte[] aad) {
    return AesGcm.seal(key, plain, aad);
  }

  @Override
  public byte[] unwrap(byte[] wrapped, byte[] aad) throws StoreException {
    try {
      return AesGcm.open(key, wrapped, aad);
    } catch (GeneralSecurityException e) {
      throw new StoreException(
          Reason.WRONG_KEY,
          "HF-KEY-WRONG: the key in "
              + file
              + " does not open this store's keyring: it belongs to"
              + " another store, or the keyring was changed. Nothing was written.",
          e);
    }
  }

  @Override
  public byte type() {
    return TYPE;
  }

  @Override
  public byte[] parameters() {
    return new byte[0];
  }

  @Override
  public String id() {
    return "file";
  }

  @Override
  public boolean canForget() {
    return false;
  }

  @Override
  public void close() {
    Arrays.fill(key, (byte) 0);
  }

  @Override
  public String toString() {
    return "FileKeyProvider[***]";
  }
}
