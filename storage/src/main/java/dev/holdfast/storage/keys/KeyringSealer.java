package dev.holdfast.storage.keys;

import dev.holdfast.storage.StoreException;
import dev.holdfast.storage.StoreException.Reason;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES-256-GCM of chunks under a data key per log, key version and session; the nonce is the chunk
 * id. Every field that says what the bytes are is authenticated with them.
 *
 * <pre>
 * value: format u8 = 2 | flags u8 | key version u16 | session u32 | ciphertext | tag 16
 * additional data: "qchunk1" | dbId 16 | format | flags | key version | session | chunkId u64
 *                  | logId u32 | firstSeq u64 | count u16
 * row:   format u8 = 1 | nonce 12 | ciphertext | tag 16; additional data "qmeta1" | dbId | row key
 * </pre>
 */
public final class KeyringSealer implements Sealer, AutoCloseable {
  private static final byte CHUNK_FORMAT = 2;
  private static final byte ROW_FORMAT = 1;
  private static final byte[] CHUNK_LABEL = "qchunk1".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] ROW_LABEL = "qmeta1".getBytes(StandardCharsets.US_ASCII);
  private static final int CHUNK_DATA_BYTES = 7 + 16 + 1 + 1 + 2 + 4 + 8 + 4 + 8 + 2;
  private static final int MAX_CACHED_KEYS = 20_000;

  private final Keyring keyring;
  private final byte[] rowKey;

  // Any thread.
  private final Map<Integer, byte[]> sessions = new ConcurrentHashMap<>();
  private final Map<DataKeyId, SecretKeySpec> dataKeys = new ConcurrentHashMap<>();
  private final ThreadLocal<Cipher> opening = ThreadLocal.withInitial(AesGcm::cipher);

  // Owner thread.
  private final Map<Purpose, Mac> macs = new EnumMap<>(Purpose.class);
  private final Map<Integer, Current> current = new HashMap<>();
  private final Cipher sealing = AesGcm.cipher();
  private final byte[] nonce = new byte[AesGcm.NONCE_BYTES];
  private final byte[] data = new byte[CHUNK_DATA_BYTES];
  private int session;

  private record DataKeyId(int logId, int version, int session) {}

  private record Current(int version, SecretKeySpec key) {}

  private KeyringSealer(Keyring keyring) {
    this.keyring = keyring;
    this.rowKey = keyring.derive("meta");
    macs.put(Purpose.DEFINITION, Hkdf.hmac(keyring.derive("meta-names")));
    macs.put(Purpose.IDEMPOTENCY, Hkdf.hmac(keyring.derive("dedup")));
  }

  /**
   * Opens the keyring.
   *
   * @param create whether to make one when there is none: only for a store without data
   * @throws StoreException {@code WRONG_KEY} when the provider's key does not open it or it is
   *     missing
   */
  public static KeyringSealer open(
      Path file, KeyProvider provider, byte[] databaseId, Clock clock, boolean create)
      throws StoreException {
    if (Keyring.exists(file)) {
      return new KeyringSealer(Keyring.open(file, provider, databaseId, clock));
    }
    if (!create) {
      throw new StoreException(
          Reason.WRONG_KEY,
          "HF-KEY-MISSING: the keyring "
              + file
              + " is missing, but there are data. Put it back"
              + " from a backup; without it the stored messages cannot be read.");
    }
    return new KeyringSealer(Keyring.create(file, provider, databaseId, clock));
  }

  @Override
  public void prepareLog(int logId) throws StoreException {
    keyring.ensure(logId);
  }

  @Override
  public byte[] newSessionSalt() {
    return AesGcm.random(16);
  }

  @Override
  public void startSession(int sessionId, byte[] salt) {
    addSession(sessionId, salt);
    session = sessionId;
    current.clear();
  }

  @Override
  public void addSession(int sessionId, byte[] salt) {
    sessions.put(sessionId, salt);
  }

  @Override
  public int sealChunk(ChunkIdentity identity, byte flags, Slice plain, byte[] out)
      throws StoreException {
    Current key = current.get(identity.logId());
    if (key == null) {
      int version = keyring.currentVersion(identity.logId());
      key = new Current(version, dataKey(identity.logId(), version, session));
      current.put(identity.logId(), key);
    }
    ByteBuffer.wrap(out).put(CHUNK_FORMAT).put(flags).putShort((short) key.version).putInt(session);
    try {
      ByteBuffer.wrap(nonce).putLong(4, identity.chunkId());
      sealing.init(Cipher.ENCRYPT_MODE, key.key, new GCMParameterSpec(AesGcm.TAG_BITS, nonce));
      additionalData(identity, out, data);
      sealing.updateAAD(data);
      return HEADER_BYTES
          + sealing.doFinal(plain.bytes(), plain.offset(), plain.length(), out, HEADER_BYTES);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM refused to seal chunk " + identity.chunkId(), e);
    }
  }

  @Override
  public byte[] openChunk(ChunkIdentity identity, byte[] value) throws StoreException {
    if (value.length < HEADER_BYTES + TAG_BYTES || value[0] != CHUNK_FORMAT) {
      throw tampered("it is not in a format of this version");
    }
    ByteBuffer header = ByteBuffer.wrap(value);
    int version = Short.toUnsignedInt(header.getShort(2));
    SecretKeySpec key = dataKey(identity.logId(), version, header.getInt(4));
    byte[] chunkNonce =
        ByteBuffer.allocate(AesGcm.NONCE_BYTES).putLong(4, identity.chunkId()).array();
    byte[] chunkData = new byte[CHUNK_DATA_BYTES];
    additionalData(identity, value, chunkData);
    try {
      Cipher cipher = opening.get();
      cipher.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(AesGcm.TAG_BITS, chunkNonce));
      cipher.updateAAD(chunkData);
      return cipher.doFinal(value, HEADER_BYTES, value.length - HEADER_BYTES);
    } catch (GeneralSecurityException e) {
      throw tampered("its authentication tag does not verify");
    }
  }

  @Override
  public byte[] sealRow(byte[] key, byte[] plain) {
    byte[] sealed = AesGcm.seal(rowKey, plain, rowData(key));
    return ByteBuffer.allocate(1 + sealed.length).put(ROW_FORMAT).put(sealed).array();
  }

  @Override
  public byte[] openRow(byte[] key, byte[] value) throws StoreException {
    try {
      if (value.length == 0 || value[0] != ROW_FORMAT) {
        throw new GeneralSecurityException("format");
      }
      return AesGcm.open(rowKey, Arrays.copyOfRange(value, 1, value.length), rowData(key));
    } catch (GeneralSecurityException e) {
      throw tampered("a sealed row of the index does not verify");
    }
  }

  @Override
  public byte[] fingerprint(Purpose purpose, byte[] input) {
    Mac mac = macs.get(purpose);
    if (mac == null) {
      throw new IllegalStateException("no key for " + purpose);
    }
    return mac.doFinal(input);
  }

  @Override
  public byte[] deriveKey(String purpose) {
    return keyring.derive(purpose);
  }

  /** Wipes what can be wiped. Nothing can be sealed or opened afterwards. */
  @Override
  public void close() {
    keyring.close();
    Arrays.fill(rowKey, (byte) 0);
    dataKeys.clear();
    current.clear();
    macs.clear();
  }

  @Override
  public String toString() {
    return "KeyringSealer[***]";
  }

  private SecretKeySpec dataKey(int logId, int version, int sessionId) throws StoreException {
    DataKeyId id = new DataKeyId(logId, version, sessionId);
    SecretKeySpec cached = dataKeys.get(id);
    if (cached != null) {
      return cached;
    }
    byte[] salt = sessions.get(sessionId);
    if (salt == null) {
      throw tampered("it names a session " + sessionId + " that does not exist");
    }
    if (dataKeys.size() >= MAX_CACHED_KEYS) {
      dataKeys.clear();
    }
    byte[] raw = keyring.dataKey(logId, version, salt);
    SecretKeySpec key = AesGcm.key(raw);
    Arrays.fill(raw, (byte) 0);
    dataKeys.put(id, key);
    return key;
  }

  private void additionalData(ChunkIdentity identity, byte[] value, byte[] into) {
    ByteBuffer.wrap(into)
        .put(CHUNK_LABEL)
        .put(keyring.databaseId())
        .put(value, 0, HEADER_BYTES)
        .putLong(identity.chunkId())
        .putInt(identity.logId())
        .putLong(identity.firstSequence())
        .putShort((short) identity.count());
  }

  private byte[] rowData(byte[] key) {
    return ByteBuffer.allocate(ROW_LABEL.length + 16 + key.length)
        .put(ROW_LABEL)
        .put(keyring.databaseId())
        .put(key)
        .array();
  }

  private static StoreException tampered(String why) {
    return new StoreException(Reason.CORRUPT, "HF-STORE-TAMPERED: " + why);
  }
}
