package dev.holdfast.storage.keys;

import dev.holdfast.storage.StoreException;
import dev.holdfast.storage.StoreException.Reason;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * The keyring file: the master key, and one random key per log and version, wrapped by it.
 *
 * <pre>
 * "HFKR" | u8 1 | u8 kekType | u32 paramsLength | params | u64 serial | nonce 12
 *   | AES-256-GCM(KEK, KM 32, n × { logId u32 | version u16 | state u8 | createdMs u64 | wrapped 60 })
 * additional data: all bytes before the nonce, then the database id
 * wrapped: nonce 12 | AES-256-GCM(HKDF(KM, "wrap"), key 32), additional data logId, version, dbId
 * </pre>
 *
 * <p>Keys are made ahead in blocks, because log ids are given in order: creating a thousand logs
 * writes the file a few times, not a thousand times. The file is replaced durably before the first
 * use of a key in it. Changing belongs to the owner thread; looking up to any.
 */
final class Keyring implements AutoCloseable {
  private static final byte[] MAGIC = "HFKR".getBytes(StandardCharsets.US_ASCII);
  private static final byte FORMAT = 1;
  private static final byte ACTIVE = 1;
  private static final int WRAPPED_BYTES = AesGcm.NONCE_BYTES + 32 + Sealer.TAG_BYTES;
  private static final int ENTRY_BYTES = 4 + 2 + 1 + 8 + WRAPPED_BYTES;
  private static final int FIRST_VERSION = 1;
  private static final int MIN_BLOCK = 64;

  private final Path file;
  private final KeyProvider provider;
  private final byte[] databaseId;
  private final Clock clock;
  private final byte[] master;
  private final byte[] wrapKey;
  private final ConcurrentSkipListMap<Long, Entry> entries = new ConcurrentSkipListMap<>();
  private long serial;

  private record Entry(int logId, int version, long createdMs, byte[] wrapped) {}

  private Keyring(Path file, KeyProvider provider, byte[] databaseId, Clock clock, byte[] master) {
    this.file = file;
    this.provider = provider;
    this.databaseId = databaseId;
    this.clock = clock;
    this.master = master;
    this.wrapKey = derive("wrap");
  }

  /** Makes a new one with a random master key. */
  static Keyring create(Path file, KeyProvider provider, byte[] databaseId, Clock clock)
      throws StoreException {
    Keyring keyring = new Keyring(file, provider, databaseId, clock, AesGcm.random(32));
    keyring.write();
    return keyring;
  }

  /** Reads the file. */
  static Keyring open(Path file, KeyProvider provider, byte[] databaseId, Clock clock)
      throws StoreException {
    byte[] plain = new byte[0];
    try {
      byte[] bytes = SecureFiles.read(file);
      ByteBuffer in = ByteBuffer.wrap(bytes);
      byte[] magic = new byte[MAGIC.length];
      in.get(magic);
      byte format = in.get();
      byte type = in.get();
      if (!Arrays.equals(magic, MAGIC) || format != FORMAT || type != provider.type()) {
        throw new StoreException(
            Reason.FORMAT,
            "the keyring "
                + file
                + " is of a kind this version does not know (format "
                + format
                + ", key provider "
                + type
                + ")");
      }
      in.position(in.position() + 4 + in.getInt(in.position()));
      long serial = in.getLong();
      int headEnd = in.position();
      plain =
          provider.unwrap(
              Arrays.copyOfRange(bytes, headEnd, bytes.length),
              concat(Arrays.copyOf(bytes, headEnd), databaseId));
      Keyring keyring = new Keyring(file, provider, databaseId, clock, Arrays.copyOf(plain, 32));
      keyring.serial = serial;
      keyring.readEntries(ByteBuffer.wrap(plain, 32, plain.length - 32));
      return keyring;
    } catch (IOException e) {
      throw new StoreException(Reason.IO, "cannot read the keyring " + file + ": " + e, e);
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      throw new StoreException(
          Reason.CORRUPT, "the keyring " + file + " is damaged: put a copy of it back", e);
    } finally {
      Arrays.fill(plain, (byte) 0);
    }
  }

  private void readEntries(ByteBuffer in) {
    while (in.hasRemaining()) {
      int logId = in.getInt();
      int version = Short.toUnsignedInt(in.getShort());
      in.get();
      long created = in.getLong();
      byte[] wrapped = new byte[WRAPPED_BYTES];
      in.get(wrapped);
      add(new Entry(logId, version, created, wrapped));
    }
  }

  /** A key of the database for one purpose. */
  byte[] derive(String purpose) {
    return Hkdf.derive(databaseId, master, purpose.getBytes(StandardCharsets.US_ASCII));
  }

  /** Makes sure that this log has a key on disk. */
  void ensure(int logId) throws StoreException {
    if (entries.containsKey(id(logId, FIRST_VERSION))) {
      return;
    }
    int block = Math.max(MIN_BLOCK, entries.size() / 4);
    long now = clock.millis();
    for (int i = 0; i < block; i++) {
      int next = logId + i;
      if (next > 0 && !entries.containsKey(id(next, FIRST_VERSION))) {
        byte[] key = AesGcm.random(32);
        byte[] wrapped = AesGcm.seal(wrapKey, key, wrapData(next, FIRST_VERSION));
        Arrays.fill(key, (byte) 0);
        add(new Entry(next, FIRST_VERSION, now, wrapped));
      }
    }
    write();
  }

  /** The version to seal new chunks with. */
  int currentVersion(int logId) throws StoreException {
    Map.Entry<Long, Entry> last = entries.floorEntry(id(logId, 0xffff));
    if (last == null || last.getValue().logId != logId) {
      throw missing(logId, FIRST_VERSION);
    }
    return last.getValue().version;
  }

  /** The data key of a log for one session; the caller wipes it. */
  byte[] dataKey(int logId, int version, byte[] sessionSalt) throws StoreException {
    @Nullable Entry entry = entries.get(id(logId, version));
    if (entry == null) {
      throw missing(logId, version);
    }
    byte[] key = new byte[0];
    try {
      key = AesGcm.open(wrapKey, entry.wrapped, wrapData(logId, version));
      byte[] info =
          ByteBuffer.allocate(7 + 16 + 4)
              .put("qchunk1".getBytes(StandardCharsets.US_ASCII))
              .put(databaseId)
              .putInt(logId)
              .array();
      return Hkdf.derive(sessionSalt, key, info);
    } catch (GeneralSecurityException e) {
      throw new StoreException(
          Reason.CORRUPT, "the keyring's key of log " + logId + " does not verify", e);
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }

  byte[] databaseId() {
    return databaseId;
  }

  /** Whether there is a keyring file. */
  static boolean exists(Path file) {
    return Files.exists(file);
  }

  @Override
  public void close() {
    Arrays.fill(master, (byte) 0);
    Arrays.fill(wrapKey, (byte) 0);
    provider.close();
  }

  @Override
  public String toString() {
    return "Keyring[***]";
  }

  private void write() throws StoreException {
    byte[] parameters = provider.parameters();
    serial++;
    byte[] head =
        ByteBuffer.allocate(MAGIC.length + 2 + 4 + parameters.length + 8)
            .put(MAGIC)
            .put(FORMAT)
            .put(provider.type())
            .putInt(parameters.length)
            .put(parameters)
            .putLong(serial)
            .array();
    ByteBuffer plain = ByteBuffer.allocate(32 + entries.size() * ENTRY_BYTES);
    plain.put(master);
    for (Entry entry : entries.values()) {
      plain.putInt(entry.logId).putShort((short) entry.version).put(ACTIVE);
      plain.putLong(entry.createdMs).put(entry.wrapped);
    }
    try {
      byte[] sealed = provider.wrap(plain.array(), concat(head, databaseId));
      SecureFiles.replace(file, concat(head, sealed));
    } catch (IOException e) {
      throw new StoreException(
          String.valueOf(e.getMessage()).contains("No space left") ? Reason.DISK_FULL : Reason.IO,
          "cannot write the keyring " + file + ": " + e,
          e);
    } finally {
      Arrays.fill(plain.array(), (byte) 0);
    }
  }

  private void add(Entry entry) {
    entries.put(id(entry.logId, entry.version), entry);
  }

  private byte[] wrapData(int logId, int version) {
    return ByteBuffer.allocate(6 + databaseId.length)
        .putInt(logId)
        .putShort((short) version)
        .put(databaseId)
        .array();
  }

  private static StoreException missing(int logId, int version) {
    return new StoreException(
        Reason.WRONG_KEY,
        "HF-KEY-MISSING: the keyring has no key version "
            + version
            + " of log "
            + logId
            + ": an older copy of the keyring was put in place?");
  }

  private static long id(int logId, int version) {
    return ((long) logId << 16) | version;
  }

  private static byte[] concat(byte[] a, byte[] b) {
    byte[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }
}
