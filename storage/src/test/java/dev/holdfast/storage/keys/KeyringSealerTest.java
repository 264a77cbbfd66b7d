package dev.holdfast.storage.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.storage.StoreException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sealed formats, opened by a second implementation written from the specification. */
class KeyringSealerTest {
  private static final byte[] DATABASE = new byte[16];
  private static final byte[] SALT = "sixteen bytes!!!".getBytes(StandardCharsets.US_ASCII);
  private static final ChunkIdentity CHUNK = new ChunkIdentity(7, 42, 100, 3);

  @TempDir Path directory;
  private KeyringSealer sealer;

  @BeforeEach
  void open() throws Exception {
    Arrays.fill(DATABASE, (byte) 5);
    sealer = openAgain();
    sealer.prepareLog(7);
    sealer.startSession(9, SALT);
  }

  private KeyringSealer openAgain() throws StoreException {
    FileKeyProvider provider = FileKeyProvider.open(directory.resolve("kek"), true);
    return KeyringSealer.open(
        directory.resolve("keyring"), provider, DATABASE, Clock.systemUTC(), true);
  }

  private byte[] sealed(byte[] plain) throws StoreException {
    byte[] out = new byte[plain.length + 100];
    int length = sealer.sealChunk(CHUNK, (byte) 0, new Sealer.Slice(plain, 0, plain.length), out);
    return Arrays.copyOf(out, length);
  }

  @Test
  void followsTheSpecificationToTheByte() throws Exception {
    byte[] plain = "hello".getBytes(StandardCharsets.US_ASCII);
    byte[] value = sealed(plain);
    assertThat(value).hasSize(8 + 5 + 16);
    assertThat(Arrays.copyOf(value, 8)).containsExactly(2, 0, 0, 1, 0, 0, 0, 9);
    byte[] kek = Files.readAllBytes(directory.resolve("kek"));
    byte[] ring = Files.readAllBytes(directory.resolve("keyring"));
    assertThat(new String(ring, 0, 4, StandardCharsets.US_ASCII)).isEqualTo("HFKR");
    int head = 4 + 1 + 1 + 4 + 8;
    byte[] keyring =
        gcm(
            kek,
            Arrays.copyOfRange(ring, head, ring.length),
            cat(Arrays.copyOf(ring, head), DATABASE));
    byte[] master = Arrays.copyOf(keyring, 32);
    byte[] entry = Arrays.copyOfRange(keyring, 32, 32 + 75);
    assertThat(ByteBuffer.wrap(entry).getInt()).isEqualTo(7);
    byte[] wrapKey = hkdf(DATABASE, master, "wrap".getBytes(StandardCharsets.US_ASCII));
    byte[] queueKey =
        gcm(
            wrapKey,
            Arrays.copyOfRange(entry, 15, 75),
            cat(new byte[] {0, 0, 0, 7, 0, 1}, DATABASE));
    byte[] info =
        cat(cat("qchunk1".getBytes(StandardCharsets.US_ASCII), DATABASE), new byte[] {0, 0, 0, 7});
    byte[] dataKey = hkdf(SALT, queueKey, info);
    byte[] aad =
        ByteBuffer.allocate(53)
            .put("qchunk1".getBytes(StandardCharsets.US_ASCII))
            .put(DATABASE)
            .put((byte) 2)
            .put((byte) 0)
            .putShort((short) 1)
            .putInt(9)
            .putLong(42)
            .putInt(7)
            .putLong(100)
            .putShort((short) 3)
            .array();
    byte[] nonce = ByteBuffer.allocate(12).putInt(0).putLong(42).array();
    assertThat(gcm(dataKey, cat(nonce, Arrays.copyOfRange(value, 8, value.length)), aad))
        .isEqualTo(plain);
  }

  @Test
  void opensOnlyAsWhatItWasSealed() throws Exception {
    byte[] value = sealed(new byte[100]);
    assertThat(sealer.openChunk(CHUNK, value)).isEqualTo(new byte[100]);
    sealer.prepareLog(8);
    for (ChunkIdentity other :
        new ChunkIdentity[] {
          new ChunkIdentity(8, 42, 100, 3),
          new ChunkIdentity(7, 43, 100, 3),
          new ChunkIdentity(7, 42, 101, 3),
          new ChunkIdentity(7, 42, 100, 4)
        }) {
      assertThatThrownBy(() -> sealer.openChunk(other, value)).hasMessageContaining("TAMPERED");
    }
    for (int i = 0; i < value.length; i++) {
      byte[] changed = value.clone();
      changed[i] ^= 1;
      assertThatThrownBy(() -> sealer.openChunk(CHUNK, changed)).isInstanceOf(StoreException.class);
    }
    for (int length = 0; length < value.length; length++) {
      byte[] cut = Arrays.copyOf(value, length);
      assertThatThrownBy(() -> sealer.openChunk(CHUNK, cut)).isInstanceOf(StoreException.class);
    }
  }

  @Test
  void opensWhatAnEarlierSessionSealed() throws Exception {
    byte[] value = sealed(new byte[10]);
    KeyringSealer later = openAgain();
    later.addSession(9, SALT);
    later.startSession(10, new byte[16]);
    assertThat(later.openChunk(CHUNK, value)).isEqualTo(new byte[10]);
    KeyringSealer without = openAgain();
    assertThatThrownBy(() -> without.openChunk(CHUNK, value)).hasMessageContaining("session");
  }

  @Test
  void rowsAreBoundToTheirKeys() throws Exception {
    byte[] row = sealer.sealRow(new byte[] {1}, new byte[] {9});
    assertThat(sealer.openRow(new byte[] {1}, row)).containsExactly(9);
    assertThatThrownBy(() -> sealer.openRow(new byte[] {2}, row))
        .isInstanceOf(StoreException.class);
  }

  @Test
  void saysNothingOfItsKeys() {
    assertThat(sealer.toString()).isEqualTo("KeyringSealer[***]");
  }

  private static byte[] gcm(byte[] key, byte[] nonceAndSealed, byte[] aad) throws Exception {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(
        Cipher.DECRYPT_MODE,
        new SecretKeySpec(key, "AES"),
        new GCMParameterSpec(128, nonceAndSealed, 0, 12));
    cipher.updateAAD(aad);
    return cipher.doFinal(nonceAndSealed, 12, nonceAndSealed.length - 12);
  }

  private static byte[] hkdf(byte[] salt, byte[] secret, byte[] info) throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(salt, "HmacSHA256"));
    byte[] prk = mac.doFinal(secret);
    mac.init(new SecretKeySpec(prk, "HmacSHA256"));
    return mac.doFinal(cat(info, new byte[] {1}));
  }

  private static byte[] cat(byte[] a, byte[] b) {
    return ByteBuffer.allocate(a.length + b.length).put(a).put(b).array();
  }
}
