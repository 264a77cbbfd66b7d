package dev.holdfast.storage;

import dev.holdfast.storage.keys.ChunkIdentity;
import dev.holdfast.storage.keys.Sealer;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

/** Seals nothing: header, plaintext and a checksum over identity and plaintext. For tests. */
public final class PlainSealer implements Sealer {
  @Override
  public void prepareLog(int logId) {
    // No keys here.
  }

  @Override
  public byte[] newSessionSalt() {
    return new byte[16];
  }

  @Override
  public void startSession(int sessionId, byte[] salt) {
    // No keys here.
  }

  @Override
  public void addSession(int sessionId, byte[] salt) {
    // No keys here.
  }

  @Override
  public int sealChunk(ChunkIdentity identity, byte flags, Slice plain, byte[] out) {
    out[1] = flags;
    System.arraycopy(plain.bytes(), plain.offset(), out, HEADER_BYTES, plain.length());
    int end = HEADER_BYTES + plain.length();
    ByteBuffer.wrap(out).putLong(end, checksum(identity, out, end)).putLong(end + 8, 0);
    return end + TAG_BYTES;
  }

  @Override
  public byte[] openChunk(ChunkIdentity identity, byte[] value) throws StoreException {
    int end = value.length - TAG_BYTES;
    if (end < HEADER_BYTES
        || ByteBuffer.wrap(value).getLong(end) != checksum(identity, value, end)) {
      throw new StoreException(StoreException.Reason.CORRUPT, "its checksum does not hold");
    }
    return Arrays.copyOfRange(value, HEADER_BYTES, end);
  }

  @Override
  public byte[] sealRow(byte[] rowKey, byte[] plain) {
    return plain.clone();
  }

  @Override
  public byte[] openRow(byte[] rowKey, byte[] value) {
    return value.clone();
  }

  @Override
  public byte[] fingerprint(Purpose purpose, byte[] input) {
    byte[] print = new byte[32];
    long a = 1125899906842597L + purpose.ordinal();
    long b = 7;
    for (byte one : input) {
      a = 31 * a + one;
      b = 1000003 * b ^ one;
    }
    ByteBuffer.wrap(print).putLong(a).putLong(b).putLong(a ^ b).putInt(input.length);
    return print;
  }

  @Override
  public byte[] deriveKey(String purpose) {
    byte[] input = purpose.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    return fingerprint(Purpose.DEFINITION, input);
  }

  private static long checksum(ChunkIdentity identity, byte[] value, int end) {
    CRC32C crc = new CRC32C();
    crc.update(identity.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8));
    crc.update(value, 1, 1);
    crc.update(value, HEADER_BYTES, end - HEADER_BYTES);
    return crc.getValue();
  }
}
