package dev.holdfast.benchmarks.store;

import java.util.SplittableRandom;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** How large the messages are and how many of them one commit takes. */
@State(Scope.Benchmark)
public class Load {
  /** Bytes per message. */
  @Param({"100", "1024", "16384"})
  public int size = 1024;

  /** Messages per commit: what producers have in flight. */
  @Param({"1", "100", "1000"})
  public int inFlight = 100;

  private byte[] body = new byte[0];

  /** Makes a body that does not compress. */
  @Setup
  public void prepare() {
    body = new byte[size];
    new SplittableRandom(1).nextBytes(body);
  }

  /** The same array for every message. */
  public byte[] body() {
    return body;
  }
}
