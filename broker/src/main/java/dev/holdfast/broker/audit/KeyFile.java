package dev.holdfast.broker.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The file {@code current.key}: two slots of one sealed seed each, overwritten in place.
 *
 * <p>The next key is written beside the current one, the checkpoint that names it is synced, then
 * the current one is overwritten. Whenever the process ends, the slot whose public key the log asks
 * for is there. One thread.
 */
final class KeyFile implements AutoCloseable {
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final int SLOT_BYTES = NONCE_BYTES + SigningKey.SEED_BYTES + TAG_BITS / 8;
  private static final int SLOTS = 2;

  private final FileChannel channel;
  private final SecretKeySpec sealing;
  private final Supplier<byte[]> seeds;
  private final SecureRandom random = new SecureRandom();

  private SigningKey current;
  private int slot;

  private KeyFile(FileChannel channel, byte[] sealingKey, Supplier<byte[]> seeds) {
    this.channel = channel;
    this.sealing = new SecretKeySpec(sealingKey, "AES");
    this.seeds = seeds;
    this.current = new SigningKey(new byte[SigningKey.SEED_BYTES]);
  }

  /**
   * Opens or makes the file.
   *
   * @param sealingKey 32 bytes that outlive the process
   * @param seeds gives a fresh seed each time
   */
  static KeyFile open(Path path, byte[] sealingKey, Supplier<byte[]> seeds) throws IOException {
    FileChannel channel =
        FileChannel.open(
            path,
            Set.of(
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                StandardOpenOption.CREATE,
                LinkOption.NOFOLLOW_LINKS),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    return new KeyFile(channel, sealingKey, seeds);
  }

  /** A first key, for a log that has none yet. */
  void begin() throws IOException {
    current = new SigningKey(seeds.get());
    slot = 0;
    write(0, current);
    erase(1);
  }

  /**
   * Takes up the key with this public half and erases the other.
   *
   * @throws AuditException {@code KEY} when neither slot holds it
   */
  void resume(String publicKey) throws IOException {
    List<String> found = new ArrayList<>();
    for (int i = 0; i < SLOTS; i++) {
      SigningKey key = read(i);
      if (key != null && key.publicKey().equals(publicKey)) {
        current = key;
        slot = i;
        erase(1 - i);
        return;
      }
      found.add(key == null ? "nothing" : key.publicKey());
    }
    throw new AuditException(
        AuditException.Reason.KEY,
        "the audit log goes on with the key " + publicKey + ", but current.key holds " + found);
  }

  SigningKey current() {
    return current;
  }

  /** Makes the next key safe on disk; {@link #advance} makes it the current one. */
  SigningKey prepareNext() throws IOException {
    SigningKey next = new SigningKey(seeds.get());
    write(1 - slot, next);
    return next;
  }

  /** The checkpoint that names {@code next} is on disk: the current key is destroyed. */
  void advance(SigningKey next) throws IOException {
    erase(slot);
    current.wipe();
    current = next;
    slot = 1 - slot;
  }

  private @org.jspecify.annotations.Nullable SigningKey read(int index) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(SLOT_BYTES);
    long at = (long) index * SLOT_BYTES;
    while (bytes.hasRemaining()) {
      int count = channel.read(bytes, at + bytes.position());
      if (count < 0) {
        return null;
      }
    }
    try {
      Cipher cipher = cipher(Cipher.DECRYPT_MODE, bytes.array());
      return new SigningKey(cipher.doFinal(bytes.array(), NONCE_BYTES, SLOT_BYTES - NONCE_BYTES));
    } catch (GeneralSecurityException empty) {
      // Erased, or torn while being written: no key of ours.
      return null;
    }
  }

  private void write(int index, SigningKey key) throws IOException {
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    try {
      byte[] sealed = cipher(Cipher.ENCRYPT_MODE, nonce).doFinal(key.seed());
      put(index, ByteBuffer.allocate(SLOT_BYTES).put(nonce).put(sealed).flip());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java runtime has no AES-GCM", e);
    }
  }

  private void erase(int index) throws IOException {
    put(index, ByteBuffer.allocate(SLOT_BYTES));
  }

  private void put(int index, ByteBuffer bytes) throws IOException {
    long at = (long) index * SLOT_BYTES;
    while (bytes.hasRemaining()) {
      at += channel.write(bytes, at);
    }
    channel.force(false);
  }

  private Cipher cipher(int mode, byte[] nonce) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, sealing, new GCMParameterSpec(TAG_BITS, nonce, 0, NONCE_BYTES));
    return cipher;
  }

  @Override
  public void close() throws IOException {
    current.wipe();
    channel.close();
  }
}
