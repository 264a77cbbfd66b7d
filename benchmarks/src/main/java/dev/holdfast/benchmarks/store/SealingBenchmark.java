package dev.holdfast.benchmarks.store;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The price of sealing a chunk: AES-256-GCM by the JDK's own provider, one nonce and one
 * initialisation per chunk as the store does it. Why bodies are sealed per chunk and not per
 * message shows in the smallest size.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
public class SealingBenchmark {
  private static final int TAG_BITS = 128;
  private static final int NONCE_BYTES = 12;

  /** Bytes of one chunk's plain text. */
  @Param({"128", "1200", "65536"})
  public int bytes = 65_536;

  private final SecretKeySpec key = new SecretKeySpec(new byte[32], "AES");
  private final byte[] associated = new byte[48];
  private final ByteBuffer nonce = ByteBuffer.allocate(NONCE_BYTES);
  private byte[] plain = new byte[0];
  private byte[] sealed = new byte[0];
  private @Nullable Cipher cipher;
  private long chunk;

  /** Makes the cipher and a chunk that does not compress. */
  @Setup
  public void prepare() throws GeneralSecurityException {
    cipher = Cipher.getInstance("AES/GCM/NoPadding");
    plain = new byte[bytes];
    new SplittableRandom(1).nextBytes(plain);
    sealed = new byte[bytes + TAG_BITS / Byte.SIZE];
  }

  /** Seals one chunk. */
  @Benchmark
  public int seal() throws GeneralSecurityException {
    Cipher ready = TemporaryDirectory.required(cipher);
    nonce.putLong(4, ++chunk);
    ready.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, nonce.array()));
    ready.updateAAD(associated);
    return ready.doFinal(plain, 0, plain.length, sealed, 0);
  }
}
