package dev.holdfast.benchmarks.codec;

import dev.holdfast.broker.amqp.codec.FrameGuard;
import dev.holdfast.broker.amqp.codec.MessageView;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.proton.Proton;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.message.Message;
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
 * Scanning a message for what the broker must know (header, expiry, address) without decoding it,
 * beside proton-j's full decoding of the same bytes. The message has a header, five properties,
 * four application properties and one data section.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
public class MessageScanBenchmark {
  /** Bytes of the body. */
  @Param({"100", "1024", "16384"})
  public int size = 1024;

  private final MessageView view = new MessageView();
  private final FrameGuard guard = new FrameGuard();
  private byte[] encoded = new byte[0];

  /** Encodes the message. */
  @Setup
  public void prepare() {
    Message message = Proton.message();
    message.setDurable(true);
    message.setMessageId("order-4711");
    message.setAddress("orders");
    message.setCorrelationId("basket-12");
    message.setContentType("application/json");
    message.setCreationTime(1_700_000_000_000L);
    message.setApplicationProperties(
        new ApplicationProperties(
            Map.of("tenant", "a", "kind", "order", "version", 3, "urgent", true)));
    message.setBody(new Data(new Binary(new byte[size])));
    byte[] buffer = new byte[size + 1024];
    int length = message.encode(buffer, 0, buffer.length);
    encoded = ByteBuffer.allocate(length).put(buffer, 0, length).array();
  }

  /** What the broker does with each message it takes. */
  @Benchmark
  public boolean scan() {
    return view.scan(encoded, 0, encoded.length);
  }

  /** The guard over every section, as over each performative that is decoded. */
  @Benchmark
  public int guard() {
    int at = 0;
    while (at < encoded.length) {
      at = guard.skip(encoded, at, encoded.length);
    }
    return at;
  }

  /** For comparison: everything decoded. */
  @Benchmark
  public Message decode() {
    Message message = Proton.message();
    message.decode(encoded, 0, encoded.length);
    return message;
  }
}
